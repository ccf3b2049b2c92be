package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"plumbline/internal/access"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, method, target, body string
		status                     int
		says                       string
		fault                      Fault
	}{
		{"a filter with a wrong key", "GET", "/api/v1/findings?q=is:open+severty:high", "", 422, "There is no key “severty”. Did you mean severity:high?",
			Fault{Location: "query.q", Value: "severty:high", Position: 9, Suggestion: "severity:high", Try: "is:open severity:high"}},
		{"of an export", "GET", "/api/v1/findings.csv?q=severity:hihg", "", 422, "Did you mean severity:high?", Fault{Location: "query.q", Position: 1, Value: "severity:hihg", Suggestion: "severity:high", Try: "severity:high"}},
		{"of a count", "GET", "/api/v1/finding-count?q=is:", "", 422, "A value is missing", Fault{Location: "query.q"}},
		{"of groups", "GET", "/api/v1/finding-groups?q=first-seen:7d", "", 422, "Whether less or more than 7d is meant", Fault{}},
		{"of the inventory", "GET", "/api/v1/workloads?q=hop-limit:two", "", 422, "takes a whole number", Fault{}},
		{"an unknown parameter", "GET", "/api/v1/findings?lmit=5", "", 422, "did you mean limit?", Fault{Location: "query.lmit", Suggestion: "limit"}},
		{"a parameter of another operation", "GET", "/api/v1/rules/AWS-IMDS-001?q=x", "", 422, "The operation has no parameters.", Fault{Location: "query.q"}},
		{"a parameter twice", "GET", "/api/v1/findings?q=is:open&q=is:lost", "", 422, "given more than once", Fault{Location: "query.q"}},
		{"a broken escape", "GET", "/api/v1/findings?q=%zz", "", 400, "cannot be read", Fault{}},
		{"too long a page", "GET", "/api/v1/findings?limit=201", "", 422, "query.limit: expected number <= 200.", Fault{Location: "query.limit"}},
		{"a page that is no number", "GET", "/api/v1/findings?limit=many", "", 422, "query.limit", Fault{Location: "query.limit"}},
		{"both ends of a page", "GET", "/api/v1/findings?after=1&before=2", "", 422, "give after or before, not both", Fault{Location: "query.before"}},
		{"an unknown order", "GET", "/api/v1/findings?sort=best", "", 422, "query.sort", Fault{Location: "query.sort"}},
		{"facets of nothing", "GET", "/api/v1/finding-facets", "", 422, "query.keys", Fault{Location: "query.keys"}},
		{"facets of an unknown key", "GET", "/api/v1/finding-facets?keys=severity,provder", "", 422, "There is no key “provder”. Did you mean provider?", Fault{Location: "query.keys", Suggestion: "provider"}},
		{"no such finding", "GET", "/api/v1/findings/FND-99", "", 404, "There is no finding FND-99.", Fault{}},
		{"no id of a finding", "GET", "/api/v1/findings/12", "", 404, "looks like FND-12", Fault{}},
		{"an id with zeros", "GET", "/api/v1/findings/FND-012", "", 404, "looks like FND-12", Fault{}},
		{"no such rule", "GET", "/api/v1/rules/AWS-IMDS-002", "", 404, "Did you mean AWS-IMDS-001?", Fault{}},
		{"no such scan", "GET", "/api/v1/scans/9", "", 404, "There is no scan 9.", Fault{}},
		{"no number of a scan", "GET", "/api/v1/scans/last", "", 422, "path.number", Fault{Location: "path.number"}},
		{"no such document", "GET", "/api/v1/findings/FND-1/documents/" + strings.Repeat("0", 64), "", 404, "rests on no document", Fault{}},
		{"no hash", "GET", "/api/v1/findings/FND-1/documents/xyz", "", 422, "path.sha256", Fault{Location: "path.sha256"}},
		{"no such address", "GET", "/api/v1/nothing", "", 404, "openapi.json lists what there is", Fault{}},
		{"no body", "POST", "/api/v1/scans", "", 400, "needs a body", Fault{}},
		{"a body that is no JSON", "POST", "/api/v1/scans", "{", 400, "body", Fault{Location: "body"}},
		{"an unknown member", "POST", "/api/v1/scans", `{"account":3,"acount":4}`, 422, "unexpected property", Fault{Location: "body.acount"}},
		{"a member that is missing", "POST", "/api/v1/scans", `{}`, 422, "account", Fault{Location: "body"}},
		{"an account that is not there", "POST", "/api/v1/scans", `{"account":5}`, 404, "There is no account 5.", Fault{}},
		{"too long a body", "POST", "/api/v1/scans", `{"account":` + strings.Repeat(" ", 70_000) + `3}`, 413, "The body is too long", Fault{}},
		{"too often", "PATCH", "/api/v1/accounts/3", `{"scan_every_minutes":3}`, 422, "every 5 minutes at most", Fault{Location: "body.scan_every_minutes"}},
		{"what cannot be done now", "POST", "/api/v1/scans/8/cancel", "", 409, "Scan 8 has ended already.", Fault{}},
		{"a body where none belongs", "POST", "/api/v1/scans/7/cancel", `{"force":true}`, 422, "unexpected property", Fault{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := newWorld().ask(t, viewer(access.Administrator), c.method, c.target, c.body)
			p := isProblem(t, c.target, c.status, got.Header().Get("Content-Type"), got.Body.Bytes())
			if got.Code != c.status || !strings.Contains(p.Detail, c.says) {
				t.Errorf("%d %q, want %d %q", got.Code, p.Detail, c.status, c.says)
			}
			if c.fault.Location == "" {
				return
			}
			if len(p.Errors) == 0 {
				t.Fatalf("no single fault is named: %+v", p)
			}
			f := p.Errors[0]
			if f.Message == "" || f.Location != c.fault.Location || c.fault.Suggestion != f.Suggestion || c.fault.Position != 0 && f.Position != c.fault.Position || c.fault.Try != "" && f.Try != c.fault.Try {
				t.Errorf("%+v, want %+v", f, c.fault)
			}
		})
	}
}

