package ui

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

// An attestationDraft is a form as it stands, and what is wrong with it.
type attestationDraft struct {
	listing.AttestationDraft
	from, until string // as they were typed
	settled     bool   // what it is about: it is a renewal
	faults      listing.DraftFaults
	refusal     string
}

// newAttestation shows the form, filled in for a control, a topic, or what takes
// the place of a former attestation.
func (u *ui) newAttestation(w http.ResponseWriter, r *http.Request) error {
	v, err := only(r, "framework", "control", "topic", "renews")
	if err != nil {
		return err
	}
	today := u.Now().UTC().Truncate(24 * time.Hour)
	d := &attestationDraft{}
	d.Framework, d.Control, d.Topic, d.Owner, d.Whole = v.Get("framework"), v.Get("control"), v.Get("topic"), access.From(r.Context()).Email, true
	d.from, d.until = today.Format(time.DateOnly), today.AddDate(1, 0, -1).Format(time.DateOnly)
	if err := u.knownPractice(d); err != nil {
		return err
	}
	if v.Has("renews") {
		if err := u.renewal(r, d, v.Get("renews"), today); err != nil {
			return u.unable(w, r, err, pages.Link{Text: "Show the attestations", Href: attestationsPath})
		}
	}
	return u.showAttestationForm(w, r, http.StatusOK, d)
}

// knownPractice makes sure that what an address names is there.
func (u *ui) knownPractice(d *attestationDraft) error {
	if _, ok := listing.TopicOf(d.Topic); d.Topic != "" && !ok {
		return problem.New(problem.Invalid, "There is no topic %q to attest.", d.Topic)
	}
	if _, ok := u.practices().of(d.Framework, d.Control); d.Framework+d.Control != "" && !ok {
		return problem.New(problem.Invalid, "There is no control %q of a framework %q to attest.", d.Control, d.Framework)
	}
	return nil
}

// renewal fills the form in as the former attestation was.
func (u *ui) renewal(r *http.Request, d *attestationDraft, former string, today time.Time) error {
	id, err := strconv.ParseInt(former, 10, 64)
	if err != nil {
		return problem.New(problem.Invalid, "%q is no number of an attestation.", former)
	}
	a, _, err := u.Attestations.Attestation(r.Context(), id)
	if err != nil {
		return err
	}
	if err := a.Renewing(access.From(r.Context()), u.Now()); err != nil {
		return err
	}
	d.settled = true
	d.AttestationDraft = listing.AttestationDraft{Statement: a.Statement, Framework: a.Framework, Control: a.Control, Topic: a.Topic, Whole: a.Whole, Owner: a.Owner, Link: a.Link, Renews: id}
	for _, one := range a.Accounts {
		d.Accounts = append(d.Accounts, one.ID)
	}
	begin := a.Ends()
	if begin.Before(today) {
		begin = today
	}
	d.from, d.until = begin.Format(time.DateOnly), begin.AddDate(1, 0, -1).Format(time.DateOnly)
	return nil
}

// attest proposes what was filled in. What is wrong with it is said in the form.
func (u *ui) attest(w http.ResponseWriter, r *http.Request) error {
	d, err := readAttestation(w, r)
	if err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Propose an attestation", Href: attestationsPath + "/new"})
	}
	if len(d.faults) == 0 {
		id, err := u.Attester.Attest(r.Context(), d.AttestationDraft)
		if err == nil {
			http.Redirect(w, r, attestationPath(id)+"?did=propose", http.StatusSeeOther)
			return nil
		}
		if !errors.As(err, &d.faults) {
			if !problem.Is(err, problem.Conflict) && !problem.Is(err, problem.Invalid) {
				return err
			}
			d.refusal = said(err)
		}
	} else {
		for _, f := range d.Faults(u.Now()) {
			if d.faults.Of(f.Field) == "" { // of what cannot be read no more can be told
				d.faults = append(d.faults, f)
			}
		}
	}
	return u.showAttestationForm(w, r, http.StatusUnprocessableEntity, d)
}

// longestForm is how long a form with a file may be.
const longestForm = listing.LongestFile + 48<<10

