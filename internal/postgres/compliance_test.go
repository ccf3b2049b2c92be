package postgres_test

import (
	"context"
	"math/rand/v2"
	"slices"
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
	unseen := framework.Tally{Unknown: 2, Stale: 2, Lost: 1}
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
		{"nobody looked", 0, true, unseen, unseen},
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

// Nor does not looking at all: what was past due when nobody looked any more
// stays past due, week after week, and what became due meanwhile becomes so.
func TestLookingAwayMendsNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	look{things: []thing{web(1, finding.Fail), web(2, finding.Pass)}}.store(t, s, on(0, 0, 3), 5)
	got := ruleWeeks(t, s, weeksUntil(on(7, 0, 0)))
	for i, w := range got {
		end, worst := w.Rules["T-001"].End, w.Rules["T-001"].Worst
		want := framework.Tally{Unknown: 2, Stale: 2, Lost: 1}
		switch {
		case i == 0:
			want = framework.Tally{Pass: 1, Fail: 1}
		case i >= 4: // 31 days are over
			want.Over = 1
		}
		if end != want || worst != want {
			t.Errorf("week %d ends with %+v, its worst is %+v, want %+v", i, end, worst, want)
		}
	}
	c := framework.Control{ID: "1", Rules: []framework.Mapping{{Rule: "T-001", Status: framework.Publisher}}}
	if st := framework.AssessControl(&c, framework.Options{}, func(string) framework.Tally { return got[6].Rules["T-001"].End }); st.State != framework.Overdue || st.Tally.All() != 2 {
		t.Errorf("the control is %s, %s", st.State, st.Tally)
	}
}

// A disconnected account is left out by name once nobody looks any more; its
// weeks before that are as they were.
func TestADisconnectedAccountIsLeftOutByName(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	look{things: []thing{web(1, finding.Fail)}}.store(t, s, on(0, 0, 3), 5)
	if _, err := s.Pool().Exec(t.Context(), `update account set state = 'disconnected', left_at = $1, name = 'payments'`, on(2, 2, 3)); err != nil {
		t.Fatal(err)
	}
	got := ruleWeeks(t, s, weeksUntil(on(8, 0, 0)))
	if w := got[0]; w.Rules["T-001"].End.Fail != 1 || len(w.Left) != 0 {
		t.Errorf("in the week of its last scan: %+v, left out %v", w.Rules["T-001"].End, w.Left)
	}
	if w := got[1]; w.Rules["T-001"].End != (framework.Tally{Unknown: 1, Stale: 1, Lost: 1}) || !cmp.Equal(w.Blind, []string{"payments"}) {
		t.Errorf("connected, and nobody looked: %+v, not looked at %v", w.Rules["T-001"].End, w.Blind)
	}
	for i, w := range got[2:] {
		if *w.Rules["T-001"] != (listing.RuleStanding{}) || !cmp.Equal(w.Left, []string{"payments"}) {
			t.Errorf("week %d, when it had left: %+v, left out %v", i+2, w.Rules["T-001"], w.Left)
		}
	}
	looks, err := s.Reader().Looks(t.Context(), on(8, 0, 0))
	if err != nil || len(looks) != 1 || !looks[0].LeftAt.Equal(on(2, 2, 3)) {
		t.Errorf("%+v, %v", looks, err)
	}
	if _, err := s.Pool().Exec(t.Context(), `update account set left_at = null`); err != nil {
		t.Fatal(err)
	}
	if w := ruleWeeks(t, s, weeksUntil(on(2, 0, 0)))[1]; !cmp.Equal(w.Left, []string{"payments"}) {
		t.Errorf("nobody noted when it left, and it is not left out: %v", w.Left)
	}
}

// What failed when a week began belongs to it, though the week's first scan saw
// it mended.
func TestAFailureIsCarriedIntoTheWeekThatMendsIt(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	for _, scan := range []struct {
		at   time.Time
		says finding.Outcome
	}{{on(0, 1, 3), finding.Pass}, {on(0, 6, 3), finding.Fail}, {on(1, 6, 3), finding.Pass}, {on(2, 3, 3), finding.Pass}} {
		look{things: []thing{web(1, scan.says)}}.store(t, s, scan.at, 5)
	}
	got := ruleWeeks(t, s, weeksUntil(on(3, 0, 0)))
	for i, want := range []int{1, 1, 0} {
		if worst := got[i].Rules["T-001"].Worst; worst.Fail != want {
			t.Errorf("week %d: its worst is %+v, want %d that fail", i, worst, want)
		}
	}
}

