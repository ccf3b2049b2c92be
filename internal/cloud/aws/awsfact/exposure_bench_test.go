package awsfact_test

import (
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
)

// BenchmarkExposure reads an instance whose network was worked out before, and
// for comparison one without any network.
func BenchmarkExposure(b *testing.B) {
	for name, s := range map[string]*scene{
		"public": newScene(sg("sg-1", ssh, "tcp 443-443 0.0.0.0/0 ::/0")),
		"behind": func() *scene {
			s := newScene(sg("sg-1", "tcp 8080-8080 sg-lb"), sg("sg-lb", "tcp 443-443 0.0.0.0/0"))
			balanced("application", "HTTPS", "443", "8080")(s)
			return s
		}(),
		"private": func() *scene {
			s := newScene(sg("sg-1", ssh))
			s.nics[0] = nic("eni-0", "subnet-a", "sg-1", "", "")
			return s
		}(),
	} {
		b.Run(name, func(b *testing.B) {
			c, res := s.stands(b, s.context(b)), s.instance(b)
			r := new(awsfact.Reader)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Workload(c, res); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
