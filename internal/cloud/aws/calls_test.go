package aws

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"
)

func actionsOf(t *testing.T, policy []byte) (actions []string) {
	t.Helper()
	var p struct {
		Version   string
		Statement []struct{ Sid, Effect, Action, Resource string }
	}
	d := json.NewDecoder(bytes.NewReader(policy))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Statement {
		if s.Effect != "Allow" || s.Resource != "*" || !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(s.Sid) {
			t.Errorf("statement %+v", s)
		}
		actions = append(actions, s.Action)
	}
	return actions
}

func TestThePolicyAllowsReadingOnly(t *testing.T) {
	t.Parallel()
	for _, a := range actionsOf(t, Policy()) {
		if !regexp.MustCompile(`^[a-z0-9]+:(Describe|Get|List)[A-Za-z]+$`).MatchString(a) {
			t.Errorf("%s is allowed", a)
		}
	}
	if !bytes.Equal(Policy(), Policy()) {
		t.Error("two policies differ")
	}
}

func TestEachCallIsExplained(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Calls {
		if c.Action == "" || c.Why == "" || c.Silences == "" || seen[c.Action] {
			t.Errorf("%+v", c)
		}
		seen[c.Action] = true
	}
}
