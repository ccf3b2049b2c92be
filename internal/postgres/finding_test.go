package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
)

func TestFindingsAreChosenByFilter(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	some.store(t, s, day, 2)
	for name, c := range map[string]struct {
		filter postgres.FindingFilter
		want   []string
	}{
		"all, the worst first": {postgres.FindingFilter{}, []string{"T-001 4", "T-001 2", "T-001 1", "T-002 4", "T-002 2"}},
		"open":                 {postgres.FindingFilter{States: []finding.State{finding.Open}}, []string{"T-001 4", "T-001 1", "T-002 4", "T-002 2"}},
		"no data or lost":      {postgres.FindingFilter{States: []finding.State{finding.NoData, finding.Lost}}, []string{"T-001 2"}},
		"severity":             {postgres.FindingFilter{Severity: []finding.Severity{finding.Low, finding.Info}}, []string{"T-002 4", "T-002 2"}},
		"rule":                 {postgres.FindingFilter{Rule: "T-002"}, []string{"T-002 4", "T-002 2"}},
		"region":               {postgres.FindingFilter{Region: eu}, []string{"T-001 2", "T-001 1", "T-002 2"}},
		"account":              {postgres.FindingFilter{Account: account, Provider: provider}, []string{"T-001 4", "T-001 2", "T-001 1", "T-002 4", "T-002 2"}},
		"another account":      {postgres.FindingFilter{Account: "444455556666"}, nil},
		"another cloud":        {postgres.FindingFilter{Provider: "ibm"}, nil},
		"words of the name":    {postgres.FindingFilter{Text: "WEB-4"}, []string{"T-001 4", "T-002 4"}},
		"a sign of patterns":   {postgres.FindingFilter{Text: "%"}, nil},
		"changed since":        {postgres.FindingFilter{Since: day}, []string{"T-001 4", "T-001 2", "T-001 1", "T-002 4", "T-002 2"}},
		"changed since later":  {postgres.FindingFilter{Since: day.Add(time.Second)}, nil},
		"all together":         {postgres.FindingFilter{States: []finding.State{finding.Open}, Rule: "T-001", Region: us, Text: "i-4"}, []string{"T-001 4"}},
	} {
		for _, limit := range []int{0, 1, 2} {
			got := names(t, s, c.filter, limit)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %d a page: %s", name, limit, diff)
			}
		}
	}
	if _, _, err := s.Findings(t.Context(), postgres.FindingFilter{After: "1.2.x"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("a foreign page address: %v", err)
	}
}

// names reads all pages.
func names(t *testing.T, s *postgres.Store, f postgres.FindingFilter, limit int) (all []string) {
	t.Helper()
	f.Limit = limit
	for {
		page, next, err := s.Findings(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			all = append(all, fmt.Sprint(r.Rule, " ", r.Subject.ID[2:]))
		}
		if next == "" {
			return all
		}
		f.After = next
	}
}

