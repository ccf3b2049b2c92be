package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// A witness has one attestation, 3, with a file that is a page. It notes what it
// is asked to do.
type witness struct {
	rest // what a test does not expect panics
	*clerk
	asked  listing.AttestationFilter
	drafts []listing.AttestationDraft
}

type rest struct{ listing.Attestations }

const stolen = `<script>document.title = "taken"</script>`

func (*witness) one() listing.Attestation {
	return listing.Attestation{ID: 3, Statement: "Everybody was taught.", Framework: "soc2", Control: "CC1.4", Accounts: []listing.Account{{ID: 3, Provider: "aws", External: "111122223333", Name: "payments"}},
		Owner: "ada@example.org", File: &listing.FileMark{Name: "list.html", Size: len(stolen), SHA256: sha256.Sum256([]byte(stolen))}, From: noon.AddDate(0, -1, 0).Truncate(24 * time.Hour), Until: noon.AddDate(0, 0, 6).Truncate(24 * time.Hour),
		Proposed: listing.AttestationEvent{At: noon.AddDate(0, -1, 0), Kind: "proposed", Who: "ada@example.org (token ci)", Person: 1},
		Decided:  listing.AttestationEvent{At: noon.AddDate(0, 0, -20), Kind: "approved", Who: "ben@example.org", Person: 2, Note: "I saw the list."}, Events: 2}
}

func (w *witness) Attestations(_ context.Context, f listing.AttestationFilter, _ listing.Place) ([]listing.Attestation, listing.Cursors, error) {
	w.asked = f
	return []listing.Attestation{w.one()}, listing.Cursors{Next: "t~3"}, nil
}

func (w *witness) Attestation(_ context.Context, id int64) (listing.Attestation, []listing.AttestationEvent, error) {
	if id != 3 {
		return listing.Attestation{}, nil, problem.New(problem.NotFound, "There is no attestation %d.", id)
	}
	a := w.one()
	return a, []listing.AttestationEvent{a.Proposed, a.Decided}, nil
}

func (w *witness) AttestationFile(context.Context, int64) (listing.EvidenceFile, error) {
	return listing.EvidenceFile{FileMark: *w.one().File, Content: []byte(stolen)}, nil
}

func (w *witness) Attest(_ context.Context, d listing.AttestationDraft) (int64, error) {
	w.note("attest %s %s %s", d.Framework, d.Control, d.Topic)
	w.drafts = append(w.drafts, d)
	if f := d.Faults(noon); len(f) > 0 {
		return 0, problem.New(problem.Invalid, "%w", f)
	}
	return 3, nil
}

func (w *witness) DecideAttestation(context.Context, int64, bool, string) error {
	w.note("decide")
	return nil
}

func (w *witness) WithdrawAttestation(_ context.Context, id int64, note string) error {
	w.note("withdraw %d %s", id, note)
	return nil
}

func TestAnAttestationIsToldWithAllThatHappenedToIt(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rec := w.ask(t, viewer(access.Reader), "GET", "/api/v1/attestations/3", "")
	var got map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != http.StatusOK {
		t.Fatal(rec.Code, err)
	}
	for member, want := range map[string]any{"id": 3.0, "state": "valid", "days_left": 6.0, "framework": "soc2", "control": "CC1.4", "all_accounts": false, "valid_from": "2026-10-22", "valid_until": "2026-11-28"} {
		if got[member] != want {
			t.Errorf("%s is %v, want %v", member, got[member], want)
		}
	}
	file, _ := got["file"].(map[string]any)
	history, _ := got["history"].([]any)
	if file["url"] != "/api/v1/attestations/3/evidence" || file["name"] != "list.html" || len(history) != 2 || got["topic"] != nil {
		t.Errorf("%s", rec.Body)
	}
	if rec := w.ask(t, viewer(access.Reader), "GET", "/api/v1/attestations/4", ""); rec.Code != http.StatusNotFound {
		t.Errorf("one that is not there: %d", rec.Code)
	}
}

