package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
)

// void stores the pages of a look in a scan that is then given up.
func (l look) void(t testing.TB, s *postgres.Store, at time.Time, size int) {
	t.Helper()
	w := begin(t, s, at)
	l.pages(t, w, size)
	if err := w.Abort(context.Background(), "The scan was stopped."); err != nil {
		t.Fatal(err)
	}
}

func hour(n int) time.Time { return day.Add(time.Duration(n) * time.Hour) }

func one(first finding.Outcome, detail string) look {
	return look{things: []thing{{eu, 1, [2]finding.Outcome{first, N}, detail, ""}}}
}

// A void scan moves findings, and nobody is told. The next finished scan tells
// what became of them since the last finished one.
func TestAFinishedScanTellsWhatVoidOnesDid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before []look // finished
		void   []look
		after  look
		want   map[finding.Change]int
		newly  int
	}{
		"fixed while nobody was told":               {[]look{one(F, "")}, []look{one(P, "")}, one(P, ""), map[finding.Change]int{finding.Fixed: 1}, 0},
		"fixed, and the next void scan says so too": {[]look{one(F, "")}, []look{one(P, ""), one(P, "x")}, one(P, "x"), map[finding.Change]int{finding.Fixed: 1}, 0},
		"failing since a void scan":                 {[]look{one(P, "")}, []look{one(F, "")}, one(F, ""), map[finding.Change]int{finding.New: 1}, 1},
		"the very first scan was void":              {nil, []look{one(F, "")}, one(F, ""), map[finding.Change]int{finding.New: 1}, 1},
		"it came back":                              {[]look{one(F, ""), one(P, "")}, []look{one(F, "")}, one(F, ""), map[finding.Change]int{finding.CameBack: 1}, 1},
		"mended and broken again":                   {[]look{one(F, "")}, []look{one(P, "")}, one(F, ""), map[finding.Change]int{finding.Still: 1}, 0},
		"broken and mended again":                   {[]look{one(P, "")}, []look{one(F, "")}, one(P, ""), map[finding.Change]int{}, 0},
		"broken, and then no more":                  {[]look{one(P, "")}, []look{one(F, "")}, look{}, map[finding.Change]int{}, 0},
		"untold by a void scan":                     {[]look{one(F, "")}, []look{one(U, "")}, one(U, ""), map[finding.Change]int{finding.LostIt: 1}, 0},
		"untold by a void scan, and then no more":   {[]look{one(F, "")}, []look{one(U, "")}, look{}, map[finding.Change]int{finding.GoneAway: 1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.Store(t)
			n := 0
			for _, l := range c.before {
				l.store(t, s, hour(n), 1)
				n++
			}
			for _, l := range c.void {
				l.void(t, s, hour(n), 1)
				n++
			}
			r := c.after.store(t, s, hour(n), 1)
			if diff := cmp.Diff(c.want, r.Changes); diff != "" {
				t.Error(diff)
			}
			listed(t, s, r)
			gs, err := s.FindingGroups(t.Context(), postgres.FindingFilter{})
			if err != nil {
				t.Fatal(err)
			}
			newly := 0
			for _, g := range gs {
				newly += g.New
			}
			if newly != c.newly {
				t.Errorf("%d are new on the page, want %d", newly, c.newly)
			}
		})
	}
}

