package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

// A worker is told what holds when its scan begins; whoever sees another account
// sees nothing of it.
func TestWhatImportedEventsTellAWorker(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	one, other := two(t, s)
	worker, err := s.Worker(t.Context()) // with a worker's rights
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(worker.Pool().Close)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	ago := func(days int) time.Time { return now.Truncate(24*time.Hour).AddDate(0, 0, -days) }
	keep := func(at time.Time, from, until int, asked ...house.Asked) int64 {
		t.Helper()
		id, err := s.KeepEvents(t.Context(), one, &listing.EventImport{At: at, Who: "ada", Events: 9, Requests: int64(len(asked)),
			Covers: []house.Cover{{Region: "eu-de", Period: house.Period{From: ago(from), Until: ago(until)}}}}, asked, 100)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	asked := func(days int, n int64) house.Asked {
		return house.Asked{Region: "eu-de", Workload: "s-1", Day: ago(days), Count: n, Last: ago(days).Add(time.Hour)}
	}
	tells := func(why string, account int64, at time.Time, ever bool, want house.Import) {
		t.Helper()
		got, was, err := worker.Requests(t.Context(), account, at)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" || was != ever {
			t.Errorf("%s: ever %v: %s", why, was, d)
		}
	}
	cover := func(from, until int) house.Cover {
		return house.Cover{Region: "eu-de", Period: house.Period{From: ago(from), Until: ago(until)}}
	}
	tells("before any", one, now, false, house.Import{})
	first := keep(now.Add(-time.Hour), 40, 10, asked(12, 3), asked(39, 1))
	tells("one", one, now, true, house.Import{Covers: []house.Cover{cover(40, 10)}, Asked: []house.Asked{asked(12, 3)}}) // the 39th day is too old
	keep(now.Add(-time.Minute), 20, 1, asked(12, 2), asked(2, 1))
	both := house.Import{Covers: []house.Cover{cover(40, 10), cover(20, 1)}, Asked: []house.Asked{asked(12, 3), asked(2, 1)}}
	tells("two that overlap", one, now, true, both)
	tells("a scan that began before the second", one, now.Add(-time.Minute*2), true, house.Import{Covers: []house.Cover{cover(40, 10)}, Asked: []house.Asked{asked(12, 3)}})
	tells("a scan that began before both", one, now.AddDate(0, 0, -1), false, house.Import{})
	tells("another account", other, now, false, house.Import{})
	if err := s.WithdrawEvents(t.Context(), other, first, "ada", now); !problem.Is(err, problem.NotFound) {
		t.Errorf("an import of another account is withdrawn: %v", err)
	}
	if err := s.WithdrawEvents(t.Context(), one, first, "ada", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	// A scan that began before it was withdrawn must not be told of the days alone.
	tells("withdrawn", one, now, true, house.Import{Covers: []house.Cover{cover(20, 1)}, Asked: []house.Asked{asked(12, 2), asked(2, 1)}})

	for account, want := range map[int64]int{one: 2, other: 0} {
		v := &access.Viewer{Grants: []access.Grant{{Role: access.Reader, Accounts: []int64{account}}}}
		err := s.See(access.With(t.Context(), v), v, false, func(ctx context.Context) error {
			all, err := s.Reader().Imports(ctx, one, now)
			if len(all) != want {
				t.Errorf("who sees account %d sees %d imports of account %d", account, len(all), one)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever looks at an account sees each import that a scan would believe, however
// many came later.
func TestAnOlderImportThatCountsIsListed(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	one, other := two(t, s)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	region := func(from, until time.Time) []house.Cover {
		return []house.Cover{{Region: "eu-de", Period: house.Period{From: from, Until: until}}}
	}
	keep := func(i listing.EventImport) int64 {
		t.Helper()
		i.At, i.Who, i.SHA256 = now.AddDate(0, 0, -20), "ada", [32]byte{1, 2, 3}
		id, err := s.KeepEvents(t.Context(), one, &i, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	old, late := now.AddDate(0, 0, -60), now.AddDate(0, 0, -36)
	keep(listing.EventImport{Last: old, Covers: region(old.AddDate(0, 0, -1), old)})
	covers := keep(listing.EventImport{Last: old, Covers: region(old, late)})
	asks := keep(listing.EventImport{Last: late, Requests: 1, Events: 1, Servers: 1})
	withdrawn := keep(listing.EventImport{Last: late, Covers: region(old, late)})
	if err := s.WithdrawEvents(t.Context(), one, withdrawn, "ada", now); err != nil {
		t.Fatal(err)
	}
	var last int64
	for range listing.MostImports {
		last = keep(listing.EventImport{})
	}
	r := s.Reader()
	all, err := r.Imports(t.Context(), one, now)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(all); n != listing.MostImports+2 || all[0].ID != last || all[n-2].ID != asks || all[n-1].ID != covers || all[n-2].Servers != 1 || len(all[n-1].Covers) != 1 {
		t.Errorf("%d imports, the last of them %+v", n, all[max(n-2, 0):])
	}
	got, err := r.Import(t.Context(), one, withdrawn)
	if err != nil || got.ID != withdrawn || got.Withdrawn.IsZero() || len(got.Covers) != 0 || got.SHA256 != [32]byte{1, 2, 3} {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := r.Import(t.Context(), other, withdrawn); !problem.Is(err, problem.NotFound) {
		t.Errorf("the import of another account is shown: %v", err)
	}
}

// What can count no longer makes room.
func TestWhatImportsTellOfAnAccountIsBounded(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	one, other := two(t, s)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	keep := func(account int64, at time.Time, asked ...int) (int64, error) {
		t.Helper()
		var all []house.Asked
		for _, days := range asked {
			when := now.AddDate(0, 0, -days)
			all = append(all, house.Asked{Region: "eu-de", Workload: "s-1", Day: when.Truncate(24 * time.Hour), Count: 1, Last: when})
		}
		return s.KeepEvents(t.Context(), account, &listing.EventImport{At: at, Who: "ada", Events: 9, Requests: 9}, all, 3)
	}
	first, err := keep(one, now, 1, 20, 50) // of which the last is too old
	if err != nil {
		t.Fatal(err)
	}
	for about, c := range map[string]struct {
		account int64
		at      time.Time
		asked   []int
		full    bool
	}{
		"two more":        {one, now, []int{2, 3}, true},
		"another account": {other, now, []int{2, 3}, false},
	} {
		if _, err := keep(c.account, c.at, c.asked...); problem.Is(err, problem.Conflict) != c.full || c.full && !strings.Contains(err.Error(), "more than 3 servers times days") {
			t.Errorf("%s: %v", about, err)
		}
	}
	if all, err := s.Reader().Imports(t.Context(), one, now); err != nil || len(all) != 1 {
		t.Errorf("after one was refused: %+v, %v", all, err)
	}
	if _, err := keep(one, now.AddDate(0, 0, 19), 2, 3); err != nil {
		t.Errorf("once one is too old: %v", err)
	}
	if err := s.WithdrawEvents(t.Context(), one, first, "ada", now); err != nil {
		t.Fatal(err)
	}
	if _, err := keep(one, now.AddDate(0, 0, 19), 4); err != nil {
		t.Errorf("once the first is withdrawn: %v", err)
	}
}
