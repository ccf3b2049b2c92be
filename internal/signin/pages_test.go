package signin_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/internal/signin"
)

var (
	password = regexp.MustCompile(`[a-z2-7]{4}(-[a-z2-7]{4}){4}`)
	token    = regexp.MustCompile(`plb_[A-Za-z0-9_-]{43}`)
)

// Every route of the door, for every role: who may not is told so, and nothing
// happens.
func TestEveryRouteAsksWhoMay(t *testing.T) {
	t.Parallel()
	h := build(t)
	visitors := map[access.Role]*visitor{}
	for _, role := range access.Roles() {
		email := string(role) + "@example.org"
		visitors[role] = h.signedIn(t, email, h.add(t, email, people.Grant{Role: role}))
	}
	fill := strings.NewReplacer("{id}", "999", "{grant}", "999")
	n := 0
	for _, r := range signin.Routes() {
		path := fill.Replace(r.Pattern)
		ask := func(v *visitor) answer { return v.do(t, r.Method, path, nil) }
		if r.Open {
			if a := ask(h.visitor()); a.StatusCode == http.StatusSeeOther {
				t.Errorf("%s %s is open, and leads to %s", r.Method, path, a.Header.Get("Location"))
			}
			continue
		}
		if a := ask(h.visitor()); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/sign-in") {
			t.Errorf("%s %s answers %d to nobody", r.Method, path, a.StatusCode)
		}
		if r.Pattern == "/sign-out" {
			continue
		}
		for role, v := range visitors {
			n++
			may := (&access.Viewer{Grants: []access.Grant{{Role: role, All: true}}}).May(r.Action)
			if a := ask(v); (a.StatusCode == http.StatusForbidden) == may || a.StatusCode >= 500 {
				t.Errorf("%s %s answers %d to the role %s, who may: %t", r.Method, path, a.StatusCode, role, may)
			}
		}
	}
	if n < 80 {
		t.Errorf("only %d were asked", n)
	}
}

func TestOnesOwnPassword(t *testing.T) {
	t.Parallel()
	h := build(t)
	v, other := h.signedIn(t, "root@example.org", h.secret), h.signedIn(t, "root@example.org", h.secret)
	v.get(t, "/profile").is(t, 200, "Choose a password of your own", "administrator over all accounts")
	v.post(t, "/profile/password", "old", "wrong", "new", "four words of mine").is(t, 422, "Nothing was changed. The present password is another one.")
	v.post(t, "/profile/password", "old", h.secret, "new", "short").is(t, 422, "The new password has 5 characters; it needs at least 12")
	v.post(t, "/profile/password", "old", h.secret, "new", h.secret).is(t, 422, "The new password is the present one")
	v.post(t, "/profile/password", "old", h.secret, "new", "four words of mine").leads(t, "/profile?done=password")
	v.get(t, "/profile?done=password").is(t, 200, "Your password is changed").hasNot(t, "Choose a password")
	other.get(t, "/profile").leads(t, "/sign-in?back=%2Fprofile")
	h.signedIn(t, "root@example.org", "four words of mine")
	h.visitor().post(t, "/sign-in", "email", "root@example.org", "password", h.secret).is(t, 422)
	v.get(t, "/profile?done=<b>owned</b>").is(t, 200).hasNot(t, "owned")
}

func TestOnesOwnSessions(t *testing.T) {
	t.Parallel()
	h := build(t)
	v, other := h.signedIn(t, "root@example.org", h.secret), h.visitor()
	other.header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	other.post(t, "/sign-in", "email", "root@example.org", "password", h.secret).leads(t, "/")
	page := v.get(t, "/profile").is(t, 200, "Firefox on Linux", "127.0.0.1", "this browser")
	ends := regexp.MustCompile(`/profile/sessions/\d+/end`).FindAllString(page.body, -1)
	if len(ends) != 1 {
		t.Fatalf("the page offers to end %v", ends)
	}
	stranger := h.signedIn(t, "ada@example.org", h.add(t, "ada@example.org", people.Grant{Role: access.Reader}))
	stranger.post(t, ends[0]).is(t, 404)
	other.get(t, "/profile").is(t, 200)
	v.post(t, ends[0]).leads(t, "/profile?done=session")
	other.get(t, "/profile").leads(t, "/sign-in?back=%2Fprofile")
	v.get(t, "/profile").is(t, 200)
	v.post(t, ends[0]).is(t, 404, "That session has ended already")
}

