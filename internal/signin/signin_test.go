package signin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/internal/signin"
)

func TestSigningInLeadsBackToWhereOneWas(t *testing.T) {
	t.Parallel()
	h := build(t)
	v := h.visitor()
	v.get(t, "/findings?q=is%3Aopen").leads(t, "/sign-in?back=%2Ffindings%3Fq%3Dis%253Aopen")
	v.get(t, "/sign-in?back=/findings").is(t, 200, "Sign in", "E-mail", "Password", strings.TrimPrefix(h.URL, "http://"))
	res := v.post(t, "/sign-in", "email", " Root@Example.org", "password", h.secret, "back", "/findings?q=x").leads(t, "/findings?q=x")
	c := res.Cookies()[0]
	if c.Name != "plumbline_session" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || len(c.Value) < 43 || c.Secure {
		t.Errorf("the cookie is %s", c)
	}
	v.get(t, "/findings").is(t, 200, "root@example.org sees {true []} in true")
	v.get(t, "/sign-in?back=/scans").leads(t, "/scans")
	v.post(t, "/sign-out").leads(t, "/signed-out")
	v.get(t, "/signed-out").is(t, 200, "Your session in this browser has ended")
	v.get(t, "/findings").leads(t, "/sign-in?back=%2Ffindings")
	want := []string{"root@example.org: signed in root@example.org", "root@example.org: signed out root@example.org"}
	if diff := cmp.Diff(want, h.actions(t, 2)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestARedirectNeverLeavesTheSite(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, back := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "evil", ""} {
		h.visitor().post(t, "/sign-in", "email", "root@example.org", "password", h.secret, "back", back).leads(t, "/")
	}
}

func TestOverHTTPSTheCookieIsHeldToIt(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *signin.Config) { c.Secure = true })
	v := h.visitor()
	c := v.post(t, "/sign-in", "email", "root@example.org", "password", h.secret).leads(t, "/").Cookies()[0]
	if c.Name != "__Host-plumbline_session" || !c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %s", c)
	}
}

// What is refused is refused alike, so that nobody learns who has an account.
func TestAWrongSignInTellsNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	off := h.add(t, "off@example.org", people.Grant{Role: access.Reader})
	must(t, h.Disable(h.ctx, h.id(t, "off@example.org")))
	var said []string
	for _, c := range [][2]string{{"root@example.org", "wrong"}, {"nobody@example.org", "wrong"}, {"off@example.org", off}, {"off@example.org", "wrong"}, {"root@example.org", strings.Repeat("x", 300)}} {
		a := h.visitor().post(t, "/sign-in", "email", c[0], "password", c[1]).is(t, 422, "do not fit together")
		said = append(said, strings.ReplaceAll(a.body, c[0], ""))
		if len(a.Cookies()) > 0 {
			t.Errorf("%s is given a cookie", c[0])
		}
		if strings.Contains(a.body, c[1]) {
			t.Error("the password is shown")
		}
	}
	for _, s := range said[1:] {
		if s != said[0] {
			t.Errorf("the answers differ:\n%s", cmp.Diff(said[0], s))
		}
	}
	want := []string{"nobody: sign-in refused root@example.org", "nobody: sign-in refused an unknown address", "nobody: sign-in refused off@example.org"}
	if diff := cmp.Diff(want, h.actions(t, 5)[:3]); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestTooManyWrongSignInsMustWait(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *signin.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	try := func(from, email, password string) answer {
		v := h.visitor()
		v.header.Set("X-Forwarded-For", "203.0.113.9, "+from) // what stands first was written by whoever asks
		return v.post(t, "/sign-in", "email", email, "password", password)
	}
	for i := range 10 {
		try(fmt.Sprintf("192.0.2.%d", i), "root@example.org", "wrong").is(t, 422)
		h.pass(time.Second)
	}
	a := try("192.0.2.99", "ROOT@example.org", h.secret).is(t, 429, "There were too many attempts that failed. Try again in 15 minutes, at 09:16 UTC.")
	if a.Header.Get("Retry-After") != "891" {
		t.Errorf("Retry-After is %q", a.Header.Get("Retry-After"))
	}
	for i := range 20 {
		try("192.0.2.50", fmt.Sprintf("guess%d@example.org", i), "wrong").is(t, 422)
	}
	try("192.0.2.50", "fresh@example.org", "wrong").is(t, 429)
	try("192.0.2.51", "fresh@example.org", "wrong").is(t, 422)
	h.pass(15 * time.Minute)
	for range 30 { // what succeeds does not count
		try("192.0.2.50", "root@example.org", h.secret).leads(t, "/")
	}
}

