package ui_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/ui"
)

// A shelf holds attestations in memory, and notes what it was asked to do. The
// real store and the real clerk have tests of their own.
type shelf struct {
	all    []listing.Attestation
	drafts []listing.AttestationDraft
	did    []string
	refuse error
}

func (s *shelf) Attestations(_ context.Context, f listing.AttestationFilter, at listing.Place) ([]listing.Attestation, listing.Cursors, error) {
	var out []listing.Attestation
	for _, a := range slices.Backward(s.all) {
		if (f.State == "" || a.StateAt(f.At) == f.State) && (f.Framework == "" || a.Framework == f.Framework) && (f.Topic == "" || a.Topic == f.Topic) {
			out = append(out, a)
		}
	}
	from, to, c := cursor(at, len(out))
	return out[from:to], c, nil
}

func (s *shelf) Attestation(_ context.Context, id int64) (listing.Attestation, []listing.AttestationEvent, error) {
	for _, a := range s.all {
		if a.ID == id {
			return a, slices.DeleteFunc([]listing.AttestationEvent{a.Proposed, a.Decided, a.Withdrawn}, func(e listing.AttestationEvent) bool { return e.Kind == "" }), nil
		}
	}
	return listing.Attestation{}, nil, nothing
}

func (s *shelf) Valid(context.Context, string, string, time.Time) ([]listing.Attestation, error) {
	return nil, nil
}

func (s *shelf) DueAttestations(_ context.Context, at time.Time) ([]listing.Attestation, error) {
	return slices.DeleteFunc(slices.Clone(s.all), func(a listing.Attestation) bool {
		return a.StateAt(at) != listing.AttestProposed && a.StateAt(at) != listing.AttestValid
	}), nil
}

const page1 = `<!DOCTYPE html><script>document.title = "taken"</script>`

func (s *shelf) AttestationFile(_ context.Context, id int64) (listing.EvidenceFile, error) {
	a, _, err := s.Attestation(context.Background(), id)
	switch {
	case err != nil || a.File == nil:
		return listing.EvidenceFile{}, nothing
	case a.File.Name == "changed":
		return listing.EvidenceFile{}, problem.New(problem.Tampered, "The file is not what was uploaded.")
	}
	return listing.EvidenceFile{FileMark: *a.File, Content: []byte(page1)}, nil
}

func (s *shelf) AttestationOwners(context.Context) ([]listing.Owner, error) {
	return []listing.Owner{{Email: "ines@halden.example", Name: "Ines Brandt"}, {Email: "ops@halden.example"}}, nil
}

func (s *shelf) Attest(_ context.Context, d listing.AttestationDraft) (int64, error) {
	s.drafts = append(s.drafts, d)
	if f := d.Faults(clock()); len(f) > 0 {
		return 0, problem.New(problem.Invalid, "%w", f)
	}
	return 12, s.refuse
}

func (s *shelf) DecideAttestation(_ context.Context, id int64, approve bool, note string) error {
	s.did = append(s.did, fmt.Sprint("decide ", id, approve, " ", note))
	if !approve && note == "" {
		return problem.New(problem.Invalid, "Say why you refuse it.")
	}
	return s.refuse
}

func (s *shelf) WithdrawAttestation(_ context.Context, id int64, note string) error {
	s.did = append(s.did, fmt.Sprint("withdraw ", id, " ", note))
	if note == "" {
		return problem.New(problem.Invalid, "Say why what was approved no longer holds.")
	}
	return s.refuse
}

func (s *shelf) serve(v *access.Viewer) http.Handler {
	c := office().config(v)
	c.Attestations, c.Attester = s, s
	c.Practices = func() []listing.Practice {
		return []listing.Practice{
			{Framework: "workload-metadata-practices", FrameworkName: "Workload metadata practices", Control: "S3.7", Title: "Documentation and training", Attest: "Who was taught what, and when."},
			{Framework: "workload-metadata-practices", FrameworkName: "Workload metadata practices", Control: "S2.1", Title: "Tokens are required"},
			{Framework: "soc2", FrameworkName: "SOC 2", Control: "CC1.4", Title: "People are competent", Attest: "How that is made sure."},
		}
	}
	return ui.New(c)
}

