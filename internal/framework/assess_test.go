package framework_test

import (
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/framework"
	"plumbline/internal/score"
)

const (
	byPublisher = framework.Publisher
	byThird     = framework.ThirdParty
	byUs        = framework.Judgement
)

func maps(ms ...framework.Mapping) []framework.Mapping { return ms }

func by(s framework.Status, rule string) framework.Mapping {
	return framework.Mapping{Rule: rule, Status: s, Source: "somewhere"}
}

func TestHowAControlStands(t *testing.T) {
	t.Parallel()
	one := maps(by(byPublisher, "A"))
	two := maps(by(byPublisher, "A"), by(byPublisher, "B"))
	type tallies map[string]framework.Tally
	stated := func(s framework.Statement) framework.Options {
		return framework.Options{Attested: func(string) framework.Statement { return s }}
	}
	for _, c := range []struct {
		name    string
		control framework.Control
		o       framework.Options
		told    tallies
		want    framework.State
		why     framework.Why
		nOfM    string
	}{
		{"everything passes", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Pass: 3}}, framework.Passing, "", "3 of 3"},
		{"one fails, within its due date", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Pass: 2, Fail: 1}}, framework.Failing, "", "2 of 3"},
		{"one is past its due date", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Pass: 2, Fail: 1, Over: 1}}, framework.Overdue, "", "2 of 3"},
		{"one fails and one was not told for three days: no data wins", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Pass: 2, Fail: 1, Unknown: 1, Stale: 1}}, framework.NoData, "", "2 of 4"},
		{"past due wins over no data", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Fail: 1, Over: 1, Unknown: 1, Stale: 1}}, framework.Overdue, "", "0 of 2"},
		{"out of sight since yesterday, passed before", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Pass: 2, Unknown: 1}}, framework.Passing, "", "2 of 3"},
		{"out of sight since yesterday, failed before", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Pass: 2, Unknown: 1, Lost: 1}}, framework.Failing, "", "2 of 3"},
		{"out of sight and past its due date", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Pass: 2, Unknown: 1, Lost: 1, Over: 1}}, framework.Overdue, "", "2 of 3"},
		{"nothing was ever told", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Unknown: 1}}, framework.NoData, "", "0 of 1"},
		{"an exception covers what fails", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Pass: 2, Accepted: 1}}, framework.Accepted, "", "2 of 3"},
		{"an exception covers one of two", framework.Control{Rules: one}, framework.Options{}, tallies{"A": {Fail: 1, Accepted: 1}}, framework.Failing, "", "0 of 2"},
		{"one rule passes and the other fails", framework.Control{Rules: two}, framework.Options{}, tallies{"A": {Pass: 2}, "B": {Fail: 1}}, framework.Failing, "", "2 of 3"},
		{"one rule passes and the other has no subject", framework.Control{Rules: two}, framework.Options{}, tallies{"A": {Pass: 2}}, framework.Passing, "", "2 of 2"},
		{"one rule passes and the other is switched off", framework.Control{Rules: two}, framework.Options{Off: func(r string) bool { return r == "B" }}, tallies{"A": {Pass: 2}, "B": {Fail: 1}}, framework.Passing, "", "2 of 2"},

		{"no rule", framework.Control{}, framework.Options{}, nil, framework.NotAssessed, framework.NoRule, "0 of 0"},
		{"nothing can tell", framework.Control{Cannot: "because"}, framework.Options{}, nil, framework.NotAssessed, framework.CannotBe, "0 of 0"},
		{"its rules are still to come", framework.Control{Rules: one, Comes: "with IBM Cloud"}, framework.Options{}, nil, framework.NotAssessed, framework.Waits, "0 of 0"},
		{"something is still to come, and nobody knows what", framework.Control{Comes: "with IBM Cloud"}, framework.Options{}, nil, framework.NotAssessed, framework.Waits, "0 of 0"},
		{"some of its rules are still to come", framework.Control{Rules: two, Comes: "with IBM Cloud"}, framework.Options{}, tallies{"A": {Fail: 1}}, framework.Failing, "", "0 of 1"},
		{"no subject", framework.Control{Rules: one}, framework.Options{}, nil, framework.NotAssessed, framework.NoSubject, "0 of 0"},
		{"its rule is switched off", framework.Control{Rules: one}, framework.Options{Off: func(string) bool { return true }}, tallies{"A": {Fail: 1}}, framework.NotAssessed, framework.SwitchedOff, "0 of 0"},
		{"a third party's mapping does not count", framework.Control{Rules: maps(by(byThird, "A"))}, framework.Options{}, tallies{"A": {Fail: 1}}, framework.NotAssessed, framework.NotCounted, "0 of 0"},
		{"a third party's mapping counts", framework.Control{Rules: maps(by(byThird, "A"))}, framework.Options{ThirdParty: true}, tallies{"A": {Fail: 1}}, framework.Failing, "", "0 of 1"},
		{"our judgement does not count with a third party's", framework.Control{Rules: maps(by(byUs, "A"))}, framework.Options{ThirdParty: true}, tallies{"A": {Fail: 1}}, framework.NotAssessed, framework.NotCounted, "0 of 0"},
		{"our judgement counts", framework.Control{Rules: maps(by(byUs, "A"))}, framework.Options{Judgement: true}, tallies{"A": {Pass: 1}}, framework.Passing, "", "1 of 1"},
		{"what does not count leaves what counts alone", framework.Control{Rules: maps(by(byPublisher, "A"), by(byUs, "B"))}, framework.Options{}, tallies{"A": {Pass: 1}, "B": {Fail: 1}}, framework.Passing, "", "1 of 1"},
		{"a status of nobody's never counts", framework.Control{Rules: maps(by("", "A"))}, framework.Options{ThirdParty: true, Judgement: true}, tallies{"A": {Pass: 1}}, framework.NotAssessed, framework.NotCounted, "0 of 0"},

		{"nobody attested", framework.Control{Attest: "so"}, framework.Options{}, nil, framework.NotAssessed, framework.NobodyAttested, "0 of 0"},
		{"attested", framework.Control{Attest: "so"}, stated(framework.InForce), nil, framework.Attested, "", "0 of 0"},
		{"the statement ran out", framework.Control{Attest: "so"}, stated(framework.RunOut), nil, framework.NoData, framework.AttestRunOut, "0 of 0"},
		{"passing and attested", framework.Control{Rules: one, Attest: "so"}, stated(framework.InForce), tallies{"A": {Pass: 1}}, framework.Attested, "", "1 of 1"},
		{"passing, and nobody attested the rest", framework.Control{Rules: one, Attest: "so"}, framework.Options{}, tallies{"A": {Pass: 1}}, framework.NotAssessed, framework.NobodyAttested, "1 of 1"},
		{"passing, and the statement ran out", framework.Control{Rules: one, Attest: "so"}, stated(framework.RunOut), tallies{"A": {Pass: 1}}, framework.NoData, framework.AttestRunOut, "1 of 1"},
		{"failing, whatever was attested", framework.Control{Rules: one, Attest: "so"}, stated(framework.InForce), tallies{"A": {Fail: 1}}, framework.Failing, "", "0 of 1"},
		{"failing, and nobody attested", framework.Control{Rules: one, Attest: "so"}, framework.Options{}, tallies{"A": {Fail: 1}}, framework.Failing, "", "0 of 1"},
		{"failing, and the statement ran out: no data wins", framework.Control{Rules: one, Attest: "so"}, stated(framework.RunOut), tallies{"A": {Fail: 1}}, framework.NoData, framework.AttestRunOut, "0 of 1"},
		{"past due, and the statement ran out", framework.Control{Rules: one, Attest: "so"}, stated(framework.RunOut), tallies{"A": {Fail: 1, Over: 1}}, framework.Overdue, "", "0 of 1"},
		{"attested where the rules are still to come", framework.Control{Rules: one, Attest: "so", Comes: "with IBM Cloud"}, stated(framework.InForce), nil, framework.Attested, "", "0 of 0"},
		{"stated although nothing was to be stated", framework.Control{}, stated(framework.InForce), nil, framework.NotAssessed, framework.NoRule, "0 of 0"},
	} {
		got := framework.AssessControl(&c.control, c.o, func(r string) framework.Tally { return c.told[r] })
		if got.State != c.want || got.Why != c.why || got.Tally.String() != c.nOfM {
			t.Errorf("%s: %s %q, %s; want %s %q, %s", c.name, got.State, got.Why, got.Tally, c.want, c.why, c.nOfM)
		}
	}
}

