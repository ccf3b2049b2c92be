package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/finding"
	own "plumbline/internal/house"
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

// Four accounts hold every fault that a rule of AWS is about, and every
// virtue; what each rule says of each subject is what the makers of the estate
// meant it to. Rules about what a probe tells say nothing at all, for none has
// reported.
func TestEveryRulePassesAndFailsInTheEstate(t *testing.T) {
	t.Parallel()
	set := rules(t)
	clock := time.Date(2026, 9, 10, 8, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	said, want := map[string]map[finding.Outcome]int{}, map[string]map[finding.Outcome]int{}
	count := func(all map[string]map[finding.Outcome]int, rule string, o finding.Outcome) {
		if all[rule] == nil {
			all[rule] = map[finding.Outcome]int{}
		}
		all[rule][o]++
	}
	for _, c := range []struct {
		estate *sim.Estate
		known  own.Known
		refuse string
	}{
		{sim.Generate(sim.Intent{Seed: 11, Scenes: sim.Scenes()}), own.Known{LastScan: clock.Add(-day), Attested: []string{own.MetadataUnneeded}}, ""},
		{sim.Generate(sim.Intent{Seed: 7, Regions: 8, Instances: 160}).Furnish(), own.Known{LastScan: clock.Add(-30 * day), Attested: []string{own.MetadataUnneeded}}, ""},
		{ofAccount(sim.Generate(sim.Intent{Seed: 7, Accounts: 2, Regions: 5, Instances: 40}), 1), own.Known{}, "DescribeImages"},
		{ofAccount(sim.Generate(sim.Intent{Seed: 7, Accounts: 3, Regions: 2, Instances: 10}), 2), own.Known{}, ""},
	} {
		e := c.estate
		l := serve(t, e, awssim.Options{Now: func() time.Time { return clock }})
		if c.refuse != "" {
			l.Fail(awssim.Fault{Action: c.refuse, Kind: awssim.Unauthorised})
		}
		o := runScan(t, knowing{live(t, l, clock), c.known}, set, 0)
		for p, out := range o.of {
			count(said, p.rule, out)
		}
		h := &against{t: t, what: "account " + e.Accounts[0].ID}
		for rule, of := range answersOf(e, clock) {
			for uid, word := range of {
				if word == "" {
					continue
				}
				got, ok := o.of[pair{rule, uid}]
				if !ok {
					h.lacks(uid, rule)
					continue
				}
				h.is(uid, rule, word, got.String())
				count(want, rule, got)
			}
		}
		h.end()
	}
	for _, r := range set.Rules() {
		if r.Probed() {
			if len(said[r.ID]) > 0 {
				t.Errorf("%s says %v, and no probe has reported", r.ID, said[r.ID])
			}
			continue
		}
		for _, o := range []finding.Outcome{finding.Pass, finding.Fail} {
			if said[r.ID][o] == 0 {
				t.Errorf("%s: nothing in the estate is a %s; the simulator lacks a case", r.ID, o)
			}
		}
	}
	for rule, of := range want {
		for _, o := range []finding.Outcome{finding.Pass, finding.Fail} {
			if of[o] == 0 {
				t.Errorf("%s: no answer is a %s", rule, o)
			}
		}
	}
}
