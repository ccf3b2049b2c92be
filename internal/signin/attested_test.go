package signin_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/rule"
	"plumbline/internal/signin"
	"plumbline/internal/ui"
)

// stating is a service whose people attest: the real pages behind the real door,
// on a database of its own. ada is an engineer, ben an officer, eve sees account
// 1 alone and noah no account at all.
func stating(t *testing.T) (h house, password map[string]string) {
	t.Helper()
	pool := pgtest.New(t)
	store := postgres.New(pool)
	c := &clock{t: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	p := people.New(store, c.now)
	rules, err := rule.Load(fstest.MapFS{})
	must(t, err)
	web := store.Web()
	acts := &clerk.Clerk{Store: web, Engine: "1", Audit: func(ctx context.Context, l clerk.Line) error {
		return p.Append(ctx, people.Entry{Action: l.Action, Object: l.Object, Account: l.Account, Detail: l.Detail})
	}}
	practices := func() []listing.Practice {
		return []listing.Practice{{Framework: "practices", FrameworkName: "Metadata practices", Control: "S3.7", Title: "Training", Attest: "Who was taught, and when."}}
	}
	look := ui.Config{Rules: rules, Now: c.now, Version: "1", Reader: web.Reader(), Clerk: acts, Practices: practices, Attestations: web.Reader(),
		Attester: &clerk.Attester{Clerk: acts, Practices: practices, Now: c.now}}
	look.Auth = signin.New(signin.Config{People: p, See: web.See, Frame: ui.Framer(look).FrameOf, Now: c.now})
	srv := httptest.NewServer(ui.New(look))
	t.Cleanup(srv.Close)
	h = house{Server: srv, People: p, clock: c, pool: pool, store: store, ctx: t.Context()}
	h.secret = h.add(t, "root@example.org", people.Grant{Role: access.Administrator})
	_, err = pool.Exec(h.ctx, `insert into account (provider, external_id, joined_at, name) values ('aws', '111111111111', now(), 'payments'), ('aws', '222222222222', now(), 'lab')`)
	must(t, err)
	group, err := h.AddGroup(h.ctx, "payments", []int64{1})
	must(t, err)
	noah := h.add(t, "noah@example.org", people.Grant{Role: access.Reader})
	_, err = pool.Exec(h.ctx, `delete from role_grant where person = (select id from person where email = 'noah@example.org')`)
	must(t, err)
	return h, map[string]string{"ada": h.add(t, "ada@example.org", people.Grant{Role: access.Engineer}), "ben": h.add(t, "ben@example.org", people.Grant{Role: access.Officer}),
		"eve": h.add(t, "eve@example.org", people.Grant{Role: access.Officer, Group: group}), "noah": noah}
}

// attest sends the form with a file.
func (v *visitor) attest(t *testing.T, name string, content []byte, fields ...string) answer {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	all := append([]string{"about", "control:practices/S3.7", "statement", "Everybody was taught.", "owner", "ben@example.org", "from", "2026-11-02", "until", "2026-11-11"}, fields...)
	for i := 0; i < len(all); i += 2 {
		must(t, form.WriteField(all[i], all[i+1]))
	}
	f, err := form.CreateFormFile("file", name)
	must(t, err)
	_, err = f.Write(content)
	must(t, err)
	must(t, form.Close())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.h.URL+"/attestations/new", &b)
	must(t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	for k, list := range v.header {
		r.Header[k] = list
	}
	res, err := v.Do(r)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	must(t, err)
	return answer{res, body.String()}
}

// One person states with a file, another approves, in two browsers; time takes
// it away again, and the first renews it.
func TestTwoPeopleAttestInTheirBrowsers(t *testing.T) {
	t.Parallel()
	h, password := stating(t)
	file := filepath.Join(t.TempDir(), "list.html")
	must(t, os.WriteFile(file, []byte("<script>taken()</script>"), 0o600))
	enter := func(who string) context.Context {
		ctx := tab(t)
		must(t, chromedp.Do(ctx, chromedp.Navigate(h.URL+"/sign-in"), chromedp.SendKeys("#email", who+"@example.org"), chromedp.SendKeys("#password", password[who]+"\n"), chromedp.WaitReady(`nav a[href="/attestations"]`)))
		return ctx
	}
	reads := func(ctx context.Context, want string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.WaitReady(fmt.Sprintf(`//body[contains(normalize-space(.), %q)]`, want))); err != nil {
			t.Fatalf("the page does not say %q: %v", want, err)
		}
	}
	ada := enter("ada")
	must(t, chromedp.Do(ada, chromedp.Navigate(h.URL+"/attestations/new?framework=practices&control=S3.7"), chromedp.SendKeys("#statement", "Everybody was taught."),
		chromedp.SetUploadFiles("#file", []string{file}), chromedp.SetValue("#until", "2026-11-11"), chromedp.Click("main button.primary")))
	reads(ada, "Proposed.")
	reads(ada, "To approve changes takes an officer over all accounts.")
	ben := enter("ben")
	must(t, chromedp.Do(ben, chromedp.Navigate(h.URL+"/attestations")))
	reads(ben, "An attestation waits for your decision.")
	must(t, chromedp.Do(ben, chromedp.Click(`.note a[href="/attestations/1"]`)))
	reads(ben, fmt.Sprintf("%x", sha256.Sum256([]byte("<script>taken()</script>"))))
	must(t, chromedp.Do(ben, chromedp.SendKeys("#note", "I saw the list."), chromedp.Click("#decide button.primary")))
	reads(ben, "It ends in 9 days.")
	h.pass(10 * time.Hour)
	must(t, chromedp.Do(ada, chromedp.Navigate(h.URL+"/attestations/1"), chromedp.Click(`a[href="/attestations/new?renews=1"]`)))
	reads(ada, "Renew an attestation")
	h.pass(9 * 24 * time.Hour)
	must(t, chromedp.Do(ben, chromedp.Navigate(h.URL+"/sign-in"), chromedp.SendKeys("#email", "ben@example.org"), chromedp.SendKeys("#password", password["ben"]+"\n"), chromedp.WaitReady(`nav a[href="/attestations"]`),
		chromedp.Navigate(h.URL+"/attestations?state=expired")))
	reads(ben, "Expired, no data")
	want := "ada@example.org: attestation proposed attestation 1;ben@example.org: attestation approved attestation 1"
	var did []string
	for _, line := range h.actions(t, 100) {
		if strings.Contains(line, "attestation") {
			did = append(did, line)
		}
	}
	if got := strings.Join(did, ";"); got != want {
		t.Errorf("the log says %s", got)
	}
}

