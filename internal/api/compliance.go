package api

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"plumbline/internal/compliance"
	"plumbline/internal/finding"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

const tagFrameworks = "Frameworks"

func (s *server) frameworks() {
	add(s, get("/frameworks", "list-frameworks", tagFrameworks, "List frameworks", "With how their controls stand now. A scan is no certificate: nothing here says that anybody is compliant."), s.listFrameworks)
	add(s, get("/frameworks/{framework}", "get-framework", tagFrameworks, "Get a framework", "With its controls, how each stands at the end of a period, and how it stood in each week of it. Weeks run from Monday to Monday, UTC, and are as bad as the worst that held in them: what a scan told in them, and what they began with."), s.getFramework)
	add(s, get("/frameworks/{framework}/controls/{control}", "get-control", tagFrameworks, "Get a control", "With the rules that speak about it, who says so, and what each of them tells."), s.getControl)
	add(s, get("/frameworks/{framework}/controls/{control}/population", "list-population", tagFrameworks, "List the population of a control",
		"Every subject on a day, passes too, with what each rule that counts says of it: judged now, from the documents kept of that day, by the rules as they are. Account by account; places where nobody could look stand last. Accounts that do not count, as nobody looked at them in the seven days before, have no subject here: they stand in basis.absent."), s.listPopulation)
	s.populationFile()
	add(s, get("/frameworks/{framework}/controls/{control}/sample", "draw-sample", tagFrameworks, "Draw a sample of a control's population",
		"The same seed draws the same subjects from the same population: those with the smallest sha256 over seed, provider, account and uid, each with its length before it as eight bytes, the highest first."), s.drawSample)
}

// A FrameworkRow is a framework as lists show it.
type FrameworkRow struct {
	ID        string         `json:"id" example:"cis-aws-3.0"`
	Name      string         `json:"name"`
	Publisher string         `json:"publisher"`
	Edition   string         `json:"edition"`
	Version   string         `json:"version" doc:"First 12 hex digits of the sha256 of its file."`
	States    map[string]int `json:"states" doc:"How many controls are in which state."`
	Assessed  int            `json:"assessed" doc:"Controls that have a state."`
	Named     int            `json:"named" doc:"Controls that are named here."`
	All       int            `json:"all,omitempty" doc:"Controls that the publisher lists; absent where that is not known."`
	Posture   *posture       `json:"posture" doc:"Of the present; null where nothing that counts was told, or the period is over."`
}

// basis is what an assessment rests on.
type basis struct {
	Counted  []string   `json:"counted_mappings" doc:"Whose mappings count: publisher, and those that an officer lets count."`
	Blind    []string   `json:"not_looked_at" doc:"Accounts that no scan asked in the seven days before: what was known of them counts as not known, and what was past due stays so."`
	Left     []string   `json:"left_out" doc:"Disconnected accounts that no scan asked in the seven days before."`
	Unseen   []string   `json:"never_scanned" doc:"Accounts of which nothing is known."`
	Absent   []absent   `json:"absent" doc:"All of these, each with its reason: no subject of theirs is in a population or a sample."`
	LastScan *time.Time `json:"last_scan" doc:"When the last scan before the end began; null if there was none."`
}

// An absent is an account of which nothing that was told counts.
type absent struct {
	Provider string     `json:"provider" example:"aws"`
	Account  string     `json:"account" doc:"The provider's own id."`
	Name     string     `json:"name,omitempty" doc:"What people here call it."`
	Why      string     `json:"reason" enum:"never_scanned,not_looked_at,disconnected"`
	Since    *time.Time `json:"since" doc:"not_looked_at: when its last scan began. disconnected: when it was. Null where nobody knows."`
}

type frameworkList struct {
	Items []FrameworkRow `json:"items"`
	Basis basis          `json:"basis"`
}

// A tally counts subjects by what rules said of them: one for each subject and
// rule.
type tallyShape struct {
	All      int `json:"all"`
	Pass     int `json:"pass"`
	Fail     int `json:"fail"`
	Accepted int `json:"accepted"`
	Unknown  int `json:"unknown" doc:"Could not be told. Never a pass."`
	Overdue  int `json:"overdue" doc:"Failures that are past due, those that were lost sight of too."`
	Lost     int `json:"lost" doc:"Of unknown: failed when they were last told."`
	Stale    int `json:"stale" doc:"Of unknown: for more than two days."`
}

