package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/access"
	"plumbline/internal/finding"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

// The weeks of these tests begin on Monday 5 October 2026.
var monday = time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)

// on is a time of the n-th week: its day, counted from Monday 0, and the hour.
func on(week, day, hour int) time.Time {
	return monday.AddDate(0, 0, 7*week+day).Add(time.Duration(hour) * time.Hour)
}

func weeksUntil(end time.Time) []time.Time {
	var out []time.Time
	for at := monday; at.Before(end); at = at.AddDate(0, 0, 7) {
		out = append(out, at)
	}
	return append(out, end)
}

func ruleWeeks(t *testing.T, s *postgres.Store, bounds []time.Time) []listing.RuleWeek {
	t.Helper()
	weeks, err := s.Reader().RuleWeeks(t.Context(), []string{"T-001", "T-002"}, bounds)
	if err != nil {
		t.Fatal(err)
	}
	return weeks
}

func says(first, second finding.Outcome) [2]finding.Outcome {
	return [2]finding.Outcome{first, second}
}

func web(n int, first finding.Outcome) thing {
	return thing{region: "eu-west-1", n: n, says: says(first, finding.Pass)}
}

// A rule of severity high is to be mended within 30 days.
func TestAWeekTellsItsEndAndItsWorst(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	pass, fail := finding.Pass, finding.Fail
	for _, scan := range []struct {
		at     time.Time
		things []thing
	}{
		{on(1, 1, 3), []thing{web(1, pass), web(2, pass)}},
		{on(2, 0, 3), []thing{web(1, fail), web(2, pass)}},
		{on(2, 3, 3), []thing{web(1, pass), web(2, pass)}}, // mended within the week
		{on(3, 0, 3), []thing{web(1, pass), web(2, fail)}},
		{on(4, 6, 23), []thing{web(1, pass), web(2, fail)}},
		{on(5, 0, 3), []thing{web(1, pass), web(2, fail)}},
		{on(7, 5, 3), []thing{web(1, pass), web(2, fail)}}, // nobody looked in week 6
		{on(8, 0, 3), []thing{web(1, pass), web(2, fail)}},
		{on(9, 0, 3), []thing{web(1, pass), web(2, pass)}},
	} {
		look{things: scan.things}.store(t, s, scan.at, 5)
	}
	tally := func(pass, fail, over, unknown, stale int) framework.Tally {
		return framework.Tally{Pass: pass, Fail: fail, Over: over, Unknown: unknown, Stale: stale}
	}
	want := []struct {
		what       string
		looked     int
		blind      bool
		end, worst framework.Tally
	}{
		{what: "before the first scan"},
		{"all passes", 1, false, tally(2, 0, 0, 0, 0), tally(2, 0, 0, 0, 0)},
		{"failed once and was mended", 1, false, tally(2, 0, 0, 0, 0), tally(2, 1, 0, 0, 0)},
		{"fails", 1, false, tally(1, 1, 0, 0, 0), tally(1, 1, 0, 0, 0)},
		{"still fails", 1, false, tally(1, 1, 0, 0, 0), tally(1, 1, 0, 0, 0)},
		{"fails on", 1, false, tally(1, 1, 0, 0, 0), tally(1, 1, 0, 0, 0)},
		{"nobody looked", 0, true, tally(0, 0, 0, 2, 2), tally(0, 0, 0, 0, 2)},
		{"31 days are over on Friday", 1, false, tally(1, 1, 1, 0, 0), tally(1, 1, 1, 0, 0)},
		{"past due", 1, false, tally(1, 1, 1, 0, 0), tally(1, 1, 1, 0, 0)},
		{"mended on Monday, and was past due until then", 1, false, tally(2, 0, 0, 0, 0), tally(2, 1, 1, 0, 0)},
	}
	got := ruleWeeks(t, s, weeksUntil(on(10, 0, 0)))
	if len(got) != len(want) {
		t.Fatalf("%d weeks, want %d", len(got), len(want))
	}
	for i, w := range want {
		g, r := got[i], got[i].Rules["T-001"]
		w.worst.Unknown = max(w.worst.Unknown, w.worst.Stale)
		if diff := cmp.Diff(w.end, r.End); diff != "" {
			t.Errorf("week %d, %s: its end (-want +got):\n%s", i, w.what, diff)
		}
		if diff := cmp.Diff(w.worst, r.Worst); diff != "" {
			t.Errorf("week %d, %s: its worst (-want +got):\n%s", i, w.what, diff)
		}
		if g.Looked != w.looked || (len(g.Blind) > 0) != w.blind {
			t.Errorf("week %d, %s: %d looked at, %v not", i, w.what, g.Looked, g.Blind)
		}
	}
}

