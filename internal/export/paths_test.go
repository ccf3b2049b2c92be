package export

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/finding"
	"plumbline/internal/path"
	"plumbline/internal/recording"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/scan"
)

// The demo account of IBM Cloud has one whole way from the internet to its
// administration, and every step of it is told.
func TestTheDemoOfIBMCloudShowsTheWayToItsAdministration(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "cloud", "facts", "testdata", "ibm", "demo.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := NewReport("test", set, facts.For("ibm"))
	src := recording.NewReader(bytes.NewReader(b), facts.For("ibm").IsWorkload, 40)
	if err := scan.Run(context.Background(), src, scan.Engine{Rules: set, Facts: facts.Maker("ibm")}, r); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Paths, func(p WayIn) bool { return p.Workload.Name == "web-1" })
	if i < 0 {
		t.Fatal("no way to web-1 is told")
	}
	web := r.Paths[i]
	if web.Path.State != path.Whole {
		t.Errorf("the way is %s", web.Path.State)
	}
	want := []struct{ kind, title, detail string }{
		{path.KindInternet, "Internet", "any address reaches tcp 22 from 0.0.0.0/0, tcp 443 from 0.0.0.0/0"},
		{path.KindGate, "Address 52.116.0.2", "leads to 0717-"}, // the floating IP
		{path.KindGate, "Network ACL, inwards r006-", "lets in tcp from 0.0.0.0/0"},
		{path.KindGate, "Security group r006-", "lets in tcp 22 from 0.0.0.0/0, tcp 443 from 0.0.0.0/0"},
		{path.KindGate, "Network ACL, outwards r006-", "lets replies out"},
		{path.KindGate, "Route table r006-", "lets replies out"},
		{path.KindGate, "State 0717_", "the server runs"},
		{path.KindWorkload, "0717_", "can be made to send a PUT"},
		{path.KindMetadata, "Metadata service", "answers by plain HTTP"},
		{path.KindIdentity, "Trusted profile ops-admin", "the server fits the claim rule every server of legacy"},
		{path.KindPower, "Power", "allows Administrator on all services"},
	}
	if len(web.Path.Steps) != len(want) {
		t.Fatalf("%d steps, want %d: %+v", len(web.Path.Steps), len(want), web.Path.Steps)
	}
	for i, s := range web.Path.Steps {
		if x := want[i]; s.Kind != x.kind || !strings.HasPrefix(s.Title, x.title) || !strings.Contains(s.Detail, x.detail) || !s.Passes || !s.Certain {
			t.Errorf("step %d is %+v, want %v", i, s, x)
		}
	}
	if !slices.ContainsFunc(r.Verdicts, func(v finding.Verdict) bool {
		return v.Rule == "XC-005" && v.Subject.UID == web.Workload.UID && v.Outcome == finding.Fail
	}) {
		t.Error("XC-005 does not fail for web-1")
	}
}
