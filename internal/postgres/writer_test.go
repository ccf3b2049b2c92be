package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
)

const (
	F = finding.Fail
	U = finding.Unknown
	P = finding.Pass
	N = finding.NotApplicable
)

var (
	eu, us = regions[0], regions[1]
	some   = look{things: []thing{{eu, 1, [2]finding.Outcome{F, P}, "", ""}, {eu, 2, [2]finding.Outcome{U, F}, "", ""}, {us, 3, [2]finding.Outcome{P, N}, "", ""}, {us, 4, [2]finding.Outcome{F, F}, "", ""}}}
)

func tables(t *testing.T, pool *pgxpool.Pool) map[string]int64 {
	t.Helper()
	m := map[string]int64{}
	for _, name := range []string{"resource", "resource_version", "finding", "verdict", "finding_event", "tally"} {
		var writes int64
		err := pool.QueryRow(t.Context(), `select coalesce(sum(xmin::text::bigint), 0) + count(*) * 1000000007 from `+name).Scan(&writes)
		if err != nil {
			t.Fatal(err)
		}
		m[name] = writes
	}
	return m
}

// Each row carries the number of the transaction that wrote it: if their sum
// and their count stay, no row was written.
func TestAnUnchangedScanWritesNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	first := some.store(t, s, day, 3)
	if first.Written != 4 || first.Workloads != 4 || first.Changes[finding.New] != 4 {
		t.Errorf("the first scan: %+v", first)
	}
	before := tables(t, pool)
	shuffled := look{things: []thing{some.things[3], some.things[1], some.things[0], some.things[2]}}
	second := shuffled.store(t, s, day.Add(time.Hour), 1)
	if diff := cmp.Diff(before, tables(t, pool)); diff != "" {
		t.Error(diff)
	}
	if second.Written != 0 || second.Changes[finding.Still] != 4 {
		t.Errorf("the second scan: %+v", second)
	}
	if diff := cmp.Diff(first.Tally, second.Tally); diff != "" {
		t.Error(diff)
	}
}

func TestAChangeIsWrittenOnceAndTheFormerDocumentIsKept(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	some.store(t, s, day, 2)
	was := some.things[0].resource()
	next := look{things: append([]thing{{eu, 1, [2]finding.Outcome{P, P}, "mended", ""}}, some.things[1:]...)}
	r := next.store(t, s, day.Add(time.Hour), 2)
	if r.Written != 1 || r.Changes[finding.Fixed] != 1 {
		t.Errorf("%+v", r)
	}
	is, from, err := s.Resource(t.Context(), provider, account, kind, eu, was.UID)
	if err != nil || !from.Equal(day.Add(time.Hour)) {
		t.Error(from, err)
	}
	if diff := cmp.Diff(next.things[0].resource(), is); diff != "" {
		t.Error(diff)
	}
	old, from, err := s.ResourceByHash(t.Context(), provider, account, kind, eu, was.UID, was.Hash)
	if err != nil || !from.Equal(day) {
		t.Error(from, err)
	}
	if diff := cmp.Diff(was, old); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyACompleteListingRetires(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next    look
		states  map[finding.State]int
		present bool
	}{
		"the listing is complete":  {look{things: some.things[:3]}, map[finding.State]int{finding.Open: 2, finding.NoData: 1, finding.Gone: 2}, false},
		"the listing was cut off":  {look{things: some.things[:3], partial: map[string]bool{us: true}}, map[finding.State]int{finding.Open: 2, finding.NoData: 3, finding.Lost: 2}, true},
		"the listing was refused":  {look{things: some.things[:3], refused: map[string]bool{us: true}}, map[finding.State]int{finding.Open: 2, finding.NoData: 3, finding.Lost: 2}, true},
		"the other one is refused": {look{things: some.things, refused: map[string]bool{eu: true}}, map[finding.State]int{finding.Open: 2, finding.Lost: 2, finding.NoData: 3}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.Store(t)
			some.store(t, s, day, 2)
			c.next.store(t, s, day.Add(time.Hour), 2)
			if diff := cmp.Diff(c.states, states(t, s)); diff != "" {
				t.Error(diff)
			}
			_, _, err := s.Resource(t.Context(), provider, account, kind, us, some.things[3].uid())
			if got := !problem.Is(err, problem.NotFound); got != c.present {
				t.Errorf("present is %v, want %v (%v)", got, c.present, err)
			}
		})
	}
}

func states(t testing.TB, s *postgres.Store) map[finding.State]int {
	t.Helper()
	all, _, err := s.Findings(context.Background(), postgres.FindingFilter{Limit: 10000})
	if err != nil {
		t.Fatal(err)
	}
	m := map[finding.State]int{}
	for _, f := range all {
		m[f.State]++
	}
	return m
}

