package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/signin"
)

// A connection notes until when its reader must have taken the reply.
type connection struct {
	*httptest.ResponseRecorder
	until *time.Time
}

func (c connection) SetWriteDeadline(t time.Time) error {
	*c.until = t
	return nil
}

func (c connection) SetReadDeadline(time.Time) error { return nil }

// Only who watches a scan is given all the time there is. That a request asks
// for events is not enough: whoever reads another reply slowly holds what it is
// made from.
func TestOnlyEventStreamsLastAsLongAsTheyLike(t *testing.T) {
	t.Parallel()
	for path, forever := range map[string]bool{"/scans/7/events": true, "/api/v1/findings.ndjson": false, "/findings": false, "/scans/7": false} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept", "text/event-stream")
		until := time.Now()
		limited(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(connection{httptest.NewRecorder(), &until}, r)
		if until.IsZero() != forever {
			t.Errorf("%s may be read until %v", path, until)
		}
	}
}

// A name that somebody else made point here is not answered by.
func TestOnlyOurOwnNameIsAnsweredBy(t *testing.T) {
	t.Parallel()
	h := ownName(&url.URL{Scheme: "https", Host: "plumbline.example.com"}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	for host, want := range map[string]int{
		"plumbline.example.com": 200, "PLUMBLINE.example.com:443": 200, "localhost:8460": 200, "127.0.0.1:8460": 200, "[::1]:8460": 200, "10.0.0.7": 200,
		"evil.example": 421, "plumbline.example.com.evil.example": 421, "evil.example:8460": 421, "": 421,
	} {
		r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		r.Host = host
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d, want %d", host, w.Code, want)
		}
	}
}

// A file of audit events comes through the server and the door to whoever reads
// it; whatever else is as long does not.
func TestAFileThatIsLongerThanAForm(t *testing.T) {
	t.Parallel()
	engineer := &access.Viewer{Person: 1, Grants: []access.Grant{{Role: access.Engineer, All: true}}}
	read := 0
	door := signin.New(signin.Config{Uploads: uploads, See: func(ctx context.Context, _ *access.Viewer, _ bool, do func(context.Context) error) error {
		return do(ctx)
	}}).
		Inside(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			all, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			read = len(all)
		}))
	h := newServer(&config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		door.ServeHTTP(w, r.WithContext(access.With(r.Context(), engineer)))
	}), slog.New(slog.DiscardHandler)).Handler
	for _, c := range []struct {
		path        string
		bytes, read int
		says        string
	}{
		{"/api/v1/accounts/3/metadata-events", 2 << 20, 2 << 20, ""},
		{"/api/v1/accounts/3/metadata-events", 16 << 20, 16 << 20, ""},
		{"/api/v1/accounts/3/metadata-events", 16<<20 + 1, 0, "at most 16 MB as it is sent. Pack it with gzip"},
		{"/api/v1/accounts/3/metadata-events", 17 << 20, 0, "Pack it with gzip"},
		{"/accounts/3/events", 2 << 20, 2 << 20, ""},
		{"/accounts/3/events", 17 << 20, 0, "Pack it with gzip"},
		{"/api/v1/scans", 2 << 20, 0, "longer than anything that is understood here"},
	} {
		read = 0
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, c.path, strings.NewReader(strings.Repeat(" ", c.bytes))))
		if (w.Code == http.StatusOK) != (c.says == "") || read != c.read || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%d bytes to %s: %d, %d bytes arrived: %s", c.bytes, c.path, w.Code, read, w.Body)
		}
	}
}
