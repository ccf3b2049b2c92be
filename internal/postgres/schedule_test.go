package postgres_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// clock is one account with its schedule, and when it is to be due next.
type clock struct {
	state string
	every string
	next  time.Time // zero: none
	runs  bool
	then  time.Time
}

func TestWhatIsDueRunsOnceAndItsClockMovesOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]clock{
		"due now":                             {"connected", "1 hour", noon, true, noon.Add(time.Hour)},
		"due a moment ago":                    {"connected", "1 hour", noon.Add(-time.Minute), true, noon.Add(59 * time.Minute)},
		"missed for three days: one run":      {"connected", "1 day", noon.Add(-71 * time.Hour), true, noon.Add(time.Hour)},
		"missed by a whole number of runs":    {"connected", "6 hours", noon.Add(-12 * time.Hour), true, noon.Add(6 * time.Hour)},
		"not due yet":                         {"connected", "1 hour", noon.Add(time.Minute), false, noon.Add(time.Minute)},
		"only on demand":                      {"connected", "", time.Time{}, false, time.Time{}},
		"once, and then on demand":            {"connected", "", noon, true, time.Time{}},
		"disconnected":                        {"disconnected", "1 hour", noon, false, noon},
		"scanned by hand and never connected": {"found", "1 hour", noon, false, noon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			id := scheduled(t, pool, "1", c)
			var ran []int64
			n, err := postgres.New(pool).ClaimDue(t.Context(), noon, func(_ context.Context, account int64) error {
				ran = append(ran, account)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			want := []int64(nil)
			if c.runs {
				want = []int64{id}
			}
			if diff := cmp.Diff(want, ran); diff != "" || n != len(want) {
				t.Errorf("%d began: %s", n, diff)
			}
			if got := nextAt(t, pool, id); !got.Equal(c.then) {
				t.Errorf("due next at %v, want %v", got, c.then)
			}
		})
	}
}

func scheduled(t *testing.T, pool *pgxpool.Pool, name string, c clock) (id int64) {
	t.Helper()
	var next *time.Time
	if !c.next.IsZero() {
		next = &c.next
	}
	err := pool.QueryRow(t.Context(), `
		insert into account (provider, external_id, joined_at, state, every, next_at)
		values ('aws', $1, now(), $2, nullif($3, '')::interval, $4)
		returning id`, name, c.state, c.every, next).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func nextAt(t *testing.T, pool *pgxpool.Pool, id int64) time.Time {
	t.Helper()
	var at *time.Time
	if err := pool.QueryRow(t.Context(), `select next_at from account where id = $1`, id).Scan(&at); err != nil {
		t.Fatal(err)
	}
	if at == nil {
		return time.Time{}
	}
	return *at
}

// What begin writes stands or falls with the clock.
func TestAScanIsBegunInTheTransactionThatMovesTheClock(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	due := clock{state: "connected", every: "1 hour", next: noon}
	good, busy, bad := scheduled(t, pool, "good", due), scheduled(t, pool, "busy", due), scheduled(t, pool, "bad", due)
	n, err := postgres.New(pool).ClaimDue(t.Context(), noon, func(ctx context.Context, account int64) error {
		if _, err := postgres.Tx(ctx).Exec(ctx, `update account set name = 'begun' where id = $1`, account); err != nil {
			return err
		}
		switch account {
		case busy:
			return problem.New(problem.Conflict, "It is being scanned.")
		case bad:
			return errors.New("the disk is full")
		}
		return nil
	})
	if n != 1 || err == nil {
		t.Errorf("%d began, and %v was told", n, err)
	}
	for _, c := range []struct {
		what string
		id   int64
		name string
		next time.Time
	}{
		{"a scan that begins", good, "begun", noon.Add(time.Hour)},
		{"a scan that runs already is left out", busy, "", noon.Add(time.Hour)},
		{"a scan that fails is due still", bad, "", noon},
	} {
		var name string
		if err := pool.QueryRow(t.Context(), `select name from account where id = $1`, c.id).Scan(&name); err != nil {
			t.Fatal(err)
		}
		if next := nextAt(t, pool, c.id); name != c.name || !next.Equal(c.next) {
			t.Errorf("%s: name %q, next at %v", c.what, name, next)
		}
	}
}

func TestTwoProcessesBeginEachRunOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var want []int64
	for i := range 20 {
		want = append(want, scheduled(t, pool, string(rune('a'+i)), clock{state: "connected", every: "5 minutes", next: noon}))
	}
	var mu sync.Mutex
	var got []int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			_, err := postgres.New(pool).ClaimDue(t.Context(), noon, func(_ context.Context, account int64) error {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, account)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