// A cookie that somebody else put into the browser is worth nothing afterwards.
func TestASessionIsNewAfterSigningIn(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.add(t, "ada@example.org", people.Grant{Role: access.Reader})
	planted, err := h.Open(h.ctx, h.id(t, "ada@example.org"), "", "")
	must(t, err)
	v := h.visitor()
	v.header.Set("Cookie", "plumbline_session="+planted)
	c := v.post(t, "/sign-in", "email", "root@example.org", "password", h.secret).leads(t, "/").Cookies()[0]
	if c.Value == planted {
		t.Error("the planted session is taken over")
	}
	if who, err := h.BySession(h.ctx, planted); who != nil || err != nil {
		t.Errorf("the planted session lives on as %v, %v", who, err)
	}
}

func TestASessionEndsAndSaysSo(t *testing.T) {
	t.Parallel()
	h := build(t)
	secret := h.add(t, "ada@example.org", people.Grant{Role: access.Reader})
	v := h.signedIn(t, "ada@example.org", secret)
	v.get(t, "/findings").is(t, 200)
	h.pass(12 * time.Hour)
	v.get(t, "/findings").leads(t, "/sign-in?back=%2Ffindings")
	v.get(t, "/sign-in?back=/findings").is(t, 200, "Your session has ended")
	v = h.signedIn(t, "ada@example.org", secret)
	must(t, h.Disable(h.ctx, h.id(t, "ada@example.org")))
	v.get(t, "/findings").leads(t, "/sign-in?back=%2Ffindings")
	v.post(t, "/note/200").leads(t, "/sign-in")
}

// A form of another site, with the reader's own cookie.
func TestAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	v := h.signedIn(t, "root@example.org", h.secret)
	before := h.actions(t, 1)
	for name, header := range map[string][2]string{"a new browser": {"Sec-Fetch-Site", "cross-site"}, "another port": {"Sec-Fetch-Site", "same-site"}, "an old browser": {"Origin", "https://evil.example"}} {
		v.header = http.Header{header[0]: {header[1]}}
		for _, path := range []string{"/note/200", "/sign-in", "/sign-out", "/profile/password"} {
			a := v.post(t, path, "email", "root@example.org", "password", h.secret).is(t, 403, "This came from another site", "Nothing was changed")
			if len(a.Cookies()) > 0 {
				t.Errorf("%s, %s: a cookie is set", name, path)
			}
		}
		a := v.post(t, "/api/v1/note/200").is(t, 403, "another site")
		if a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: a program is answered %s", name, a.Header.Get("Content-Type"))
		}
		v.get(t, "/findings").is(t, 200)
	}
	if diff := cmp.Diff(before, h.actions(t, 1)); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
	v.header = http.Header{"Sec-Fetch-Site": {"same-origin"}}
	v.post(t, "/note/200").is(t, 200)
}

func TestATokenOpensTheAPIOnly(t *testing.T) {
	t.Parallel()
	h := build(t)
	token, err := h.CreateToken(h.ctx, h.id(t, "root@example.org"), "nightly", []access.Scope{access.ScopeRead}, h.now().AddDate(0, 0, 1))
	must(t, err)
	v := h.visitor()
	v.get(t, "/api/v1/findings").is(t, 401, "Nobody is signed in")
	v.header.Set("Authorization", "bearer "+token)
	v.get(t, "/api/v1/findings").is(t, 200, "root@example.org sees")
	v.get(t, "/findings").leads(t, "/sign-in?back=%2Ffindings")
	v.post(t, "/api/v1/note/200").is(t, 200)
	all := access.With(h.ctx, &access.Viewer{Grants: []access.Grant{{Role: access.Auditor, All: true}}})
	list, _, err := h.Log(all, people.Filter{Limit: 1})
	must(t, err)
	if list[0].Token != "nightly" || list[0].Who != "root@example.org" || list[0].Remote != "127.0.0.1" {
		t.Errorf("line %+v", list[0])
	}
	for name, shown := range map[string]string{"a wrong token": "Bearer plb_x", "another scheme": "Basic " + token, "nothing": "Bearer"} {
		v.header.Set("Authorization", shown)
		a := v.get(t, "/api/v1/findings").is(t, 401, "not known, has ended or was revoked")
		if a.Header.Get("WWW-Authenticate") == "" || a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %v", name, a.Header)
		}
	}
	h.pass(24 * time.Hour)
	v.header.Set("Authorization", "Bearer "+token)
	v.get(t, "/api/v1/findings").is(t, 401)
}

