package ui

import (
	"cmp"
	"fmt"
	"slices"

	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
)

// asked fills the matrix of regions and calls, and the gaps in it.
func (u *ui) asked(p *pages.Scan, s scan.Record) {
	byCell := map[[2]string][]snapshot.Answer{}
	regions, calls := map[string]bool{}, map[string]bool{}
	for _, a := range s.Answers {
		byCell[[2]string{a.Region, a.Call}] = append(byCell[[2]string{a.Region, a.Call}], a)
		regions[a.Region], calls[a.Call] = true, true
		if !a.Whole() {
			p.Gaps = append(p.Gaps, u.gap(a, s))
		}
	}
	p.Calls = sorted(calls)
	for _, r := range regionsInOrder(regions) {
		row := pages.Region{Name: r}
		for _, c := range p.Calls {
			row.Cells = append(row.Cells, cell(byCell[[2]string{r, c}]))
		}
		p.Regions = append(p.Regions, row)
	}
	switch {
	case len(p.Gaps) > 0:
	case s.State == scan.Finished:
		p.NoGaps, p.NoGapsTone = fmt.Sprintf("All %s were answered to the last page.", some(len(s.Answers), "question", "questions")), "good"
	default:
		p.NoGaps = "No question that was asked was refused. What was not asked any more says nothing."
	}
}

func regionsInOrder(m map[string]bool) []string {
	rs := sorted(m)
	slices.SortStableFunc(rs, func(a, b string) int {
		return cmp.Compare(boolInt(b == snapshot.Global), boolInt(a == snapshot.Global))
	})
	return rs
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cell is how one call ended in one region. Where it was asked about many
// subjects the worst answer speaks.
func cell(as []snapshot.Answer) pages.State {
	if len(as) == 0 {
		return pages.State{Quiet: true, Word: "Not asked here"}
	}
	worst, items, pagesSeen := as[0], 0, 0
	for _, a := range as {
		items, pagesSeen = items+a.Items, pagesSeen+a.Pages
		if rank(a.Status) > rank(worst.Status) {
			worst = a
		}
	}
	st := answerState(worst)
	if worst.Whole() {
		st.Sub = some(items, "item", "items")
		if pagesSeen > 1 {
			st.Sub += " in " + some(pagesSeen, "page", "pages")
		}
	}
	return st
}

func rank(s snapshot.Status) int {
	return map[snapshot.Status]int{snapshot.Complete: 0, snapshot.Unasked: 1, snapshot.Partial: 2, snapshot.Refused: 3}[s]
}

var answerWords = map[snapshot.Cause]string{
	snapshot.Denied: "No access", snapshot.Throttled: "Throttled", snapshot.CutOff: "Cut off", snapshot.Unreadable: "Unreadable",
	snapshot.ServerError: "Server error", snapshot.Unreachable: "Unreachable", snapshot.NotOptedIn: "Not enabled",
	snapshot.Interrupted: "Interrupted", snapshot.BadLogin: "Login refused", snapshot.OtherRefusal: "Refused",
	snapshot.NotCollected: "Not collected", snapshot.OutOfScope: "Left out",
}

func answerState(a snapshot.Answer) pages.State {
	switch a.Status {
	case snapshot.Complete:
		return pages.State{Tone: "ok", Icon: "check", Word: "Answered"}
	case snapshot.Unasked:
		return pages.State{Tone: "q", Icon: "dash", Word: "Not asked", Sub: a.Code}
	}
	st := pages.State{Tone: "err", Icon: "alert", Word: cmpOr(answerWords[a.Cause], "Refused"), Sub: a.Code}
	if a.Status == snapshot.Partial {
		st.Word += ", in part"
	}
	return st
}

// gap says what a question that was not answered costs.
func (u *ui) gap(a snapshot.Answer, s scan.Record) pages.Gap {
	st := answerState(a)
	g := pages.Gap{
		Title: st.Word, Call: a.Call, Place: a.Region, Words: a.Code, Do: todo(a.Cause, a.Call),
		Details: fmt.Sprintf("HTTP %s, %s, %s arrived whole.", httpStatus(a.HTTP), some(a.Attempts, "attempt", "attempts"), some(a.Pages, "page", "pages")),
	}
	if a.Message != "" {
		g.Words += ": " + a.Message
	}
	if a.RequestID != "" {
		g.Details += " Request id " + a.RequestID + "."
	}
	open := map[string]int{}
	for _, t := range s.Tally {
		if t.Unknown > 0 && (t.Region == a.Region || a.Region == snapshot.Global) {
			open[t.Rule] += t.Unknown
		}
	}
	n := 0
	for _, id := range sorted(open) {
		n += open[id]
		g.Rules = append(g.Rules, pages.Link{Text: id, Href: findingsOf("is:nodata,lost " + pair("rule", id))})
	}
	if n > 0 {
		where := "In " + a.Region
		if a.Region == snapshot.Global {
			where = "In this account"
		}
		g.Silences = fmt.Sprintf("%s, %s left open, for this reason or another, by these rules:", where, some(n, "judgement is", "judgements are"))
	}
	return g
}

// judged lists the verdicts of a scan by rule, worst first.
func (u *ui) judged(p *pages.Scan, s scan.Record) {
	var all []sum
	for _, t := range sums(s.Tally) {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b sum) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(b.fail, a.fail), cmp.Compare(a.rule, b.rule))
	})
	for _, t := range all {
		p.Rules = append(p.Rules, pages.RuleRow{
			Severity: severity(t.severity), Title: u.title(t.rule), ID: t.rule, Href: findingsOf("is:open " + pair("rule", t.rule)),
			Fail: number(t.fail), Unknown: number(t.unknown), Pass: number(t.pass), NA: number(t.na),
		})
	}
	p.RulesNote = some(len(all), "rule", "rules") + ", named by what is true when all is well"
}

// title is what is true when all is well, or the id of a rule that this
// program does not have.
func (u *ui) title(id string) string {
	if r, ok := u.Rules.Rule(id); ok {
		return r.Title
	}
	return id
}