// What an attacker would try, through the door.
func TestAttestationsAgainstThoseWhoMeanIll(t *testing.T) {
	t.Parallel()
	h, password := stating(t)
	as := func(who string) *visitor { return h.signedIn(t, who+"@example.org", password[who]) }
	ada, ben, eve, noah := as("ada"), as("ben"), as("eve"), as("noah")
	page := []byte("<script>taken()</script>")
	ada.attest(t, `../../..\etc/list.html`, page, "where", "some", "account", "2").leads(t, "/attestations/1?did=propose")
	ben.attest(t, "mine.html", page, "where", "all").leads(t, "/attestations/2?did=propose")

	t.Run("an account that is not theirs", func(t *testing.T) {
		for _, path := range []string{"/attestations/1", "/attestations/1/evidence"} {
			eve.get(t, path).is(t, http.StatusNotFound).hasNot(t, "Everybody was taught", "list.html")
		}
		eve.get(t, "/attestations").is(t, http.StatusOK).hasNot(t, "lab", "/attestations/1")
		eve.attest(t, "a", page, "where", "some", "account", "2").is(t, http.StatusForbidden)
		eve.attest(t, "a", page, "where", "some", "account", "1").is(t, http.StatusForbidden)
		eve.post(t, "/attestations/1/approve").is(t, http.StatusForbidden)
		noah.get(t, "/attestations").is(t, http.StatusForbidden)
		noah.get(t, "/attestations/2/evidence").is(t, http.StatusForbidden)
	})
	t.Run("one's own proposal", func(t *testing.T) {
		ben.post(t, "/attestations/2/approve").is(t, http.StatusForbidden, "You proposed this. Somebody else decides it.")
		ada.post(t, "/attestations/1/approve").is(t, http.StatusForbidden)
		h.signedIn(t, "root@example.org", h.secret).post(t, "/attestations/1/approve").is(t, http.StatusForbidden)
	})
	t.Run("a page as evidence", func(t *testing.T) {
		got := ben.get(t, "/attestations/1/evidence").is(t, http.StatusOK)
		for header, want := range map[string]string{"Content-Type": "application/octet-stream", "Content-Disposition": "attachment; filename=list.html", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; sandbox"} {
			if is := got.Header.Get(header); is != want {
				t.Errorf("%s: %q, want %q", header, is, want)
			}
		}
		if got.body != string(page) {
			t.Errorf("the file is %q", got.body)
		}
	})
	t.Run("too much of it", func(t *testing.T) {
		ada.attest(t, "a", make([]byte, 1_000_001), "where", "all").is(t, http.StatusUnprocessableEntity, "longer than 1 MB")
		ada.attest(t, "a", make([]byte, 8<<20), "where", "all").is(t, http.StatusRequestEntityTooLarge, "This is too long")
		ada.attest(t, "a", make([]byte, 1_000_000), "where", "all").leads(t, "/attestations/3?did=propose")
	})
	t.Run("from another site", func(t *testing.T) {
		ben.header.Set("Sec-Fetch-Site", "cross-site")
		defer ben.header.Del("Sec-Fetch-Site")
		ben.post(t, "/attestations/1/approve").is(t, http.StatusForbidden)
		ben.attest(t, "a", page, "where", "all").is(t, http.StatusForbidden)
	})
	t.Run("after the session ended", func(t *testing.T) {
		h.pass(13 * time.Hour)
		ben.post(t, "/attestations/1/approve").leads(t, "/sign-in")
		ada.attest(t, "a", page, "where", "all").leads(t, "/sign-in")
		ada.get(t, "/attestations/1/evidence").leads(t, "/sign-in?back=%2Fattestations%2F1%2Fevidence")
	})
	var events int
	must(t, h.pool.QueryRow(h.ctx, `select count(*) from attestation_event`).Scan(&events))
	lines := strings.Count(strings.Join(h.actions(t, 100), "\n"), ": attestation ")
	if events != 3 || lines != 3 {
		t.Errorf("%d events, %d lines in the log: what was refused has left something", events, lines)
	}
}
