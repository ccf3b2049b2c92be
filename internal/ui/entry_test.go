package ui_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/ui"
)

const listen = "127.0.0.1:8765"

// A visitor keeps cookies, as a browser does.
type visitor struct {
	h       http.Handler
	cookies []*http.Cookie
}

func (v *visitor) ask(method, address string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, nil)
	r.Host = listen
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, r)
	v.cookies = append(v.cookies, w.Result().Cookies()...)
	return w
}

func door(now func() time.Time) (*ui.Entry, http.Handler) {
	e := ui.NewEntry("http://"+listen, now)
	return e, ui.New(ui.Config{Reader: full(), Rules: catalogue(), Now: now, Auth: e})
}

func path(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Host != listen {
		t.Fatalf("the link is %s", link)
	}
	return u.RequestURI()
}

// forwards says that who asked is in: the answer is a page that leads on.
func forwards(w *httptest.ResponseRecorder) bool {
	return w.Code == http.StatusOK && strings.Contains(w.Body.String(), `http-equiv="refresh" content="0; url=/"`)
}

func TestALinkWorksOnce(t *testing.T) {
	t.Parallel()
	e, h := door(clock)
	link := path(t, e.Link())
	first := &visitor{h: h}
	if w := first.ask("GET", "/findings"); w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "it works once") {
		t.Errorf("without a session: %d", w.Code)
	}
	w := first.ask("GET", link)
	if !forwards(w) {
		t.Fatalf("the link answers %d: %s", w.Code, w.Body)
	}
	c := w.Result().Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || len(c.Value) < 40 {
		t.Errorf("the cookie is %s", c)
	}
	if w := first.ask("GET", "/findings"); w.Code != 200 {
		t.Errorf("with a session: %d", w.Code)
	}
	if w := first.ask("GET", link); !forwards(w) {
		t.Errorf("a reload by who is in answers %d", w.Code)
	}
	if w := (&visitor{h: h}).ask("GET", link); w.Code != http.StatusUnauthorized {
		t.Errorf("used a second time it answers %d", w.Code)
	}
}

func TestANewLinkReplacesTheUnusedOne(t *testing.T) {
	t.Parallel()
	e, h := door(clock)
	old, now := path(t, e.Link()), path(t, e.Link())
	if w := (&visitor{h: h}).ask("GET", old); w.Code != http.StatusUnauthorized {
		t.Errorf("the former link answers %d", w.Code)
	}
	if w := (&visitor{h: h}).ask("GET", now); !forwards(w) {
		t.Errorf("the new link answers %d", w.Code)
	}
}

func TestTwoPeopleEnterByLinksOfTheirOwn(t *testing.T) {
	t.Parallel()
	e := ui.NewEntry("http://"+listen, clock)
	h := e.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(access.From(r.Context()).Name)) }))
	first, second := path(t, e.Link()), path(t, e.LinkFor(&access.Viewer{Name: "An officer"}))
	you, they := &visitor{h: h}, &visitor{h: h}
	if !forwards(they.ask("GET", second)) || !forwards(you.ask("GET", first)) {
		t.Fatal("a link of one takes the other's away")
	}
	for who, v := range map[string]*visitor{"An officer": they, "You": you} {
		if got := v.ask("GET", "/").Body.String(); got != who {
			t.Errorf("%s is taken for %q", who, got)
		}
	}
}

func TestLookingAheadDoesNotUseTheLinkUp(t *testing.T) {
	t.Parallel()
	e, h := door(clock)
	link := path(t, e.Link())
	v := &visitor{h: h}
	for _, w := range []*httptest.ResponseRecorder{
		v.ask("HEAD", link), v.ask("GET", link, "Sec-Purpose", "prefetch;prerender"), v.ask("GET", link, "Purpose", "prefetch"), v.ask("POST", link),
	} {
		if len(w.Result().Cookies()) > 0 || forwards(w) {
			t.Errorf("let in with %d", w.Code)
		}
	}
	if w := v.ask("GET", link); !forwards(w) {
		t.Errorf("the link was used up: %d", w.Code)
	}
}

func TestAWrongTokenOpensNothing(t *testing.T) {
	t.Parallel()
	e, h := door(clock)
	if w := (&visitor{h: h}).ask("GET", "/enter?token="); w.Code != http.StatusUnauthorized {
		t.Errorf("before there is a link: %d", w.Code)
	}
	_ = e.Link()
	for _, token := range []string{"", "x", strings.Repeat("A", 52)} {
		if w := (&visitor{h: h}).ask("GET", "/enter?token="+token); w.Code != http.StatusUnauthorized {
			t.Errorf("%q: %d", token, w.Code)
		}
	}
	forged := &visitor{h: h, cookies: []*http.Cookie{{Name: "plumbline_8765", Value: "guess"}}}
	if w := forged.ask("GET", "/findings"); w.Code != http.StatusUnauthorized {
		t.Errorf("a made-up session: %d", w.Code)
	}
}

func TestASessionEnds(t *testing.T) {
	t.Parallel()
	now := clock()
	e, h := door(func() time.Time { return now })
	v := &visitor{h: h}
	v.ask("GET", path(t, e.Link()))
	now = now.Add(13 * time.Hour)
	if w := v.ask("GET", "/findings"); w.Code != http.StatusUnauthorized {
		t.Errorf("after 13 hours: %d", w.Code)
	}
}

func TestOnlyTheAddressThatIsListenedOnIsAnswered(t *testing.T) {
	t.Parallel()
	e, h := door(clock)
	v := &visitor{h: h}
	v.ask("GET", path(t, e.Link()))
	for host, want := range map[string]int{listen: 200, "localhost:8765": 200, "LOCALHOST:8765": 200,
		"evil.example": 421, "evil.example:8765": 421, "127.0.0.1": 421, "127.0.0.1:80": 421, "": 421} {
		if w := v.ask("GET", "/findings", "Host", host); w.Code != want {
			t.Errorf("Host %q answers %d, want %d", host, w.Code, want)
		}
	}
}

func TestThePageForStrangersHasItsLook(t *testing.T) {
	t.Parallel()
	_, h := door(clock)
	p := get(t, h, "http://"+listen+"/findings")
	for _, l := range p.all("link", "") {
		r := httptest.NewRequest("GET", attr(l, "href"), nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 {
			t.Errorf("%s answers %d", attr(l, "href"), w.Code)
		}
	}
}
