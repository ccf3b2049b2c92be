package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/jobs"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/postgres/pgtest"
)

// TestFirstByte measures how long a browser waits for the first byte of the
// pages of every day, as somebody who sees all of 50 accounts with 100,000
// workloads and 500,000 findings, and as somebody who sees one account:
//
//	PLUMBLINE_LOAD=200 go test ./cmd/plumbline -run TestFirstByte -v -timeout 30m
//
// The number is how often each page is asked for. Without it a small estate is
// asked once, so that every page is made of what the generator holds.
func TestFirstByte(t *testing.T) {
	t.Parallel()
	runs, _ := strconv.Atoi(os.Getenv("PLUMBLINE_LOAD"))
	e := pgtest.Estate{Accounts: 4, Workloads: 200, PerWorkload: 5}
	if runs > 0 {
		e = pgtest.Estate{Accounts: 50, Workloads: 100_000, PerWorkload: 5}
	}
	s := e.Open(t)
	h := over(t, s)
	var one int64
	if err := s.Pool().QueryRow(t.Context(), `select min(account_id) from finding`).Scan(&one); err != nil {
		t.Fatal(err)
	}
	stamp := fmt.Sprint(time.Now().UnixNano())
	group, err := h.folk.AddGroup(t.Context(), "one of them "+stamp, []int64{one})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []guest{h.let(t, "all-"+stamp+"@example.com", access.Engineer, 0), h.let(t, "one-"+stamp+"@example.com", access.Engineer, group)} {
		for _, path := range []string{"/", "/findings", "/findings?group=none", "/findings?q=is:open+severity:critical", "/findings?q=is:open+region:region-3",
			"/findings?q=is:open+tier-777", "/inventory", "/accounts", "/scans", "/api/v1/findings?q=is:open"} {
			h.measure(t, g, path, runs)
		}
	}
}

// over is the service over a store that is filled already.
func over(t *testing.T, s *postgres.Store) *house {
	t.Helper()
	if _, err := jobs.Migrate(t.Context(), s.Pool(), postgres.DefaultRoles.Web, postgres.DefaultRoles.Work); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	svc, err := newService(t.Context(), site{store: s, base: &url.URL{Scheme: "http", Host: srv.Listener.Addr().String()}, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	svc.warm(t.Context())
	srv.Config.Handler = svc.handler
	srv.Start()
	t.Cleanup(srv.Close)
	return &house{at: srv.URL, store: s, folk: people.New(s, time.Now)}
}

// measure asks for a page again and again, and logs how long the first byte
// took.
func (h *house) measure(t *testing.T, g guest, path string, runs int) {
	t.Helper()
	var took []time.Duration
	size := 0
	for range max(runs, 1) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.at+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "plumbline_session", Value: g.cookie})
		begun := time.Now()
		trace := &httptrace.ClientTrace{GotFirstResponseByte: func() { took = append(took, time.Since(begun)) }}
		resp, err := http.DefaultClient.Do(r.WithContext(httptrace.WithClientTrace(t.Context(), trace)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s as %s: %d %v\n%.300s", path, g.name, resp.StatusCode, err, b)
		}
		size = len(b)
	}
	slices.Sort(took)
	at := func(percent int) float64 { return took[(len(took)-1)*percent/100].Seconds() * 1000 }
	t.Logf("%-50.50s p50 %6.1f ms  p95 %6.1f ms  most %6.1f ms  %6d bytes", g.name[:3]+" "+path, at(50), at(95), at(100), size)
}
