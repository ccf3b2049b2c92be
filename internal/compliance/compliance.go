// Package compliance puts together what frameworks demand, what the rules said,
// and what people stated: how each control stands, how it stood in each week,
// and what the subjects of a control are on a day.
//
// It decides nothing of its own: states come from package framework, counts
// from the store, verdicts from package judge. It knows no SQL and no HTML, and
// asks no cloud. It never says that anybody is compliant.
package compliance

import (
	"context"
	"fmt"
	"time"

	"plumbline/internal/framework"
	"plumbline/internal/judge"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/words"
)

// A Desk answers what pages and API ask. It is safe for concurrent use.
type Desk struct {
	Frameworks func() *framework.Set
	Rules      func() *rule.Set
	Store      Store
	// Attested lists what people stated of a framework's controls; nil: nobody
	// states anything.
	Attested func(ctx context.Context, framework string) ([]listing.Attestation, error)
	Facts    func(provider string) judge.Facts // makes a reader for one goroutine
	Now      func() time.Time
}

// A Store has what was told, within what the viewer in the context may see.
type Store interface {
	listing.Compliance
	// Documents gives those that the last finished scan of an account saw that
	// began at asOf or before; its ledger is whole from the beginning. workload
	// says which kinds are workloads.
	Documents(ctx context.Context, provider, account string, asOf time.Time, workload func(kind string) bool) (scan.Source, error)
}

// A Scope is what an assessment rests on.
type Scope struct {
	Options framework.Options
	Counted []listing.CountedMapping // mappings that count beside those of publishers, and who says so
	Looks   []listing.Look           // the last scans before the end
	Absent  []Absent                 // accounts of which nothing counts at the end
}

// An Absent is an account of which nothing that was told counts: no subject of
// it is in a population. Of one at which nobody looked for seven days, controls
// count what was told before as not known.
type Absent struct {
	Account listing.Account // ID, Provider, External, Name and State alone
	Why     listing.Absence
	Since   time.Time // see listing.Look.Absent
}

// Of lists those that are absent for a reason.
func (s *Scope) Of(why listing.Absence) (out []Absent) {
	for _, a := range s.Absent {
		if a.Why == why {
			out = append(out, a)
		}
	}
	return out
}

// Scanned says whether any account has a finished scan.
func (s *Scope) Scanned() bool {
	for _, l := range s.Looks {
		if l.Scan != 0 {
			return true
		}
	}
	return false
}

// A Summary is how a framework stands.
type Summary struct {
	Framework *framework.Framework
	Standings []framework.Standing // control by control
	Covered   framework.Covered
	Posture   score.Posture // of the present; zero for a period that is over
}

// Count is how many controls are in a state.
func (s *Summary) Count(state framework.State) (n int) {
	for i := range s.Standings {
		if s.Standings[i].State == state {
			n++
		}
	}
	return n
}

// A Report is how a framework stands at the end of a period, and how each
// control stood in each of its weeks.
type Report struct {
	Summary
	Scope
	Period Period
	Weeks  [][]framework.Week // control by control, as Standings
}

// All tells how every framework stands now.
func (d *Desk) All(ctx context.Context) ([]Summary, Scope, error) {
	now := d.Now()
	set := d.Frameworks()
	scope, err := d.scope(ctx, now)
	if err != nil {
		return nil, scope, err
	}
	var rules []string
	for _, f := range set.Frameworks() {
		rules = append(rules, rulesOf(f)...)
	}
	told, counts, err := d.present(ctx, rules, now)
	if err != nil {
		return nil, scope, err
	}
	var out []Summary
	for _, f := range set.Frameworks() {
		s, err := d.statements(ctx, f, &scope)
		if err != nil {
			return nil, scope, err
		}
		out = append(out, summary(f, s.options(scope.Options, now), told, counts))
	}
	return out, scope, nil
}

// Framework tells how one stands at the end of a period and how it did in its
// weeks. NotFound if there is none of that id.
func (d *Desk) Framework(ctx context.Context, id string, p Period) (*Report, error) {
	f, err := d.framework(id)
	if err != nil {
		return nil, err
	}
	return d.report(ctx, f, p, rulesOf(f))
}

// Control tells of one control, and the report of its framework holds nothing
// but this control's standing and weeks. NotFound if there is none of that id.
func (d *Desk) Control(ctx context.Context, id, control string, p Period) (*Report, *framework.Control, error) {
	f, err := d.framework(id)
	if err != nil {
		return nil, nil, err
	}
	c, ok := f.Control(control)
	if !ok {
		return nil, nil, noControl(f, control)
	}
	one := *f
	one.Groups = []framework.Group{{Controls: []framework.Control{*c}}}
	r, err := d.report(ctx, &one, p, rulesOf(&one))
	if err != nil {
		return nil, nil, err
	}
	r.Framework = f
	return r, c, nil
}