// A ControlRow is a control as its framework lists it.
type ControlRow struct {
	ID    string      `json:"id" example:"5.7"`
	Title string      `json:"title" doc:"In our words."`
	Group string      `json:"group" doc:"Part of the framework that it stands in."`
	State string      `json:"state" enum:"overdue,no_data,failing,accepted,attested,passing,not_assessed" doc:"The first of these that holds."`
	Why   string      `json:"why,omitempty" enum:"no_rule,cannot,comes,not_counted,switched_off,no_subject,nobody_attested,attest_run_out" doc:"Why it is not assessed, or without data."`
	Tally tallyShape  `json:"tally"`
	Weeks []weekShape `json:"weeks"`
}

type weekShape struct {
	From  time.Time `json:"from" doc:"Monday 00:00 UTC."`
	State string    `json:"state"`
	Pass  int       `json:"pass" doc:"At its end, as in what follows."`
	Fail  int       `json:"fail"`
	Over  int       `json:"overdue"`
	NoTel int       `json:"unknown"`
}

type wholeFramework struct {
	FrameworkRow
	About    string       `json:"about"`
	Source   string       `json:"source,omitempty" doc:"The publisher's own page."`
	From     time.Time    `json:"from"`
	To       time.Time    `json:"to" doc:"The end of the period, or now."`
	Basis    basis        `json:"basis"`
	Controls []ControlRow `json:"controls"`
}

type spokenShape struct {
	Rule   string     `json:"rule"`
	Status string     `json:"status" enum:"publisher,third_party,judgement" doc:"Who holds that it speaks about the control."`
	Source string     `json:"source,omitempty" doc:"Which test of the publisher, or whose mapping and which commit."`
	Note   string     `json:"note,omitempty" doc:"What it leaves out or asks beyond."`
	Counts bool       `json:"counts"`
	Why    string     `json:"why_not,omitempty" enum:"not_counted,switched_off,comes,no_subject"`
	Tally  tallyShape `json:"tally"`
}

type wholeControl struct {
	ControlRow
	Text   string        `json:"text,omitempty" doc:"What it asks for, in our words."`
	Attest string        `json:"attest,omitempty" doc:"What somebody has to state."`
	Cannot string        `json:"cannot,omitempty" doc:"Why nothing can tell."`
	Comes  string        `json:"comes,omitempty" doc:"What it waits for."`
	Rules  []spokenShape `json:"rules"`
	Basis  basis         `json:"basis"`
}

// Period are the parameters of everything that is told over some weeks.
type Period struct {
	From string `query:"from" example:"2026-01-01" maxLength:"40" doc:"First day, in UTC. Without it the period has 26 weeks."`
	To   string `query:"to" example:"2026-11-22" maxLength:"40" doc:"Last day, in UTC. Without it the period ends now."`
}

type frameworkIn struct {
	Framework string `path:"framework" maxLength:"100" example:"cis-aws-3.0" doc:"Id of the framework."`
	Period
}

// ControlIn names a control.
type ControlIn struct {
	Framework string `path:"framework" maxLength:"100" example:"cis-aws-3.0" doc:"Id of the framework."`
	Control   string `path:"control" maxLength:"200" example:"5.7" doc:"Id of the control, as its publisher numbers it."`
}

type controlIn struct {
	ControlIn
	Period
}

type populationIn struct {
	ControlIn
	Place
	On string `query:"on" example:"2026-11-22" maxLength:"40" doc:"The day, in UTC. Without it, now."`
}

// A populationOut is a page of a population, with what it rests on.
type populationOut struct {
	Link []string `header:"Link" doc:"Addresses of the next and the previous page, see RFC 8288."`
	Body populationList
}

type populationList struct {
	Items    []judgedShape `json:"items" doc:"In the order of the list."`
	Next     string        `json:"next,omitempty" doc:"Cursor for after; absent on the last page."`
	Previous string        `json:"previous,omitempty" doc:"Cursor for before; absent on the first page."`
	Basis    basis         `json:"basis"`
}

