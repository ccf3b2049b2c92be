package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	own "plumbline/internal/house"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// knowing is a source of which something is known besides what the cloud tells.
type knowing struct {
	scan.Source
	own.Known
}

func (k knowing) Context(ctx context.Context) (*snapshot.Context, error) {
	c, err := k.Source.Context(ctx)
	if err != nil {
		return nil, err
	}
	doc, answer, err := own.Tell(snapshot.Scope{Provider: c.Provider, Account: c.Account}, k.Known, c.TakenAt)
	if err != nil {
		return nil, err
	}
	all := []snapshot.Resource{doc}
	for _, kind := range c.Kinds() {
		all = append(all, c.Resources(kind)...)
	}
	return snapshot.NewContext(c.Provider, c.Account, c.TakenAt, all, append(slices.Clone(c.Answers()), answer)), nil
}

// ofAWS says that a rule is about AWS or about every cloud.
func ofAWS(r *rule.Rule) bool { return r.Provider == "aws" || r.Provider == "" }

// stages are accounts that hold every fault that a rule of AWS is about, and
// every virtue, under every kind of organisation.
func stages() []*stage {
	clock := time.Date(2026, 9, 10, 8, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	attested := []string{own.MetadataUnneeded}
	all := []*stage{
		{sim.Generate(sim.Intent{Seed: 11, Scenes: sim.Scenes()}), own.Known{LastScan: clock.Add(-day), Attested: attested}, "", clock},
		{sim.Generate(sim.Intent{Seed: 7, Regions: 8, Instances: 160}).Furnish(), own.Known{LastScan: clock.Add(-30 * day), Attested: attested}, "", clock},
		{ofAccount(sim.Generate(sim.Intent{Seed: 7, Accounts: 2, Regions: 5, Instances: 40}), 1), own.Known{}, "DescribeImages", clock},
		{ofAccount(sim.Generate(sim.Intent{Seed: 7, Accounts: 3, Regions: len(sim.RegionCases()), Instances: 130}), 2), own.Known{}, "", clock},
	}
	for n := 3; n < len(sim.OrgCases()); n++ {
		all = append(all, &stage{ofAccount(sim.Generate(sim.Intent{Seed: 7, Accounts: n + 1, Regions: 2, Instances: 10}), n), own.Known{}, "", clock})
	}
	return all
}

// What every rule says of every subject is what the makers of the estate meant
// it to, and each rule fails and passes at least once. Rules about what a probe
// tells say nothing at all, for none has reported.
func TestEveryRuleSaysOfTheEstateWhatIsTrue(t *testing.T) {
	t.Parallel()
	set := rules(t)
	counts := map[string]map[string]int{}
	count := func(rule, outcome string) {
		if counts[rule] == nil {
			counts[rule] = map[string]int{}
		}
		counts[rule][outcome]++
	}
	for _, c := range stages() {
		l := serve(t, c.estate, awssim.Options{Now: func() time.Time { return c.clock }})
		if c.refuse != "" {
			l.Fail(awssim.Fault{Action: c.refuse, Kind: awssim.Unauthorised})
		}
		o := runScan(t, knowing{live(t, l, c.clock), c.known}, set, 0)
		answersOf(c).hold(t, "account "+c.account().ID+", organisation "+c.account().OrgCase, set, o, count)
	}
	for _, r := range set.Rules() {
		switch {
		case !ofAWS(r):
		case r.Probed():
			if len(counts[r.ID]) > 0 {
				t.Errorf("%s says %v, and no probe has reported", r.ID, counts[r.ID])
			}
		case counts[r.ID][sim.Pass] == 0 || counts[r.ID][sim.Fail] == 0:
			t.Errorf("%s: the answers are %v; the simulator lacks a case", r.ID, counts[r.ID])
		}
	}
}

// A rule that is added is answered for: of each rule that a cloud's replies
// decide something is said, and of no rule that there is not.
func TestTheGeneratorAnswersForEveryRule(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, c := range stages() {
		for rule := range answersOf(c).of {
			said[rule] = true
		}
	}
	for _, r := range rules(t).Rules() {
		if ofAWS(r) && said[r.ID] == r.Probed() {
			t.Errorf("%s: the generator answers for it: %v; a probe decides it: %v", r.ID, said[r.ID], r.Probed())
		}
		delete(said, r.ID)
	}
	for id := range said {
		t.Errorf("the generator answers for %s, and there is no such rule", id)
	}
}
