package ui

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// changeViews are the states by which changes are listed.
var changeViews = []struct {
	text  string
	state listing.ChangeState
}{{"All", ""}, {"Waiting", listing.Proposed}, {"Approved", listing.Approved}, {"Refused", listing.Refused}, {"Withdrawn", listing.Withdrawn}}

// ruleChanges lists proposals, and how far judging again is.
func (u *ui) ruleChanges(w http.ResponseWriter, r *http.Request) error {
	at, err := placeOf(r, "state", "reload")
	if err != nil {
		return err
	}
	v := r.URL.Query()
	state := listing.ChangeState(v.Get("state"))
	home := changesHome
	p := pages.RuleChangeList{
		Frame: u.frameOf(r, "Changes of rules", sectionRules), MayWrite: may(r.Context(), access.ProposeRules),
		Lead: "What somebody proposed, and what somebody else made of it. Nothing here is ever changed or taken away.",
	}
	known := false
	for _, c := range changeViews {
		l := pages.Link{Text: c.text, Href: changesHome, Current: c.state == state}
		if c.state != "" {
			l.Href += "?state=" + string(c.state)
		}
		if l.Current {
			home, known = l.Href, true
		}
		p.Views = append(p.Views, l)
	}
	if !known {
		return problem.New(problem.Invalid, "There is no state %q of a change. Choose proposed, approved, refused or withdrawn.", string(state))
	}
	list, next, err := u.Rulebook.Changes(r.Context(), state, at)
	if err != nil {
		return fmt.Errorf("list changes: %w", err)
	}
	for _, c := range list {
		p.Rows = append(p.Rows, u.ruleEvent(c))
	}
	if len(list) == 0 {
		p.Empty = noChanges(state, at)
	}
	p.Earlier, p.Later = follow(home, "before", next.Previous), follow(home, "after", next.Next)
	if p.Judging, err = u.judging(r.Context(), home, v); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.RuleChangesPage(p))
	return nil
}

func noChanges(state listing.ChangeState, at listing.Place) *pages.Empty {
	all := []pages.Link{{Text: "Show all changes", Href: changesHome}}
	switch {
	case at.After+at.Before != "":
		return &pages.Empty{Title: "No change here", Text: []string{"The list has changed since you followed this link."}, Actions: all}
	case state == listing.Proposed:
		return &pages.Empty{Title: "No change waits", Text: []string{"Everything that was proposed has been decided."}, Actions: all}
	case state != "":
		return &pages.Empty{Title: "None was " + string(state), Text: []string{"There is no change in this state."}, Actions: all}
	}
	return &pages.Empty{Title: "Nobody has changed a rule", Text: []string{"The rules hold as they came with Plumbline, and from the directory of the service if it was given one."},
		Actions: []pages.Link{{Text: "Show the rules", Href: rulesHome}}}
}

// ruleChange shows one proposal to whoever decides, and afterwards.
func (u *ui) ruleChange(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "did", "preview", "reload")
	if err != nil {
		return err
	}
	c, err := u.changeOf(r)
	if err != nil {
		return err
	}
	p, err := u.changePage(r, c, v)
	if err != nil {
		return err
	}
	p.Notice = changeDid(v.Get("did"), c)
	show(w, r, http.StatusOK, pages.RuleChangePage(p))
	return nil
}

func (u *ui) changeOf(r *http.Request) (listing.RuleChange, error) {
	id, err := numberIn(r, "id")
	if err != nil {
		return listing.RuleChange{}, err
	}
	c, err := u.Rulebook.Change(r.Context(), id)
	if err != nil {
		return c, fmt.Errorf("change %d: %w", id, err)
	}
	return c, nil
}

// changeDid says what the form that led here has done.
func changeDid(what string, c listing.RuleChange) *pages.Notice {
	n := &pages.Notice{Tone: "good", Icon: "check"}
	switch {
	case what == "propose" && c.State == listing.Proposed:
		n.Title, n.Text = "Proposed.", "Nothing has changed yet: an officer who is somebody else decides."
	case what == "decide" && c.State == listing.Approved:
		n.Title, n.Text = "Approved.", "It holds now. All accounts are judged again from what is stored; how far that is stands below."
	case what == "decide" && c.State == listing.Refused:
		n.Title, n.Text = "Refused.", "Nothing has changed. Whoever proposed it sees your note here."
	case what == "withdraw" && c.State == listing.Withdrawn:
		n.Title, n.Text = "Withdrawn.", "Nothing has changed."
	default:
		return nil
	}
	return n
}