type sampleIn struct {
	ControlIn
	On   string `query:"on" example:"2026-11-22" maxLength:"40" doc:"The day, in UTC. Without it, now."`
	N    int    `query:"n" minimum:"1" maximum:"200" default:"25" doc:"How many to draw."`
	Seed string `query:"seed" required:"true" minLength:"1" maxLength:"100" doc:"Whatever you choose; keep it to draw the same sample again."`
}

// A judgedShape is a subject of a population.
type judgedShape struct {
	Subject  subject      `json:"subject"`
	Place    bool         `json:"place" doc:"It is no subject, but a place where nobody could look."`
	Outcome  string       `json:"outcome" enum:"fail,unknown,pass" doc:"The worst of its rules'."`
	Verdicts []judgedRule `json:"verdicts" doc:"Of each rule that counts and applies to it."`
	Scan     int64        `json:"scan" doc:"The scan whose documents were judged."`
}

type judgedRule struct {
	Rule     string     `json:"rule"`
	Version  string     `json:"rule_version"`
	Outcome  string     `json:"outcome" enum:"fail,unknown,pass"`
	Say      string     `json:"say"`
	Finding  string     `json:"finding,omitempty" example:"FND-12" doc:"Its finding, where there ever was one."`
	Reasons  []reason   `json:"reasons"`
	Evidence []evidence `json:"evidence"`
}

type sampleShape struct {
	Seed    string        `json:"seed"`
	At      time.Time     `json:"at" doc:"The end of the day, or now."`
	All     int           `json:"population" doc:"Subjects that some rule applies to."`
	Pass    int           `json:"pass"`
	Fail    int           `json:"fail"`
	Unknown int           `json:"unknown"`
	NA      int           `json:"not_applicable" doc:"Subjects that no rule applies to; not of the population."`
	Places  int           `json:"places" doc:"Where nobody could look: what stands there is in no population."`
	Basis   basis         `json:"basis"`
	Items   []judgedShape `json:"items" doc:"In the order in which they were drawn."`
}

func (s *server) desk() (*compliance.Desk, error) {
	if s.Compliance == nil {
		return nil, problem.New(problem.NotFound, "There are no frameworks here.")
	}
	return s.Compliance, nil
}

func (s *server) listFrameworks(ctx context.Context, _ *struct{}) (*replied[frameworkList], error) {
	d, err := s.desk()
	if err != nil {
		return nil, err
	}
	all, scope, err := d.All(ctx)
	if err != nil {
		return nil, err
	}
	return reply(frameworkList{Items: each(all, func(x compliance.Summary) FrameworkRow { return frameworkRow(&x) }), Basis: basisOf(&scope)}), nil
}

func (s *server) getFramework(ctx context.Context, in *frameworkIn) (*replied[wholeFramework], error) {
	d, err := s.desk()
	if err != nil {
		return nil, err
	}
	p, err := compliance.NewPeriod(in.From, in.To, s.Now())
	if err != nil {
		return nil, err
	}
	r, err := d.Framework(ctx, unescaped(in.Framework), p)
	if err != nil {
		return nil, err
	}
	f := r.Framework
	out := wholeFramework{FrameworkRow: frameworkRow(&r.Summary), About: f.About, Source: f.Source, From: p.From, To: p.End(), Basis: basisOf(&r.Scope), Controls: []ControlRow{}}
	groups := groupsOf(f)
	for i := range r.Standings {
		out.Controls = append(out.Controls, controlRow(&r.Standings[i], r.Weeks[i], groups[r.Standings[i].Control.ID]))
	}
	return reply(out), nil
}

