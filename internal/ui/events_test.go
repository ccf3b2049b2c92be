package ui_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"plumbline/internal/access"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/snapshot"
	"plumbline/internal/ui"
)

// An archive holds what was imported of the account 1.
type archive struct {
	all    []listing.EventImport
	did    []string
	refuse error
}

func (a *archive) Imports(context.Context, int64) ([]listing.EventImport, error) { return a.all, nil }

func (a *archive) Import(_ context.Context, _, id int64) (listing.EventImport, error) {
	i := slices.IndexFunc(a.all, func(i listing.EventImport) bool { return i.ID == id })
	if i < 0 {
		return listing.EventImport{}, problem.New(problem.NotFound, "No import %d.", id)
	}
	return a.all[i], nil
}

func (a *archive) ImportEvents(_ context.Context, account int64, u listing.EventUpload) (listing.EventImport, error) {
	b, err := io.ReadAll(u.Body)
	if err == nil {
		err = a.refuse
	}
	a.did = append(a.did, fmt.Sprintf("import %d %s %s %s %s", account, u.Name, u.From, u.Until, b))
	return listing.EventImport{}, err
}

func (a *archive) WithdrawEvents(_ context.Context, account, id int64) error {
	a.did = append(a.did, fmt.Sprintf("withdraw %d of %d", id, account))
	return a.refuse
}

// serve makes the account 1 one of IBM Cloud.
func (a *archive) serve(v *access.Viewer) http.Handler {
	d := office()
	i := slices.IndexFunc(d.accounts, func(o listing.Account) bool { return o.ID == 1 })
	d.accounts[i].Provider = "ibm"
	c := d.config(v)
	c.Events = a
	return ui.New(c)
}

func imported() *archive {
	at := clock().AddDate(0, 0, -1)
	cover := func(region string) house.Cover {
		return house.Cover{Region: region, Period: house.Period{From: at.Truncate(24*time.Hour).AddDate(0, 0, -31), Until: at}}
	}
	return &archive{all: []listing.EventImport{
		{ID: 7, At: at, Who: "ada@example.org", Name: "october.json.gz", Events: 12_345, Requests: 40, Servers: 3, SHA256: [32]byte{7}, Covers: []house.Cover{cover("eu-de"), cover("us-south")}},
		{ID: 6, At: at, Who: "ada@example.org", Events: 9, Unread: 2, Doubts: []string{"2 things were not understood.", "Not understood: line 3: it is not JSON."}},
		{ID: 5, At: at, Who: "ben@example.org", Events: 1, Requests: 1, Withdrawn: at, WithdrawnBy: "ada@example.org"},
		{ID: 4, At: at, Who: "ben@example.org", Events: 7, Covers: []house.Cover{cover("jp-tok")}, Doubts: []string{"eu-gb is not covered: its events end early."}},
	}}
}

