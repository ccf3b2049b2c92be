package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/recording"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

var update = flag.Bool("update", false, "write the recordings anew")

// The recordings that the laws are proved on, without an SDK, are what the
// collectors record today of the same estates. After a change of the documents:
//
//	go test ./cmd/plumbline -run Recordings -update
func TestRecordingsAreWhatTheCollectorRecords(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for name, estate := range recorded(t) {
		t.Run("aws "+name, func(t *testing.T) {
			t.Parallel()
			records(t, "aws", name, live(t, serve(t, estate, awssim.Options{Signature: true, Now: func() time.Time { return at }}), at))
		})
	}
	for name, estate := range recordedIBM(t) {
		t.Run("ibm "+name, func(t *testing.T) {
			t.Parallel()
			l := serveIBM(t, estate)
			records(t, "ibm", name, moved{liveIBM(t, l, estate.Accounts[0], at), l.URL})
		})
	}
}

// records holds a recording against what a source tells, or writes it.
func records(t *testing.T, provider, name string, src scan.Source) {
	t.Helper()
	file := filepath.Join("..", "..", "internal", "cloud", "facts", "testdata", provider, name)
	var got bytes.Buffer
	runScanOf(t, provider, src, rules(t), 0, recording.NewWriter(&got, "test"))
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(documents(t, provider, want), documents(t, provider, got.Bytes())); d != "" {
		t.Errorf("documents (-recorded +collected now):\n%s", d)
	}
}

// recorded are the estates of the recordings, by file.
func recorded(t *testing.T) map[string]*sim.Estate {
	estates := examples(t)
	estates["cases.ndjson"] = sim.Generate(sim.Intent{Seed: 2, Scenes: scenes(t, func(name string) bool {
		return strings.Contains(name, "load balancer") || strings.Contains(name, "exclu")
	}), Regions: 3})
	// an account of an organisation whose control policies take something away
	estates["capped.ndjson"] = oneOf(sim.Intent{Seed: 3, Accounts: 3, Regions: 4, Instances: 12}, 2)
	return estates
}

// examples are the estates of those recordings that facts.Examples holds: small,
// and together every call tells something in them.
func examples(t *testing.T) map[string]*sim.Estate {
	return map[string]*sim.Estate{
		"demo.ndjson":    sim.Demo(),
		"example.ndjson": oneOf(sim.Intent{Seed: 5, Accounts: 11, Scenes: scenes(t, func(name string) bool { return slices.Contains(guarded, name) }), Regions: 3}, 10),
		// one that its organisation's control policies guard
		"guarded.ndjson": oneOf(sim.Intent{Seed: 4, Accounts: 7, Regions: 1, Instances: 6}, 6),
		// one in no organisation, where somebody is told of changes
		"alone.ndjson": oneOf(sim.Intent{Seed: 6, Accounts: 1, Regions: 1, Instances: 6}, 0),
	}
}

// oneOf is the estate of one account of several: each account is another case of
// an organisation and its trails.
func oneOf(in sim.Intent, n int) *sim.Estate {
	e := sim.Generate(in)
	e.Accounts = e.Accounts[n : n+1]
	return e
}

// telling are the scenes of which each shows a way of judging, or of being
// refused, that no other shows.
var telling = []string{
	"A1 SSH from the world",
	"A2 the way out is a NAT gateway",
	"A4 ACL denies SSH before it allows all",
	"A5 ACL allows all before it denies SSH",
	"A6 ACL lets answers out to port 443 only",
	"A7 ACL lets answers out to ports of Linux only",
	"A14 IPv6 alone",
	"A15 the subnet's own table has no way out, the main one has",
	"a protocol of no known name",
	"a protocol of no known name beside SSH",
	"an empty prefix list",
	"ports with a hole",
	"the office, by a prefix list",
}

// guarded are scenes in which calls tell something that they tell in no other.
var guarded = []string{
	"A19 the subnet is excluded",
	"A28 behind an application load balancer",
	"a classic load balancer",
	"a network load balancer that shows its clients",
	"a network load balancer that shows its clients to a target for the VPC",
	"a rule of a load balancer for the office",
	"public access is blocked both ways",
}

// scenes are those that tell, and more.
func scenes(t *testing.T, more func(name string) bool) (chosen []*sim.Scene) {
	t.Helper()
	for _, s := range sim.Scenes() {
		if slices.Contains(telling, s.Name) || more(s.Name) {
			chosen = append(chosen, s)
		}
	}
	if len(chosen) < len(telling) {
		t.Fatal("a scene has another name")
	}
	return chosen
}

// documents of a recording, by kind, region and uid.
func documents(t *testing.T, provider string, file []byte) map[string]string {
	t.Helper()
	r := recording.NewReader(bytes.NewReader(file), facts.For(provider).IsWorkload, 1000)
	c, err := r.Context(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	add := func(rs []snapshot.Resource) error {
		for _, r := range rs {
			docs[r.Kind+" "+r.Region+" "+r.UID] = string(r.Doc)
		}
		return nil
	}
	for _, kind := range c.Kinds() {
		_ = add(c.Resources(kind))
	}
	if err := r.Pages(context.Background(), add); err != nil {
		t.Fatal(err)
	}
	return docs
}
