package people_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

func TestTheFirstAdministratorIsMadeOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	c := &clock{}
	var all sync.WaitGroup
	var mu sync.Mutex
	passwords := map[string]string{}
	for range 4 {
		all.Go(func() {
			p := people.New(postgres.New(pool), c.now)
			email, password, created, err := p.EnsureFirst(t.Context())
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if created {
				passwords[email] = password
			}
		})
	}
	all.Wait()
	if len(passwords) != 1 || len(passwords["admin@localhost"]) < 20 {
		t.Fatalf("made %v", passwords)
	}
	p := people.New(postgres.New(pool), c.now)
	_, _, ok, err := p.Check(t.Context(), "Admin@localhost ", passwords["admin@localhost"])
	if err != nil || !ok {
		t.Errorf("the printed password does not fit: %v", err)
	}
	if rows, _, err := p.Verify(t.Context()); rows < 2 || err != nil {
		t.Errorf("the audit log has %d rows, %v", rows, err)
	}
}

func TestAGrantOverAGroupReachesItsAccountsOfTheMoment(t *testing.T) {
	t.Parallel()
	b := open(t)
	one, two, _ := b.account(t, "111111111111"), b.account(t, "222222222222"), b.account(t, "333333333333")
	group, err := b.AddGroup(b.ctx, "payments", []int64{one})
	must(t, err)
	b.add(t, "root@example.org", access.Administrator)
	id, _, err := b.Add(b.ctx, "Ada@Example.org", "Ada", people.Grant{Role: access.Engineer, Group: group})
	must(t, err)
	cookie, err := b.Open(b.ctx, id, "", "")
	must(t, err)
	reach := func() access.Reach {
		v, err := b.BySession(b.ctx, cookie)
		must(t, err)
		return v.Reach()
	}
	if diff := cmp.Diff(access.Reach{Accounts: []int64{one}}, reach()); diff != "" {
		t.Errorf("at first (-want +got):\n%s", diff)
	}
	must(t, b.ChangeGroup(b.ctx, group, "payments", []int64{two, one}))
	if diff := cmp.Diff(access.Reach{Accounts: []int64{one, two}}, reach()); diff != "" {
		t.Errorf("with another account (-want +got):\n%s", diff)
	}
	must(t, b.ChangeGroup(b.ctx, group, "paying", nil))
	if diff := cmp.Diff(access.Reach{}, reach()); diff != "" {
		t.Errorf("with none (-want +got):\n%s", diff)
	}
	v, err := b.BySession(b.ctx, cookie)
	must(t, err)
	want := &access.Viewer{Person: id, Email: "ada@example.org", Name: "Ada", Grants: []access.Grant{{Role: access.Engineer, Group: "paying", Accounts: []int64{}}}}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("viewer (-want +got):\n%s", diff)
	}
	if err := b.RemoveGroup(b.ctx, group); !problem.Is(err, problem.Conflict) {
		t.Errorf("a group in use is removed: %v", err)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	b := open(t)
	root, _ := b.add(t, "root@example.org", access.Administrator)
	group, err := b.AddGroup(b.ctx, "some", nil)
	must(t, err)
	// An administrator of some accounts cannot manage people, and does not count.
	_, _, err = b.Add(b.ctx, "half@example.org", "", people.Grant{Role: access.Administrator, Group: group})
	must(t, err)
	who, err := b.Person(b.ctx, root)
	must(t, err)
	if err := b.Disable(b.ctx, root); !problem.Is(err, problem.Conflict) {
		t.Errorf("disabled: %v", err)
	}
	if err := b.Withdraw(b.ctx, root, who.Grants[0].ID); !problem.Is(err, problem.Conflict) {
		t.Errorf("withdrawn: %v", err)
	}
	again, err := b.Person(b.ctx, root)
	must(t, err)
	if diff := cmp.Diff(who, again); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
	second, _ := b.add(t, "second@example.org", access.Administrator)
	must(t, b.Disable(b.ctx, root))
	if err := b.Disable(b.ctx, second); !problem.Is(err, problem.Conflict) {
		t.Errorf("the other one: %v", err)
	}
}

// Two administrators who disable each other at the same time cannot both.
func TestAdministratorsCannotDisableEachOtherAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	one, _ := b.add(t, "one@example.org", access.Administrator)
	two, _ := b.add(t, "two@example.org", access.Administrator)
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i, id := range []int64{one, two} {
		all.Go(func() { errs[i] = b.Disable(b.ctx, id) })
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("want one refused: %v", errs)
	}
}

func TestWhatIsTypedIsRefusedInASentence(t *testing.T) {
	t.Parallel()
	b := open(t)
	id, _ := b.add(t, "ada@example.org", access.Reader)
	add := func(email string, g ...people.Grant) error { _, _, err := b.Add(b.ctx, email, "", g...); return err }
	group := func(name string) error { _, err := b.AddGroup(b.ctx, name, nil); return err }
	must(t, group("taken"))
	for name, c := range map[string]struct {
		err  error
		kind problem.Kind
		say  string
	}{
		"no address":             {add("ada", people.Grant{Role: access.Reader}), problem.Invalid, "not an e-mail address"},
		"a name with an address": {add("Ada <a@b.org>", people.Grant{Role: access.Reader}), problem.Invalid, "not an e-mail address"},
		"the same address":       {add("ADA@example.org", people.Grant{Role: access.Reader}), problem.Conflict, "already"},
		"no role":                {add("b@example.org"), problem.Invalid, "Choose a role"},
		"a wrong role":           {add("b@example.org", people.Grant{Role: "root"}), problem.Invalid, "The roles are"},
		"a wrong group":          {add("b@example.org", people.Grant{Role: access.Reader, Group: 99}), problem.NotFound, "no such group"},
		"a short password":       {b.SetPassword(b.ctx, id, "too short", ""), problem.Invalid, "at least 12"},
		"one's own address":      {b.SetPassword(b.ctx, id, "ada@example.org", ""), problem.Invalid, "your own address"},
		"one character":          {b.SetPassword(b.ctx, id, strings.Repeat("a", 20), ""), problem.Invalid, "again and again"},
		"a book":                 {b.SetPassword(b.ctx, id, strings.Repeat("abc", 200), ""), problem.Invalid, "longer than"},
		"a group without a name": {group(" \x00"), problem.Invalid, "a name"},
		"the same group":         {group("taken"), problem.Conflict, "already"},
		"nobody":                 {b.Disable(b.ctx, 99), problem.NotFound, "no such person"},
	} {
		if !problem.Is(c.err, c.kind) || !strings.Contains(c.err.Error(), c.say) {
			t.Errorf("%s: %v, want %s: %q", name, c.err, c.kind, c.say)
		}
	}
	if list, err := b.List(b.ctx); err != nil || len(list) != 1 {
		t.Errorf("%d persons, %v: what was refused was added", len(list), err)
	}
}

func TestTheDatabaseKnowsTheRolesOfTheProgram(t *testing.T) {
	t.Parallel()
	b := open(t)
	id, _ := b.add(t, "ada@example.org", access.Administrator)
	for _, r := range access.Roles() {
		must(t, b.Grant(b.ctx, id, r, 0))
		must(t, b.Grant(b.ctx, id, r, 0)) // again changes nothing
	}
	who, err := b.Person(b.ctx, id)
	must(t, err)
	if len(who.Grants) != len(access.Roles()) {
		t.Errorf("%d grants", len(who.Grants))
	}
}
