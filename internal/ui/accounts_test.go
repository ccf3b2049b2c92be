package ui_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/ui"
)

func newUI(c ui.Config) http.Handler { return ui.New(c) }

func TestAccountsAreListedWithWhereTheyStand(t *testing.T) {
	t.Parallel()
	p := get(t, office().serve(administrator()), "/accounts")
	p.has(t, "payments-prod", account, "Payments, Production", "412", "Running started 4 minutes ago", "in 22 hours", "1 gap",
		"222233334444 Not connected", "All allowed", "Never scanned", "Not tested", "sandbox Disconnected")
	var forms []string
	for _, f := range p.all("form", "") {
		forms = append(forms, attr(f, "action"))
	}
	if slices.Contains(forms, "/accounts/1/scan") {
		t.Error("a scan is offered while one runs")
	}
}

func TestAnAccountThatWasNeverScannedClaimsNoZero(t *testing.T) {
	t.Parallel()
	for _, tr := range get(t, office().serve(administrator()), "/accounts").all("tr", "") {
		if s := words(tr); strings.Contains(s, "222233334444") && strings.Contains(s, " 0 ") {
			t.Errorf("the row says %s", s)
		}
	}
}

func TestButtonsAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	for who, want := range map[*access.Viewer]string{
		viewer(access.Reader): "", viewer(access.Engineer): "/accounts/1/scan", administrator(): "/accounts/1 /accounts/1/disconnect /accounts/1/scan /accounts/1/test",
		{Grants: []access.Grant{{Role: access.Reader, All: true}, {Role: access.Engineer, Accounts: []int64{2}}}}: "",
	} {
		d := office()
		d.scans = d.scans[1:] // none runs
		p := get(t, d.serve(who), "/accounts/1")
		var got []string
		for _, n := range append(p.all("form", ""), p.all("a", "danger")...) {
			if to := attr(n, "action") + attr(n, "href"); strings.HasPrefix(to, "/accounts/") {
				got = append(got, to)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%v: offered %q, want %q", who.Grants, s, want)
		}
	}
}

func TestAnAccountSaysWhatIsKnownOfIt(t *testing.T) {
	t.Parallel()
	p := get(t, office().serve(administrator()), "/accounts/1")
	p.has(t, "payments-prod", role, "external ID plb-7f2c41d9e0", "every day", "next in 22 hours", "all that are enabled", "1 of 4 calls cannot be read in full", "Scan 5", "Cancelled", "UnauthorizedOperation")
	get(t, office().serve(administrator()), "/accounts/2").has(t, "is not connected", "Never tested", "No scan of this account yet")
	for _, no := range []string{"/accounts/9", "/accounts/01", "/accounts/x", "/accounts/9/disconnect"} {
		if p := get(t, office().serve(administrator()), no); p.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", no, p.Code)
		}
	}
}

func TestAnAccountIsRenamed(t *testing.T) {
	t.Parallel()
	d := office()
	p := send(t, d.serve(administrator()), "/accounts/1", "name", " payments ", "every", "6h")
	if p.Code != http.StatusSeeOther || strings.Join(d.done, ";") != "change 1 payments 6h0m0s" {
		t.Errorf("%d, did %v", p.Code, d.done)
	}
	get(t, d.serve(administrator()), p.Header().Get("Location")).has(t, "Saved.")
	d = office()
	p = send(t, d.serve(administrator()), "/accounts/1", "name", strings.Repeat("n", 99), "every", "never")
	p.has(t, "The name has 99 characters", "Choose one of the intervals", "Nothing was saved.")
	if p.Code != http.StatusUnprocessableEntity || len(d.done) > 0 {
		t.Errorf("%d, did %v", p.Code, d.done)
	}
}

// An interval that was set by other means is no fault of the form.
func TestAnUnusualIntervalStays(t *testing.T) {
	t.Parallel()
	d := office()
	d.accounts[0].Every = 90 * time.Minute
	get(t, d.serve(administrator()), "/accounts/1").has(t, "Every 1 hour")
	send(t, d.serve(administrator()), "/accounts/1", "name", "x", "every", "1h30m0s")
	if strings.Join(d.done, ";") != "change 1 x 1h30m0s" {
		t.Errorf("did %v", d.done)
	}
}

