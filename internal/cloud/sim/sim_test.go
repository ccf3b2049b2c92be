package sim

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// all collects every instance of an estate by uid.
func all(e *Estate) map[string]Instance {
	m := map[string]Instance{}
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			for n := range r.Len() {
				i := r.Instance(n)
				m[e.InstanceUID(a.ID, r.Name, i.ID)] = i
			}
		}
	}
	return m
}

func TestEveryCaseAnswersEveryRule(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	count := map[string]int{}
	for _, c := range Cases() {
		if names[c.Name] {
			t.Errorf("two cases are named %q", c.Name)
		}
		names[c.Name] = true
		if d := cmp.Diff([]string{TokenRequired, HopLimit, IPv6Off, NoSensitiveTags}, slices.Sorted(maps.Keys(c.Want))); d != "" {
			t.Errorf("%s: %s", c.Name, d)
		}
		for rule, w := range c.Want {
			count[rule+" "+w]++
		}
	}
	for _, c := range RegionCases() {
		for rule, w := range c.Want {
			count[rule+" "+w]++
		}
	}
	for _, rule := range []string{TokenRequired, HopLimit, IPv6Off, NoSensitiveTags, DefaultTokens, TokensEnforced} {
		for _, w := range []string{Fail, Pass, Unknown, NotApplicable} {
			if count[rule+" "+w] == 0 {
				t.Errorf("no case answers %s of %s", w, rule)
			}
		}
	}
}

func TestSameIntentSameEstate(t *testing.T) {
	t.Parallel()
	in := Intent{Seed: 3, Accounts: 2, Regions: 12, Instances: 200}
	a, b := Generate(in), Generate(in)
	if d := cmp.Diff(all(a), all(b), cmp.AllowUnexported(Instance{})); d != "" {
		t.Error(d)
	}
	in.Seed++
	if cmp.Equal(slices.Sorted(maps.Keys(all(a))), slices.Sorted(maps.Keys(all(Generate(in))))) {
		t.Error("another seed gives the same ids")
	}
}

func TestEveryCaseStandsInEveryAccount(t *testing.T) {
	t.Parallel()
	e := Generate(Intent{Seed: 8, Accounts: 3, Regions: 10})
	for _, a := range e.Accounts {
		of, shared, regions := map[string]int{}, 0, map[string]bool{}
		for _, r := range a.Regions {
			regions[r.Case] = true
			for n := range r.Len() {
				of[r.Instance(n).Case]++
				if n > 0 && r.Together(n-1, n) {
					shared++
				}
			}
			if !r.Enabled() && r.Len() > 0 {
				t.Errorf("%s is not enabled and holds %d instances", r.Name, r.Len())
			}
		}
		if len(of) != len(Cases()) || len(regions) != len(RegionCases()) || shared == 0 {
			t.Errorf("account %s: %d of %d cases, %d of %d region cases, %d shared reservations", a.ID, len(of), len(Cases()), len(regions), len(RegionCases()), shared)
		}
	}
}

func TestExpectedNamesEverySubjectOnce(t *testing.T) {
	t.Parallel()
	e := Generate(Intent{Seed: 8, Accounts: 2, Regions: 10, Instances: 90})
	got := e.Expected()
	if want := 2 * (90*4 + 10*2); len(got) != want {
		t.Errorf("%d expectations, want %d", len(got), want)
	}
	seen := map[string]bool{}
	for _, x := range got {
		if seen[x.Rule+x.UID] {
			t.Error("twice: ", x)
		}
		seen[x.Rule+x.UID] = true
	}
	for _, x := range []Expectation{
		{DefaultTokens, "aws:111122223333:eu-west-1", Fail}, {TokensEnforced, "aws:111122224333:eu-central-1", Pass}, {DefaultTokens, "aws:111122223333:ap-east-1", NotApplicable},
	} {
		if !slices.Contains(got, x) {
			t.Error("missing: ", x)
		}
	}
	for uid := range all(e) {
		if !strings.HasPrefix(uid, "arn:aws:ec2:") || !strings.Contains(uid, ":instance/i-") {
			t.Error("uid ", uid)
		}
	}
}

func TestRefusedRegionHidesItsInstances(t *testing.T) {
	t.Parallel()
	e := Demo()
	if d := cmp.Diff([]Gap{{"111122223333", "ap-southeast-2", DescribeInstances}}, e.Gaps()); d != "" {
		t.Error(d)
	}
	regions := 0
	for _, x := range e.Expected() {
		if strings.Contains(x.UID, "ap-southeast-2") {
			regions++
			if strings.HasPrefix(x.UID, "arn:") {
				t.Error("hidden, yet expected: ", x)
			}
		}
	}
	if regions != 2 {
		t.Errorf("%d answers about the region itself, want 2", regions)
	}
}