// filled is a shelf with an attestation in every state, 1 to 7: proposed by
// another, proposed by the viewer, upcoming, valid to the end of the week,
// expired, refused, withdrawn.
func filled() *shelf {
	now := clock()
	today := now.Truncate(24 * time.Hour)
	s := &shelf{}
	add := func(who string, from, until int, decided, withdrawn string) *listing.Attestation {
		a := listing.Attestation{ID: int64(len(s.all) + 1), Statement: "All engineers on call were taught in September.\n\nThe list names who, when and by whom.", Framework: "workload-metadata-practices", Control: "S3.7",
			Owner: "ines@halden.example", OwnerName: "Ines Brandt", From: today.AddDate(0, 0, from), Until: today.AddDate(0, 0, until), Whole: true, Link: "https://wiki.halden.example/training/2026-09",
			Proposed: listing.AttestationEvent{At: now.AddDate(0, 0, -40), Kind: "proposed", Who: who}, Events: 1}
		if decided != "" {
			a.Decided = listing.AttestationEvent{At: now.AddDate(0, 0, -39), Kind: decided, Who: "tomas@halden.example", Person: 8, Note: "I compared it with the list."}
		}
		if withdrawn != "" {
			a.Withdrawn = listing.AttestationEvent{At: now.AddDate(0, 0, -2), Kind: "withdrawn", Who: who, Note: withdrawn}
		}
		a.Proposed.Person = map[bool]int64{true: 3, false: 9}[who == "maren@halden.example"]
		s.all = append(s.all, a)
		return &s.all[len(s.all)-1]
	}
	a := add("ines@halden.example", 0, 364, "", "")
	a.File, a.Link = &listing.FileMark{Name: "training list <2026>.html", Size: 48213, SHA256: sha256.Sum256([]byte(page1))}, ""
	a.Whole, a.Accounts = false, []listing.Account{{ID: 1, Provider: "aws", External: account, Name: "payments-prod"}, {ID: 3, Provider: "aws", External: "333344445555", Name: "sandbox"}}
	a = add("maren@halden.example", 0, 364, "", "")
	a.Framework, a.Control, a.Topic, a.Statement = "", "", "recovery_plan", "Recovery of <b>payments</b> from backups was tried on 3 October & took 41 minutes."
	add("ines@halden.example", 10, 300, "approved", "")
	add("ines@halden.example", -300, 6, "approved", "")
	add("ines@halden.example", -300, -20, "approved", "").RenewedBy = 4
	add("ines@halden.example", 0, 300, "refused", "")
	add("ines@halden.example", -30, 300, "approved", "The course was cancelled.")
	return s
}

func officer() *access.Viewer { return viewer(access.Officer) }

func TestAttestationsAreListedWithStateEndAndOwner(t *testing.T) {
	t.Parallel()
	p := get(t, filled().serve(officer()), "/attestations")
	p.has(t, "Attestations", "stands in no score", "An attestation waits for your decision.", "Attestation 4 ends in 6 days.", "Nobody has renewed it.",
		"Waits for a decision", "Approved, begins later", "Attested, not measured", "Expired, no data", "Refused", "Withdrawn", "Ines Brandt", "payments-prod and sandbox",
		"S3.7 Documentation and training", "Recovery is planned and was tried", "Recovery of <b>payments</b> from backups", "With a file", "With a link", "ends in 6 days", "Propose an attestation")
	if n := len(p.all("tr", "")); n != 8 {
		t.Errorf("%d rows", n)
	}
	if n := words(p.all("tr", "")[1]); !strings.Contains(n, "Withdrawn") {
		t.Errorf("the first row is not the last proposed: %s", n)
	}
}

