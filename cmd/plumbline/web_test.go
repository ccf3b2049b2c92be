package main

import (
	"net/http"
	"net/http/httptest"
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
