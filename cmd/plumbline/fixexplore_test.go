package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/export"
	"plumbline/internal/finding"
)

func TestExploreFix(t *testing.T) {
	set := rules(t)
	missing := map[string]bool{}
	for _, r := range set.Rules() {
		if strings.Contains(r.Fix.CLI, "aws ") {
			missing[r.ID] = true
		}
	}
	fmt.Println("rules with commands", len(missing))
	for name, in := range map[string]sim.Intent{
		"plain": {Seed: 13, Regions: 6, Instances: 60},
		"all": {Seed: 13, Regions: 6, Instances: 400},
		"acc": {Seed: 13, Regions: 6, Accounts: 5},
		"scenes": {Seed: 13, Scenes: sim.Scenes()},
	} {
		e := sim.Generate(in)
		if in.Accounts == 5 { e.Accounts = e.Accounts[4:] }
		l := serve(t, e, awssim.Options{})
		report := export.NewReport("test", set, facts.For("aws"))
		from := time.Now()
		runScan(t, live(t, l, now()), set, 0, report)
		took := time.Since(from)
		n := map[string]int{}
		for i := range report.Verdicts {
			v := &report.Verdicts[i]
			if v.Outcome == finding.Fail && strings.Contains(report.Fixes[v.Key()].CLI, "aws ") { n[v.Rule]++ }
		}
		fmt.Println(name, took, e.Accounts[0].Regions[0].Len())
		for id := range missing { fmt.Print(id, ":", n[id], " ") }
		fmt.Println()
		for id := range n { if name != "all" { delete(missing, id)} }
	}
	fmt.Println("nowhere", missing)
}
