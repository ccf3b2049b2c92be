package ui

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

const (
	ownersPath = "/settings/owners"
	noOwner    = "nobody"
	viewNobody = "is:open owner:none"
)

// ownerRoutes are there where somebody keeps who owns what.
func (u *ui) ownerRoutes() []route {
	return []route{
		get(ownersPath, access.ManageOwners, u.owners),
		post(ownersPath, access.ManageOwners, u.changeOwners),
		post("/findings/{id}/owner", access.ManageOwners, u.assignOwner),
		post("/findings/{id}/owner/return", access.ManageOwners, u.returnOwner),
	}
}

// An ownersDesk is one request for the page of ownership rules. What is being
// changed travels with the page: nothing is stored before it is saved.
type ownersDesk struct {
	*ui
	r       *http.Request
	holds   listing.OwnerRules
	version int64      // from which the change began
	draft   owner.List // as it stands on the page
	page    pages.Owners
}

func (u *ui) ownersDesk(r *http.Request) (*ownersDesk, error) {
	if u.Owners == nil {
		return nil, errNoPage
	}
	holds, err := u.Owners.OwnerRules(r.Context())
	if err != nil {
		return nil, fmt.Errorf("ownership rules: %w", err)
	}
	o := &ownersDesk{ui: u, r: r, holds: holds, version: holds.Version, draft: holds.Rules}
	o.page.Frame = u.frameOf(r, "Owners", sectionOwners)
	o.page.Path = ownersPath
	return o, nil
}

// owners shows the list that holds.
func (u *ui) owners(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "did")
	if err != nil {
		return err
	}
	o, err := u.ownersDesk(r)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(v.Get("did")); err == nil && n >= 0 {
		o.page.Notice = &pages.Notice{Tone: "good", Icon: "check", Title: fmt.Sprintf("Version %d is kept.", o.holds.Version),
			Text: sentence(some(n, "finding has", "findings have") + " another owner for it")}
	}
	if err := o.fill(0, newForm()); err != nil {
		return err
	}
	show(w, r, http.StatusOK, pages.OwnersPage(o.page))
	return nil
}

// fill puts the draft on the page, with the rule of that number open in the
// form; 0 is none.
func (o *ownersDesk) fill(open int, f ruleForm) error {
	p := &o.page
	p.Lead = o.lead()
	p.Version, p.Draft = strconv.FormatInt(o.version, 10), draftText(o.draft)
	p.Changed = p.Draft != draftText(o.holds.Rules)
	p.Rules = ownerRows(o.draft, open)
	if len(o.draft) == 0 {
		p.Empty = &pages.Empty{Title: "There is no rule yet", Text: []string{
			"Rules say who is to mend what is found: by a tag of the workload, its account, a group of accounts, the region, the kind, or a pattern over its name or address.",
			"Until there is one, findings belong to nobody but those that somebody assigned by hand."}}
	}
	known, err := o.Owners.OwnersKnown(o.r.Context())
	if err != nil {
		return fmt.Errorf("owners: %w", err)
	}
	p.Form = f.page(open, known)
	return nil
}

func (o *ownersDesk) lead() string {
	if o.holds.Version == 0 {
		return "Who is to mend what is found. Nobody has kept any rules so far."
	}
	return fmt.Sprintf("Who is to mend what is found. Version %d, kept %s by %s.", o.holds.Version, day(o.holds.At), o.holds.By)
}

func ownerRows(l owner.List, open int) (out []pages.OwnerRule) {
	faults := map[int]string{}
	for _, f := range l.Check() {
		faults[f.Rule] = strings.TrimSpace(faults[f.Rule] + " " + f.Text)
	}
	for i, r := range l {
		out = append(out, pages.OwnerRule{Number: strconv.Itoa(i + 1), When: sentenceName(r.When.String()), Owner: r.To.Name, Kind: aboutOwner(r.To),
			Fault: faults[i+1], Up: i > 0, Down: i+1 < len(l), Open: open == i+1})
	}
	return out
}

