package ui

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"plumbline/internal/compliance"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

const populationDisclaim = "Judged now, from the documents kept of that day, by the rules as they are today. Passes are not stored: they follow from documents and rules, and can be judged again by anybody who has both."

var outcomeTags = map[finding.Outcome]parts.Tag{
	finding.Pass:          {Tone: "pass", Icon: "check", Text: "Passes"},
	finding.Fail:          {Tone: "crit", Icon: "x", Text: "Fails"},
	finding.Unknown:       {Tone: "med", Icon: "eye", Text: "Not known"},
	finding.NotApplicable: {Tone: "line", Icon: "dash", Text: "Not asked"},
}

// A controlDay is a control on one day.
type controlDay struct {
	report  *compliance.Report
	control *framework.Control
	rules   []string
	draw    *pages.DrawForm
}

// onDay reads the control and the day of an address.
func (u *ui) onDay(r *http.Request, on string) (*controlDay, error) {
	on = cmpOr(on, isoDay(u.Now()))
	p, err := compliance.NewPeriod(on, on, u.Now())
	if err != nil {
		return nil, err
	}
	rep, c, err := u.Compliance.Control(r.Context(), r.PathValue("framework"), r.PathValue("control"), p)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	d := &controlDay{report: rep, control: c, rules: compliance.Counted(&rep.Standings[0]), draw: u.drawForm(rep.Framework, c, p)}
	if len(d.rules) == 0 {
		return nil, problem.New(problem.NotFound, "No rule that counts speaks about control %s, so it has no population.", c.ID)
	}
	return d, nil
}

// population lists every subject of a control on a day.
func (u *ui) population(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "on", "after", "before", "n", "seed") // n and seed come with the form that draws
	if err != nil {
		return err
	}
	d, err := u.onDay(r, v.Get("on"))
	if err != nil {
		return err
	}
	rows, next, err := u.Compliance.Population(r.Context(), d.rules, d.report.Period.End(), listing.Place{After: v.Get("after"), Before: v.Get("before"), Limit: rowsPerPage})
	if err != nil {
		return fmt.Errorf("population: %w", err)
	}
	f, c := d.report.Framework, d.control
	here := controlPath(f.ID, c.ID) + "/population"
	on := isoDay(d.report.Period.To)
	p := pages.Population{
		Frame: u.frameOf(r, "Population of "+c.ID, sectionCompliance), Crumbs: controlCrumbs(f, c, d.report.Period, "Population"), Title: "Population of " + c.ID,
		Lead: c.Title + ": every subject on " + date(d.report.Period.To) + ", with what each rule that counts says of it.", Notices: u.scopeNotices(&d.report.Scope, d.report.Period.End()),
		Draw: d.draw, Caption: "Subjects with their outcomes", Rows: u.subjectRows(rows, 0), Footer: some(len(rows), "subject on this page", "subjects on this page"), Disclaim: populationDisclaim,
	}
	if v.Get("after") != "" || next.Previous != "" {
		p.First = withQuery(here, url.Values{"on": {on}})
	}
	if next.Previous != "" {
		p.Earlier = withQuery(here, url.Values{"on": {on}, "before": {next.Previous}})
	}
	if next.Next != "" {
		p.Later = withQuery(here, url.Values{"on": {on}, "after": {next.Next}})
	}
	p.File = populationFile(d)
	p.Absent = absentRows(&d.report.Scope)
	if len(rows) == 0 {
		p.Empty = noSubjects(d)
	}
	show(w, r, http.StatusOK, pages.PopulationPage(p))
	return nil
}

func noSubjects(d *controlDay) *pages.Empty {
	e := &pages.Empty{Title: "There is no subject", Text: []string{"On that day the scans saw nothing that the rules of this control could be asked of."},
		Actions: []pages.Link{{Text: "Show the control", Href: controlPath(d.report.Framework.ID, d.control.ID)}}}
	switch {
	case !d.report.Scanned():
		e.Text = []string{"No scan was finished by the end of that day."}
	case len(d.report.Absent) == len(d.report.Looks):
		e.Text = []string{"No account counts on that day: nobody had looked at any in the seven days before."}
	}
	return e
}

// populationFile is the address of the whole population as a file.
func populationFile(d *controlDay) string {
	return withQuery("/api/v1/frameworks/"+url.PathEscape(d.report.Framework.ID)+"/controls/"+url.PathEscape(d.control.ID)+"/population.csv",
		url.Values{"on": {isoDay(d.report.Period.To)}})
}

// absentRows name every account that has no subject in a population, and say
// why.
func absentRows(s *compliance.Scope) []pages.AbsentRow {
	var out []pages.AbsentRow
	for _, a := range s.Absent {
		row := pages.AbsentRow{Provider: estate.CloudName(a.Account.Provider), Name: printable(accountName(a.Account))}
		switch {
		case a.Why == listing.NeverScanned:
			row.Why = "never scanned by then"
		case a.Why == listing.NotLookedAt:
			row.Why = "not looked at since " + day(a.Since) + "; the control counts what was told of it as not known"
		case a.Since.IsZero():
			row.Why = "disconnected"
		default:
			row.Why = "disconnected on " + date(a.Since)
		}
		out = append(out, row)
	}
	return out
}

