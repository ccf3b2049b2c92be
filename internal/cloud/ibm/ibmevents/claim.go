package ibmevents

import (
	"strconv"
	"strings"
	"time"

	"plumbline/internal/problem"
)

// A Claim is what a person says that their files hold: every event from one time
// until before another, of each region of which there are events. Nobody claims
// anything with the zero value.
type Claim struct {
	From, Until time.Time // both or neither
}

const day = 24 * time.Hour

// A ClaimError says what is wrong with a claim, and with which end of it, or with
// both of them together.
type ClaimError struct {
	From, Until bool
	Err         error // a problem
}

func (e *ClaimError) Error() string { return e.Err.Error() }

// Unwrap gives the problem.
func (e *ClaimError) Unwrap() error { return e.Err }

// ParseClaim reads a claim as people type it: days of UTC such as 2026-10-20, of
// which the last counts whole, or times of RFC 3339. What cannot be at this time,
// such as a period to come, is a *ClaimError.
func ParseClaim(from, until string, now time.Time) (c Claim, err error) {
	if c.From, _, err = when(from); err != nil {
		return Claim{}, &ClaimError{From: true, Err: err}
	}
	var isDay bool
	if c.Until, isDay, err = when(until); err != nil {
		return Claim{}, &ClaimError{Until: true, Err: err}
	}
	if isDay {
		c.Until = c.Until.Add(day)
	}
	if err := c.check(now); err != nil {
		return Claim{}, err
	}
	return c, nil
}

// longestTime is how much of what is no time is repeated, in bytes.
const longestTime = 40

func when(s string) (t time.Time, isDay bool, err error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return t, false, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, true, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), false, nil
	}
	if len(s) > longestTime {
		s = strings.ToValidUTF8(s[:longestTime], "") + "…"
	}
	return t, false, problem.New(problem.Invalid, "%s is neither a day such as 2026-10-20 nor a time such as 2026-10-20T08:00:00Z.", strconv.Quote(s))
}

func (c Claim) check(now time.Time) error {
	switch {
	case c.From.IsZero() != c.Until.IsZero():
		return &ClaimError{c.From.IsZero(), c.Until.IsZero(), problem.New(problem.Invalid, "Say both from when and until when the events are there, or neither.")}
	case !c.From.IsZero() && !c.From.Before(c.Until):
		return &ClaimError{true, true, problem.New(problem.Invalid, "The period of the events ends before it begins.")}
	case c.Until.After(now.Add(day)):
		return &ClaimError{Until: true, Err: problem.New(problem.Invalid, "The period of the events ends on a day that has not come yet.")}
	}
	return nil
}

// holds says that a time is within the claim.
func (c Claim) holds(at time.Time) bool { return !at.Before(c.From) && at.Before(c.Until) }
