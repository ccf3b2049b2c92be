package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/house"
	"plumbline/internal/listing"
)

// importer takes whatever it is sent, and says what it was.
type importer struct{ *clerk }

func (i importer) Imports(context.Context, int64) ([]listing.EventImport, error) {
	return []listing.EventImport{{ID: 5, At: noon, Who: "ada@example.org", Name: "events.json", Events: 9, Requests: 4, Servers: 2, SHA256: [32]byte{0xab}, Unread: 1, First: noon.AddDate(0, 0, -30), Last: noon,
		Covers: []house.Cover{{Region: "eu-de", Period: house.Period{From: noon.AddDate(0, 0, -30), Until: noon}}}}}, nil
}

func (i importer) Import(context.Context, int64, int64) (listing.EventImport, error) {
	return listing.EventImport{}, nil
}

func (i importer) ImportEvents(_ context.Context, account int64, u listing.EventUpload) (listing.EventImport, error) {
	b, err := io.ReadAll(u.Body)
	i.did = append(i.did, "import "+strings.Join([]string{u.Name, u.From, u.Until, string(b)}, " "))
	return listing.EventImport{ID: account, Doubts: []string{"There is no event at all."}}, err
}

func (i importer) WithdrawEvents(context.Context, int64, int64) error {
	i.did = append(i.did, "withdraw events")
	return nil
}

func TestImportsOfAuditEventsAreListed(t *testing.T) {
	t.Parallel()
	got := got[list[eventImport]](t, newWorld(), "/api/v1/accounts/3/metadata-events")
	ago := noon.AddDate(0, 0, -30)
	want := []eventImport{{ID: 5, At: noon, By: "ada@example.org", File: "events.json", Events: 9, Requests: 4, Servers: 2, SHA256: "ab" + strings.Repeat("0", 62), Unread: 1, First: &ago, Last: &noon, Covers: []eventCover{{"eu-de", ago, noon}}, Doubts: []string{}}}
	if d := cmp.Diff(want, got.Items); d != "" {
		t.Error(d)
	}
}

// A file is sent as it is, under any type that no form on another site can send.
func TestAuditEventsAreSentAsTheyAre(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{"application/x-ndjson": http.StatusCreated, "application/json": http.StatusCreated, "application/gzip": http.StatusCreated, "application/octet-stream": http.StatusCreated,
		"": http.StatusUnsupportedMediaType, "text/plain": http.StatusUnsupportedMediaType, "multipart/form-data; boundary=x": http.StatusUnsupportedMediaType, "application/x-www-form-urlencoded": http.StatusUnsupportedMediaType} {
		w := newWorld()
		r := httptest.NewRequest("POST", "/api/v1/accounts/3/metadata-events?from=2026-10-20&until=2026-11-20&file=e.gz", strings.NewReader("\x1f\x8b\xff"))
		r.Header.Set("Content-Type", kind)
		rec := w.send(viewer(access.Engineer), r)
		if rec.Code != want {
			t.Errorf("%q: %d %s", kind, rec.Code, rec.Body)
		}
		if want != http.StatusCreated {
			if len(w.clerk.did) > 0 {
				t.Errorf("%q was refused, and yet did %q", kind, w.clerk.did)
			}
			continue
		}
		var got eventImport
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || len(got.Doubts) != 1 || rec.Header().Get("Location") != "/api/v1/accounts/3/metadata-events" {
			t.Errorf("%q: %v, %s", kind, err, rec.Body)
		}
		if d := cmp.Diff([]string{"import e.gz 2026-10-20 2026-11-20 \x1f\x8b\xff"}, w.clerk.did); d != "" {
			t.Errorf("%q: %s", kind, d)
		}
	}
}

func TestAFileOfAuditEventsThatIsTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld()
	long := strings.Repeat(" ", listing.LongestEvents-1)
	if got := w.ask(t, viewer(access.Engineer), "POST", "/api/v1/accounts/3/metadata-events", long); got.Code != http.StatusCreated {
		t.Errorf("the longest: %d %s", got.Code, got.Body)
	}
	if got := w.ask(t, viewer(access.Engineer), "POST", "/api/v1/accounts/3/metadata-events", long+" "); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("one byte more: %d %s", got.Code, got.Body)
	}
}

func TestWhoMaySendALongBody(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		method, path string
		who          *access.Viewer
		want         int64
	}{
		"an engineer":             {"POST", "/api/v1/accounts/3/metadata-events", viewer(access.Engineer), listing.LongestEvents},
		"an officer":              {"POST", "/api/v1/accounts/3/metadata-events", viewer(access.Officer), 0},
		"nobody":                  {"POST", "/api/v1/accounts/3/metadata-events", nil, 0},
		"a token to read":         {"POST", "/api/v1/accounts/3/metadata-events", viewer(access.Engineer, access.ScopeRead), 0},
		"to read the list":        {"GET", "/api/v1/accounts/3/metadata-events", viewer(access.Engineer), 0},
		"to something else":       {"POST", "/api/v1/accounts/3/metadata-events/5/withdraw", viewer(access.Engineer), 0},
		"to an account that none": {"POST", "/api/v1/accounts/x/metadata-events", viewer(access.Engineer), 0},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		if got := Uploads(r.WithContext(access.With(r.Context(), c.who))); got != c.want {
			t.Errorf("%s: %d", about, got)
		}
	}
}
