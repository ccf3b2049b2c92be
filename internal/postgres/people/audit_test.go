package people_test

import (
	"context"
	"fmt"
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

func (b book) append(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		must(t, b.Append(b.ctx, people.Entry{Action: "tried", Object: fmt.Sprint(i + 1), Account: int64(i), Detail: map[string]string{"é": "ü <&>", "": "\x00x"}}))
	}
}

func TestAChangedAuditLogNamesTheRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sql, say string }{
		"whole":                    {`select`, ""},
		"another object":           {`update audit set object = 'x' where seq = 3`, "Row 3 of the audit log is not what was written"},
		"another time":             {`update audit set at = at + interval '1 microsecond' where seq = 1`, "Row 1 of the audit log is not what was written"},
		"another person":           {`update audit set who = 'eve' where seq = 5`, "Row 5 of the audit log is not what was written"},
		"another account":          {`update audit set account_id = 7 where seq = 2`, "Row 2 of the audit log is not what was written"},
		"more detail":              {`update audit set detail = detail || '{"more": "x"}' where seq = 4`, "Row 4 of the audit log is not what was written"},
		"detail that is no detail": {`update audit set detail = '[1]' where seq = 4`, "Row 4 of the audit log is not what was written"},
		"no detail":                {`update audit set detail = 'null' where seq = 4`, "Row 4 of the audit log is not what was written"},
		"a value moved":            {`update audit set token = who, who = '' where seq = 2`, "Row 2 of the audit log is not what was written"},
		"a row gone":               {`delete from audit where seq = 3`, "Row 3 of the audit log is missing: row 4 follows row 2"},
		"the first gone":           {`delete from audit where seq = 1`, "Row 1 of the audit log is missing"},
		"a row gone, renumbered":   {`delete from audit where seq = 3; update audit set seq = 3 where seq = 4; update audit set seq = 4 where seq = 5`, "Row 3 of the audit log does not continue row 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			b.append(t, 5)
			rows, last, err := b.Verify(b.ctx)
			if rows != 5 || len(last) != 32 || err != nil {
				t.Fatalf("verified %d rows, %v", rows, err)
			}
			b.exec(t, c.sql)
			_, _, err = b.Verify(b.ctx)
			if c.say == "" && err != nil || c.say != "" && (!problem.Is(err, problem.Tampered) || !strings.Contains(err.Error(), c.say)) {
				t.Errorf("got %v, want %q", err, c.say)
			}
		})
	}
}

