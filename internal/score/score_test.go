package score_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/score"
)

var severities = []finding.Severity{finding.Info, finding.Low, finding.Medium, finding.High, finding.Critical}

// worst first
var exposures = []score.Exposure{score.Reachable, score.ViaLB, score.Restricted, score.NoExposure, score.Internal, score.Isolated}

// worst first
var powers = []score.Power{score.Admin, score.Escalation, score.DataRead, score.Write, score.NoPower, score.Read, score.Limited, score.Powerless}

func TestRiskIsSeverityTimesExposureTimesPower(t *testing.T) {
	t.Parallel()
	control := func(bps ...int) (cs []score.Control) {
		for _, b := range bps {
			cs = append(cs, score.Control{Name: "verified", Basis: b})
		}
		return cs
	}
	for _, c := range []struct {
		case_    string
		severity finding.Severity
		exposure score.Exposure
		power    score.Power
		controls []score.Control
		want     int
	}{
		{"web server, plain requests answered, administrator", finding.Critical, score.Reachable, score.Admin, nil, 100},
		{"public instance, role may read data", finding.High, score.Reachable, score.DataRead, nil, 76},
		{"public instance, role may describe", finding.High, score.Reachable, score.Read, nil, 56},
		{"open to chosen sources only, role may read data", finding.High, score.Restricted, score.DataRead, nil, 65}, // 64.6
		{"open to chosen sources only, administrator", finding.High, score.Restricted, score.Admin, nil, 68},
		{"open to chosen sources only, not open to more", finding.Medium, score.Restricted, score.Write, nil, 42}, // 42.075
		{"private instance without a role", finding.High, score.Internal, score.Powerless, nil, 27},
		{"two verified controls on an administrator", finding.High, score.Reachable, score.Admin, control(5_000, 3_000), 32}, // .35 lies below the floor of .40
		{"SSH open to the world, role may write", finding.High, score.Reachable, score.Write, nil, 72},
		{"path not known, role may write: scored as reachable", finding.High, score.ExposureUnknown, score.Write, nil, 72},
		{"private instance, group open", finding.Medium, score.Internal, score.Read, nil, 29}, // 28.875
		{"secret in user data, power not to be had", finding.Critical, score.Reachable, score.NoPower, nil, 85},
		{"isolated, may describe", finding.Medium, score.Isolated, score.Read, nil, 21}, // 21.175
		{"behind a load balancer, firewall verified", finding.Medium, score.ViaLB, score.Admin, control(3_500), 34},
		{"an account's setting", finding.Medium, score.NoExposure, score.NoPower, nil, 37}, // 37.4
		{"confirmed leak of an administrator", finding.Critical, score.Reachable, score.Admin, nil, 100},
		{"five controls stop at the floor", finding.Critical, score.Reachable, score.Admin, control(5_000, 5_000, 5_000, 5_000, 5_000), 40},
		{"nothing known is the worst", finding.High, score.ExposureUnknown, score.PowerUnknown, nil, 80},
		{"a word never heard of is the worst", finding.High, "sideways", "wizard", nil, 80},
		{"a rule across clouds has judged both itself", finding.Medium, score.ExposureJudged, score.PowerJudged, nil, 55},
		{"a half is rounded up", finding.Low, score.ViaLB, score.Admin, nil, 29}, // 28.5
	} {
		t.Run(c.case_, func(t *testing.T) {
			t.Parallel()
			if got, _ := score.Risk(c.severity, c.exposure, c.power, c.controls...); got != c.want {
				t.Errorf("want %d, got %d", c.want, got)
			}
		})
	}
}

func TestRiskNeverFallsWhenAFactorGetsWorse(t *testing.T) {
	t.Parallel()
	for si, s := range severities {
		for ei, e := range exposures {
			for pi, p := range powers {
				got, steps := score.Risk(s, e, p)
				if got < 0 || got*100 > steps[0].Basis {
					t.Errorf("%v %v %v: %d is not within the severity", s, e, p, got)
				}
				if si > 0 {
					atMost(t, severities[si-1], e, p, got)
				}
				if ei > 0 {
					atLeast(t, s, exposures[ei-1], p, got)
				}
				if pi > 0 {
					atLeast(t, s, e, powers[pi-1], got)
				}
			}
		}
	}
}

func atMost(t *testing.T, s finding.Severity, e score.Exposure, p score.Power, limit int) {
	t.Helper()
	if got, _ := score.Risk(s, e, p); got > limit {
		t.Errorf("milder %v %v %v: %d, above %d", s, e, p, got, limit)
	}
}

func atLeast(t *testing.T, s finding.Severity, e score.Exposure, p score.Power, limit int) {
	t.Helper()
	if got, _ := score.Risk(s, e, p); got < limit {
		t.Errorf("worse %v %v %v: %d, below %d", s, e, p, got, limit)
	}
}

func TestControlsOnlyLessenAndInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(severities).Draw(t, "severity")
		e, p := rapid.SampledFrom(exposures).Draw(t, "exposure"), rapid.SampledFrom(powers).Draw(t, "power")
		var cs []score.Control
		for _, b := range rapid.SliceOfN(rapid.IntRange(-100, 12_000), 0, 6).Draw(t, "controls") {
			cs = append(cs, score.Control{Name: fmt.Sprint(b), Basis: b})
		}
		bare, _ := score.Risk(s, e, p)
		with, _ := score.Risk(s, e, p, cs...)
		if with > bare {
			t.Fatalf("with controls %d, without %d", with, bare)
		}
		if 10*with+7 < 4*bare { // the floor, less what rounding both takes
			t.Fatalf("%d is below four tenths of %d", with, bare)
		}
		if again, _ := score.Risk(s, e, p, rapid.Permutation(cs).Draw(t, "order")...); again != with {
			t.Fatalf("in another order %d, not %d", again, with)
		}
		none, _ := score.Risk(s, e, p, append(cs, score.Control{Name: "of no use"})...)
		if none != with {
			t.Fatalf("a control that takes nothing changed %d to %d", with, none)
		}
	})
}

func TestRiskTellsEachStep(t *testing.T) {
	t.Parallel()
	_, steps := score.Risk(finding.High, score.ExposureUnknown, score.Read, score.Control{Name: "host firewall", Basis: 3_500})
	want := []finding.Factor{
		{Name: "severity", Value: "high", Basis: 8_000},
		{Name: "exposure", Value: "unknown, scored as reachable", Basis: 10_000},
		{Name: "power", Value: "read", Basis: 7_000},
		{Name: "controls", Value: "host firewall", Basis: 6_500},
	}
	if fmt.Sprint(steps) != fmt.Sprint(want) {
		t.Errorf("want %v\n got %v", want, steps)
	}
}
