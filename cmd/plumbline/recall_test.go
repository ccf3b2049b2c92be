package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
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
		Recall: recall(s, a.ID, slog.New(slog.DiscardHandler))})
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
		all, err := s.Remembered(context.Background(), aws.Provider, a.ID, r.Name, userDataBeside)
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
	if recall(nil, "111122223333", nil) != nil {
		t.Error("something is recalled")
	}
}
