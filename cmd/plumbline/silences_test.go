package main

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/cloud/trial"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
)

// With the policy that is handed out no call is refused, and with any one action
// taken out of it exactly those rules say "not assessed" that the permission
// page names, and nothing turns from fail to pass.
func TestAnActionLessSilencesTheRulesThatWereNamed(t *testing.T) {
	t.Parallel()
	set := rules(t)
	named, err := trial.Silences(set, "aws")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	allowed := policyActions(t)
	silent := struct {
		sync.Mutex
		by map[string]map[string]bool
	}{by: map[string]map[string]bool{}}
	t.Run("accounts", func(t *testing.T) {
		for name, estate := range examples(t) {
			served := func(t *testing.T, e *sim.Estate, actions []string) (*awssim.Listener, scan.Source) {
				l := serve(t, e, awssim.Options{Signature: true, Now: func() time.Time { return at }})
				l.Allow(actions)
				return l, live(t, l, at)
			}
			_, src := served(t, estate, allowed)
			base := runScan(t, src, set, 0)
			for _, c := range awsrole.Calls {
				if c.Void || !slices.Contains(allowed, c.Action) {
					continue
				}
				t.Run(name+" without "+c.Action, func(t *testing.T) {
					t.Parallel()
					e := estate
					if c.Action == awsfact.CallMakeReport {
						e = examples(t)[name] // one whose report nobody made: it stays
					}
					l, src := served(t, e, slices.DeleteFunc(slices.Clone(allowed), func(a string) bool { return a == c.Action }))
					got := runScan(t, src, set, 0)
					if !slices.ContainsFunc(l.Calls(), func(made awssim.Call) bool { return made.Name() == c.Action }) {
						return // there was nothing to ask it of
					}
					lawful(t, set, base, got)
					silent.Lock()
					defer silent.Unlock()
					if silent.by[c.Action] == nil {
						silent.by[c.Action] = map[string]bool{}
					}
					for _, id := range less(set, base, got) {
						silent.by[c.Action][id] = true
					}
				})
			}
		}
	})
	for _, c := range awsrole.Calls {
		if c.Void {
			continue
		}
		got := map[string]bool{}
		for id := range silent.by[c.Action] {
			got[id] = true
		}
		want := map[string]bool{}
		for _, id := range named[c.Action] {
			want[id] = true
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("without %s (-named +silent):\n%s", c.Action, d)
		}
	}
}

// policyActions are the actions of the least-privilege policy, as it is pasted.
func policyActions(t *testing.T) (actions []string) {
	t.Helper()
	var policy struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal(awsrole.Policy(), &policy); err != nil {
		t.Fatal(err)
	}
	for _, s := range policy.Statement {
		actions = append(actions, s.Action...)
	}
	return actions
}

// less gives the rules that know less now than before of any subject, or name a
// gap that they did not name.
func less(set *rule.Set, before, now *outcomes) (ids []string) {
	for k, was := range before.of {
		if r, _ := set.Rule(k.rule); trial.Lost(was, now.of[k]) && !r.Coverage {
			ids = append(ids, k.rule)
		}
	}
	for g := range now.gaps {
		if r, _ := set.Rule(g.rule); !before.gaps[g] && !r.Coverage {
			ids = append(ids, g.rule)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