func TestOnesOwnTokens(t *testing.T) {
	t.Parallel()
	h := build(t)
	v := h.signedIn(t, "root@example.org", h.secret)
	v.post(t, "/profile/tokens", "name", "nightly job", "days", "30").is(t, 422, "Choose at least one thing")
	if a := v.post(t, "/profile/tokens", "name", "nightly job", "days", "400", "scope", "read").is(t, 422, "within 366 days"); !strings.Contains(a.body, `value="nightly job"`) {
		t.Error("what was typed is lost")
	}
	page := v.post(t, "/profile/tokens", "name", "nightly job", "days", "30", "scope", "read", "scope", "scan").is(t, 200, "Your new token", "nightly job", "read, scan")
	secret := token.FindString(page.body)
	if page.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page with the token may be kept")
	}
	program := h.visitor()
	program.header.Set("Authorization", "Bearer "+secret)
	program.get(t, "/api/v1/findings").is(t, 200)
	again := v.get(t, "/profile").is(t, 200, "nightly job")
	again.hasNot(t, secret)
	revoke := regexp.MustCompile(`/profile/tokens/\d+/revoke`).FindString(again.body)
	v.post(t, revoke).leads(t, "/profile?done=revoked")
	program.get(t, "/api/v1/findings").is(t, 401)
	v.get(t, "/profile").is(t, 200, "revoked on 2 November 2026")
}

func TestPeopleAreManaged(t *testing.T) {
	t.Parallel()
	h := build(t)
	root := h.signedIn(t, "root@example.org", h.secret)
	var account int64
	must(t, h.pool.QueryRow(h.ctx, `insert into account (provider, external_id, joined_at, name) values ('aws', '111111111111', now(), 'payments-prod') returning id`).Scan(&account))
	root.get(t, "/settings/groups").is(t, 200, "There is none yet", "payments-prod", "aws 111111111111")
	root.post(t, "/settings/groups", "name", "payments", "account", fmt.Sprint(account)).leads(t, "/settings/groups?done=added")
	root.get(t, "/settings/groups").is(t, 200, "payments 1 0")
	group, err := h.GroupByName(h.ctx, "payments")
	must(t, err)
	over := fmt.Sprint(group.ID)

	page := root.post(t, "/settings/people", "email", "Ada@example.org", "name", "Ada", "role", "engineer", "over", over).is(t, 200, "A password for Ada@example.org", "engineer over payments")
	secret := password.FindString(page.body)
	if a := root.post(t, "/settings/people", "email", "ada@example.org", "name", "Second", "role", "viewer", "over", "0").is(t, 409, "already a person"); !strings.Contains(a.body, `value="Second"`) {
		t.Error("what was typed is lost")
	}
	root.post(t, "/settings/people", "email", "x@example.org", "role", "king", "over", "0").is(t, 422, "There is no role")
	ada := h.signedIn(t, "ada@example.org", secret)
	ada.get(t, "/findings").is(t, 200, fmt.Sprintf("ada@example.org sees {false [%d]} in true", account))
	ada.get(t, "/settings/people").is(t, 403, "None of your roles allows it")

	path := fmt.Sprintf("/settings/people/%d", h.id(t, "ada@example.org"))
	root.post(t, path+"/grants", "role", "auditor", "over", "0").leads(t, path+"?done=granted")
	ada.get(t, "/findings").is(t, 200, "ada@example.org sees {true []}")
	root.get(t, path).is(t, 200, "auditor all accounts", "engineer payments")
	withdraw := regexp.MustCompile(path+`/grants/\d+/withdraw`).FindAllString(root.get(t, path).body, -1)
	root.post(t, withdraw[1]).leads(t, path+"?done=withdrew")
	root.post(t, withdraw[1]).is(t, 404)
	ada.get(t, "/findings").is(t, 200, fmt.Sprintf("ada@example.org sees {false [%d]}", account))
	root.post(t, fmt.Sprintf("/settings/groups/%d/remove", group.ID)).is(t, 409, "payments is in use")
	root.post(t, fmt.Sprintf("/settings/groups/%d", group.ID), "name", "paying").leads(t, fmt.Sprintf("/settings/groups/%d?done=saved", group.ID))
	ada.get(t, "/findings").is(t, 200, "ada@example.org sees {false []}")

	fresh := password.FindString(root.post(t, path+"/password").is(t, 200, "A password for ada@example.org").body)
	ada.get(t, "/findings").leads(t, "/sign-in?back=%2Ffindings")
	ada = h.signedIn(t, "ada@example.org", fresh)
	root.post(t, path+"/disable").leads(t, path+"?done=disabled")
	ada.get(t, "/findings").leads(t, "/sign-in?back=%2Ffindings")
	root.get(t, "/settings/people").is(t, 200, "disabled")
	root.post(t, path+"/enable").leads(t, path+"?done=enabled")
	h.signedIn(t, "ada@example.org", fresh)
}