func (d *Desk) report(ctx context.Context, f *framework.Framework, p Period, rules []string) (*Report, error) {
	r := &Report{Period: p}
	var err error
	if r.Scope, err = d.scope(ctx, p.End()); err != nil {
		return nil, err
	}
	s, err := d.statements(ctx, f, &r.Scope)
	if err != nil {
		return nil, err
	}
	var counts []score.Count
	if p.Present() {
		if counts, err = d.Store.RuleCounts(ctx, rules); err != nil {
			return nil, fmt.Errorf("counts of rules: %w", err)
		}
	}
	weeks, err := d.Store.RuleWeeks(ctx, rules, p.Bounds())
	if err != nil {
		return nil, fmt.Errorf("weeks of %s: %w", f.ID, err)
	}
	spans := make([]framework.Span, len(weeks))
	for i := range weeks {
		spans[i] = spanOf(&weeks[i], s)
	}
	end := func(string) framework.Tally { return framework.Tally{} }
	if n := len(spans); n > 0 {
		end = spans[n-1].End
	}
	r.Options = s.options(r.Options, p.End())
	r.Summary = summary(f, r.Options, end, counts)
	for _, c := range f.Controls() {
		r.Weeks = append(r.Weeks, framework.Weeks(c, r.Options, spans))
	}
	return r, nil
}

func summary(f *framework.Framework, o framework.Options, facts func(string) framework.Tally, counts []score.Count) Summary {
	s := Summary{Framework: f, Standings: framework.Assess(f, o, facts), Posture: framework.Posture(f, o, counts)}
	s.Covered = framework.Coverage(f, s.Standings)
	return s
}

func spanOf(w *listing.RuleWeek, s *statements) framework.Span {
	return framework.Span{From: w.From, Scanned: w.Looked > 0,
		End:      func(rule string) framework.Tally { return tallyOf(w, rule).End },
		Worst:    func(rule string) framework.Tally { return tallyOf(w, rule).Worst },
		Attested: s.until(w.To),
		Lapsed:   s.lapsed(w.From, w.To),
	}
}

func tallyOf(w *listing.RuleWeek, rule string) listing.RuleStanding {
	if s := w.Rules[rule]; s != nil {
		return *s
	}
	return listing.RuleStanding{}
}

// present is what rules tell now, and their counts for a score.
func (d *Desk) present(ctx context.Context, rules []string, now time.Time) (func(rule string) framework.Tally, []score.Count, error) {
	w, err := d.Store.RulesNow(ctx, rules, now)
	if err != nil {
		return nil, nil, fmt.Errorf("what rules tell now: %w", err)
	}
	counts, err := d.Store.RuleCounts(ctx, rules)
	if err != nil {
		return nil, nil, fmt.Errorf("counts of rules: %w", err)
	}
	return func(rule string) framework.Tally { return tallyOf(&w, rule).End }, counts, nil
}

// scope is what an assessment at a time rests on.
func (d *Desk) scope(ctx context.Context, at time.Time) (s Scope, err error) {
	if s.Counted, err = d.Store.CountedMappings(ctx); err != nil {
		return s, fmt.Errorf("which mappings count: %w", err)
	}
	for _, c := range s.Counted {
		s.Options.ThirdParty = s.Options.ThirdParty || c.Status == framework.ThirdParty
		s.Options.Judgement = s.Options.Judgement || c.Status == framework.Judgement
	}
	asked := d.Rules()
	s.Options.Off = func(rule string) bool { return switchedOff(asked, rule) }
	if s.Looks, err = d.Store.Looks(ctx, at); err != nil {
		return s, fmt.Errorf("last scans: %w", err)
	}
	for i := range s.Looks {
		if why, since := s.Looks[i].Absent(at); why != "" {
			s.Absent = append(s.Absent, Absent{s.Looks[i].Account, why, since})
		}
	}
	return s, nil
}

// Counted are the rules of a control that count and are asked, whether or not
// there is anything to ask them of.
func Counted(s *framework.Standing) []string {
	var out []string
	for i := range s.Parts {
		if w := s.Parts[i].Why; w == "" || w == framework.NoSubject {
			out = append(out, s.Parts[i].Rule)
		}
	}
	return out
}

// longestID is how long what may be meant for an id is.
const longestID = 60

// rulesOf are all rules that a framework names, whether they count or not.
func rulesOf(f *framework.Framework) []string {
	return framework.Rules(f, framework.Options{ThirdParty: true, Judgement: true})
}

func (d *Desk) framework(id string) (*framework.Framework, error) {
	set := d.Frameworks()
	if f, ok := set.Framework(id); ok {
		return f, nil
	}
	var all []string
	for _, f := range set.Frameworks() {
		all = append(all, f.ID)
	}
	if near, _ := words.Nearest(id, all, 3); near != "" && len(id) <= longestID {
		return nil, problem.New(problem.NotFound, "There is no framework %q. Did you mean %s?", id, near)
	}
	return nil, problem.New(problem.NotFound, "There is no such framework.")
}

func noControl(f *framework.Framework, id string) error {
	var all []string
	for _, c := range f.Controls() {
		all = append(all, c.ID)
	}
	if near, _ := words.Nearest(id, all, 3); near != "" && len(id) <= longestID {
		return problem.New(problem.NotFound, "%s has no control %q here. Did you mean %s?", f.Title(), id, near)
	}
	return problem.New(problem.NotFound, "%s has no such control here.", f.Title())
}
