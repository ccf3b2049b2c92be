package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

var groupColumns = []pages.Column{{Text: "Severity"}, {Text: "Rule"}, {Text: "Affected"}, {Text: "Risk", Right: true}, {Text: "Due"}, {Text: "Expand", Quiet: true}}

// byRule shows the rules, with the findings of the one that is open.
func (l *list) byRule() error {
	gs, err := l.Reader.Groups(l.r.Context(), l.want.q)
	if err != nil {
		return fmt.Errorf("group findings: %w", err)
	}
	sortGroups(gs)
	if !l.follows(gs) {
		return errAdrift
	}
	n := total(gs)
	l.page.Lead = some(n, "finding", "findings") + " in " + some(len(gs), "rule", "rules") + ". " + l.evidence()
	if len(gs) == 0 {
		return l.empty()
	}
	t := &pages.List{Caption: "Findings grouped by rule, highest risk first", Columns: groupColumns}
	l.page.List = t
	shown, from := l.window(gs)
	for _, g := range shown {
		row := l.group(g)
		if row.IsOpen {
			if err := l.rows(&row, g); err != nil {
				return err
			}
		}
		t.Groups = append(t.Groups, row)
	}
	t.Footer = some(len(gs), "rule", "rules") + ", " + some(n, "finding", "findings") + "."
	if len(gs) > groupsPerPage {
		t.Footer += fmt.Sprintf(" Rules %d to %d.", from+1, from+len(shown))
	}
	return l.hides(t)
}

// hides says that a filter hides something, and shows the way to all of it.
func (l *list) hides(t *pages.List) error {
	all := query.Query{}
	for _, term := range l.want.q.Terms {
		if term.Key == "is" {
			all.Terms = append(all.Terms, term)
		}
	}
	if all.Len() == l.want.q.Len() {
		return nil
	}
	n, err := l.count(all)
	if err != nil {
		return err
	}
	link := l.want.fresh()
	link.q = all
	t.All = &pages.Link{Text: "Show " + countedThings(n, "finding", "findings") + " without the filter", Href: link.address()}
	return nil
}

func total(gs []listing.Group) int {
	n := 0
	for _, g := range gs {
		n += g.Count
	}
	return n
}

// errAdrift is told where a page continues a list that is not there, or is no
// longer: the first page would look like the next.
var errAdrift = problem.New(problem.Invalid, "This address continues a list that is not there, or is no longer. Open the list again from its beginning.")

// follows says whether there is a list that the page continues: the open
// group's, or that of the groups.
func (l *list) follows(gs []listing.Group) bool {
	if l.want.before != "" && l.want.open == "" {
		return false
	}
	return l.want.after == "" && l.want.before == "" || slices.ContainsFunc(gs, func(g listing.Group) bool {
		return g.Rule == l.want.open || l.want.open == "" && g.Rule == l.want.after
	})
}

func sortGroups(gs []listing.Group) {
	slices.SortFunc(gs, func(a, b listing.Group) int {
		return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rule, b.Rule))
	})
}

// window is the page of groups that holds the open one, or that follows after.
func (l *list) window(gs []listing.Group) (shown []listing.Group, from int) {
	if i := slices.IndexFunc(gs, func(g listing.Group) bool { return g.Rule == l.want.open }); i >= 0 {
		from = i / groupsPerPage * groupsPerPage
	} else if i := slices.IndexFunc(gs, func(g listing.Group) bool { return g.Rule == l.want.after }); i >= 0 {
		from = i + 1
	}
	end := min(from+groupsPerPage, len(gs))
	page := func(after string) string {
		link := l.want.fresh()
		link.after = after
		return link.address()
	}
	if from > groupsPerPage {
		l.page.List.Earlier = page(gs[from-groupsPerPage-1].Rule)
	} else if from > 0 {
		l.page.List.Earlier = page("")
	}
	if end < len(gs) {
		l.page.List.Later = page(gs[end-1].Rule)
	}
	return gs[from:end], from
}

