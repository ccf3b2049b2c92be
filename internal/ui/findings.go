package ui

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"plumbline/internal/finding"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

const (
	groupsPerPage = 50
	rowsPerGroup  = 25
	mostFresh     = 1000 // rows of one rule that are told to be new
)

// A list is everything that the page of findings is made from.
type list struct {
	*ui
	r      *http.Request
	q      query
	scans  []scan.Record
	now    []scan.Record // the last finished scan of each account
	old    *scan.Record  // the one before the newest of these, nil if there is none
	latest time.Time     // start of the newest of these
	page   pages.Findings
}

func (u *ui) findings(w http.ResponseWriter, r *http.Request) error {
	scans, err := u.Store.Scans(r.Context())
	if err != nil {
		return fmt.Errorf("list scans: %w", err)
	}
	l := &list{ui: u, r: r, scans: scans}
	if l.now, err = u.current(r.Context()); err != nil {
		return err
	}
	if l.page.Frame, err = u.frame(r, "Findings", "findings", scans); err != nil {
		return err
	}
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return problem.New(problem.Invalid, "What follows the question mark in this address cannot be read, so no list is shown: it would look as if it had been filtered.")
	}
	q, fault := parse(v)
	if fault != nil {
		l.page.Problem, l.page.Lead = fault, "This address asks for something that Plumbline does not know."
		show(w, r, http.StatusUnprocessableEntity, pages.FindingsPage(l.page))
		return nil
	}
	l.q = q
	if err := l.fill(); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.FindingsPage(l.page))
	return nil
}

// whole reads scans with everything that belongs to them.
func (u *ui) whole(ctx context.Context, scans []scan.Record) ([]scan.Record, error) {
	out := make([]scan.Record, len(scans))
	for i, s := range scans {
		var err error
		if out[i], err = u.Store.Scan(ctx, s.Number); err != nil {
			return nil, fmt.Errorf("scan %d: %w", s.Number, err)
		}
	}
	return out, nil
}

func (l *list) fill() error {
	p := &l.page
	l.notice()
	if len(l.now) == 0 {
		l.nothingYet()
		return nil
	}
	newest := l.now[0]
	l.latest = newest.StartedAt
	var err error
	if l.old, err = l.before(l.r.Context(), newest); err != nil {
		return err
	}
	p.Posture = posture(l.now, l.old)
	p.Changes = changes(newest, l.old, true)
	if err := l.views(); err != nil {
		return err
	}
	l.filters()
	if l.q.view == viewUnassessed && l.q.changed == "" && l.q.rule == "" {
		return l.byCause()
	}
	return l.byRule()
}

// notice says what a reader must know before anything else.
func (l *list) notice() {
	if len(l.scans) == 0 {
		return
	}
	s := l.scans[0]
	n := &pages.Notice{Tone: "warn", Icon: "alert", Href: scanPath(s.Number), Link: fmt.Sprintf("Show scan %d", s.Number)}
	switch s.State {
	case scan.Running:
		n.Tone, n.Icon = "accent", "clock"
		n.Title, n.Text = fmt.Sprintf("Scan %d is running.", s.Number), "The list changes once, when it has finished. Load the page again to see."
	case scan.Interrupted:
		n.Title, n.Text = fmt.Sprintf("Scan %d was interrupted.", s.Number), "The list is that of the scan before it."
	case scan.Failed:
		n.Title, n.Text = fmt.Sprintf("Scan %d failed.", s.Number), sentence(s.Reason)+" The list is that of the scan before it."
	default:
		return
	}
	l.page.Notice = n
}

func (l *list) nothingYet() {
	l.page.Lead = "No scan has finished yet."
	l.page.Empty = &pages.Empty{Title: "Nothing was scanned yet", Text: []string{
		"The first findings appear here when a scan has finished.",
		"Run “plumbline demo” for a simulated account, or “plumbline scan aws” for one of yours. Scans only read.",
	}}
	if len(l.scans) > 0 && l.scans[0].State == scan.Running {
		l.page.Empty.Title = "The first scan is running"
		l.page.Empty.Text = []string{"Its findings appear here when it has finished. Load the page again to see."}
		l.page.Empty.Actions = []pages.Link{{Text: "Load again", Href: l.q.address()}, {Text: "Show the scan", Href: scanPath(l.scans[0].Number)}}
	}
}

