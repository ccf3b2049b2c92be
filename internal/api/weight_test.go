package api

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/score"
)

// Weights are told in hundredths, and nothing of a millionth stands behind
// them; what they come to is the posture still.
func TestWeightsAreToldInHundredths(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.IntRange(0, 400)
		counts := []score.Count{{Severity: finding.Medium, Pass: 50, Fail: 50}}
		for range rapid.IntRange(0, 9).Draw(t, "rules") {
			severity := rapid.SampledFrom([]finding.Severity{finding.Low, finding.Medium, finding.High, finding.Critical}).Draw(t, "severity")
			counts = append(counts, score.Count{Severity: severity, Pass: few.Draw(t, "pass"), Fail: few.Draw(t, "fail"), Unknown: few.Draw(t, "unknown")})
		}
		p := score.PostureOf(counts)
		var passed, told, all float64
		for _, x := range score.SharesOf(counts) {
			s := shareOf(x)
			for _, w := range []float64{s.Passed, s.Told, s.All} {
				if w != math.Round(w*100)/100 {
					t.Fatalf("%v is not in hundredths", w)
				}
			}
			if s.Passed > s.Told || s.Told > s.All || s.All != math.Trunc(s.All) {
				t.Fatalf("%+v", s)
			}
			passed, told, all = passed+s.Passed, told+s.Told, all+s.All
		}
		if off := math.Abs(100*passed/told - percent(p.Score)); off > 0.05 {
			t.Fatalf("100 × %v ÷ %v is %v off the score", passed, told, off)
		}
		if off := math.Abs(100*told/all - percent(p.Coverage)); off > 0.05 {
			t.Fatalf("100 × %v ÷ %v is %v off the coverage", told, all, off)
		}
	})
}