func TestAFaultOfOursTellsAReferenceOnly(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.reader.broken = 1
	got := w.ask(t, viewer(access.Reader), "GET", "/api/v1/findings", "")
	p := isProblem(t, "findings", 500, got.Header().Get("Content-Type"), got.Body.Bytes())
	if got.Code != 500 || p.Reference == "" || strings.Contains(got.Body.String(), "database is away") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestOtherSitesAndOtherBodiesChangeNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, site string
		status     int
	}{
		"a form":                    {"application/x-www-form-urlencoded", "", http.StatusUnsupportedMediaType},
		"plain text":                {"text/plain", "", http.StatusUnsupportedMediaType},
		"a body of no kind":         {"", "", http.StatusUnsupportedMediaType},
		"JSON from another site":    {"application/json", "cross-site", http.StatusForbidden},
		"JSON from the same site":   {"application/json", "same-origin", http.StatusAccepted},
		"JSON of a stated encoding": {"application/json; charset=utf-8", "", http.StatusAccepted},
	} {
		w := newWorld()
		r := httptest.NewRequest("POST", "/api/v1/scans", strings.NewReader(`{"account":3}`))
		r.Header.Set("Content-Type", c.kind)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		got := w.send(viewer(access.Engineer), r)
		if got.Code != c.status || (len(w.clerk.did) > 0) != (c.status < 400) {
			t.Errorf("%s: %d, want %d; did %q: %s", name, got.Code, c.status, w.clerk.did, got.Body)
		}
		if c.status >= 400 {
			isProblem(t, name, got.Code, got.Header().Get("Content-Type"), got.Body.Bytes())
		}
	}
}

func TestAnotherMethodIsNamed(t *testing.T) {
	t.Parallel()
	got := newWorld().ask(t, nil, "DELETE", "/api/v1/scans", "")
	if got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("%d, allowed %q", got.Code, got.Header().Get("Allow"))
	}
}
