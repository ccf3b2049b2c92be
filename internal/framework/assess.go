package framework

import (
	"fmt"
	"slices"

	"plumbline/internal/score"
)

// A Tally is what one rule said of the subjects within reach. The sum of Pass,
// Fail, Accepted and Unknown is m of "n of m"; the other numbers look closer at
// them.
type Tally struct {
	Pass     int
	Fail     int
	Accepted int // failures that an exception covers; none of Fail
	Unknown  int // that could not be told, and places where we could not look

	Over  int // of Fail and Lost: past their due date, which runs on out of sight
	Lost  int // of Unknown: failed when they were last told
	Stale int // of Unknown: not told for more than two days
}

// All is m of "n of m".
func (t Tally) All() int { return t.Pass + t.Fail + t.Accepted + t.Unknown }

// String is "n of m": how many of all pass.
func (t Tally) String() string { return fmt.Sprintf("%d of %d", t.Pass, t.All()) }

func (t Tally) plus(o Tally) Tally {
	return Tally{t.Pass + o.Pass, t.Fail + o.Fail, t.Accepted + o.Accepted, t.Unknown + o.Unknown,
		t.Over + o.Over, t.Lost + o.Lost, t.Stale + o.Stale}
}

// state is that of what was told, which is not nothing. What failed when it was
// last told still fails; what is out of sight for a short while leaves the rest
// to speak, unless there is no rest.
func (t Tally) state() State {
	switch {
	case t.Over > 0:
		return Overdue
	case t.Stale > 0:
		return NoData
	case t.Fail+t.Lost > 0:
		return Failing
	case t.Accepted > 0:
		return Accepted
	case t.Pass > 0:
		return Passing
	}
	return NoData
}

// Options say what counts.
type Options struct {
	// ThirdParty and Judgement let mappings of these statuses count beside the
	// publisher's.
	ThirdParty, Judgement bool
	// Off says that a rule is switched off; nil: none is.
	Off func(rule string) bool
	// Attested says what was stated of a control; nil: nothing was.
	Attested func(control string) Statement
}

// A Statement is what became of a control's attestation.
type Statement int

// The statements. The zero value is that nobody ever stated anything.
const (
	Unstated Statement = iota
	InForce            // stated, approved and within its dates
	RunOut             // it was in force and is no longer
)

// Counts reports whether mappings of a status count.
func (o Options) Counts(s Status) bool {
	switch s {
	case Publisher:
		return true
	case ThirdParty:
		return o.ThirdParty
	case Judgement:
		return o.Judgement
	}
	return false
}

// Why says why a control, or one rule of it, is not assessed.
type Why string

// The reasons. The empty one is that it is assessed.
const (
	NoRule         Why = "no_rule"         // no rule speaks about it, and nothing is to be stated
	CannotBe       Why = "cannot"          // nothing can tell: see Control.Cannot
	Waits          Why = "comes"           // its rules are still to come: see Control.Comes
	NotCounted     Why = "not_counted"     // only mappings speak about it that do not count
	SwitchedOff    Why = "switched_off"    // its rules are switched off
	NoSubject      Why = "no_subject"      // there is nothing that its rules could be asked of
	NobodyAttested Why = "nobody_attested" // see Control.Attest
	AttestRunOut   Why = "attest_run_out"  // the state is NoData, for what was stated is no longer in force
)

// A Standing is how a control stands.
type Standing struct {
	Control *Control
	State   State
	Why     Why   // why the state is NotAssessed, or NoData without a rule
	Tally   Tally // of the rules that count, one answer a subject and rule
	Parts   []Part
}

// A Part is what one rule of a control adds.
type Part struct {
	Mapping
	Tally Tally
	Why   Why // why it does not count; empty: it does
}

// Assess says how each control of a framework stands, in the framework's order.
// facts tells what a rule said; of a rule that was not asked it is zero.
func Assess(f *Framework, o Options, facts func(rule string) Tally) []Standing {
	controls := f.Controls()
	out := make([]Standing, len(controls))
	for i, c := range controls {
		out[i] = AssessControl(c, o, facts)
	}
	return out
}

