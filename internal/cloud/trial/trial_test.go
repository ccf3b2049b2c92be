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

// of gives the rules about AWS that are for one of the kinds.
func of(set *rule.Set, kinds ...estate.Kind) (ids []string) {
	for _, r := range set.Rules() {
		if (r.Provider == "" || r.Provider == "aws") && !r.Coverage && slices.Contains(kinds, r.For) {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

var update = flag.Bool("update", false, "write the table anew")

const table = "silences_aws.txt"

// What each call is worth is written down, one line for each, and read by a
// person when it changes. Calls that silence nothing bring what is shown and
// not judged.
func TestTheTableIsWhatIsFoundOut(t *testing.T) {
	t.Parallel()
	silent, err := silences(rules(t), "aws")
	if err != nil {
		t.Fatal(err)
	}
	b := []byte("# Which rules fall silent while a call is refused. Made by: go test ./internal/cloud/trial -update\n")
	for _, c := range awsrole.Calls {
		if !c.Void {
			b = fmt.Appendln(b, strings.TrimSpace(c.Action+": "+strings.Join(silent[c.Action], " ")))
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

// A rule that no call silences would be one that looks at nothing, or one that
// takes a refusal for an answer.
func TestEachRuleCanBeSilencedByAPermission(t *testing.T) {
	t.Parallel()
	set := rules(t)
	silent, err := Silences(set, "aws")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range set.Rules() {
		by := 0
		for _, c := range awsrole.Calls {
			if c.Sid != "" && slices.Contains(silent[c.Action], r.ID) {
				by++
			}
		}
		if (r.Provider == "" || r.Provider == "aws") && r.Called() && r.Coverage == (by > 0) {
			t.Errorf("%s (coverage %v) is silenced by %d calls", r.ID, r.Coverage, by)
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
	if d := gocmp.Diff(of(set, estate.KindWorkload), got[1].Rules); d != "" {
		t.Error("rules (-want +got)\n", d)
	}
	if got[1].Code != "UnauthorizedOperation" || !strings.Contains(got[1].Fix, "statement Inventory") {
		t.Errorf("refused: %+v", got[1])
	}
}

func TestAnUnknownProviderIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := Read(rules(t), "nimbus", nil); err == nil || !strings.Contains(err.Error(), `"nimbus"`) {
		t.Errorf("got %v", err)
	}
}
