package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func estates() map[string]*Estate {
	return map[string]*Estate{
		"generated": Generate(Intent{Seed: 6, Accounts: 3, Regions: 10, Instances: 700}), "the next day": Generate(Intent{Seed: 6, Accounts: 2, Regions: 10, Instances: 700}).Next(),
		"demo": Demo(), "demo, third day": Demo().Next().Next(), "large": Big(4000),
	}
}

func TestEveryInstanceHasItsAnswers(t *testing.T) {
	t.Parallel()
	for name, e := range estates() {
		n := 0
		e.visible(func(*Account, *Region, *Instance) { n++ })
		if p, u, c := len(e.ExpectedPower()), len(e.ExpectedUsage()), len(e.ExpectedCare()); p != n || u != n || c != n {
			t.Errorf("%s: %d instances, answers about power %d, usage %d, care %d", name, n, p, u, c)
		}
		if len(e.ExpectedForecast()) == 0 || len(e.ExpectedSecrets()) == 0 || len(e.ExpectedWatch()) == 0 || len(e.ExpectedAccounts()) != len(e.Accounts) || len(e.ExpectedGuardrails()) != len(e.Accounts) {
			t.Error(name, ": answers are missing")
		}
	}
}

// What instances name is there, but for what is meant to be gone.
func TestNothingDanglesUnintended(t *testing.T) {
	t.Parallel()
	for name, e := range estates() {
		gone := 0
		e.visible(func(a *Account, r *Region, i *Instance) {
			f := r.Fleet()
			switch {
			case powerCaseNamed(i.Power).Shape == "gone":
				gone++
			case i.Profile != "" && a.IAM.Profile(i.Profile) < 0:
				t.Errorf("%s: %s: there is no profile %s", name, i.ID, i.Profile)
			}
			if f.Image(i.Image) < 0 {
				t.Errorf("%s: %s: there is no image %s", name, i.ID, i.Image)
			}
			if g := i.group(); g != "" && !slices.ContainsFunc(f.Groups, func(x *ScalingGroup) bool { return x.AutoScalingGroupName == g }) {
				t.Errorf("%s: %s: there is no group %s", name, i.ID, g)
			}
		})
		if (gone > 0) != (name == "generated" || name == "the next day") {
			t.Errorf("%s: %d profiles are gone", name, gone)
		}
	}
}

func TestMembersOfALargeGroupAreFoundByTheirTags(t *testing.T) {
	t.Parallel()
	e := Big(3000)
	for _, r := range e.Accounts[0].Regions {
		want := map[string][]string{}
		for n := range r.Len() {
			i := r.Instance(n)
			want[i.group()] = append(want[i.group()], i.ID)
		}
		delete(want, "")
		if d := cmp.Diff(want, membersOf(r)); d != "" {
			t.Error(d)
		}
	}
}

func TestAnswersDoNotChangeWithTheDayAfter(t *testing.T) {
	t.Parallel()
	e := Generate(Intent{Seed: 6, Accounts: 2, Regions: 10, Instances: 500})
	told := func() string {
		return fmt.Sprint(e.ExpectedPower(), e.ExpectedForecast(), e.ExpectedSecrets(), e.ExpectedUsage(), e.ExpectedCare(), e.ExpectedWatch())
	}
	before := told()
	next := e.Next()
	next.Accounts[0].IAM.Change(func(i *IAM) { i.Roles = i.Roles[:1] })
	next.Accounts[0].Regions[0].Fleet().Change(func(f *Fleet) { f.Groups[0] = &ScalingGroup{} })
	next.Accounts[0].Regions[0].SetStorage(func(s *Storage) { s.SnapshotBlock = "changed" })
	if told() != before || e.Accounts[0].Regions[0].Storage().SnapshotBlock == "changed" {
		t.Error("what happens on a later day changes an earlier one")
	}
}

// The demonstration tells of a path: a batch host that allows v1 holds the
// rights of an administrator.
func TestDemoHasSomethingToTell(t *testing.T) {
	t.Parallel()
	e := Demo()
	levels := map[string][]string{}
	for _, x := range e.ExpectedPower() {
		levels[x.Level] = append(levels[x.Level], x.Profile[strings.LastIndexByte(x.Profile, '/')+1:])
	}
	for level, profile := range map[string]string{Admin: "reporting-prod", DataRead: "web-prod", Escalation: "build-dev"} {
		if !slices.Contains(levels[level], profile) {
			t.Errorf("%s: %v", level, levels[level])
		}
	}
	off := []string{}
	for _, x := range e.ExpectedWatch() {
		if !x.Detector {
			off = append(off, x.UID)
		}
	}
	if d := cmp.Diff([]string{"aws:111122223333:eu-north-1"}, off); d != "" {
		t.Error(d)
	}
	hidden := []string{}
	for _, x := range e.ExpectedSecrets() {
		for _, f := range x.Finds {
			hidden = append(hidden, x.Case+": "+f.Kind)
		}
	}
	if d := cmp.Diff([]string{"a password in a URL: url_password"}, hidden); d != "" {
		t.Error(d)
	}
	optional := slices.DeleteFunc(e.ExpectedForecast(), func(x ForecastExpectation) bool { return x.Tokens != "optional" })
	if len(optional) == 0 || optional[0].Name != "batch-group" {
		t.Error("optional: ", optional)
	}
}

func TestCasesOfEverythingElseAreNamedOnce(t *testing.T) {
	t.Parallel()
	names := map[string]int{}
	add := func(kind, name string) { names[kind+" "+name]++ }
	for _, c := range OrgCases() {
		add("organisation", c.Name)
	}
	for _, c := range WatchCases() {
		add("watch", c.Name)
	}
	for _, c := range TrailCases() {
		add("trail", c.Name)
	}
	for _, c := range UsageCases() {
		add("usage", c.Name)
	}
	for _, c := range CareCases() {
		add("care", c.Name)
	}
	for _, c := range UserDataCases() {
		add("user data", c.Name)
	}
	for _, n := range slices.Sorted(maps.Keys(names)) {
		if names[n] > 1 {
			t.Errorf("%d cases are named %s", names[n], n)
		}
	}
}