// sample draws some subjects of a control on a day, by a seed.
func (u *ui) sample(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "on", "n", "seed")
	if err != nil {
		return err
	}
	d, err := u.onDay(r, v.Get("on"))
	if err != nil {
		return err
	}
	f, c := d.report.Framework, d.control
	n := usualSample
	if text := v.Get("n"); text != "" {
		if n, err = strconv.Atoi(text); err != nil {
			return problem.New(problem.Invalid, "%q is not how many subjects to draw. Give a number from 1 to %d.", text, compliance.Most)
		}
		d.draw.N = text
	}
	seed := cmpOr(v.Get("seed"), d.draw.Seed)
	d.draw.Seed = seed
	s, err := u.Compliance.Sample(r.Context(), d.rules, d.report.Period.End(), n, seed)
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	p := pages.Population{
		Frame: u.frameOf(r, "Sample of "+c.ID, sectionCompliance), Crumbs: controlCrumbs(f, c, d.report.Period, "Sample"), Title: "Sample of " + c.ID,
		Lead: fmt.Sprintf("%s: %s drawn from %s on %s.", c.Title, number(len(s.Drawn)), some(s.All, "subject", "subjects"), date(d.report.Period.To)), Notices: u.scopeNotices(&d.report.Scope, d.report.Period.End()),
		Counts: sampleCounts(&s), Draw: d.draw, Caption: "Subjects drawn, in the order in which they were", Rows: u.subjectRows(s.Drawn, 1),
		Footer: some(len(s.Drawn), "subject drawn", "subjects drawn"), Disclaim: populationDisclaim, Facts: sampleFacts(&s, d), Absent: absentRows(&d.report.Scope),
	}
	if len(s.Drawn) == 0 {
		p.Empty = noSubjects(d)
	}
	show(w, r, http.StatusOK, pages.PopulationPage(p))
	return nil
}

func sampleCounts(s *listing.Sample) []pages.Change {
	tone := func(n int, t string) string {
		if n == 0 {
			return ""
		}
		return t
	}
	return []pages.Change{
		{Count: number(s.All), Text: "subjects in the population"}, {Count: number(s.Pass), Text: "pass", Tone: tone(s.Pass, "good")},
		{Count: number(s.Fail), Text: "fail", Tone: tone(s.Fail, "bad")}, {Count: number(s.Unknown), Text: "not known", Tone: tone(s.Unknown, "warn")},
		{Count: number(s.Places), Text: "places where nobody could look", Tone: tone(s.Places, "warn")},
	}
}

func sampleFacts(s *listing.Sample, d *controlDay) []parts.Fact {
	return []parts.Fact{
		{Name: "Seed", Parts: []parts.Span{{Text: s.Seed, Code: true}}},
		{Name: "As of", Parts: text(day(d.report.Period.End()))},
		{Name: "Drawn by", Parts: text("sha256 over seed, cloud, account and uid, each with its length before it; the smallest come first")},
		{Name: "Left out", Parts: text(some(s.NA, "subject that no rule applies to", "subjects that no rule applies to"))},
	}
}

// subjectRows are subjects as the page shows them; from 1 they are numbered.
func (u *ui) subjectRows(all []listing.Judged, from int) []pages.SubjectRow {
	var out []pages.SubjectRow
	for i := range all {
		j := &all[i]
		row := pages.SubjectRow{Name: printable(cmp.Or(j.Subject.Name, j.Subject.ID, j.Subject.UID)), ID: j.Subject.ID, Kind: sentenceName(kindName(string(j.Subject.Kind))),
			Provider: estate.CloudName(j.Account.Provider), Account: printable(accountName(j.Account)), Region: j.Subject.Region, Outcome: outcomeTags[j.Outcome]}
		if from > 0 {
			row.Number = number(from+i) + "."
		}
		if row.ID == row.Name {
			row.ID = ""
		}
		if j.Place {
			row.Name, row.Kind, row.ID = "What stands in "+placeName(&j.Subject), "A place where nobody could look", ""
		}
		if j.Subject.Kind == estate.KindWorkload && !j.Place {
			row.Href = workloadPath(j.Subject.UID)
		}
		for k := range j.Verdicts {
			row.Says = append(row.Says, u.saying(j, &j.Verdicts[k]))
		}
		out = append(out, row)
	}
	return out
}

// placeName is where nobody could look.
func placeName(s *estate.Subject) string {
	if s.Kind == estate.KindAccount {
		return "account " + s.ID
	}
	return s.Region
}

// saying is what one rule says of a subject, and where the evidence is: the
// finding's, the workload's page, or the document itself by its hash.
func (u *ui) saying(j *listing.Judged, v *finding.Verdict) pages.Saying {
	s := pages.Saying{Rule: v.Rule, Href: u.ruleLink(v.Rule), Outcome: outcomeTags[v.Outcome], Say: sentence(v.Say)}
	switch n := j.Findings[v.Rule]; {
	case n != 0 && v.Outcome != finding.Pass:
		s.Evidence = pages.Link{Text: fmt.Sprintf("FND-%d, evidence", n), Href: findingPath(n) + "/evidence"}
	case n != 0:
		s.Evidence = pages.Link{Text: fmt.Sprintf("FND-%d, history", n), Href: findingPath(n) + "/history"}
	case j.Subject.Kind == estate.KindWorkload && !j.Place:
		s.Evidence = pages.Link{Text: "evidence", Href: workloadPath(j.Subject.UID)}
	}
	s.Document = readFrom(v)
	return s
}

// readFrom names the document that decided, by the beginning of its hash.
func readFrom(v *finding.Verdict) string {
	for i := range v.Evidence {
		o := v.Evidence[i].Origin
		if o != nil && o.HasDoc {
			return o.Call + " · sha256 " + hex.EncodeToString(o.Hash[:6]) + "…"
		}
	}
	return ""
}
