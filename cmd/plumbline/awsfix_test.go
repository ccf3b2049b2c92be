package main

import (
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/estate"
	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
)

// The command that a page tells people to paste closes the finding and opens
// no other, and undo brings everything back: proved by pasting it into a shell
// whose aws asks the simulated cloud, and scanning again. Rules whose command
// cannot be proved so are named in notTried, with the reason.
func TestFixesCloseTheirFindings(t *testing.T) {
	t.Parallel()
	grounds := map[string][]provingGround{}
	for name, g := range map[string]struct {
		e       *sim.Estate
		regions []string
	}{
		"1 settings": {sim.Generate(sim.Intent{Seed: 13, Regions: 6, Instances: 60}), []string{"eu-west-1", "us-east-1", "eu-central-2"}},
		"2 scenes":   {sim.Generate(sim.Intent{Seed: 13, Scenes: sim.Scenes()}), []string{"eu-west-1", "eu-north-1", "us-east-1"}},
		"3 member":   {ofAccount(sim.Generate(sim.Intent{Seed: 13, Accounts: 3, Regions: 2, Instances: 20}), 2), []string{"eu-west-1"}},
	} {
		prepare(g.e.Accounts[0])
		l := serve(t, g.e, awssim.Options{})
		for _, r := range g.regions {
			grounds[name] = append(grounds[name], &awsGround{l, r})
		}
	}
	f := &fixes{cloud: "aws", commands: []string{"aws"}, notTried: notTried, noWayBack: noWayBack, brings: brings, unfit: stays}
	f.close(t, rules(t), grounds)
}

// An awsGround is one region of an account.
type awsGround struct {
	l      *awssim.Listener
	region string
}

func (g *awsGround) account() *sim.Account { return g.l.Estate().Accounts[0] }

func (g *awsGround) scan(t *testing.T, set *rule.Set, outs ...scan.Out) *outcomes {
	t.Helper()
	return runScan(t, live(t, g.l, now(), g.region), set, 0, outs...)
}

func (g *awsGround) programs(self string) map[string]string {
	return map[string]string{"aws": "#!/bin/sh\n" + asAWS + "=1 exec '" + self + "' \"$@\"\n"}
}

func (g *awsGround) environment(string) []string {
	return []string{"AWS_ENDPOINT_URL=" + g.l.URL, "AWS_ACCESS_KEY_ID=" + g.account().AccessKey, "AWS_DEFAULT_REGION=" + g.region}
}

func (g *awsGround) changed(since int) (calls []string, all int) {
	made := g.l.Calls()
	for _, c := range made[since:] {
		if !slices.ContainsFunc([]string{"List", "Get", "Describe", "Generate"}, func(verb string) bool { return strings.HasPrefix(c.Action, verb) }) {
			calls = append(calls, c.Action)
		}
	}
	return calls, len(made)
}

func (g *proving) aws() *awsGround       { return g.provingGround.(*awsGround) }
func (g *proving) account() *sim.Account { return g.aws().account() }
func (g *proving) sim() *sim.Region      { return g.account().Region(g.aws().region) }

// stays says that nothing would bring back what was before.
func stays(g *proving, v *finding.Verdict, fix rule.Fix) bool {
	if v.Subject.Kind == estate.KindWorkload && strings.Contains(fix.Undo, "--http-tokens optional") && g.before.of[pair{"AWS-IMDS-005", v.Subject.Parent}] == finding.Pass {
		return true // where tokens are enforced, EC2 refuses to go back
	}
	return fix.Undo == fix.CLI // a change is pending already
}

// scanned is a whole scan, with its report.
func scanned(t *testing.T, l *awssim.Listener, set *rule.Set) (*outcomes, *export.Report) {
	t.Helper()
	report := export.NewReport("test", set, facts.For("aws"))
	return runScan(t, live(t, l, now()), set, 0, report), report
}

func ofAccount(e *sim.Estate, n int) *sim.Estate {
	e.Accounts = e.Accounts[n : n+1]
	return e
}
