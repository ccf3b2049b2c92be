package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// serveIBM serves an estate until the test ends.
func serveIBM(t testing.TB, e *ibmestate.Estate) *ibmsim.Listener {
	t.Helper()
	l, err := ibmsim.Listen("127.0.0.1:0", ibmsim.New(e))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// liveIBM is a source that asks a simulated account.
func liveIBM(t testing.TB, l *ibmsim.Listener, a *ibmestate.Account, at time.Time) scan.Source {
	t.Helper()
	col, err := ibm.Connect(context.Background(), ibm.Options{Endpoint: l.URL, APIKey: func() string { return a.Key },
		Redactor: wire.NewRedactor([32]byte{1}), MaxAttempts: 2, MaxBackoff: time.Millisecond, UserData: true, PerSecond: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	return scan.NewLive(col, at)
}

// moved is a source whose documents name another address than the one at which
// they were served, which is another each time.
type moved struct {
	scan.Source
	from string
}

const movedTo = "http://127.0.0.1:80"

func (m moved) Context(ctx context.Context) (*snapshot.Context, error) {
	c, err := m.Source.Context(ctx)
	if err != nil {
		return nil, err
	}
	var all []snapshot.Resource
	for _, kind := range c.Kinds() {
		all = append(all, m.move(c.Resources(kind))...)
	}
	return snapshot.NewContext(c.Provider, c.Account, c.TakenAt, all, c.Answers()), nil
}

func (m moved) Pages(ctx context.Context, each func([]snapshot.Resource) error) error {
	return m.Source.Pages(ctx, func(rs []snapshot.Resource) error { return each(m.move(rs)) })
}

func (m moved) move(rs []snapshot.Resource) []snapshot.Resource {
	all := make([]snapshot.Resource, 0, len(rs))
	for _, r := range rs {
		r.Doc = bytes.ReplaceAll(r.Doc, []byte(m.from), []byte(movedTo))
		r.Seal()
		all = append(all, r)
	}
	return all
}

// oneIBM is the estate of the account of one identity scene.
func oneIBM(t testing.TB, scene string) *ibmestate.Estate {
	t.Helper()
	e := ibmestate.Identities()
	for i, a := range e.Accounts {
		if a.Name == scene {
			e.Accounts = e.Accounts[i : i+1]
			return e
		}
	}
	t.Fatalf("no identity scene is called %q", scene)
	return nil
}

// examplesIBM are the estates of those recordings that facts.Examples holds: in
// them together every call that a rule rests on tells something.
func examplesIBM(t testing.TB) map[string]*ibmestate.Estate {
	t.Helper()
	return ofScenesIBM(t, map[string]*ibmestate.Estate{"demo.ndjson": ibmestate.Demo(), "corners.ndjson": ibmestate.Corners()},
		"claim rule of the instance group",
		"claim rule of the resource group, by name",
		"linked, and a member of a group",
		"linked, with a role of the account's own")
}

// recordedIBM are the estates of the recordings, by file.
func recordedIBM(t testing.TB) map[string]*ibmestate.Estate {
	t.Helper()
	return ofScenesIBM(t, examplesIBM(t),
		"claim rule for a part of a name",
		"claim rule that excludes another VPC",
		"default and another",
		"default, not linked",
		"default, the profile is gone, another is linked",
		"linked, its administrator's policy deleted",
		"linked, to write in the hours of work",
		"linked, with the power over access groups")
}

// ofScenesIBM adds the accounts of identity scenes.
func ofScenesIBM(t testing.TB, estates map[string]*ibmestate.Estate, scenes ...string) map[string]*ibmestate.Estate {
	t.Helper()
	for _, s := range scenes {
		estates[strings.NewReplacer(",", "", "'", "", " ", "-").Replace(s)+".ndjson"] = oneIBM(t, s)
	}
	return estates
}
