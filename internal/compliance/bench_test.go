package compliance_test

import (
	"testing"

	"plumbline/internal/compliance/compliancetest"
)

// BenchmarkSample judges a population that is in memory, by one rule. Divide by
// the subjects for what each costs; reading documents is not in it.
func BenchmarkSample(b *testing.B) {
	d := compliancetest.New(scanned(), noon)
	b.ReportAllocs()
	for b.Loop() {
		s, err := d.Sample(b.Context(), []string{"AWS-IMDS-001"}, noon, 25, "seed")
		if err != nil || s.All != compliancetest.Instances {
			b.Fatal(s.All, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*compliancetest.Instances), "µs/subject")
}
