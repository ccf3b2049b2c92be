package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/problem"
)

// books keep one version of the rules of ownership, and note what is done.
type books struct {
	holds listing.OwnerRules
	clerk *clerk
}

func newBooks(c *clerk) *books {
	value := "payments"
	return &books{clerk: c, holds: listing.OwnerRules{Version: 3, By: "ada@example.org", At: noon, Rules: owner.List{
		{When: owner.Condition{Tag: &owner.Tag{Key: "team", Value: &value}, Region: "eu-west-1"}, To: owner.Owner{Name: "payments", Kind: owner.Team, Email: "pay@example.org"}}}}}
}

func (b *books) OwnerRules(context.Context) (listing.OwnerRules, error) { return b.holds, nil }

func (b *books) PreviewOwners(_ context.Context, l owner.List) (listing.OwnerPreview, error) {
	return listing.OwnerPreview{Rules: make([]listing.OwnerShare, len(l)), After: listing.OwnerCount{Owned: 4, Unowned: 2, UnownedOpen: 1}, Before: listing.OwnerCount{Unowned: 6},
		ByHand: 1, Changes: 4, Moves: []listing.OwnerMove{{Number: 12, To: "payments", By: 1}}}, nil
}

func (b *books) KeepOwners(_ context.Context, l owner.List, version int64) (listing.OwnerRules, error) {
	if version != b.holds.Version {
		return listing.OwnerRules{}, problem.New(problem.Conflict, "Version %d holds now.", b.holds.Version)
	}
	b.clerk.did = append(b.clerk.did, fmt.Sprintf("keep %d rules", len(l)))
	return listing.OwnerRules{Version: version + 1, By: "ada@example.org", At: noon, Rules: l, Changed: 4}, nil
}

func (b *books) AssignOwner(_ context.Context, n int64, to owner.Owner) error {
	b.clerk.did = append(b.clerk.did, fmt.Sprintf("assign %d to %s", n, to.Name))
	return nil
}

func (b *books) TakeBackOwner(_ context.Context, n int64) error {
	b.clerk.did = append(b.clerk.did, fmt.Sprintf("return %d", n))
	return nil
}

func (b *books) OwnersKnown(context.Context) ([]owner.Owner, error) { return nil, nil }
func (b *books) Unowned(context.Context) (int, error)               { return 0, nil }

// send puts rules, made from a version; "" names none.
func send(t *testing.T, w *world, version, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPut, Prefix+"/owner-rules", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if version != "" {
		r.Header.Set("If-Match", version)
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r.WithContext(access.With(r.Context(), viewer(access.Officer))))
	return rec
}

// What is got can be changed and put again, by whoever names the version that
// they got.
func TestRulesOfOwnershipArePutByVersion(t *testing.T) {
	t.Parallel()
	w := newWorld()
	got := w.ask(t, viewer(access.Officer), "GET", Prefix+"/owner-rules", "")
	if got.Header().Get("ETag") != `"3"` {
		t.Errorf("ETag %s", got.Header().Get("ETag"))
	}
	var is struct {
		Version int64
		KeptAt  time.Time `json:"kept_at"`
		Rules   json.RawMessage
	}
	if err := json.Unmarshal(got.Body.Bytes(), &is); err != nil || is.Version != 3 || !is.KeptAt.Equal(noon) {
		t.Fatalf("%s: %v", got.Body, err)
	}
	body := fmt.Sprintf(`{"rules":%s}`, is.Rules)
	for name, c := range map[string]struct {
		version string
		status  int
		did     string
	}{
		"the one that holds":  {`"3"`, http.StatusOK, "keep 1 rules"},
		"a former one":        {`"2"`, http.StatusPreconditionFailed, ""},
		"none":                {"", http.StatusPreconditionRequired, ""},
		"no version":          {"*", http.StatusUnprocessableEntity, ""},
		"less than no number": {`"-1"`, http.StatusUnprocessableEntity, ""},
	} {
		w.clerk.did = nil
		rec := send(t, w, c.version, body)
		if rec.Code != c.status || strings.Join(w.clerk.did, " ") != c.did {
			t.Errorf("%s: %d, did %q: %s", name, rec.Code, w.clerk.did, rec.Body)
		}
		if c.status == http.StatusOK && (rec.Header().Get("ETag") != `"4"` || !strings.Contains(rec.Body.String(), `"findings_with_another_owner":4`) || !strings.Contains(rec.Body.String(), string(is.Rules))) {
			t.Errorf("%s: %s", name, rec.Body)
		}
	}
}

// Each flaw is told where it is.
func TestFlawsOfRulesOfOwnershipAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rec := send(t, w, `"3"`, `{"rules":[{"when":{},"owner":{"name":"none","kind":"team"}},{"when":{"kind":"car"},"owner":{"name":"a","kind":"queue","email":"nowhere"}}]}`)
	p := isProblem(t, "flaws", rec.Code, rec.Header().Get("Content-Type"), rec.Body.Bytes())
	var at []string
	for _, f := range p.Errors {
		at = append(at, f.Location)
	}
	if d := cmp.Diff([]string{"body.rules[0].when", "body.rules[0].owner.name", "body.rules[1].when.kind", "body.rules[1].owner.email"}, at); d != "" || rec.Code != http.StatusUnprocessableEntity || len(w.clerk.did) > 0 {
		t.Error(rec.Code, d, w.clerk.did)
	}
}

func TestAPreviewOfOwnersKeepsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rec := w.ask(t, viewer(access.Administrator), "POST", Prefix+"/owner-rules/preview", `{"rules":[{"when":{"uid":"*"},"owner":{"name":"a","kind":"queue"}}]}`)
	for _, want := range []string{`"owned":4`, `"unowned":2`, `"unowned_open":1`, `"unowned_now":6`, `"assigned_by_hand":1`, `"changes":4`, `{"id":"FND-12","from":"","to":"payments","rule":1}`} {
		if !strings.Contains(rec.Body.String(), want) {
			t.Errorf("%s is not in %s", want, rec.Body)
		}
	}
	if len(w.clerk.did) > 0 {
		t.Error(w.clerk.did)
	}
}

func TestAFindingIsAssignedAndReturned(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, c := range []struct{ method, body, did string }{{"PUT", `{"name":"payments"}`, "assign 1 to payments"}, {"DELETE", "", "return 1"}} {
		w.clerk.did = nil
		rec := w.ask(t, viewer(access.Officer), c.method, Prefix+"/findings/FND-1/owner", c.body)
		if rec.Code != http.StatusOK || strings.Join(w.clerk.did, " ") != c.did || !strings.Contains(rec.Body.String(), `"id":"FND-1"`) {
			t.Errorf("%s: %d %s, did %s", c.method, rec.Code, rec.Body, w.clerk.did)
		}
	}
}

// A finding says who owns it, and why.
func TestAFindingTellsItsOwner(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		is   listing.Ownership
		want string
	}{
		"nobody": {listing.Ownership{Passed: 2}, `null`},
		"a rule": {listing.Ownership{Owner: owner.Owner{Name: "payments", Kind: owner.Team}, Rule: 3}, `{"name":"payments","kind":"team","rule":3}`},
		"a hand": {listing.Ownership{Owner: owner.Owner{Name: "Ada", Kind: owner.Person, Email: "ada@example.org"}, By: "eve@example.org", At: noon},
			`{"name":"Ada","kind":"person","email":"ada@example.org","rule":null,"assigned_by":"eve@example.org","assigned_at":"` + noon.Format(time.RFC3339) + `"}`},
	} {
		got, err := json.Marshal(ownershipOf(c.is))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
	}
}