// aboutOwner is what an owner is, and where to write to.
func aboutOwner(o owner.Owner) string {
	out := string(o.Kind)
	if o.Email != "" {
		out += ", " + o.Email
	}
	return out
}

// preview fills what the draft would do.
func (o *ownersDesk) preview() error {
	v, err := o.Owners.PreviewOwners(o.r.Context(), o.draft)
	if err != nil {
		return err
	}
	p := &pages.OwnerPreview{Keep: o.page.Changed}
	tone := func(n int, tone string) string {
		if n == 0 {
			return ""
		}
		return tone
	}
	p.Counts = []pages.Change{
		{Count: number(v.After.Owned), Text: "findings with an owner"},
		{Count: number(v.Changes), Text: "with another one than now"},
		{Count: number(v.After.UnownedOpen), Text: "open and unowned, now " + number(v.Before.UnownedOpen), Tone: tone(v.After.UnownedOpen, "warn")},
		{Count: number(v.After.Unowned), Text: "unowned in all, now " + number(v.Before.Unowned)},
		{Count: number(v.ByHand), Text: "assigned by hand, left alone"},
	}
	for i, s := range v.Rules {
		r := o.draft[i]
		p.Rules = append(p.Rules, pages.OwnerShare{Number: strconv.Itoa(i + 1), When: sentenceName(r.When.String()), Owner: r.To.Name,
			Open: number(s.Open), Others: number(s.Others), Passed: number(s.Passed), Note: s.Note})
	}
	for _, m := range v.Moves {
		p.Moves = append(p.Moves, o.move(m))
	}
	if n := v.Changes - len(v.Moves); n > 0 {
		p.More = fmt.Sprintf("The %d worst are named; %s.", len(v.Moves), some(n, "more would change", "more would change"))
	}
	switch {
	case v.Changes == 0 && p.Keep:
		p.Text = "No finding would have another owner."
	case v.Changes == 0:
		p.Text = "Every finding has the owner that these rules give it."
	}
	o.page.Preview = p
	return nil
}

func (o *ownersDesk) move(m listing.OwnerMove) pages.OwnerMove {
	by := "no rule matches"
	if m.By > 0 {
		by = fmt.Sprintf("rule %d", m.By)
	}
	return pages.OwnerMove{Href: findingPath(m.Number), Number: findingID(m.Number), Rule: m.Rule, Name: printable(cmpOr(m.Name, m.UID)),
		Place: m.Account + ", " + m.Region, From: cmpOr(m.From, noOwner), To: cmpOr(m.To, noOwner), By: by}
}

// stale says that somebody else was faster, and shows their list beside.
func (o *ownersDesk) stale() {
	o.page.Stale = &pages.OwnerStale{Title: "Somebody else changed the rules", Version: strconv.FormatInt(o.holds.Version, 10), Rules: ownerRows(o.holds.Rules, 0),
		Text: fmt.Sprintf("Version %d, kept %s by %s, holds now; you began from version %d. Nothing of yours was saved. It holds these rules; yours stand below.",
			o.holds.Version, day(o.holds.At), o.holds.By, o.version)}
}

