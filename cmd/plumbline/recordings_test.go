package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/recording"
	"plumbline/internal/snapshot"
)

var update = flag.Bool("update", false, "write the recordings anew")

// The recordings that the laws are proved on, without an SDK, are what the
// collector records today of the same estates. After a change of the documents:
//
//	go test ./cmd/plumbline -run Recordings -update
func TestRecordingsAreWhatTheCollectorRecords(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for name, estate := range map[string]*sim.Estate{
		"demo.ndjson":  sim.Demo(),
		"cases.ndjson": sim.Generate(sim.Intent{Seed: 2, Scenes: sim.Scenes(), Regions: 4}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("..", "..", "internal", "cloud", "facts", "testdata", "aws", name)
			var got bytes.Buffer
			runScan(t, live(t, serve(t, estate, awssim.Options{Signature: true}), at), rules(t), 0, recording.NewWriter(&got, "test"))
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(documents(t, want), documents(t, got.Bytes())); d != "" {
				t.Errorf("documents (-recorded +collected now):\n%s", d)
			}
		})
	}
}

// documents of a recording, by kind, region and uid.
func documents(t *testing.T, file []byte) map[string]string {
	t.Helper()
	r := recording.NewReader(bytes.NewReader(file), facts.For("aws").IsWorkload, 1000)
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
