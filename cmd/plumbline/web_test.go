package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
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