// listed holds the counts of a finished scan against the findings that a page
// lists as moved by it.
func listed(t testing.TB, s *postgres.Store, r scan.Record) {
	t.Helper()
	for _, c := range []finding.Change{finding.New, finding.CameBack, finding.Fixed, finding.GoneAway, finding.LostIt, finding.Retired} {
		all, _, err := s.Findings(context.Background(), postgres.FindingFilter{Changes: []finding.Change{c}, Since: r.StartedAt, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != r.Changes[c] {
			t.Errorf("scan %d: %d findings are listed as %s, and %d are counted", r.Number, len(all), c, r.Changes[c])
		}
	}
}

func TestAfterAVoidScanAnUnchangedScanWritesNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	one(F, "").store(t, s, hour(0), 1)
	one(P, "").void(t, s, hour(1), 1)
	one(P, "").store(t, s, hour(2), 1)
	before := tables(t, pool)
	if r := one(P, "").store(t, s, hour(3), 1); len(r.Changes) != 0 {
		t.Errorf("told twice: %v", r.Changes)
	}
	if diff := cmp.Diff(before, tables(t, pool)); diff != "" {
		t.Error(diff)
	}
}

// What a void scan did is not listed as the doing of the last finished one.
func TestAVoidScanIsNotTheLastScan(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	r := one(P, "").store(t, s, hour(0), 1)
	one(F, "").void(t, s, hour(1), 1)
	listed(t, s, r)
}

// A gap speaks of one scan: when the next finished one does not raise it, its
// reason is no longer true, whatever else is unseen.
func TestAGapEndsWithItsCause(t *testing.T) {
	t.Parallel()
	denied := look{refused: map[string]bool{us: true}}
	for name, next := range map[string]look{
		"the listing was answered":       {},
		"the region was switched off":    {off: map[string]bool{us: true}},
		"the region was left out":        {out: map[string]bool{us: true}},
		"another region was denied then": {refused: map[string]bool{eu: true}, off: map[string]bool{us: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.Store(t)
			denied.store(t, s, hour(0), 1)
			next.store(t, s, hour(1), 1)
			all, _, err := s.Findings(t.Context(), postgres.FindingFilter{Region: us})
			if err != nil {
				t.Fatal(err)
			}
			if len(all) != len(rules) {
				t.Fatalf("%d gaps", len(all))
			}
			for _, f := range all {
				if f.State != finding.Gone || len(f.Cause) != 0 {
					t.Errorf("FND-%d is %s, for %q", f.Number, f.State, f.Cause)
				}
			}
		})
	}
}

// A lost finding tells why it is out of sight now, not why it once was.
func TestALostFindingTellsTheReasonOfToday(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	l := one(F, "")
	l.store(t, s, hour(0), 1)
	for n, c := range []struct {
		how  look
		want string
	}{
		{look{refused: map[string]bool{eu: true}}, "The permission is missing (UnauthorizedOperation): " + call + " in " + eu + "."},
		{look{out: map[string]bool{eu: true}}, "It was left out of this scan: " + call + " in " + eu + "."},
		{look{off: map[string]bool{eu: true}}, "The listing that would show it did not come whole."},
	} {
		c.how.store(t, s, hour(n+1), 1)
		f, _, err := s.Finding(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{c.want}, f.Cause); diff != "" || f.State != finding.Lost {
			t.Errorf("scan %d, %s: %s", n+2, f.State, diff)
		}
	}
}

// A rule that leaves the catalogue takes its findings along: they are neither
// fixed nor lost, and say why.
func TestARuleThatLeavesTheCatalogueRetiresItsFindings(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	some.store(t, s, hour(0), 2)
	less := some
	less.without = "T-001"
	r := less.store(t, s, hour(1), 2)
	if diff := cmp.Diff(map[finding.Change]int{finding.Retired: 2, finding.Still: 2}, r.Changes); diff != "" {
		t.Error(diff)
	}
	listed(t, s, r)
	all, _, err := s.Findings(t.Context(), postgres.FindingFilter{Rule: "T-001"})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d findings (%v)", len(all), err)
	}
	for _, f := range all {
		if f.State != finding.Gone || len(f.Cause) != 1 || !strings.Contains(f.Cause[0], "T-001 is no longer in the catalogue") {
			t.Errorf("FND-%d is %s, for %q", f.Number, f.State, f.Cause)
		}
	}
	if r := some.store(t, s, hour(2), 2); r.Changes[finding.New] != 2 || r.Changes[finding.Untold] != 1 {
		t.Errorf("the rule is back: %v", r.Changes)
	}
}

// Each account speaks by its own last finished scan, however many scans of
// other accounts came later.
func TestTheLatestScanOfEachAccount(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	var last scan.Record
	for n := range 3 {
		last = one(F, "").store(t, s, hour(n), 1)
	}
	one(F, "").void(t, s, hour(3), 1)
	w, err := s.Begin(t.Context(), scan.Record{Provider: provider, Account: "444455556666", StartedAt: hour(4), Engine: "test"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.Close(t.Context(), postgres.Judged{}, postgres.Sight{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.LatestScans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, r := range all {
		got = append(got, r.Number)
	}
	if diff := cmp.Diff([]int64{other.Number, last.Number}, got); diff != "" {
		t.Error(diff)
	}
	if n, err := s.FinishedScans(t.Context(), ""); n != 4 || err != nil {
		t.Errorf("%d finished scans (%v)", n, err)
	}
	for number, want := range map[int64]int64{1: 0, 2: 1, 3: 2, 4: 3, other.Number: 0} {
		if r, _ := s.FormerScan(t.Context(), number); r.Number != want {
			t.Errorf("before scan %d came scan %d, want %d", number, r.Number, want)
		}
	}
}

// Once it is committed a scan is finished, whatever happens to the caller: it
// is told without asking the database again.
func TestAFinishedScanIsToldWithoutAskingAgain(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	w := begin(t, s, day)
	some.pages(t, w, 2)
	if err := w.Answers(t.Context(), some.answers(day)); err != nil {
		t.Fatal(err)
	}
	pool.Close()
	r, err := w.Close(t.Context(), postgres.Judged{Rules: rules}, postgres.Sight{})
	if err != nil || r.State != scan.Finished || len(r.Tally) == 0 || len(r.Answers) != len(regions) || r.Changes[finding.New] != 4 {
		t.Errorf("%+v %v", r, err)
	}
}

// A cancel in the middle ends the connection, and the scan says why it is void
// all the same.
func TestAScanThatWasCancelledIsAborted(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	w := begin(t, s, day)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rs, j := judged(some.things)
	if err := w.Page(ctx, rs, j); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := w.Abort(t.Context(), "The scan was stopped."); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Scan(t.Context(), w.Number()); err != nil || r.State != scan.Failed || r.Reason != "The scan was stopped." {
		t.Errorf("%+v %v", r, err)
	}
}
