package ibmsim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"plumbline/internal/cloud/sim/ibmestate"
)

// BenchmarkPage is what a page of 100 things of a large estate costs, without
// the network.
func BenchmarkPage(b *testing.B) {
	e := ibmestate.Generate(ibmestate.Intent{Seed: 1, Regions: 1, Instances: 20_000})
	c := serve(b, e)
	for _, list := range []string{"instances", "virtual_network_interfaces", "security_groups", "floating_ips"} {
		b.Run(list, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w := httptest.NewRecorder()
				q := httptest.NewRequest(http.MethodGet, fmt.Sprintf("/us-south/v1/%s?limit=100&%s", list, vpc), nil)
				q.Header.Set("Authorization", "Bearer "+c.token)
				c.ServeHTTP(w, q)
				if w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}