// changePage fills the page of a proposal.
func (u *ui) changePage(r *http.Request, c listing.RuleChange, v url.Values) (pages.RuleChange, error) {
	ctx := r.Context()
	p := pages.RuleChange{
		Frame: u.frameOf(r, fmt.Sprintf("Change %d", c.ID), sectionRules), Title: changeTitle(c),
		Lead: "Change " + number(int(c.ID)) + ", proposed by " + c.By + ", " + day(c.At) + ".", State: changeStates[c.State], Why: c.Why, Facts: changeFacts(c),
	}
	e, _, err := u.Rulebook.Entry(ctx, c.Rule)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return p, fmt.Errorf("rule %s: %w", c.Rule, err)
	}
	if err != nil {
		e = listing.RuleEntry{}
	}
	u.changeSays(&p, c, e)
	switch {
	case c.State == listing.Proposed:
		if err := u.undecidedChange(r, &p, c, e, v); err != nil {
			return p, err
		}
	case c.State == listing.Approved:
		if p.Judging, err = u.judging(ctx, changePath(c.ID), v); err != nil {
			return p, err
		}
	}
	return p, nil
}

func changeFacts(c listing.RuleChange) []parts.Fact {
	out := []parts.Fact{{Name: "Rule", Parts: []parts.Span{{Text: c.Rule, Code: true, Href: rulePath(c.Rule)}}},
		{Name: "By", Parts: text(c.By), Sub: day(c.At)}}
	if c.Kind == listing.DraftFramework {
		out[0] = parts.Fact{Name: "Framework", Parts: coded(c.Rule)}
	}
	if c.State != listing.Proposed {
		out = append(out, parts.Fact{Name: changeStates[c.State].Text, Parts: text(cmpOr(c.DecidedBy, c.By)), Sub: day(c.DecidedAt)})
	}
	if c.Note != "" {
		out = append(out, parts.Fact{Name: "Note", Parts: text(c.Note)})
	}
	return out
}

// changeSays shows what the change does. What waits is compared with the file
// that holds now, what was decided with the one that held then.
func (u *ui) changeSays(p *pages.RuleChange, c listing.RuleChange, e listing.RuleEntry) {
	before := c.Before
	if c.State == listing.Proposed && e.Rule != nil && e.YAML != before {
		before = e.YAML
		p.DiffNote = "The rule has been written anew since this was proposed. It is compared with the file that holds now."
	}
	p.Diff = changeDiff("diff", c, before)
	switch c.Kind {
	case listing.DraftFile, listing.DraftFramework:
		if before == "" {
			p.DiffNote = "There is no such " + map[bool]string{true: "framework", false: "rule"}[c.Kind == listing.DraftFramework] + " yet: the whole file is new."
		} else if p.Diff == nil {
			p.DiffNote = "The file is the one that holds already."
		}
	case listing.DraftRemove:
		p.DiffNote = "What was written here is taken back. A rule that came with Plumbline holds again as it came; one that was written here is no longer asked."
	case listing.DraftOff:
		p.DiffNote = "The rule is no longer asked. Its findings are closed as gone, not as fixed, and it leaves the posture."
	case listing.DraftOn:
		p.DiffNote = "The rule is asked again."
	case listing.DraftParams:
		p.Sets = changeParams(c, e.Rule)
		if len(p.Sets) == 0 {
			p.DiffNote = "All parameters are as the file says."
		}
	}
}

// changeParams are the values that a change sets, beside those of the file.
func changeParams(c listing.RuleChange, r *rule.Rule) []pages.RuleParam {
	var out []pages.RuleParam
	for _, name := range sorted(c.Params) {
		p := pages.RuleParam{Name: name, Value: c.Params[name]}
		if r != nil {
			for _, is := range r.Params {
				if is.Name == name {
					p.Value, p.Default, p.Doc = paramText(is, c.Params[name]), paramText(is, is.Default), sentence(is.Doc)
				}
			}
		}
		out = append(out, p)
	}
	return out
}

