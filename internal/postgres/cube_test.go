package postgres_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
)

// counts are all rows of the counts and words, those of 0 left out.
func counts(t *rapid.T, pool *pgxpool.Pool) []string {
	rows, err := pool.Query(context.Background(), `
		select 'cube ' || (c.account_id, rule, severity, state, risk, count)::text from cube c where count <> 0
		union all
		select 'region ' || (c.account_id, rule, severity, state, region, count)::text from cube_region c where count <> 0
		union all
		select 'due ' || (c.account_id, rule, severity, state, due_at, seen_on, count)::text from cube_due c where count <> 0
		union all
		select 'term ' || (c.account_id, uid, term)::text from term c
		order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Whatever is scanned, finished or void, alone or in shards side by side, the
// counts are what counting would find.
func TestTheCountsAreWhatCountingFinds(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := postgres.New(pool)
	rapid.Check(t, func(rt *rapid.T) {
		wipe(t, url)
		id := connected(t, s)
		for n := range rapid.IntRange(1, 5).Draw(rt, "scans") {
			l, size := drawLook(rt), rapid.IntRange(1, 4).Draw(rt, "page")
			switch rapid.IntRange(0, 3).Draw(rt, "how") {
			case 0:
				l.void(t, s, time.Now(), size)
			case 1:
				l.store(t, s, time.Now(), size)
			case 2:
				c := &crew{t: t, s: s, q: &heap{}, look: l, size: size, spoil: func() bool { return rand.IntN(4) == 0 }}
				c.scan(id)
			default:
				together(t, &crew{t: t, s: s, q: &heap{}, look: l, size: size, spoil: func() bool { return false }}, id)
			}
			kept := counts(rt, pool)
			if err := s.Recount(context.Background()); err != nil {
				rt.Fatal(err)
			}
			if d := cmp.Diff(counts(rt, pool), kept); d != "" {
				rt.Fatalf("scan %d: (-counted +kept)\n%s", n, d)
			}
		}
	})
}

// together runs all shards that can run at the same time.
func together(t *testing.T, c *crew, id int64) {
	t.Helper()
	ctx := context.Background()
	n, err := c.s.OpenScan(ctx, id, "test", "somebody", c.q)
	if err != nil {
		t.Fatal(err)
	}
	for len(c.q.shards) > 0 {
		round := c.q.shards
		c.q.shards = nil
		var all sync.WaitGroup
		for _, shard := range round {
			all.Go(func() { c.shard(shard) })
		}
		all.Wait()
	}
	c.close(n)
	if r, err := c.s.Scan(ctx, n); err != nil || r.State != scan.Finished {
		t.Fatalf("scan %d is %s (%v)", n, r.State, err)
	}
}
