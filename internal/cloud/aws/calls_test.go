package aws

import (
	"bytes"
	"encoding/json"
	"testing"
)

func actionsOf(t *testing.T, policy []byte) (actions []string) {
	t.Helper()
	var p struct {
		Version   string
		Statement []struct {
			Sid, Effect string
			Action      []string
			Resource    string
		}
	}
	d := json.NewDecoder(bytes.NewReader(policy))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Statement {
		if s.Effect != "Allow" || s.Resource != "*" {
			t.Errorf("statement %+v", s)
		}
		actions = append(actions, s.Action...)
	}
	return actions
}
