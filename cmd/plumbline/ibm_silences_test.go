package main

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
	"plumbline/internal/cloud/trial"
	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
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

// A scan with the rights of the VPC service alone judges the network and the
// metadata service as before, for as far as it rests on that service; nothing
// turns from fail to pass, and the ledger names every call that was refused.
func TestWithoutIAMTheNetworkIsJudgedAsBefore(t *testing.T) {
	t.Parallel()
	set := rules(t)
	named, err := trial.Silences(set, "ibm")
	if err != nil {
		t.Fatal(err)
	}
	var allowed []string
	rests := map[string]bool{} // on more than the VPC service
	for _, c := range ibmrole.Calls {
		if c.Service == ibmrole.ServiceVPC || c.Void {
			allowed = append(allowed, c.Call)
			continue
		}
		for _, id := range named[c.Call] {
			rests[id] = true
		}
	}
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	estate := ibmestate.Demo()
	base := runScanOf(t, "ibm", liveIBM(t, serveIBM(t, estate), estate.Accounts[0], at), set, 0)
	l := serveIBM(t, estate)
	l.Allow(allowed)
	var told ledger
	got := runScanOf(t, "ibm", liveIBM(t, l, estate.Accounts[0], at), set, 0, &told)
	lawful(t, set, base, got)

	same := map[string]bool{}
	for k, was := range base.of {
		if !strings.HasPrefix(k.rule, "IBM-NET-") && !strings.HasPrefix(k.rule, "IBM-IMDS-") || rests[k.rule] {
			continue
		}
		if same[k.rule] = true; got.of[k] != was {
			t.Errorf("%s on %s: %v became %v", k.rule, k.uid, was, got.of[k])
		}
	}
	want := []string{"IBM-IMDS-002", "IBM-IMDS-003", "IBM-IMDS-004", "IBM-IMDS-005", "IBM-IMDS-006",
		"IBM-NET-001", "IBM-NET-002", "IBM-NET-003", "IBM-NET-004", "IBM-NET-005", "IBM-NET-006", "IBM-NET-007", "IBM-NET-008", "IBM-NET-009", "IBM-NET-010"}
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(same))); d != "" {
		t.Errorf("rules that rest on the VPC service alone (-want +got):\n%s", d)
	}
	refused, denied := map[string]bool{}, map[string]bool{}
	for _, c := range l.Calls() {
		if c.Status == http.StatusForbidden {
			refused[c.Call] = true
		}
	}
	for _, a := range told.answers {
		if a.Cause == snapshot.Denied {
			denied[a.Call] = true
		}
	}
	if d := cmp.Diff(refused, denied); d != "" {
		t.Errorf("calls (-refused +denied in the ledger):\n%s", d)
	}
	for _, call := range []string{ibmfact.CallProfiles, ibmfact.CallAPIKeys, ibmfact.CallPolicies, ibmfact.CallAccessGroups, ibmfact.CallResourceGroups, ibmfact.CallTrackerRoutes} {
		if !denied[call] {
			t.Errorf("the ledger does not name %s", call)
		}
	}
}

// A ledger keeps what became of every call. It is a scan.Out.
type ledger struct{ answers []snapshot.Answer }

func (l *ledger) Start(context.Context, *snapshot.Context) error { return nil }

func (l *ledger) Page(context.Context, []snapshot.Resource, judge.Result) error { return nil }

func (l *ledger) End(_ context.Context, c *snapshot.Context, _ judge.Result) error {
	l.answers = c.Answers()
	return nil
}
