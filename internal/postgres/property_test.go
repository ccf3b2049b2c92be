package postgres_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

// drawLook makes a scan of a small estate, so that things come, go, change,
// and are out of sight again and again; regions leave the scan or are switched
// off and come back, and so do rules.
func drawLook(t *rapid.T) look {
	l := look{refused: map[string]bool{}, partial: map[string]bool{}, out: map[string]bool{}, off: map[string]bool{}}
	for _, r := range regions {
		switch rapid.IntRange(0, 9).Draw(t, r) {
		case 0:
			l.refused[r] = true
		case 1:
			l.partial[r] = true
		case 2:
			l.out[r] = true
		case 3:
			l.off[r] = true
		}
		for n := 1; n <= 3; n++ {
			if rapid.IntRange(0, 4).Draw(t, "gone") == 0 {
				continue
			}
			l.things = append(l.things, thing{region: r, n: n, detail: rapid.SampledFrom([]string{"", "a"}).Draw(t, "detail"),
				says: [2]finding.Outcome{outcome.Draw(t, "first"), outcome.Draw(t, "second")}})
		}
	}
	l.twice = rapid.IntRange(0, 3).Draw(t, "twice") == 0
	l.without = rapid.SampledFrom([]string{"", "", "", "T-001", "T-002"}).Draw(t, "without")
	return l
}

var outcome = rapid.SampledFrom([]finding.Outcome{F, F, P, P, U, N})

type key struct{ rule, uid string }

// A memory keeps findings as the store should, by nothing but finding.Step and
// finding.Fold.
type memory struct {
	is    map[key]finding.State
	moves map[key][]finding.Move // since the last finished scan
}

// see steps what a scan told, and gives the change of each finding.
func (m memory) see(saw map[key]finding.Sight) map[key]finding.Change {
	changes := map[key]finding.Change{}
	for k, s := range saw {
		is, change := finding.Step(m.is[k], s)
		if is != m.is[k] {
			m.moves[k] = append(m.moves[k], finding.Move{From: m.is[k], To: is, Change: change})
			m.is[k] = is
		}
		changes[k] = change
	}
	return changes
}

// void is a scan that was given up when all pages were stored.
func (m memory) void(l look) {
	saw := map[key]finding.Sight{}
	for _, v := range l.all() {
		if !v.Gap {
			saw[key{v.Rule, v.Subject.UID}] = finding.Sight(v.Outcome)
		}
	}
	m.see(saw)
}

// finish is a finished scan. It tells what became of each finding since the
// last one.
func (m memory) finish(l look) map[finding.Change]int {
	saw := map[key]finding.Sight{}
	for _, v := range l.all() {
		saw[key{v.Rule, v.Subject.UID}] = finding.Sight(v.Outcome)
	}
	for k, is := range m.is {
		switch {
		case saw[k] != 0:
		case k.rule == l.without:
			saw[k] = finding.NotAsked
		case is == finding.NoData && strings.HasPrefix(k.uid, "aws:"), l.whole(regionOf(k.uid)):
			saw[k] = finding.NotListed
		default:
			saw[k] = finding.OutOfSight
		}
	}
	void := maps.Clone(m.moves)
	told := map[finding.Change]int{}
	for k, change := range m.see(saw) {
		if len(void[k]) > 0 {
			change = finding.Fold(m.moves[k])
		}
		if change != finding.NoChange {
			told[change]++
		}
	}
	clear(m.moves)
	return told
}

func (m memory) failing() (n int) {
	for _, s := range m.is {
		if s == finding.Open || s == finding.Lost {
			n++
		}
	}
	return n
}

func regionOf(uid string) string {
	for _, r := range regions {
		if uid == "aws:"+account+":"+r || len(uid) > 4+len(r) && uid[4:4+len(r)] == r {
			return r
		}
	}
	return ""
}

