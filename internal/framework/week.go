package framework

import "time"

// A Span is what was told in one week.
type Span struct {
	From    time.Time // Monday 00:00, UTC
	Scanned bool      // a scan was finished in it
	// End is what rules said at its end, Worst the most that any instant of it
	// had of each number.
	End, Worst func(rule string) Tally
	// Attested is what was stated at its end, nil: nothing was; Lapsed says that
	// at some instant of it what was stated had run out, nil: never.
	Attested func(control string) Statement
	Lapsed   func(control string) bool
}

// Weeks says how a control stood in each week: the worst that it was, and the
// numbers of the week's end. A week in which no scan was finished is without
// data, unless there was nothing to be told at all.
func Weeks(c *Control, o Options, spans []Span) []Week {
	weeks := make([]Week, len(spans))
	for i, s := range spans {
		o.Attested = s.Attested
		end := AssessControl(c, o, s.End)
		state := end.State
		if s.Lapsed != nil && s.Lapsed(c.ID) {
			o.Attested = func(string) Statement { return RunOut }
			state = Worse(state, AssessControl(c, o, s.End).State)
		}
		if s.Worst != nil {
			state = Worse(state, AssessControl(c, o, s.Worst).State)
		}
		if !s.Scanned && end.Tally.All() > 0 {
			state = Worse(state, NoData)
		}
		t := end.Tally
		weeks[i] = Week{From: s.From, State: state, Pass: t.Pass, Fail: t.Fail, Over: t.Over, NoTel: t.Unknown}
	}
	return weeks
}
