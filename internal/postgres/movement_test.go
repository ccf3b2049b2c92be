package postgres_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
	"plumbline/internal/score"
)

func TestWhatMovedThePosture(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	at := func(region string, n int, one, two finding.Outcome) thing {
		return thing{region, n, [2]finding.Outcome{one, two}, "", ""}
	}
	first := look{things: []thing{at("eu-west-1", 1, F, P), at("eu-west-1", 2, F, P), at("eu-west-1", 3, P, P), at("us-east-1", 4, F, P), at("us-east-1", 5, U, P)}}
	// 1 is fixed, 2 is no more, 3 breaks, 4 cannot be told any more, 5 can and fails, 6 is new and passes
	second := look{things: []thing{at("eu-west-1", 1, P, P), at("eu-west-1", 3, F, P), at("us-east-1", 4, U, P), at("us-east-1", 5, F, P), at("eu-west-1", 6, P, P)}}
	first.store(t, s, hour(0), 5)
	last := second.store(t, s, hour(1), 5)
	storeOther(t, s, hour(1), first) // an account that joined
	shifts, err := s.Shifts(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	others := shifts[len(shifts)-1].Account // whatever its number is
	want := []score.Shift{
		{Account: shifts[0].Account, Rule: "T-001", Severity: finding.High, Before: score.Tell{Pass: 1, Fail: 3, Unknown: 1}, After: score.Tell{Pass: 2, Fail: 2, Unknown: 1},
			HadAccount: true, HasAccount: true, HadRule: true, HasRule: true, Fixed: 1, Gone: 1, New: 1, Lost: 1, Found: 1},
		{Account: shifts[0].Account, Rule: "T-002", Severity: finding.Low, Before: score.Tell{Pass: 5}, After: score.Tell{Pass: 5}, HadAccount: true, HasAccount: true, HadRule: true, HasRule: true},
		{Account: others, Rule: "T-001", Severity: finding.High, After: score.Tell{Pass: 1, Fail: 3, Unknown: 1}, HasAccount: true, HasRule: true, New: 3},
		{Account: others, Rule: "T-002", Severity: finding.Low, After: score.Tell{Pass: 5}, HasAccount: true, HasRule: true},
	}
	for i := range shifts {
		if len(shifts[i].Now) == 0 {
			t.Errorf("%s has no places", shifts[i].Rule)
		}
	}
	if d := cmp.Diff(want, shifts, cmpopts.IgnoreFields(score.Shift{}, "Then", "Now")); d != "" {
		t.Errorf("shifts (-want +got)\n%s", d)
	}
	m := score.MovementOf(shifts[:2])
	if one := scan.Posture(last.Tally); m.After.Score != one.Score || m.After.Coverage != one.Coverage {
		t.Errorf("the movement ends at %v, the scan measured %v", m.After, one)
	}
	since, err := s.Shifts(t.Context(), hour(0))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(shifts, since); d != "" {
		t.Errorf("since that moment (-since the scan before)\n%s", d)
	}
}

// Whatever two scans saw: the movement begins where the first ended and ends
// where the second did.
func TestAMovementGoesFromScanToScan(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	s, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rapid.Check(t, func(rt *rapid.T) {
		wipe(t, url)
		a := drawLook(rt).store(t, s, hour(0), 5)
		b := drawLook(rt).store(t, s, hour(1), 5)
		shifts, err := s.Shifts(t.Context(), time.Time{})
		if err != nil {
			rt.Fatal(err)
		}
		m, was, is := score.MovementOf(shifts), scan.Posture(a.Tally), scan.Posture(b.Tally)
		if m.Before.Score != was.Score || m.Before.Coverage != was.Coverage || m.After.Score != is.Score || m.After.Coverage != is.Coverage {
			rt.Fatalf("from %v to %v; the scans measured %v and %v", m.Before, m.After, was, is)
		}
	})
}
