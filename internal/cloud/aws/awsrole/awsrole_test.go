package awsrole

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
)

func actionsOf(t *testing.T, policy []byte) (actions []string) {
	t.Helper()
	var p struct {
		Version   string
		Statement []statement
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
		actions = append(actions, s.Action...)
	}
	return actions
}

// needed are the calls that a role has to allow.
func needed() (actions []string) {
	for _, c := range Calls {
		if c.Sid != "" {
			actions = append(actions, c.Action)
		}
	}
	return actions
}

func TestThePolicyAllowsReadingOnly(t *testing.T) {
	t.Parallel()
	got := actionsOf(t, Policy())
	for _, a := range got {
		// A report that IAM makes of an account changes nothing in it.
		if !regexp.MustCompile(`^[a-z0-9-]+:((Describe|Get|List)[A-Za-z]+|GenerateCredentialReport)$`).MatchString(a) {
			t.Errorf("%s is allowed", a)
		}
	}
	if !slices.Equal(got, needed()) {
		t.Errorf("allowed %v, want %v", got, needed())
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
	for question := range awsfact.Shapes {
		if call, _, _ := strings.Cut(question, " "); !seen[call] {
			t.Errorf("%s can be read, and is not declared", call)
		}
	}
}
