// Package ruletest proves rules: that their examples hold, that not knowing
// never answers, and that the fix closes the finding and changes nothing else.
//
// It proves every rule of a set in the same way and knows none by name. What a
// fix does in a cloud is proved against the simulator, not here.
package ruletest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

// A Problem is one thing that a rule does not keep.
type Problem struct {
	Rule string
	File string
	Line int // of the example, or of the key that it is about; 0 where it is about the rule
	Text string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", p.File, max(p.Line, 1), p.Rule, p.Text)
}

// Run reports every problem of the set as a failure of a subtest of its rule.
func Run(t *testing.T, set *rule.Set) {
	t.Helper()
	if len(set.Rules()) == 0 {
		t.Fatal("the set has no rules")
	}
	for _, r := range set.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			for _, p := range ProveRule(r) {
				t.Error(p)
			}
		})
	}
}

// Prove finds every problem of the set.
func Prove(set *rule.Set) []Problem {
	var all []Problem
	for _, r := range set.Rules() {
		all = append(all, ProveRule(r)...)
	}
	return all
}

// ProveRule finds every problem of one rule, with the values that its file gives
// to its parameters, and what other values that may be set would break.
func ProveRule(r *rule.Rule) []Problem {
	r = r.AsWritten()
	p := &prover{rule: r, judge: rule.NewJudge(nil)}
	p.texts()
	p.outcomes()
	p.knowsNothing()
	for _, e := range r.Examples {
		p.example(e)
	}
	p.otherwise()
	return p.problems
}

// otherwise: with its parameters set to the ends of what may be set, not knowing
// never answers, and the fix still closes.
func (p *prover) otherwise() {
	if len(p.problems) > 0 {
		return // each would be told again for every value
	}
	for _, param := range p.rule.Params {
		for _, value := range ends(param) {
			set := map[string]string{param.Name: value}
			r, err := p.rule.With(set)
			if err != nil {
				p.problem(0, "with %s set to %s: %v", param.Name, value, err)
				continue
			}
			with := &prover{rule: r, judge: rule.NewJudge(nil)}
			with.knowsNothing()
			for _, e := range r.Examples {
				with.forgetting(e)
				if _, got := with.outcome(e); got == finding.Fail {
					with.fixed(e)
				}
			}
			for _, problem := range with.problems {
				problem.Text = fmt.Sprintf("with %s set to %s: %s", param.Name, value, problem.Text)
				p.problems = append(p.problems, problem)
			}
		}
	}
}

// ends are the smallest and the largest number, and every other value of a
// parameter that is no number.
func ends(p rule.Param) []string {
	switch p.Type {
	case rule.ParamNumber:
		return []string{strconv.FormatInt(p.Least, 10), strconv.FormatInt(p.Most, 10)}
	case rule.ParamYes:
		return []string{"true", "false"}
	}
	return p.OneOf
}

// Tally counts the examples of a rule by what they want, for printing.
func Tally(r *rule.Rule) map[finding.Outcome]int {
	m := map[finding.Outcome]int{}
	for _, e := range r.Examples {
		m[e.Want]++
	}
	return m
}

type prover struct {
	rule     *rule.Rule
	judge    *rule.Judge
	problems []Problem
}

func (p *prover) problem(line int, format string, args ...any) {
	p.problems = append(p.problems, Problem{p.rule.ID, p.rule.File, line, fmt.Sprintf(format, args...)})
}

// at is problem about one of the rule's own keys.
func (p *prover) at(key, format string, args ...any) {
	p.problem(p.rule.Line(key), format, args...)
}

// texts: a rule speaks to people, and has to have something to say. A rule of an
// organisation's own has no peers to disagree with.
func (p *prover) texts() {
	r := p.rule
	wanted := []struct{ key, text string }{{"fix.cli", r.Fix.CLI}, {"fix.console", r.Fix.Console}, {"fix.source", r.Fix.Source}}
	if !r.Own() {
		wanted = append(wanted, struct{ key, text string }{"note", r.Note})
	}
	for _, w := range wanted {
		if strings.TrimSpace(w.text) == "" {
			p.at(w.key, "%s is empty; every rule has one", w.key)
		}
	}
	p.heading("title", r.Title)
	p.heading("fault", r.Fault)
	if r.Title == r.Fault {
		p.at("title", "title and fault say the same; the title says what is true when all is well")
	}
	if len(r.References) == 0 && !r.Own() {
		p.at("references", "there are no references; a reader wants to look it up")
	}
	if len(r.Fix.Sets) == 0 {
		p.at("fix", "fix.sets is empty; without it nobody can tell that the fix closes the finding")
	}
	if len(r.Reads()) == 0 {
		p.at("pass", "neither applies nor pass reads a field; a rule asks something about its subject")
	}
	if r.Own() && !r.Called() && !r.Probed() && !r.Coverage {
		p.at("pass", "no refused call can silence it, for no call of a scan serves what it asks about (%s); let it ask for a fact that a cloud tells too: plumbline rules fields %s lists them",
			strings.Join(r.Reads(), ", "), r.For)
	}
}

