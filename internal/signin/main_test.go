package signin_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/signin"
	"plumbline/web"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A clock that a test sets.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// A house is a server behind its door, on a database of its own.
type house struct {
	*httptest.Server
	*people.People
	*clock
	pool   postgres.Querier
	store  *postgres.Store
	secret string // password of root@example.org, an administrator
	ctx    context.Context
}

// behind is what stands behind the door: it says who came in, and notes
// something in the database where it is told to.
func behind(p *people.People) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		v := access.From(r.Context())
		_, _ = fmt.Fprintf(w, "%s sees %v in %t", v.Email, v.Reach(), postgres.Tx(r.Context()) != nil)
	})
	mux.HandleFunc("POST /note/{status}", note(p))
	mux.HandleFunc("POST /api/v1/note/{status}", note(p))
	mux.HandleFunc("GET /note/{status}", note(p))
	return mux
}

func note(p *people.People) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := p.Append(r.Context(), people.Entry{Action: "noted", Object: r.PathValue("status")}); err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		if s := r.PathValue("status"); s != "200" {
			http.Error(w, s, map[string]int{"404": 404, "422": 422, "500": 500}[s])
		}
	}
}

func build(t *testing.T, change ...func(*signin.Config)) house {
	t.Helper()
	pool := pgtest.New(t)
	store := postgres.New(pool)
	c := &clock{t: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	p := people.New(store, c.now)
	config := signin.Config{People: p, See: store.See, Now: c.now,
		Live: func(r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, "/events") && r.Header.Get("Accept") == "text/event-stream"
		}}
	for _, f := range change {
		f(&config)
	}
	guarded := signin.New(config).Guard(behind(p))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, web.Prefix) {
			web.Static(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'")
		guarded.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	h := house{Server: srv, People: p, clock: c, pool: pool, store: store, ctx: t.Context()}
	h.secret = h.add(t, "root@example.org", people.Grant{Role: access.Administrator})
	return h
}

func (h house) add(t *testing.T, email string, grants ...people.Grant) (password string) {
	t.Helper()
	_, password, err := h.Add(h.ctx, email, "", grants...)
	must(t, err)
	return password
}

func (h house) id(t *testing.T, email string) int64 {
	t.Helper()
	p, err := h.ByEmail(h.ctx, email)
	must(t, err)
	return p.ID
}

// actions are the last lines of the audit log, the oldest of them first.
func (h house) actions(t *testing.T, n int) (out []string) {
	t.Helper()
	all := access.With(h.ctx, &access.Viewer{Grants: []access.Grant{{Role: access.Auditor, All: true}}})
	list, _, err := h.Log(all, people.Filter{Limit: n})
	must(t, err)
	for _, r := range list {
		out = append([]string{r.Who + ": " + r.Action + " " + r.Object}, out...)
	}
	return out
}

// A visitor is a browser that follows no redirect by itself.
type visitor struct {
	*http.Client
	h      house
	header http.Header
}

// An answer is a reply, read.
type answer struct {
	*http.Response
	body string
}

func (h house) visitor() *visitor {
	jar, _ := cookiejar.New(nil) // never fails
	return &visitor{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, h, http.Header{}}
}

func (v *visitor) do(t *testing.T, method, path string, form url.Values) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.h.URL+path, strings.NewReader(form.Encode()))
	must(t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, list := range v.header {
		r.Header[k] = list
	}
	res, err := v.Do(r)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return answer{res, string(body)}
}

func (v *visitor) get(t *testing.T, path string) answer {
	t.Helper()
	return v.do(t, http.MethodGet, path, nil)
}

// post sends a form: names and values.
func (v *visitor) post(t *testing.T, path string, form ...string) answer {
	t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return v.do(t, http.MethodPost, path, values)
}

// signedIn is a browser in which somebody is signed in.
func (h house) signedIn(t *testing.T, email, password string) *visitor {
	t.Helper()
	v := h.visitor()
	v.post(t, "/sign-in", "email", email, "password", password).leads(t, "/")
	return v
}

func (a answer) is(t *testing.T, status int, says ...string) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s %s answers %d, want %d: %.300s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.text())
	}
	for _, s := range says {
		if !strings.Contains(a.text(), s) {
			t.Errorf("%s %s does not say %q: %.900s", a.Request.Method, a.Request.URL.Path, s, a.text())
		}
	}
	return a
}

func (a answer) hasNot(t *testing.T, parts ...string) {
	t.Helper()
	for _, s := range parts {
		if strings.Contains(a.text(), s) {
			t.Errorf("%s %s says %q", a.Request.Method, a.Request.URL.Path, s)
		}
	}
}

func (a answer) leads(t *testing.T, to string) answer {
	t.Helper()
	if got := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || got != to {
		t.Fatalf("%s %s answers %d to %q, want 303 to %q: %.300s", a.Request.Method, a.Request.URL.Path, a.StatusCode, got, to, a.text())
	}
	return a
}

var (
	head = regexp.MustCompile(`(?s)<head>.*?</head>`)
	tags = regexp.MustCompile(`<[^>]*>`)
)

// text is what stands on a page.
func (a answer) text() string {
	s := tags.ReplaceAllString(head.ReplaceAllString(a.body, ""), " ")
	s = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
