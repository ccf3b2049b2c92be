package ui

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

func (u *ui) scans(w http.ResponseWriter, r *http.Request) error {
	scans, err := u.Store.Scans(r.Context())
	if err != nil {
		return fmt.Errorf("list scans: %w", err)
	}
	p := pages.Scans{Lead: some(len(scans), "scan", "scans") + ", newest first. A scan only reads."}
	if p.Frame, err = u.frame(r, "Scans", "scans", scans); err != nil {
		return err
	}
	scans, err = u.whole(r.Context(), scans)
	if err != nil {
		return err
	}
	for _, s := range scans {
		p.Rows = append(p.Rows, u.scanRow(s))
	}
	if len(scans) == 0 {
		p.Lead = "Nothing ran yet."
		p.Empty = &pages.Empty{Title: "No scan yet", Text: []string{
			"Run “plumbline demo” for a simulated account, or “plumbline scan aws” for one of yours. Scans only read."}}
	}
	show(w, r, http.StatusOK, pages.ScansPage(p))
	return nil
}

func (u *ui) scanRow(s scan.Record) pages.ScanRow {
	t := sumOf(s.Tally)
	row := pages.ScanRow{
		Href: scanPath(s.Number), Name: fmt.Sprintf("Scan %d", s.Number),
		Started: day(s.StartedAt), When: s.StartedAt.UTC().Format(time.RFC3339),
		Provider: cloudName(s.Provider), Account: s.Account, State: scanState(s),
		Workloads: number(s.Workloads), Fail: number(t.fail), Unknown: number(t.unknown), Score: "–",
	}
	if p := postureOf([]scan.Record{s}); p.Assessed && s.State == scan.Finished {
		row.Score = fmt.Sprintf("%d (%d–%d)", score.Whole(p.Score), score.Whole(p.Low), score.Whole(p.High))
	}
	return row
}

func scanState(s scan.Record) pages.State {
	switch s.State {
	case scan.Running:
		return pages.State{Tone: "run", Icon: "spin", Word: "Running"}
	case scan.Finished:
		return pages.State{Tone: "ok", Icon: "check", Word: "Finished", Sub: "in " + took(s.EndedAt.Sub(s.StartedAt))}
	case scan.Interrupted:
		return pages.State{Tone: "err", Icon: "alert", Word: "Interrupted"}
	default:
		return pages.State{Tone: "err", Icon: "alert", Word: "Failed"}
	}
}

func (u *ui) scan(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != r.PathValue("n") {
		return errNoPage
	}
	s, err := u.Store.Scan(r.Context(), n)
	if err != nil {
		return fmt.Errorf("scan %d: %w", n, err)
	}
	all, err := u.Store.Scans(r.Context())
	if err != nil {
		return fmt.Errorf("list scans: %w", err)
	}
	old, err := u.before(r.Context(), s)
	if err != nil {
		return err
	}
	now, err := u.current(r.Context())
	if err != nil {
		return err
	}
	p := u.scanPage(s, old, len(now) > 0 && now[0].Number == s.Number)
	if p.Frame, err = u.frame(r, p.Title, "scans", all); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.ScanPage(p))
	return nil
}

// scanPage is the page of one scan. old is the one before, newest says that the
// lists rest on it.
func (u *ui) scanPage(s scan.Record, old *scan.Record, newest bool) pages.Scan {
	st := scanState(s)
	tone := map[string]string{"ok": "pass", "run": "accent", "err": "high"}[st.Tone]
	p := pages.Scan{
		Title: fmt.Sprintf("Scan %d", s.Number), State: parts.Tag{Tone: tone, Icon: st.Icon, Text: st.Word},
		Lead: fmt.Sprintf("%s account %s. Started %s.", cloudName(s.Provider), s.Account, moment(s.StartedAt)),
	}
	if !s.EndedAt.IsZero() {
		p.Lead += " Took " + took(s.EndedAt.Sub(s.StartedAt)) + "."
	}
	p.Notice = scanNotice(s)
	if s.State == scan.Finished {
		p.Changes = changes(s, old, newest)
	}
	u.outcome(&p, s, old)
	u.asked(&p, s)
	u.judged(&p, s)
	return p
}

func scanNotice(s scan.Record) *pages.Notice {
	n := &pages.Notice{Tone: "warn", Icon: "alert"}
	switch s.State {
	case scan.Running:
		n.Tone, n.Icon, n.Title = "accent", "clock", "This scan is running."
		n.Text = "You can leave this page. Findings and posture change once, when it has finished. Load the page again to see."
	case scan.Interrupted:
		n.Title, n.Text = "This scan was interrupted.", sentence(s.Reason)+" What it did not reach says nothing, and it resolved nothing. Scan again."
	case scan.Failed:
		n.Title, n.Text = "This scan failed.", sentence(s.Reason)+" It changed no finding."
	default:
		return nil
	}
	return n
}

func (u *ui) outcome(p *pages.Scan, s scan.Record, old *scan.Record) {
	t := sumOf(s.Tally)
	if t.asked() > 0 {
		b := outcomeBar(t)
		p.Bar, p.BarText = &b, b.Words+fmt.Sprintf(". %s did not apply.", number(t.na))
	}
	if post := postureOf([]scan.Record{s}); post.Assessed && s.State == scan.Finished {
		p.Posture = "Posture " + post.String()
		if words, _ := movement(old, &s); words != "" {
			p.Posture += ", " + words
		}
	}
	whole := 0
	for _, a := range s.Answers {
		if a.Whole() {
			whole++
		}
	}
	p.Counts = []parts.Fact{
		{Name: "Workloads", Parts: text(number(s.Workloads))},
		{Name: "Questions", Parts: text(fmt.Sprintf("%s asked, %s answered in full", number(len(s.Answers)), number(whole)))},
		{Name: "Documents written", Parts: text(number(s.Written)), Sub: "0 means that nothing in the estate changed"},
		{Name: "Ended", Parts: text(moment(s.EndedAt))},
		{Name: "Engine", Parts: text("Plumbline " + s.Engine)},
	}
	if s.EndedAt.IsZero() {
		p.Counts[3].Parts = text("not yet")
	}
}

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
		p.NoGaps = fmt.Sprintf("All %s were answered to the last page.", some(len(s.Answers), "question", "questions"))
	default:
		p.NoGaps = "So far no question was refused."
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
		g.Rules = append(g.Rules, pages.Link{Text: id, Href: query{view: viewUnassessed, rule: id, open: id}.address()})
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
			Severity: severity(t.severity), Title: u.title(t.rule), ID: t.rule, Href: query{view: viewOpen, rule: t.rule, open: t.rule}.address(),
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