func (p *prover) heading(key, text string) {
	if l := strings.ToLower(text); strings.HasPrefix(l, "ensure") || strings.Contains(" "+l+" ", " should ") {
		p.at(key, "the %s says what is, without \"Ensure\" and \"should\": %q", key, text)
	}
	if strings.HasSuffix(text, ".") {
		p.at(key, "the %s is a heading and ends without a full stop: %q", key, text)
	}
}

func (p *prover) outcomes() {
	have := Tally(p.rule)
	for _, o := range []finding.Outcome{finding.Pass, finding.Fail, finding.Unknown} {
		if have[o] == 0 {
			p.at("examples", "no example wants %s; give at least one", o)
		}
	}
	names := map[string]bool{}
	for _, e := range p.rule.Examples {
		if names[e.Name] {
			p.problem(e.Line, "two examples are named %q", e.Name)
		}
		names[e.Name] = true
	}
}

// knowsNothing: of a subject of which nothing but its type is known nothing can
// be said; and there is a type to which the rule applies.
func (p *prover) knowsNothing() {
	asked := false
	for _, o := range p.rule.Blanks() {
		switch got := p.judge.Judge(p.rule, o); got {
		case finding.Unknown:
			asked = true
		case finding.NotApplicable:
		default:
			p.at("pass", "of a subject of which nothing is known it says %s, and must say unknown; let pass ask for a fact that can be unknown before it answers", got)
		}
	}
	if !asked {
		p.at("applies", "of a subject of which nothing is known it says %s; let applies hold for some type of %s", finding.NotApplicable, p.rule.For)
	}
}

func (p *prover) example(e rule.Example) {
	o, got := p.outcome(e)
	v := p.judge.Verdict()
	if got != e.Want {
		p.problem(e.Line, "example %q: want %s, got %s; %s", e.Name, e.Want, got, cmp.Or(v.Fault, "change the example, or the rule"))
	}
	if v.Fault != "" {
		p.problem(e.Line, "example %q: %s", e.Name, v.Fault)
	}
	if e.Say != "" && v.Say != e.Say {
		p.problem(e.Line, "example %q: say reads\n\t%q, want\n\t%q", e.Name, v.Say, e.Say)
	}
	p.says(e, v)
	if got == finding.Unknown && len(v.Reasons) == 0 {
		p.problem(e.Line, "example %q: it is unknown without a reason", e.Name)
	}
	p.rendered(e, p.rule.Render(o))
	p.forgetting(e)
	if got == finding.Fail {
		p.fixed(e)
	}
}

func (p *prover) outcome(e rule.Example) (estate.Object, finding.Outcome) {
	o, err := p.rule.Subject(e)
	if err != nil {
		p.problem(e.Line, "example %q: %v", e.Name, err)
	}
	return o, p.judge.Judge(p.rule, o)
}

func (p *prover) says(e rule.Example, v finding.Verdict) {
	if strings.TrimSpace(v.Say) == "" {
		p.problem(e.Line, "example %q: say is empty", e.Name)
	}
	if strings.Contains(v.Say, "could not be worked out") || strings.ContainsAny(v.Say, "\n") {
		p.problem(e.Line, "example %q: say does not render on one line: %q", e.Name, v.Say)
	}
}

func (p *prover) rendered(e rule.Example, f rule.Fix) {
	for name, text := range map[string]string{"cli": f.CLI, "terraform": f.Terraform, "console": f.Console, "undo": f.Undo, "source": f.Source} {
		if strings.Contains(text, "could not be worked out") || strings.Contains(text, "{{") {
			p.problem(e.Line, "example %q: fix.%s does not render: %q", e.Name, name, text)
		}
	}
}

// forgetting each field in turn never makes a pass, nor turns an answer round.
func (p *prover) forgetting(e rule.Example) {
	for _, field := range p.rule.Reads() {
		o, before := p.outcome(e)
		if !p.rule.Forget(o, field) {
			continue
		}
		after := p.judge.Judge(p.rule, o)
		if after != finding.Unknown && after != before {
			p.problem(e.Line, "example %q: without %s it turns from %s to %s; it may only turn to unknown", e.Name, field, before, after)
		}
	}
}

// fixed: what the fix sets closes the finding, and it sets nothing else.
func (p *prover) fixed(e rule.Example) {
	o, _ := p.outcome(e)
	before := p.rule.State(o)
	for _, field := range slices.Sorted(maps.Keys(p.rule.Fix.Sets)) {
		if err := p.rule.Set(o, field, p.rule.Fix.Sets[field]); err != nil {
			p.problem(e.Line, "example %q: sets: %v", e.Name, err)
		}
	}
	if got := p.judge.Judge(p.rule, o); got != finding.Pass {
		p.problem(e.Line, "example %q: with the fix it says %s and must pass; change fix.sets to what closes it, or pass", e.Name, got)
	}
	for field, was := range before {
		if _, named := p.rule.Fix.Sets[field]; !named && p.rule.State(o)[field] != was {
			p.problem(e.Line, "example %q: the fix changes %s, which sets does not name", e.Name, field)
		}
	}
}
