package ui_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/ui"
)

func clock() time.Time { return scanTime(4).Add(2 * time.Hour) }

// anyone lets everybody in: for tests of what is behind the door.
type anyone struct{}

func (anyone) Guard(next http.Handler) http.Handler { return as{all}.Guard(next) }

// all is somebody with every role.
var all = &access.Viewer{Person: 1, Name: "Maren Oduya", Email: "maren@example.com", Grants: []access.Grant{
	{Role: access.Officer, All: true}, {Role: access.Administrator, All: true}, {Role: access.Engineer, All: true}}}

// as lets everybody in as somebody.
type as struct{ viewer *access.Viewer }

func (a as) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(access.With(r.Context(), a.viewer)))
	})
}

func serve(s listing.Reader) http.Handler {
	scores, _ := s.(listing.Scores)
	return ui.New(ui.Config{Reader: s, Scores: scores, Rules: catalogue(), Fix: fixFor, Now: clock, Version: "0.1.0", Auth: anyone{}})
}

// A page is a reply, read.
type page struct {
	*httptest.ResponseRecorder
	doc *html.Node
}

func get(t *testing.T, h http.Handler, address string) page {
	t.Helper()
	address, _, _ = strings.Cut(address, "#") // a browser keeps the fragment to itself
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return page{w, doc}
}

// text of the whole page, spaces made one.
func (p page) text() string { return words(p.doc) }

func words(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// all elements of the given name that carry the class, "" for any class.
func (p page) all(name, class string) []*html.Node {
	var out []*html.Node
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == name &&
			(class == "" || strings.Contains(" "+attr(n, "class")+" ", " "+class+" ")) {
			out = append(out, n)
		}
	}
	return out
}

func (p page) has(t *testing.T, parts ...string) {
	t.Helper()
	for _, s := range parts {
		if !strings.Contains(p.text(), s) {
			t.Errorf("the page does not say %q", s)
		}
	}
}

func (p page) hasNot(t *testing.T, parts ...string) {
	t.Helper()
	for _, s := range parts {
		if strings.Contains(p.text(), s) {
			t.Errorf("the page says %q", s)
		}
	}
}

// hrefs of all links.
func (p page) hrefs() []string {
	var out []string
	for _, a := range p.all("a", "") {
		out = append(out, attr(a, "href"))
	}
	return out
}

// tour is every kind of page and every open state.
var tour = []string{
	"/", "/findings", "/findings?open=AWS-IMDS-001", "/findings?open=AWS-IMDS-001&after=25", "/findings?q=is:open+severity:high",
	"/findings?q=is:lost,nodata&group=cause", "/findings?q=is:closed&open=AWS-IMDS-001", "/findings?q=changed:lost", "/findings?q=is:open+severity:critical",
	"/findings?q=", "/findings?group=none", "/findings?group=none&sort=due&sheet=FND-5", "/findings?open=AWS-IMDS-001&sheet=FND-2", "/findings?sheet=FND-41",
	"/findings?q=severty:high", "/findings?severty=high", "/findings/FND-1", "/findings/FND-1/evidence", "/findings/FND-1/fix", "/findings/FND-1/history", "/findings/FND-38",
	"/findings/FND-40", "/findings/FND-41", "/findings/FND-41/evidence", "/findings/FND-41/fix", "/findings/FND-41/history", "/scans", "/scans/4", "/scans/2", "/score", "/score?since=2026-11-18", "/score?since=soon", "/nothing",
}

func TestEveryPageHasOneHeadingAndNoDeadLink(t *testing.T) {
	t.Parallel()
	h := serve(full())
	seen := map[string]bool{}
	for _, address := range tour {
		p := get(t, h, address)
		if n := len(p.all("h1", "")); n != 1 {
			t.Errorf("%s has %d headings of the first order", address, n)
		}
		for _, href := range p.hrefs() {
			href, _, _ = strings.Cut(href, "#")
			if !strings.HasPrefix(href, "/") || seen[href] || elsewhere(href) {
				continue
			}
			seen[href] = true
			if to := get(t, h, href); to.Code != 200 && address != "/nothing" {
				t.Errorf("%s leads to %s, which answers %d", address, href, to.Code)
			}
		}
	}
	if len(seen) < 80 {
		t.Errorf("only %d links were followed", len(seen))
	}
}