// Whatever happens to an estate and to our sight of it, the store says of each
// finding what finding.Step says in memory; and what finished scans tell adds
// up to what there is.
func TestTheStoreStepsFindingsAsTheCoreDoes(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		wipe(t, url)
		run++
		m := memory{map[key]finding.State{}, map[key][]finding.Move{}}
		var before *look
		failed := 0
		for n := range rapid.IntRange(1, 6).Draw(rt, "scans") {
			l := drawLook(rt)
			at, size := hour(n), rapid.IntRange(1, 4).Draw(rt, "page")
			if rapid.IntRange(0, 3).Draw(rt, "void") == 0 {
				l.void(t, pool, at, size)
				m.void(l)
				sameStates(rt, pool, m)
				before = nil
				continue
			}
			want := m.finish(l)
			r := l.store(t, pool, at, size)
			all := sameStates(rt, pool, m)
			if diff := cmp.Diff(want, r.Changes); diff != "" {
				rt.Fatalf("scan %d: changes: %s", n, diff)
			}
			ch := r.Changes
			if got := failed + ch[finding.New] + ch[finding.CameBack] - ch[finding.Fixed] - ch[finding.GoneAway] - ch[finding.Retired]; got != m.failing() {
				rt.Fatalf("scan %d: %d failed before, %v add up to %d, and %d fail", n, failed, ch, got, m.failing())
			}
			failed = m.failing()
			listed(t, pool, r)
			shownAsSaid(rt, l, all)
			if n == 1 && before != nil && before.without == l.without {
				sameAsCompare(rt, *before, l, r.Changes)
			}
			before = &l
		}
	})
	if run == 0 {
		t.Error("nothing was tried")
	}
}

func sameStates(t *rapid.T, s *postgres.Store, m memory) []finding.Record {
	all, _, err := s.Findings(context.Background(), postgres.FindingFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	got := map[key]finding.State{}
	for _, f := range all {
		got[key{f.Rule, f.Subject.UID}] = f.State
	}
	want := maps.Clone(m.is)
	maps.DeleteFunc(want, func(_ key, s finding.State) bool { return s == finding.None })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	return all
}

// shownAsSaid holds what is shown of each finding that was told against the
// verdict that told it.
func shownAsSaid(t *rapid.T, l look, all []finding.Record) {
	said := map[key]finding.Verdict{}
	for _, v := range l.all() {
		said[key{v.Rule, v.Subject.UID}] = v
	}
	for _, f := range all {
		v, ok := said[key{f.Rule, f.Subject.UID}]
		switch {
		case f.State == finding.Lost && f.Outcome != F:
			t.Fatalf("FND-%d is lost and shown as %s", f.Number, f.Outcome)
		case f.State != finding.Gone && (f.State == finding.Lost || f.State == finding.NoData) == (len(f.Cause) == 0):
			t.Fatalf("FND-%d is %s with causes %q", f.Number, f.State, f.Cause)
		case ok && (f.State == finding.Open || f.State == finding.NoData):
			if diff := cmp.Diff(v, f.Verdict); diff != "" {
				t.Fatal(diff)
			}
		}
	}
}

// sameAsCompare: the second scan changes what finding.Compare finds between
// the two.
func sameAsCompare(t *rapid.T, before, after look, got map[finding.Change]int) {
	c := finding.Compare(finding.Look{Verdicts: before.all()}, finding.Look{Verdicts: after.all(), Whole: func(_, r string) bool { return after.whole(r) }})
	want := map[finding.Change]int{finding.New: len(c.New), finding.CameBack: len(c.Reopened), finding.Still: len(c.Still), finding.Fixed: len(c.Fixed), finding.GoneAway: len(c.Gone), finding.LostIt: len(c.Lost)}
	// A pass is remembered by Compare and leaves no row in the store: what had
	// passed before and fails now is new there, reopened here.
	want[finding.New] += want[finding.CameBack]
	got = maps.Clone(got)
	got[finding.New] += got[finding.CameBack]
	for _, ch := range slices.Sorted(maps.Keys(want)) {
		if ch != finding.CameBack && want[ch] != got[ch] {
			t.Fatalf("%s: %d, want %d as Compare says", ch, got[ch], want[ch])
		}
	}
}
