package aws

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/sim"
)

var update = flag.Bool("update", false, "write the golden files anew")

// requests counts those of a scan of one region, by call. The sum of a report
// that is made meanwhile is left out.
func requests(t *testing.T, instances int) map[string]int {
	t.Helper()
	l, o := simulated(t, sim.Generate(sim.Intent{Seed: 1, Regions: 2, Instances: 2 * instances, Plain: true}))
	o.UserData, o.page, o.Regions = true, pageSize, []string{here}
	if err := scan(context.Background(), connect(t, o), &taken{}); err != nil {
		t.Fatal(err)
	}
	made := map[string]int{}
	for _, c := range l.Calls() {
		made[c.Name()]++
	}
	delete(made, awsfact.CallMakeReport)
	return made
}

// Twice the instances are asked about with the same requests: nothing but user
// data is asked for one by one.
func TestRequestsDoNotGrowWithTheInstances(t *testing.T) {
	t.Parallel()
	few, many := requests(t, 20), requests(t, 40)
	if few[awsfact.CallUserData] >= many[awsfact.CallUserData] {
		t.Errorf("user data: %d, %d", few[awsfact.CallUserData], many[awsfact.CallUserData])
	}
	delete(few, awsfact.CallUserData)
	delete(many, awsfact.CallUserData)
	if d := cmp.Diff(few, many); d != "" {
		t.Error("requests (-20 instances +40 instances)\n", d)
	}
	var b strings.Builder
	for _, call := range slices.Sorted(maps.Keys(few)) {
		fmt.Fprintf(&b, "%d %s\n", few[call], call)
	}
	const file = "testdata/requests.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("requests of a scan (-want +got); after a change that is meant: go test ./internal/cloud/aws -run Requests -update\n%s", d)
	}
}
