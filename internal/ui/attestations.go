package ui

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

const attestationsPath = "/attestations"

func attestationPath(id int64) string { return fmt.Sprintf("%s/%d", attestationsPath, id) }

func (u *ui) attestationRoutes() []route {
	return []route{
		get("/attestations", access.ReadEstate, u.attesting(u.attestations)),
		get("/attestations/new", access.ProposeRules, u.attesting(u.newAttestation)),
		post("/attestations/new", access.ProposeRules, u.attesting(u.attest)),
		get("/attestations/{id}", access.ReadEstate, u.attesting(u.attestation)),
		get("/attestations/{id}/evidence", access.ReadEstate, u.attesting(u.attestedFile)),
		post("/attestations/{id}/approve", access.ApproveChanges, u.attesting(u.approveAttestation)),
		post("/attestations/{id}/refuse", access.ApproveChanges, u.attesting(u.refuseAttestation)),
		post("/attestations/{id}/withdraw", access.ProposeRules, u.attesting(u.withdrawAttestation)),
	}
}

// attesting answers as if there were no such page where nothing is attested.
func (u *ui) attesting(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if u.Attestations == nil || u.Attester == nil {
			return errNoPage
		}
		return h(w, r)
	}
}

func (u *ui) attestations(w http.ResponseWriter, r *http.Request) error {
	at, err := placeOf(r, "state", "framework", "control", "topic")
	if err != nil {
		return err
	}
	f, err := u.attestationFilter(r)
	if err != nil {
		return err
	}
	list, next, err := u.Attestations.Attestations(r.Context(), f, at)
	if err != nil {
		return fmt.Errorf("list attestations: %w", err)
	}
	due, err := u.Attestations.DueAttestations(r.Context(), u.Now())
	if err != nil {
		return fmt.Errorf("attestations that are due: %w", err)
	}
	names := u.practices()
	here := attestationsOf(f)
	p := pages.Attestations{
		Frame: u.frameOf(r, "Attestations", sectionAttestations), Notices: u.attestationNotices(r.Context(), due),
		Filters: u.attestationFilters(f, names), Earlier: follow(here, "before", next.Previous), Later: follow(here, "after", next.Next),
	}
	if may(r.Context(), access.ProposeRules) {
		p.Propose = attestationsPath + "/new"
	}
	if here != attestationsPath {
		p.Clear = attestationsPath
	}
	for i := range list {
		p.Rows = append(p.Rows, u.attestationRow(&list[i], names))
	}
	if len(list) == 0 {
		if p.Empty = noAttestations(p.Propose, p.Clear, at); p.Clear == "" {
			p.Filters, p.Propose = nil, ""
		}
	}
	show(w, r, http.StatusOK, pages.AttestationsPage(p))
	return nil
}

func (u *ui) attestationFilter(r *http.Request) (listing.AttestationFilter, error) {
	q := r.URL.Query()
	f := listing.AttestationFilter{State: listing.AttestationState(q.Get("state")), Framework: q.Get("framework"), Control: q.Get("control"), Topic: q.Get("topic"), At: u.Now()}
	if f.State != "" && !slices.Contains(listing.AttestationStates(), f.State) {
		var words []string
		for _, s := range listing.AttestationStates() {
			words = append(words, string(s))
		}
		return f, problem.New(problem.Invalid, "There is no state %q. The states are %s.", q.Get("state"), join(words))
	}
	return f, nil
}

// attestationsOf is the address of the list with a filter.
func attestationsOf(f listing.AttestationFilter) string {
	v := url.Values{}
	for key, value := range map[string]string{"state": string(f.State), "framework": f.Framework, "control": f.Control, "topic": f.Topic} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if len(v) == 0 {
		return attestationsPath
	}
	return attestationsPath + "?" + v.Encode()
}