// changeOwners does what one of the page's buttons asks: it changes the draft,
// previews it, or keeps it.
func (u *ui) changeOwners(w http.ResponseWriter, r *http.Request) error {
	o, err := u.ownersDesk(r)
	if err != nil {
		return err
	}
	v, err := formUpTo(w, r, longestOwners)
	if err != nil {
		return problem.New(problem.Invalid, "What was sent is no form of this site, or is too long. Nothing was saved. Go back and send it again.")
	}
	if o.draft, o.version, err = draftIn(v.Get("draft"), v.Get("version")); err != nil {
		return err
	}
	do, at, _ := strings.Cut(v.Get("do"), "-")
	n, _ := strconv.Atoi(at)
	if do == "keep" {
		return o.keep(w)
	}
	if do == "put" {
		return o.put(w, ruleFormIn(v))
	}
	if do != "preview" && do != "show" && (n < 1 || n > len(o.draft)) {
		return problem.New(problem.Invalid, "This button asks for something that the list does not hold. Load the page again.")
	}
	f, open := newForm(), 0
	switch do {
	case "preview", "show":
	case "edit":
		f, open = formOf(o.draft[n-1]), n
	case "up", "down", "remove":
		o.draft = rearranged(o.draft, do, n)
	default:
		return problem.New(problem.Invalid, "This page has no button %q. Load the page again.", do)
	}
	if err := o.fill(open, f); err != nil {
		return err
	}
	if do == "preview" {
		return o.showPreview(w)
	}
	show(w, r, http.StatusOK, pages.OwnersPage(o.page))
	return nil
}

// rearranged is the list with a rule moved or taken out.
func rearranged(l owner.List, do string, n int) owner.List {
	i := n - 1
	switch {
	case do == "remove":
		return append(l[:i:i], l[n:]...)
	case do == "up" && i > 0:
		l[i-1], l[i] = l[i], l[i-1]
	case do == "down" && n < len(l):
		l[i], l[n] = l[n], l[i]
	}
	return l
}

// put takes the rule of the form into the draft.
func (o *ownersDesk) put(w http.ResponseWriter, f ruleForm) error {
	status := http.StatusOK
	f.check(o.draft)
	switch {
	case len(f.faults) > 0 || f.number > len(o.draft):
		status = http.StatusUnprocessableEntity
		if err := o.fill(f.number, f); err != nil {
			return err
		}
	default:
		if f.number > 0 {
			o.draft[f.number-1] = f.rule
		} else {
			o.draft = append(o.draft, f.rule)
		}
		if err := o.fill(0, newForm()); err != nil {
			return err
		}
	}
	show(w, o.r, status, pages.OwnersPage(o.page))
	return nil
}

func (o *ownersDesk) showPreview(w http.ResponseWriter) error {
	status := http.StatusOK
	switch err := o.preview(); {
	case problem.Is(err, problem.Invalid):
		status = http.StatusUnprocessableEntity
		o.page.Notice = &pages.Notice{Tone: "bad", Icon: "alert", Title: "These rules cannot be kept.", Text: said(err)}
	case err != nil:
		return err
	case o.version != o.holds.Version:
		status = http.StatusConflict
		o.page.Preview.Keep = false
		o.stale()
	}
	show(w, o.r, status, pages.OwnersPage(o.page))
	return nil
}

// keep saves the draft, unless somebody else was faster.
func (o *ownersDesk) keep(w http.ResponseWriter) error {
	kept, err := o.Owners.KeepOwners(o.r.Context(), o.draft, o.version)
	if err == nil {
		http.Redirect(w, o.r, fmt.Sprintf("%s?did=%d", ownersPath, kept.Changed), http.StatusSeeOther)
		return nil
	}
	status := http.StatusUnprocessableEntity
	switch {
	case problem.Is(err, problem.Conflict):
		status = http.StatusConflict
	case !problem.Is(err, problem.Invalid):
		return err
	}
	if fail := o.fill(0, newForm()); fail != nil {
		return fail
	}
	if status == http.StatusConflict {
		o.stale()
	} else {
		o.page.Notice = &pages.Notice{Tone: "bad", Icon: "alert", Title: "Nothing was saved.", Text: said(err)}
	}
	show(w, o.r, status, pages.OwnersPage(o.page))
	return nil
}

// ownerFact says in a line who owns a finding.
func (d *detail) ownerFact() parts.Fact {
	f := parts.Fact{Name: "Owner", Parts: text(noOwner)}
	if !d.owned.None() {
		f.Parts = []parts.Span{{Text: d.owned.Name, Strong: true, Href: ownedPath(d.owned.Name)}}
		f.Sub = aboutOwner(d.owned.Owner)
	}
	return f
}
