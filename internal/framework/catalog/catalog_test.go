package catalog_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"plumbline/internal/framework"
	"plumbline/internal/framework/catalog"
	"plumbline/internal/rule"
	rules "plumbline/internal/rule/catalog"
)

// loaded is read once: compiling every rule takes its time.
var loaded = sync.OnceValues(rules.Load)

func shipped(t *testing.T) (*framework.Set, *rule.Set) {
	t.Helper()
	known, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	set, err := catalog.Load(known)
	if err != nil {
		t.Fatal(err)
	}
	return set, known
}

func TestWhichFrameworksCome(t *testing.T) {
	t.Parallel()
	set, _ := shipped(t)
	var got []string
	for _, f := range set.Frameworks() {
		got = append(got, f.ID)
	}
	want := []string{"workload-metadata-practices", "aws-fsbp", "cis-aws-3.0", "cis-aws-5.0", "cis-aws-7.0", "cis-ibm-1.0", "hipaa", "ibm-metadata-practices",
		"iso-27001-2022", "mitre-attack", "nist-800-53-r5", "pci-dss-4.0.1", "soc2"}
	slices.Sort(want[1:])
	if got[0] != want[0] {
		t.Errorf("the first is %s, want %s", got[0], want[0])
	}
	slices.Sort(got[1:])
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// practices are those that the articles and manuals advise, by their numbers.
var practices = strings.Fields(`S0.1 S0.2 S0.3 S0.4 S0.5 S0.6 S0.7 S1.1 S1.2 S1.3 S1.4 S1.5 S2.1 S2.2 S2.3 S2.4
	S3.1 S3.2 S3.3 S3.4 S3.5 S3.6 S3.7 S3.8 S4.1 S4.2 S4.3 S4.4 S4.5 S4.6 S4.7`)

func TestEveryPracticeIsHeldOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	set, known := shipped(t)
	f, _ := set.Framework("workload-metadata-practices")
	for _, id := range practices {
		c, ok := f.Control(id)
		if !ok {
			t.Errorf("there is no practice %s", id)
			continue
		}
		held := slices.ContainsFunc(c.Rules, func(m framework.Mapping) bool { _, ok := known.Rule(m.Rule); return ok })
		if !held && c.Attest == "" && c.Cannot == "" && c.Comes == "" {
			t.Errorf("%s has no rule, no statement, and no reason why it can have none", id)
		}
		for _, m := range c.Rules {
			if m.Status != framework.Publisher {
				t.Errorf("%s: %s is ours and stands as %s", id, m.Rule, m.Status)
			}
		}
	}
	if n := len(f.Controls()); n != len(practices) || f.All != n {
		t.Errorf("%d practices are written and %d claimed, want %d", n, f.All, len(practices))
	}
	c, ok := f.Control("S3.1")
	if !ok || !strings.HasPrefix(c.Cannot, "because security groups and network ACLs") {
		t.Error("S3.1 does not say that security groups and network ACLs cannot filter the metadata address")
	}
}

// Every rule that comes with Plumbline and is more than information holds a
// practice: what no practice asks for has no business here.
func TestEveryRuleHoldsAPractice(t *testing.T) {
	t.Parallel()
	set, known := shipped(t)
	for _, r := range known.Rules() {
		if !slices.ContainsFunc(set.Of(r.ID), func(p framework.Place) bool { return p.Framework.Publisher == framework.Ours }) {
			t.Errorf("%s (%s) holds no practice", r.ID, r.Title)
		}
	}
}

// A publisher's test is what a rule asks only where somebody compared the two,
// which was done for benchmarks with tests of their own. The others have none.
func TestWhoseWordAMappingIs(t *testing.T) {
	t.Parallel()
	set, _ := shipped(t)
	tests := regexp.MustCompile(`^(workload-metadata-practices|cis-aws-.*|aws-fsbp)$`)
	commit := regexp.MustCompile(`at commit [0-9a-f]{7}, .`)
	for _, f := range set.Frameworks() {
		for _, c := range f.Controls() {
			for _, m := range c.Rules {
				at := fmt.Sprintf("%s %s %s", f.ID, c.ID, m.Rule)
				switch m.Status {
				case framework.Publisher:
					if !tests.MatchString(f.ID) {
						t.Errorf("%s: the publisher has no test that a rule could be", at)
					}
				case framework.ThirdParty:
					if !commit.MatchString(m.Source) {
						t.Errorf("%s: %q names no commit", at, m.Source)
					}
				case framework.Judgement:
					if m.Source != "" {
						t.Errorf("%s: what is our judgement has no other source: %q", at, m.Source)
					}
				}
			}
		}
	}
}

// The same recommendation has another number in each version: whoever reads one
// number in another version's list reads something else.
func TestTheNumbersOfCISMoveFromVersionToVersion(t *testing.T) {
	t.Parallel()
	set, _ := shipped(t)
	for rule, want := range map[string][3]string{
		"AWS-IMDS-001": {"5.6", "5.7", "6.7"}, "AWS-IAM-010": {"1.4", "1.3", "2.4"}, "AWS-IAM-004": {"1.14", "1.13", "2.12"},
		"AWS-LOG-001": {"3.1", "3.1", "4.1"}, "AWS-NET-009": {"5.4", "5.5", "6.5"},
	} {
		for i, version := range []string{"3.0", "5.0", "7.0"} {
			f, _ := set.Framework("cis-aws-" + version)
			var got []string
			for _, p := range set.Of(rule) {
				if p.Framework == f && p.Mapping.Status == framework.Publisher {
					got = append(got, p.Control.ID)
				}
			}
			if !slices.Equal(got, []string{want[i]}) {
				t.Errorf("%s in %s: %v, want %s", rule, version, got, want[i])
			}
		}
	}
}

// The example that the documentation gives is one that loads.
func TestTheExampleOfTheDocumentation(t *testing.T) {
	t.Parallel()
	_, known := shipped(t)
	text, err := os.ReadFile("../../../docs/frameworks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/frameworks.md has no example")
	}
	set, err := framework.Load(fstest.MapFS{"our-baseline.yaml": {Data: []byte(example)}}, known)
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := set.Framework("our-baseline"); !ok || len(f.Controls()) != 2 {
		t.Errorf("got %+v", set.Frameworks())
	}
}

// With nobody's mappings but the publishers', what a publisher has no test for
// is not assessed, however well its rules are known.
func TestOnlyPublishersCountUnlessSomebodySaysSo(t *testing.T) {
	t.Parallel()
	set, _ := shipped(t)
	pass := func(string) framework.Tally { return framework.Tally{Pass: 1} }
	for id, want := range map[string][2]string{
		"cis-aws-3.0": {"8 of 62", "18 of 62"}, "cis-aws-5.0": {"8 of 63", "19 of 63"}, "cis-aws-7.0": {"8 of the 21 named here", "21 of the 21 named here"},
		"aws-fsbp": {"9 of the 29 named here", "29 of the 29 named here"}, "iso-27001-2022": {"0 of 93", "30 of 93"}, "soc2": {"0 of 61", "20 of 61"},
	} {
		f, _ := set.Framework(id)
		for i, o := range []framework.Options{{}, {ThirdParty: true, Judgement: true}} {
			if got := framework.Coverage(f, framework.Assess(f, o, pass)).String(); got != want[i] {
				t.Errorf("%s: %s, want %s", id, got, want[i])
			}
		}
	}
}