func TestEveryRuleOfAControlIsShownAndWhyItDoesNotCount(t *testing.T) {
	t.Parallel()
	c := framework.Control{Rules: maps(by(byPublisher, "A"), by(byThird, "B"), by(byPublisher, "C"), by(byPublisher, "D"))}
	s := framework.AssessControl(&c, framework.Options{Off: func(r string) bool { return r == "C" }}, func(r string) framework.Tally {
		return map[string]framework.Tally{"A": {Pass: 1}, "B": {Fail: 2}, "C": {Fail: 3}}[r]
	})
	want := []framework.Why{"", framework.NotCounted, framework.SwitchedOff, framework.NoSubject}
	if len(s.Parts) != len(want) {
		t.Fatalf("%d parts, want %d", len(s.Parts), len(want))
	}
	for i, p := range s.Parts {
		if p.Why != want[i] {
			t.Errorf("%s: %q, want %q", p.Rule, p.Why, want[i])
		}
	}
	if s.Parts[1].Tally.Fail != 2 {
		t.Error("what a rule told is shown even where it does not count")
	}
}

// place is where a state stands in the order in which they win; the last is
// that nothing was assessed.
func place(s framework.State) int {
	for i, o := range framework.States() {
		if o == s {
			return i
		}
	}
	return -1
}