func (l *list) group(g listing.Group) pages.Group {
	title, provider := l.faultOf(g.Rule)
	s := severity(g.Severity)
	row := pages.Group{
		ID: "grp-" + g.Rule, Severity: &s, Title: title, Name: title,
		Toggle: l.want.toggle(g.Rule), IsOpen: l.want.open == g.Rule,
		Provider: provider, Code: g.Rule, Count: number(g.Count), Risk: groupRisk(g),
	}
	if g.Open == g.Count && g.Subjects >= g.Count && l.whole() {
		row.Of = "of " + number(g.Subjects)
	}
	if g.New > 0 {
		row.Tags = append(row.Tags, parts.Tag{Tone: "accent", Text: "+" + number(g.New) + " new"})
	}
	if g.Lost > 0 && g.Lost < g.Count {
		row.Tags = append(row.Tags, parts.Tag{Tone: "med", Icon: "eye", Text: number(g.Lost) + " lost sight of"})
	}
	if g.Overdue > 0 {
		row.Due = &parts.Tag{Tone: "crit", Icon: "clock", Text: number(g.Overdue) + " overdue"}
	}
	return row
}

// whole says that the query leaves out no part of an account, so that what a
// rule was asked of there is the base of what it affects.
func (l *list) whole() bool {
	for _, t := range l.want.q.Terms {
		if !slices.Contains([]string{"is", "severity", "provider", "account", "rule", "family"}, t.Key) {
			return false
		}
	}
	return len(l.want.q.Words) == 0
}

// faultOf is what a rule calls its failure, and the cloud that it is about.
func (u *ui) faultOf(id string) (title, provider string) {
	r, ok := u.Rules.Rule(id)
	if !ok {
		return id + " (a rule that this version does not have)", estate.CloudName(strings.ToLower(strings.SplitN(id, "-", 2)[0]))
	}
	if r.Provider == "" {
		return r.Fault, "Any"
	}
	return r.Fault, estate.CloudName(r.Provider)
}

// rows lists the findings of the open group, 25 at a time.
func (l *list) rows(g *pages.Group, of listing.Group) error {
	q := l.want.q.Set("rule", of.Rule)
	fs, at, err := l.Reader.Findings(l.r.Context(), q, listing.Worst, listing.Place{After: l.want.after, Before: l.want.before, Limit: rowsPerGroup})
	if err != nil {
		return fmt.Errorf("list findings: %w", err)
	}
	fresh, err := l.newest(q, of)
	if err != nil {
		return err
	}
	for _, f := range fs {
		row := l.row(f)
		if fresh[f.Number] {
			row.Tags = append(row.Tags, parts.Tag{Tone: "accent", Text: "new"})
		}
		g.Rows = append(g.Rows, row)
	}
	step := func(after, before string) string {
		return l.want.with(func(w *want) { w.after, w.before, w.sheet = after, before, "" }) + "#" + g.ID
	}
	if at.Previous != "" {
		g.Fewer = step("", at.Previous)
	}
	if at.Next != "" {
		g.More = step(at.Next, "")
	}
	g.Where = fmt.Sprintf("%d of %s shown.", len(fs), number(of.Count))
	return nil
}

// newest are the findings of a group that are new or came back: those that the
// group counts.
func (l *list) newest(q query.Query, g listing.Group) (map[int64]bool, error) {
	if g.New == 0 {
		return nil, nil
	}
	fs, _, err := l.Reader.Findings(l.r.Context(), q.Set("is", "new", "reopened"), listing.Worst, listing.Place{Limit: 200})
	if err != nil {
		return nil, fmt.Errorf("list what is new: %w", err)
	}
	out := make(map[int64]bool, len(fs))
	for _, f := range fs {
		out[f.Number] = true
	}
	return out, nil
}

