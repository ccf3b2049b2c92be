package finding_test

import (
	"testing"
	"time"

	"plumbline/internal/finding"
)

func TestAFindingIsDueByItsSeverity(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) time.Time { return time.Date(2026, 1, day, hour, 30, 0, 0, time.UTC) }
	midnight := func(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
	type step struct {
		was, is       finding.State
		before, after finding.Severity
		at            time.Time
	}
	const none, open, lost, resolved, gone, nodata = finding.None, finding.Open, finding.Lost, finding.Resolved, finding.Gone, finding.NoData
	const high, crit, info, low = finding.High, finding.Critical, finding.Info, finding.Low
	first := step{none, open, 0, high, at(1, 9)}
	for _, c := range []struct {
		case_ string
		steps []step
		want  time.Time
	}{
		{"critical: 7 days, to the end of the day", []step{{none, open, 0, crit, at(1, 9)}}, midnight(9)},
		{"high: 30", []step{first}, midnight(32)},
		{"medium: 90", []step{{none, open, 0, finding.Medium, at(1, 9)}}, midnight(92)},
		{"low: 180", []step{{none, open, 0, low, at(1, 23)}}, midnight(182)},
		{"info: never", []step{{none, open, 0, info, at(1, 9)}}, time.Time{}},
		{"what cannot be told is not due", []step{{none, nodata, 0, high, at(1, 9)}}, time.Time{}},
		{"it runs from the first failure, not from the first doubt", []step{{none, nodata, 0, high, at(1, 9)}, {nodata, open, high, high, at(5, 9)}}, midnight(36)},
		{"it runs on out of sight", []step{first, {open, lost, high, high, at(9, 9)}, {lost, open, high, high, at(20, 9)}}, midnight(32)},
		{"mended is not due", []step{first, {open, resolved, high, high, at(9, 9)}}, time.Time{}},
		{"back within 30 days keeps the clock", []step{first, {open, resolved, high, high, at(9, 9)}, {resolved, open, high, high, at(39, 9)}}, midnight(32)},
		{"back later begins anew", []step{first, {open, resolved, high, high, at(9, 9)}, {resolved, open, high, high, at(39, 10)}}, midnight(70)},
		{"gone and back within 30 days keeps it too", []step{first, {open, gone, high, high, at(9, 9)}, {gone, open, high, high, at(10, 9)}}, midnight(32)},
		{"mended, in doubt, and back keeps it", []step{first, {open, resolved, high, high, at(9, 9)}, {resolved, nodata, high, high, at(10, 9)}, {nodata, open, high, high, at(12, 9)}}, midnight(32)},
		{"more severe: 7 days at least", []step{first, {open, open, high, crit, at(20, 9)}}, midnight(28)},
		{"more severe early on: its own days", []step{first, {open, open, high, crit, at(1, 10)}}, midnight(9)},
		{"more severe shortly before it was due: no longer than that", []step{first, {open, open, high, crit, at(30, 9)}}, midnight(32)},
		{"no longer only information", []step{{none, open, 0, info, at(1, 9)}, {open, open, info, crit, at(20, 9)}}, midnight(28)},
		{"milder: more time", []step{first, {open, open, high, low, at(20, 9)}}, midnight(182)},
	} {
		var clock finding.Clock
		for _, s := range c.steps {
			clock = clock.Step(s.was, s.is, s.before, s.after, s.at)
		}
		if !clock.Due.Equal(c.want) {
			t.Errorf("%s: due %v, want %v", c.case_, clock.Due, c.want)
		}
	}
}

// A rule that became more severe while nothing failed makes nothing overdue on
// the day on which it fails again.
func TestARuleTightenedWhileMendedLeavesAWeek(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := finding.Clock{}.Step(finding.None, finding.Open, 0, finding.High, from)
	c = c.Step(finding.Open, finding.Resolved, finding.High, finding.High, from.AddDate(0, 0, 10))
	c = c.Step(finding.Resolved, finding.Open, finding.High, finding.Critical, from.AddDate(0, 0, 20))
	if c.Due.Before(from.AddDate(0, 0, 27)) {
		t.Errorf("due %s, and failing again since day 20 of %s", c.Due, from)
	}
}

// What fails because its rule was changed is spared for a week, and no longer.
func TestWhatFailsByAChangedRuleIsSparedAWeek(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2026, 1, day, 12, 0, 0, 0, time.UTC) }
	for about, c := range map[string]struct{ due, want time.Time }{
		"overdue already":          {at(1), time.Date(2026, 1, 28, 0, 0, 0, 0, time.UTC)},
		"due tomorrow":             {at(21), time.Date(2026, 1, 28, 0, 0, 0, 0, time.UTC)},
		"due later":                {at(29), at(29)},
		"only information: no due": {},
	} {
		if got := (finding.Clock{Began: at(1), Due: c.due}).Spared(at(20)); !got.Due.Equal(c.want) || !got.Began.Equal(at(1)) {
			t.Errorf("%s: due %s since %s, want %s", about, got.Due, got.Began, c.want)
		}
	}
}
