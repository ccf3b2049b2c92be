package ui

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// most is how many unassessed findings are read to be grouped by cause.
const most = 20_000

// A cause is one reason, and every judgement that it leaves open: one
// permission, n judgements. The region is no part of it, so that a permission
// that is missing everywhere is one cause.
type cause struct {
	call, detail string
	kind         snapshot.Cause
	text         string // in place of the above where nothing structured is known
	records      []finding.Record
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
	records, whole, err := l.unassessed()
	if err != nil {
		return err
	}
	causes := l.groupByCause(records)
	if _, err := strconv.Atoi(l.q.after); l.q.after != "" &&
		(err != nil || !slices.ContainsFunc(causes, func(c cause) bool { return c.key() == l.q.open })) {
		return errAdrift
	}
	p := &l.page
	l.page.Lead = fmt.Sprintf("%s left open by %s. Evidence from scan %d of %s, %s.", some(len(records), "judgement", "judgements"),
		some(len(causes), "cause", "causes"), l.now[0].Number, places(l.now), day(l.now[0].EndedAt))
	if len(causes) == 0 {
		if len(l.q.severities) > 0 {
			l.empty()
			return nil
		}
		p.Empty = &pages.Empty{Title: "Everything was assessed", Text: []string{
			fmt.Sprintf("Every judgement of scan %d was told: the questions that it rests on were answered to the last page.", l.now[0].Number)}}
		return nil
	}
	p.Caption, p.Columns = "What could not be told, grouped by cause", [3]string{"Cause", "Judgements", "Risk, at most"}
	for _, c := range causes {
		p.Groups = append(p.Groups, l.causeGroup(c))
	}
	p.Footer = some(len(causes), "cause", "causes") + ", " + some(len(records), "judgement", "judgements") + " left open. None of them counts as passed."
	if !whole {
		p.Footer = fmt.Sprintf("The first %s judgements, grouped. There are more.", number(len(records)))
	}
	return nil
}

func (l *list) unassessed() (records []finding.Record, whole bool, err error) {
	f := l.filter()
	f.Limit = 1000
	for len(records) < most {
		rs, next, err := l.Store.Findings(l.r.Context(), f)
		if err != nil {
			return nil, false, fmt.Errorf("list what was not assessed: %w", err)
		}
		records = append(records, rs...)
		if next == "" {
			return records, true, nil
		}
		f.After = next
	}
	return records, false, nil
}

func (l *list) groupByCause(records []finding.Record) []cause {
	by := map[string]*cause{}
	for _, r := range records {
		c := causeOf(r, answersOf(l.now, r))
		k := c.key()
		if by[k] == nil {
			by[k] = &c
		}
		by[k].records = append(by[k].records, r)
	}
	var out []cause
	for _, c := range by {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b cause) int {
		return cmp.Or(cmp.Compare(len(b.records), len(a.records)), cmp.Compare(a.key(), b.key()))
	})
	return out
}

// answersOf are the answers of the scan that speaks for a finding's account.
func answersOf(now []scan.Record, r finding.Record) []snapshot.Answer {
	for _, s := range now {
		if s.Provider == r.Subject.Provider && s.Account == r.Subject.Account {
			return s.Answers
		}
	}
	return nil
}

// causeOf takes a finding's first reason. One that was lost has only
// sentences: there the answer that they name is asked.
func causeOf(r finding.Record, answers []snapshot.Answer) cause {
	if r.State == finding.NoData && r.Fault == "" && len(r.Reasons) > 0 {
		why := r.Reasons[0]
		return cause{call: why.Call, kind: why.Cause, detail: why.Detail}
	}
	for _, a := range answers {
		if blames(r, a) {
			return cause{call: a.Call, kind: a.Cause, detail: a.Code}
		}
	}
	if ss := reasons(r); len(ss) > 0 {
		return cause{text: ss[0]}
	}
	return cause{text: "no reason was recorded"}
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
		return "This version does not ask for it yet."
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
		Toggle: l.q.toggle(c.key()), IsOpen: l.q.open == c.key(),
		Code: c.call, Text: todo(c.kind, c.call), Count: number(len(c.records)), Of: "left open",
	}
	risk, lost := 0, 0
	for _, r := range c.records {
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
	from, _ := strconv.Atoi(l.q.after)
	from = min(max(from, 0), len(c.records))
	end := min(from+rowsPerGroup, len(c.records))
	for _, r := range c.records[from:end] {
		row := l.row(r)
		row.Say = r.Rule + ": " + l.title(r.Rule)
		g.Rows = append(g.Rows, row)
	}
	if from > 0 {
		g.Fewer = l.q.with(func(q *query) { q.after = "" }) + "#" + g.ID
	}
	if end < len(c.records) {
		g.More = l.q.with(func(q *query) { q.after = strconv.Itoa(end) }) + "#" + g.ID
	}
	g.Where = fmt.Sprintf("%d of %s shown.", end-from, number(len(c.records)))
}
