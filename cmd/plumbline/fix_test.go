package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/export"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A provingGround is a part of a simulated cloud that fixes are tried on.
type provingGround interface {
	scan(t *testing.T, set *rule.Set, outs ...scan.Out) *outcomes
	programs(self string) map[string]string // scripts that a shell finds, by name; self is this binary
	environment(dir string) []string        // of a shell that stands in dir
	changed(since int) (calls []string, all int)
}

// fixes are the fixes of one cloud, and what is known of them.
type fixes struct {
	cloud     string
	commands  []string                                        // programs whose commands are tried
	notTried  map[string]string                               // rules whose command is not, and why; the test fails if one can be
	noWayBack map[string]string                               // rules whose command cannot be undone, and why
	brings    map[string]errand                               // what rules want to be brought
	unfit     func(*proving, *finding.Verdict, rule.Fix) bool // subjects that no command is tried on; nil is none
}

// An errand is what the operator has to know or bring for a command.
type errand struct {
	fits  func(*proving, *finding.Verdict) bool // which subjects it is tried on; nil is any
	first func(*attempt) []given                // for the command, a set for each time it is pasted
	then  func(*attempt) []given                // for undo; nil is as before
	gone  bool                                  // the subject is gone afterwards
	stays []string                              // kinds of which undo leaves what was made, since it does no harm
	lacks []string                              // kinds of which undo does not bring back what only some have
	asks  string                                // the rule that asks afterwards of what it left alone before
}

// calls says that a script has a command of the cloud.
func (f *fixes) calls(script string) bool {
	return slices.ContainsFunc(f.commands, func(p string) bool { return strings.Contains(script, p+" ") })
}

// close tries the command of every rule on some ground. The grounds of one list
// share an account, and are tried one after another.
func (f *fixes) close(t *testing.T, set *rule.Set, grounds map[string][]provingGround) {
	var all []*proving
	names := slices.Sorted(maps.Keys(grounds))
	for _, name := range names {
		for _, g := range grounds[name] {
			all = append(all, newProving(t, f, set, name, g))
		}
	}
	taken := map[string]bool{}
	for _, g := range all {
		g.mine = g.rules(taken)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, g := range all {
				if g.name != name {
					continue
				}
				for _, r := range g.mine {
					g.prove(t, r)
				}
			}
		})
	}
	for _, r := range set.Rules() {
		if f.calls(r.Fix.CLI) && !taken[r.ID] && f.notTried[r.ID] == "" {
			t.Errorf("the fix of %s was never tried: no estate has a failing subject with a command", r.ID)
		}
	}
	for _, table := range []iter.Seq[string]{maps.Keys(f.notTried), maps.Keys(f.noWayBack), maps.Keys(f.brings)} {
		for _, id := range slices.Sorted(table) {
			if !slices.ContainsFunc(set.Rules(), func(r *rule.Rule) bool { return r.ID == id && f.calls(r.Fix.CLI) }) {
				t.Errorf("%s stands in a table and is no rule with a command", id)
			}
		}
	}
}

// A proving is a ground, with what every rule says of it.
type proving struct {
	provingGround
	*fixes
	name   string
	set    *rule.Set
	before *outcomes
	report *export.Report
	things *things
	stock  stock
	mine   []*rule.Rule // that are tried here
}

func newProving(t *testing.T, f *fixes, set *rule.Set, name string, at provingGround) *proving {
	g := &proving{provingGround: at, fixes: f, name: name, set: set}
	g.look(t)
	return g
}

// look scans the ground, and keeps what is told of it.
func (g *proving) look(t *testing.T) {
	t.Helper()
	g.report, g.things, g.stock = export.NewReport("test", g.set, facts.For(g.cloud)), newThings(), stock{}
	g.before = g.scan(t, g.set, g.report, g.things, g.stock)
}

// stock is how many documents of each kind there are. It is a scan.Out.
type stock map[string]int

func (s stock) Start(_ context.Context, c *snapshot.Context) error {
	for _, kind := range c.Kinds() {
		s[kind] += len(c.Resources(kind))
	}
	return nil
}

func (s stock) Page(_ context.Context, all []snapshot.Resource, _ judge.Result) error {
	for i := range all {
		s[all[i].Kind]++
	}
	return nil
}

func (stock) End(context.Context, *snapshot.Context, judge.Result) error { return nil }

// rules are those that can be tried here and were not taken yet; what has no
// way back comes last.
func (g *proving) rules(taken map[string]bool) []*rule.Rule {
	var mine []*rule.Rule
	for _, r := range g.set.Rules() {
		if g.calls(r.Fix.CLI) && !taken[r.ID] && g.subject(r) != nil {
			taken[r.ID] = true
			mine = append(mine, r)
		}
	}
	rank := func(r *rule.Rule) int { return min(len(g.noWayBack[r.ID]), 1) }
	slices.SortStableFunc(mine, func(a, b *rule.Rule) int { return cmp.Compare(rank(a), rank(b)) })
	return mine
}