// outcomes counts answers of instances and regions that can be seen.
func outcomes(e *Estate) map[string]int {
	m := map[string]int{}
	for _, x := range e.Expected() {
		m[x.Outcome]++
	}
	return m
}

func TestDemoLooksLikeACompany(t *testing.T) {
	t.Parallel()
	e := Demo()
	if len(e.Accounts) != 1 || e.Accounts[0].Name != "payments-prod" || len(e.Accounts[0].Regions) != 17 {
		t.Errorf("accounts: %v", e.Accounts)
	}
	names := map[string]int{}
	for _, i := range all(e) {
		names[i.Name()]++
	}
	if n := len(names); n < 50 || n > 70 {
		t.Errorf("%d names", n)
	}
	for name, n := range names {
		if n > 1 || name == "" || strings.Contains(name, "%") {
			t.Errorf("%d instances are named %q", n, name)
		}
	}
	if o := outcomes(e); o[Fail] < 10 || o[Unknown] == 0 || o[Pass] < 100 || o[NotApplicable] == 0 {
		t.Error(o)
	}
}

func TestDemoGoesOn(t *testing.T) {
	t.Parallel()
	before := Demo()
	after := before.Next()
	was, is := map[Expectation]bool{}, map[string]string{}
	for _, x := range before.Expected() {
		was[x] = true
	}
	for _, x := range after.Expected() {
		is[x.Rule+x.UID] = x.Outcome
	}
	story := map[string]int{}
	for x := range was {
		now, there := is[x.Rule+x.UID]
		switch {
		case x.Outcome == Fail && now == Pass:
			story["fixed"]++
		case x.Outcome == Pass && now == Fail:
			story["newly failing"]++
		case x.Outcome == Fail && now == Unknown:
			story["lost"]++
		case x.Outcome == Fail && !there:
			story["gone"]++
		}
	}
	if d := cmp.Diff([]string{"fixed", "gone", "lost", "newly failing"}, slices.Sorted(maps.Keys(story))); d != "" {
		t.Error(d, story)
	}
	third := after.Next()
	if len(third.Gaps()) != 0 || third.Step != 2 {
		t.Error("on the third day there are gaps: ", third.Gaps())
	}
	if d := cmp.Diff(third.Expected(), third.Next().Expected()); d != "" {
		t.Error("after the third day things still change: ", d)
	}
	if d := cmp.Diff(before.Expected(), Demo().Expected()); d != "" {
		t.Error("the first day was changed: ", d)
	}
}

func TestGeneratedEstateEvolves(t *testing.T) {
	t.Parallel()
	a := Generate(Intent{Seed: 8, Instances: 400})
	before := a.Expected()
	b := a.Next()
	if d := cmp.Diff(before, a.Expected()); d != "" {
		t.Error("Next changed what was: ", d)
	}
	gone, joined := 0, 0
	was, is := all(a), all(b)
	for uid := range was {
		if _, ok := is[uid]; !ok {
			gone++
		}
	}
	for uid := range is {
		if _, ok := was[uid]; !ok {
			joined++
		}
	}
	if gone == 0 || joined == 0 || cmp.Equal(before, b.Expected()) {
		t.Errorf("%d gone, %d joined", gone, joined)
	}
	if d := cmp.Diff(b.Expected(), Generate(Intent{Seed: 8, Instances: 400}).Next().Expected()); d != "" {
		t.Error("the next day is another each time: ", d)
	}
}

func TestLargeEstateIsFoundByID(t *testing.T) {
	t.Parallel()
	e := Big(4003)
	n, ids := 0, map[string]bool{}
	for _, r := range e.Accounts[0].Regions {
		for k := range r.Len() {
			i := r.Instance(k)
			if r.Find(i.ID) != k || len(i.ID) != 19 {
				t.Fatalf("instance %d, %s, is found at %d", k, i.ID, r.Find(i.ID))
			}
			ids[i.ID] = true
			n++
		}
		for _, id := range []string{"", "i-0", "i-00000000000000000", "i-zzzzzzzzzzzzzzzzz"} {
			if r.Find(id) != -1 {
				t.Errorf("%q is found", id)
			}
		}
	}
	if n != 4003 || len(ids) != n {
		t.Errorf("%d instances, %d ids", n, len(ids))
	}
}