func TestManyWritersMakeOneChain(t *testing.T) {
	t.Parallel()
	b := open(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 10 {
				if err := b.Append(b.ctx, people.Entry{Action: "tried", Object: fmt.Sprint(i, j)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if rows, _, err := b.Verify(b.ctx); rows != 80 || err != nil {
		t.Errorf("verified %d rows, %v", rows, err)
	}
}

func TestWhatIsUndoneIsNotInTheLog(t *testing.T) {
	t.Parallel()
	b := open(t)
	store := postgres.New(b.pool)
	undo := fmt.Errorf("undo")
	err := store.Within(b.ctx, func(ctx context.Context) error {
		must(t, b.Append(ctx, people.Entry{Action: "tried"}))
		return undo
	})
	if err == nil || !strings.Contains(err.Error(), "undo") {
		t.Fatal(err)
	}
	b.append(t, 1)
	if rows, _, err := b.Verify(b.ctx); rows != 1 || err != nil {
		t.Errorf("verified %d rows, %v", rows, err)
	}
}

// Pages write the log within what their viewer sees, and that includes the hash
// before whatever their reach is.
func TestAViewerOfOneAccountAppendsAndReadsTheirOwnLines(t *testing.T) {
	t.Parallel()
	b := open(t)
	mine, other := b.account(t, "111111111111"), b.account(t, "222222222222")
	v := &access.Viewer{Email: "ada@example.org", Token: "nightly", Grants: []access.Grant{{Role: access.Auditor, Accounts: []int64{mine}}}}
	store := postgres.New(b.pool)
	for _, account := range []int64{mine, other, 0} {
		ctx := people.WithOrigin(access.With(t.Context(), v), people.Origin{Remote: "192.0.2.7"})
		must(t, store.See(ctx, v, true, func(ctx context.Context) error {
			return b.Append(ctx, people.Entry{Action: "scan started", Object: "7", Account: account})
		}))
	}
	if rows, _, err := b.Verify(b.ctx); rows != 3 || err != nil {
		t.Fatalf("verified %d rows, %v", rows, err)
	}
	log := func(v *access.Viewer, f people.Filter) (got []int64, more bool) {
		must(t, store.See(t.Context(), v, false, func(ctx context.Context) error {
			list, m, err := b.Log(access.With(ctx, v), f)
			for _, r := range list {
				got = append(got, r.Seq)
				if r.Who != "ada@example.org" || r.Token != "nightly" || r.Remote != "192.0.2.7" {
					t.Errorf("line %+v", r)
				}
			}
			more = m
			return err
		}))
		return got, more
	}
	whole := &access.Viewer{Grants: []access.Grant{{Role: access.Auditor, All: true}}}
	for name, c := range map[string]struct {
		v    *access.Viewer
		f    people.Filter
		want []int64
		more bool
	}{
		"one's own account":     {v, people.Filter{Limit: 9}, []int64{1}, false},
		"all accounts":          {whole, people.Filter{Limit: 9}, []int64{3, 2, 1}, false},
		"a page":                {whole, people.Filter{Limit: 2}, []int64{3, 2}, true},
		"the next page":         {whole, people.Filter{Limit: 2, Before: 2}, []int64{1}, false},
		"another person":        {whole, people.Filter{Limit: 9, Who: "eve"}, nil, false},
		"another action":        {whole, people.Filter{Limit: 9, Action: "x"}, nil, false},
		"without the role":      {&access.Viewer{Grants: []access.Grant{{Role: access.Engineer, All: true}}}, people.Filter{Limit: 9}, nil, false},
		"person and action fit": {whole, people.Filter{Limit: 9, Who: "ada@example.org", Action: "scan started"}, []int64{3, 2, 1}, false},
	} {
		got, more := log(c.v, c.f)
		if diff := cmp.Diff(c.want, got); diff != "" || more != c.more {
			t.Errorf("%s: more %t (-want +got):\n%s", name, more, diff)
		}
	}
	who, actions, err := b.LogWords(access.With(t.Context(), whole))
	if diff := cmp.Diff([]string{"ada@example.org", "scan started"}, append(who, actions...)); diff != "" || err != nil {
		t.Errorf("words %v:\n%s", err, diff)
	}
	if who, _, err := b.LogWords(access.With(t.Context(), v)); len(who) != 1 || err != nil {
		t.Errorf("words of one account: %v %v", who, err)
	}
}

// The program itself has no right to change a line.
func TestTheWebRoleOnlyAddsToTheLog(t *testing.T) {
	t.Parallel()
	store := pgtest.Store(t)
	v := &access.Viewer{Grants: []access.Grant{{Role: access.Administrator, All: true}}}
	for _, sql := range []string{`update audit set who = 'x'`, `delete from audit`, `truncate audit`} {
		err := store.See(t.Context(), v, true, func(ctx context.Context) error {
			_, err := postgres.Tx(ctx).Exec(ctx, sql)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestEveryChangeIsInTheLog(t *testing.T) {
	t.Parallel()
	b := open(t)
	root, _ := b.add(t, "root@example.org", access.Administrator)
	id, _ := b.add(t, "ada@example.org", access.Reader)
	group, err := b.AddGroup(b.ctx, "payments", nil)
	must(t, err)
	must(t, b.Grant(b.ctx, id, access.Engineer, group))
	who, err := b.Person(b.ctx, id)
	must(t, err)
	must(t, b.Withdraw(b.ctx, id, who.Grants[1].ID))
	must(t, b.ChangeGroup(b.ctx, group, "paying", nil))
	must(t, b.RemoveGroup(b.ctx, group))
	_, err = b.ResetPassword(b.ctx, id)
	must(t, err)
	must(t, b.SetPassword(b.ctx, id, "four words of mine", ""))
	cookie, err := b.Open(b.ctx, id, "", "")
	must(t, err)
	must(t, b.SignOut(b.ctx, id, cookie))
	_, err = b.CreateToken(b.ctx, id, "nightly", []access.Scope{access.ScopeRead}, b.now().AddDate(0, 0, 1))
	must(t, err)
	must(t, b.RevokeToken(b.ctx, id, 1))
	must(t, b.Disable(b.ctx, id))
	must(t, b.Enable(b.ctx, id))
	_ = root
	list, _, err := b.Log(access.With(b.ctx, &access.Viewer{Email: "root@example.org", Grants: []access.Grant{{Role: access.Administrator, All: true}}}), people.Filter{Limit: 100})
	must(t, err)
	var got []string
	for _, r := range list {
		got = append([]string{r.Action + " " + r.Object}, got...)
	}
	want := []string{"person added root@example.org", "role granted root@example.org", "person added ada@example.org", "role granted ada@example.org",
		"account group added payments", "role granted ada@example.org", "role withdrawn ada@example.org", "account group changed paying", "account group removed paying",
		"password reset ada@example.org", "password changed ada@example.org", "signed in ada@example.org", "signed out ada@example.org",
		"token created nightly", "token revoked nightly", "person disabled ada@example.org", "person enabled ada@example.org"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}
