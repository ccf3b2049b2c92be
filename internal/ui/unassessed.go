package ui

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// most is how many unassessed findings are read to be grouped by cause.
const most = 2000

// A cause is one reason, and every judgement that it leaves open: one
// permission, n judgements. The region is no part of it, so that a permission
// that is missing everywhere is one cause.
type cause struct {
	call, detail string
	kind         snapshot.Cause
	text         string // in place of the above where nothing structured is known
	findings     []listing.Finding
}

func (c cause) key() string {
	sum := sha256.Sum256([]byte(c.call + "\x00" + string(c.kind) + "\x00" + c.detail + "\x00" + c.text))
	return "cause-" + hex.EncodeToString(sum[:4])
}

// title says the cause without the call, which stands beside it.
func (c cause) title() string {
	t := cmp.Or(c.text, fact.CauseText(c.kind))
	if c.detail != "" && c.text == "" {
		t += " (" + c.detail + ")"
	}
	return strings.TrimSuffix(sentence(t), ".")
}

// byCause shows what could not be told, grouped by what would tell it.
func (l *list) byCause() error {
	q := l.want.q.With(query.Term{Key: "is", Values: []query.Value{{Text: "lost"}, {Text: "nodata"}}})
	fs, whole, err := l.unassessed(q)
	if err != nil {
		return err
	}
	causes, err := l.groupByCause(fs)
	if err != nil {
		return err
	}
	if _, err := strconv.Atoi(l.want.after); l.want.before != "" || l.want.after != "" &&
		(err != nil || !slices.ContainsFunc(causes, func(c cause) bool { return c.key() == l.want.open })) {
		return errAdrift
	}
	l.page.Lead = some(len(fs), "judgement", "judgements") + " left open by " + some(len(causes), "cause", "causes") + ". " + l.evidence()
	if len(causes) == 0 {
		return l.empty()
	}
	t := &pages.List{Caption: "What could not be told, grouped by cause", Columns: []pages.Column{
		{Text: "Outcome"}, {Text: "Cause"}, {Text: "Judgements"}, {Text: "Risk, at most", Right: true}, {Text: "Due"}, {Text: "Expand", Quiet: true}}}
	l.page.List = t
	for _, c := range causes {
		t.Groups = append(t.Groups, l.causeGroup(c))
	}
	t.Footer = some(len(causes), "cause", "causes") + ", " + some(len(fs), "judgement", "judgements") + " left open. None of them counts as passed."
	if whole {
		return nil
	}
	n, err := l.count(q)
	if err != nil {
		return err
	}
	t.Footer = fmt.Sprintf("The worst %s of %s, grouped. A filter by account or rule shows the rest.", number(len(fs)), countedThings(n, "judgement", "judgements"))
	return nil
}

func (l *list) unassessed(q query.Query) (fs []listing.Finding, whole bool, err error) {
	at := listing.Place{Limit: 200}
	for len(fs) < most {
		page, next, err := l.Reader.Findings(l.r.Context(), q, listing.Worst, at)
		if err != nil {
			return nil, false, fmt.Errorf("list what was not assessed: %w", err)
		}
		fs = append(fs, page...)
		if next.Next == "" {
			return fs, true, nil
		}
		at.After = next.Next
	}
	return fs, false, nil
}

func (l *list) groupByCause(fs []listing.Finding) ([]cause, error) {
	by := map[string]*cause{}
	asked := ledgers{ui: l.ui, ctx: l.r.Context()}
	for _, f := range fs {
		c, err := asked.causeOf(f.Record)
		if err != nil {
			return nil, err
		}
		k := c.key()
		if by[k] == nil {
			by[k] = &c
		}
		by[k].findings = append(by[k].findings, f)
	}
	var out []cause
	for _, c := range by {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b cause) int {
		return cmp.Or(cmp.Compare(len(b.findings), len(a.findings)), cmp.Compare(a.key(), b.key()))
	})
	return out, nil
}

// ledgers are the answers of the scans that speak for accounts, read when they
// are asked for.
type ledgers struct {
	*ui
	ctx       context.Context
	standings []listing.Standing
	byScan    map[int64][]snapshot.Answer
}

// of gives the answers of the last finished scan of a finding's account.
func (a *ledgers) of(r finding.Record) ([]snapshot.Answer, error) {
	if a.byScan == nil {
		st, err := a.Reader.Standings(a.ctx)
		if err != nil {
			return nil, fmt.Errorf("standings: %w", err)
		}
		a.standings, a.byScan = st, map[int64][]snapshot.Answer{}
	}
	n, ok := lastScanOf(a.standings, r)
	if !ok {
		return nil, nil
	}
	if as, ok := a.byScan[n]; ok {
		return as, nil
	}
	s, err := a.Reader.Scan(a.ctx, n)
	if err != nil {
		return nil, fmt.Errorf("scan %d: %w", n, err)
	}
	a.byScan[n] = s.Answers
	return s.Answers, nil
}

// lastScanOf is the last finished scan of a finding's account.
func lastScanOf(st []listing.Standing, r finding.Record) (int64, bool) {
	for _, s := range st {
		if s.Last != nil && s.Last.Provider == r.Subject.Provider && s.Last.Account == r.Subject.Account {
			return s.Last.Number, true
		}
	}
	return 0, false
}

