package compliance

import (
	"time"

	"plumbline/internal/problem"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
	// longest is the longest period: as long as evidence is kept.
	longest = 110 * week
	// usual is the period of which nobody said how long it is to be.
	usual = 26 * week
)

// A Period is some days, the first and the last included, in UTC. It is looked
// at in weeks from Monday to Monday; a first week that began earlier is whole.
type Period struct {
	From, To time.Time // 00:00 of the first and of the last day
	now      time.Time
	usual    bool
}

// NewPeriod makes the period between two days as 2006-01-02. Without a first day
// it has 26 weeks, without a last one it ends today. What cannot be one is a
// problem of kind Invalid.
func NewPeriod(from, to string, now time.Time) (Period, error) {
	now = now.UTC()
	p := Period{To: now.Truncate(day), now: now, usual: from == "" && to == ""}
	var err error
	if to != "" {
		if p.To, err = dayIn(to); err != nil {
			return p, err
		}
	}
	p.From = monday(p.To).Add(week - usual)
	if from != "" {
		if p.From, err = dayIn(from); err != nil {
			return p, err
		}
	}
	switch {
	case p.To.After(now):
		return p, problem.New(problem.Invalid, "The period ends on %s, which is to come. End it today at the latest.", p.To.Format(time.DateOnly))
	case p.From.After(p.To):
		return p, problem.New(problem.Invalid, "The period begins on %s and ends before that, on %s. Change one of them.", p.From.Format(time.DateOnly), p.To.Format(time.DateOnly))
	case p.To.Sub(p.From) > longest:
		return p, problem.New(problem.Invalid, "The period has more than %d weeks. Choose a shorter one.", longest/week)
	}
	return p, nil
}

func dayIn(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 2000 {
		return t, problem.New(problem.Invalid, "%q is no day. Write it as 2026-11-22.", shorten(s))
	}
	return t, nil
}

func shorten(s string) string {
	if len(s) > 20 {
		return s[:20] + "…"
	}
	return s
}

// monday is the last Monday 00:00 UTC.
func monday(t time.Time) time.Time {
	t = t.UTC().Truncate(day)
	return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
}

// End is when the period is over, or now.
func (p Period) End() time.Time {
	if end := p.To.Add(day); end.Before(p.now) {
		return end
	}
	return p.now
}

// Present says that the period ends now.
func (p Period) Present() bool { return p.End().Equal(p.now) }

// Usual says that nobody chose it.
func (p Period) Usual() bool { return p.usual }

// Bounds are the Mondays of the period, and its end.
func (p Period) Bounds() []time.Time {
	var out []time.Time
	end := p.End()
	for at := monday(p.From); at.Before(end); at = at.Add(week) {
		out = append(out, at)
	}
	return append(out, end)
}