// What the first page is told in passing is what the weeks tell.
func TestNowIsTheEndOfAWeekThatEndsNow(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	refused := map[string]bool{"eu-west-1": true}
	all := []thing{web(1, finding.Fail), web(2, finding.Pass), web(4, finding.Unknown), {region: "us-east-1", n: 3, says: says(finding.Fail, finding.Unknown)}}
	look{things: all}.store(t, s, on(0, 0, 3), 5)
	look{things: all, refused: refused}.store(t, s, on(0, 1, 3), 5)
	storeOther(t, s, on(0, 2, 3), look{things: []thing{web(1, finding.Fail), web(2, finding.Fail), web(3, finding.Unknown)}})
	rules := []string{"T-001", "T-002", "T-404"}
	agree := func(what string, now time.Time) framework.Tally {
		t.Helper()
		want, err := s.Reader().RuleWeeks(t.Context(), rules, []time.Time{now.AddDate(0, 0, -7), now})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Reader().RulesNow(t.Context(), rules, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rules {
			if diff := cmp.Diff(want[0].Rules[r].End, got.Rules[r].End); diff != "" {
				t.Errorf("%s, %s (-weeks +now):\n%s", what, r, diff)
			}
		}
		if got.Looked != want[0].Looked || !cmp.Equal(got.Blind, want[0].Blind) || !cmp.Equal(got.Left, want[0].Left) {
			t.Errorf("%s: %d, %v, %v, want %d, %v, %v", what, got.Looked, got.Blind, got.Left, want[0].Looked, want[0].Blind, want[0].Left)
		}
		return got.Rules["T-001"].End
	}
	if y := agree("at once", on(0, 2, 4)); y.Lost != 1 || y.Stale != 1 || y.Over != 0 || y.Fail != 3 { // web-4 was never told
		t.Errorf("at once: %+v", y)
	}
	if y := agree("two days later", on(0, 4, 4)); y.Stale < 3 {
		t.Errorf("two days later: %+v", y)
	}
	if y := agree("when nobody looked for a week", on(1, 5, 3)); y.Pass+y.Fail != 0 || y.Lost != 4 || y.Over != 0 {
		t.Errorf("when nobody looked for a week: %+v", y)
	}
	if y := agree("past due, and nobody looks", on(5, 0, 3)); y.Over != 4 {
		t.Errorf("past due, and nobody looks: %+v", y)
	}
	if _, err := s.Pool().Exec(t.Context(), `update account set state = 'disconnected', left_at = $1 where external_id <> $2`, on(5, 0, 0), account); err != nil {
		t.Fatal(err)
	}
	if y := agree("one has left", on(5, 0, 3)); y.Over != 2 {
		t.Errorf("one has left: %+v", y)
	}
}

// Findings to which nothing happened are counted together, the others one by
// one. Where a rule's severity ever changed, all are gone through: that tells the
// same, whatever happened to them.
func TestWhatIsCountedTogetherIsWhatEachTells(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := pgtest.Store(t)
		outcomes := []finding.Outcome{finding.Fail, finding.Fail, finding.Pass, finding.Unknown}
		things := make([]thing, 6)
		for i := range things {
			things[i] = thing{region: regions[i%2], n: i + 1, says: says(outcomes[r.IntN(4)], outcomes[r.IntN(4)])}
		}
		at := on(0, 0, 3)
		for range 7 {
			if i := r.IntN(len(things)); r.IntN(2) == 0 {
				things[i].says[r.IntN(2)] = outcomes[r.IntN(4)]
			}
			refused := map[string]bool{regions[r.IntN(2)]: r.IntN(3) == 0}
			look{things: slices.Clone(things[:3+r.IntN(4)]), refused: refused}.store(t, s, at, 5)
			at = at.Add(time.Duration(r.IntN(20*24)+1) * time.Hour)
		}
		end := at.Add(time.Duration(r.IntN(30*24)) * time.Hour)
		together := ruleWeeks(t, s, weeksUntil(end))
		now, err := s.Reader().RulesNow(t.Context(), []string{"T-001", "T-002"}, end)
		if err != nil {
			t.Fatal(err)
		}
		last, err := s.Reader().RuleWeeks(t.Context(), []string{"T-001", "T-002"}, []time.Time{end.AddDate(0, 0, -7), end})
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range []string{"T-001", "T-002"} {
			if diff := cmp.Diff(last[0].Rules[rule].End, now.Rules[rule].End); diff != "" {
				t.Errorf("seed %d, %s, weeks and now (-want +got):\n%s", seed, rule, diff)
			}
		}
		if _, err := s.Pool().Exec(t.Context(), `
			insert into tally (account_id, rule, region, severity, pass, fail, unknown, gaps, na, valid_from, valid_to)
			select a.id, r, 'nowhere', 1, 0, 0, 0, 0, 0, '2020-01-01Z', '2020-01-02Z' from account a, unnest(array['T-001', 'T-002']) r`); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(together, ruleWeeks(t, s, weeksUntil(end))); diff != "" {
			t.Errorf("seed %d, together and one by one (-want +got):\n%s", seed, diff)
		}
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
