package awssim_test

import (
	"net/http"
	"testing"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// BenchmarkServe is the cost of an instance of a large estate, network and
// client left out.
func BenchmarkServe(b *testing.B) {
	for name, accept := range map[string]string{"plain": "", "gzip": "gzip"} {
		b.Run(name, func(b *testing.B) {
			e := sim.Big(10000)
			a := e.Accounts[0]
			s := awssim.New(e, awssim.Options{})
			c := raw{url: "http://127.0.0.1", key: a.AccessKey, region: "eu-west-1", service: "ec2"}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				r := c.request(b, "DescribeInstances", "MaxResults=1000")
				r.Header.Set("Accept-Encoding", accept)
				w := &discard{h: http.Header{}}
				s.ServeHTTP(w, r)
				n += w.n
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "µs/instance")
			b.ReportMetric(float64(n)/float64(b.N)/1000, "bytes/instance")
		})
	}
}

type discard struct {
	h http.Header
	n int
}

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }
