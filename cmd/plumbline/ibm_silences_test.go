package main

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/cloud/sim/ibmsim"
	"plumbline/internal/cloud/trial"
)

// With any one call refused to the scanner of an account in IBM Cloud, exactly
// those rules say "not assessed" that the permission page names, and nothing
// turns from fail to pass.
func TestACallOfIBMCloudLessSilencesTheRulesThatWereNamed(t *testing.T) {
	t.Parallel()
	set := rules(t)
	named, err := trial.Silences(set, "ibm")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var all []string
	for _, c := range ibmrole.Calls {
		all = append(all, c.Call)
	}
	silent := struct {
		sync.Mutex
		by map[string]map[string]bool
	}{by: map[string]map[string]bool{}}
	t.Run("accounts", func(t *testing.T) {
		for name, estate := range examplesIBM(t) {
			whole := serveIBM(t, estate)
			base := runScanOf(t, "ibm", liveIBM(t, whole, estate.Accounts[0], at), set, 0)
			for _, c := range ibmrole.Calls {
				if c.Void || !wasAsked(whole, c.Call) {
					continue // there is nothing to ask it of
				}
				t.Run(name+" without "+c.Call, func(t *testing.T) {
					t.Parallel()
					l := serveIBM(t, estate)
					l.Allow(slices.DeleteFunc(slices.Clone(all), func(call string) bool { return call == c.Call }))
					got := runScanOf(t, "ibm", liveIBM(t, l, estate.Accounts[0], at), set, 0)
					lawful(t, set, base, got)
					silent.Lock()
					defer silent.Unlock()
					if silent.by[c.Call] == nil {
						silent.by[c.Call] = map[string]bool{}
					}
					for _, id := range less(set, base, got) {
						silent.by[c.Call][id] = true
					}
				})
			}
		}
	})
	for _, c := range ibmrole.Calls {
		if c.Void {
			continue
		}
		if silent.by[c.Call] == nil {
			t.Errorf("%s is asked of no example", c.Call)
		}
		got, want := map[string]bool{}, map[string]bool{}
		for id := range silent.by[c.Call] {
			got[id] = true
		}
		for _, id := range named[c.Call] {
			want[id] = true
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("without %s (-named +silent):\n%s", c.Call, d)
		}
	}
}

// wasAsked says that a call was made of a simulated account.
func wasAsked(l *ibmsim.Listener, call string) bool {
	return slices.ContainsFunc(l.Calls(), func(c ibmsim.Call) bool { return c.Call == call })
}