// AssessControl says how one control stands. What rules told wins over what
// somebody stated, wherever it is worse.
func AssessControl(c *Control, o Options, facts func(rule string) Tally) Standing {
	s := Standing{Control: c, State: NotAssessed}
	for _, m := range c.Rules {
		p := part(m, c, o, facts)
		if p.Why == "" {
			s.Tally = s.Tally.plus(p.Tally)
		}
		s.Parts = append(s.Parts, p)
	}
	if s.Tally.All() > 0 {
		s.State = s.Tally.state()
	} else {
		s.Why = silent(c, s.Parts)
	}
	if c.Attest != "" {
		s.attest(o)
	}
	return s
}

func part(m Mapping, c *Control, o Options, facts func(rule string) Tally) Part {
	p := Part{Mapping: m, Tally: facts(m.Rule)}
	switch {
	case !o.Counts(m.Status):
		p.Why = NotCounted
	case o.Off != nil && o.Off(m.Rule):
		p.Why = SwitchedOff
	case p.Tally.All() > 0:
	case c.Comes != "":
		p.Why = Waits
	default:
		p.Why = NoSubject
	}
	return p
}

// silent says why nothing was told of a control: the reason nearest to an
// answer that one of its rules has.
func silent(c *Control, parts []Part) Why {
	for _, w := range []Why{NoSubject, Waits, SwitchedOff, NotCounted} {
		if slices.ContainsFunc(parts, func(p Part) bool { return p.Why == w }) {
			return w
		}
	}
	switch {
	case c.Cannot != "":
		return CannotBe
	case c.Comes != "":
		return Waits
	case c.Attest != "":
		return NobodyAttested
	}
	return NoRule
}

// attest joins what somebody stated to what rules told. A control of which half
// was told and the other half never stated is not assessed, unless the told
// half is bad already.
func (s *Standing) attest(o Options) {
	stated := Unstated
	if o.Attested != nil {
		stated = o.Attested(s.Control.ID)
	}
	switch {
	case stated == InForce && better(s.State, Attested):
		s.State, s.Why = Attested, ""
	case stated == RunOut && better(s.State, NoData):
		s.State, s.Why = NoData, AttestRunOut
	case stated == Unstated && better(s.State, Accepted):
		s.State, s.Why = NotAssessed, NobodyAttested
	}
}

// order is that of the states, the one that wins first.
var order = []State{Overdue, NoData, Failing, Accepted, Attested, Passing, NotAssessed}

// better reports whether a state stands behind another.
func better(a, b State) bool { return slices.Index(order, a) > slices.Index(order, b) }

// Worse is the one of two states that wins.
func Worse(a, b State) State {
	if better(a, b) {
		return b
	}
	return a
}

// States are all states, the one that wins first.
func States() []State { return slices.Clone(order) }

// A Covered is how much of a framework is assessed.
type Covered struct {
	Assessed int // controls with a state
	Here     int // controls that the file names
	All      int // controls that the publisher lists; 0 if that is not known
}

// Coverage counts the controls that are assessed, however they stand.
func Coverage(f *Framework, standings []Standing) Covered {
	c := Covered{Here: len(standings), All: f.All}
	for _, s := range standings {
		if s.State != NotAssessed {
			c.Assessed++
		}
	}
	return c
}

// String is "11 of 93", or "11 of the 20 named here" where nobody can say how
// many controls the publisher lists.
func (c Covered) String() string {
	if c.All > 0 {
		return fmt.Sprintf("%d of %d", c.Assessed, c.All)
	}
	return fmt.Sprintf("%d of the %d named here", c.Assessed, c.Here)
}

// Posture weighs what the rules of a framework told: those that count, each
// once, however many controls name it. Statements are in no score.
func Posture(f *Framework, o Options, counts []score.Count) score.Posture {
	asked := map[string]bool{}
	for _, r := range Rules(f, o) {
		asked[r] = true
	}
	return score.PostureOf(slices.DeleteFunc(slices.Clone(counts), func(c score.Count) bool { return !asked[c.Rule] }))
}

// Rules are the ids of the rules whose mappings count, sorted.
func Rules(f *Framework, o Options) []string {
	var ids []string
	for _, c := range f.Controls() {
		for _, m := range c.Rules {
			if o.Counts(m.Status) && (o.Off == nil || !o.Off(m.Rule)) {
				ids = append(ids, m.Rule)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