var names = []string{"A", "B", "C"}

func aTally(t *rapid.T, label string) framework.Tally {
	n := func(what string, most int) int { return rapid.IntRange(0, most).Draw(t, label+" "+what) }
	y := framework.Tally{Pass: n("pass", 3), Fail: n("fail", 2), Accepted: n("accepted", 1), Unknown: n("unknown", 3)}
	y.Lost, y.Stale = n("lost", y.Unknown), n("stale", y.Unknown)
	y.Over = n("over", y.Fail+y.Lost)
	return y
}

func someControl(t *rapid.T) (framework.Control, framework.Options, map[string]framework.Tally) {
	var c framework.Control
	told := map[string]framework.Tally{}
	for _, r := range names[:rapid.IntRange(0, len(names)).Draw(t, "rules")] {
		c.Rules = append(c.Rules, by(rapid.SampledFrom([]framework.Status{byPublisher, byThird, byUs}).Draw(t, "status"), r))
		told[r] = aTally(t, r)
	}
	if rapid.Bool().Draw(t, "attest") {
		c.Attest = "so"
	}
	if rapid.Bool().Draw(t, "comes") {
		c.Comes = "with IBM Cloud"
	}
	st := rapid.SampledFrom([]framework.Statement{framework.Unstated, framework.InForce, framework.RunOut}).Draw(t, "stated")
	o := framework.Options{ThirdParty: rapid.Bool().Draw(t, "third"), Judgement: rapid.Bool().Draw(t, "ours"),
		Attested: func(string) framework.Statement { return st }}
	return c, o, told
}

func assess(c framework.Control, o framework.Options, told map[string]framework.Tally) framework.Standing {
	return framework.AssessControl(&c, o, func(r string) framework.Tally { return told[r] })
}

// Whatever a rule that counts told, the control stands no better than that.
func TestWorseNeverHidesBehindBetter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, o, told := someControl(t)
		s := assess(c, o, told)
		for _, p := range s.Parts {
			if p.Why != "" {
				continue
			}
			alone := assess(framework.Control{Rules: []framework.Mapping{p.Mapping}}, o, told)
			unstated := s.Why == framework.NobodyAttested && alone.State == framework.Passing
			if place(alone.State) < place(s.State) && alone.State != framework.NoData && !unstated {
				t.Fatalf("%s alone is %s, the control %s", p.Rule, alone.State, s.State)
			}
			if told[p.Rule].Stale > 0 && place(s.State) > place(framework.NoData) {
				t.Fatalf("%s could not be told for days, and the control is %s", p.Rule, s.State)
			}
		}
	})
}

