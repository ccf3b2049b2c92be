package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/estate"
	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

// The command that a page tells people to paste closes the finding and opens
// no other, and undo brings everything back: proved by pasting it into a shell
// whose aws asks the simulated cloud, and scanning again. Rules whose command
// cannot be proved so are named in notTried, with the reason.
func TestFixesCloseTheirFindings(t *testing.T) {
	t.Parallel()
	set := rules(t)
	var provings []*proving
	for _, g := range []struct {
		e       *sim.Estate
		regions []string
	}{
		{sim.Generate(sim.Intent{Seed: 13, Regions: 6, Instances: 60}), []string{"eu-west-1", "us-east-1", "eu-central-2"}},
		{sim.Generate(sim.Intent{Seed: 13, Scenes: sim.Scenes()}), []string{"eu-west-1", "eu-north-1", "us-east-1"}},
		{ofAccount(sim.Generate(sim.Intent{Seed: 13, Accounts: 3, Regions: 2, Instances: 20}), 2), []string{"eu-west-1"}},
	} {
		prepare(g.e.Accounts[0])
		l := serve(t, g.e, awssim.Options{})
		for _, r := range g.regions {
			provings = append(provings, newProving(t, set, l, r))
		}
	}
	held := map[*awssim.Listener]*sync.Mutex{} // regions of one account share its identities
	for _, g := range provings {
		held[g.l] = &sync.Mutex{}
	}
	taken := map[string]bool{}
	for _, g := range provings {
		mine := g.rules(set, taken)
		t.Run(g.l.Estate().Accounts[0].ID+" "+g.region, func(t *testing.T) {
			t.Parallel()
			held[g.l].Lock()
			defer held[g.l].Unlock()
			for _, r := range mine {
				g.prove(t, r)
			}
		})
	}
	for _, r := range set.Rules() {
		if givesCommand(r) && !taken[r.ID] && notTried[r.ID] == "" {
			t.Errorf("the fix of %s was never tried: no estate has a failing subject with a command", r.ID)
		}
	}
	for _, table := range []map[string]string{notTried, noWayBack} {
		for _, id := range slices.Sorted(maps.Keys(table)) {
			if !slices.ContainsFunc(set.Rules(), func(r *rule.Rule) bool { return r.ID == id && givesCommand(r) }) {
				t.Errorf("%s stands in a table and is no rule with a command", id)
			}
		}
	}
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

func givesCommand(r *rule.Rule) bool { return strings.Contains(r.Fix.CLI, "aws ") }

// A proving is one region of an account, with what every rule says of it.
type proving struct {
	l      *awssim.Listener
	set    *rule.Set
	region string
	before *outcomes
	report *export.Report
	things *things
}

func newProving(t *testing.T, set *rule.Set, l *awssim.Listener, region string) *proving {
	g := &proving{l: l, set: set, region: region, report: export.NewReport("test", set, facts.For("aws")), things: newThings()}
	g.before = runScan(t, live(t, l, now(), region), set, 0, g.report, g.things)
	return g
}

func (g *proving) again(t *testing.T) *outcomes {
	t.Helper()
	return runScan(t, live(t, g.l, now(), g.region), g.set, 0)
}

func (g *proving) account() *sim.Account { return g.l.Estate().Accounts[0] }
func (g *proving) sim() *sim.Region      { return g.account().Region(g.region) }

// rules are those that can be tried here and were not taken yet; what has no
// way back comes last.
func (g *proving) rules(set *rule.Set, taken map[string]bool) []*rule.Rule {
	var mine []*rule.Rule
	for _, r := range set.Rules() {
		if givesCommand(r) && !taken[r.ID] && g.subject(r) != nil {
			taken[r.ID] = true
			mine = append(mine, r)
		}
	}
	rank := func(r *rule.Rule) int { return min(len(noWayBack[r.ID]), 1) }
	slices.SortStableFunc(mine, func(a, b *rule.Rule) int { return cmp.Compare(rank(a), rank(b)) })
	return mine
}

// subject is a finding of the rule for which a command is given, nil if there
// is none.
func (g *proving) subject(r *rule.Rule) *finding.Verdict {
	for i := range g.report.Verdicts {
		v := &g.report.Verdicts[i]
		fix := g.report.Fixes[v.Key()]
		if v.Rule != r.ID || v.Outcome != finding.Fail || !strings.Contains(fix.CLI, "aws ") || fix.Undo != "" && !strings.Contains(fix.Undo, "aws ") {
			continue
		}
		if v.Subject.Kind == estate.KindWorkload && strings.Contains(fix.Undo, "--http-tokens optional") && g.before.of[pair{"AWS-IMDS-005", v.Subject.Parent}] == finding.Pass {
			continue // where tokens are enforced, EC2 refuses to go back
		}
		if fix.Undo == fix.CLI {
			continue // a change is pending already, and nothing brings back what was before it
		}
		if fits := brings[r.ID].fits; fits != nil && !fits(g, v) {
			continue
		}
		return v
	}
	return nil
}

// An attempt is one rule's command on one subject.
type attempt struct {
	*proving
	v   *finding.Verdict
	fix rule.Fix
	dir string // that the shell stands in
	out string // that the command printed
}

func (g *proving) prove(t *testing.T, r *rule.Rule) {
	v := g.subject(r)
	a := &attempt{proving: g, v: v, fix: g.report.Fixes[v.Key()], dir: t.TempDir()}
	if notTried[r.ID] != "" {
		a.cannot(t)
		return
	}
	b := brings[r.ID]
	done := a.paste(t, a.fix.CLI, b.first)
	after := g.again(t)
	if got := after.of[pair{r.ID, v.Subject.UID}]; got != finding.Pass && got != finding.NotApplicable && !(got == 0 && b.gone) {
		t.Errorf("%s on %s: after %q it is %v", r.ID, v.Subject.UID, a.fix.CLI, got)
	}
	for k, now := range after.of {
		if was := g.before.of[k]; now == finding.Fail && was != finding.Fail || now == finding.Unknown && (was == finding.Pass || was == finding.NotApplicable) {
			t.Errorf("%s: %q turned %s on %s from %v to %v", r.ID, a.fix.CLI, k.rule, k.uid, was, now)
		}
	}
	switch {
	case noWayBack[r.ID] != "" && a.fix.Undo != "":
		t.Errorf("%s has a way back: take it out of the table", r.ID)
	case noWayBack[r.ID] != "":
		g.before = after
		return
	case a.fix.Undo == "":
		t.Errorf("%s has a command and no way back: give it fix.undo", r.ID)
		return
	}
	a.back(t, b, done)
}

// back undoes what was done, and finds everything as it was.
func (a *attempt) back(t *testing.T, b errand, done []given) {
	undo := b.then
	if undo == nil {
		undo = func(*attempt) []given { return done }
	}
	a.paste(t, a.fix.Undo, undo)
	undone := a.again(t)
	for k, was := range a.before.of {
		if now := undone.of[k]; now != was {
			t.Errorf("%s: after %q %s on %s is %v, and was %v", a.v.Rule, a.fix.Undo, k.rule, k.uid, now, was)
		}
	}
	a.before = undone // so that what stayed behind is told once
}

// cannot fails where a command that is not tried could be.
func (a *attempt) cannot(t *testing.T) {
	calls := len(a.l.Calls())
	if _, err := a.shell(t, a.fix.CLI, nil); err != nil {
		return // refused, or something that it needs is not there
	}
	for _, c := range a.l.Calls()[calls:] {
		if !slices.ContainsFunc([]string{"List", "Get", "Describe", "Generate"}, func(verb string) bool { return strings.HasPrefix(c.Action, verb) }) {
			t.Errorf("%s: %q works on the simulated cloud: prove it, and take it out of the table", a.v.Rule, a.fix.CLI)
		}
	}
}

// paste runs a script once for each set of variables; a script that needs none
// is run once.
func (a *attempt) paste(t *testing.T, script string, needs func(*attempt) []given) []given {
	t.Helper()
	sets := []given{nil}
	if needs != nil {
		sets = needs(a)
	}
	if len(sets) == 0 {
		t.Fatalf("%s: there is nothing to do %q with", a.v.Rule, script)
	}
	for _, env := range sets {
		out, err := a.shell(t, script, env)
		if err != nil {
			t.Errorf("%s on %s: %q with %v: %v", a.v.Rule, a.v.Subject.UID, script, env, err)
		}
		a.out += out
	}
	return sets
}

// given are variables that a command leaves to the operator, and files: a name
// with a dot in it.
type given map[string]string

// shell runs a script as an operator's shell does.
func (a *attempt) shell(t *testing.T, script string, env given) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(a.dir, "bin")
	write(t, filepath.Join(bin, "aws"), "#!/bin/sh\nexec '"+self+"' \"$@\"\n")
	c := exec.CommandContext(t.Context(), "sh", "-e", "-c", script)
	c.Dir = a.dir
	c.Env = append(os.Environ(), asAWS+"=1", "PATH="+bin+":"+os.Getenv("PATH"), "AWS_ENDPOINT_URL="+a.l.URL, "AWS_ACCESS_KEY_ID="+a.account().AccessKey, "AWS_DEFAULT_REGION="+a.region)
	for name, v := range env {
		if strings.Contains(name, ".") {
			write(t, filepath.Join(a.dir, name), v)
			continue
		}
		c.Env = append(c.Env, name+"="+v)
	}
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, complaints.Bytes())
	}
	if complaints.Len() > 0 {
		return "", fmt.Errorf("it complains: %s", complaints.Bytes())
	}
	return out.String(), nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}
