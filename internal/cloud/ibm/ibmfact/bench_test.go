package ibmfact_test

import (
	"fmt"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
)

// A server among two hundred trusted profiles with a claim rule and a policy
// each.
func BenchmarkServer(b *testing.B) {
	w := full(b)
	for i := range 200 {
		id := fmt.Sprintf("Q%d", i)
		w.profile(id)
		w.claim(id, "r", "VSI", "vpc_id", "EQUALS", fmt.Sprintf(`"r006-%d"`, i))
		w.policy("q"+id, "iam-"+id, "Writer", "serviceName", "kms")
	}
	c := w.context()
	f, rs := ibmfact.New(), c.Resources(ibmfact.KindInstance)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := f.Workload(c, &rs[i%len(rs)]); err != nil {
			b.Fatal(err)
		}
	}
}