func TestGroupsCountEachRule(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	some.store(t, s, day, 2)
	next := look{things: append([]thing{}, some.things...), refused: map[string]bool{us: true}}
	next.things[1].says = [2]finding.Outcome{F, P}
	next.store(t, s, day.Add(time.Hour), 2)
	got, err := s.FindingGroups(t.Context(), postgres.FindingFilter{})
	if err != nil {
		t.Fatal(err)
	}
	want := []postgres.Group{
		{Rule: "T-001", Severity: finding.High, Count: 4, Open: 2, NoData: 1, Lost: 1, Subjects: 3, HighestRisk: 44, New: 1},
		{Rule: "T-002", Severity: finding.Low, Count: 3, NoData: 1, Lost: 1, Subjects: 3, HighestRisk: 44},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = s.FindingGroups(t.Context(), postgres.FindingFilter{Region: eu, States: []finding.State{finding.Open}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]postgres.Group{{Rule: "T-001", Severity: finding.High, Count: 2, Open: 2, Subjects: 2, HighestRisk: 42, New: 1}}, got); diff != "" {
		t.Error(diff)
	}
}

// The life of one finding: it fails, is out of sight, fails still, is mended,
// fails again, and its subject goes.
func TestAFindingTellsItsLife(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	at := func(n int) time.Time { return day.Add(time.Duration(n) * time.Hour) }
	one := func(o finding.Outcome) look { return look{things: []thing{{eu, 1, [2]finding.Outcome{o, N}, "", ""}}} }
	blind := one(F)
	blind.refused = map[string]bool{eu: true}
	for n, l := range []look{one(F), one(F), blind, one(F), one(P), one(F), {}} {
		l.store(t, s, at(n), 1)
		r, _, err := s.Finding(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		type told struct {
			State             finding.State
			ChangedAt, SeenAt time.Time
			LastScan          int64
		}
		want := []told{
			{finding.Open, at(0), at(0), 1}, {finding.Open, at(0), at(1), 2}, {finding.Lost, at(2), at(1), 2}, {finding.Open, at(3), at(3), 4},
			{finding.Resolved, at(4), at(4), 5}, {finding.Open, at(5), at(5), 6}, {finding.Gone, at(6), at(6), 7},
		}[n]
		if diff := cmp.Diff(want, told{r.State, r.ChangedAt, r.SeenAt, r.LastScan}); diff != "" {
			t.Errorf("scan %d: %s", n, diff)
		}
		if !r.FirstSeen.Equal(day) || r.FirstScan != 1 || r.Outcome != F {
			t.Errorf("scan %d: %+v", n, r)
		}
		if want := []string{"The permission is missing (UnauthorizedOperation): " + call + " in " + eu + "."}; n == 2 && !cmp.Equal(want, r.Cause) {
			t.Errorf("lost for %q", r.Cause)
		}
	}
	_, events, err := s.Finding(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []postgres.Event{
		{At: at(0), Scan: 1, Change: finding.New, To: finding.Open},
		{At: at(2), Scan: 3, Change: finding.LostIt, From: finding.Open, To: finding.Lost},
		{At: at(3), Scan: 4, Change: finding.Still, From: finding.Lost, To: finding.Open},
		{At: at(4), Scan: 5, Change: finding.Fixed, From: finding.Open, To: finding.Resolved},
		{At: at(5), Scan: 6, Change: finding.CameBack, From: finding.Resolved, To: finding.Open},
		{At: at(6), Scan: 7, Change: finding.GoneAway, From: finding.Open, To: finding.Gone},
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
}

// What is said in other words begins a new interval; what is said in the same
// words does not.
func TestAVerdictIsAnInterval(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	for n, detail := range []string{"", "", "x", "x"} {
		look{things: []thing{{eu, 1, [2]finding.Outcome{F, N}, detail, ""}}}.store(t, s, day.Add(time.Duration(n)*time.Hour), 1)
	}
	rows, err := pool.Query(t.Context(), `
		select say || ' ' || extract(hour from valid_from) || '-' || coalesce(extract(hour from valid_to)::text, '')
		from verdict
		order by id`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		var l string
		if err := rows.Scan(&l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	if diff := cmp.Diff([]string{"says fail 0-2", "says failx 2-"}, got); diff != "" || rows.Err() != nil {
		t.Error(diff, rows.Err())
	}
	r, _, err := s.Finding(t.Context(), 1)
	if err != nil || r.Say != "says failx" || !r.ChangedAt.Equal(day) {
		t.Errorf("%q changed at %v (%v)", r.Say, r.ChangedAt, err)
	}
}

// A finding that could not be told and is out of sight besides keeps what was
// last said of it, and nothing is written.
func TestWhatIsUnknownAndOutOfSightStaysAsItWasTold(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	l := look{things: []thing{{eu, 1, [2]finding.Outcome{U, N}, "", ""}}}
	l.store(t, s, day, 1)
	before, _, err := s.Finding(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	l.refused = map[string]bool{eu: true}
	l.store(t, s, day.Add(time.Hour), 1)
	written := tables(t, pool)
	l.store(t, s, day.Add(2*time.Hour), 1)
	after, _, err := s.Finding(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	if want := "The reply carries a value that this version does not know (maybe): " + call + " in " + eu + "."; len(after.Cause) != 1 || after.Cause[0] != want {
		t.Errorf("the cause is %q, want %q", after.Cause, want)
	}
	if diff := cmp.Diff(written, tables(t, pool)); diff != "" {
		t.Error(diff)
	}
}
