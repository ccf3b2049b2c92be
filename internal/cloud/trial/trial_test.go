package trial

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/estate"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/snapshot"
)

func rules(t *testing.T) *rule.Set {
	t.Helper()
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// of gives the rules about a provider that are for one of the kinds.
func of(set *rule.Set, provider string, kinds ...estate.Kind) (ids []string) {
	for _, r := range set.Rules() {
		if (r.Provider == "" || r.Provider == provider) && !r.Coverage && slices.Contains(kinds, r.For) {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

var update = flag.Bool("update", false, "write the table anew")

// What each call is worth is written down, one line for each, and read by a
// person when it changes. Calls that silence nothing bring what is shown and
// not judged.
func TestTheTableIsWhatIsFoundOut(t *testing.T) {
	t.Parallel()
	for provider, p := range providers {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			table := "silences_" + provider + ".txt"
			silent, err := silences(rules(t), provider)
			if err != nil {
				t.Fatal(err)
			}
			b := []byte("# Which rules fall silent while a call is refused. Made by: go test ./internal/cloud/trial -update\n")
			for _, n := range p.needs {
				if !n.void {
					b = fmt.Appendln(b, strings.TrimSpace(n.calls[0]+": "+strings.Join(silent[n.calls[0]], " ")))
				}
			}
			if *update {
				if err := os.WriteFile(table, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(table)
			if err != nil {
				t.Fatal(err)
			}
			if d := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(b), "\n")); d != "" {
				t.Errorf("rules that fall silent (-written +found out); go test ./internal/cloud/trial -update\n%s", d)
			}
		})
	}
}

// A rule that the table does not know is found out, even one that has the id of
// a rule of the catalogue.
func TestSilencesOfARuleOfOnesOwn(t *testing.T) {
	t.Parallel()
	set, err := rule.Load(fstest.MapFS{"aws/own.yaml": {Data: []byte(ownRule)}})
	if err != nil {
		t.Fatal(err)
	}
	silent, err := Silences(set, "aws")
	if err != nil {
		t.Fatal(err)
	}
	for call, want := range map[string][]string{awsfact.CallInstances: {"AWS-IMDS-001"}, awsfact.CallDetectors: nil, awsrole.CallAssumeRole: {"AWS-IMDS-001"}} {
		if d := gocmp.Diff(want, silent[call]); d != "" {
			t.Errorf("%s (-want +got)\n%s", call, d)
		}
	}
}

const ownRule = `id: AWS-IMDS-001
name: own
title: Nothing answers
fault: Something answers
severity: low
for: workload
pass: w.metadata.endpoint == "disabled"
say: "endpoint {{ w.metadata.endpoint }}"
why: Ours is a house without metadata.
fix:
  cli: aws ec2 modify-instance-metadata-options --instance-id {{ w.id }} --http-endpoint disabled
  sets: {metadata.endpoint: disabled}
examples:
  - {name: off, want: pass, w: {metadata: {endpoint: disabled}}}
`

// A call of IBM Cloud whose refusal costs no verdict says so where it is listed,
// and no other does.
func TestACallThatCostsNoVerdictSaysSo(t *testing.T) {
	t.Parallel()
	silent, err := Silences(rules(t), "ibm")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range ibmrole.Calls {
		if none := strings.HasPrefix(c.Silences, "No verdict: "); none != (len(silent[c.Call]) == 0) {
			t.Errorf("%s silences %q, and is listed with: %s", c.Call, silent[c.Call], c.Silences)
		}
	}
}

// A rule that no call silences would be one that looks at nothing, or one that
// takes a refusal for an answer.
func TestEachRuleCanBeSilencedByAPermission(t *testing.T) {
	t.Parallel()
	set := rules(t)
	granted := map[string][]string{}
	for _, c := range awsrole.Calls {
		if c.Sid != "" {
			granted["aws"] = append(granted["aws"], c.Action)
		}
	}
	for _, c := range ibmrole.Calls {
		if c.Role != "" {
			granted["ibm"] = append(granted["ibm"], c.Call)
		}
	}
	for provider := range providers {
		silent, err := Silences(set, provider)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range set.Rules() {
			by := 0
			for _, call := range granted[provider] {
				if slices.Contains(silent[call], r.ID) {
					by++
				}
			}
			if (r.Provider == "" || r.Provider == provider) && r.Called() && r.Coverage == (by > 0) {
				t.Errorf("%s: %s (coverage %v) is silenced by %d calls", provider, r.ID, r.Coverage, by)
			}
		}
	}
}

func TestReadSaysWhatEachAnswerCosts(t *testing.T) {
	t.Parallel()
	set := rules(t)
	key := func(call string) snapshot.Key {
		return snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: "aws", Account: "111122223333", Region: "eu-west-1"}}
	}
	got, err := Read(set, "aws", []snapshot.Answer{
		{Key: key(awsfact.CallDefaults), Status: snapshot.Complete},
		{Key: key(awsfact.CallInstances), Status: snapshot.Refused, Cause: snapshot.Denied, Code: "UnauthorizedOperation"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Rules != nil || got[0].Fix != "" {
		t.Errorf("answered: %+v", got)
	}
	if d := gocmp.Diff(of(set, "aws", estate.KindWorkload), got[1].Rules); d != "" {
		t.Error("rules (-want +got)\n", d)
	}
	if got[1].Code != "UnauthorizedOperation" || !strings.Contains(got[1].Fix, "statement Inventory") {
		t.Errorf("refused: %+v", got[1])
	}
}

func TestReadSaysWhatARefusalInIBMCloudCosts(t *testing.T) {
	t.Parallel()
	set := rules(t)
	got, err := Read(set, "ibm", []snapshot.Answer{
		{Key: snapshot.Key{Call: ibmfact.CallAccountSettings, Scope: snapshot.Scope{Provider: "ibm", Region: snapshot.Global}}, Status: snapshot.Refused, Cause: snapshot.Denied},
		{Key: snapshot.Key{Call: ibmfact.CallToken, Scope: snapshot.Scope{Provider: "ibm", Region: snapshot.Global}}, Status: snapshot.Refused, Cause: snapshot.BadLogin},
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff([]string{"IBM-IAM-008", "IBM-IAM-009", "IBM-IAM-010"}, got[0].Rules); d != "" {
		t.Error("rules (-want +got)\n", d)
	}
	if !strings.Contains(got[0].Fix, "the role Viewer on the service iam-identity") {
		t.Error(got[0].Fix)
	}
	if d := gocmp.Diff(everyRule(set, "ibm"), got[1].Rules); d != "" {
		t.Error("without a login (-want +got)\n", d)
	}
}

func TestAnUnknownProviderIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := Read(rules(t), "nimbus", nil); err == nil || !strings.Contains(err.Error(), `"nimbus"`) {
		t.Errorf("got %v", err)
	}
}