// row is a finding in a list. What is listed last is what the sheet's links
// lead to.
func (l *list) row(f listing.Finding) pages.Row {
	l.shown = append(l.shown, f.Number)
	row := pages.Row{
		ID: rowID(f.Number), Href: l.want.beside(f.Number), Name: subjectName(f.Record), Sub: subjectID(f.Record),
		Place: f.Subject.Account, Region: f.Subject.Region, Say: f.Say, Risk: fmt.Sprint(f.Risk), Due: dueTag(f, l.Now()),
		Since: date(f.FirstSeen), Stamp: f.FirstSeen.UTC().Format(time.RFC3339), Current: l.want.sheet == findingID(f.Number),
	}
	if f.State != finding.Open {
		row.Tags = append(row.Tags, stateTag(&f.Record))
	}
	return row
}

func findingID(n int64) string { return fmt.Sprintf("FND-%d", n) }

func rowID(n int64) string { return fmt.Sprintf("f-%d", n) }

// subjectName is what a reader calls the thing. Whoever named it may have put in
// what hides or turns the text beside it.
func subjectName(r finding.Record) string {
	return printable(cmp.Or(r.Subject.Name, r.Subject.ID, r.Subject.Region, r.Subject.UID))
}

func printable(name string) string {
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

// empty says which of the kinds of nothing this is.
func (l *list) empty() error {
	q := l.want.q
	switch q.String() {
	case viewOpen:
		return l.allClear()
	case viewLate:
		l.nothing("Nothing is overdue", "Every open finding is within its time, or has none.")
	case viewNew:
		l.nothing("Nothing new", "No finding began to fail with the last finished scan of its account.")
	case viewUnassessed:
		l.nothing("Everything was assessed", "Every judgement was told: the questions that it rests on were answered to the last page.")
	case viewClosed:
		l.nothing("Nothing was fixed yet", "A finding comes here when a later scan sees that it passes, or that its resource is no more.")
	default:
		l.nothing("Nothing matches", "No finding has all that the filter asks for. Drop a part of it above, or all of it.")
		l.page.Empty.Actions = []pages.Link{{Text: "Show all open findings", Href: "/findings"}}
	}
	return nil
}

func (l *list) nothing(title, text string) {
	l.page.Empty = &pages.Empty{Title: title, Text: []string{text}}
}

// allClear says that nothing fails, with what was looked at: nothing found is
// worth no more than that.
func (l *list) allClear() error {
	st, err := l.Reader.Standings(l.r.Context())
	if err != nil {
		return fmt.Errorf("standings: %w", err)
	}
	now := lastOf(st)
	all := sumOf(tallies(now))
	l.nothing("All clear", fmt.Sprintf("%s were asked of %s in %s: %s.", some(len(sums(tallies(now))), "rule", "rules"),
		some(workloads(now), "workload", "workloads"), places(now), some(all.pass, "pass", "passes")))
	e := l.page.Empty
	if all.unknown == 0 {
		e.Text = append(e.Text, "A scan is no certificate: it says what it looked at and what it saw.")
	} else {
		e.Title = "Nothing was seen to be wrong, but not everything was seen"
		e.Text = append(e.Text, some(all.unknown, "judgement is", "judgements are")+" not assessed. They count neither as passed nor as failed.")
		e.Actions = []pages.Link{{Text: "Show what was not assessed", Href: unassessedPath}}
	}
	if may(l.r.Context(), access.ReadEstate) && len(now) > 0 {
		e.Actions = append(e.Actions, pages.Link{Text: "Show what was asked", Href: scanPath(now[0].Number)})
	}
	return nil
}

// groupRisk is the highest risk of a group. Where nothing of it is known to
// fail, it is what the worst could come to: never a 0 that looks harmless.
func groupRisk(g listing.Group) string {
	switch {
	case g.Open+g.Lost > 0:
		return fmt.Sprint(g.Risk)
	case g.NoData > 0:
		return "up to " + fmt.Sprint(g.AtMost)
	}
	return "–"
}
