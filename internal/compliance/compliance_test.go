package compliance_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/compliance"
	"plumbline/internal/compliance/compliancetest"
	"plumbline/internal/finding"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // a Sunday

func scanned() *compliancetest.Store {
	return &compliancetest.Store{Taken: noon.Add(-3 * time.Hour)}
}

func period(t *testing.T, from, to string) compliance.Period {
	t.Helper()
	p, err := compliance.NewPeriod(from, to, noon)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// states are those of the framework's controls, by id.
func states(all []framework.Standing) map[string]framework.State {
	out := map[string]framework.State{}
	for _, s := range all {
		out[s.Control.ID] = s.State
	}
	return out
}

func TestControlsStandAsTheirRulesSay(t *testing.T) {
	t.Parallel()
	all, scope, err := compliancetest.New(scanned(), noon).All(t.Context())
	if err != nil || len(all) != 1 || !scope.Scanned() {
		t.Fatal(all, err)
	}
	want := map[string]framework.State{
		"1.1": framework.Failing, "1.2": framework.NotAssessed, "1.3(a)": framework.Overdue, "1.4": framework.NoData,
		"2.1": framework.NotAssessed, "2.2": framework.NotAssessed, "2.3": framework.NotAssessed,
	}
	if diff := cmp.Diff(want, states(all[0].Standings)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := all[0].Covered.String(); got != "3 of 93" {
		t.Errorf("%s are assessed", got)
	}
	if p := all[0].Posture; !p.Assessed || p.Coverage == 100_00 {
		t.Errorf("posture %s", p)
	}
}

// Mappings of others count only where somebody lets them.
func TestMappingsOfOthersCountWhereSomebodyLetsThem(t *testing.T) {
	t.Parallel()
	s := scanned()
	s.Counted = []listing.CountedMapping{{Status: framework.Judgement, Who: "anna@example.com", At: noon}}
	all, scope, err := compliancetest.New(s, noon).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := states(all[0].Standings)["1.2"]; got != framework.Passing || !scope.Options.Judgement || scope.Options.ThirdParty {
		t.Errorf("1.2 is %s, %+v", got, scope.Options)
	}
	if got := all[0].Covered.String(); got != "4 of 93" {
		t.Errorf("%s are assessed", got)
	}
}

func TestNothingIsToldBeforeTheFirstScan(t *testing.T) {
	t.Parallel()
	d := compliancetest.New(&compliancetest.Store{}, noon)
	all, scope, err := d.All(t.Context())
	if err != nil || scope.Scanned() || all[0].Count(framework.NotAssessed) != len(all[0].Standings) || all[0].Posture.Assessed {
		t.Errorf("%+v, %v", all, err)
	}
	rows, next, err := d.Population(t.Context(), []string{"AWS-IMDS-001"}, noon, listing.Place{})
	if err != nil || len(rows) > 0 || next != (listing.Cursors{}) {
		t.Errorf("the population has %d subjects, %v", len(rows), err)
	}
}

func TestAPeriodIsLookedAtWeekByWeek(t *testing.T) {
	t.Parallel()
	r, c, err := compliancetest.New(scanned(), noon).Control(t.Context(), "some-1.0", "1.1", period(t, "2026-11-10", ""))
	if err != nil || c.ID != "1.1" || len(r.Standings) != 1 {
		t.Fatal(err)
	}
	var got []framework.State
	for _, w := range r.Weeks[0] {
		got = append(got, w.State)
	}
	if !slices.Equal(got, []framework.State{framework.NotAssessed, framework.Failing}) {
		t.Errorf("the weeks are %v", got)
	}
	if from := r.Weeks[0][0].From; from != time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC) {
		t.Errorf("the first week begins %s", from)
	}
}

// What was stated counts from its first day on, and not after its last.
func TestWhatWasStatedHoldsForItsDays(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	said := listing.Attestation{Framework: "some-1.0", Control: "2.1", Whole: true, From: day(5), Until: day(17),
		Proposed: listing.AttestationEvent{At: day(1), Kind: "proposed"}, Decided: listing.AttestationEvent{At: day(2), Kind: "approved"}}
	for _, c := range []struct {
		what   string
		change func(*listing.Attestation)
		to     string
		want   framework.State
	}{
		{"approved, not begun", nil, "2026-11-03", framework.NotAssessed},
		{"in force", nil, "2026-11-10", framework.Attested},
		{"ended", nil, "2026-11-20", framework.NoData},
		{"of another control", func(a *listing.Attestation) { a.Control = "2.2" }, "2026-11-10", framework.NotAssessed},
		{"of every account there is", func(a *listing.Attestation) { a.Whole, a.Accounts = false, []listing.Account{{ID: 3}} }, "2026-11-10", framework.Attested},
		{"of another account", func(a *listing.Attestation) { a.Whole, a.Accounts = false, []listing.Account{{ID: 4}} }, "2026-11-10", framework.NotAssessed},
		{"not approved", func(a *listing.Attestation) { a.Decided = listing.AttestationEvent{} }, "2026-11-10", framework.NotAssessed},
	} {
		a := said
		if c.change != nil {
			c.change(&a)
		}
		d := compliancetest.New(scanned(), noon)
		d.Attested = func(context.Context, string) ([]listing.Attestation, error) { return []listing.Attestation{a}, nil }
		r, _, err := d.Control(t.Context(), "some-1.0", "2.1", period(t, "2026-11-01", c.to))
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Standings[0].State; got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// A statement that ran out shows in every week that it was out in, though it
// was renewed before the week's end; one that lasts to the end of a week has
// not run out in it.
func TestAWeekShowsThatAStatementHadLapsed(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) } // 2, 9 and 16 are Mondays
	said := func(id int64, from, until, approved int) listing.Attestation {
		return listing.Attestation{ID: id, Framework: "some-1.0", Control: "2.1", Whole: true, From: day(from), Until: day(until),
			Proposed: listing.AttestationEvent{At: day(1), Kind: "proposed"}, Decided: listing.AttestationEvent{At: day(approved).Add(time.Hour), Kind: "approved"}}
	}
	withdrawn := said(3, 2, 20, 1)
	withdrawn.Withdrawn = listing.AttestationEvent{At: day(11), Kind: "withdrawn"}
	const no, yes, out = framework.NotAssessed, framework.Attested, framework.NoData
	for _, c := range []struct {
		what string
		said []listing.Attestation
		want []framework.State // of the weeks from 26 October, 2, 9 and 16 November
	}{
		{"valid to the end of a week, then not renewed", []listing.Attestation{said(1, 2, 8, 1)}, []framework.State{no, yes, out, out}},
		{"lapsed on Wednesday, renewed on Friday", []listing.Attestation{said(1, 2, 10, 1), said(2, 13, 30, 12)}, []framework.State{no, yes, out, yes}},
		{"the renewal was approved two days late", []listing.Attestation{said(1, 2, 10, 1), said(2, 11, 30, 13)}, []framework.State{no, yes, out, yes}},
		{"lapsed with the week, renewed on Tuesday", []listing.Attestation{said(1, 2, 8, 1), said(2, 10, 30, 9)}, []framework.State{no, yes, out, yes}},
		{"renewed without a gap", []listing.Attestation{said(1, 2, 10, 1), said(2, 11, 30, 10)}, []framework.State{no, yes, yes, yes}},
		{"withdrawn on Wednesday, stated anew on Friday", []listing.Attestation{withdrawn, said(4, 13, 30, 12)}, []framework.State{no, yes, out, yes}},
		{"first stated in the middle of a week", []listing.Attestation{said(1, 11, 30, 10)}, []framework.State{no, no, yes, yes}},
	} {
		d := compliancetest.New(scanned(), noon)
		d.Attested = func(context.Context, string) ([]listing.Attestation, error) { return c.said, nil }
		r, _, err := d.Control(t.Context(), "some-1.0", "2.1", period(t, "2026-10-26", "2026-11-22"))
		if err != nil {
			t.Fatal(err)
		}
		var got []framework.State
		for _, w := range r.Weeks[0] {
			got = append(got, w.State)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	d := compliancetest.New(scanned(), noon)
	_, err := d.Framework(t.Context(), "some-1.1", period(t, "", ""))
	if !problem.Is(err, problem.NotFound) || err.Error() != `There is no framework "some-1.1". Did you mean some-1.0?` {
		t.Error(err)
	}
	_, _, err = d.Control(t.Context(), "some-1.0", "1.9", period(t, "", ""))
	if !problem.Is(err, problem.NotFound) {
		t.Error(err)
	}
}

func TestAFaultOfTheStoreIsToldAndNoAnswer(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	d := compliancetest.New(&compliancetest.Store{Taken: noon, Broken: away}, noon)
	_, _, all := d.All(t.Context())
	_, one := d.Framework(t.Context(), "some-1.0", period(t, "", ""))
	_, _, population := d.Population(t.Context(), []string{"AWS-IMDS-001"}, noon, listing.Place{})
	every := d.Every(t.Context(), []string{"AWS-IMDS-001"}, noon, func([]listing.Judged) error { return nil })
	_, sample := d.Sample(t.Context(), []string{"AWS-IMDS-001"}, noon, 5, "seed")
	for i, err := range []error{all, one, population, every, sample} {
		if !errors.Is(err, away) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// population reads all pages.
func population(t *testing.T, d *compliance.Desk, limit int) []listing.Judged {
	t.Helper()
	var all []listing.Judged
	at := listing.Place{Limit: limit}
	for {
		rows, next, err := d.Population(t.Context(), []string{"AWS-IMDS-001"}, noon, at)
		if err != nil || len(rows) > limit {
			t.Fatal(len(rows), err)
		}
		all = append(all, rows...)
		if next.Next == "" {
			return all
		}
		at.After = next.Next
	}
}

func TestThePopulationIsEverySubjectWithItsOutcome(t *testing.T) {
	t.Parallel()
	s := scanned()
	s.Findings = map[listing.RuleOn]int64{{Rule: "AWS-IMDS-001", UID: compliancetest.UID(3)}: 12}
	all := population(t, compliancetest.New(s, noon), 50)
	n := map[finding.Outcome]int{}
	uids := map[string]bool{}
	places := 0
	for _, j := range all {
		if j.Place {
			places++
			continue
		}
		n[j.Outcome]++
		uids[j.Subject.UID] = true
		if len(j.Verdicts) != 1 || j.Verdicts[0].Say == "" || j.Scan != 7 {
			t.Errorf("%s has %d verdicts of scan %d", j.Subject.UID, len(j.Verdicts), j.Scan)
		}
	}
	if want := map[finding.Outcome]int{finding.Pass: 96, finding.Fail: 12, finding.Unknown: 12}; !cmp.Equal(want, n) || len(uids) != compliancetest.Instances || places != 2 {
		t.Errorf("%v of %d subjects, %d places", n, len(uids), places)
	}
	if !all[len(all)-1].Place || !all[len(all)-2].Place {
		t.Error("a place where nobody could look stands before a subject")
	}
	if got := all[2].Findings["AWS-IMDS-001"]; got != 12 {
		t.Errorf("its finding is FND-%d", got)
	}
	for _, limit := range []int{7, 40, 121, 122, 200} {
		if got := population(t, compliancetest.New(s, noon), limit); len(got) != len(all) || got[len(got)-1].Subject.UID != all[len(all)-1].Subject.UID {
			t.Errorf("pages of %d hold %d subjects, not %d", limit, len(got), len(all))
		}
	}
}

// subjects are what a page lists, by account and uid.
func subjects(rows []listing.Judged) (all []string) {
	for _, j := range rows {
		all = append(all, fmt.Sprint(j.Account.ID, j.Subject.UID, j.Place))
	}
	return all
}

// Pages read backwards are the pages read forwards, whatever the size, and all
// pages together are what is handed over at once.
func TestThePopulationIsReadBothWays(t *testing.T) {
	t.Parallel()
	s := scanned()
	for _, id := range []int64{5, 9} {
		s.Others = append(s.Others, listing.Look{Account: listing.Account{ID: id, Provider: "aws", External: fmt.Sprint(id), State: "connected"}, Scan: id, At: noon.Add(-time.Hour)})
	}
	d := compliancetest.New(s, noon)
	rules := []string{"AWS-IMDS-001"}
	var whole []string
	if err := d.Every(t.Context(), rules, noon, func(some []listing.Judged) error {
		whole = append(whole, subjects(some)...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(whole) != 3*(compliancetest.Instances+2) {
		t.Fatalf("%d subjects and places of three accounts", len(whole))
	}
	rapid.Check(t, func(t *rapid.T) {
		at := listing.Place{Limit: rapid.IntRange(30, 200).Draw(t, "limit")}
		var pages [][]string
		var last listing.Cursors
		for {
			rows, next, err := d.Population(context.Background(), rules, noon, at)
			if err != nil || len(rows) == 0 || len(rows) > at.Limit {
				t.Fatal(len(rows), err)
			}
			pages = append(pages, subjects(rows))
			if last = next; next.Next == "" {
				break
			}
			at.After = next.Next
		}
		if got := slices.Concat(pages...); !slices.Equal(got, whole) {
			t.Fatalf("forwards the pages hold %d", len(got))
		}
		for i := len(pages) - 2; i >= 0; i-- {
			rows, next, err := d.Population(context.Background(), rules, noon, listing.Place{Before: last.Previous, Limit: at.Limit})
			if err != nil || !slices.Equal(subjects(rows), pages[i]) || next.Next != last.Previous {
				t.Fatalf("page %d of %d backwards: %d subjects, %+v, %v", i, len(pages), len(rows), next, err)
			}
			last = next
		}
		if last.Previous != "" {
			t.Fatalf("before the first page stands %q", last.Previous)
		}
	})
}

// An account that does not count for the control has no subject in population
// or sample, and is named with the reason.
func TestAccountsThatDoNotCountAreNamedAndNotCounted(t *testing.T) {
	t.Parallel()
	long := noon.AddDate(0, 0, -8)
	for _, c := range []struct {
		what  string
		look  listing.Look
		want  listing.Absence
		since time.Time
	}{
		{"scanned yesterday", listing.Look{Account: listing.Account{State: "connected"}, Scan: 4, At: noon.AddDate(0, 0, -1)}, "", time.Time{}},
		{"scanned seven days ago, to the second", listing.Look{Account: listing.Account{State: "connected"}, Scan: 4, At: noon.AddDate(0, 0, -7)}, "", time.Time{}},
		{"not scanned for eight days", listing.Look{Account: listing.Account{State: "connected"}, Scan: 4, At: long}, listing.NotLookedAt, long},
		{"found from the command line, and not scanned again", listing.Look{Account: listing.Account{State: "found"}, Scan: 4, At: long}, listing.NotLookedAt, long},
		{"never scanned", listing.Look{Account: listing.Account{State: "connected"}}, listing.NeverScanned, time.Time{}},
		{"scanned yesterday, then disconnected", listing.Look{Account: listing.Account{State: "disconnected"}, Scan: 4, At: noon.AddDate(0, 0, -1), LeftAt: noon.Add(-time.Hour)}, "", time.Time{}},
		{"disconnected a week ago", listing.Look{Account: listing.Account{State: "disconnected"}, Scan: 4, At: long, LeftAt: long}, listing.Disconnected, long},
		{"disconnected, nobody noted when", listing.Look{Account: listing.Account{State: "disconnected"}, Scan: 4, At: long}, listing.Disconnected, time.Time{}},
		{"still connected on that day", listing.Look{Account: listing.Account{State: "disconnected"}, Scan: 4, At: long, LeftAt: noon.Add(time.Hour)}, listing.NotLookedAt, long},
	} {
		s := scanned()
		c.look.Account.ID, c.look.Account.Provider, c.look.Account.External = 4, "aws", "444455556666"
		s.Others = []listing.Look{c.look}
		d := compliancetest.New(s, noon)
		_, scope, err := d.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := compliancetest.Instances
		var want []compliance.Absent
		if c.want != "" {
			want = []compliance.Absent{{Account: c.look.Account, Why: c.want, Since: c.since}}
		} else {
			n *= 2
		}
		if diff := cmp.Diff(want, scope.Absent); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
		if got := draw(t, s, 5, "seed"); got.All != n {
			t.Errorf("%s: a sample of %d subjects, want %d", c.what, got.All, n)
		}
		if got := len(population(t, d, 100)); got != n/compliancetest.Instances*(compliancetest.Instances+2) {
			t.Errorf("%s: the population has %d", c.what, got)
		}
	}
}

func TestAPlaceInThePopulationIsUnderstoodOrRefused(t *testing.T) {
	t.Parallel()
	d := compliancetest.New(scanned(), noon)
	for _, at := range []listing.Place{{After: "x"}, {After: "3"}, {After: "3."}, {After: "3.-1"}, {After: "-3.1"}, {After: "3.1.2"}, {Before: "x"}, {Before: "3.1", After: "3.2"}} {
		if _, _, err := d.Population(t.Context(), []string{"AWS-IMDS-001"}, noon, at); !problem.Is(err, problem.Invalid) {
			t.Errorf("%+v: %v", at, err)
		}
	}
}

func draw(t rapid.TB, s *compliancetest.Store, n int, seed string) listing.Sample {
	t.Helper()
	got, err := compliancetest.New(s, noon).Sample(context.Background(), []string{"AWS-IMDS-001"}, noon, n, seed)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func uids(s listing.Sample) (all []string) {
	for _, j := range s.Drawn {
		all = append(all, j.Subject.UID)
	}
	return all
}

// A sample is the same whenever and wherever it is drawn; a smaller one is the
// beginning of a larger one; and its numbers are those of the population.
func TestASeedDrawsTheSameSampleWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed, n := rapid.StringN(1, 20, 60).Draw(t, "seed"), rapid.IntRange(1, compliance.Most).Draw(t, "n")
		one, other := scanned(), scanned()
		other.Backward = true
		a, b := draw(t, one, n, seed), draw(t, other, n, seed)
		if diff := cmp.Diff(uids(a), uids(b)); diff != "" {
			t.Fatalf("another order draws others:\n%s", diff)
		}
		if len(a.Drawn) != min(n, compliancetest.Instances) || a.All != compliancetest.Instances || a.Pass != 96 || a.Fail != 12 || a.Unknown != 12 || a.Places != 2 {
			t.Fatalf("%d drawn of %d: %d pass, %d fail, %d unknown, %d places", len(a.Drawn), a.All, a.Pass, a.Fail, a.Unknown, a.Places)
		}
		less := draw(t, one, max(n/2, 1), seed)
		if !slices.Equal(uids(less), uids(a)[:len(less.Drawn)]) {
			t.Fatal("a smaller sample is not the beginning of a larger one")
		}
	})
}

func TestAnotherSeedDrawsOthers(t *testing.T) {
	t.Parallel()
	a, b := draw(t, scanned(), 20, "one"), draw(t, scanned(), 20, "two")
	if slices.Equal(uids(a), uids(b)) {
		t.Error("both draw the same")
	}
	// Worked out beside the program: sha256 over the four texts, each after its
	// length as eight bytes.
	if got := uids(draw(t, scanned(), 3, "audit-1")); !slices.Equal(got, known) {
		t.Errorf("audit-1 draws %v", got)
	}
}

func TestASampleIsAskedForWithinBounds(t *testing.T) {
	t.Parallel()
	d := compliancetest.New(scanned(), noon)
	for _, c := range []struct {
		n    int
		seed string
	}{{0, "x"}, {-1, "x"}, {compliance.Most + 1, "x"}, {5, ""}, {5, string(make([]byte, 101))}} {
		if _, err := d.Sample(t.Context(), []string{"AWS-IMDS-001"}, noon, c.n, c.seed); !problem.Is(err, problem.Invalid) {
			t.Errorf("%d by %q: %v", c.n, c.seed, err)
		}
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to    string
		first, last string
		weeks       int
		present     bool
	}{
		{"", "", "2026-05-25", "2026-11-22", 26, true},
		{"2026-11-16", "", "2026-11-16", "2026-11-22", 1, true},
		{"2026-11-15", "2026-11-22", "2026-11-15", "2026-11-22", 2, true},
		{"2026-11-21", "2026-11-21", "2026-11-21", "2026-11-21", 1, false},
		{"2026-01-01", "2026-11-22", "2026-01-01", "2026-11-22", 47, true},
		{"", "2026-06-30", "2026-01-05", "2026-06-30", 26, false},
	} {
		p := period(t, c.from, c.to)
		b := p.Bounds()
		if p.From.Format(time.DateOnly) != c.first || p.To.Format(time.DateOnly) != c.last || len(b) != c.weeks+1 || p.Present() != c.present {
			t.Errorf("%q to %q: %s to %s in %d weeks, present %v", c.from, c.to, p.From, p.To, len(b)-1, p.Present())
		}
		for i := range b[1:] {
			if !b[i].Before(b[i+1]) || b[i].Weekday() != time.Monday {
				t.Errorf("%q to %q: bounds %v", c.from, c.to, b)
			}
		}
	}
	for _, c := range [][2]string{{"x", ""}, {"", "2026-13-01"}, {"2026-11-23", ""}, {"", "2026-11-23"}, {"2026-11-02", "2026-11-01"}, {"2020-01-01", ""}, {"0001-01-01", ""}, {"2026-11-22T00:00", ""}} {
		if _, err := compliance.NewPeriod(c[0], c[1], noon); !problem.Is(err, problem.Invalid) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// known are the first three that the seed audit-1 draws.
var known = []string{
	"arn:aws:ec2:eu-west-1:111122223333:instance/i-00000000000000105",
	"arn:aws:ec2:eu-west-1:111122223333:instance/i-00000000000000034",
	"arn:aws:ec2:eu-west-1:111122223333:instance/i-00000000000000022",
}