func (s *server) getControl(ctx context.Context, in *controlIn) (*replied[wholeControl], error) {
	d, err := s.desk()
	if err != nil {
		return nil, err
	}
	p, err := compliance.NewPeriod(in.From, in.To, s.Now())
	if err != nil {
		return nil, err
	}
	r, c, err := d.Control(ctx, unescaped(in.Framework), unescaped(in.Control), p)
	if err != nil {
		return nil, err
	}
	st := &r.Standings[0]
	return reply(wholeControl{ControlRow: controlRow(st, r.Weeks[0], groupsOf(r.Framework)[c.ID]), Text: c.Text, Attest: c.Attest, Cannot: c.Cannot, Comes: c.Comes,
		Rules: each(st.Parts, spokenOf), Basis: basisOf(&r.Scope)}), nil
}

// unescaped is a part of an address as it was meant: a control's id may hold
// what an address escapes.
func unescaped(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

func frameworkRow(x *compliance.Summary) FrameworkRow {
	f := x.Framework
	out := FrameworkRow{ID: f.ID, Name: f.Name, Publisher: f.Publisher, Edition: f.Edition, Version: f.Version, States: map[string]int{},
		Assessed: x.Covered.Assessed, Named: x.Covered.Here, All: x.Covered.All, Posture: postureOf(x.Posture)}
	for _, state := range framework.States() {
		out.States[string(state)] = x.Count(state)
	}
	return out
}

func basisOf(s *compliance.Scope) basis {
	name := func(a compliance.Absent) string { return cmp.Or(a.Account.Name, a.Account.External) }
	b := basis{Counted: []string{string(framework.Publisher)}, Blind: each(s.Of(listing.NotLookedAt), name), Left: each(s.Of(listing.Disconnected), name),
		Unseen: each(s.Of(listing.NeverScanned), func(a compliance.Absent) string { return a.Account.External }),
		Absent: each(s.Absent, func(a compliance.Absent) absent {
			return absent{a.Account.Provider, a.Account.External, a.Account.Name, string(a.Why), moment(a.Since)}
		})}
	for _, c := range s.Counted {
		b.Counted = append(b.Counted, string(c.Status))
	}
	var last time.Time
	for _, l := range s.Looks {
		if l.At.After(last) {
			last = l.At
		}
	}
	b.LastScan = moment(last)
	return b
}

// groupsOf are the titles of the groups by their controls.
func groupsOf(f *framework.Framework) map[string]string {
	by := map[string]string{}
	for g := range f.Groups {
		for c := range f.Groups[g].Controls {
			by[f.Groups[g].Controls[c].ID] = f.Groups[g].Title
		}
	}
	return by
}

func controlRow(s *framework.Standing, weeks []framework.Week, group string) ControlRow {
	return ControlRow{ID: s.Control.ID, Title: s.Control.Title, Group: group, State: string(s.State), Why: string(s.Why), Tally: tallyShapeOf(s.Tally),
		Weeks: each(weeks, func(w framework.Week) weekShape {
			return weekShape{w.From, string(w.State), w.Pass, w.Fail, w.Over, w.NoTel}
		})}
}

func tallyShapeOf(t framework.Tally) tallyShape {
	return tallyShape{t.All(), t.Pass, t.Fail, t.Accepted, t.Unknown, t.Over, t.Lost, t.Stale}
}

func spokenOf(p framework.Part) spokenShape {
	return spokenShape{Rule: p.Rule, Status: string(p.Status), Source: p.Source, Note: p.Note, Counts: p.Why == "", Why: string(p.Why), Tally: tallyShapeOf(p.Tally)}
}

func judgedShapeOf(j listing.Judged) judgedShape {
	out := judgedShape{Subject: subjectOf(j.Subject), Place: j.Place, Outcome: j.Outcome.String(), Scan: j.Scan, Verdicts: []judgedRule{}}
	for i := range j.Verdicts {
		v := &j.Verdicts[i]
		n := j.Findings[v.Rule]
		r := judgedRule{Rule: v.Rule, Version: v.Version, Outcome: v.Outcome.String(), Say: v.Say, Reasons: each(v.Reasons, reasonOf),
			Evidence: each(v.Evidence, func(e finding.Evidence) evidence { return evidenceOf(n, e) })}
		if n != 0 {
			r.Finding = idOf(n)
		} else { // documents are shown beside findings
			for k := range r.Evidence {
				r.Evidence[k].Document = ""
			}
		}
		out.Verdicts = append(out.Verdicts, r)
	}
	return out
}
