package postgres_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

// drawLook makes a scan of a small estate, so that things come, go, change,
// and are out of sight again and again.
func drawLook(t *rapid.T) look {
	l := look{refused: map[string]bool{}, partial: map[string]bool{}}
	for _, r := range regions {
		switch rapid.IntRange(0, 5).Draw(t, r) {
		case 0:
			l.refused[r] = true
		case 1:
			l.partial[r] = true
		}
		for n := 1; n <= 3; n++ {
			if rapid.IntRange(0, 4).Draw(t, "gone") == 0 {
				continue
			}
			l.things = append(l.things, thing{region: r, n: n, detail: rapid.SampledFrom([]string{"", "a"}).Draw(t, "detail"),
				says: [2]finding.Outcome{outcome.Draw(t, "first"), outcome.Draw(t, "second")}})
		}
	}
	return l
}

var outcome = rapid.SampledFrom([]finding.Outcome{F, F, P, P, U, N})

type key struct{ rule, uid string }

// A memory keeps findings as the store should, by nothing but finding.Step.
type memory map[key]finding.State

func (m memory) see(l look) map[finding.Change]int {
	changes := map[finding.Change]int{}
	saw := map[key]finding.Sight{}
	for _, v := range l.all() {
		saw[key{v.Rule, v.Subject.UID}] = finding.Sight(v.Outcome)
	}
	for k := range m {
		if saw[k] == 0 {
			saw[k] = finding.OutOfSight
			if l.whole(regionOf(k.uid)) {
				saw[k] = finding.NotListed
			}
		}
	}
	for k, s := range saw {
		is, change := finding.Step(m[k], s)
		if is != finding.None {
			m[k] = is
		}
		if change != finding.NoChange {
			changes[change]++
		}
	}
	return changes
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
// finding what finding.Step says in memory.
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
		m := memory{}
		var before look
		for n := range rapid.IntRange(1, 5).Draw(rt, "scans") {
			l := drawLook(rt)
			want := m.see(l)
			r := l.store(t, pool, day.Add(time.Duration(n)*time.Hour), rapid.IntRange(1, 4).Draw(rt, "page"))
			got := map[key]finding.State{}
			all, _, err := pool.Findings(context.Background(), postgres.FindingFilter{Limit: 1000})
			if err != nil {
				rt.Fatal(err)
			}
			for _, f := range all {
				got[key{f.Rule, f.Subject.UID}] = f.State
			}
			if diff := cmp.Diff(map[key]finding.State(m), got); diff != "" {
				rt.Fatalf("scan %d: %s", n, diff)
			}
			if diff := cmp.Diff(want, r.Changes); diff != "" {
				rt.Fatalf("scan %d: changes: %s", n, diff)
			}
			shownAsSaid(rt, l, all)
			if n == 1 {
				sameAsCompare(rt, before, l, r.Changes)
			}
			before = l
		}
	})
	if run == 0 {
		t.Error("nothing was tried")
	}
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
		case (f.State == finding.Lost || f.State == finding.NoData) == (len(f.Cause) == 0):
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
