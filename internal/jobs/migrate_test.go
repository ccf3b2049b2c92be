package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"plumbline/internal/jobs"
	"plumbline/internal/postgres/pgtest"
)

func TestMigrateIsDoneOnceByWhoeverComesFirst(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if ok, err := jobs.Current(t.Context(), pool); ok || err != nil {
		t.Fatalf("before: %t, %v", ok, err)
	}
	var g errgroup.Group
	steps := make([]int, 3)
	for i := range steps {
		g.Go(func() (err error) {
			steps[i], err = jobs.Migrate(t.Context(), pool)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, n := range steps {
		if n > 0 {
			made++
		}
	}
	if made != 1 {
		t.Errorf("steps made: %v", steps)
	}
	if ok, err := jobs.Current(t.Context(), pool); !ok || err != nil {
		t.Errorf("after: %t, %v", ok, err)
	}
	if n := count(t, pool, `true`); n != 0 {
		t.Errorf("%d jobs in a new queue", n)
	}
}

// Whoever acts as one of the roles can queue and requeue, and the tables stay
// out of the schema that people read.
func TestTheRolesMayQueue(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	roles := []string{fmt.Sprintf("jobs_web_%d", os.Getpid()), fmt.Sprintf("jobs_work_%d", os.Getpid())}
	for _, role := range roles {
		must(t, pool, `create role `+role+` nologin`)
	}
	t.Cleanup(func() {
		for _, role := range roles {
			must(t, pool, `drop owned by `+role)
			must(t, pool, `drop role `+role)
		}
	})
	if _, err := jobs.Migrate(t.Context(), pool, roles...); err != nil {
		t.Fatal(err)
	}
	c, err := jobs.New(pool, jobs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range roles {
		for range 2 {
			err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
				if _, err := tx.Exec(t.Context(), `set local role `+role); err != nil {
					return err
				}
				return errors.Join(c.Shards(t.Context(), tx, []int64{1}), c.Close(t.Context(), tx, 1))
			})
			if err != nil {
				t.Errorf("as %s: %v", role, err)
			}
		}
	}
	var public int
	err = pool.QueryRow(t.Context(), `select count(*) from pg_tables where schemaname = 'public' and tablename like 'river%'`).Scan(&public)
	if err != nil || public != 0 {
		t.Errorf("%d tables of River stand in schema public (%v)", public, err)
	}
}

func must(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(context.Background(), sql); err != nil {
		t.Errorf("%s: %v", sql, err)
	}
}
