package trial

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func TestSilences(t *testing.T) {
	t.Parallel()
	set := rules(t)
	got, err := Silences(set, "aws")
	if err != nil {
		t.Fatal(err)
	}
	workloads, regions := of(set, estate.KindWorkload), of(set, estate.KindAccountRegion)
	if !slices.Contains(workloads, "AWS-IMDS-001") || len(regions) == 0 {
		t.Fatalf("the catalogue is not what this test knows: %v, %v", workloads, regions)
	}
	both := slices.Sorted(slices.Values(slices.Concat(workloads, regions)))
	want := map[string][]string{
		awsrole.CallAssumeRole: both, // the scan does not start
		awsfact.CallIdentity:   both,
		awsfact.CallRegions:    both, // there may be regions that nobody knows of
		awsfact.CallDefaults:   regions,
		awsfact.CallInstances:  workloads,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("rules that fall silent (-want +got)\n", d)
	}
}

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
		if (r.Provider == "" || r.Provider == "aws") && r.Coverage == (by > 0) {
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
	if d := cmp.Diff(of(set, estate.KindWorkload), got[1].Rules); d != "" {
		t.Error("rules (-want +got)\n", d)
	}
	if got[1].Code != "UnauthorizedOperation" || !strings.Contains(got[1].Fix, "statement ReadInstances") {
		t.Errorf("refused: %+v", got[1])
	}
}

func TestAnUnknownProviderIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := Read(rules(t), "nimbus", nil); err == nil || !strings.Contains(err.Error(), `"nimbus"`) {
		t.Errorf("got %v", err)
	}
}