func TestActsOnAccountsLeadOn(t *testing.T) {
	t.Parallel()
	for address, c := range map[string]struct{ to, did string }{
		"/accounts/1/test":       {"/accounts/1?did=test#test", "test 1"},
		"/accounts/1/disconnect": {"/accounts/1?did=disconnect", "disconnect 1"},
		"/accounts/1/scan":       {"/scans/7", "scan 1"},
		"/scans/5/cancel":        {"/scans/5", "cancel 5"},
	} {
		d := office()
		p := send(t, d.serve(viewerOfAll()), address)
		if p.Code != http.StatusSeeOther || p.Header().Get("Location") != c.to || strings.Join(d.done, ";") != c.did {
			t.Errorf("%s: %d to %s, did %v", address, p.Code, p.Header().Get("Location"), d.done)
		}
		d.refuse = problem.New(problem.Conflict, "Another scan of this account runs already.")
		if p := send(t, d.serve(viewerOfAll()), address); p.Code != http.StatusConflict {
			t.Errorf("%s: a conflict answers %d", address, p.Code)
		} else {
			p.has(t, "Another scan of this account runs already.", "Nothing was changed.")
		}
		if p := send(t, d.serve(viewer(access.Reader)), address); p.Code != http.StatusForbidden {
			t.Errorf("%s: a reader is answered with %d", address, p.Code)
		}
	}
}

// viewerOfAll plays every part.
func viewerOfAll() *access.Viewer {
	v := administrator()
	v.Grants = append(v.Grants, access.Grant{Role: access.Engineer, All: true})
	return v
}

func TestWhatCannotBeTakenBackIsAskedOnce(t *testing.T) {
	t.Parallel()
	d := office()
	p := get(t, d.serve(viewerOfAll()), "/accounts/1/disconnect")
	p.has(t, "Disconnect payments-prod?", "37 open findings and 4 judgements not assessed stay as the last scan left them", "The evidence is kept", role)
	p = get(t, d.serve(viewerOfAll()), "/scans/5/cancel")
	p.has(t, "Cancel scan 5?", "no finding is resolved by it", "Let it run")
	if len(d.done) > 0 {
		t.Errorf("asking did %v", d.done)
	}
	for _, address := range []string{"/scans/4/cancel", "/accounts/3/disconnect"} {
		if p := get(t, d.serve(viewerOfAll()), address); p.Code != http.StatusConflict {
			t.Errorf("%s answers %d", address, p.Code)
		}
	}
}

func TestNoAccountLeadsToConnectingOne(t *testing.T) {
	t.Parallel()
	none := &desk{}
	get(t, none.serve(administrator()), "/accounts").has(t, "No account is connected", "Connect an account")
	p := get(t, none.serve(viewer(access.Reader)), "/accounts")
	p.has(t, "You see no account")
	p.hasNot(t, "Connect an account")
}

func TestAccountsArePaged(t *testing.T) {
	t.Parallel()
	d := office()
	for i := range 60 {
		d.accounts = append(d.accounts, listing.Account{ID: int64(10 + i), Provider: "aws", External: "x", State: "connected"})
	}
	p := get(t, d.serve(administrator()), "/accounts")
	if n := len(p.all("tr", "")); n != 51 || !slices.Contains(p.hrefs(), "/accounts?after=50") {
		t.Errorf("%d rows, links %v", n, p.hrefs())
	}
	p = get(t, d.serve(administrator()), "/accounts?after=50")
	if n := len(p.all("tr", "")); n != 14 || !slices.Contains(p.hrefs(), "/accounts?before=50") {
		t.Errorf("%d rows, links %v", n, p.hrefs())
	}
	for _, bad := range []string{"/accounts?after=1&before=2", "/accounts?page=2", "/accounts?after=1&after=2", "/scans?sort=x", "/accounts/1?x=1", "/scans/5?x=1", "/accounts?after=%00"} {
		if p := get(t, d.serve(administrator()), bad); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", bad, p.Code)
		}
	}
}

// A test tries a call in one region; a scan that was refused in another weighs
// more.
func TestARefusalInTheLastScanIsNoAllClear(t *testing.T) {
	t.Parallel()
	d := office()
	d.accounts[0].Test, d.refused = tests(0), 2
	p := get(t, d.serve(administrator()), "/accounts")
	p.has(t, "2 not answered in scan 4")
	if !slices.Contains(p.hrefs(), "/scans/4#gaps") {
		t.Error("nothing leads to what was refused")
	}
	get(t, d.serve(administrator()), "/accounts/1").has(t, "Scan 4 could not read everything.", "2 questions were not answered in full")
}