// A wrong token beside a good cookie is not let in by the cookie.
func TestATokenIsJudgedAlone(t *testing.T) {
	t.Parallel()
	h := build(t)
	v := h.signedIn(t, "root@example.org", h.secret)
	v.get(t, "/api/v1/findings").is(t, 200)
	v.header.Set("Authorization", "Bearer plb_wrong")
	v.get(t, "/api/v1/findings").is(t, 401)
}

func TestTooManyWrongTokensMustWait(t *testing.T) {
	t.Parallel()
	h := build(t)
	v := h.visitor()
	v.header.Set("Authorization", "Bearer plb_wrong")
	for range 60 {
		v.get(t, "/api/v1/findings").is(t, 401)
	}
	a := v.get(t, "/api/v1/findings").is(t, 429, "Try again in 2 minutes, at 09:02 UTC.")
	if a.Header.Get("Retry-After") != "61" {
		t.Errorf("Retry-After is %q", a.Header.Get("Retry-After"))
	}
	h.pass(time.Minute)
	v.get(t, "/api/v1/findings").is(t, 401)
}

func TestARequestIsOneTransaction(t *testing.T) {
	t.Parallel()
	h := build(t)
	v := h.signedIn(t, "root@example.org", h.secret)
	for status, code := range map[string]int{"404": 404, "422": 422, "500": 500} {
		before := h.actions(t, 1)
		v.post(t, "/note/"+status).is(t, code)
		v.post(t, "/api/v1/note/"+status).is(t, code)
		if diff := cmp.Diff(before, h.actions(t, 1)); diff != "" {
			t.Errorf("%s is not undone:\n%s", status, diff)
		}
	}
	v.post(t, "/note/200").is(t, 200)
	if got := h.actions(t, 1); got[0] != "root@example.org: noted 200" {
		t.Errorf("the log says %v", got)
	}
	v.get(t, "/note/200").is(t, 418, "read-only transaction")
	if _, _, err := h.Verify(h.ctx); err != nil {
		t.Error(err)
	}
}

// A reply is not sent before what it tells has happened.
func TestAReplyIsHeldUntilTheTransactionEnds(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *signin.Config) {
		see := c.See
		c.See = func(ctx context.Context, v *access.Viewer, write bool, do func(context.Context) error) error {
			if err := see(ctx, v, write, do); err != nil || v.Person == 0 {
				return err
			}
			return fmt.Errorf("the connection was lost at the end")
		}
	})
	v := h.signedIn(t, "root@example.org", h.secret)
	a := v.get(t, "/findings").is(t, 500, "This could not be done", "under reference")
	a.hasNot(t, "root@example.org", "connection was lost")
	v.get(t, "/api/v1/findings").is(t, 500, "under reference")
}

func TestAnEventStreamIsGivenTheViewerAndNoTransaction(t *testing.T) {
	t.Parallel()
	h := build(t)
	v := h.signedIn(t, "root@example.org", h.secret)
	v.header.Set("Accept", "text/event-stream")
	v.get(t, "/scans/1/events").is(t, 200, "root@example.org sees {true []} in false")
	v.post(t, "/note/404").is(t, 404)
	if got := h.actions(t, 1); got[0] != "root@example.org: signed in root@example.org" {
		t.Errorf("a change that calls itself a stream is not undone: %v", got)
	}
	h.visitor().get(t, "/scans/1/events").leads(t, "/sign-in?back=%2Fscans%2F1%2Fevents")
}
