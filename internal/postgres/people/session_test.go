package people_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/internal/problem"
)

func TestASessionEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(t *testing.T, b book, id int64, cookie string)
		want bool
	}{
		"not while it is used": {func(t *testing.T, b book, _ int64, cookie string) {
			for range 13 {
				b.pass(11 * time.Hour)
				v, err := b.BySession(b.ctx, cookie)
				must(t, err)
				if v == nil {
					t.Error("it ended in between")
				}
			}
		}, true},
		"after 12 hours without use": {func(_ *testing.T, b book, _ int64, _ string) { b.pass(12 * time.Hour) }, false},
		"after 7 days in any case": {func(t *testing.T, b book, _ int64, cookie string) {
			for range 28 {
				b.pass(6 * time.Hour)
				_, err := b.BySession(b.ctx, cookie)
				must(t, err)
			}
		}, false},
		"when its person is disabled": {func(t *testing.T, b book, id int64, _ string) { must(t, b.Disable(b.ctx, id)) }, false},
		"when its person signs out":   {func(t *testing.T, b book, id int64, cookie string) { must(t, b.SignOut(b.ctx, id, cookie)) }, false},
		"when the password is reset":  {func(t *testing.T, b book, id int64, _ string) { _, err := b.ResetPassword(b.ctx, id); must(t, err) }, false},
		"when it is signed in over it": {func(t *testing.T, b book, id int64, cookie string) {
			_, err := b.Open(b.ctx, id, cookie, "")
			must(t, err)
		}, false},
		"not when another is signed in": {func(t *testing.T, b book, id int64, _ string) { _, err := b.Open(b.ctx, id, "", ""); must(t, err) }, true},
		"not when one's own is kept": {func(t *testing.T, b book, id int64, cookie string) {
			must(t, b.SetPassword(b.ctx, id, "four words of mine", cookie))
		}, true},
		"when another browser's is kept": {func(t *testing.T, b book, id int64, _ string) {
			must(t, b.SetPassword(b.ctx, id, "four words of mine", "x"))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			b.add(t, "root@example.org", access.Administrator)
			id, _ := b.add(t, "ada@example.org", access.Reader)
			cookie, err := b.Open(b.ctx, id, "", "Firefox")
			must(t, err)
			c.do(t, b, id, cookie)
			v, err := b.BySession(b.ctx, cookie)
			must(t, err)
			if (v != nil) != c.want {
				t.Errorf("the session lives: %t", v != nil)
			}
			if list, err := b.Sessions(b.ctx, id, cookie); err != nil || c.want != (len(list) > 0 && list[len(list)-1].Own || len(list) > 0 && list[0].Own) {
				t.Errorf("its person is shown %+v, %v", list, err)
			}
		})
	}
}

func TestNoSecretIsKept(t *testing.T) {
	t.Parallel()
	b := open(t)
	id, password := b.add(t, "ada@example.org", access.Reader)
	cookie, err := b.Open(b.ctx, id, "", "")
	must(t, err)
	token, err := b.CreateToken(b.ctx, id, "exporter", []access.Scope{access.ScopeRead}, b.now().AddDate(0, 1, 0))
	must(t, err)
	var all string
	must(t, b.pool.QueryRow(b.ctx, `
		select concat((select string_agg(p::text, ' ') from person p), (select string_agg(s::text || encode(s.hash, 'escape'), ' ') from session s),
			(select string_agg(t::text || encode(t.hash, 'escape'), ' ') from token t), (select string_agg(a::text, ' ') from audit a))`).Scan(&all))
	for what, secret := range map[string]string{"password": password, "cookie": cookie, "token": token, "token without its prefix": token[len(people.Prefix):]} {
		if strings.Contains(all, secret) {
			t.Errorf("the %s is kept", what)
		}
	}
	if !strings.Contains(all, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error("the password is not hashed as it should be")
	}
}

func TestATokenActsForItsPersonWithinItsScopes(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.add(t, "root@example.org", access.Administrator)
	id, _ := b.add(t, "ada@example.org", access.Engineer)
	token, err := b.CreateToken(b.ctx, id, "exporter", []access.Scope{access.ScopeRead}, b.now().AddDate(0, 0, 30))
	must(t, err)
	other, err := b.CreateToken(b.ctx, id, "nightly", []access.Scope{access.ScopeScan, access.ScopeRead, access.ScopeScan}, b.now().AddDate(0, 0, 300))
	must(t, err)
	v, err := b.ByToken(b.ctx, token)
	must(t, err)
	want := &access.Viewer{Person: id, Email: "ada@example.org", Name: "ada", Grants: []access.Grant{{Role: access.Engineer, All: true, Accounts: []int64{}}},
		Token: "exporter", Scopes: []access.Scope{access.ScopeRead}}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("viewer (-want +got):\n%s", diff)
	}
	if v.May(access.StartScan) || !v.May(access.ReadEstate) || v.May(access.ManageOwn) {
		t.Error("the token may more or less than it should")
	}
	for name, shown := range map[string]string{"nothing": "", "a prefix": people.Prefix, "the hash's text": "plb_x", "one letter less": token[:len(token)-1], "a session": "abc"} {
		if v, err := b.ByToken(b.ctx, shown); v != nil || err != nil {
			t.Errorf("%s is let in as %v, %v", name, v, err)
		}
	}
	alive := func(token string) bool {
		v, err := b.ByToken(b.ctx, token)
		must(t, err)
		return v != nil
	}
	must(t, b.Disable(b.ctx, id))
	if alive(token) {
		t.Error("a disabled person's token works")
	}
	must(t, b.Enable(b.ctx, id))
	b.pass(30 * 24 * time.Hour)
	if alive(token) || !alive(other) {
		t.Error("the token does not end when it should")
	}
	list, err := b.Tokens(b.ctx, id)
	must(t, err)
	if list[0].Used == nil || list[0].Name != "nightly" || cmp.Diff([]string{"read", "scan"}, list[0].Scopes) != "" || !strings.HasPrefix(other, list[0].Prefix) || len(list[0].Prefix) > 10 {
		t.Errorf("the list shows %+v", list[0])
	}
	if err := b.RevokeToken(b.ctx, id+1, list[0].ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("somebody else revokes it: %v", err)
	}
	must(t, b.RevokeToken(b.ctx, id, list[0].ID))
	if alive(other) {
		t.Error("a revoked token works")
	}
}

func TestATokenIsRefusedInASentence(t *testing.T) {
	t.Parallel()
	b := open(t)
	id, _ := b.add(t, "ada@example.org", access.Reader)
	read := []access.Scope{access.ScopeRead}
	soon := b.now().AddDate(0, 0, 1)
	for name, c := range map[string]struct {
		name   string
		scopes []access.Scope
		end    time.Time
		say    string
	}{
		"no name":      {" ", read, soon, "a name"},
		"no scope":     {"x", nil, soon, "at least one"},
		"wrong scope":  {"x", []access.Scope{"root"}, soon, "no scope"},
		"ended":        {"x", read, b.now(), "after now"},
		"far too long": {"x", read, b.now().AddDate(5, 0, 0), "within 366 days"},
	} {
		_, err := b.CreateToken(b.ctx, id, c.name, c.scopes, c.end)
		if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