func noAttestations(propose, clear string, at listing.Place) *pages.Empty {
	switch {
	case at.After+at.Before != "":
		return &pages.Empty{Title: "No attestation here", Text: []string{"The list has changed since you followed this link."}, Actions: []pages.Link{{Text: "Show the first page", Href: attestationsPath}}}
	case clear != "":
		return &pages.Empty{Title: "No attestation fits", Text: []string{"None has this state and speaks about this. What has expired or was refused is kept under its own state."}, Actions: []pages.Link{{Text: "Show all attestations", Href: clear}}}
	}
	e := &pages.Empty{Title: "Nothing is attested yet", Text: []string{
		"Some practices can be read in no setting: that people were trained, that recovery was tried, that nothing needs the metadata service. Here somebody states it, with evidence and an end, and somebody else approves it.",
		"Frameworks then show it as attested, not measured. It stands in no score, and once it has expired it is no data.",
	}}
	if propose != "" {
		e.Actions = []pages.Link{{Text: "Propose an attestation", Href: propose}}
	} else {
		e.Text = append(e.Text, "An engineer, officer or administrator over all accounts proposes one.")
	}
	return e
}

// attestationNotices says what waits for the viewer, and what ends soon.
func (u *ui) attestationNotices(ctx context.Context, due []listing.Attestation) []pages.Notice {
	var out []pages.Notice
	mine := u.undecided(ctx, due)
	switch n := len(mine); {
	case n == 1:
		out = append(out, pages.Notice{Tone: "accent", Icon: "clock", Title: "An attestation waits for your decision.", Href: attestationPath(mine[0].ID), Link: "Show it"})
	case n > 1:
		out = append(out, pages.Notice{Tone: "accent", Icon: "clock", Title: number(n) + " attestations wait for your decision.",
			Href: attestationsOf(listing.AttestationFilter{State: listing.AttestProposed}), Link: "Show them"})
	}
	for _, r := range listing.Reminders(due, u.Now()) {
		if len(out) == 6 { // the list shows the others
			break
		}
		out = append(out, u.reminder(r))
	}
	return out
}

// undecided are the proposals that the viewer may decide.
func (u *ui) undecided(ctx context.Context, due []listing.Attestation) []listing.Attestation {
	var out []listing.Attestation
	for _, a := range due {
		if a.Deciding(access.From(ctx), u.Now()) == nil {
			out = append(out, a)
		}
	}
	return out
}

// reminder says of an attestation that it ends soon, and what is done about it.
func (u *ui) reminder(r listing.Reminder) pages.Notice {
	n := pages.Notice{Tone: "warn", Icon: "clock", Title: fmt.Sprintf("Attestation %d %s.", r.Attestation.ID, endsIn(r.Days)),
		Text: u.practices().name(&r.Attestation) + ": then it is no data. Nobody has renewed it.", Href: attestationPath(r.Attestation.ID), Link: "Show it"}
	if r.Stage > 7 {
		n.Tone = ""
	}
	if r.Renewal != 0 {
		n.Tone, n.Text = "", u.practices().name(&r.Attestation)+": its renewal is proposed."
		n.Href, n.Link = attestationPath(r.Renewal), "Show the renewal"
	}
	return n
}

// endsIn says when something ends whose last day is so many days away.
func endsIn(days int) string {
	switch {
	case days < 0:
		return "has ended"
	case days == 0:
		return "ends today"
	case days == 1:
		return "ends tomorrow"
	}
	return "ends in " + some(days, "day", "days")
}

var attestationStates = map[listing.AttestationState]parts.Tag{
	listing.AttestProposed:  {Tone: "accent", Icon: "clock", Text: "Waits for a decision"},
	listing.AttestUpcoming:  {Icon: "clock", Text: "Approved, begins later"},
	listing.AttestValid:     {Tone: "line", Icon: "seal", Text: "Attested, not measured"},
	listing.AttestExpired:   {Tone: "med", Icon: "eye", Text: "Expired, no data"},
	listing.AttestRefused:   {Icon: "x", Text: "Refused"},
	listing.AttestWithdrawn: {Icon: "dash", Text: "Withdrawn"},
}

func attestationTag(s listing.AttestationState) parts.Tag {
	if t, ok := attestationStates[s]; ok {
		return t
	}
	return parts.Tag{Icon: "eye", Text: "Not known"}
}