// causeOf takes a finding's first reason. One that was lost has only
// sentences: there the answer that they name is asked.
func (a *ledgers) causeOf(r finding.Record) (cause, error) {
	if r.State == finding.NoData && r.Fault == "" && len(r.Reasons) > 0 {
		why := r.Reasons[0]
		return cause{call: why.Call, kind: why.Cause, detail: why.Detail}, nil
	}
	answers, err := a.of(r)
	if err != nil {
		return cause{}, err
	}
	for _, a := range answers {
		if blames(r, a) {
			return cause{call: a.Call, kind: a.Cause, detail: a.Code}, nil
		}
	}
	if ss := reasons(r); len(ss) > 0 {
		return cause{text: ss[0]}, nil
	}
	return cause{text: "no reason was recorded"}, nil
}

// blames says whether an answer that is not whole is why a finding cannot be
// told.
func blames(r finding.Record, a snapshot.Answer) bool {
	if a.Whole() || a.Status == snapshot.Unasked {
		return false
	}
	for _, why := range r.Reasons {
		if why.Call == a.Call && (why.Region == a.Region || why.Region == "") {
			return true
		}
	}
	here := a.Region == r.Subject.Region || a.Region == snapshot.Global || r.Subject.Region == snapshot.Global
	return here && slices.ContainsFunc(r.Cause, func(s string) bool { return strings.Contains(s, a.Call) })
}

// reasons are why a finding cannot be told, one clause each.
func reasons(r finding.Record) []string {
	if len(r.Cause) > 0 {
		return r.Cause
	}
	if r.Fault != "" {
		return []string{"the rule itself is at fault: " + r.Fault}
	}
	var out []string
	for i := range r.Reasons {
		out = append(out, r.Reasons[i].String())
	}
	return out
}

// todo says what would settle a cause.
func todo(k snapshot.Cause, call string) string {
	switch k {
	case snapshot.Denied:
		return "Grant " + call + " to the identity that scans, then scan again. “plumbline permissions aws” prints the whole policy."
	case snapshot.Throttled, snapshot.CutOff, snapshot.ServerError, snapshot.Interrupted:
		return "Scan again. If it stays, scan at a quieter hour."
	case snapshot.Unreachable, snapshot.Unreadable:
		return "Check the endpoint, the name service and the proxy between Plumbline and the cloud, then scan again."
	case snapshot.NotOptedIn:
		return "Nothing runs in a region that is not enabled. Nothing is to be done, unless it should be."
	case snapshot.BadLogin:
		return "Renew the credentials that Plumbline uses, then scan again."
	case snapshot.NotCollected:
		if call == house.EventsCall {
			return "Import audit events of 30 days on the page of the server's account, under “Who uses the metadata service”. docs/ibm.md says how to get them."
		}
		return "This version does not ask for it, or no call of the cloud tells it. What stands in brackets says which."
	case snapshot.OutOfScope:
		return "Whoever started the scan left this region out. Scan without that choice to see it."
	case snapshot.UnknownValue:
		return "The cloud said something newer than this version. Update Plumbline: a later version may know it."
	case snapshot.Absent:
		return "The cloud's reply leaves it out. Nothing is known against the resource, and nothing for it."
	}
	return ""
}

func (l *list) causeGroup(c cause) pages.Group {
	g := pages.Group{
		ID: "grp-" + c.key(), Tag: &parts.Tag{Icon: "eye", Text: "Not assessed"},
		Title: c.title(), Name: strings.TrimSpace(c.title() + " " + c.call),
		Toggle: l.want.toggle(c.key()), IsOpen: l.want.open == c.key(),
		Code: c.call, Text: todo(c.kind, c.call), Count: number(len(c.findings)), Of: "left open",
	}
	risk, lost := 0, 0
	for _, r := range c.findings {
		risk = max(risk, r.Risk)
		if r.State == finding.Lost {
			lost++
		}
	}
	g.Risk = fmt.Sprint(risk)
	if lost > 0 {
		g.Tags = append(g.Tags, parts.Tag{Tone: "med", Icon: "alert", Text: number(lost) + " failed when last told"})
	}
	if g.IsOpen {
		l.causeRows(&g, c)
	}
	return g
}

func (l *list) causeRows(g *pages.Group, c cause) {
	from, _ := strconv.Atoi(l.want.after)
	from = min(max(from, 0), len(c.findings))
	end := min(from+rowsPerGroup, len(c.findings))
	for _, r := range c.findings[from:end] {
		row := l.row(r)
		row.Say = r.Rule + ": " + l.title(r.Rule)
		g.Rows = append(g.Rows, row)
	}
	if from > 0 {
		g.Fewer = l.want.with(func(w *want) { w.after, w.sheet = "", "" }) + "#" + g.ID
	}
	if end < len(c.findings) {
		g.More = l.want.with(func(w *want) { w.after, w.sheet = strconv.Itoa(end), "" }) + "#" + g.ID
	}
	g.Where = fmt.Sprintf("%d of %s shown.", end-from, number(len(c.findings)))
}
