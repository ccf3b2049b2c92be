package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/access"
)

// filled are the addresses of the tests' estate, and what is sent there.
var filled = strings.NewReplacer("{id}", "FND-1", "{sha256}", "7cb1ef2f2f2e", "{uid}", "arn:aws:ec2:eu-west-1:1:instance%2Fi-1", "{number}", "7", "{framework}", "some-1.0", "{control}", "1.1", "{import}", "5")

var bodies = map[string]string{
	"POST /api/v1/scans":          `{"account":3}`,
	"POST /api/v1/accounts":       `{"provider":"aws","name":"payments","login":{"role_arn":"arn:x"},"scan_every_minutes":60}`,
	"POST /api/v1/account-trial":  `{"provider":"aws","login":{}}`,
	"PATCH /api/v1/accounts/{id}": `{"name":"lab"}`,
	"POST /api/v1/attestations":   `{"statement":"It holds.","topic":"training","all_accounts":true,"owner":"ada@example.org","link":"https://example.org/","valid_from":"2026-11-22","valid_until":"2027-11-21"}`,

	"POST /api/v1/rule-changes":               `{"kind":"off","rule":"AWS-IMDS-001","why":"too loud"}`,
	"POST /api/v1/rule-changes/{id}/decision": `{"approve":true}`,
	"POST /api/v1/rule-check":                 `{"kind":"file","yaml":"id: x"}`,
	"POST /api/v1/rule-preview":               `{"kind":"off","rule":"AWS-IMDS-001"}`,

	"POST /api/v1/accounts/{id}/metadata-events": `{"action":"is.vpc.vpc.read"}`,

	"PUT /api/v1/owner-rules":          `{"rules":[]}`,
	"POST /api/v1/owner-rules/preview": `{"rules":[]}`,
	"PUT /api/v1/findings/{id}/owner":  `{"name":"payments"}`,
}

var statusOf = map[string]int{"POST /api/v1/scans": http.StatusAccepted, "POST /api/v1/accounts": http.StatusCreated,
	"POST /api/v1/attestations": http.StatusCreated, "POST /api/v1/accounts/{id}/metadata-events": http.StatusCreated, "POST /api/v1/rule-changes": http.StatusCreated,
	"PUT /api/v1/owner-rules": http.StatusPreconditionRequired}

func target(r access.Route) string {
	p := r.Pattern
	switch {
	case strings.Contains(p, "/accounts/"), strings.Contains(p, "/attestations/"):
		p = strings.ReplaceAll(p, "{id}", "3")
	case strings.Contains(p, "/rule-changes/"):
		p = strings.ReplaceAll(p, "{id}", "7")
	case strings.Contains(p, "/rules/"):
		p = strings.ReplaceAll(p, "{id}", "AWS-IMDS-001")
	}
	p = strings.ReplaceAll(p, "{sha256}", hashOfReply)
	if strings.HasSuffix(p, "/sample") {
		p += "?seed=audit-1"
	}
	if strings.HasSuffix(p, "-facets") {
		p += "?keys=provider"
	}
	return filled.Replace(p)
}

// TestEveryRouteAndMethod walks all addresses with all methods, as everybody.
func TestEveryRouteAndMethod(t *testing.T) {
	t.Parallel()
	people := map[string]*access.Viewer{
		"nobody": nil, "a viewer": viewer(access.Reader), "an engineer": viewer(access.Engineer), "an administrator": viewer(access.Administrator),
		"a token to read": viewer(access.Administrator, access.ScopeRead), "a token to scan": viewer(access.Engineer, access.ScopeScan),
		"someone without a grant": {Person: 2},
	}
	routes := Routes()
	if len(routes) < 25 {
		t.Fatalf("%d routes", len(routes))
	}
	w := newWorld()
	for _, r := range routes {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			i := slices.IndexFunc(routes, func(o access.Route) bool {
				return o.Pattern == r.Pattern && (o.Method == method || method == "HEAD" && o.Method == "GET")
			})
			for who, v := range people {
				want := http.StatusMethodNotAllowed
				key := method + " " + r.Pattern
				if i >= 0 {
					want = expected(routes[i], v, key)
				}
				w.clerk.did = nil
				got := w.ask(t, v, method, target(r), bodies[key])
				if got.Code != want {
					t.Errorf("%s as %s: %d, want %d: %s", key, who, got.Code, want, got.Body)
				}
				if want >= 400 {
					isProblem(t, key, got.Code, got.Header().Get("Content-Type"), got.Body.Bytes())
					if len(w.clerk.did) > 0 {
						t.Errorf("%s as %s was refused, and yet did %s", key, who, w.clerk.did)
					}
				}
			}
		}
	}
}

func expected(r access.Route, v *access.Viewer, key string) int {
	switch {
	case r.Open:
	case v == nil:
		return http.StatusUnauthorized
	case r.Action != "" && !v.May(r.Action):
		return http.StatusForbidden
	}
	if s := statusOf[key]; s != 0 {
		return s
	}
	return http.StatusOK
}

func isProblem(t *testing.T, what string, status int, kind string, body []byte) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(body, &p); err != nil && len(body) > 0 {
		t.Errorf("%s: %v: %s", what, err, body)
	}
	if kind != "application/problem+json" || len(body) > 0 && (p.Status != status || p.Type == "" || p.Title == "" || !strings.HasSuffix(p.Detail, ".") && !strings.HasSuffix(p.Detail, "?")) {
		t.Errorf("%s: no problem that says what to do: %s %s", what, kind, body)
	}
	return p
}

// TestTheDocumentNamesEveryRoute and nothing else.
func TestTheDocumentNamesEveryRoute(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(newWorld().ask(t, nil, "GET", "/api/v1/openapi.json", "").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	var said, are []string
	for path, methods := range doc.Paths {
		for m := range methods {
			said = append(said, strings.ToUpper(m)+" "+Prefix+path)
		}
	}
	for _, r := range Routes() {
		if !r.Open {
			are = append(are, r.Method+" "+r.Pattern)
		}
	}
	slices.Sort(said)
	slices.Sort(are)
	if !slices.Equal(said, are) {
		t.Errorf("the document names %q, the routes are %q", said, are)
	}
}