// readAttestation reads the form. What cannot be read as it is meant is a fault.
func readAttestation(w http.ResponseWriter, r *http.Request) (*attestationDraft, error) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	err := r.ParseMultipartForm(longestForm) //nolint:gosec // the body is bounded above; all of it stays in memory, nothing on a disk
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return nil, problem.New(problem.Invalid, "The file is longer than 1 MB. Go back: what you typed is still there. Send a smaller file, or a link to it.")
	case err != nil:
		return nil, problem.New(problem.Invalid, "What was sent is no form of this site. Go back and send it again.")
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	v := r.PostForm
	d := &attestationDraft{from: v.Get("from"), until: v.Get("until")}
	d.Statement, d.Owner, d.Link = v.Get("statement"), v.Get("owner"), strings.TrimSpace(v.Get("link"))
	d.about(v.Get("about"))
	d.where(v.Get("where"), v["account"])
	d.From, d.Until = d.day("from", d.from), d.day("until", d.until)
	if s := v.Get("renews"); s != "" {
		d.Renews, err = strconv.ParseInt(s, 10, 64)
		if err != nil || d.Renews < 1 {
			return nil, problem.New(problem.Invalid, "What was sent is no form of this site. Go back and send it again.")
		}
		d.settled = true
	}
	return d, d.upload(r)
}

func (d *attestationDraft) about(s string) {
	if topic, ok := strings.CutPrefix(s, "topic:"); ok {
		d.Topic = topic
	} else if rest, ok := strings.CutPrefix(s, "control:"); ok {
		d.Framework, d.Control, _ = strings.Cut(rest, "/")
	}
}

func (d *attestationDraft) where(s string, accounts []string) {
	if d.Whole = s == "all"; d.Whole {
		return
	}
	for _, a := range accounts {
		id, err := strconv.ParseInt(a, 10, 64)
		if err != nil {
			d.faults = append(d.faults, listing.DraftFault{Field: "accounts", Say: "One of these accounts is not there."})
			return
		}
		d.Accounts = append(d.Accounts, id)
	}
}

// day reads a day. What is none is a fault; nothing is left to the draft to say.
func (d *attestationDraft) day(field, s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil && s != "" {
		d.faults = append(d.faults, listing.DraftFault{Field: field, Say: "This is no day. Give it as 2026-11-22."})
	}
	return t
}

func (d *attestationDraft) upload(r *http.Request) error {
	f, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || err == nil && head.Filename == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("file of an attestation: %w", err)
	}
	content, err := io.ReadAll(f)
	if err != nil {
		return fmt.Errorf("file of an attestation: %w", err)
	}
	d.File = &listing.Upload{Name: head.Filename, Content: content}
	return f.Close()
}

var draftFields = []string{"renews", "about", "statement", "owner", "accounts", "evidence", "link", "file", "from", "until"}

func (u *ui) showAttestationForm(w http.ResponseWriter, r *http.Request, status int, d *attestationDraft) error {
	p := pages.AttestationForm{
		Title: "Propose an attestation", Fault: d.refusal, About: u.aboutField(d), Whole: d.Whole, NoAccount: d.faults.Of("accounts"),
		Statement: pages.Field{Value: d.Statement, Fault: d.faults.Of("statement")}, Link: pages.Field{Value: d.Link, Fault: d.faults.Of("link")},
		From: pages.Field{Value: d.from, Fault: d.faults.Of("from")}, Until: pages.Field{Value: d.until, Fault: d.faults.Of("until")},
		File: d.faults.Of("file"), Evidence: d.faults.Of("evidence"),
	}
	if d.Renews != 0 {
		p.Title, p.Former = "Renew an attestation", strconv.FormatInt(d.Renews, 10)
		p.Renews = &pages.Link{Text: "attestation " + p.Former, Href: attestationPath(d.Renews)}
	}
	p.Frame = u.frameOf(r, p.Title, sectionAttestations)
	if len(d.faults) > 0 {
		p.Fault = "Nothing was proposed yet: " + some(len(d.faults), "answer needs", "answers need") + " another look."
	}
	for _, f := range draftFields {
		if t := d.faults.Of(f); t != "" {
			p.Faults = append(p.Faults, pages.Link{Text: t, Href: "#" + map[bool]string{true: "about", false: f}[f == "renews"]})
		}
	}
	if status != http.StatusOK && d.File != nil && p.File == "" {
		p.File = "Choose the file again: a browser does not send it twice."
	}
	if err := u.attestationPeople(r, &p, d); err != nil {
		return err
	}
	show(w, r, status, pages.AttestationFormPage(p))
	return nil
}