func TestAnAccountShowsWhatWasImported(t *testing.T) {
	t.Parallel()
	for who, may := range map[*access.Viewer]bool{viewer(access.Reader): false, viewer(access.Officer): false, viewer(access.Engineer): true, administrator(): true} {
		p := get(t, imported().serve(who), "/accounts/1")
		p.has(t, "Who uses the metadata service", "at most 7 days before a scan counts", "october.json.gz", "12,345 events", "40 requests by 3 servers", "eu-de,", "us-south,",
			"Nothing. 2 things were not understood. Not understood: line 3: it is not JSON.", "Withdrawn by ada@example.org", "jp-tok,", "eu-gb is not covered: its events end early.")
		var links []string
		for _, a := range p.all("a", "btn") {
			if strings.Contains(attr(a, "href"), "/events/") {
				links = append(links, attr(a, "href"))
			}
		}
		want := []string{"/accounts/1/events/7/withdraw", "/accounts/1/events/6/withdraw", "/accounts/1/events/4/withdraw"}
		if !may {
			want = nil
		}
		form := slices.ContainsFunc(p.all("form", ""), func(f *html.Node) bool { return attr(f, "action") == "/accounts/1/events" })
		if !slices.Equal(links, want) || form != may {
			t.Errorf("%v: offered %q, a form %v", who.Grants, links, form)
		}
	}
	a := imported()
	a.all = a.all[3:]
	a.all[0].Covers[0].Period = house.Period{From: time.Date(2026, 10, 21, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	get(t, a.serve(administrator()), "/accounts/1").has(t, "jp-tok, 21 Oct 2026 to 21 Nov 2026")
	if p := get(t, a.serve(administrator()), "/accounts/1"); strings.Contains(p.Body.String(), "Nothing.") {
		t.Error("what covers one region of two is said to cover nothing")
	}
	get(t, (&archive{}).serve(administrator()), "/accounts/1").has(t, "None were imported.")
	if p := get(t, (&archive{}).serve(administrator()), "/accounts/2"); strings.Contains(p.Body.String(), "Who uses the metadata service") {
		t.Error("an account of AWS offers to import events")
	}
}

// sendEvents sends the form with a file, or without one where name is empty.
func sendEvents(t *testing.T, h http.Handler, name, content string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(f, content)
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/accounts/1/events", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	p := httptest.NewRecorder()
	h.ServeHTTP(p, r)
	return p
}

func TestAuditEventsAreImported(t *testing.T) {
	t.Parallel()
	a := imported()
	p := sendEvents(t, a.serve(viewer(access.Engineer)), "events.json", "{}", "from", "2026-10-20", "until", "2026-11-20")
	if p.Code != http.StatusSeeOther || p.Header().Get("Location") != "/accounts/1?did=import#events" || !slices.Equal(a.did, []string{"import 1 events.json 2026-10-20 2026-11-20 {}"}) {
		t.Errorf("%d %s, did %q", p.Code, p.Header().Get("Location"), a.did)
	}
	get(t, a.serve(viewer(access.Engineer)), "/accounts/1?did=import").has(t, "Imported.", "from the next scan on")
}

// What is wrong with a form is said in it, and what was typed is still there.
func TestAuditEventsThatAreNotImported(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		name   string
		refuse error
		status int
		says   []string
	}{
		"no file":         {"", nil, http.StatusUnprocessableEntity, []string{"Choose the file with the events. Nothing was imported.", "2026-10-20"}},
		"another account": {"e.json", problem.New(problem.Invalid, "Another account. Nothing was imported."), http.StatusUnprocessableEntity, []string{"Another account. Nothing was imported.", "Choose the file again"}},
		"too many":        {"e.json", problem.New(problem.Conflict, "Too many."), http.StatusConflict, []string{"Too many."}},
		"may not":         {"e.json", problem.New(problem.Forbidden, "You may not."), http.StatusForbidden, []string{"You may not."}},
	} {
		a := imported()
		a.refuse = c.refuse
		p := sendEvents(t, a.serve(viewer(access.Engineer)), c.name, "{}", "from", "2026-10-20", "until", "")
		if p.Code != c.status {
			t.Errorf("%s: %d", about, p.Code)
		}
		for _, s := range c.says {
			if !strings.Contains(p.Body.String(), s) {
				t.Errorf("%s: it does not say %s", about, s)
			}
		}
	}
}

func TestImportedEventsAreWithdrawnOnceAsked(t *testing.T) {
	t.Parallel()
	a := imported()
	h := a.serve(viewer(access.Engineer))
	moment := a.all[0].At.UTC().Format("2 Jan 2006, 15:04:05") + " UTC"
	get(t, h, "/accounts/1/events/6/withdraw").has(t, "Withdraw these audit events?")
	a.all[3].Name = strings.Repeat("long", 30)
	get(t, h, "/accounts/1/events/4/withdraw").has(t, "Withdraw "+a.all[3].Name+"?", "Withdraw these audit events")
	get(t, h, "/accounts/1/events/7/withdraw").has(t, "Withdraw october.json.gz?", "Withdraw october.json.gz", moment, "12,345 events", "SHA-256 of the file as it was sent: 0700000000", "From the next scan on they count for nothing")
	if p := get(t, h, "/accounts/1/events/5/withdraw"); p.Code != http.StatusConflict {
		t.Errorf("one that is withdrawn: %d", p.Code)
	}
	if p := get(t, h, "/accounts/1/events/99/withdraw"); p.Code != http.StatusNotFound {
		t.Errorf("one that never was: %d", p.Code)
	}
	if len(a.did) > 0 {
		t.Errorf("did %q before it was asked", a.did)
	}
	p := send(t, h, "/accounts/1/events/7/withdraw")
	if p.Code != http.StatusSeeOther || !slices.Equal(a.did, []string{"withdraw 7 of 1"}) {
		t.Errorf("%d, did %q", p.Code, a.did)
	}
}

func TestWhoMaySendALongForm(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		method, path string
		who          *access.Viewer
		may          bool
	}{
		"an engineer":       {"POST", "/accounts/1/events", viewer(access.Engineer), true},
		"a viewer":          {"POST", "/accounts/1/events", viewer(access.Reader), false},
		"nobody":            {"POST", "/accounts/1/events", nil, false},
		"to something else": {"POST", "/accounts/1", viewer(access.Engineer), false},
		"to withdraw":       {"POST", "/accounts/1/events/7/withdraw", viewer(access.Engineer), false},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		if got := ui.Uploads(r.WithContext(access.With(r.Context(), c.who))) > 0; got != c.may {
			t.Errorf("%s: %v", about, got)
		}
	}
}

// What lacks audit events says where to import them.
func TestNotAssessedForWantOfEventsSaysWhereToImport(t *testing.T) {
	t.Parallel()
	f := full()
	i := slices.IndexFunc(f.records, func(r finding.Record) bool { return r.State == finding.NoData })
	f.records[i].Reasons = []fact.Reason{{Cause: snapshot.NotCollected, Call: house.EventsCall, Region: "us-south", Detail: "no imported audit events cover its region"}}
	get(t, serve(f), "/findings?q=is:nodata&group=cause").has(t, "Import audit events of 30 days on the page of the server's account")
}
