// Package trial says what a refused question costs: which rules fall silent,
// and what to do about it.
//
// It asks no cloud: a collector's trial is its input.
package trial

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/recording"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// A need is a call that a provider's scan makes.
type need struct {
	call string
	void bool // no scan starts without it
}

// A provider is what a trial knows of one.
type provider struct {
	needs []need
	fix   func(snapshot.Answer) string
}

var providers = map[string]provider{
	"aws": {awsNeeds(), awsrole.Fix},
}

func awsNeeds() (needs []need) {
	for _, c := range awsrole.Calls {
		needs = append(needs, need{c.Action, c.Void})
	}
	return needs
}

// Silences says, for each call that a provider's scan makes, which rules can no
// longer tell everything they told while it is refused, sorted. A rule about
// coverage is never silent: it says that something is missing.
//
// It is found out, not written down: an example account is judged with the
// call's answers refused, and a rule falls silent if it names a gap, or knows
// less of any subject than before.
func Silences(set *rule.Set, provider string) (map[string][]string, error) {
	p, known := providers[provider]
	if !known {
		return nil, fmt.Errorf("%q is no provider whose calls are known", provider)
	}
	e, err := read(set, provider)
	if err != nil {
		return nil, fmt.Errorf("the example account of %s: %w", provider, err)
	}
	silent := map[string][]string{}
	for _, n := range p.needs {
		if n.void {
			silent[n.call] = e.everyRule()
			continue
		}
		silent[n.call] = e.without(n.call)
	}
	return silent, nil
}

// An example is a recorded account and what the rules say of it.
type example struct {
	set     *rule.Set
	facts   judge.Facts
	context *snapshot.Context
	pages   []snapshot.Resource
	told    map[subject]bool // what is known
}

type subject struct{ rule, uid string }

func read(set *rule.Set, provider string) (*example, error) {
	e := &example{set: set, facts: facts.For(provider)}
	r := recording.NewReader(bytes.NewReader(facts.Example(provider)), e.facts.IsWorkload, 0)
	ctx := context.Background() // it is in memory
	var err error
	if e.context, err = r.Context(ctx); err != nil {
		return nil, err
	}
	err = r.Pages(ctx, func(page []snapshot.Resource) error {
		e.pages = append(e.pages, page...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var gaps map[string]bool
	if e.told, gaps = e.judge(e.context, e.pages); len(gaps) > 0 {
		return nil, fmt.Errorf("it has gaps of its own, so that others cannot be told: %d rules name one", len(gaps))
	}
	return e, nil
}

// judge says what is known, and which rules name a gap.
func (e *example) judge(c *snapshot.Context, pages []snapshot.Resource) (told map[subject]bool, gaps map[string]bool) {
	b := judge.NewBench(e.set, e.facts)
	told, gaps = map[subject]bool{}, map[string]bool{}
	for _, res := range []judge.Result{b.Page(c, pages), b.Close(c)} {
		for si := range res.Subjects {
			for ri, r := range res.Rules {
				if o := res.Outcome(si, ri); o != 0 && o != finding.Unknown && !r.Coverage {
					told[subject{r.ID, res.Subjects[si].UID}] = true
				}
			}
		}
		for i := range res.Verdicts {
			if res.Verdicts[i].Gap {
				gaps[res.Verdicts[i].Rule] = true
			}
		}
	}
	return told, gaps
}

// without gives the rules that know less when a call is refused everywhere.
func (e *example) without(call string) []string {
	var rs []snapshot.Resource
	for _, kind := range e.context.Kinds() {
		rs = append(rs, except(call, e.context.Resources(kind))...)
	}
	answers := slices.Clone(e.context.Answers())
	for i := range answers {
		if a := &answers[i]; a.Call == call {
			a.Status, a.Cause, a.Code, a.Pages, a.Items = snapshot.Refused, snapshot.Denied, "Denied", 0, 0
		}
	}
	c := snapshot.NewContext(e.context.Provider, e.context.Account, e.context.TakenAt, rs, answers)
	told, gaps := e.judge(c, except(call, e.pages))
	silent := slices.Collect(maps.Keys(gaps))
	for s := range e.told {
		if !told[s] {
			silent = append(silent, s.rule)
		}
	}
	slices.Sort(silent)
	return slices.Compact(silent)
}

func except(call string, rs []snapshot.Resource) (others []snapshot.Resource) {
	for _, r := range rs {
		if r.Call != call {
			others = append(others, r)
		}
	}
	return others
}

// everyRule that says something of the provider's subjects.
func (e *example) everyRule() (ids []string) {
	for _, r := range e.set.Rules() {
		if (r.Provider == "" || r.Provider == e.context.Provider) && !r.Coverage {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