func TestWhatCannotBeToldForTwoDaysIsToldOf(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	refused := map[string]bool{"eu-west-1": true}
	all := []thing{web(1, finding.Fail), web(2, finding.Pass), {region: "us-east-1", n: 3, says: says(finding.Unknown, finding.Pass)}}
	look{things: all}.store(t, s, on(0, 0, 3), 5)
	look{things: all, refused: refused}.store(t, s, on(0, 1, 3), 5)
	for _, c := range []struct {
		what  string
		until time.Time
		want  framework.Tally
	}{
		{"on the first day one is not known", on(0, 1, 0), framework.Tally{Pass: 1, Fail: 1, Unknown: 1}},
		{"a day later a failure is lost sight of", on(0, 2, 0), framework.Tally{Unknown: 2, Lost: 1}},
		{"one was never told for two days", on(0, 2, 4), framework.Tally{Unknown: 2, Lost: 1, Stale: 1}},
		{"nor were the lost one and the place", on(0, 3, 4), framework.Tally{Unknown: 3, Lost: 1, Stale: 3}},
	} {
		got := ruleWeeks(t, s, []time.Time{monday, c.until})[0].Rules["T-001"].End
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

// What failed and was lost sight of stays past due: losing sight mends nothing.
func TestLosingSightMendsNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	things := []thing{web(1, finding.Fail)}
	look{things: things}.store(t, s, on(0, 0, 3), 5)
	look{things: things, refused: map[string]bool{"eu-west-1": true}}.store(t, s, on(4, 6, 3), 5)
	got := ruleWeeks(t, s, weeksUntil(on(5, 0, 0)))
	if end := got[4].Rules["T-001"].End; end.Over != 1 || end.Lost != 1 || end.Pass != 0 {
		t.Errorf("the last week ends with %+v", end)
	}
}

// A disconnected account is left out by name once nobody looks any more.
func TestADisconnectedAccountIsLeftOutByName(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	look{things: []thing{web(1, finding.Fail)}}.store(t, s, on(0, 0, 3), 5)
	if _, err := s.Pool().Exec(t.Context(), `update account set state = 'disconnected', name = 'payments'`); err != nil {
		t.Fatal(err)
	}
	got := ruleWeeks(t, s, weeksUntil(on(2, 0, 0)))
	if w := got[0]; w.Rules["T-001"].End.Fail != 1 || len(w.Left) != 0 {
		t.Errorf("in the week of its last scan: %+v, left out %v", w.Rules["T-001"].End, w.Left)
	}
	if w := got[1]; w.Rules["T-001"].End != (framework.Tally{}) || !cmp.Equal(w.Left, []string{"payments"}) {
		t.Errorf("a week later: %+v, left out %v", w.Rules["T-001"].End, w.Left)
	}
}

func TestComplianceTellsNothingOfAnAccountOutOfReach(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	look{things: []thing{web(1, finding.Pass)}}.store(t, s, on(0, 0, 3), 5)
	storeOther(t, s, on(0, 1, 3), look{things: []thing{web(1, finding.Fail), web(2, finding.Unknown)}})
	var here int64
	if err := s.Pool().QueryRow(t.Context(), `select id from account where external_id = $1`, account).Scan(&here); err != nil {
		t.Fatal(err)
	}
	v := &access.Viewer{Person: 1, Grants: []access.Grant{{Role: access.Reader, Accounts: []int64{here}}}}
	err := s.See(access.With(t.Context(), v), v, false, func(ctx context.Context) error {
		r := s.Reader()
		weeks, err := r.RuleWeeks(ctx, []string{"T-001"}, []time.Time{monday, on(1, 0, 0)})
		if err != nil {
			return err
		}
		if got := *weeks[0].Rules["T-001"]; got.End != (framework.Tally{Pass: 1}) || got.Worst != (framework.Tally{Pass: 1}) || weeks[0].Looked != 1 {
			t.Errorf("told of %+v", got)
		}
		looks, err := r.Looks(ctx, on(1, 0, 0))
		if err != nil || len(looks) != 1 || looks[0].Account.External != account {
			t.Errorf("looks %+v, %v", looks, err)
		}
		counts, err := r.RuleCounts(ctx, []string{"T-001"})
		if err != nil || len(counts) != 1 || counts[0].Fail != 0 {
			t.Errorf("counts %+v, %v", counts, err)
		}
		for id := range int64(10) {
			on, err := r.FindingsOn(ctx, id, []string{"T-001"}, []string{web(1, 0).uid(), web(2, 0).uid()})
			if err != nil || len(on) > 0 {
				t.Errorf("account %d has %v, %v", id, on, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMemberHasItsGroupsFinding(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	member, single := web(1, finding.Fail), web(2, finding.Fail)
	member.group, single.group = "arn:group", alone
	look{things: []thing{member, single}}.store(t, s, on(0, 0, 3), 5)
	got, err := s.Reader().FindingsOn(t.Context(), 1, []string{"T-001", "T-002"}, []string{member.uid(), single.uid()})
	if err != nil {
		t.Fatal(err)
	}
	var group, own int64
	if err := s.Pool().QueryRow(t.Context(), `select max(number) filter (where uid = 'arn:group'), max(number) filter (where uid = $1) from finding`, single.uid()).Scan(&group, &own); err != nil {
		t.Fatal(err)
	}
	want := map[listing.RuleOn]int64{{Rule: "T-001", UID: member.uid()}: group, {Rule: "T-001", UID: single.uid()}: own}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhoseMappingsCountIsRememberedWithAName(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	for _, step := range []struct {
		on      bool
		changed bool
		counted int
	}{{true, true, 1}, {true, false, 1}, {false, true, 0}, {false, false, 0}} {
		changed, err := s.CountMapping(t.Context(), framework.ThirdParty, step.on, "anna@example.com")
		if err != nil || changed != step.changed {
			t.Errorf("switched to %v: changed %v, %v", step.on, changed, err)
		}
		all, err := s.Reader().CountedMappings(t.Context())
		if err != nil || len(all) != step.counted {
			t.Errorf("switched to %v: %v, %v", step.on, all, err)
		}
		for _, c := range all {
			if c.Who != "anna@example.com" || c.Status != framework.ThirdParty || c.At.IsZero() {
				t.Errorf("counted %+v", c)
			}
		}
	}
	if _, err := s.CountMapping(t.Context(), "publisher", true, "anna@example.com"); err == nil {
		t.Error("the database takes a row for publishers")
	}
}
