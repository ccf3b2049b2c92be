package postgres_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

// unprotected are the tables to which row-level security does not apply, each
// with its reason.
var unprotected = map[string]string{
	"account_group":        "holds names of groups and of no account; lists show a group only beside an account that is seen",
	"account_group_member": "is asked for the reach itself, before anybody has one",
	"person":               "is about people; administrators over all accounts manage them",
	"role_grant":           "is asked for the reach itself, before anybody has one",
	"session":              "is asked before anybody is signed in",
	"token":                "is asked before anybody is signed in",
	"audit":                "each row carries the hash of the one before, so whoever adds one must see the last; whoever lists it chooses",
	"rule_change":          "rules hold for the whole organisation; whoever may read the estate may read them",
	"rule_decision":        "as rule_change",
	"counted_mapping":      "is about frameworks and no account",
	"goose_db_version":     "holds the steps of the database's shape",
}

func TestEveryTableHidesOtherAccountsOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	rows, err := pgtest.New(t).Query(t.Context(), `
		select relname::text, relrowsecurity and exists (select from pg_policy where polrelid = c.oid), pg_get_userbyid(relowner)::text
		from pg_class c
		where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm', 'v', 'f')
		order by relname`)
	if err != nil {
		t.Fatal(err)
	}
	var name, owner string
	var hides bool
	n := 0
	if _, err := pgx.ForEachRow(rows, []any{&name, &hides, &owner}, func() error {
		n++
		if why, said := unprotected[name]; hides == said {
			t.Errorf("%s: row-level security %v, and the reason against it is %q", name, hides, why)
		}
		if owner != postgres.DefaultRoles.Owner {
			t.Errorf("%s belongs to %s", name, owner)
		}
		return nil
	}); err != nil || n < 20 {
		t.Error(n, err)
	}
}

