package postgres_test

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
	"plumbline/migrations"
)

var update = flag.Bool("update", false, "write migrations/schema.sql anew")

func TestTheSchemaIsAsWrittenDown(t *testing.T) {
	t.Parallel()
	got, err := postgres.Schema(t.Context(), pgtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	const file = "../../migrations/schema.sql"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("migrations/schema.sql is not current; run go test ./internal/postgres -run Schema -update\n%s", diff)
	}
}

func TestEveryTableAndColumnIsExplained(t *testing.T) {
	t.Parallel()
	rows, err := pgtest.New(t).Query(t.Context(), `
		select c.relname || coalesce('.' || a.attname, '')
		from pg_class c
		join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
		left join lateral (
			select attname::text, attnum from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
			union all
			select null, 0) a on true
		where c.relkind = 'r' and c.relname <> 'goose_db_version' and col_description(c.oid, a.attnum) is null
			and (a.attnum > 0 or obj_description(c.oid) is null)`)
	if err != nil {
		t.Fatal(err)
	}
	var name string
	for rows.Next() {
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s has no comment", name)
	}
	if rows.Err() != nil {
		t.Error(rows.Err())
	}
}

func TestMigrationsGoForwardOnlyAndAreNumbered(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := migrations.Files.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "+goose Down") || strings.Contains(string(b), "NO TRANSACTION") {
			t.Errorf("%s goes back, or runs without a transaction", f)
		}
	}
}

func TestManyProcessesMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if err := postgres.Migrate(context.Background(), url); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	some.store(t, s, day, 2)
}

func TestADatabaseOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), `insert into goose_db_version (version_id, is_applied) values (9999, true)`); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Migrate(t.Context(), url); !problem.Is(err, problem.Conflict) || !strings.Contains(err.Error(), "newer Plumbline") {
		t.Errorf("got %v", err)
	}
}

// Each fault is told in a sentence that says what to do, and never tells the
// password.
func TestADatabaseThatCannotBeUsedIsExplained(t *testing.T) {
	t.Parallel()
	good := pgtest.URL(t)
	for name, c := range map[string]struct{ url, want string }{
		"no address":     {"::secret::", "looks like postgres://"},
		"nobody there":   {"postgres://u:secret@127.0.0.1:1/x?connect_timeout=2", "does not answer"},
		"wrong password": {strings.Replace(good, "@", "secret@", 1), "refuses this login"},
		"no database":    {strings.Replace(good, "/plumbline_", "/none_", 1), "does not exist"},
	} {
		_, open := postgres.Open(t.Context(), c.url)
		for _, err := range []error{open, postgres.Migrate(t.Context(), c.url)} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v does not say %q", name, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v tells the password", name, err)
			}
		}
	}
}

func TestDocumentsAreCompressedByLZ4WhereTheServerCan(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var with int
	err := pool.QueryRow(t.Context(), `
		select count(*)
		from pg_attribute
		where attrelid in ('resource'::regclass, 'resource_version'::regclass) and attname = 'doc' and attcompression = 'l'`).Scan(&with)
	if err != nil {
		t.Fatal(err)
	}
	var can bool
	if err := pool.QueryRow(t.Context(), `select 'lz4' = any(enumvals) from pg_settings where name = 'default_toast_compression'`).Scan(&can); err != nil {
		t.Fatal(err)
	}
	if can != (with == 2) {
		t.Errorf("the server can: %v; columns compressed so: %d", can, with)
	}
}
