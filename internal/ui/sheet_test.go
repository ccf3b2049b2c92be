package ui_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheSheetStandsBesideTheList(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?open=AWS-IMDS-001&sheet=FND-2")
	if n := len(p.all("div", "sheet")); n != 1 || len(p.all("a", "res")) != 25 {
		t.Fatalf("%d sheets beside %d findings", n, len(p.all("a", "res")))
	}
	p.has(t, "FND-2", "EC2 instance answers metadata requests without a session token", "What we saw", "optional", "required", "How to fix", "due in 1 d")
	links := map[string]string{}
	for _, a := range p.all("a", "") {
		if l := attr(a, "aria-label"); l != "" {
			links[l] = attr(a, "href")
		}
	}
	for label, want := range map[string]string{
		"Previous finding": "/findings?open=AWS-IMDS-001&sheet=FND-1#f-1",
		"Next finding":     "/findings?open=AWS-IMDS-001&sheet=FND-3#f-3",
		"Close":            "/findings?open=AWS-IMDS-001#f-2",
	} {
		if links[label] != want {
			t.Errorf("%s leads to %q, want %q", label, links[label], want)
		}
	}
	marked := 0
	for _, r := range p.all("tr", "child") {
		if attr(r, "data-current") == "true" {
			marked++
			if attr(r, "id") != "f-2" {
				t.Errorf("%s is marked", attr(r, "id"))
			}
		}
	}
	if marked != 1 {
		t.Errorf("%d rows are marked", marked)
	}
}

func TestTheSheetOfWhatIsNotKnownSaysWhy(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings?sheet=FND-41")
	p.has(t, "Not assessed: EC2 instance answers metadata requests only with a session token", "Why it cannot be told", "The permission is missing")
	p.hasNot(t, "How to fix")
}

func TestASheetOfNothingIsNoPage(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"FND-999", "FND-01", "12", "x"} {
		if p := get(t, serve(full()), "/findings?sheet="+id); p.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", id, p.Code)
		}
	}
}

func TestHistoryTellsEverythingThatHappened(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings/FND-38/history")
	p.has(t, "First seen to fail", "Fixed", "Scan 4 : from open to resolved.", "As the last scan saw.", "What the rule said, and for how long", "Passes", "Fails", "still stands", "Plumbline 0.1.0")
	if text := p.text(); strings.Index(text, "Fixed 21 Nov") > strings.Index(text, "First seen to fail") {
		t.Error("the oldest comes first")
	}
	if n := len(p.all("time", "")); n != 2 {
		t.Errorf("%d moments", n)
	}
}

func TestAFindingSaysWhenItIsDue(t *testing.T) {
	t.Parallel()
	get(t, serve(full()), "/findings/FND-1").has(t, "5 d overdue", "by the end of 17 Nov 2026")
	get(t, serve(full()), "/findings/FND-3").has(t, "due in 27 d")
	f := full()
	f.due = nil
	get(t, serve(f), "/findings/FND-3").has(t, "no due date")
}
