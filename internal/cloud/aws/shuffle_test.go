package aws

import (
	"context"
	"testing"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/snapshot"
)

// AWS promises no order of most lists. What comes in another one is the same
// document, byte for byte: else it would be written anew in every scan.
func TestTheOrderOfListsChangesNoDocument(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1, Accounts: 4, Regions: 1, Instances: 200, Plain: true, Scenes: sim.Scenes()})
	clock := func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }
	look := func(shuffle uint64) map[string]snapshot.Resource {
		l, o := simulatedWith(t, e, awssim.Options{Shuffle: shuffle, Now: clock})
		o = as(o, e.Accounts[3])
		o.UserData, o.Region, o.Now = true, here, clock
		s := &taken{}
		if err := scan(context.Background(), connect(t, o), s); err != nil {
			t.Fatal(err)
		}
		if len(l.Calls()) == 0 {
			t.Fatal("nothing was asked")
		}
		all := map[string]snapshot.Resource{}
		for _, r := range s.resources {
			all[r.Kind+" "+r.Region+" "+r.UID] = r
		}
		return all
	}
	first, second := look(1), look(4)
	kinds := map[string]int{}
	for key, r := range first {
		kinds[r.Kind]++
		if other, ok := second[key]; !ok || other.Hash != r.Hash {
			t.Errorf("%s\nfirst  %s\nsecond %s", key, r.Doc, other.Doc)
		}
	}
	if len(first) != len(second) || len(kinds) < 50 {
		t.Errorf("%d and %d documents, of %d kinds", len(first), len(second), len(kinds))
	}
}