// elsewhere says that another package answers an address; the tests of the
// whole program follow those.
func elsewhere(href string) bool {
	return strings.HasPrefix(href, "/api/") || strings.HasPrefix(href, "/settings/") || href == "/profile"
}

func TestEveryReplyCarriesThePolicy(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
	}
	for _, s := range []listing.Reader{full(), none(), brokenStore()} {
		for _, address := range tour {
			p := get(t, serve(s), address)
			for k, v := range want {
				if got := p.Header().Get(k); got != v {
					t.Errorf("%s: %s is %q", address, k, got)
				}
			}
		}
	}
}

func TestWhatTheCloudSaysIsNeverMarkup(t *testing.T) {
	t.Parallel()
	p := get(t, serve(full()), "/findings/FND-1/evidence")
	p.has(t, "<script>alert(1)</script>")
	for _, s := range p.all("script", "") {
		if attr(s, "src") == "" || s.FirstChild != nil {
			t.Errorf("an inline script: %s", words(s))
		}
	}
	for _, href := range get(t, serve(full()), "/findings/FND-1").hrefs() {
		if strings.Contains(href, "javascript") || strings.Contains(href, "TemplFailed") {
			t.Errorf("a reference became the link %s", href)
		}
	}
}

func TestAFaultTellsTheReaderAReferenceAndNothingElse(t *testing.T) {
	t.Parallel()
	p := get(t, serve(brokenStore()), "/findings")
	if p.Code != http.StatusInternalServerError {
		t.Errorf("status %d", p.Code)
	}
	p.has(t, "This page could not be made", "under reference")
	if strings.Contains(p.Body.String(), "hunter2") {
		t.Error("the error itself is on the page")
	}
}

func TestWhatIsNotThereIsSaidSo(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"/nothing", "/findings/FND-999", "/findings/999", "/findings/FND-01", "/findings/FND-1/past", "/scans/99",
		"/scans/04", "/findings/FND-1/evidence/2.json", "/findings/FND-1/evidence/1.txt"} {
		if p := get(t, serve(full()), address); p.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", address, p.Code)
		} else {
			p.has(t, "There is no such page")
		}
	}
}

func TestWithoutADoorNobodyIsLetIn(t *testing.T) {
	t.Parallel()
	h := ui.New(ui.Config{Reader: full(), Rules: catalogue(), Now: clock})
	if p := get(t, h, "/findings"); p.Code != http.StatusUnauthorized || strings.Contains(p.text(), account) {
		t.Errorf("answers %d", p.Code)
	}
}

func TestThemeIsACookieSetByAFormOfThisSite(t *testing.T) {
	t.Parallel()
	h := serve(full())
	post := func(site, theme, back string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/theme", strings.NewReader("theme="+theme+"&back="+back))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := post("same-origin", "dark", "/scans")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/scans" {
		t.Errorf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	r := httptest.NewRequest("GET", "/scans", nil)
	r.AddCookie(w.Result().Cookies()[0])
	p := httptest.NewRecorder()
	h.ServeHTTP(p, r)
	if !strings.Contains(p.Body.String(), `data-theme="dark"`) {
		t.Error("the choice is not written into the page")
	}
	if w := post("cross-site", "dark", "/scans"); w.Code != http.StatusForbidden {
		t.Errorf("a form of another site is answered with %d", w.Code)
	}
	for _, back := range []string{"https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "javascript:x", ""} {
		if to := post("same-origin", "light", back).Header().Get("Location"); to != "/" {
			t.Errorf("leads to %s", to)
		}
	}
}

// The budget of a page is 20 KB, compressed, at 50 rows.
func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	for _, address := range tour {
		if n := compressed(t, get(t, serve(full()), address).Body.Bytes()); n > 20<<10 {
			t.Errorf("%s weighs %d bytes compressed", address, n)
		}
	}
}

func compressed(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