func TestAttestationsAreFiltered(t *testing.T) {
	t.Parallel()
	h := filled().serve(officer())
	for address, rows := range map[string]int{"/attestations?state=valid": 1, "/attestations?state=proposed": 2, "/attestations?framework=workload-metadata-practices": 6, "/attestations?topic=recovery_plan": 1,
		"/attestations?state=&framework=": 7} {
		if n := len(get(t, h, address).all("tr", "")) - 1; n != rows {
			t.Errorf("%s: %d rows, want %d", address, n, rows)
		}
	}
	get(t, h, "/attestations?state=valid&framework=soc2").has(t, "No attestation fits", "Show all attestations")
	get(t, h, "/attestations?framework=gone").has(t, "No attestation fits", "gone")
	for _, bad := range []string{"/attestations?state=maybe", "/attestations?page=2", "/attestations?state=valid&state=expired", "/attestations/new?renews=x", "/attestations/new?framework=soc2&control=CC9.9",
		"/attestations/new?topic=weather", "/attestations/4?x=1", "/attestations/1/evidence?x=1"} {
		if p := get(t, h, bad); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", bad, p.Code)
		}
	}
	for _, none := range []string{"/attestations/99", "/attestations/x", "/attestations/01", "/attestations/4/evidence", "/attestations/99/evidence"} {
		if p := get(t, h, none); p.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", none, p.Code)
		}
	}
}

func TestWithoutAttestationsThePageSaysWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	p := get(t, (&shelf{}).serve(officer()), "/attestations")
	p.has(t, "Nothing is attested yet", "Some practices can be read in no setting", "attested, not measured", "Propose an attestation")
	p = get(t, (&shelf{}).serve(viewer(access.Reader)), "/attestations")
	p.has(t, "Nothing is attested yet", "An engineer, officer or administrator over all accounts proposes one.")
	p.hasNot(t, "Propose an attestation")
}

func TestWhereNothingIsAttestedThereAreNoSuchPages(t *testing.T) {
	t.Parallel()
	h := office().serve(officer())
	for _, address := range []string{"/attestations", "/attestations/new", "/attestations/1", "/attestations/1/evidence"} {
		if p := get(t, h, address); p.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", address, p.Code)
		}
	}
	get(t, h, "/accounts").hasNot(t, "Attestations")
	get(t, filled().serve(officer()), "/accounts").has(t, "Attestations")
}

// Each state says what it counts for, and never that something was measured.
func TestAnAttestationSaysWhatItCountsFor(t *testing.T) {
	t.Parallel()
	h := filled().serve(officer())
	for id, want := range map[int][]string{
		1: {"Nobody has decided yet.", "Until somebody other than ines@halden.example approves it, it counts for nothing.", "training list <2026>.html", "48,213 bytes", fmt.Sprintf("%x", sha256.Sum256([]byte(page1))), "payments-prod , sandbox", "Approve"},
		3: {"Approved, and not begun."},
		4: {"Attested, not measured. It ends in 6 days.", "It counts as no pass and stands in no score.", "https://wiki.halden.example/training/2026-09", "there is no hash of it", "Approved tomas@halden.example", "I compared it with the list.", "Renew"},
		5: {"Expired.", "What it stated is no data now.", "Show its renewal", "Its last day was over."},
		6: {"Refused.", "It never counted."},
		7: {"Withdrawn.", "The course was cancelled.", "It counts for nothing since"},
	} {
		p := get(t, h, fmt.Sprintf("/attestations/%d", id))
		p.has(t, append(want, "All engineers on call were taught in September.", "History", "Proposed")...)
	}
}