// What each role may do, by table: a new table is in the list of rights or
// nobody may touch it.
func TestPagesAndWorkersMayDoWhatTheyNeedAndNoMore(t *testing.T) {
	t.Parallel()
	rows, err := pgtest.New(t).Query(t.Context(), `
		select c.relname::text, r.role, coalesce(string_agg(lower(p.privilege_type), ' ' order by p.privilege_type), '')
		from pg_class c
		cross join (values ('plumbline_web'), ('plumbline_work')) as r (role)
		left join information_schema.role_table_grants p on p.table_schema = 'public' and p.table_name = c.relname and p.grantee = r.role
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'goose_db_version'
		group by 1, 2
		order by 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	var table, role, may string
	if _, err := pgx.ForEachRow(rows, []any{&table, &role, &may}, func() error {
		got[table] = append(got[table], may)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	const all, read, add, none = "delete insert select update", "select", "insert select", ""
	want := map[string][]string{ // web, work
		"account": {all, "insert select update"}, "account_group": {all, read}, "account_group_member": {all, read},
		"person": {all, none}, "role_grant": {all, none}, "session": {all, none}, "token": {all, none}, "audit": {add, add},
		"attestation": {add, read}, "attestation_account": {add, read}, "attestation_file": {add, none}, "attestation_event": {add, read},
		"rule_change": {add, read}, "rule_decision": {add, read},
		"counted_mapping": {"delete insert select", none},
		"scan":            {all, all}, "shard": {all, all}, "shard_page": {"delete select", all}, "scan_event": {all, all},
		"answer": {read, all}, "resource": {read, all}, "resource_version": {read, add}, "unseen": {read, add},
		"finding": {read, "insert select update"}, "finding_event": {add, add}, "verdict": {read, "insert select update"},
		"tally": {read, "insert select update"}, "workload": {read, all}, "member": {read, all},
		"cube": {read, all}, "cube_region": {read, all}, "cube_due": {read, all}, "cube_version": {"insert select update", all}, "term": {read, all},
		"owner_rules": {add, read}, "ownership": {all, all},
		"event_import": {"insert select update", read}, "event_cover": {add, read}, "event_asked": {"delete insert select", read},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Neither pages nor workers change what stands in the audit log.
func TestTheAuditLogIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for _, role := range []string{postgres.DefaultRoles.Web, postgres.DefaultRoles.Work} {
		for _, q := range []string{`update audit set who = 'x'`, `delete from audit`, `truncate audit`, `alter table audit add column x int`, `drop table audit`} {
			err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
				if _, err := tx.Exec(t.Context(), `set local role `+role); err != nil {
					return err
				}
				_, err := tx.Exec(t.Context(), q)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "42501") {
				t.Errorf("%s may %q: %v", role, q, err)
			}
		}
	}
}

// ownRoles are roles of this test's own, gone with it.
func ownRoles(t *testing.T, name string) postgres.Roles {
	t.Helper()
	p := fmt.Sprintf("t%d_%s_", os.Getpid(), name)
	r := postgres.Roles{Owner: p + "owner", Web: p + "web", Work: p + "work"}
	dropRoles(t, r.Owner, r.Web, r.Work)
	return r
}

// dropRoles drops roles after the test, once the databases that name them are
// gone.
func dropRoles(t *testing.T, names ...string) {
	t.Helper()
	server := pgtest.Empty(t) // registered first, so dropped last
	t.Cleanup(func() {
		c, err := pgx.Connect(context.Background(), server)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.Close(context.Background()) }()
		for _, n := range names {
			if _, err := c.Exec(context.Background(), "drop role if exists "+n); err != nil {
				t.Error(err)
			}
		}
	})
}

func open(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestAWebRoleThatWouldSeeEverythingIsRefused(t *testing.T) {
	t.Parallel()
	r := ownRoles(t, "check")
	url := pgtest.Empty(t)
	if err := postgres.MigrateAs(t.Context(), url, r); err != nil {
		t.Fatal(err)
	}
	pool := open(t, url)
	s := postgres.NewAs(pool, r)
	if err := s.CheckRoles(t.Context()); err != nil {
		t.Errorf("as migrate made it: %v", err)
	}
	for _, c := range []struct{ do, want, undo string }{
		{"alter role %[2]s superuser", "superuser", "alter role %[2]s nosuperuser"},
		{"alter role %[2]s bypassrls", "BYPASSRLS", "alter role %[2]s nobypassrls"},
		{"grant %[1]s to %[2]s", "member of its owner", "revoke %[1]s from %[2]s"},
		{"alter table cube owner to %[2]s", "owns the table cube", "alter table cube owner to %[1]s"},
	} {
		if _, err := pool.Exec(t.Context(), fmt.Sprintf(c.do+" /* %[1]s %[2]s */", r.Owner, r.Web)); err != nil {
			t.Fatal(err)
		}
		if err := s.CheckRoles(t.Context()); !problem.Is(err, problem.Conflict) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "Run: ") {
			t.Errorf("%s: %v", c.do, err)
		}
		if _, err := pool.Exec(t.Context(), fmt.Sprintf(c.undo+" /* %[1]s %[2]s */", r.Owner, r.Web)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CheckRoles(t.Context()); err != nil {
		t.Errorf("all undone: %v", err)
	}
	none := postgres.Roles{Owner: r.Owner, Web: "nobody_" + r.Web, Work: r.Work}
	if err := postgres.NewAs(pool, none).CheckRoles(t.Context()); !problem.Is(err, problem.Conflict) || !strings.Contains(err.Error(), "migrate") {
		t.Errorf("no such role: %v", err)
	}
}

// A login that is no superuser, but may make roles, does all by itself; one
// that may not is told what an administrator is to run, and that is enough.
func TestAnOrdinaryLoginMayMigrate(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	r := ownRoles(t, "login")
	login := fmt.Sprintf("t%d_login", os.Getpid())
	dropRoles(t, login)
	root := pgtest.Empty(t)
	pool := open(t, root)
	for _, q := range []string{"create role " + login + " login password 'of a test'", "grant all on database " + database(t, root) + " to " + login,
		"alter database " + database(t, root) + " owner to " + login} {
		if _, err := pool.Exec(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	u, err := url.Parse(root)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(login, "of a test")
	err = postgres.MigrateAs(ctx, u.String(), r)
	if !problem.Is(err, problem.Forbidden) {
		t.Fatalf("without the right: %v", err)
	}
	_, rest, _ := strings.Cut(err.Error(), "run: ")
	said, _, _ := strings.Cut(rest, "; then start again")
	for q := range strings.SplitSeq(said, "; ") {
		if _, err := pool.Exec(ctx, q); err != nil {
			t.Fatalf("what is said to be run, %q: %v", q, err)
		}
	}
	for range 2 { // the second has nothing to do
		if err := postgres.MigrateAs(ctx, u.String(), r); err != nil {
			t.Fatal(err)
		}
	}
	s := postgres.NewAs(open(t, u.String()), r)
	if err := s.CheckRoles(ctx); err != nil {
		t.Error(err)
	}
	some.store(t, s, day, 2)
	if err := s.See(ctx, everybody, false, func(ctx context.Context) error {
		fs, _, err := s.Web().Reader().Findings(ctx, ask(t, ""), "", page(0))
		if len(fs) != 5 {
			t.Errorf("%d findings", len(fs))
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func database(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}
