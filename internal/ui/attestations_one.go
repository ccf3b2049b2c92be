package ui

import (
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// acts of the page of one attestation, by the address that does them.
const (
	approving   = "approve"
	refusing    = "refuse"
	withdrawing = "withdraw"
)

func (u *ui) attestation(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	v, err := only(r, "did")
	if err != nil {
		return err
	}
	p, err := u.attestationPage(r, id)
	if err != nil {
		return err
	}
	if title := attestationDid[v.Get("did")]; title != "" {
		p.Done = &pages.Notice{Tone: "good", Icon: "check", Title: title}
	}
	show(w, r, http.StatusOK, pages.AttestationPage(p))
	return nil
}

var attestationDid = map[string]string{"propose": "Proposed.", approving: "Approved.", refusing: "Refused.", withdrawing: "Withdrawn."}

func (u *ui) attestationPage(r *http.Request, id int64) (pages.Attestation, error) {
	a, events, err := u.Attestations.Attestation(r.Context(), id)
	if err != nil {
		return pages.Attestation{}, fmt.Errorf("attestation %d: %w", id, err)
	}
	state, names, v := a.StateAt(u.Now()), u.practices(), access.From(r.Context())
	p := pages.Attestation{
		Frame: u.frameOf(r, fmt.Sprintf("Attestation %d", id), sectionAttestations), Title: names.name(&a),
		Lead: attestationLead(&a, names), State: attestationTag(state), Notice: u.attestationMeaning(&a, state),
		Statement: a.Statement, Facts: u.attestationFacts(&a, names), Link: a.Link,
	}
	if a.File != nil {
		p.File = &pages.AttestationFile{Name: a.File.Name, Href: attestationPath(id) + "/evidence", Size: some(a.File.Size, "byte", "bytes"), SHA256: hex.EncodeToString(a.File.SHA256[:])}
	}
	if err := a.Deciding(v, u.Now()); err == nil {
		p.Decide = &pages.AttestationAct{Action: attestationPath(id) + "/" + approving, Other: attestationPath(id) + "/" + refusing,
			Text: "Approve it if the evidence shows what is stated, for these accounts and as long as it is to hold. It holds from the moment of your approval, not before."}
	} else if state == listing.AttestProposed {
		p.Undecided = said(err)
	}
	if a.Withdrawing(v, u.Now()) == nil {
		p.Withdraw = &pages.AttestationAct{Action: attestationPath(id) + "/" + withdrawing, Needs: a.Approved(),
			Text: "It then counts for nothing from now on. It stays in the history."}
	}
	if a.Renewing(v, u.Now()) == nil && a.RenewedBy == 0 {
		p.Renew = attestationsPath + "/new?renews=" + strconv.FormatInt(id, 10)
	}
	p.History = u.attestationHistory(&a, state, events)
	return p, nil
}

func attestationLead(a *listing.Attestation, names practices) string {
	where := "In all accounts, those to come included."
	if !a.Whole {
		where = "In " + attestedAccounts(a) + "."
	}
	if a.Topic != "" {
		return where
	}
	return names.framework(a.Framework) + ". " + where
}

// attestationMeaning says what an attestation counts for in its state.
func (u *ui) attestationMeaning(a *listing.Attestation, state listing.AttestationState) pages.Notice {
	switch state {
	case listing.AttestValid:
		n := pages.Notice{Icon: "seal", Title: "Attested, not measured.", Text: "Somebody's word with evidence. It counts as no pass and stands in no score. It holds until " + date(a.Until) + "."}
		if days := a.DaysLeft(u.Now()); days <= slices.Max(listing.Stages()) {
			n.Tone, n.Icon = "warn", "clock"
			n.Title += " It " + endsIn(days) + "."
		}
		if a.RenewedBy != 0 {
			n.Href, n.Link = attestationPath(a.RenewedBy), "Show its renewal"
		}
		return n
	case listing.AttestProposed:
		return pages.Notice{Tone: "accent", Icon: "clock", Title: "Nobody has decided yet.", Text: "Until somebody other than " + a.Proposed.Who + " approves it, it counts for nothing."}
	case listing.AttestUpcoming:
		return pages.Notice{Icon: "clock", Title: "Approved, and not begun.", Text: "It counts from " + date(a.From) + " on."}
	case listing.AttestExpired:
		n := pages.Notice{Tone: "warn", Icon: "eye", Title: "Expired.", Text: "Its last day was " + date(a.Until) + ". What it stated is no data now."}
		if a.RenewedBy != 0 {
			n.Href, n.Link = attestationPath(a.RenewedBy), "Show its renewal"
		}
		return n
	case listing.AttestRefused:
		return pages.Notice{Icon: "x", Title: "Refused.", Text: sentence(a.Decided.Note) + " It never counted."}
	case listing.AttestWithdrawn:
		return pages.Notice{Icon: "dash", Title: "Withdrawn.", Text: strings.TrimSpace(sentence(a.Withdrawn.Note) + " It counts for nothing since " + day(a.Withdrawn.At) + ".")}
	}
	return pages.Notice{Icon: "eye", Title: "Where it stands is not known.", Text: "It counts for nothing."}
}

func (u *ui) attestationFacts(a *listing.Attestation, names practices) []parts.Fact {
	about := parts.Fact{Name: "About", Parts: text(names.name(a))}
	if a.Topic == "" {
		about.Sub = names.framework(a.Framework)
		if _, known := names.of(a.Framework, a.Control); known && u.Compliance != nil {
			about.Parts[0].Href = controlPath(a.Framework, a.Control)
		}
	}
	owner := parts.Fact{Name: "Owner", Parts: text(cmpOr(a.OwnerName, a.Owner))}
	if a.OwnerName != "" {
		owner.Sub = a.Owner
	}
	out := []parts.Fact{about, owner,
		{Name: "Accounts", Parts: accountLinks(a)},
		{Name: "Holds", Parts: text(date(a.From) + " to " + date(a.Until)), Sub: "both days included, UTC"},
		{Name: "Proposed", Parts: text(a.Proposed.Who), Sub: day(a.Proposed.At)}}
	if a.Decided.Kind != "" {
		out = append(out, parts.Fact{Name: sentenceName(a.Decided.Kind), Parts: text(a.Decided.Who), Sub: day(a.Decided.At)})
	}
	for _, other := range []struct {
		name string
		id   int64
	}{{"Renews", a.Renews}, {"Renewed by", a.RenewedBy}} {
		if other.id != 0 {
			out = append(out, parts.Fact{Name: other.name, Parts: []parts.Span{{Text: fmt.Sprintf("Attestation %d", other.id), Href: attestationPath(other.id)}}})
		}
	}
	return out
}

func accountLinks(a *listing.Attestation) []parts.Span {
	if a.Whole {
		return text("all, those to come included")
	}
	var out []parts.Span
	for i, one := range a.Accounts {
		if i > 0 {
			out = append(out, parts.Span{Text: ", "})
		}
		out = append(out, parts.Span{Text: accountName(one), Href: accountPath(one.ID)})
	}
	return out
}

var attestationEvents = map[string]pages.Event{
	"proposed":  {Icon: "doc", Title: "Proposed"},
	"approved":  {Tone: "pass", Icon: "check", Title: "Approved"},
	"refused":   {Tone: "crit", Icon: "x", Title: "Refused"},
	"withdrawn": {Icon: "dash", Title: "Withdrawn"},
}

// attestationHistory tells all that happened, the newest first. That it expired
// nobody did.
func (u *ui) attestationHistory(a *listing.Attestation, state listing.AttestationState, events []listing.AttestationEvent) pages.History {
	var h pages.History
	if state == listing.AttestExpired {
		h.Events = append(h.Events, pages.Event{Tone: "med", Icon: "eye", Title: "Expired", When: day(a.Ends()), Stamp: a.Ends().Format(time.RFC3339), Parts: text("Its last day was over.")})
	}
	for _, e := range slices.Backward(events) {
		one := attestationEvents[e.Kind]
		if one.Title == "" {
			one = pages.Event{Icon: "dash", Title: sentenceName(e.Kind)}
		}
		one.When, one.Stamp, one.Parts = day(e.At), e.At.UTC().Format(time.RFC3339), text("by "+e.Who)
		if e.Note != "" {
			one.Parts = append(one.Parts, parts.Span{Text: ": " + e.Note})
		}
		h.Events = append(h.Events, one)
	}
	return h
}

// attestedFile hands a file out as a download, whatever it is: a browser must
// not show it as a page of this site.
func (u *ui) attestedFile(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	if _, err := only(r); err != nil {
		return err
	}
	f, err := u.Attestations.AttestationFile(r.Context(), id)
	if err != nil {
		return fmt.Errorf("file of attestation %d: %w", id, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", attachment(f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(f.Content)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.Content) // the reader may have gone; there is nobody to tell
	}
	return nil
}

// attachment names a download, in letters of any script.
func attachment(name string) string {
	return cmpOr(mime.FormatMediaType("attachment", map[string]string{"filename": listing.FileName(name)}), "attachment")
}

func (u *ui) approveAttestation(w http.ResponseWriter, r *http.Request) error {
	return u.actOn(w, r, approving, func(id int64, note string) error {
		return u.Attester.DecideAttestation(r.Context(), id, true, note)
	})
}

func (u *ui) refuseAttestation(w http.ResponseWriter, r *http.Request) error {
	return u.actOn(w, r, refusing, func(id int64, note string) error {
		return u.Attester.DecideAttestation(r.Context(), id, false, note)
	})
}

func (u *ui) withdrawAttestation(w http.ResponseWriter, r *http.Request) error {
	return u.actOn(w, r, withdrawing, func(id int64, note string) error {
		return u.Attester.WithdrawAttestation(r.Context(), id, note)
	})
}

// actOn does something with an attestation. What is wrong with the note is said
// beside it, and what was typed stays.
func (u *ui) actOn(w http.ResponseWriter, r *http.Request, what string, do func(id int64, note string) error) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	v, err := form(w, r)
	if err != nil {
		return err
	}
	note := v.Get("note")
	err = do(id, note)
	if err == nil {
		http.Redirect(w, r, attestationPath(id)+"?did="+what, http.StatusSeeOther)
		return nil
	}
	if !problem.Is(err, problem.Invalid) {
		return u.unable(w, r, err, pages.Link{Text: "Show the attestation", Href: attestationPath(id)})
	}
	p, fail := u.attestationPage(r, id)
	if fail != nil {
		return fail
	}
	for _, act := range []*pages.AttestationAct{p.Decide, p.Withdraw} {
		if act != nil && (what == withdrawing) == (act == p.Withdraw) {
			act.Note = pages.Field{Value: note, Fault: said(err)}
		}
	}
	show(w, r, http.StatusUnprocessableEntity, pages.AttestationPage(p))
	return nil
}