func TestOnlyWhoMayDecidesAndOthersAreToldWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		v       *access.Viewer
		id      int
		offered string
		says    string
	}{
		"an officer, of another's":        {officer(), 1, "approve refuse", ""},
		"an officer, of their own":        {officer(), 2, "withdraw", "You proposed this. Somebody else decides it."},
		"an engineer, of another's":       {viewer(access.Engineer), 1, "", "To approve changes takes an officer over all accounts."},
		"an engineer, of their own":       {viewer(access.Engineer), 2, "withdraw", "To approve changes takes an officer"},
		"an administrator, of another's":  {administrator(), 1, "", "To approve changes takes an officer"},
		"a reader, of another's":          {viewer(access.Reader), 1, "", "To approve changes takes an officer"},
		"an officer, of what is valid":    {officer(), 4, "renew withdraw", ""},
		"an engineer, of what is valid":   {viewer(access.Engineer), 4, "renew", ""},
		"a reader, of what is valid":      {viewer(access.Reader), 4, "", ""},
		"an officer, of what is renewed":  {officer(), 5, "", ""},
		"an officer, of what was refused": {officer(), 6, "", ""},
	} {
		p := get(t, filled().serve(c.v), fmt.Sprintf("/attestations/%d", c.id))
		var got []string
		for n := range p.doc.Descendants() {
			for _, to := range []string{attr(n, "action"), attr(n, "formaction"), attr(n, "href")} {
				if act, ok := strings.CutPrefix(to, fmt.Sprintf("/attestations/%d/", c.id)); ok && act != "evidence" {
					got = append(got, act)
				}
				if strings.HasPrefix(to, "/attestations/new?renews=") {
					got = append(got, "renew")
				}
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.offered {
			t.Errorf("%s: offered %v, want %s", name, got, c.offered)
		}
		p.has(t, c.says)
	}
}

func TestActsOnAttestationsLeadOn(t *testing.T) {
	t.Parallel()
	for address, c := range map[string]struct{ to, did string }{
		"/attestations/1/approve":  {"/attestations/1?did=approve", "decide 1 true I saw it."},
		"/attestations/1/refuse":   {"/attestations/1?did=refuse", "decide 1 false I saw it."},
		"/attestations/4/withdraw": {"/attestations/4?did=withdraw", "withdraw 4 I saw it."},
	} {
		s := filled()
		p := send(t, s.serve(officer()), address, "note", "I saw it.")
		if p.Code != http.StatusSeeOther || p.Header().Get("Location") != c.to || strings.Join(s.did, ";") != c.did {
			t.Errorf("%s: %d to %s, did %v", address, p.Code, p.Header().Get("Location"), s.did)
		}
		s.refuse = problem.New(problem.Conflict, "Somebody else has just decided.")
		if p := send(t, s.serve(officer()), address, "note", "x"); p.Code != http.StatusConflict {
			t.Errorf("%s: a conflict answers %d", address, p.Code)
		} else {
			p.has(t, "Somebody else has just decided.", "Nothing was changed.")
		}
		s.did = nil
		if p := send(t, s.serve(viewer(access.Reader)), address, "note", "x"); p.Code != http.StatusForbidden || len(s.did) > 0 {
			t.Errorf("%s: a reader is answered with %d", address, p.Code)
		}
	}
	h := filled().serve(officer())
	for address, want := range map[string]string{"/attestations/1/refuse": "Say why you refuse it.", "/attestations/4/withdraw": "Say why what was approved no longer holds."} {
		p := send(t, h, address, "note", "")
		field := map[bool]string{true: "note", false: "why"}[strings.HasSuffix(address, "refuse")]
		if p.Code != http.StatusUnprocessableEntity || !strings.Contains(words(p.byID(field+"-e")), want) || attr(p.byID(field), "aria-invalid") != "true" {
			t.Errorf("%s: %d, the field says %q", address, p.Code, words(p.byID(field+"-e")))
		}
	}
	get(t, h, "/attestations/1?did=approve").has(t, "Approved.")
}

// A file that was uploaded is handed out as a file, whatever it is.
func TestEvidenceIsADownloadAndNeverAPage(t *testing.T) {
	t.Parallel()
	s := filled()
	p := get(t, s.serve(viewer(access.Reader)), "/attestations/1/evidence")
	for header, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Content-Disposition": `attachment; filename="training list _2026_.html"`, "Cache-Control": "no-store"} {
		if got := p.Header().Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if p.Code != http.StatusOK || p.Body.String() != page1 {
		t.Errorf("%d: %s", p.Code, p.Body)
	}
	s.all[0].File.Name = "../../Prüfung.html"
	if got := get(t, s.serve(officer()), "/attestations/1/evidence").Header().Get("Content-Disposition"); got != `attachment; filename*=utf-8''Pr%C3%BCfung.html` {
		t.Errorf("a name in other letters: %q", got)
	}
	s.all[0].File.Name = "changed"
	p = get(t, s.serve(officer()), "/attestations/1/evidence")
	if p.Code != http.StatusConflict || strings.Contains(p.Body.String(), "taken") {
		t.Errorf("%d: a file that was changed is handed out", p.Code)
	}
}

// upload posts the form of an attestation with a file as a browser does. A name
// goes out as it is given, whatever a browser would make of it.
func upload(t *testing.T, h http.Handler, name string, content []byte, fields ...string) page {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	f, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/attestations/new", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return page{w, doc}
}

// filledIn are the fields of a form in which nothing is wrong.
func filledIn(change ...string) []string {
	fields := []string{"about", "control:soc2/CC1.4", "statement", "Everybody was taught.", "owner", "ines@halden.example", "where", "some", "account", "1", "account", "3",
		"link", " https://wiki.halden.example/ ", "from", "2026-11-21", "until", "2027-11-20"}
	for i := 0; i < len(change); i += 2 {
		for k := 0; k < len(fields); k += 2 {
			if fields[k] == change[i] {
				fields[k+1] = change[i+1]
			}
		}
	}
	return fields
}

func TestAnAttestationIsProposed(t *testing.T) {
	t.Parallel()
	s := filled()
	p := upload(t, s.serve(viewer(access.Engineer)), `C:\lists\taught.pdf`, []byte("%PDF"), filledIn()...)
	if p.Code != http.StatusSeeOther || p.Header().Get("Location") != "/attestations/12?did=propose" || len(s.drafts) != 1 {
		t.Fatalf("%d to %s: %s", p.Code, p.Header().Get("Location"), p.text())
	}
	d := s.drafts[0]
	if d.Framework != "soc2" || d.Control != "CC1.4" || d.Topic != "" || d.Whole || !slices.Equal(d.Accounts, []int64{1, 3}) || d.Owner != "ines@halden.example" || d.Link != "https://wiki.halden.example/" ||
		d.From.Format(time.DateOnly) != "2026-11-21" || d.Until.Format(time.DateOnly) != "2027-11-20" || string(d.File.Content) != "%PDF" || listing.FileName(d.File.Name) != "taught.pdf" {
		t.Errorf("%+v", d)
	}
	p = upload(t, s.serve(viewer(access.Engineer)), "", nil, filledIn("about", "topic:training", "where", "all")...)
	if d := s.drafts[1]; p.Code != http.StatusSeeOther || d.Topic != "training" || d.Framework != "" || !d.Whole || d.Accounts != nil || d.File != nil {
		t.Errorf("%d: %+v", p.Code, d)
	}
	if p := upload(t, s.serve(viewer(access.Reader)), "a", []byte("a"), filledIn()...); p.Code != http.StatusForbidden || len(s.drafts) != 2 {
		t.Errorf("a reader is answered with %d", p.Code)
	}
}

// Whatever is wrong is said at its field, and what was typed stays.
func TestFaultsOfAnAttestationAreSaidAtTheirFields(t *testing.T) {
	t.Parallel()
	for field, c := range map[string]struct {
		change []string
		file   []byte
		says   string
	}{
		"statement": {[]string{"statement", " "}, []byte("a"), "Say what holds"},
		"about":     {[]string{"about", ""}, []byte("a"), "Choose what"},
		"owner":     {[]string{"owner", ""}, []byte("a"), "who answers"},
		"accounts":  {[]string{"account", "x"}, []byte("a"), "not there"},
		"link":      {[]string{"link", "javascript:alert(1)"}, []byte("a"), "begins with https://"},
		"file":      {nil, make([]byte, 1_000_001), "longer than 1 MB"},
		"from":      {[]string{"from", "yesterday"}, []byte("a"), "This is no day"},
		"until":     {[]string{"until", "2028-01-01"}, []byte("a"), "at most 400 days"},
	} {
		s := filled()
		p := upload(t, s.serve(viewer(access.Engineer)), "a.txt", c.file, filledIn(c.change...)...)
		if p.Code != http.StatusUnprocessableEntity || !strings.Contains(words(p.byID(field+"-e")), c.says) {
			t.Errorf("%s: %d, the field says %q", field, p.Code, words(p.byID(field+"-e")))
			continue
		}
		p.has(t, "Nothing was proposed yet: 1 answer needs another look.")
		if field != "statement" && words(p.byID("statement")) != "Everybody was taught." || field != "file" && !strings.Contains(words(p.byID("file-e")), "Choose the file again") {
			t.Errorf("%s: %q, %q", field, words(p.byID("statement")), words(p.byID("file-e")))
		}
		if !slices.Contains(p.hrefs(), "#"+field) {
			t.Errorf("%s: nothing leads to the field", field)
		}
	}
	s := filled()
	p := upload(t, s.serve(viewer(access.Engineer)), "big.bin", make([]byte, 2_000_000), filledIn()...)
	if p.Code != http.StatusUnprocessableEntity || len(s.drafts) > 0 {
		t.Errorf("%d, drafts %d", p.Code, len(s.drafts))
	}
	p.has(t, "The file is longer than 1 MB.", "what you typed is still there")
	s.refuse = problem.New(problem.Conflict, "50 of your proposals wait.")
	p = upload(t, s.serve(viewer(access.Engineer)), "a", []byte("a"), filledIn()...)
	if p.has(t, "50 of your proposals wait."); p.Code != http.StatusUnprocessableEntity || words(p.byID("statement")) != "Everybody was taught." {
		t.Errorf("%d: %s", p.Code, p.text())
	}
	if p := send(t, s.serve(viewer(access.Engineer)), "/attestations/new", "statement", "x"); p.Code != http.StatusUnprocessableEntity {
		t.Errorf("another form answers %d", p.Code)
	}
}

func TestTheFormIsFilledInForAControl(t *testing.T) {
	t.Parallel()
	h := filled().serve(viewer(access.Engineer))
	p := get(t, h, "/attestations/new?framework=workload-metadata-practices&control=S3.7")
	p.has(t, "It asks: Who was taught what, and when.", "Ines Brandt, ines@halden.example", "Maren Oduya, maren@halden.example", "payments-prod", "CC1.4 People are competent", "Recovery is planned and was tried")
	var chosen []string
	for _, o := range p.all("option", "") {
		if slices.ContainsFunc(o.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
			chosen = append(chosen, attr(o, "value"))
		}
	}
	if d := strings.Join(chosen, " "); d != "control:workload-metadata-practices/S3.7 maren@halden.example" {
		t.Errorf("chosen are %s", d)
	}
	if strings.Contains(p.text(), "S2.1") {
		t.Error("a control that asks for nothing is offered")
	}
	get(t, h, "/attestations/new?framework=workload-metadata-practices&control=S2.1").has(t, "S2.1 Tokens are required")
	if attr(p.byID("from"), "value") != "2026-11-21" || attr(p.byID("until"), "value") != "2027-11-20" {
		t.Errorf("from %s until %s", attr(p.byID("from"), "value"), attr(p.byID("until"), "value"))
	}
	p = get(t, h, "/attestations/new?renews=4")
	p.has(t, "Renew an attestation", "attestation 4", "S3.7 Documentation and training, Workload metadata practices")
	if words(p.byID("statement")) == "" || attr(p.byID("from"), "value") != "2026-11-28" || attr(p.byID("until"), "value") != "2027-11-27" {
		t.Errorf("%q from %s until %s", words(p.byID("statement")), attr(p.byID("from"), "value"), attr(p.byID("until"), "value"))
	}
	if p := get(t, h, "/attestations/new?renews=6"); p.Code != http.StatusConflict {
		t.Errorf("what was refused is renewed: %d", p.Code)
	}
	for _, v := range []*access.Viewer{viewer(access.Reader), viewer(access.Auditor)} {
		if p := get(t, filled().serve(v), "/attestations/new"); p.Code != http.StatusForbidden {
			t.Errorf("%v is answered with %d", v.Grants, p.Code)
		}
	}
}

// The overview tells officers what waits for them, and everybody what ends.
func TestTheOverviewSaysWhichAttestationsWait(t *testing.T) {
	t.Parallel()
	overview := func(s *shelf, v *access.Viewer) page {
		return get(t, ui.New(ui.Config{Reader: full(), Rules: catalogue(), Now: clock, Auth: as{v}, Attestations: s, Attester: s}), "/")
	}
	p := overview(filled(), officer())
	p.has(t, "1 attestation waits for your decision", "Attestation 4 ends in 6 days", "then what it states is no data")
	if !slices.Contains(p.hrefs(), "/attestations?state=proposed") || !slices.Contains(p.hrefs(), "/attestations/4") {
		t.Errorf("links %v", p.hrefs())
	}
	p = overview(filled(), viewer(access.Reader))
	p.has(t, "Attestation 4 ends in 6 days")
	p.hasNot(t, "for your decision")
	s := filled()
	s.all[3].RenewedBy = 1
	overview(s, officer()).hasNot(t, "Attestation 4 ends")
	s = filled()
	s.all = append(s.all, s.all[3])
	overview(s, officer()).has(t, "2 attestations end within 30 days", "the first ends in 6 days")
}