func TestAttestationsAreListedByState(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rec := w.ask(t, viewer(access.Reader), "GET", "/api/v1/attestations?state=valid&framework=soc2&control=CC1.4", "")
	if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"next":"t~3"`) || !strings.Contains(rec.Header().Get("Link"), `rel="next"`) {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	for _, bad := range []string{"state=maybe", "stat=valid", "state=valid&state=expired"} {
		if rec := w.ask(t, viewer(access.Reader), "GET", "/api/v1/attestations?"+bad, ""); rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, rec.Code)
		}
	}
}

// A page that somebody uploaded is handed out as a file.
func TestTheFileOfAnAttestationIsADownload(t *testing.T) {
	t.Parallel()
	rec := newWorld().ask(t, viewer(access.Reader), "GET", "/api/v1/attestations/3/evidence", "")
	sum := sha256.Sum256([]byte(stolen))
	for header, want := range map[string]string{"Content-Type": "application/octet-stream", "Content-Disposition": "attachment; filename=list.html", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Repr-Digest": "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"} {
		if got := rec.Header().Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if rec.Code != http.StatusOK || rec.Body.String() != stolen {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

const draft = `{"statement":"It holds.","framework":"soc2","control":"CC1.4","accounts":[3],"owner":"ada@example.org","valid_from":"2026-11-22","valid_until":"2027-11-21"`

func TestAnAttestationIsProposedWithAFile(t *testing.T) {
	t.Parallel()
	w := newWorld()
	token := viewer(access.Engineer, access.ScopeManage)
	rec := w.ask(t, token, "POST", "/api/v1/attestations", draft+`,"file":{"name":"../../a.pdf","base64":"JVBERg=="}}`)
	if rec.Code != http.StatusCreated || rec.Header().Get("Location") != "/api/v1/attestations/3" || strings.Join(w.clerk.did, ";") != "attest soc2 CC1.4 " {
		t.Errorf("%d %s: %s", rec.Code, rec.Body, w.clerk.did)
	}
	big := base64.StdEncoding.EncodeToString(make([]byte, 720_000))
	if rec := w.ask(t, token, "POST", "/api/v1/attestations", draft+`,"file":{"name":"a","base64":"`+big+`"}}`); rec.Code != http.StatusCreated {
		t.Errorf("a file of 720,000 bytes: %d %.200s", rec.Code, rec.Body)
	}
	for body, want := range map[string]struct {
		status int
		says   string
	}{
		draft + `}`: {422, "Give evidence"},
		draft + `,"file":{"name":"a","base64":"%%"}}`:                                                    {422, "not in base64"},
		draft + `,"file":{"name":"a","base64":"` + big + `AAAA"}}`:                                       {422, "body.file.base64"},
		draft + `,"file":{"name":"a","base64":"` + strings.Repeat("A", 1<<20) + `"}}`:                    {413, "it may have 1048575 bytes"},
		draft + `,"link":"javascript:alert(1)"}`:                                                         {422, "body.link"},
		draft + `,"link":"https://example.org/","topic":"weather"}`:                                      {422, "body.topic"},
		draft + `,"link":"https://example.org/","state":"valid"}`:                                        {422, "body.state"},
		strings.Replace(draft, "2027-11-21", "2028-11-21", 1) + `,"link":"https://example.org/"}`:        {422, "body.valid_until"},
		strings.Replace(draft, `"2026-11-22"`, `"yesterday"`, 1) + `,"link":"https://example.org/"}`:     {422, "body.valid_from"},
		strings.Replace(draft, `"framework":"soc2",`, ``, 1) + `,"link":"https://example.org/"}`:         {422, "body.control"},
		strings.Replace(draft, `"accounts":[3]`, `"accounts":[]`, 1) + `,"link":"https://example.org/"}`: {422, "body.accounts"},
	} {
		rec := w.ask(t, token, "POST", "/api/v1/attestations", body)
		if rec.Code != want.status || !strings.Contains(rec.Body.String(), want.says) {
			t.Errorf("%.300s: %d %.300s, want %d: %s", body, rec.Code, rec.Body, want.status, want.says)
		}
	}
}

// There is no operation that decides: a person does, on the pages.
func TestNoProgramDecides(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, path := range []string{"approve", "refuse", "decide"} {
		if rec := w.ask(t, viewer(access.Officer), "POST", "/api/v1/attestations/3/"+path, "{}"); rec.Code != http.StatusNotFound || len(w.clerk.did) > 0 {
			t.Errorf("%s: %d, did %s", path, rec.Code, w.clerk.did)
		}
	}
	if rec := w.ask(t, viewer(access.Engineer, access.ScopeManage), "POST", "/api/v1/attestations/3/withdraw", `{"note":"It was cancelled."}`); rec.Code != http.StatusOK || strings.Join(w.clerk.did, ";") != "withdraw 3 It was cancelled." {
		t.Errorf("%d, did %s", rec.Code, w.clerk.did)
	}
}
