package trial

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

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

// What each call is worth is written down, one line for each, and read by a
// person when it changes. Calls that silence nothing bring what is shown and
// not judged.
func TestSilences(t *testing.T) {
	t.Parallel()
	set := rules(t)
	silent, err := Silences(set, "aws")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, c := range awsrole.Calls {
		ids := strings.Join(silent[c.Action], " ")
		if c.Void {
			if d := gocmp.Diff(all(set), silent[c.Action]); d != "" {
				t.Errorf("%s: no scan starts without it, and rules go on (-want +got)\n%s", c.Action, d)
			}
			ids = "every rule"
		}
		fmt.Fprintf(&b, "%s: %s\n", c.Action, cmp.Or(ids, "none"))
	}
	const golden = "testdata/silences.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Errorf("rules that fall silent (-want +got); go test ./internal/cloud/trial -update\n%s", d)
	}
}

func all(set *rule.Set) []string {
	return of(set, estate.KindAccount, estate.KindAccountRegion, estate.KindWorkload, estate.KindTemplate, estate.KindImage,
		estate.KindNetwork, estate.KindGate, estate.KindPrincipal, estate.KindCredential)
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
