package ui_test

import (
	"cmp"
	"context"
	"net/http"
	"testing"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/scan"
	"plumbline/internal/score"
)

var _ listing.Scores = (*fake)(nil)

func (f *fake) Counts(context.Context) ([]score.Count, error) {
	var cs []score.Count
	for _, s := range f.lasts() {
		cs = append(cs, scan.Sums(s.Tally)...)
	}
	return cs, f.broken
}

// Shifts are those of each rule of the first account; whatever the moment, it is
// that of the scan before.
func (f *fake) Shifts(_ context.Context, from time.Time) ([]score.Shift, error) {
	if f.broken != nil || len(f.list) < 2 || !from.IsZero() && from.Before(scanTime(1)) {
		return nil, f.broken
	}
	by := map[string]*score.Shift{}
	at := func(t scan.Tally) *score.Shift {
		if by[t.Rule] == nil {
			by[t.Rule] = &score.Shift{Account: 1, Rule: t.Rule, Severity: t.Severity, HadAccount: true, HasAccount: true}
		}
		return by[t.Rule]
	}
	for _, t := range f.list[1].Tally {
		s := at(t)
		s.HadRule, s.Before = true, score.Tell{Pass: s.Before.Pass + t.Pass, Fail: s.Before.Fail + t.Fail, Unknown: s.Before.Unknown + t.Unknown}
	}
	for _, t := range f.list[0].Tally {
		s := at(t)
		s.HasRule, s.After = true, score.Tell{Pass: s.After.Pass + t.Pass, Fail: s.After.Fail + t.Fail, Unknown: s.After.Unknown + t.Unknown}
		s.Fixed, s.New = cmp.Or(s.Fixed, f.list[0].Changes[finding.Fixed]), cmp.Or(s.New, f.list[0].Changes[finding.New])
	}
	var out []score.Shift
	for _, s := range by {
		out = append(out, *s)
	}
	return out, nil
}

func TestTheScorePageWorksThePostureOut(t *testing.T) {
	t.Parallel()
	p := get(t, serve(tallied([3]int{60, 40, 0}, [3]int{67, 33, 0}, map[finding.Change]int{finding.Fixed: 10, finding.New: 3})), "/score")
	// 100 subjects count as 50, of weight 5 each.
	p.has(t, "100 × 167.50 ÷ 250 = 67.00, shown as 67.", "1 rule was asked of more than 50 resources", "weight of 250 of 250 could be told: 100 % assessed",
		"Since the scan before the last, in each account.", "Then 60.00", "Fixed Failed then, pass now. 10 +10.00", "Newly failing", "3 −3.00", "Now 67.00 +7.00",
		"Points gained", "severity × exposure × power × controls", "data read 0.95")
}

func TestTheScorePageCallsLosingSightNoRise(t *testing.T) {
	t.Parallel()
	p := get(t, serve(tallied([3]int{30, 20, 0}, [3]int{30, 5, 15}, nil)), "/score")
	p.has(t, "This is neither a rise nor a fall.", "Coverage Could be told then and cannot now")
	for _, tone := range []string{"up", "down"} {
		if len(p.all("span", "delta "+tone)) > 0 {
			t.Errorf("something is shown as %s", tone)
		}
	}
}

func TestTheScorePageWithoutAPosture(t *testing.T) {
	t.Parallel()
	get(t, serve(none()), "/score").has(t, "There is no posture yet", "Risk: how bad one finding is")
}

func TestTheScorePageRefusesADayThatIsNone(t *testing.T) {
	t.Parallel()
	for _, since := range []string{"soon", "2026-02-30", "2027-01-01"} {
		p := get(t, serve(full()), "/score?since="+since)
		if p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", since, p.Code)
		}
		p.has(t, "“"+since+"” is no day that has been.", "Posture: how much")
		p.hasNot(t, "What moved it")
	}
	get(t, serve(full()), "/score?since=2020-01-01").has(t, "There was no posture at the end of", "nothing can be compared with it")
}
