package ui_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/access"
	"plumbline/internal/scan"
	"plumbline/internal/ui"
	"plumbline/web/parts"
)

// somebody has one role over everything.
func somebody(r access.Role) *access.Viewer {
	return &access.Viewer{Person: 7, Name: "Tomás Lindqvist", Grants: []access.Grant{{Role: r, All: true}}}
}

func seenBy(v *access.Viewer) http.Handler {
	return ui.New(ui.Config{Reader: full(), Rules: catalogue(), Fix: fixFor, Now: clock, Version: "0.1.0", Auth: as{v}})
}

func TestTheNavigationShowsWhatTheViewerMayOpen(t *testing.T) {
	t.Parallel()
	for role, want := range map[access.Role][2]bool{ // people, audit log
		access.Reader: {false, false}, access.Auditor: {false, true}, access.Engineer: {false, false}, access.Officer: {false, false}, access.Administrator: {true, true},
	} {
		links := get(t, seenBy(somebody(role)), "/findings").hrefs()
		for i, href := range []string{"/settings/people", "/settings/audit"} {
			if slices.Contains(links, href) != want[i] {
				t.Errorf("%s: %s is shown: %t", role, href, !want[i])
			}
		}
		for _, href := range []string{"/", "/findings", "/inventory", "/accounts", "/scans", "/profile"} {
			if !slices.Contains(links, href) {
				t.Errorf("%s: %s is not shown", role, href)
			}
		}
	}
}

func TestTheFootSaysWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	p := get(t, seenBy(somebody(access.Officer)), "/findings")
	p.has(t, "Tomás Lindqvist", "Officer", "TL", "37 open")
	out := 0
	for _, f := range p.all("form", "") {
		if attr(f, "action") == "/sign-out" && attr(f, "method") == "post" {
			out++
		}
	}
	if out == 0 {
		t.Error("nobody can sign out")
	}
	get(t, seenBy(&access.Viewer{Name: "You", Grants: []access.Grant{{Role: access.Reader, All: true}}}), "/findings").hasNot(t, "Sign out", "your profile")
}

func TestWhoMayNotIsToldWhoMay(t *testing.T) {
	t.Parallel()
	h := seenBy(&access.Viewer{Person: 7, Name: "Nobody", Grants: nil})
	for _, address := range []string{"/", "/findings", "/findings/FND-1", "/scans"} {
		p := get(t, h, address)
		if p.Code != http.StatusForbidden || strings.Contains(p.text(), account) {
			t.Errorf("%s answers %d", address, p.Code)
		}
		p.has(t, "Your roles do not cover this", "takes the role viewer, auditor, engineer, officer or administrator")
	}
}

func TestNobodyMayNothing(t *testing.T) {
	t.Parallel()
	if p := get(t, seenBy(nil), "/findings"); p.Code != http.StatusForbidden || strings.Contains(p.text(), account) {
		t.Errorf("answers %d", p.Code)
	}
}

// A page of another package stands in the same frame.
func TestTheFrameOfOtherPages(t *testing.T) {
	t.Parallel()
	frames := ui.Framer(ui.Config{Reader: full(), Rules: catalogue(), Now: clock, Version: "0.1.0"})
	r := httptest.NewRequest("GET", "/settings/people?x=1", nil)
	f := frames.FrameOf(r.WithContext(access.With(r.Context(), somebody(access.Administrator))), "People", "people")
	if f.Title != "People" || f.Section != "people" || f.Back != "/settings/people?x=1" || f.Person == nil || f.Scan == nil {
		t.Errorf("the frame is %+v", f)
	}
	if !slices.ContainsFunc(f.Main, func(e parts.Entry) bool { return e.Count == "37" }) {
		t.Error("the open findings are not counted")
	}
	posted := httptest.NewRequest("POST", "/settings/people", nil)
	if f := frames.FrameOf(posted.WithContext(access.With(r.Context(), somebody(access.Administrator))), "People", "people"); f.Back != "/" {
		t.Errorf("a reply to a form leads back to %s", f.Back)
	}
}

// A store that does not answer costs a page of another package its counts, and
// no more.
func TestAFrameStandsWithoutItsCounts(t *testing.T) {
	t.Parallel()
	frames := ui.Framer(ui.Config{Reader: brokenStore(), Rules: catalogue(), Now: clock})
	r := httptest.NewRequest("GET", "/profile", nil)
	if f := frames.FrameOf(r.WithContext(access.With(r.Context(), somebody(access.Reader))), "Profile", ""); len(f.Main) == 0 || f.Scan != nil {
		t.Errorf("the frame is %+v", f)
	}
}

func TestARunningScanIsSeenFromEveryPage(t *testing.T) {
	t.Parallel()
	f := full()
	running := scanOf(4, "running")
	running.Number, running.StartedAt, running.EndedAt = 9, clock(), clock()
	f.list = append(f.list[:1:1], append([]scan.Record{running}, f.list[1:]...)...)
	for _, address := range []string{"/", "/findings", "/findings/FND-1"} {
		get(t, serve(f), address).has(t, "Scan 9 running")
	}
}