func (l *list) views() error {
	for _, v := range []struct{ view, text string }{
		{viewOpen, "All open"}, {viewUnassessed, "Not assessed"}, {viewClosed, "Fixed or gone"},
	} {
		n, err := l.count(l.r.Context(), Filter{States: viewStates[v.view], Changes: viewHow[v.view]})
		if err != nil {
			return err
		}
		l.page.Views = append(l.page.Views, pages.Link{
			Text: v.text, Count: number(n), Href: query{view: v.view}.address(),
			Current: l.q.view == v.view && l.q.changed == "",
		})
	}
	return nil
}

var changedText = map[string]string{
	"new": "newly failing in the last scan", "fixed": "fixed in the last scan",
	"gone": "gone in the last scan", "lost": "lost sight of in the last scan",
}

func (l *list) filters() {
	one := func(text string, ss []finding.Severity) {
		l.page.Filters = append(l.page.Filters, pages.Link{
			Text: text, Href: l.q.with(func(q *query) { q.severities, q.open, q.after = ss, "", "" }),
			Current: slices.Equal(ss, l.q.severities),
		})
	}
	one("Any severity", nil)
	for _, s := range []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low} {
		one(severity(s).Word, []finding.Severity{s})
	}
	if l.q.changed != "" {
		l.page.Chips = append(l.page.Chips, pages.Link{Text: changedText[l.q.changed],
			Href: l.q.with(func(q *query) { q.changed, q.open, q.after = "", "", "" })})
	}
	if l.q.rule != "" {
		l.page.Chips = append(l.page.Chips, pages.Link{Text: "rule: " + l.q.rule,
			Href: l.q.with(func(q *query) { q.rule, q.open, q.after = "", "", "" })})
	}
}

// filter is the query as the store understands it.
func (l *list) filter() Filter {
	f := Filter{States: l.q.states(), Severities: l.q.severities, Rule: l.q.rule}
	if l.q.changed != "" {
		f.Since, f.Changes = l.latest, changedHow[l.q.changed]
	} else {
		f.Changes = viewHow[l.q.view]
	}
	return f
}

func (l *list) byRule() error {
	gs, err := l.Store.Groups(l.r.Context(), l.filter())
	if err != nil {
		return fmt.Errorf("group findings: %w", err)
	}
	sortGroups(gs)
	if !l.follows(gs) {
		return errAdrift
	}
	fresh, lost, err := l.moved()
	if err != nil {
		return err
	}
	l.lead(total(gs), some(len(gs), "rule", "rules"))
	if len(gs) == 0 {
		l.empty()
		return nil
	}
	p := &l.page
	p.Caption, p.Columns = "Findings grouped by rule, highest risk first", [3]string{"Rule", "Affected", "Risk"}
	tally := sums(tallies(l.now))
	shown, from := l.window(gs)
	for _, g := range shown {
		row := l.group(g, tally[g.Rule], fresh[g.Rule], lost[g.Rule])
		if row.IsOpen {
			if err := l.rows(&row, g); err != nil {
				return err
			}
		}
		p.Groups = append(p.Groups, row)
	}
	p.Footer = some(len(gs), "rule", "rules") + ", " + some(total(gs), "finding", "findings") + "."
	if len(gs) > groupsPerPage {
		p.Footer += fmt.Sprintf(" Rules %d to %d.", from+1, from+len(shown))
	}
	return nil
}

// errAdrift is told where a page continues a list that is not there, or is no
// longer: the first page would look like the next.
var errAdrift = problem.New(problem.Invalid, "This address continues a list that is not there, or is no longer. Open the list again from its beginning.")

// follows says whether there is a list that the page continues: the open
// group's, or that of the groups.
func (l *list) follows(gs []Group) bool {
	return l.q.after == "" || slices.ContainsFunc(gs, func(g Group) bool {
		return g.Rule == l.q.open || l.q.open == "" && g.Rule == l.q.after
	})
}

