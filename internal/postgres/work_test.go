package postgres_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

// A worker's role may do all that scanning needs, alone and in shards, and what
// it stores is what the owner would.
func TestAWorkerNeedsNoMoreThanItsRole(t *testing.T) {
	t.Parallel()
	url, ownersURL := pgtest.URL(t), pgtest.URL(t)
	worker, err := postgres.OpenWork(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(worker.Close)
	var who string
	if err := worker.Pool().QueryRow(t.Context(), `select current_user`).Scan(&who); err != nil || who != postgres.DefaultRoles.Work {
		t.Fatalf("the worker is %s (%v)", who, err)
	}
	owner := postgres.New(open(t, ownersURL))
	pool := open(t, url)
	rapid.Check(t, func(rt *rapid.T) {
		wipe(t, url)
		wipe(t, ownersURL)
		for n := range 3 {
			l, size := drawLook(rt), rapid.IntRange(1, 4).Draw(rt, "page")
			if d := cmp.Diff(told(l.store(t, owner, hour(n), size)), told(l.store(t, worker, hour(n), size))); d != "" {
				rt.Fatal(d)
			}
			if d := cmp.Diff(standing(t, owner), standing(t, worker)); d != "" {
				rt.Fatal(d)
			}
		}
		kept := counts(rt, pool)
		if err := postgres.New(pool).Recount(context.Background()); err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(counts(rt, pool), kept); d != "" {
			rt.Fatal(d)
		}
		id := connected(t, postgres.New(pool))
		c := &crew{t: t, s: worker, q: &heap{}, look: drawLook(rt), size: 2, spoil: func() bool { return false }}
		c.scan(id)
	})
}