// Where nothing at all was told, a first failure is told: the control then fails,
// which stands behind no data in the order and is no improvement.
func TestOneMoreFailureImprovesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, o, told := someControl(t)
		if len(c.Rules) == 0 {
			return
		}
		before := assess(c, o, told)
		if x := before.Tally; x.Stale == 0 && x.Pass+x.Fail+x.Accepted+x.Lost == 0 && before.State == framework.NoData {
			return
		}
		r := rapid.SampledFrom(c.Rules).Draw(t, "of").Rule
		y := told[r]
		y.Fail++
		told[r] = y
		if after := assess(c, o, told); place(after.State) > place(before.State) {
			t.Fatalf("%s with one more failure of %s, %s before", after.State, r, before.State)
		}
	})
}

// What was seen and is not seen any longer leaves a control where it was, or
// makes it worse, and never lets it be without an assessment.
func TestLosingSightImprovesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, o, told := someControl(t)
		if len(c.Rules) == 0 {
			return
		}
		before := assess(c, o, told)
		r := rapid.SampledFrom(c.Rules).Draw(t, "of").Rule
		y := told[r]
		pass := rapid.IntRange(0, y.Pass).Draw(t, "passes lost")
		fail := rapid.IntRange(0, y.Fail).Draw(t, "failures lost")
		accepted := rapid.IntRange(0, y.Accepted).Draw(t, "accepted lost")
		y.Pass, y.Fail, y.Accepted = y.Pass-pass, y.Fail-fail, y.Accepted-accepted
		y.Unknown += pass + fail + accepted
		y.Lost += fail + accepted
		y.Stale += rapid.IntRange(0, pass+fail+accepted).Draw(t, "for days")
		told[r] = y
		after := assess(c, o, told)
		if place(after.State) > place(before.State) {
			t.Fatalf("%s without sight of some of %s, %s before", after.State, r, before.State)
		}
		if after.Tally.All() != before.Tally.All() {
			t.Fatalf("m was %d and is %d", before.Tally.All(), after.Tally.All())
		}
	})
}

func TestACoverageSaysOfHowMany(t *testing.T) {
	t.Parallel()
	f := &framework.Framework{All: 93, Groups: []framework.Group{{ID: "1", Controls: []framework.Control{
		{ID: "1", Rules: maps(by(byPublisher, "A"))}, {ID: "2", Rules: maps(by(byThird, "B"))}, {ID: "3"}}}}}
	told := func(string) framework.Tally { return framework.Tally{Fail: 1} }
	for _, c := range []struct {
		o    framework.Options
		all  int
		want string
	}{
		{framework.Options{}, 93, "1 of 93"},
		{framework.Options{ThirdParty: true}, 93, "2 of 93"},
		{framework.Options{}, 0, "1 of the 3 named here"},
	} {
		f.All = c.all
		if got := framework.Coverage(f, framework.Assess(f, c.o, told)).String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestThePostureWeighsEachRuleThatCountsOnce(t *testing.T) {
	t.Parallel()
	f := &framework.Framework{Groups: []framework.Group{{ID: "1", Controls: []framework.Control{
		{ID: "1", Rules: maps(by(byPublisher, "A"), by(byThird, "B"))}, {ID: "2", Rules: maps(by(byPublisher, "A"), by(byPublisher, "C"))}}}}}
	counts := []score.Count{
		{Rule: "A", Severity: finding.High, Pass: 3, Fail: 1}, {Rule: "A", Severity: finding.High, Pass: 1},
		{Rule: "B", Severity: finding.High, Fail: 4}, {Rule: "C", Severity: finding.High, Fail: 4}, {Rule: "D", Severity: finding.Critical, Fail: 9}}
	off := func(r string) bool { return r == "C" }
	if got := framework.Posture(f, framework.Options{Off: off}, counts); got.Score != 80_00 {
		t.Errorf("got %s, want 80: four of five", got)
	}
	if got := framework.Posture(f, framework.Options{Off: off, ThirdParty: true}, counts); got.Score != 44_44 {
		t.Errorf("got %s, want 44: four of nine", got)
	}
	if counts[2].Rule != "B" {
		t.Error("the counts that were handed in were changed")
	}
}