func TestNobodyChangesTheirOwnRoles(t *testing.T) {
	t.Parallel()
	h := build(t)
	root := h.signedIn(t, "root@example.org", h.secret)
	path := fmt.Sprintf("/settings/people/%d", h.id(t, "root@example.org"))
	page := root.get(t, path).is(t, 200, "Nobody changes their own roles")
	if strings.Contains(page.body, path+"/") {
		t.Error("the page offers it all the same")
	}
	before := h.actions(t, 1)
	for _, act := range []string{"/grants", "/grants/1/withdraw", "/disable", "/password", "/enable"} {
		root.post(t, path+act, "role", "officer", "over", "0").is(t, 409, "This is you")
	}
	if diff := cmp.Diff(before, h.actions(t, 1)); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

func TestTheAuditLogIsReadAndChecked(t *testing.T) {
	t.Parallel()
	h := build(t)
	secret := h.add(t, "audit@example.org", people.Grant{Role: access.Auditor})
	for i := range 60 {
		must(t, h.Append(h.ctx, people.Entry{Who: "test", Action: "tried", Object: fmt.Sprintf("thing %d", i), Detail: map[string]string{"why": "<because>"}}))
	}
	v := h.signedIn(t, "audit@example.org", secret)
	page := v.get(t, "/settings/audit").is(t, 200, "Verified to line 65", "thing 59", "why: <because>", "signed in", "127.0.0.1", "Older")
	page.hasNot(t, "thing 8 ")
	older := regexp.MustCompile(`/settings/audit\?before=\d+`).FindString(page.body)
	v.get(t, older).is(t, 200, "thing 1 ", "person added", "This is the beginning").hasNot(t, "thing 59")
	v.get(t, "/settings/audit?who=audit%40example.org").is(t, 200, "signed in").hasNot(t, "thing 5")
	v.get(t, "/settings/audit?action=tried&before=20").is(t, 200, "thing 1 ").hasNot(t, "person added root")
	v.get(t, "/settings/audit?actor=x").is(t, 422, `no filter "actor"`)
	v.get(t, "/settings/audit?before=x").is(t, 422, "names the number of a line")
	for _, odd := range []string{"before=99999999999", "who=%00", "who=%ff", "action=%00%ff"} {
		v.get(t, "/settings/audit?"+odd).is(t, 200)
	}
	_, err := h.pool.Exec(h.ctx, `update audit set object = 'nothing' where seq = 7`)
	must(t, err)
	v.get(t, "/settings/audit").is(t, 200, "The log is not what was written", "Row 7 of the audit log is not what was written: it was changed afterwards")
}
