package ui

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

const (
	rulesHome   = "/rules"
	changesHome = "/rules/changes"
	// beside the changes: a number may stand where "events" would
	judgingEvents = "/rules/judging/events"
)

// rulePath is the address of a rule's page.
func rulePath(id string) string { return rulesHome + "/" + url.PathEscape(id) }

// changePath is the address of a proposal.
func changePath(id int64) string { return fmt.Sprintf("%s/%d", changesHome, id) }

// ruleRoutes are those of the rulebook. What is done to a rule stands before its
// id: what is done with changes stands behind /rules/changes.
func (u *ui) ruleRoutes() []route {
	events := get(judgingEvents, access.ReadEstate, u.book(u.judgingEvents))
	events.Live = true
	routes := []route{
		get(rulesHome, access.ReadEstate, u.book(u.rules)),
		get(rulesHome+"/{id}", access.ReadEstate, u.book(u.rule)),
		get(rulesHome+"/new", access.ProposeRules, u.book(u.newRule)),
		post(rulesHome+"/new", access.ProposeRules, u.book(u.newRule)),
		get(changesHome, access.ReadEstate, u.book(u.ruleChanges)),
		events,
		get(changesHome+"/{id}", access.ReadEstate, u.book(u.ruleChange)),
		post(changesHome+"/{id}", access.ApproveChanges, u.book(u.decideChange)),
		post(changesHome+"/{id}/withdraw", access.ProposeRules, u.book(u.withdrawChange)),
	}
	for _, d := range drafts {
		routes = append(routes,
			get(d.path+"/{id}", access.ProposeRules, u.book(u.draft(d))),
			post(d.path+"/{id}", access.ProposeRules, u.book(u.draft(d))))
	}
	return routes
}

// book lets through to pages of the rulebook where there is one.
func (u *ui) book(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if u.Rulebook == nil {
			return errNoPage
		}
		return h(w, r)
	}
}

// rules lists the rules that hold here.
func (u *ui) rules(w http.ResponseWriter, r *http.Request) error {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return errQuestion
	}
	want, fault := readRules(v, u.Now())
	if fault == nil && want.moved {
		http.Redirect(w, r, want.address(), http.StatusSeeOther) //nolint:gosec // address writes a path of ours
		return nil
	}
	p := pages.RuleList{
		Frame: u.frameOf(r, "Rules", sectionRules), New: may(r.Context(), access.ProposeRules),
		Lead: "What is asked of every account, workload and role, and what the last scans answered.",
	}
	if fault != nil {
		p.Problem, fault.All = fault, &pages.Link{Text: "Show all rules", Href: rulesHome}
		p.Bar = &pages.Bar{Action: rulesHome, What: "rules", Typed: want.typed, Example: ruleExample, Keep: []pages.Hidden{{Name: "q", Value: want.q.String()}}}
		show(w, r, http.StatusUnprocessableEntity, pages.RulesPage(p))
		return nil
	}
	if err := u.fillRules(r.Context(), &p, want); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.RulesPage(p))
	return nil
}

// ruleViews are queries that are asked often.
var ruleViews = []struct{ text, q string }{
	{"All", ""}, {"Failing", "is:failing"}, {"Not assessed", "is:nodata"}, {"Changed here", "is:edited"}, {"Switched off", "is:off"},
}

func (u *ui) fillRules(ctx context.Context, p *pages.RuleList, want rulesWant) error {
	all, err := u.standingRules(ctx)
	if err != nil {
		return err
	}
	for _, v := range ruleViews {
		q, _ := parseRules(v.q, u.Now())
		p.Views = append(p.Views, pages.Link{Text: v.text, Href: want.of(v.q), Current: want.q.String() == v.q, Count: number(len(passing(all, q)))})
	}
	p.Bar, p.Unread = ruleBar(all, want), unreadRules(all)
	if p.Waiting, err = u.waiting(ctx); err != nil {
		return err
	}
	if p.Working, err = u.working(ctx); err != nil {
		return err
	}
	found := passing(all, want.q)
	p.Footer = some(len(found), "rule", "rules")
	if want.q.Len() > 0 {
		p.Footer += " let through by the filter"
	}
	p.Footer += "."
	shown, next := cutRules(found, want.at)
	for _, s := range shown {
		p.Rows = append(p.Rows, s.line())
	}
	p.Earlier, p.Later = follow(want.address(), "before", next.Previous), follow(want.address(), "after", next.Next)
	if len(shown) == 0 {
		p.Empty = noRules(want, len(all))
	}
	return nil
}

