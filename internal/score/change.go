package score

import (
	"fmt"
	"slices"

	"plumbline/internal/finding"
)

// A Tell is how often a rule passed, failed and could not tell.
type Tell struct{ Pass, Fail, Unknown int }

// A Shift is what became of one rule in one account between two moments. What
// happened between is counted in findings: where a finding stands for several
// subjects, or something is missing, it does not add up with the counts, and
// then the counts decide.
type Shift struct {
	Account       int64
	Rule          string
	Severity      finding.Severity
	Before, After Tell
	Then, Now     []Place // the same by region; Comparable needs them

	// The account, and the rule in it, was looked at before, and is now.
	HadAccount, HasAccount bool
	HadRule, HasRule       bool
	// The rule's question or its weight is another one.
	Changed bool

	Fixed, Gone, New, Lost, Found int // Found: could not be told before, and fails
}

// A Cause is why a posture moved.
type Cause string

// The causes, in the order in which they are reckoned.
const (
	AccountsLeft   Cause = "accounts left"
	AccountsJoined Cause = "accounts joined"
	RulesChanged   Cause = "rules changed"
	FixedIt        Cause = "fixed"
	Removed        Cause = "removed"
	NewlyFailing   Cause = "newly failing"
	CoverageMoved  Cause = "coverage"
	PassingMoved   Cause = "passing resources"
)

// Causes lists them all in their order.
func Causes() []Cause {
	return []Cause{AccountsLeft, AccountsJoined, RulesChanged, FixedIt, Removed, NewlyFailing, CoverageMoved, PassingMoved}
}

// A Step is what one cause did to the score, and to how many judgements.
type Step struct {
	Cause  Cause
	Points int // hundredths of a point; up is better
	Count  int // judgements that it is about
}

// A Movement says how a posture came to be what it is. The points of its steps
// add up to After.Score − Before.Score exactly.
type Movement struct {
	Before, After Posture
	Comparable    bool // false: the difference is no rise and no fall, see Comparable
	Steps         []Step
}

// MovementOf reckons the causes one after another: each step is the score after
// it less the score before it. Where either side has no score there are no
// steps. The order of the shifts does not matter.
func MovementOf(shifts []Shift) Movement {
	now := make([]Tell, len(shifts))
	for i := range shifts {
		now[i] = shifts[i].Before
	}
	m := Movement{Before: postureAt(shifts, now)}
	last := m.Before
	for _, c := range Causes() {
		step := Step{Cause: c}
		for i := range shifts {
			to := shifts[i].after(c, now[i])
			step.Count += apart(now[i], to)
			now[i] = to
		}
		p := postureAt(shifts, now)
		step.Points = p.Score - last.Score
		if step.Count > 0 {
			m.Steps = append(m.Steps, step)
		}
		last = p
	}
	m.After = last
	m.Comparable = comparable(shifts, m)
	if !m.Before.Assessed || !m.After.Assessed {
		m.Steps = nil
	}
	return m
}

// comparable says whether the difference may be called a rise or a fall: not
// where a failure was lost sight of while the score rose, and not where less was
// told of a place.
func comparable(shifts []Shift, m Movement) bool {
	was, is := m.Before, m.After
	for i := range shifts {
		s := &shifts[i]
		if is.Score > was.Score && s.Lost > 0 {
			return false
		}
		was.Places = append(was.Places, named(s, s.Then)...)
		is.Places = append(is.Places, named(s, s.Now)...)
	}
	return Comparable(was, is)
}

// named sets the places of one rule and account apart from those of others.
func named(s *Shift, places []Place) []Place {
	out := slices.Clone(places)
	for i := range out {
		out[i].Name = fmt.Sprint(s.Account, " ", s.Rule, " ", out[i].Name)
	}
	return out
}

// after is where a shift's counts stand once a cause has had its effect.
func (s *Shift) after(c Cause, t Tell) Tell {
	fixed, gone, appeared := s.events()
	switch c {
	case AccountsLeft:
		if s.HadAccount && !s.HasAccount {
			return Tell{}
		}
	case AccountsJoined:
		if !s.HadAccount && s.HasAccount {
			return s.After
		}
	case RulesChanged:
		if s.HadAccount && s.HasAccount && (s.HadRule != s.HasRule || s.Changed) {
			return s.After
		}
	case FixedIt:
		n := min(fixed, t.Fail)
		t.Fail, t.Pass = t.Fail-n, t.Pass+n
	case Removed:
		t.Fail -= min(gone, t.Fail)
	case NewlyFailing:
		t.Fail += appeared
		t.Pass -= min(appeared, max(0, t.Pass-s.After.Pass))
	case CoverageMoved:
		return Tell{t.Pass, s.After.Fail, s.After.Unknown}
	case PassingMoved:
		return s.After
	}
	return t
}

// events are how many judgements were fixed, went with their subject, and
// appeared. Findings are believed where they add up with the counts.
func (s *Shift) events() (fixed, gone, appeared int) {
	if s.settled() {
		return 0, 0, 0
	}
	fails := s.After.Fail - s.Before.Fail
	if s.New+s.Found-s.Fixed-s.Gone-s.Lost == fails {
		return s.Fixed, s.Gone, s.New
	}
	if fails >= 0 {
		return 0, 0, min(fails, max(0, fails-max(0, s.Before.Unknown-s.After.Unknown)))
	}
	fixed = min(-fails, max(0, s.After.Pass-s.Before.Pass))
	return fixed, max(0, -fails-fixed-max(0, s.After.Unknown-s.Before.Unknown)), 0
}

// settled says that an earlier cause has told all there is.
func (s *Shift) settled() bool {
	return s.HadAccount != s.HasAccount || s.HadRule != s.HasRule || s.Changed
}

func apart(a, b Tell) int {
	d := func(x, y int) int { return max(x-y, y-x) }
	return max(d(a.Pass, b.Pass), d(a.Fail, b.Fail), d(a.Unknown, b.Unknown))
}

func postureAt(shifts []Shift, at []Tell) Posture {
	counts := make([]Count, 0, len(shifts))
	for i := range shifts {
		if t := at[i]; t != (Tell{}) {
			counts = append(counts, Count{Rule: shifts[i].Rule, Severity: shifts[i].Severity, Pass: t.Pass, Fail: t.Fail, Unknown: t.Unknown})
		}
	}
	return PostureOf(counts)
}