func sortGroups(gs []Group) {
	slices.SortFunc(gs, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rule, b.Rule))
	})
}

// window is the page of groups that holds the open one, or that follows after.
func (l *list) window(gs []Group) (shown []Group, from int) {
	if i := slices.IndexFunc(gs, func(g Group) bool { return g.Rule == l.q.open }); i >= 0 {
		from = i / groupsPerPage * groupsPerPage
	} else if i := slices.IndexFunc(gs, func(g Group) bool { return g.Rule == l.q.after }); i >= 0 {
		from = i + 1
	}
	end := min(from+groupsPerPage, len(gs))
	page := func(after string) string {
		return l.q.with(func(q *query) { q.open, q.after = "", after })
	}
	if from > groupsPerPage {
		l.page.Earlier = page(gs[from-groupsPerPage-1].Rule)
	} else if from > 0 {
		l.page.Earlier = page("")
	}
	if end < len(gs) {
		l.page.Later = page(gs[end-1].Rule)
	}
	return gs[from:end], from
}

// moved counts by rule what began to fail and what was lost in the last scan.
func (l *list) moved() (fresh, lost map[string]int, err error) {
	count := func(what string) (map[string]int, error) {
		gs, err := l.Store.Groups(l.r.Context(), Filter{States: changedStates[what], Changes: changedHow[what], Since: l.latest})
		if err != nil {
			return nil, fmt.Errorf("count changes: %w", err)
		}
		m := map[string]int{}
		for _, g := range gs {
			m[g.Rule] = g.Count
		}
		return m, nil
	}
	if fresh, err = count("new"); err != nil {
		return nil, nil, err
	}
	lost, err = count("lost")
	return fresh, lost, err
}

func (l *list) group(g Group, t sum, fresh, lost int) pages.Group {
	title, provider := l.faultOf(g.Rule)
	s := severity(g.Severity)
	row := pages.Group{
		ID: "grp-" + g.Rule, Severity: &s, Title: title, Name: title,
		Toggle: l.q.toggle(g.Rule), IsOpen: l.q.open == g.Rule,
		Provider: provider, Code: g.Rule, Count: number(g.Count), Risk: fmt.Sprint(g.Risk),
	}
	if m := t.asked(); l.q.states()[0] == finding.Open && l.q.changed == "" && m >= g.Count && m > 0 {
		row.Of = "of " + number(m)
	}
	if fresh > 0 && l.old != nil && l.q.view == viewOpen && l.q.changed == "" {
		row.Tags = append(row.Tags, parts.Tag{Tone: "accent", Text: fmt.Sprintf("+%s new", number(fresh))})
	}
	if lost > 0 && l.q.view == viewOpen && l.q.changed == "" {
		row.Tags = append(row.Tags, parts.Tag{Tone: "med", Icon: "eye", Text: number(lost) + " lost sight of"})
	}
	return row
}

// fault is what a rule calls its failure, and the cloud that it is about.
func (u *ui) faultOf(id string) (title, provider string) {
	r, ok := u.Rules.Rule(id)
	if !ok {
		return id + " (a rule that this version does not have)", cloudName(strings.ToLower(strings.SplitN(id, "-", 2)[0]))
	}
	if r.Provider == "" {
		return r.Fault, "Any"
	}
	return r.Fault, cloudName(r.Provider)
}

func (l *list) rows(g *pages.Group, of Group) error {
	f := l.filter()
	f.Rule, f.After, f.Limit = of.Rule, l.q.after, rowsPerGroup
	rs, next, err := l.Store.Findings(l.r.Context(), f)
	if err != nil {
		return fmt.Errorf("list findings: %w", err)
	}
	fresh, err := l.fresh(of.Rule)
	if err != nil {
		return err
	}
	for _, rec := range rs {
		row := l.row(rec)
		if fresh[rec.Number] {
			row.Tags = append(row.Tags, parts.Tag{Tone: "accent", Text: "new"})
		}
		g.Rows = append(g.Rows, row)
	}
	at := "#grp-" + of.Rule
	if l.q.after != "" {
		g.Fewer = l.q.with(func(q *query) { q.after = "" }) + at
	}
	if next != "" {
		g.More = l.q.with(func(q *query) { q.after = next }) + at
	}
	g.Where = fmt.Sprintf("%d of %s shown.", len(rs), number(of.Count))
	return nil
}