// attestationPeople fills in who may own it, and which accounts there are.
func (u *ui) attestationPeople(r *http.Request, p *pages.AttestationForm, d *attestationDraft) error {
	owners, err := u.Attestations.AttestationOwners(r.Context())
	if err != nil {
		return fmt.Errorf("who may own an attestation: %w", err)
	}
	v := access.From(r.Context())
	if !slices.ContainsFunc(owners, func(o listing.Owner) bool { return strings.EqualFold(o.Email, v.Email) }) {
		owners = append([]listing.Owner{{Email: v.Email, Name: v.Name}}, owners...)
	}
	p.Owner.Fault = d.faults.Of("owner")
	if !slices.ContainsFunc(owners, func(o listing.Owner) bool { return strings.EqualFold(o.Email, d.Owner) }) {
		p.Owner.Options = []pages.Option{{Text: "Choose…", Chosen: true}}
	}
	for _, o := range owners {
		text := o.Email
		if o.Name != "" {
			text = o.Name + ", " + o.Email
		}
		p.Owner.Options = append(p.Owner.Options, pages.Option{Value: o.Email, Text: text, Chosen: strings.EqualFold(o.Email, d.Owner)})
	}
	all, err := u.Reader.Standings(r.Context())
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	for _, st := range all {
		a := st.Account
		pick := pages.Pick{Value: strconv.FormatInt(a.ID, 10), Text: accountName(a), On: slices.Contains(d.Accounts, a.ID)}
		if a.Name != "" {
			pick.Sub = estate.CloudName(a.Provider) + " " + a.External
		}
		p.Accounts = append(p.Accounts, pick)
	}
	return nil
}

// aboutField lists what may be attested: the controls of which a framework asks
// somebody to state something, the one that the address names, and the topics.
func (u *ui) aboutField(d *attestationDraft) pages.AboutField {
	all := u.practices()
	f := pages.AboutField{Fault: cmpOr(d.faults.Of("about"), d.faults.Of("renews"))}
	chosen, _ := all.of(d.Framework, d.Control)
	if d.Control != "" && chosen.Attest != "" {
		f.Asks = "It asks: " + chosen.Attest
	}
	if d.settled {
		is := listing.Attestation{Framework: d.Framework, Control: d.Control, Topic: d.Topic}
		f.Fixed = &pages.Pick{Value: "topic:" + d.Topic, Text: all.name(&is)}
		if d.Control != "" {
			f.Fixed.Value, f.Fixed.Text = "control:"+d.Framework+"/"+d.Control, f.Fixed.Text+", "+all.framework(d.Framework)
		}
		return f
	}
	for _, p := range all {
		on := p.Framework == d.Framework && p.Control == d.Control
		if p.Attest == "" && !on {
			continue
		}
		if n := len(f.Groups); n == 0 || f.Groups[n-1].Name != p.FrameworkName {
			f.Groups = append(f.Groups, pages.AboutGroup{Name: p.FrameworkName})
		}
		g := &f.Groups[len(f.Groups)-1]
		g.Options = append(g.Options, pages.Pick{Value: "control:" + p.Framework + "/" + p.Control, Text: practiceName(p), On: on})
	}
	topics := pages.AboutGroup{Name: "No control of a framework"}
	for _, t := range listing.Topics() {
		topics.Options = append(topics.Options, pages.Pick{Value: "topic:" + t.ID, Text: t.Title, On: t.ID == d.Topic})
	}
	f.Groups = append(f.Groups, topics)
	return f
}