func (u *ui) attestationRow(a *listing.Attestation, names practices) pages.AttestationRow {
	row := pages.AttestationRow{
		Href: attestationPath(a.ID), Statement: firstWords(a.Statement), About: names.name(a), In: names.framework(a.Framework),
		Accounts: attestedAccounts(a), Owner: cmpOr(a.OwnerName, a.Owner), Evidence: evidenceWords(a), State: attestationTag(a.StateAt(u.Now())),
	}
	switch a.StateAt(u.Now()) {
	case listing.AttestProposed:
		row.Sub = "by " + a.Proposed.Who + ", " + ago(a.Proposed.At, u.Now())
	case listing.AttestUpcoming:
		row.Sub = "from " + date(a.From)
	case listing.AttestValid:
		row.Sub = "until " + date(a.Until)
		if days := a.DaysLeft(u.Now()); days <= 30 {
			row.Sub = endsIn(days)
		}
	case listing.AttestExpired:
		row.Sub = "since " + date(a.Ends())
		if !a.Approved() {
			row.Sub = "nobody decided before " + date(a.Ends())
		}
	case listing.AttestRefused:
		row.Sub = "by " + a.Decided.Who
	case listing.AttestWithdrawn:
		row.Sub = "by " + a.Withdrawn.Who
	}
	return row
}

const longestExcerpt = 140

// firstWords is the beginning of a text, in one line.
func firstWords(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= longestExcerpt {
		return s
	}
	short := string([]rune(s)[:longestExcerpt])
	if i := strings.LastIndexByte(short, ' '); i > longestExcerpt/2 {
		short = short[:i]
	}
	return short + " …"
}

func attestedAccounts(a *listing.Attestation) string {
	if a.Whole {
		return "All"
	}
	var names []string
	for i, one := range a.Accounts {
		if i == 3 && len(a.Accounts) > 4 {
			return strings.Join(names, ", ") + " and " + number(len(a.Accounts)-3) + " more"
		}
		names = append(names, accountName(one))
	}
	return join(names)
}

func evidenceWords(a *listing.Attestation) string {
	switch {
	case a.File != nil && a.Link != "":
		return "With a file and a link"
	case a.File != nil:
		return "With a file"
	}
	return "With a link"
}

func (u *ui) attestationFilters(f listing.AttestationFilter, names practices) []pages.Dropdown {
	states := pages.Dropdown{ID: "state", Label: "State", Options: []pages.Pick{{Text: "Any"}}}
	for _, s := range listing.AttestationStates() {
		states.Options = append(states.Options, pages.Pick{Value: string(s), Text: attestationTag(s).Text, On: s == f.State})
	}
	frameworks := pages.Dropdown{ID: "framework", Label: "Framework", Options: []pages.Pick{{Text: "Any"}}}
	known := f.Framework == ""
	for _, p := range names {
		if n := frameworks.Options; n[len(n)-1].Value != p.Framework {
			frameworks.Options = append(n, pages.Pick{Value: p.Framework, Text: p.FrameworkName, On: p.Framework == f.Framework})
			known = known || p.Framework == f.Framework
		}
	}
	if !known { // one that is here no longer
		frameworks.Options = append(frameworks.Options, pages.Pick{Value: f.Framework, Text: f.Framework, On: true})
	}
	if len(frameworks.Options) == 1 {
		return []pages.Dropdown{states}
	}
	return []pages.Dropdown{states, frameworks}
}

// practices are the controls that there are, those of a framework together.
type practices []listing.Practice

func (u *ui) practices() practices {
	if u.Practices == nil {
		return nil
	}
	return u.Practices()
}

func (p practices) of(framework, control string) (listing.Practice, bool) {
	i := slices.IndexFunc(p, func(x listing.Practice) bool { return x.Framework == framework && x.Control == control })
	if i < 0 {
		return listing.Practice{Framework: framework, FrameworkName: p.framework(framework), Control: control}, false
	}
	return p[i], true
}

// framework is the name of a framework; its id where it is not known here.
func (p practices) framework(id string) string {
	if i := slices.IndexFunc(p, func(x listing.Practice) bool { return x.Framework == id }); i >= 0 {
		return p[i].FrameworkName
	}
	return id
}

// name says what an attestation is about.
func (p practices) name(a *listing.Attestation) string {
	if a.Topic != "" {
		if t, ok := listing.TopicOf(a.Topic); ok {
			return t.Title
		}
		return a.Topic
	}
	x, _ := p.of(a.Framework, a.Control)
	return practiceName(x)
}

func practiceName(p listing.Practice) string { return strings.TrimSpace(p.Control + " " + p.Title) }
