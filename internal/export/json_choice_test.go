package export

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// A server of IBM Cloud tells what it may become, and a protocol; one of AWS has
// no such members, and says of none that it is not known.
func TestWhatAServerMayBecomeIsInTheJSON(t *testing.T) {
	t.Parallel()
	why := &fact.Reason{Cause: snapshot.Denied, Call: "iam-identity:ListClaimRules"}
	w := &estate.Workload{Subject: estate.Subject{Provider: "ibm"}, Metadata: estate.Metadata{Protocol: fact.Sure("https")},
		Identity: estate.Identity{Count: fact.Unknown[int64](why, nil, ""), Default: fact.Sure(""), Stale: fact.Sure(false), Profiles: fact.Listed([]estate.Becomes{
			{Principal: "crn:ops", Name: "ops", Mechanism: estate.ByLink, By: "link-1", Power: fact.Sure("write"), AtLeast: fact.Sure("read")},
			{Principal: "crn:web", Mechanism: estate.ByClaimRule, By: "rule-1", Power: fact.Unknown[string](why, nil, "")}}, nil, "", why)}}
	of := func() (out struct {
		Metadata map[string]any
		Identity map[string]any
		Unknown  map[string]struct{ Call string }
	}) {
		b, err := json.Marshal(workloadJSON(w))
		if err == nil {
			err = json.Unmarshal(b, &out)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	blue := of()
	profiles := []any{
		map[string]any{"uid": "crn:ops", "name": "ops", "mechanism": "link", "by": "link-1", "power": "write", "at_least": "read"},
		map[string]any{"uid": "crn:web", "name": "", "mechanism": "claim_rule", "by": "rule-1", "power": nil, "at_least": nil,
			"unknown": map[string]any{"cause": "denied", "call": why.Call, "text": why.String()}}}
	if d := cmp.Diff(profiles, blue.Identity["profiles"]); d != "" || blue.Identity["stale"] != false || blue.Identity["default"] != "" || blue.Metadata["protocol"] != "https" {
		t.Errorf("%+v %s", blue, d)
	}
	if blue.Unknown["identity.profiles"].Call != why.Call || blue.Unknown["identity.count"].Call != why.Call {
		t.Errorf("not known are %+v", blue.Unknown)
	}
	w.Provider = "aws"
	amazon := of()
	for _, name := range []string{"count", "profiles", "default", "stale"} {
		if _, there := amazon.Identity[name]; there {
			t.Errorf("AWS has %s", name)
		}
	}
	for name := range amazon.Unknown {
		if strings.HasSuffix(name, "protocol") || strings.HasSuffix(name, "profiles") {
			t.Errorf("AWS says that %s is not known", name)
		}
	}
}