// The program is killed after some pages: the connection is gone, and no more
// is said. What was not reached stands as it was.
func TestAScanKilledInTheMiddleLeavesTheOtherFindingsAsTheyWere(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	some.store(t, s, day, 2)
	before, _, err := s.Findings(t.Context(), postgres.FindingFilter{Region: us})
	if err != nil {
		t.Fatal(err)
	}
	w := begin(t, s, day.Add(time.Hour))
	look{things: []thing{{eu, 1, [2]finding.Outcome{P, P}, "mended", ""}}}.pages(t, w, 1)
	if _, err := pool.Exec(t.Context(), `
		select pg_terminate_backend(pid)
		from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	after, _, err := s.Findings(t.Context(), postgres.FindingFilter{Region: us})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	r := some.store(t, s, day.Add(2*time.Hour), 2)
	killed, err := s.Scan(t.Context(), w.Number())
	if err != nil || killed.State != scan.Interrupted || killed.Reason == "" || killed.EndedAt.IsZero() {
		t.Errorf("%+v %v", killed, err)
	}
	if diff := cmp.Diff(map[finding.Change]int{finding.Still: 4}, r.Changes); diff != "" || r.State != scan.Finished {
		t.Errorf("mended and broken again, and no finished scan told of either: %s", diff)
	}
}

func TestTwoScansOfOneAccountDoNotRunAtOnce(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	w := begin(t, s, day)
	start := scan.Record{Provider: provider, Account: account, StartedAt: day.Add(time.Minute)}
	if _, err := s.Begin(t.Context(), start); !problem.Is(err, problem.Conflict) {
		t.Errorf("got %v", err)
	}
	other, err := s.Begin(t.Context(), scan.Record{Provider: provider, Account: "444455556666", StartedAt: day})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*postgres.Writer{w, other} {
		if err := w.Abort(t.Context(), "The login is not accepted."); err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.Scan(t.Context(), w.Number())
	if err != nil || r.State != scan.Failed || r.Reason != "The login is not accepted." {
		t.Errorf("%+v %v", r, err)
	}
}

// Intervals cannot end before they begin: a clock that went backwards is
// refused, but not on account of a scan that stored nothing.
func TestAClockThatWentBackwardsIsRefused(t *testing.T) {
	t.Parallel()
	ahead, one := day.AddDate(1, 0, 0), look{things: some.things[:1]}
	mended := look{things: []thing{{eu, 1, [2]finding.Outcome{P, P}, "mended", ""}}}
	silent := look{things: []thing{{eu, 1, [2]finding.Outcome{P, P}, "", ""}}}
	for name, c := range map[string]struct {
		at      time.Time
		before  func(*testing.T, *postgres.Writer)
		refused bool
	}{
		"an hour after a finished scan":                           {day.Add(time.Hour), func(t *testing.T, w *postgres.Writer) { t.Helper(); one.close(t, w) }, true},
		"a year ahead, failed before it stored anything":          {ahead, func(*testing.T, *postgres.Writer) {}, false},
		"a year ahead, failed after it saw nothing new":           {ahead, func(t *testing.T, w *postgres.Writer) { t.Helper(); one.pages(t, w, 1) }, false},
		"a year ahead, failed after it stored a document":         {ahead, func(t *testing.T, w *postgres.Writer) { t.Helper(); mended.pages(t, w, 1) }, true},
		"a year ahead, failed after it saw a finding to be fixed": {ahead, func(t *testing.T, w *postgres.Writer) { t.Helper(); _, j := judged(silent.things); judgeOnly(t, w, j) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.Store(t)
			one.store(t, s, day, 1)
			w := begin(t, s, c.at)
			c.before(t, w)
			_ = w.Abort(t.Context(), "The login is not accepted.") // a finished one is left alone
			w, err := s.Begin(t.Context(), scan.Record{Provider: provider, Account: account, StartedAt: day.Add(time.Minute)})
			if c.refused {
				if !problem.Is(err, problem.Conflict) || !strings.Contains(err.Error(), "scan 2") || !strings.Contains(err.Error(), "can be scanned again after "+c.at.Format(time.RFC3339)) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r := mended.close(t, w); r.Number != 3 || r.State != scan.Finished {
				t.Errorf("%+v", r)
			}
		})
	}
}

// judgeOnly stores what rules say, without a document.
func judgeOnly(t *testing.T, w *postgres.Writer, j postgres.Judged) {
	t.Helper()
	if err := w.Page(t.Context(), nil, j); err != nil {
		t.Fatal(err)
	}
}

func TestAThingListedTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"on one page": 10, "on two pages": 4} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.Store(t)
			twice := look{things: append([]thing{{eu, 1, [2]finding.Outcome{P, P}, "later", ""}}, some.things...)}
			twice.things = append(twice.things[1:], twice.things[0])
			r := twice.store(t, s, day, size)
			want := some.store(t, pgtest.Store(t), day, 10)
			if diff := cmp.Diff([]any{want.Tally, want.Written, want.Workloads, want.Changes}, []any{r.Tally, r.Written, r.Workloads, r.Changes}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAPageThatCannotBeUsedIsRefusedWhole(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*postgres.Judged){
		"a fail without a verdict":   func(j *postgres.Judged) { j.Verdicts = j.Verdicts[1:] },
		"outcomes missing":           func(j *postgres.Judged) { j.Outcomes = j.Outcomes[1:] },
		"a verdict that disagrees":   func(j *postgres.Judged) { j.Verdicts[0].Outcome = U },
		"a document of someone else": nil,
		"a document that was bent":   nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			w := begin(t, postgres.New(pool), day)
			rs, j := judged(some.things)
			switch {
			case spoil != nil:
				spoil(&j)
			case name == "a document that was bent":
				rs[3].Doc = []byte(`{}`)
			default:
				rs[3].Account = "444455556666"
			}
			if err := w.Page(t.Context(), rs, j); err == nil {
				t.Error("it was stored")
			}
			for name, n := range tables(t, pool) {
				if n != 0 {
					t.Errorf("%s holds rows", name)
				}
			}
			if err := w.Abort(t.Context(), "x"); err != nil {
				t.Error(err)
			}
		})
	}
}