func (l *list) row(rec finding.Record) pages.Row {
	row := pages.Row{
		Href: findingPath(rec.Number), Name: subjectName(rec), ID: subjectID(rec),
		Place: rec.Subject.Account, Region: rec.Subject.Region, Say: rec.Say, Risk: fmt.Sprint(rec.Risk),
	}
	if rec.State != finding.Open {
		row.Tags = append(row.Tags, stateTag(&rec))
	}
	return row
}

// fresh are the findings of a rule that began to fail in the last scan: the
// very ones that the strip of changes and the group count.
func (l *list) fresh(id string) (map[int64]bool, error) {
	if l.old == nil || l.q.view != viewOpen {
		return nil, nil
	}
	rs, _, err := l.Store.Findings(l.r.Context(), Filter{Rule: id, States: changedStates["new"], Changes: changedHow["new"], Since: l.latest, Limit: mostFresh})
	if err != nil {
		return nil, fmt.Errorf("list what is new: %w", err)
	}
	out := make(map[int64]bool, len(rs))
	for _, r := range rs {
		out[r.Number] = true
	}
	return out, nil
}

// subjectName is what a reader calls the thing. Whoever named it may have put in
// what hides or turns the text beside it.
func subjectName(r finding.Record) string {
	name := cmp.Or(r.Subject.Name, r.Subject.ID, r.Subject.Region, r.Subject.UID)
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '·'
		}
		return c
	}, name)
}

func subjectID(r finding.Record) string {
	if r.Subject.ID == subjectName(r) {
		return ""
	}
	return r.Subject.ID
}

func (l *list) lead(n int, in string) {
	s := l.now[0]
	l.page.Lead = fmt.Sprintf("%s in %s. Evidence from scan %d of %s, %s.",
		some(n, "finding", "findings"), in, s.Number, places(l.now), day(s.EndedAt))
}

// empty says which of the kinds of nothing this is.
func (l *list) empty() {
	clear := []pages.Link{{Text: "Clear the filters", Href: query{view: l.q.view}.address()}}
	if len(l.q.severities) > 0 || l.q.rule != "" || l.q.changed != "" {
		l.page.Empty = &pages.Empty{Title: "Nothing matches", Actions: clear,
			Text: []string{"No finding of this view has what the filters ask for. Without them the numbers above hold."}}
		return
	}
	if l.q.view == viewClosed {
		l.page.Empty = &pages.Empty{Title: "Nothing was fixed yet", Text: []string{
			"A finding comes here when a later scan sees that it passes, or that its resource is no more."}}
		return
	}
	l.allClear()
}

func (l *list) allClear() {
	all := sumOf(tallies(l.now))
	checked := fmt.Sprintf("%s were asked of %s in %s: %s.", some(len(sums(tallies(l.now))), "rule", "rules"),
		some(workloads(l.now), "workload", "workloads"), some(regions(l.now), "region", "regions"), some(all.pass, "pass", "passes"))
	e := &pages.Empty{Title: "All clear", Text: []string{checked, "A scan is no certificate: it says what it looked at and what it saw."},
		Actions: []pages.Link{{Text: "Show what was asked", Href: scanPath(l.now[0].Number)}}}
	if all.unknown > 0 {
		e.Title = "Nothing was seen to be wrong, but not everything was seen"
		e.Text = append(e.Text[:1], some(all.unknown, "judgement is", "judgements are")+" not assessed. They count neither as passed nor as failed.")
		e.Actions = append([]pages.Link{{Text: "Show what was not assessed", Href: query{view: viewUnassessed}.address()}}, e.Actions...)
	}
	l.page.Empty = e
}

func workloads(scans []scan.Record) int {
	n := 0
	for _, s := range scans {
		n += s.Workloads
	}
	return n
}
