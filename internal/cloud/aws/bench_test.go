//go:build unix

package aws

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/snapshot"
)

// BenchmarkInstances compares the collector with the SDK's paginator alone, on
// the same pages: 10,000 instances, as long on the wire as real ones. It
// reports CPU of this process, the canned server's writing included.
//
//	go test -run '^$' -bench Instances -benchtime 3x ./internal/cloud/aws
func BenchmarkInstances(b *testing.B) {
	const pages, perPage = 10, 1000
	f := canned(b, pages)
	o := options(f.url)
	o.Regions, o.rush = []string{here}, true
	c := connect(b, o)
	if err := c.Context(context.Background(), &taken{}); err != nil {
		b.Fatal(err)
	}
	measure := func(name string, list func() (int, error)) {
		b.Run(name, func(b *testing.B) {
			if n, err := list(); err != nil || n != pages*perPage { // warm
				b.Fatal(n, err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			from := cpuTime()
			for b.Loop() {
				if n, err := list(); err != nil || n != pages*perPage {
					b.Fatal(n, err)
				}
			}
			each := float64(b.N * pages * perPage)
			b.ReportMetric(float64(cpuTime()-from)/1e3/each, "cpu-µs/instance")
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/each, "allocs/instance")
			b.ReportMetric(float64(after.Sys)/(1<<20), "MB-from-system")
		})
	}
	measure("collector", func() (int, error) {
		var n counted
		err := c.Workloads(context.Background(), &n)
		return int(n.resources.Load()), err
	})
	measure("paginator", func() (n int, err error) {
		p := ec2.NewDescribeInstancesPaginator(c.clientsIn(here).ec2, &ec2.DescribeInstancesInput{MaxResults: &c.options.page})
		for p.HasMorePages() {
			out, err := p.NextPage(context.Background())
			if err != nil {
				return n, err
			}
			for _, r := range out.Reservations {
				n += len(r.Instances)
			}
		}
		return n, nil
	})
}

// canned serves the first page of a large simulated estate again and again, so
// that the server costs next to nothing.
func canned(b *testing.B, pages int) *fake {
	page := bigPage(b)
	cut := bytes.Index(page, []byte("<nextToken>"))
	end := bytes.Index(page, []byte("</nextToken>")) + len("</nextToken>")
	if cut < 0 {
		b.Fatal("the simulated page is the last")
	}
	return newFake(b, func(w http.ResponseWriter, r *http.Request, a asked) {
		if a.action != "DescribeInstances" {
			normal(w, r, a)
			return
		}
		k := 1
		if a.token != "" {
			_, _ = fmt.Sscanf(a.token, "page-%d", &k) // a token of another kind begins again
		}
		_, _ = w.Write(page[:cut])
		if k < pages {
			fmt.Fprintf(w, "<nextToken>page-%d</nextToken>", k+1)
		}
		_, _ = w.Write(page[end:])
	})
}

// bigPage asks the simulator for a page as it goes over the wire.
func bigPage(b *testing.B) []byte {
	l, err := awssim.Listen("127.0.0.1:0", awssim.New(sim.Big(8000), awssim.Options{NoGzip: true}))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	o := as(options(l.URL), l.Estate().Accounts[0])
	c := connect(b, o)
	var page []byte
	c.config.HTTPClient = spy{c.config.HTTPClient, &page}
	q := c.ask(awsfact.CallInstances, here)
	defer q.Close()
	if _, err := c.round(&taken{}, here).instancePage(context.Background(), q, &ec2.DescribeInstancesInput{MaxResults: &c.options.page}); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d bytes of XML an instance", len(page)/len(q.tap.Resources))
	return page
}

type doer interface {
	Do(*http.Request) (*http.Response, error)
}

// spy keeps the body of a reply.
type spy struct {
	doer
	body *[]byte
}

func (s spy) Do(r *http.Request) (*http.Response, error) {
	resp, err := s.doer.Do(r)
	if err != nil {
		return resp, err
	}
	*s.body, err = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(*s.body))
	return resp, err
}

// counted is a sink that counts.
type counted struct{ resources, answers atomic.Int64 }

func (c *counted) Answer(context.Context, snapshot.Answer) error { c.answers.Add(1); return nil }
func (c *counted) Resources(_ context.Context, rs []snapshot.Resource) error {
	c.resources.Add(int64(len(rs)))
	return nil
}

// cpuTime is user and system time of this process, in nanoseconds.
func cpuTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
