package main

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/scan"
	"plumbline/internal/wire"
)

// readAgain scans the first account of an estate into a store that remembers,
// and counts the instances whose user data was asked for.
func readAgain(t *testing.T, l *awssim.Listener, s *postgres.Store) (asked int) {
	t.Helper()
	a := l.Estate().Accounts[0]
	col, err := aws.Connect(t.Context(), aws.Options{Endpoint: l.URL, Region: a.Regions[0].Name,
		Login:    func() (string, string) { return a.AccessKey, a.SecretKey },
		Redactor: wire.NewRedactor([32]byte{1}), MaxAttempts: 2, MaxBackoff: time.Millisecond, Now: time.Now, UserData: true, UserDataPerSecond: 1e6,
		Recall: userData.recall(s, a.ID, slog.New(slog.DiscardHandler))})
	if err != nil {
		t.Fatal(err)
	}
	before := len(l.Calls())
	if r := stored(t, s, scan.NewLive(col, now())); r.State != scan.Finished {
		t.Fatalf("the scan is %s", r.State)
	}
	for _, c := range l.Calls()[before:] {
		if c.Name() == awsfact.CallUserData {
			asked++
		}
	}
	return asked
}

// digests are the documents of user data that the last scan saw.
func digests(t *testing.T, s *postgres.Store, a *sim.Account) int {
	t.Helper()
	n := 0
	for _, r := range a.Regions {
		all, err := s.Remembered(context.Background(), aws.Provider, a.ID, r.Name, userData.beside)
		if err != nil {
			t.Fatal(err)
		}
		n += len(all)
	}
	return n
}

func TestUserDataIsReadOncePerLaunch(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 5, Regions: 2, Instances: 60, Plain: true})
	l, s := serve(t, e, awssim.Options{}), pgtest.Store(t)
	a := e.Accounts[0]
	all, running, first := 0, 0, -1
	for _, r := range a.Regions {
		for i := range r.Len() {
			switch r.Instance(i).State {
			case "terminated", "shutting-down":
				continue
			case "running":
				running++
				if first < 0 && r == a.Regions[0] {
					first = i
				}
			}
			all++
		}
	}
	if running == 0 || running == all || first < 0 {
		t.Fatalf("%d of %d instances run: this shows nothing", running, all)
	}
	if n := readAgain(t, l, s); n != all {
		t.Errorf("the first scan asked for %d of %d", n, all)
	}
	if n := readAgain(t, l, s); n != all-running {
		t.Errorf("nothing changed, and %d were asked for; want the %d that do not run", n, all-running)
	}
	if n := digests(t, s, a); n != all {
		t.Errorf("the second scan saw the user data of %d, want %d: what is remembered is seen", n, all)
	}
	a.Regions[0].Start(first, a.Regions[0].Instance(first).Launched.Add(time.Hour))
	if n := readAgain(t, l, s); n != all-running+1 {
		t.Errorf("one was launched anew, and %d were asked for; want %d", n, all-running+1)
	}
	if n := readAgain(t, l, s); n != all-running {
		t.Errorf("nothing changed since, and %d were asked for; want %d", n, all-running)
	}
}

func TestWithoutAStoreNothingIsRecalled(t *testing.T) {
	t.Parallel()
	if userData.recall(nil, "111122223333", nil) != nil || madeWith.recall(nil, "3f1c7a52b9e84d06a1d2c3e4f5061728", nil) != nil {
		t.Error("something is recalled")
	}
}

// madeOf scans the account of a simulated IBM Cloud into a store that remembers.
// asked are the ids of the servers that were asked for what they were made with,
// bare metal and virtual.
func madeOf(t *testing.T, l *ibmsim.Listener, a *ibmestate.Account, s *postgres.Store) (virtual, bare map[string]bool, seen *things) {
	t.Helper()
	col, err := ibm.Connect(t.Context(), ibm.Options{Endpoint: l.URL, APIKey: func() string { return a.Key },
		Redactor: wire.NewRedactor([32]byte{1}), MaxAttempts: 2, MaxBackoff: time.Millisecond, UserData: true, PerSecond: 1e6,
		Recall: madeWith.recall(s, a.ID, slog.New(slog.DiscardHandler))})
	if err != nil {
		t.Fatal(err)
	}
	before := len(l.Calls())
	keep := postgres.NewKeep(s, "test", facts.For(ibm.Provider))
	seen = newThings()
	runScanOf(t, ibm.Provider, scan.NewLive(col, now()), rules(t), 0, keep, seen)
	if state := keep.Record().State; state != scan.Finished {
		t.Fatalf("the scan is %s", state)
	}
	virtual, bare = map[string]bool{}, map[string]bool{}
	for _, c := range l.Calls()[before:] {
		switch c.Call {
		case ibmfact.CallInitialization:
			virtual[c.Subject] = true
		case ibmfact.CallBareMetalInitialization:
			bare[c.Subject] = true
		}
	}
	return virtual, bare, seen
}

func TestWhatAServerWasMadeWithIsReadOnce(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	l, s, a := serveIBM(t, e), pgtest.Store(t), e.Accounts[0]
	all, bare := map[string]bool{}, map[string]bool{}
	var linked *ibmestate.Server // made with a profile that it may still become
	for _, of := range e.Workloads() {
		if of.Bare {
			bare[of.ID] = true
			continue
		}
		all[of.ID] = true
		if d := of.Default; d != nil && slices.ContainsFunc(of.Becomes(), func(b ibmestate.Become) bool { return b.Profile == d.Profile }) {
			linked = of
		}
	}
	silent, again := e.Named("db-1"), e.Named("db-2")
	if len(bare) == 0 || linked == nil || silent == nil || again == nil {
		t.Fatal("the account lacks what this is about")
	}
	asks := func(why string, want map[string]bool) *things {
		t.Helper()
		virtual, metal, seen := madeOf(t, l, a, s)
		if diff := cmp.Diff(want, virtual); diff != "" {
			t.Errorf("%s: who was asked: %s", why, diff)
		}
		if diff := cmp.Diff(bare, metal); diff != "" {
			t.Errorf("%s: a bare metal server may have been made anew, and who was asked is: %s", why, diff)
		}
		return seen
	}
	l.Fail(ibmsim.Fault{Call: ibmfact.CallInitialization, Subject: silent.ID, Count: 2, Kind: ibmsim.Internal})
	asks("the first scan", all)
	asks("one did not answer", map[string]bool{silent.ID: true})
	if stale, known := asks("nothing changed", map[string]bool{}).workloads[linked.CRN].Identity.Stale.Get(); stale || !known {
		t.Errorf("the profile of %s is there: stale %v, known %v", linked.Name, stale, known)
	}

	again.Created = again.Created.Add(time.Hour)
	asks("one was made later than it was", map[string]bool{again.ID: true})

	// What a server was made with stays; whether the profile is there does not.
	a.Profiles = slices.DeleteFunc(a.Profiles, func(p *ibmestate.Profile) bool { return p == linked.Default.Profile })
	id := asks("the profile was deleted", map[string]bool{}).workloads[linked.CRN].Identity
	if stale, known := id.Stale.Get(); !stale || !known {
		t.Errorf("the profile of %s is gone: stale %v, known %v", linked.Name, stale, known)
	}
	for _, b := range id.Profiles.Items() {
		if b.Principal == linked.Default.Profile.CRN {
			t.Errorf("%s may become %s, which is gone", linked.Name, b.Name)
		}
	}
}