func noRules(want rulesWant, all int) *pages.Empty {
	switch {
	case want.at.After+want.at.Before != "" && all > 0:
		return &pages.Empty{Title: "No rule here", Text: []string{"The list has changed since you followed this link."},
			Actions: []pages.Link{{Text: "Show the first page", Href: want.address()}}}
	case want.q.Len() > 0:
		return &pages.Empty{Title: "No rule matches", Text: []string{"None of the " + some(all, "rule", "rules") + " is let through by " + want.q.String() + "."},
			Actions: []pages.Link{{Text: "Show all rules", Href: rulesHome}}}
	}
	return &pages.Empty{Title: "There are no rules", Text: []string{"Nothing is asked of the estate, so nothing is found."}}
}

// A ruleStanding is a rule with what the last finished scans of all accounts
// within reach said by it.
type ruleStanding struct {
	listing.RuleEntry
	sum  sum
	told bool // some scan asked it
}

// standingRules lists all rules with what they said last.
func (u *ui) standingRules(ctx context.Context) ([]ruleStanding, error) {
	entries, err := u.Rulebook.Entries(ctx)
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	by, err := u.ruleSums(ctx)
	if err != nil {
		return nil, err
	}
	var out []ruleStanding
	for _, e := range entries {
		if e.Rule == nil {
			continue // one that can no longer be read has no place in a list of what is asked
		}
		s, told := by[e.Rule.ID]
		out = append(out, ruleStanding{e, s, told})
	}
	return out, nil
}

// ruleSums adds up, by rule, what the last finished scans said.
func (u *ui) ruleSums(ctx context.Context) (map[string]sum, error) {
	st, err := u.Reader.Standings(ctx)
	if err != nil {
		return nil, fmt.Errorf("standings: %w", err)
	}
	by := map[string]sum{}
	for _, s := range lastOf(st) {
		for id, t := range sums(s.Tally) {
			a := by[id]
			a.pass, a.fail, a.unknown, a.na = a.pass+t.pass, a.fail+t.fail, a.unknown+t.unknown, a.na+t.na
			by[id] = a
		}
	}
	return by, nil
}

func (s ruleStanding) line() pages.RuleLine {
	r := s.Rule
	l := pages.RuleLine{
		Href: rulePath(r.ID), ID: r.ID, Title: r.Title, Severity: severity(r.Severity), For: kindName(string(r.For)), Provider: ruleCloud(r),
		Tags: ruleTags(s.RuleEntry), Pass: "–", Fail: "–", NoData: "–",
	}
	if r.For == "" { // nothing is known of it but its id
		l.Provider, l.For = "–", "–"
		return l
	}
	if !s.told || s.Off { // nothing was asked: a zero would be a claim
		return l
	}
	l.Pass, l.Fail, l.NoData = number(s.sum.pass), number(s.sum.fail), number(s.sum.unknown)
	if s.sum.fail > 0 {
		l.FailHref = onlyRule(viewOpen, r.ID)
	}
	if s.sum.unknown > 0 {
		l.DataHref = onlyRule(viewUnassessed, r.ID)
	}
	return l
}

var originTags = map[listing.Origin]parts.Tag{
	listing.Directory: {Tone: "line", Text: "From the directory"},
	listing.Own:       {Tone: "accent", Text: "Own"},
}

var originNames = map[listing.Origin]string{
	listing.Shipped: "with Plumbline", listing.Directory: "from the directory of the service", listing.Own: "written here",
}

// ruleTags say in what a rule differs from one that came with Plumbline and was
// left alone.
func ruleTags(e listing.RuleEntry) []parts.Tag {
	var out []parts.Tag
	if t, ok := originTags[e.Origin]; ok {
		out = append(out, t)
	}
	if e.Edited {
		out = append(out, parts.Tag{Tone: "accent", Text: "Edited here"})
	}
	if len(e.Params) > 0 {
		out = append(out, parts.Tag{Tone: "accent", Text: "Parameters set"})
	}
	if len(e.Flaws) > 0 {
		out = append(out, parts.Tag{Tone: "crit", Icon: "alert", Text: "Cannot be read"})
	}
	if e.Off {
		out = append(out, parts.Tag{Tone: "med", Icon: "dash", Text: "Switched off"})
	}
	if e.Pending > 0 {
		out = append(out, parts.Tag{Tone: "low", Icon: "clock", Text: some(e.Pending, "change waits", "changes wait")})
	}
	return out
}

