package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/api"
	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/finding"
	"plumbline/internal/jobs"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
	"plumbline/internal/signin"
	"plumbline/internal/ui"
	"plumbline/internal/wire"
)

// A house is the whole service over two accounts, mine and another, without
// workers.
type house struct {
	at     string
	store  *postgres.Store
	folk   *people.People
	mine   held
	theirs held
}

// held is an account with what gives it away.
type held struct {
	id       int64
	external string
	scan     int64
	findings []finding.Record
}

func openHouse(t *testing.T) *house {
	t.Helper()
	ctx := t.Context()
	address := pgtest.URL(t)
	s, err := postgres.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := jobs.Migrate(ctx, s.Pool(), postgres.DefaultRoles.Web, postgres.DefaultRoles.Work); err != nil {
		t.Fatal(err)
	}
	h := &house{store: s, folk: people.New(s, time.Now)}
	e := sim.Generate(sim.Intent{Seed: 5, Accounts: 2, Regions: 3, Instances: 60})
	l := serve(t, e, awssim.Options{})
	h.mine, h.theirs = h.keep(t, l, 0), h.keep(t, l, 1)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	queue, err := jobs.New(s.Pool(), jobs.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	base := &url.URL{Scheme: "http", Host: srv.Listener.Addr().String()}
	svc, err := newService(ctx, site{store: s, queue: queue, base: base, log: log, stale: time.Minute, stopping: ctx.Done(),
		aws: aws.Options{Endpoint: l.URL, Region: e.Accounts[0].Regions[0].Name, Now: time.Now,
			Login: func() (string, string) { return e.Accounts[0].AccessKey, e.Accounts[0].SecretKey }}})
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = svc.handler
	srv.Start()
	t.Cleanup(srv.Close)
	h.at = srv.URL
	return h
}

// keep scans an account of the simulated cloud.
func (h *house) keep(t *testing.T, l *awssim.Listener, n int) held {
	t.Helper()
	a := l.Estate().Accounts[n]
	col, err := aws.Connect(t.Context(), aws.Options{Endpoint: l.URL, Region: a.Regions[0].Name,
		Login: func() (string, string) { return a.AccessKey, a.SecretKey }, Redactor: wire.NewRedactor([32]byte{}), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	r := stored(t, h.store, scan.NewLive(col, time.Now()))
	all, _, err := h.store.Findings(t.Context(), postgres.FindingFilter{Account: a.ID, Limit: 1000})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d findings: %v", len(all), err)
	}
	id, err := h.store.ScanAccount(t.Context(), r.Number)
	if err != nil {
		t.Fatal(err)
	}
	return held{id, a.ID, r.Number, all}
}

// A guest is a person, or nobody, at the service.
type guest struct {
	name, cookie, token string
	person              int64
}

// let makes a person with a role over an account group, or over all for 0.
func (h *house) let(t *testing.T, email string, role access.Role, group int64) guest {
	t.Helper()
	id, _, err := h.folk.Add(t.Context(), email, "", people.Grant{Role: role, Group: group})
	if err != nil {
		t.Fatal(err)
	}
	g := guest{name: email, person: id}
	h.sit(t, &g)
	return g
}

// sit opens a session.
func (h *house) sit(t *testing.T, g *guest) {
	t.Helper()
	var err error
	if g.cookie, err = h.folk.Open(t.Context(), g.person, "", "test"); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request and gives the status and what came.
func (h *house) ask(t *testing.T, g guest, method, path, body string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, h.at+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case strings.HasPrefix(path, api.Prefix):
		r.Header.Set("Content-Type", "application/json")
	default:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if strings.HasSuffix(path, "/events") {
		r.Header.Set("Accept", "text/event-stream")
	}
	if g.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "plumbline_session", Value: g.cookie})
	}
	if g.token != "" {
		r.Header.Set("Authorization", "Bearer "+g.token)
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatalf("%s %s as %s: %v", method, path, g.name, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil && method != http.MethodHead {
		t.Fatalf("%s %s as %s: %v", method, path, g.name, err)
	}
	return resp.StatusCode, string(b) + " " + resp.Header.Get("Location")
}

// everyRoute is the table of contents of the whole service.
func everyRoute() []access.Route { return slices.Concat(signin.Routes(), ui.Routes(), api.Routes()) }

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// fill puts things of an account into the places of a pattern.
func (h *house) fill(pattern string, of held, present bool) string {
	number := of.findings[0].Number
	if !present {
		return parameter.ReplaceAllString(strings.ReplaceAll(pattern, "{$}", ""), "999999")
	}
	doc := ""
	for _, f := range of.findings {
		for _, e := range f.Evidence {
			if e.Origin != nil && e.Origin.HasDoc && doc == "" {
				doc, number = fmt.Sprintf("%x", e.Origin.Hash), f.Number
			}
		}
	}
	uid := of.findings[0].Subject.UID
	if strings.HasSuffix(pattern, "-facets") {
		pattern += "?keys=region"
	}
	if strings.HasSuffix(pattern, "/sample") {
		pattern += "?seed=walk"
	}
	return parameter.ReplaceAllStringFunc(pattern, func(p string) string {
		switch {
		case p == "{$}":
			return ""
		case p == "{uid...}":
			return uid
		case p == "{uid}":
			return url.PathEscape(uid)
		case p == "{framework}":
			return "workload-metadata-practices"
		case p == "{control}":
			return "S2.1"
		case p == "{sha256}":
			return doc
		case p == "{file}":
			return "1.json"
		case p == "{n}", p == "{number}":
			return fmt.Sprint(of.scan)
		case strings.Contains(pattern, "/rules/changes/"), p == "{import}":
			return "999999" // nobody proposed or imported one
		case strings.Contains(pattern, "/rules/"):
			return "AWS-IMDS-001"
		case strings.Contains(pattern, "/findings/"):
			return fmt.Sprintf("FND-%d", number)
		case strings.Contains(pattern, "/accounts/"):
			return fmt.Sprint(of.id)
		}
		return "999999" // of persons, groups, sessions and tokens
	})
}

// mayDo is who may do what, written down a second time: roles by action.
var mayDo = map[access.Action]string{
	"":                    "viewer auditor engineer officer administrator",
	access.ReadEstate:     "viewer auditor engineer officer administrator",
	access.ManageOwn:      "viewer auditor engineer officer administrator",
	access.ReadAudit:      "auditor administrator",
	access.StartScan:      "engineer administrator",
	access.ImportEvents:   "engineer administrator",
	access.ManageAccounts: "administrator",
	access.ManagePeople:   "administrator",
	access.ProposeRules:   "engineer officer administrator",
	access.ApproveChanges: "officer",
	access.ManageOwners:   "officer administrator",
}

// Every route, for every role and every method: who may not is told so, who may
// is answered, and a method that is not there changes nothing.
func TestEveryRouteForEveryRoleAndMethod(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	guests := map[access.Role]guest{}
	for _, role := range access.Roles() {
		guests[role] = h.let(t, string(role)+"@example.com", role, 0)
	}
	methods := map[string]map[string]access.Route{}
	for _, r := range everyRoute() {
		if methods[r.Pattern] == nil {
			methods[r.Pattern] = map[string]access.Route{}
		}
		methods[r.Pattern][r.Method] = r
		if r.Method == http.MethodGet {
			methods[r.Pattern][http.MethodHead] = r
		}
	}
	asked := 0
	for pattern, there := range methods {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			r, has := there[method]
			path := h.fill(pattern, h.mine, method == http.MethodGet || method == http.MethodHead)
			body := ""
			if strings.HasPrefix(path, api.Prefix) && method != http.MethodGet && method != http.MethodHead {
				body = "{}"
			}
			for role, g := range guests {
				asked++
				got, said := h.ask(t, g, method, path, body)
				switch {
				case got >= 500:
					t.Errorf("%s %s as %s: %d\n%.300s", method, path, role, got, said)
				case !has && got != http.StatusMethodNotAllowed && got != http.StatusNotFound:
					t.Errorf("%s %s as %s: %d for a method that is not there", method, path, role, got)
				case has && !r.Open && !slices.Contains(strings.Fields(mayDo[r.Action]), string(role)) && got != http.StatusForbidden:
					t.Errorf("%s %s as %s, who may not %s: %d", method, path, role, r.Action, got)
				case has && slices.Contains(strings.Fields(mayDo[r.Action]), string(role)) && (got == http.StatusForbidden || got == http.StatusUnauthorized || got == http.StatusMethodNotAllowed):
					t.Errorf("%s %s as %s, who may %s: %d\n%.300s", method, path, role, r.Action, got, said)
				case has && method == http.MethodGet && got >= 400 && got != http.StatusConflict && slices.Contains(strings.Fields(mayDo[r.Action]), string(role)) && !strings.Contains(path, "999999"):
					t.Errorf("%s %s as %s: %d\n%.300s", method, path, role, got, said)
				}
				if pattern == "/sign-out" {
					h.sit(t, &g)
					guests[role] = g
				}
			}
			asked++
			got, said := h.ask(t, guest{name: "nobody"}, method, path, body)
			inside := has && !r.Open
			switch {
			case inside && strings.HasPrefix(path, api.Prefix) && got != http.StatusUnauthorized:
				t.Errorf("%s %s as nobody: %d", method, path, got)
			case inside && !strings.HasPrefix(path, api.Prefix) && (got != http.StatusSeeOther || !strings.Contains(said, "/sign-in")):
				t.Errorf("%s %s as nobody: %d", method, path, got)
			case has && r.Open && got >= 500, !has && got < 300:
				t.Errorf("%s %s as nobody: %d", method, path, got)
			}
		}
	}
	if asked < 1000 {
		t.Errorf("%d requests only", asked)
	}
	t.Logf("%d requests over %d addresses", asked, len(methods))
}

// traces give an account away: its number, and its things' ids.
func (a held) traces() []string {
	all := []string{a.external}
	for _, f := range a.findings {
		if strings.HasPrefix(f.Subject.ID, "i-") {
			all = append(all, f.Subject.ID)
		}
	}
	return all
}

func (a held) in(text string) string {
	for _, s := range a.traces() {
		if strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

var link = regexp.MustCompile(`(?:href|action)="(/[^"#]*)`)

// Who has a role over one account sees nothing of another: not by following
// links, not by guessing addresses, not by searching, counting or exporting.
func TestAPersonOfOneAccountSeesNothingOfAnother(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	group, err := h.folk.AddGroup(t.Context(), "mine", []int64{h.mine.id})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range access.Roles() {
		t.Run(string(role), func(t *testing.T) {
			g := h.let(t, string(role)+"@example.com", role, group)
			h.crawl(t, g)
			h.guess(t, g)
			h.search(t, g)
		})
	}
}

// crawl follows every link from the first page.
func (h *house) crawl(t *testing.T, g guest) {
	t.Helper()
	seen, next := map[string]bool{"/": true}, []string{"/"}
	sawMine := false
	for len(next) > 0 && len(seen) < 600 {
		path := next[0]
		next = next[1:]
		status, body := h.ask(t, g, http.MethodGet, path, "")
		if s := h.theirs.in(body); s != "" {
			t.Errorf("%s tells %s of another account", path, s)
		}
		sawMine = sawMine || h.mine.in(body) != ""
		if status >= 500 {
			t.Errorf("%s: %d", path, status)
		}
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			to := strings.ReplaceAll(m[1], "&amp;", "&")
			kind := parameter.ReplaceAllString(to, "")
			if !seen[to] && !strings.HasPrefix(kind, "/static") && !strings.HasPrefix(kind, "/assets") && to != "/sign-out" {
				seen[to] = true
				next = append(next, to)
			}
		}
	}
	if !sawMine || len(seen) < 20 {
		t.Errorf("%d pages, own account seen: %v", len(seen), sawMine)
	}
}

// guess asks for things of the other account by their addresses.
func (h *house) guess(t *testing.T, g guest) {
	t.Helper()
	before, err := h.store.RunningScan(t.Context(), h.theirs.id)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range everyRoute() {
		if !strings.Contains(r.Pattern, "{") || strings.Contains(r.Pattern, "/rules/") || strings.Contains(r.Pattern, "{$}") {
			continue
		}
		path := h.fill(r.Pattern, h.theirs, true)
		status, body := h.ask(t, g, r.Method, path, map[bool]string{true: `{}`}[strings.HasPrefix(path, api.Prefix) && r.Method != http.MethodGet])
		ofAll := strings.Contains(r.Pattern, "{framework}") // frameworks are everybody's; what is told of them is not
		if r.Method == http.MethodGet && status < 400 && !ofAll || status < 300 && !ofAll {
			t.Errorf("%s %s: %d", r.Method, path, status)
		}
		if s := h.theirs.in(strings.ReplaceAll(body, path, "")); s != "" && !strings.Contains(path, s) {
			t.Errorf("%s %s tells %s", r.Method, path, s)
		}
	}
	after, err := h.store.RunningScan(t.Context(), h.theirs.id)
	if err != nil || before != after {
		t.Errorf("a scan of another account was begun or ended: %d, %d, %v", before, after, err)
	}
}

// search asks lists for what only the other account has.
func (h *house) search(t *testing.T, g guest) {
	t.Helper()
	for _, q := range []string{"account:" + h.theirs.external, h.theirs.findings[0].Subject.ID, "resource:" + h.theirs.findings[0].Subject.ID, "-account:" + h.mine.external} {
		for _, path := range []string{"/findings?group=none&q=", "/findings?q=", "/inventory?q=", "/api/v1/findings?q=", "/api/v1/finding-groups?q=",
			"/api/v1/finding-count?q=", "/api/v1/findings.csv?q=", "/api/v1/findings.ndjson?q=", "/api/v1/workloads?q="} {
			if (strings.Contains(path, "inventory") || strings.Contains(path, "workloads")) && strings.HasPrefix(q, "-account") {
				continue
			}
			status, body := h.ask(t, g, http.MethodGet, path+url.QueryEscape(q), "")
			if status != http.StatusOK {
				t.Errorf("%s%s: %d\n%.200s", path, q, status, body)
			}
			for _, f := range h.theirs.findings {
				if f.Subject.ID != h.theirs.findings[0].Subject.ID && strings.HasPrefix(f.Subject.ID, "i-") && strings.Contains(body, f.Subject.ID) {
					t.Errorf("%s%s tells %s", path, q, f.Subject.ID)
					break
				}
			}
			if strings.Contains(path, "count") && !strings.Contains(body, `"count":0`) {
				t.Errorf("%s%s counts: %s", path, q, body)
			}
		}
	}
}
