package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/query"
)

// Viewers of all accounts, and of some.
var everybody = &access.Viewer{Grants: []access.Grant{{Role: access.Reader, All: true}}}

func only(accounts ...int64) *access.Viewer {
	return &access.Viewer{Grants: []access.Grant{{Role: access.Reader, Accounts: accounts, Group: "some"}}}
}

func page(limit int) listing.Place { return listing.Place{Limit: limit} }

// ask reads a query over findings.
func ask(t testing.TB, s string) query.Query {
	t.Helper()
	return parse(t, listing.FindingFields, s)
}

// Every table that row-level security covers shows each viewer their accounts'
// rows, and somebody without any none.
func TestAViewerSeesTheirAccountsAndNoMore(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	a, b := two(t, s)
	for _, table := range []string{"scan", "shard", "answer", "resource", "finding", "finding_event", "verdict", "tally", "cube", "cube_region", "cube_due", "term"} {
		of := func(id int64) (n int) {
			if err := pool.QueryRow(t.Context(), `select count(*) from `+table+` where account_id = $1`, id).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		na, nb := of(a), of(b)
		if na == 0 || nb == 0 {
			t.Fatalf("%s: %d rows and %d: nothing is shown by this", table, na, nb)
		}
		for name, c := range map[string]struct {
			v    *access.Viewer
			want int
		}{
			"all": {everybody, na + nb}, "the one": {only(a), na}, "the other": {only(b), nb}, "both": {only(a, b), na + nb},
			"another": {only(a + b + 1), 0}, "no account": {only(), 0}, "no grant": {&access.Viewer{}, 0}, "nobody": {nil, 0},
		} {
			var n int
			if err := s.See(t.Context(), c.v, false, func(ctx context.Context) error {
				return postgres.Tx(ctx).QueryRow(ctx, `select count(*) from `+table).Scan(&n)
			}); err != nil {
				t.Fatal(err)
			}
			if n != c.want {
				t.Errorf("%s: whoever may see %s sees %d rows, not %d", table, name, n, c.want)
			}
		}
	}
}

func TestWithoutAReachNothingIsSeen(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	two(t, postgres.New(pool))
	for _, set := range []string{`select`, `select set_config('plumbline.accounts', '', true)`} {
		if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `set local role `+postgres.DefaultRoles.Web); err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), set); err != nil {
				return err
			}
			var n int
			err := tx.QueryRow(t.Context(), `select count(*) from finding`).Scan(&n)
			if n != 0 {
				t.Errorf("after %q: %d findings", set, n)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
}

// Outside of See the store of the web reads nothing, and after See the
// connection is nobody's.
func TestTheWebReadsWithinSeeOnly(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	web := s.Web().Reader()
	ctx := t.Context()
	for name, read := range map[string]func(context.Context) error{
		"findings":  func(ctx context.Context) error { _, _, err := web.Findings(ctx, ask(t, ""), "", page(1)); return err },
		"one":       func(ctx context.Context) error { _, _, err := web.Finding(ctx, 1); return err },
		"standings": func(ctx context.Context) error { _, err := web.Standings(ctx); return err },
		"a scan":    func(ctx context.Context) error { _, err := web.Scan(ctx, 1); return err },
	} {
		if err := read(ctx); err == nil || !strings.Contains(err.Error(), "outside of See") {
			t.Errorf("%s outside of See: %v", name, err)
		}
		if err := web.See(ctx, everybody, false, read); err != nil {
			t.Errorf("%s within See: %v", name, err)
		}
	}
	var who string
	if err := s.Pool().QueryRow(ctx, `select current_user || coalesce(current_setting('plumbline.accounts', true), '')`).Scan(&who); err != nil || strings.Contains(who, "plumbline_web") || strings.Contains(who, "*") {
		t.Errorf("after See the connection is %q (%v)", who, err)
	}
}

func TestSeeingWritesOnlyWhereItIsSaid(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	a, b := two(t, s)
	name := func(id int64, as string) func(context.Context) error {
		return func(ctx context.Context) error {
			tag, err := postgres.Tx(ctx).Exec(ctx, `update account set name = $2 where id = $1`, id, as)
			if err == nil && tag.RowsAffected() == 0 {
				return errors.New("no row")
			}
			return err
		}
	}
	ctx := t.Context()
	if err := s.See(ctx, everybody, false, name(a, "x")); err == nil {
		t.Error("a page was read, and wrote")
	}
	if err := s.See(ctx, only(a), true, name(a, "mine")); err != nil {
		t.Error(err)
	}
	if err := s.See(ctx, only(a), true, name(b, "theirs")); err == nil {
		t.Error("an account out of reach was named")
	}
	undone := errors.New("undone")
	if err := s.See(ctx, only(a), true, func(ctx context.Context) error { return errors.Join(name(a, "y")(ctx), undone) }); !errors.Is(err, undone) {
		t.Errorf("got %v", err)
	}
	var got string
	if err := s.Pool().QueryRow(ctx, `select string_agg(name, ',' order by id) from account`).Scan(&got); err != nil || got != "mine," {
		t.Errorf("the accounts are called %q (%v)", got, err)
	}
}