func ruleCloud(r *rule.Rule) string {
	if r.Provider == "" {
		return "any"
	}
	return estate.CloudName(r.Provider)
}

// kindName is what a rule is asked of, in words.
func kindName(kind string) string { return strings.ReplaceAll(kind, "_", " in a ") }

// family is the part of a rule's id before its number.
func family(id string) string {
	if i := strings.LastIndexByte(id, '-'); i > 0 {
		return id[:i]
	}
	return id
}

// unreadRules says that something that was approved here is left out.
func unreadRules(all []ruleStanding) *pages.Notice {
	n := 0
	for _, s := range all {
		if len(s.Flaws) > 0 {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return &pages.Notice{Tone: "bad", Icon: "alert", Title: some(n, "rule", "rules") + " of your own cannot be read by this version of Plumbline.",
		Text: "What was written is left out: it judges nothing until somebody proposes it anew.", Href: rulesWant{}.of("is:unread"), Link: "Show what is left out"}
}

// waiting says how many proposals wait, and for whom.
func (u *ui) waiting(ctx context.Context) (*pages.Notice, error) {
	all, _, err := u.Rulebook.Changes(ctx, listing.Proposed, listing.Place{Limit: 200})
	if err != nil {
		return nil, fmt.Errorf("list proposals: %w", err)
	}
	mine := 0
	for _, c := range all {
		if c.MayDecide {
			mine++
		}
	}
	switch {
	case mine > 0:
		return &pages.Notice{Tone: "accent", Icon: "clock", Title: some(mine, "change waits", "changes wait") + " for your decision.",
			Text: "Nothing of it holds before you have approved it.", Href: changesHome + "?state=proposed", Link: "Show what waits"}, nil
	case len(all) > 0:
		return &pages.Notice{Icon: "clock", Title: some(len(all), "change waits", "changes wait") + " for a decision.",
			Text: "An officer who did not propose it decides.", Href: changesHome + "?state=proposed", Link: "Show what waits"}, nil
	}
	return nil, nil
}

// working says that accounts are being judged again: until that has ended, what
// is shown of them is by the rules as they were.
func (u *ui) working(ctx context.Context) (*pages.Notice, error) {
	all, err := u.Rulebook.Rejudgements(ctx)
	if err != nil {
		return nil, fmt.Errorf("accounts judged again: %w", err)
	}
	open, failed := 0, 0
	for _, j := range all {
		switch j.State {
		case judgedWaiting, judgedRunning:
			open++
		case judgedFailed:
			failed++
		}
	}
	n := &pages.Notice{Href: changesHome + "#judging", Link: "Show how far it is"}
	switch {
	case open > 0:
		n.Icon, n.Title = "spin", some(open, "account is", "accounts are")+" being judged again."
		n.Text = "Until that has ended, what is counted there is by the rules as they were."
	case failed > 0:
		n.Tone, n.Icon, n.Title = "warn", "alert", some(failed, "account", "accounts")+" could not be judged again."
		n.Text = "What is shown there is by the rules as they were. The next scan judges by those that hold."
	default:
		return nil, nil
	}
	return n, nil
}

// outcomeOf names what a rule says.
func outcomeOf(o finding.Outcome) parts.Tag {
	if t, ok := outcomes[o]; ok {
		return t
	}
	return parts.Tag{Icon: "dash", Text: "Nothing"}
}

// cutRules takes a page out of a list that is in the order of its ids.
func cutRules(all []ruleStanding, at listing.Place) ([]ruleStanding, listing.Cursors) {
	id := func(i int) string { return all[i].Rule.ID }
	from, to := 0, len(all)
	switch {
	case at.Before != "":
		to, _ = slices.BinarySearchFunc(all, at.Before, func(s ruleStanding, id string) int { return strings.Compare(s.Rule.ID, id) })
		from = max(to-at.Limit, 0)
	case at.After != "":
		from = slices.IndexFunc(all, func(s ruleStanding) bool { return s.Rule.ID > at.After })
		if from < 0 {
			from = len(all)
		}
	}
	to = min(to, from+at.Limit)
	var c listing.Cursors
	if from > 0 && from < to {
		c.Previous = id(from)
	}
	if to < len(all) && from < to {
		c.Next = id(to - 1)
	}
	return all[from:to], c
}
