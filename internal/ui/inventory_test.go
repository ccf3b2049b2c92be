package ui_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/access"
)

func inventory(t *testing.T, address string) page {
	t.Helper()
	return get(t, office().serve(viewer(access.Reader)), address)
}

func TestWorkloadsAreListed(t *testing.T) {
	t.Parallel()
	p := inventory(t, "/inventory")
	p.has(t, "web-prod-1", "Tokens optional", "Tokens required", "Not known", "60 workloads.", "High")
	if n := len(p.all("tr", "")); n != 51 || !slices.Contains(p.hrefs(), "/inventory?after=50") {
		t.Errorf("%d rows", n)
	}
	for _, tr := range p.all("tr", "") {
		if s := words(tr); strings.Contains(s, "web-prod-3 ") && !strings.Contains(s, "not known") {
			t.Errorf("what is not known looks known: %s", s)
		}
	}
}

func TestTheInventoryIsFiltered(t *testing.T) {
	t.Parallel()
	p := inventory(t, "/inventory?q=tokens:optional")
	p.has(t, "20 workloads let through by the filter.", "tokens: optional")
	if !slices.Contains(p.hrefs(), "/inventory") {
		t.Error("the filter cannot be dropped")
	}
	for address, to := range map[string]string{
		"/inventory?q=tokens:optional&add=region:eu-west-1":     "/inventory?q=tokens:optional+region:eu-west-1",
		"/inventory?q=&facet=tokens&v=optional&v=unknown":       "/inventory?q=tokens:optional,unknown",
		"/inventory?q=tokens:optional&facet=tokens":             "/inventory",
		"/inventory?q=region:eu-west-1&facet=tokens&v=required": "/inventory?q=region:eu-west-1+tokens:required",
		"/inventory?q=tokens:optional&add=":                     "/inventory?q=tokens:optional",
	} {
		if p := inventory(t, address); p.Code != http.StatusSeeOther || p.Header().Get("Location") != to {
			t.Errorf("%s: %d to %s", address, p.Code, p.Header().Get("Location"))
		}
	}
}

func TestAFilterThatIsNotUnderstoodShowsNoInventory(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"/inventory?q=token:optional": "Did you mean", "/inventory?q=tokens:maybe": "The filter is not understood.", "/inventory?q=is:open": "The filter is not understood.",
		"/inventory?page=2": "The address asks for “page”", "/inventory?after=1&before=2": "not both", "/inventory?facet=group&v=web": "has no menu",
		"/inventory?q=a&q=b": "is there 2 times", "/inventory?add=token:x": "The filter is not understood.",
	} {
		p := inventory(t, address)
		if p.Code != http.StatusUnprocessableEntity || len(p.all("table", "")) > 0 {
			t.Errorf("%s: %d, %d tables", address, p.Code, len(p.all("table", "")))
		}
		p.has(t, want, "Show all workloads")
	}
}

func TestAnEmptyInventorySaysWhy(t *testing.T) {
	t.Parallel()
	get(t, (&desk{}).serve(viewer(access.Reader)), "/inventory").has(t, "Nothing was scanned yet")
	d := office()
	d.workloads = nil
	get(t, d.serve(viewer(access.Reader)), "/inventory").has(t, "No workload was seen")
	inventory(t, "/inventory?q=nonesuch").has(t, "No workload matches", "Nothing in the inventory is let through by nonesuch.")
	inventory(t, "/inventory?after=900").has(t, "The list has changed")
}

func TestAWorkloadSaysWhatIsKnownAndWhatIsNot(t *testing.T) {
	t.Parallel()
	d := office()
	p := inventory(t, "/inventory/"+d.workloads[0].UID)
	p.has(t, "web-prod-1", "Endpoint enabled", "Tokens optional", "Hop limit 2", "EC2 instance answers metadata requests without a session token", "High",
		"From the internet not known", "It may not known", "payments-prod", "Not looked at closely.")
	for _, want := range []string{"/findings/FND-1", "/findings/FND-1/evidence"} {
		if !slices.Contains(p.hrefs(), want) {
			t.Errorf("nothing leads to %s", want)
		}
	}
	p = inventory(t, "/inventory/"+d.workloads[2].UID)
	p.has(t, "State not known", "Endpoint not known", "Tokens not known", "Hop limit not known", "No rule fails on it")
	for _, no := range []string{"/inventory/arn:aws:ec2:x", "/inventory/a%2F%2Fb"} {
		if p := inventory(t, no); p.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", no, p.Code)
		}
	}
}

// An identity may look like a path that a server tidies.
func TestEveryIdentityHasAnAddress(t *testing.T) {
	t.Parallel()
	d := office()
	for _, uid := range []string{"//compute.googleapis.com/projects/p/zones/z/instances/1", "a?b#c%d", "a/../b", "crn:v1:bluemix:public:is:eu-de:a/x::instance:0717_1", "space in it"} {
		d.workloads = d.workloads[:1]
		d.workloads[0].UID = uid
		h := d.serve(viewer(access.Reader))
		for _, a := range get(t, h, "/inventory").all("a", "res") {
			if p := get(t, h, attr(a, "href")); p.Code != 200 || !strings.Contains(p.text(), uid) {
				t.Errorf("%s at %s answers %d", uid, attr(a, "href"), p.Code)
			}
		}
	}
}

func TestTheInventoryTellsReachAndPower(t *testing.T) {
	t.Parallel()
	p := inventory(t, "/inventory")
	p.has(t, "Reachable", "Load balancer", "Restricted", "Internal", "Isolated", "Everything", "Reads data", "Little", "Nothing")
	for _, tr := range p.all("tr", "") {
		if s := words(tr); strings.Contains(s, "web-prod-1 ") && strings.Count(s, "Not known") != 2 {
			t.Errorf("of the first neither reach nor power is known: %s", s)
		}
	}
	for _, address := range []string{"/inventory?q=internet:reachable,via_lb", "/inventory?q=internet:reachable,via_lb+power:admin,escalation,write,data_read"} {
		if !slices.Contains(p.hrefs(), address) {
			t.Errorf("no view leads to %s", address)
		}
		p := inventory(t, address)
		p.has(t, "let through by the filter.")
		if strings.Contains(p.text(), "Isolated ") && strings.Contains(p.text(), "web-prod-1 ") {
			t.Errorf("%s lets through what cannot be reached", address)
		}
		current := 0
		for _, a := range p.all("a", "") {
			if attr(a, "aria-current") == "page" && strings.HasPrefix(attr(a, "href"), "/inventory?q=internet") {
				current++
			}
		}
		if current != 1 {
			t.Errorf("%s is the current view %d times", address, current)
		}
	}
	inventory(t, "/inventory?q=group:web").has(t, "No workload matches")
}
