package postgres_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

func TestAScanIsReadBackWithAnswersAndCounts(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	first := some.store(t, s, day, 2)
	blind := look{things: some.things, refused: map[string]bool{us: true}}
	second := blind.store(t, s, day.Add(time.Hour), 2)
	got, err := s.Scan(t.Context(), first.Number)
	if err != nil {
		t.Fatal(err)
	}
	want := scan.Record{Number: 1, Provider: provider, Account: account, State: scan.Finished, StartedAt: day, EndedAt: got.EndedAt, Engine: "test",
		Workloads: 4, Written: 4, Changes: map[finding.Change]int{finding.New: 4, finding.Untold: 1}, Answers: some.answers(day),
		Tally: []scan.Tally{
			{Rule: "T-001", Severity: finding.High, Region: eu, Fail: 1, Unknown: 1},
			{Rule: "T-001", Severity: finding.High, Region: us, Pass: 1, Fail: 1},
			{Rule: "T-002", Severity: finding.Low, Region: eu, Pass: 1, Fail: 1},
			{Rule: "T-002", Severity: finding.Low, Region: us, Fail: 1, NA: 1},
		}}
	if diff := cmp.Diff(want, got); diff != "" || !got.EndedAt.After(day) {
		t.Error(diff)
	}
	latest, err := s.LatestScan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(second, latest); diff != "" {
		t.Error(diff)
	}
	gap := scan.Tally{Rule: "T-001", Severity: finding.High, Region: us, Unknown: 1, Gaps: 1}
	if !slices.Contains(latest.Tally, gap) {
		t.Errorf("a place that was not looked at is not counted: %v", latest.Tally)
	}
	i := slices.IndexFunc(latest.Answers, func(a snapshot.Answer) bool { return a.Region == us })
	if a := latest.Answers[i]; a.Status != snapshot.Refused || a.Message != "You are not authorized\uFFFD." {
		t.Errorf("%+v", a)
	}
	all, err := s.Scans(t.Context(), 10)
	if err != nil || len(all) != 2 || all[0].Number != second.Number || all[1].Workloads != 4 {
		t.Errorf("%+v %v", all, err)
	}
}

// An answer that is given again takes the place of the first.
func TestTheLastAnswerToAQuestionCounts(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	w := begin(t, s, day)
	blind := look{refused: map[string]bool{eu: true, us: true}}
	if err := w.Answers(t.Context(), blind.answers(day)); err != nil {
		t.Fatal(err)
	}
	r := look{}.close(t, w)
	if diff := cmp.Diff(look{}.answers(day), r.Answers); diff != "" {
		t.Error(diff)
	}
}

// The store believes its own ledger more than the caller: a listing that it
// knows to be refused retires nothing.
func TestTheLedgerGuardsWhatIsRetired(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	some.store(t, s, day, 2)
	w := begin(t, s, day.Add(time.Hour))
	blind := look{refused: map[string]bool{eu: true}}
	if err := w.Answers(t.Context(), blind.answers(day)); err != nil {
		t.Fatal(err)
	}
	yes := func(string, string) bool { return true }
	if _, err := w.Close(t.Context(), postgres.Judged{}, postgres.Sight{Listed: yes}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Resource(t.Context(), provider, account, kind, eu, some.things[0].uid()); err != nil {
		t.Errorf("retired by a refused listing: %v", err)
	}
	if got := states(t, s); got[finding.Gone] != 0 || got[finding.Resolved] != 0 {
		t.Errorf("%v", got)
	}
}
