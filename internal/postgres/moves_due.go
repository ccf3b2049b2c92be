package postgres

import (
	"time"

	"plumbline/internal/finding"
)

// run moves the clock by which the finding is due. tightened says that its rule
// was changed since the scan before: then nothing is overdue at once, but for
// what is no news to anybody, see owed.
func (s *standing) run(was *standing, at time.Time, tightened bool) {
	c := finding.Clock{Began: orZero(was.ClockAt), Due: orZero(was.DueAt), Mended: orZero(was.MendedAt)}.Step(was.State, s.State, was.Severity, s.Severity, at)
	if tightened && s.State == finding.Open && was.State != finding.Open && was.State != finding.Lost && !was.owed(c) {
		c = c.Spared(at)
	}
	s.ClockAt, s.DueAt, s.MendedAt = orNull(c.Began), orNull(c.Due), orNull(c.Mended)
}

// owed says of a finding that fails again, whose clock is now next, that it gets
// no days of grace: its rule was only switched off in between, or it was overdue
// already when it ceased to fail. Else switching off and on, or loosening and
// tightening, were a way to a new due date.
func (s *standing) owed(next finding.Clock) bool {
	if s.ClockAt == nil || s.MendedAt == nil || !next.Began.Equal(*s.ClockAt) {
		return false // it never failed, or so long ago that a new clock began
	}
	return s.Change == finding.Retired || !next.Due.IsZero() && !next.Due.After(*s.MendedAt)
}
