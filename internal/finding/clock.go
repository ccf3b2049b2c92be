package finding

import "time"

// A Clock says by when a finding is to be mended. Its zero value never ran.
type Clock struct {
	Began  time.Time // when it began to run
	Due    time.Time // zero: not due
	Mended time.Time // when the finding last ceased to fail; zero while it fails
}

const (
	day = 24 * time.Hour
	// again is how long after it ceased to fail a finding may fail again and
	// keep its clock.
	again = 30 * day
	// warning is how long nothing becomes overdue because its severity rose.
	warning = 7
)

// days are the calendar days that a failure may stand; 0 is no limit.
func (s Severity) days() int {
	switch s {
	case Critical:
		return 7
	case High:
		return 30
	case Medium:
		return 90
	case Low:
		return 180
	case Info:
		return 0
	}
	return 0
}

// Step moves the clock with its finding, at the time of the scan. It runs on
// while the finding cannot be told. What fails again within 30 days of having
// ceased keeps its clock; later a new one begins. A severity that rose makes
// nothing overdue for 7 days.
func (c Clock) Step(was, is State, before, after Severity, at time.Time) Clock {
	switch {
	case !is.failing():
		if was.failing() {
			c.Mended = at
		}
		c.Due = time.Time{}
	case was.failing():
		if before != after {
			c.Due = c.moved(before, after, at)
		}
	default:
		if c.Began.IsZero() || c.Mended.IsZero() || at.Sub(c.Mended) > again {
			c.Began, before = at, after
		}
		c.Due, c.Mended = due(c.Began, before.days()), time.Time{}
		if before != after {
			c.Due = c.moved(before, after, at)
		}
	}
	return c
}

// Spared is the clock of a finding that fails because its rule was changed:
// nothing becomes overdue for that within 7 days.
func (c Clock) Spared(at time.Time) Clock {
	if least := due(at, warning); !c.Due.IsZero() && c.Due.Before(least) {
		c.Due = least
	}
	return c
}

func (c Clock) moved(before, after Severity, at time.Time) time.Time {
	next := due(c.Began, after.days())
	if after < before {
		return next
	}
	least := due(at, warning)
	if !c.Due.IsZero() && c.Due.Before(least) {
		least = c.Due
	}
	if next.Before(least) {
		return least
	}
	return next
}

// due is 24:00 UTC of the day so many days after a time; zero for no days.
func due(from time.Time, days int) time.Time {
	if days == 0 {
		return time.Time{}
	}
	return from.UTC().Truncate(day).AddDate(0, 0, days+1)
}
