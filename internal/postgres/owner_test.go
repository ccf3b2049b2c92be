package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
	"plumbline/internal/query"
)

func team(name string) owner.Owner { return owner.Owner{Name: name, Kind: owner.Team} }

// officer sees all accounts, and has an address.
var officer = &access.Viewer{Email: "Anna@example.com", Grants: []access.Grant{{Role: access.Officer, All: true}}}

// keep puts a list in the place of the one that holds, as pages do.
func keep(t testing.TB, s *postgres.Store, l owner.List) (r listing.OwnerRules) {
	t.Helper()
	if err := s.See(context.Background(), officer, true, func(ctx context.Context) error {
		now, err := s.Web().OwnerRules(ctx)
		if err != nil {
			return err
		}
		r, err = s.Web().KeepOwners(ctx, l, now.Version, officer.Email)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return r
}

// chosen are the findings that a query lets through, as a viewer sees them.
func chosen(t testing.TB, s *postgres.Store, v *access.Viewer, text string) string {
	t.Helper()
	var all []listing.Finding
	if err := s.See(context.Background(), v, false, func(ctx context.Context) (err error) {
		ctx = access.With(ctx, v)
		all, _, err = s.Web().Reader().Findings(ctx, ask(t, text), listing.Worst, page(200))
		if err != nil {
			return err
		}
		n, err := s.Web().CountFindings(ctx, ask(t, text))
		if n.N != len(all) {
			t.Errorf("%s: %d are listed and %d counted", text, len(all), n.N)
		}
		return err
	}); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return strings.Join(shortly(all), " ")
}

// owns gives the owner of each finding that stands, "i-4 payments 1".
func owns(t testing.TB, s *postgres.Store, text string) map[string]string {
	t.Helper()
	all, _, err := s.Reader().Findings(context.Background(), ask(t, text), listing.Worst, page(200))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for i, short := range shortly(all) {
		o := all[i].Owner
		out[short] = fmt.Sprint(o.Name, " ", o.Rule)
		if o.Passed > 0 {
			out[short] += fmt.Sprint(" past ", o.Passed)
		}
		if o.ByHand() {
			out[short] = o.Name + " by " + o.By
		}
	}
	return out
}

func number(t testing.TB, s *postgres.Store, text string) int64 {
	t.Helper()
	all, _, err := s.Reader().Findings(context.Background(), ask(t, text), listing.Worst, page(200))
	if err != nil || len(all) != 1 {
		t.Fatalf("%s: %d findings, want 1 (%v)", text, len(all), err)
	}
	return all[0].Number
}

func TestRulesGiveFindingsToOwnersInTheirOrder(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	inventory(t, s)
	r := keep(t, s, owner.List{
		{When: owner.Condition{Name: "web-4", Account: account}, To: owner.Owner{Name: "Anna Ito", Kind: owner.Person, Email: "anna@example.com"}},
		{When: owner.Condition{Region: "us-east-1"}, To: team("US ops")},
		{When: owner.Condition{Group: "LEFT"}, To: owner.Owner{Name: "payments", Kind: owner.Queue}},
	})
	if r.Version != 1 || r.Changed != 7 {
		t.Errorf("version %d changes %d findings", r.Version, r.Changed)
	}
	for text, want := range map[string]string{
		`owner:"anna ito"`:        "1i-4 2i-4",
		"owner:me":                "1i-4 2i-4",
		`owner:"us ops"`:          "1j-4 2j-4",
		"owner:us*":               "1j-4 2j-4",
		"owner:PAYMENTS":          "1i-2 1i-1 2i-2",
		"owner:none":              "1j-2 1j-1 2j-2",
		"-owner:none is:open":     "1i-4 1j-4 1i-1 2i-4 2j-4 2i-2",
		"owner:none,payments":     "1i-2 1j-2 1i-1 1j-1 2i-2 2j-2",
		"owner:payments is:open":  "1i-1 2i-2",
		"owner:search":            "",
		"owner:payments i-2":      "1i-2 2i-2",
		"owner:\"'; drop table\"": "",
	} {
		if got := chosen(t, s, officer, text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got := chosen(t, s, everybody, "owner:me"); got != "" {
		t.Errorf("somebody without an address owns %s", got)
	}
	// The order decides.
	again := r.Rules
	again[0], again[1] = again[1], again[0]
	if r := keep(t, s, again); r.Version != 2 || r.Changed != 2 {
		t.Errorf("version %d changes %d findings", r.Version, r.Changed)
	}
	if got := chosen(t, s, officer, `owner:"US ops"`); got != "1i-4 1j-4 2i-4 2j-4" {
		t.Errorf("the rule that was moved up owns %s", got)
	}
	// And no rules own nothing.
	if r := keep(t, s, nil); r.Changed != 7 || chosen(t, s, officer, "-owner:none") != "" {
		t.Errorf("without rules %d findings change", r.Changed)
	}
}

func TestOwnersAreCountedAsAFacet(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	keep(t, s, owner.List{{When: owner.Condition{Region: "us-east-1"}, To: team("US ops")}})
	all, err := s.Facets(t.Context(), ask(t, "is:open"), []string{"severity", "owner"})
	if err != nil {
		t.Fatal(err)
	}
	want := listing.Facet{Key: "owner", Values: []listing.FacetValue{{Value: "US ops", Count: 4}, {Value: "none", Count: 4}}}
	if d := cmp.Diff(want, all[1]); d != "" || len(all[0].Values) != 2 {
		t.Error(d, all[0])
	}
}

// A scan gives new findings to their owners when it is closed, and takes along
// what the resource is called by then. What is closed keeps the owner it had.
func TestRulesAreAppliedWhenAScanIsClosed(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	keep(t, s, owner.List{{When: owner.Condition{Name: "web-*", Region: "eu-west-1"}, To: team("web")}})
	some.store(t, s, day, 2)
	if d := cmp.Diff(map[string]string{"1i-1": "web 1", "1i-2": "web 1", "2i-2": "web 1", "1i-4": " 0", "2i-4": " 0"}, owns(t, s, "")); d != "" {
		t.Fatal(d)
	}
	next := look{things: append([]thing{}, some.things...)}
	next.things[0].says[0] = P // web-1 is mended
	next.store(t, s, hour(1), 2)
	keep(t, s, owner.List{{When: owner.Condition{UID: "*"}, To: team("everything")}})
	got := owns(t, s, "")
	if got["1i-1"] != "web 1" || got["1i-2"] != "everything 1" || got["1i-4"] != "everything 1" {
		t.Errorf("%v", got)
	}
	// It fails again: it stands again, and belongs to whom the rules say.
	some.store(t, s, hour(2), 2)
	if got := owns(t, s, "")["1i-1"]; got != "everything 1" {
		t.Errorf("what came back belongs to %s", got)
	}
}

// Tags are those that the scan read: of a workload its own, of a group those
// that all its workloads have. Where they are not known a rule is passed over,
// and that is told.
func TestTagsOfWorkloadsDecide(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	keep(t, s, owner.List{
		{When: owner.Condition{Tag: owner.ParseTag("team=payments")}, To: team("payments")},
		{When: owner.Condition{Tag: owner.ParseTag("team")}, To: team("some team")},
		{When: owner.Condition{Region: "us-east-1"}, To: team("US ops")},
	})
	secret := "[redacted:named_secret:" + strings.Repeat("0", 16) + "]"
	l := look{things: []thing{
		{region: "eu-west-1", n: 1, group: alone, says: [2]finding.Outcome{F, P}},
		{region: "eu-west-1", n: 2, group: alone, says: [2]finding.Outcome{F, P}},
		{region: "eu-west-1", n: 3, group: alone, says: [2]finding.Outcome{F, P}},
		{region: "us-east-1", n: 4, group: alone, says: [2]finding.Outcome{F, P}},
		{region: "us-east-1", n: 5, group: alone, says: [2]finding.Outcome{F, P}},
		{region: "eu-west-1", n: 6, group: webGroup, says: [2]finding.Outcome{F, P}},
		{region: "eu-west-1", n: 7, group: webGroup, says: [2]finding.Outcome{F, P}},
	}}
	tags := map[string][]estate.Tag{
		"i-1": {{Key: "team", Value: "payments"}, {Key: "Name", Value: "web\x00"}}, "i-2": {{Key: "team", Value: "search"}}, "i-3": {}, "i-5": {{Key: "team", Value: secret}},
		"i-6": {{Key: "team", Value: "payments"}, {Key: "n", Value: "6"}}, "i-7": {{Key: "team", Value: "payments"}, {Key: "n", Value: "7"}},
	}
	store := func(at time.Time) {
		w := begin(t, s, at)
		rs, j := l.judged(l.things)
		for i := range j.Rows {
			j.Rows[i].Tags, j.Rows[i].TagsKnown = tags[j.Rows[i].ID], tags[j.Rows[i].ID] != nil
		}
		if err := w.Page(t.Context(), rs, j); err != nil {
			t.Fatal(err)
		}
		l.close(t, w)
	}
	store(day)
	want := map[string]string{"1i-1": "payments 1", "1i-2": "some team 2", "1i-3": " 0", "1i-4": "US ops 3 past 1", "1i-5": "some team 2 past 1", "1web": "payments 1"}
	if d := cmp.Diff(want, owns(t, s, "")); d != "" {
		t.Error(d)
	}
	if got := chosen(t, s, officer, "owner:none"); got != "1i-3" {
		t.Errorf("nobody owns %s", got)
	}
	// Tags change though the document does not, and one workload's are lost.
	tags["i-3"], tags["i-7"] = []estate.Tag{{Key: "team", Value: "payments"}}, nil
	store(hour(1))
	want["1i-3"], want["1web"] = "payments 1", " 0 past 1"
	if d := cmp.Diff(want, owns(t, s, "")); d != "" {
		t.Error(d)
	}
	if got := chosen(t, s, officer, "owner:none"); got != "1web" {
		t.Errorf("nobody owns %s", got)
	}
	var kept int
	if err := s.Pool().QueryRow(t.Context(), `select count(*) from workload where tags::text like '%redacted%'`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d workloads keep a mark for a secret (%v)", kept, err)
	}
}

func TestAHandAssignmentWinsUntilItIsTakenBack(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	some.store(t, s, day, 2)
	keep(t, s, owner.List{{When: owner.Condition{UID: "*"}, To: team("everything")}})
	n := number(t, s, "i-1")
	act := func(do func(context.Context) error) {
		t.Helper()
		if err := s.See(t.Context(), officer, true, do); err != nil {
			t.Fatal(err)
		}
	}
	act(func(ctx context.Context) error {
		c, err := s.Web().AssignOwner(ctx, n, team("payments"), officer.Email)
		if c.Was.Name != "everything" || c.Now.Name != "payments" {
			t.Errorf("%+v", c)
		}
		return err
	})
	keep(t, s, owner.List{{When: owner.Condition{UID: "*"}, To: team("others")}})
	some.store(t, s, hour(1), 2)
	if got := owns(t, s, "i-1"); got["1i-1"] != "payments by "+officer.Email {
		t.Errorf("after other rules and another scan: %v", got)
	}
	act(func(ctx context.Context) error {
		c, err := s.Web().TakeBackOwner(ctx, n, officer.Email)
		if c.Was.Name != "payments" || c.Now.Name != "others" {
			t.Errorf("%+v", c)
		}
		return err
	})
	if got := owns(t, s, "i-1"); got["1i-1"] != "others 1" {
		t.Errorf("taken back: %v", got)
	}
	_, events, err := s.Reader().Finding(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range events {
		if e.Scan == 0 {
			told = append(told, fmt.Sprintf("%s by %s: %s", e.Change, e.Who, e.Note))
			if e.From != finding.Open || e.To != finding.Open || e.At.IsZero() {
				t.Errorf("%+v", e)
			}
		}
	}
	want := []string{"assigned by " + officer.Email + ": Owner: payments. Before: everything.", "taken back by " + officer.Email + ": Owner: others. Before: payments."}
	if d := cmp.Diff(want, told); d != "" {
		t.Error(d)
	}
	for name, do := range map[string]func(context.Context) error{
		"twice": func(ctx context.Context) error {
			_, err := s.Web().TakeBackOwner(ctx, n, officer.Email)
			return err
		},
		"not there": func(ctx context.Context) error {
			_, err := s.Web().AssignOwner(ctx, n+1000, team("payments"), officer.Email)
			return err
		},
	} {
		err := s.See(t.Context(), officer, true, do)
		if !problem.Is(err, problem.Conflict) && !problem.Is(err, problem.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of two who change the same version one is told to look again, and nothing of
// theirs is kept.
func TestAStaleListIsRefused(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	some.store(t, s, day, 2)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			errs[i] = s.See(t.Context(), officer, true, func(ctx context.Context) error {
				_, err := s.Web().KeepOwners(ctx, owner.List{{When: owner.Condition{UID: "*"}, To: team(fmt.Sprint("team ", i))}}, 0, officer.Email)
				return err
			})
		})
	}
	all.Wait()
	kept := ""
	for i, err := range errs {
		switch {
		case err == nil:
			kept += fmt.Sprint("team ", i)
		case !problem.Is(err, problem.Conflict) || !strings.Contains(err.Error(), "version 1") || !strings.Contains(err.Error(), officer.Email):
			t.Errorf("%d: %v", i, err)
		}
	}
	for finding, is := range owns(t, s, "") {
		if is != kept+" 1" {
			t.Errorf("%s belongs to %s, and the list of %s was kept", finding, is, kept)
		}
	}
}

// Rules that change while scans are being closed: whatever comes first, the
// last version decides in the end.
func TestRulesThatChangeWhileScansCloseDecideInTheEnd(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	var both sync.WaitGroup
	both.Go(func() {
		for i := range 6 {
			some.store(t, s, hour(1+i), 1)
		}
	})
	for i := range 20 {
		keep(t, s, owner.List{{When: owner.Condition{UID: "*"}, To: team(fmt.Sprint("team ", i))}})
	}
	both.Wait()
	for finding, is := range owns(t, s, "-is:closed") {
		if is != "team 19 1" {
			t.Errorf("%s belongs to %q", finding, is)
		}
	}
}

// Whoever sees one account is told of no owner of another: not by lists,
// filters, counts, the tables themselves, and not by the rules.
func TestNobodySeesOwnersOfAccountsOutOfReach(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	a, b := two(t, s)
	keep(t, s, owner.List{
		{When: owner.Condition{Account: otherAccount}, To: owner.Owner{Name: "hidden team", Kind: owner.Team, Email: "hidden@example.com"}},
		{When: owner.Condition{Account: account}, To: team("payments")},
	})
	one := only(a)
	one.Email = "hidden@example.com"
	if err := s.See(t.Context(), one, false, func(ctx context.Context) error {
		ctx = access.With(ctx, one)
		r := s.Web().Reader()
		told := map[string]any{}
		for i, text := range []string{"", "owner:hidden*", "owner:\"hidden team\"", "owner:me", "owner:none", "-owner:payments"} {
			fs, _, err := r.Findings(ctx, ask(t, text), listing.Worst, page(200))
			if err != nil {
				return err
			}
			if text != "" && len(fs) > 0 {
				t.Errorf("%s: %d findings", text, len(fs))
			}
			facets, err := r.Facets(ctx, ask(t, text), []string{"owner"})
			if err != nil {
				return err
			}
			told[fmt.Sprint(i)] = []any{fs, facets}
		}
		known, err := s.Web().OwnersKnown(ctx)
		if err != nil {
			return err
		}
		rules, err := s.Web().OwnerRules(ctx)
		if err != nil {
			return err
		}
		told["known"], told["rules"] = known, rules
		out, err := json.Marshal(told)
		if strings.Contains(string(out), "hidden") || !strings.Contains(string(out), "payments") {
			t.Errorf("they are told %s", out)
		}
		n, err2 := s.Web().Unowned(ctx)
		if n != 0 || err2 != nil {
			t.Errorf("%d open findings are unowned (%v)", n, err2)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"ownership where account_id = " + fmt.Sprint(b), "owner_rules"} {
		var n int
		if err := s.See(t.Context(), one, false, func(ctx context.Context) error {
			return postgres.Tx(ctx).QueryRow(ctx, `select count(*) from `+table).Scan(&n)
		}); err != nil || n != 0 {
			t.Errorf("%s: %d rows (%v)", table, n, err)
		}
	}
	// Nor can they write there.
	err := s.See(t.Context(), one, true, func(ctx context.Context) error {
		_, err := s.Web().AssignOwner(ctx, number(t, s, "account:"+otherAccount+" j-1"), team("mine"), "one")
		return err
	})
	if !problem.Is(err, problem.NotFound) {
		t.Errorf("a finding out of reach: %v", err)
	}
	err = s.See(t.Context(), one, true, func(ctx context.Context) error {
		_, err := s.Web().KeepOwners(ctx, nil, 0, "one")
		return err
	})
	if err == nil {
		t.Error("the rules were changed by somebody who does not see them")
	}
}

// What a preview says is what keeping the list does, and it changes nothing.
func TestAPreviewSaysWhatKeepingDoes(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	inventory(t, s)
	byHand := number(t, s, "i-1 account:"+account)
	if _, err := s.AssignOwner(t.Context(), byHand, team("by hand"), "anna"); err != nil {
		t.Fatal(err)
	}
	rule := rapid.Custom(func(t *rapid.T) owner.Rule {
		pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		return owner.Rule{To: team(pick("to", "red", "green", "blue")), When: owner.Condition{
			Name: pick("name", "*", "web-*", "secret-*", "*-4"), Region: pick("region", "", "us-east-1"), Group: pick("group", "", "left", "right"),
			Tag: owner.ParseTag(pick("tag", "", "", "team"))}}
	})
	rapid.Check(t, func(rt *rapid.T) {
		l := owner.List(rapid.SliceOfN(rule, 0, 4).Draw(rt, "list"))
		before := owns(t, s, "")
		p, err := s.PreviewOwners(t.Context(), l)
		if err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(before, owns(t, s, "")); d != "" {
			rt.Fatalf("the preview has changed something: %s", d)
		}
		r := keep(t, s, l)
		after := owns(t, s, "")
		got := listing.OwnerPreview{Rules: make([]listing.OwnerShare, len(l)), ByHand: 1, Changes: r.Changed}
		for _, f := range all(t, s) {
			if f.Owner.ByHand() {
				got.After.Owned++
				continue
			}
			if f.Owner.None() {
				got.After.Unowned++
				if f.State == finding.Open {
					got.After.UnownedOpen++
				}
			} else {
				got.After.Owned++
				if f.State == finding.Open {
					got.Rules[f.Owner.Rule-1].Open++
				} else {
					got.Rules[f.Owner.Rule-1].Others++
				}
			}
			if f.Owner.Passed > 0 {
				got.Rules[f.Owner.Passed-1].Passed++
			}
		}
		moves := 0
		for short := range after {
			if nameIn(before[short]) != nameIn(after[short]) {
				moves++
			}
		}
		p.Before = listing.OwnerCount{}
		if len(p.Moves) != moves || p.Changes != moves {
			rt.Fatalf("%d findings have another owner, and the preview names %d of %d", moves, len(p.Moves), p.Changes)
		}
		p.Moves = nil
		if d := cmp.Diff(got, p); d != "" {
			rt.Fatalf("what is and what the preview said: %s", d)
		}
	})
}

// nameIn is the owner's name in what owns gives.
func nameIn(s string) string {
	name, _, _ := strings.Cut(s, " ")
	return name
}

func all(t testing.TB, s *postgres.Store) []listing.Finding {
	t.Helper()
	fs, _, err := s.Reader().Findings(context.Background(), query.Query{}, listing.Worst, page(200))
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func TestAPreviewNamesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	inventory(t, s)
	p, err := s.PreviewOwners(t.Context(), owner.List{
		{When: owner.Condition{Account: "payments"}, To: team("a")},
		{When: owner.Condition{Account: "paymnts"}, To: team("a")},
		{When: owner.Condition{Group: "nowhere"}, To: team("a")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", `No account has the id or the name "paymnts".`, `No account stands in a group "nowhere".`} {
		if p.Rules[i].Note != want {
			t.Errorf("rule %d: %q, want %q", i+1, p.Rules[i].Note, want)
		}
	}
}

// The count of what nobody owns is remembered, and is never stale.
func TestUnownedIsCountedAnewAfterEachChange(t *testing.T) {
	t.Parallel()
	s := pgtest.Store(t)
	two(t, s)
	unowned := func(want int) {
		t.Helper()
		for range 2 {
			var n int
			if err := s.See(t.Context(), everybody, false, func(ctx context.Context) (err error) {
				n, err = s.Web().Unowned(ctx)
				return err
			}); err != nil || n != want {
				t.Errorf("%d open findings are unowned, want %d (%v)", n, want, err)
			}
		}
	}
	unowned(8)
	keep(t, s, owner.List{{When: owner.Condition{Region: "us-east-1"}, To: team("US ops")}})
	unowned(4)
	if _, err := s.AssignOwner(t.Context(), number(t, s, "i-1 account:"+account), team("x"), "anna"); err != nil {
		t.Fatal(err)
	}
	unowned(3)
	if _, err := s.TakeBackOwner(t.Context(), number(t, s, "i-1 account:"+account), "anna"); err != nil {
		t.Fatal(err)
	}
	unowned(4)
	next := look{things: append([]thing{}, some.things...)}
	next.things[0].says[0] = P // web-1 is mended
	next.store(t, s, hour(1), 2)
	unowned(3)
}

// TestOwnersLoad measures what rules of ownership cost on 100,000 findings:
//
//	PLUMBLINE_LOAD=1 go test ./internal/postgres -run TestOwnersLoad -v
//
// Without it a small estate is asked, so that every statement runs.
func TestOwnersLoad(t *testing.T) {
	t.Parallel()
	e := pgtest.Estate{Accounts: 3, Workloads: 60, PerWorkload: 5}
	if os.Getenv("PLUMBLINE_LOAD") != "" {
		e = pgtest.Estate{Accounts: 10, Workloads: 20_000, PerWorkload: 5}
	}
	s := e.Open(t)
	if _, err := s.Pool().Exec(t.Context(), `update workload set tags = jsonb_build_object('team', 'team-' || hop_limit, 'Name', name)`); err != nil {
		t.Fatal(err)
	}
	var l owner.List
	for i := range 50 {
		l = append(l, owner.Rule{When: owner.Condition{Tag: owner.ParseTag(fmt.Sprint("team=none-", i)), Name: "*-tier-*"}, To: team(fmt.Sprint("team ", i))})
	}
	l = append(l, owner.Rule{When: owner.Condition{Tag: owner.ParseTag("team=team-1")}, To: team("one")}, owner.Rule{When: owner.Condition{Tag: owner.ParseTag("team=team-2")}, To: team("two")})
	took := func(what string, do func()) {
		start := time.Now()
		do()
		t.Logf("%-40s %6.0f ms", what, float64(time.Since(start).Microseconds())/1000)
	}
	took("preview", func() {
		if p, err := s.PreviewOwners(t.Context(), l); err != nil || p.Changes == 0 {
			t.Fatal(p.Changes, err)
		}
	})
	took("keep, the first time", func() { t.Log(keep(t, s, l).Changed, "findings have another owner") })
	took("keep, nothing changes", func() { keep(t, s, l) })
	l[50].To, l[51].To = l[51].To, l[50].To
	took("keep, all change", func() { keep(t, s, l) })
	if _, err := s.Pool().Exec(t.Context(), `analyze ownership`); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*access.Viewer{everybody, only(idOf(t, s, "100000000001"))} {
		took("unowned, first", func() {
			if err := s.See(t.Context(), v, false, func(ctx context.Context) error { _, err := s.Web().Unowned(ctx); return err }); err != nil {
				t.Fatal(err)
			}
		})
		took("unowned, again", func() {
			if err := s.See(t.Context(), v, false, func(ctx context.Context) error { _, err := s.Web().Unowned(ctx); return err }); err != nil {
				t.Fatal(err)
			}
		})
		for _, text := range []string{"is:open owner:none", "is:open owner:one", "is:open owner:nobody-such", "is:open owner:t*"} {
			took(text, func() {
				if err := s.See(t.Context(), v, false, func(ctx context.Context) error {
					r := s.Web().Reader()
					if _, _, err := r.Findings(ctx, ask(t, text), listing.Worst, listing.Place{}); err != nil {
						return err
					}
					if _, err := r.CountFindings(ctx, ask(t, text)); err != nil {
						return err
					}
					_, err := r.Facets(ctx, ask(t, text), []string{"severity", "owner"})
					return err
				}); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