// subject is a finding of the rule for which a command is given, nil if there
// is none.
func (g *proving) subject(r *rule.Rule) *finding.Verdict {
	for i := range g.report.Verdicts {
		v := &g.report.Verdicts[i]
		fix := g.report.Fixes[v.Key()]
		if v.Rule != r.ID || v.Outcome != finding.Fail || !g.calls(fix.CLI) || fix.Undo != "" && !g.calls(fix.Undo) {
			continue
		}
		if g.unfit != nil && g.unfit(g, v, fix) {
			continue
		}
		if fits := g.brings[r.ID].fits; fits != nil && !fits(g, v) {
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
	if g.notTried[r.ID] != "" {
		a.cannot(t)
		return
	}
	b := g.brings[r.ID]
	done := a.paste(t, a.fix.CLI, b.first)
	after := g.scan(t, g.set)
	if got := after.of[pair{r.ID, v.Subject.UID}]; got != finding.Pass && got != finding.NotApplicable && !(got == 0 && b.gone) {
		t.Errorf("%s on %s: after %q it is %v", r.ID, v.Subject.UID, a.fix.CLI, got)
	}
	asked := b.asks == ""
	for k, now := range after.of {
		if was := g.before.of[k]; k.rule == b.asks && was == finding.NotApplicable {
			asked = asked || now != was
		} else if now == finding.Fail && was != finding.Fail || now == finding.Unknown && (was == finding.Pass || was == finding.NotApplicable) {
			t.Errorf("%s: %q turned %s on %s from %v to %v", r.ID, a.fix.CLI, k.rule, k.uid, was, now)
		}
	}
	if !asked {
		t.Errorf("%s: %s asks of nothing more: take it out of the table", r.ID, b.asks)
	}
	for k := range g.before.of {
		if after.of[k] == 0 && !b.gone {
			t.Errorf("%s: after %q %s says nothing of %s", r.ID, a.fix.CLI, k.rule, k.uid)
		}
	}
	switch {
	case g.noWayBack[r.ID] != "" && a.fix.Undo != "":
		t.Errorf("%s has a way back: take it out of the table", r.ID)
	case g.noWayBack[r.ID] != "":
		g.look(t)
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
	before, stocked := a.before, a.stock
	a.look(t) // from now on, so that what stayed behind is told once
	kinds := maps.Clone(stocked)
	maps.Copy(kinds, a.stock)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if more := a.stock[kind] - stocked[kind]; more > 0 != slices.Contains(b.stays, kind) || more < 0 != slices.Contains(b.lacks, kind) {
			t.Errorf("%s: after %q there are %+d of %s", a.v.Rule, a.fix.Undo, more, kind)
		}
	}
	undone := a.before
	for k, was := range before.of {
		if now := undone.of[k]; now != was {
			t.Errorf("%s: after %q %s on %s is %v, and was %v", a.v.Rule, a.fix.Undo, k.rule, k.uid, now, was)
		}
	}
	for k, now := range undone.of {
		if before.of[k] == 0 {
			t.Errorf("%s: after %q %s on %s is %v, and was not there", a.v.Rule, a.fix.Undo, k.rule, k.uid, now)
		}
	}
}

// cannot fails where a command that is not tried could be.
func (a *attempt) cannot(t *testing.T) {
	_, before := a.changed(0)
	sets := []given{nil}
	if first := a.brings[a.v.Rule].first; first != nil {
		sets = first(a)
	}
	for _, env := range sets {
		if _, err := a.shell(t, a.fix.CLI, env); err != nil {
			return // refused, or something that it needs is not there
		}
	}
	if calls, _ := a.changed(before); len(calls) > 0 {
		t.Errorf("%s: %q works on the simulated cloud: prove it, and take it out of the table", a.v.Rule, a.fix.CLI)
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

func always(g given) func(*attempt) []given { return func(*attempt) []given { return []given{g} } }

// shell runs a script as an operator's shell does.
func (a *attempt) shell(t *testing.T, script string, env given) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(a.dir, "bin")
	for name, text := range a.provingGround.programs(self) {
		write(t, filepath.Join(bin, name), text)
	}
	c := exec.CommandContext(t.Context(), "sh", "-e", "-c", script)
	c.Dir = a.dir
	c.Env = append(append(os.Environ(), a.environment(a.dir)...), "PATH="+bin+":"+os.Getenv("PATH"))
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