// undecidedChange adds what whoever decides needs: what would change, and the form,
// or why there is none.
func (u *ui) undecidedChange(r *http.Request, p *pages.RuleChange, c listing.RuleChange, e listing.RuleEntry, v url.Values) error {
	ctx := r.Context()
	switch {
	case c.MayDecide:
		p.Decide = changePath(c.ID)
	case c.MyProposal:
		p.MayNot = "You proposed it, so somebody else decides."
	case !may(ctx, access.ApproveChanges):
		p.MayNot = "To approve or refuse it takes the role officer, over all accounts."
	default:
		p.MayNot = "You cannot decide this change."
	}
	if c.MyProposal {
		p.Withdraw = changePath(c.ID) + "/withdraw"
	}
	if c.Kind == listing.DraftFramework || !may(ctx, access.ProposeRules) && !may(ctx, access.ApproveChanges) {
		return nil
	}
	if v.Get("preview") != "on" {
		p.Show = changePath(c.ID) + "?preview=on#preview"
		return nil
	}
	of := e.Rule
	if c.Kind == listing.DraftFile {
		check, err := u.Rulebook.Check(ctx, c.RuleDraft)
		if err != nil {
			return fmt.Errorf("check change %d: %w", c.ID, err)
		}
		p.Check = checkOf(check)
		if check.Rule == nil {
			return nil
		}
		of = check.Rule
	}
	preview, err := u.Rulebook.Preview(ctx, c.RuleDraft, nil)
	if problem.Is(err, problem.Invalid) || problem.Is(err, problem.Conflict) {
		p.Fault = said(err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("preview change %d: %w", c.ID, err)
	}
	p.Preview = u.previewOf(ctx, preview, of)
	return nil
}

// decideChange approves or refuses a proposal.
func (u *ui) decideChange(w http.ResponseWriter, r *http.Request) error {
	if _, err := only(r); err != nil {
		return err
	}
	v, err := form(w, r)
	if err != nil {
		return err
	}
	c, err := u.changeOf(r)
	if err != nil {
		return err
	}
	note := strings.TrimSpace(v.Get("note"))
	fault := noteFault(note)
	do := v.Get("do")
	switch {
	case fault != "":
	case do == "refuse" && note == "":
		fault = "Say why you refuse it."
	case !slices.Contains([]string{"approve", "refuse"}, do):
		return problem.New(problem.Invalid, "Say what is to be done: approve or refuse.")
	}
	if fault == "" {
		err = u.Rulebook.Decide(r.Context(), c.ID, do == "approve", note)
		if err == nil {
			http.Redirect(w, r, changePath(c.ID)+"?did=decide", http.StatusSeeOther)
			return nil
		}
		if !problem.Is(err, problem.Invalid) {
			return u.unable(w, r, err, pages.Link{Text: "Show the change", Href: changePath(c.ID)})
		}
	}
	p, fail := u.changePage(r, c, url.Values{})
	if fail != nil {
		return fail
	}
	p.Note, p.Fault = pages.Field{Value: note, Fault: fault}, "Nothing was decided."
	if err != nil {
		p.Fault = said(err) + " Nothing was decided."
	}
	show(w, r, http.StatusUnprocessableEntity, pages.RuleChangePage(p))
	return nil
}

// withdrawChange takes one's own proposal back.
func (u *ui) withdrawChange(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	if err := u.Rulebook.Withdraw(r.Context(), id); err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the change", Href: changePath(id)})
	}
	http.Redirect(w, r, changePath(id)+"?did=withdraw", http.StatusSeeOther)
	return nil
}

// judging is how far judging again is; nil where nothing was judged again
// lately. home is the page that it stands on.
func (u *ui) judging(ctx context.Context, home string, v url.Values) (*pages.RuleJudging, error) {
	all, err := u.Rulebook.Rejudgements(ctx)
	if err != nil {
		return nil, fmt.Errorf("accounts judged again: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	j := u.judgedTable(all)
	if slices.ContainsFunc(all, openJudgement) {
		j.Events, j.Reload = judgingEvents, v.Get("reload") != "off"
		j.Still = home + "?reload=off"
		if strings.Contains(home, "?") {
			j.Still = home + "&reload=off"
		}
	}
	return &j, nil
}
