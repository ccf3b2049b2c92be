package wire_test

import (
	"crypto/sha256"
	"syscall"
	"testing"

	"plumbline/internal/wire"
)

// BenchmarkPage makes the documents of 1,000 instances: canonical JSON, sets
// sorted, secrets looked for, hashed.
func BenchmarkPage(b *testing.B) {
	body := page(1000, nil)
	var p wire.Page
	red := wire.NewRedactor(testKey)
	var sum byte
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	out, before := 0, cpu()
	for b.Loop() {
		out = 0
		if _, err := p.Parse(body, instances, red, func(d wire.Doc) error {
			h := sha256.Sum256(d.JSON)
			sum ^= h[0]
			out += len(d.JSON)
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu()-before)/float64(b.N)/1000, "cpu-µs/instance")
	b.ReportMetric(float64(len(body))/1000, "B-xml/instance")
	b.ReportMetric(float64(out)/1000, "B-json/instance")
}

// BenchmarkReader reads one instance's document.
func BenchmarkReader(b *testing.B) {
	docs, _, _, err := documents(instances, string(page(1, nil)))
	if err != nil {
		b.Fatal(err)
	}
	doc := []byte(docs[0])
	var r wire.Reader
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	before := cpu()
	defer func() { b.ReportMetric((cpu()-before)/float64(b.N), "cpu-µs/document") }()
	for b.Loop() {
		if _, err := r.Read(doc); err != nil {
			b.Fatal(err)
		}
	}
}

// cpu is the processor time of this process in microseconds: on a busy
// machine the clock on the wall tells little.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000
}
