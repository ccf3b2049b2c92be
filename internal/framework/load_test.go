package framework_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"plumbline/internal/framework"
	"plumbline/internal/rule"
)

// sound is a framework with nothing wrong; cases put something in.
const sound = `id: some-1.0
name: Some benchmark
publisher: Somebody
edition: "1.0"
about: What it is.
providers: [aws]
source: https://example.com/benchmark
licence: Ours are our own words.
all: 12
sources: {prowler: Prowler at commit abc}
groups:
  - id: "1"
    title: Metadata
    controls:
      - id: "1.1"
        title: Tokens are required
        rules:
          - {rule: AWS-IMDS-001, status: publisher, source: audit of 1.1}
          - {rule: AWS-IMDS-002, status: third_party, source: prowler, test: some_check, note: half of it}
      - id: "1.2"
        title: People are taught
        attest: They were.
  - id: "2"
    title: Networks
    controls:
      - id: "2.1"
        title: Filters filter
        cannot: because they do not.
      - id: "2.2"
        title: Profiles are narrow
        rules: [{rule: IBM-IAM-001, status: judgement}]
        comes: with IBM Cloud
`

// ruleSet knows rules by their ids only.
type ruleSet []string

func (s ruleSet) Rules() []*rule.Rule {
	out := make([]*rule.Rule, len(s))
	for i, id := range s {
		out[i] = &rule.Rule{ID: id}
	}
	return out
}

func (s ruleSet) Rule(id string) (*rule.Rule, bool) {
	if !slices.Contains(s, id) {
		return nil, false
	}
	return &rule.Rule{ID: id}, true
}

// withOff knows rules that are switched off too.
type withOff struct {
	ruleSet
	off ruleSet
}

func (w withOff) Switched() []*rule.Rule { return w.off.Rules() }

var known = ruleSet{"AWS-IMDS-001", "AWS-IMDS-002", "AWS-NET-001", "XC-001"}

func file(src string) fs.FS { return fstest.MapFS{"some.yaml": {Data: []byte(src)}} }

func TestASoundFrameworkLoads(t *testing.T) {
	t.Parallel()
	set, err := framework.Load(file(sound), known)
	if err != nil {
		t.Fatal(err)
	}
	f, ok := set.Framework("some-1.0")
	if !ok || f.Title() != "Some benchmark 1.0" || f.All != 12 || f.File != "some.yaml" || len(f.Version) != 12 || len(f.Controls()) != 4 {
		t.Fatalf("got %+v", f)
	}
	c, ok := f.Control("1.1")
	if !ok || len(c.Rules) != 2 || c.Rules[0].Source != "audit of 1.1" || c.Rules[1].Source != "Prowler at commit abc: some_check" || c.Rules[1].Note != "half of it" {
		t.Errorf("control 1.1 is %+v", c)
	}
	if _, ok := f.Control("9.9"); ok {
		t.Error("there is a control 9.9")
	}
	places := set.Of("AWS-IMDS-002")
	if len(places) != 1 || places[0].Framework.ID != "some-1.0" || places[0].Control.ID != "1.1" || places[0].Mapping.Status != framework.ThirdParty {
		t.Errorf("AWS-IMDS-002 speaks about %+v", places)
	}
	if set.Of("AWS-NET-001") != nil {
		t.Error("a rule that no framework names speaks about something")
	}
}

func TestWhatIsRefusedAndWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, new, want string }{
		{"a rule that is not there", "AWS-IMDS-001", "AWS-IMDS-01", "some.yaml:18:20: 'AWS-IMDS-01' is no id of a rule; did you mean 'AWS-IMDS-001'?"},
		{"a number too high", "AWS-IMDS-001", "AWS-IMDS-003", "some.yaml:18:20: there is no rule AWS-IMDS-003; did you mean 'AWS-IMDS-001'?"},
		{"a rule that cannot be to come, for its cloud is here", "IBM-IAM-001", "AWS-IAM-001", "there is no rule AWS-IAM-001"},
		{"a rule to come without saying with what", "\n        comes: with IBM Cloud", "", "there is no rule IBM-IAM-001"},
		{"a status that is none", "status: third_party", "status: thirdparty", "there is no status 'thirdparty'; did you mean 'third_party'?"},
		{"nobody is named who says so", ", source: audit of 1.1", "", "some.yaml:18:13: a mapping of status publisher says where it stands: add 'source'"},
		{"a rule twice", "AWS-IMDS-002", "AWS-IMDS-001", "the control names AWS-IMDS-001 twice"},
		{"a control twice", `id: "1.2"`, `id: "1.1"`, "some.yaml:20:13: the control 1.1 stands here twice"},
		{"a control twice in two groups", `id: "2.1"`, `id: "1.1"`, "the control 1.1 stands here twice"},
		{"a group twice", `id: "2"`, `id: "1"`, "the group 1 stands here twice"},
		{"a misspelt key", "publisher: Somebody", "publishr: Somebody", "some.yaml:3:1: a framework has no 'publishr'; did you mean 'publisher'?"},
		{"a misspelt key of a control", "attest: They were.", "atest: They were.", "a control has no 'atest'; did you mean 'attest'?"},
		{"a misspelt key of a mapping", "note: half", "notes: half", "a mapping has no 'notes'; did you mean 'note'?"},
		{"a title left out", "        title: People are taught\n", "", "some.yaml:20:9: a control needs 'title'; add it"},
		{"a title left empty", "title: People are taught", `title: " "`, "'title' is empty"},
		{"a number for an id", `id: "1.2"`, "id: 1.2", "'id' is a text: put it in quotes"},
		{"an id that is none", "id: some-1.0", "id: Some 1.0", "is no id; use small letters"},
		{"an address that is none", "https://example.com/benchmark", "example.com", "begin with https://"},
		{"a provider that is none", "[aws]", "[amazon]", "there is no provider 'amazon'"},
		{"more controls than there are", "all: 12", "all: 3", "some.yaml:9:6: the publisher lists 3 controls, and 4 are here"},
		{"a count that is none", "all: 12", "all: many", "'all' is the whole number"},
		{"a count below nothing", "all: 12", "all: -1", "'all' is the whole number"},
		{"cannot, beside a statement", "attest: They were.", "attest: They were.\n        cannot: because.", "'cannot' says that neither"},
		{"no groups", sound[strings.Index(sound, "groups:"):], "groups: []\n", "at least one group"},
		{"a group without controls", sound[strings.Index(sound, `  - id: "2"`):], "  - {id: \"2\", title: Networks, controls: []}\n", "the group has no controls"},
		{"groups that are no list", sound[strings.Index(sound, "groups:"):], "groups: none\n", "'groups' is a list"},
		{"sources that are no mapping", "{prowler: Prowler at commit abc}", "[prowler]", "'sources' is a mapping"},
		{"a control that is no mapping", "      - id: \"1.2\"\n        title: People are taught\n        attest: They were.", "      - teach", "a control is a mapping of"},
		{"an alias", "about: What it is.", "about: &a What it is.", "anchors, aliases and tags are not used"},
		{"two documents", "id: some-1.0", "a: b\n---\nid: some-1.0", "a file holds one framework; have 2 documents"},
		{"no YAML", "id: some-1.0", "id: [some", "it is not YAML"},
		{"brackets without end", "about: What it is.", "about: " + strings.Repeat("[", 500), "brackets are open 20 deep here"},
		{"lists within lists", "about: What it is.", "about:\n  " + strings.Repeat("- ", 500) + "a", "some.yaml:6:1: lists begin within lists here"},
		{"a line without end", "about: What it is.", "about: " + strings.Repeat("a: ", 20_000), "some.yaml:5:1: the line has 60008 bytes and may have 2000; break it"},
		{"a file too large", "about: What it is.", "about: " + strings.Repeat("b\n", 300_000), "part it in two frameworks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(sound, c.old, c.new, 1)
			if src == sound {
				t.Fatal("the case changes nothing")
			}
			_, err := framework.Load(file(src), known)
			var flaws rule.Flaws
			if !errors.As(err, &flaws) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestARuleThatIsSwitchedOffMayBeNamed(t *testing.T) {
	t.Parallel()
	rules := withOff{ruleSet: known[1:], off: known[:1]}
	if _, err := framework.Load(file(sound), rules); err != nil {
		t.Error(err)
	}
}

func TestALaterLayerTakesThePlaceOfAnEarlierOne(t *testing.T) {
	t.Parallel()
	ours := file(strings.Replace(sound, "Some benchmark", "Our benchmark", 1))
	set, err := framework.Compose(known, file(sound), nil, ours)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := set.Framework("some-1.0"); len(set.Frameworks()) != 1 || f.Name != "Our benchmark" {
		t.Errorf("got %d frameworks, the first %q", len(set.Frameworks()), f.Name)
	}
	if n := len(set.Of("AWS-IMDS-001")); n != 1 {
		t.Errorf("the rule stands in %d places, want 1: what was replaced names nothing", n)
	}
	twice := fstest.MapFS{"a.yaml": {Data: []byte(sound)}, "b.yaml": {Data: []byte(sound)}}
	if _, err := framework.Compose(known, twice); err == nil || !strings.Contains(err.Error(), "b.yaml:1:1: the id some-1.0 is that of a.yaml too") {
		t.Errorf("the same id twice in one layer: %v", err)
	}
}

// A mapping says of a rule what somebody says of it as it comes. What was
// changed here, nobody else vouches for.
func TestAChangedRuleIsNoLongerThePublishersTest(t *testing.T) {
	t.Parallel()
	aged := func(is string) []rule.Param { return []rule.Param{{Name: "max_age_days", Is: is, Default: "90"}} }
	ours := strings.Replace(sound, "Somebody", framework.Ours, 1)
	for _, c := range []struct {
		name, src string
		changed   rule.Rule
		status    framework.Status
		note      string
	}{
		{"as it comes", sound, rule.Rule{Params: aged("90")}, framework.Publisher, ""},
		{"a parameter set otherwise", sound, rule.Rule{Params: aged("365")}, framework.Judgement, "max_age_days is 365 here, not 90."},
		{"written anew", sound, rule.Rule{Layer: 1}, framework.Judgement, "The rule was written anew here."},
		{"a practice of ours, a parameter set otherwise", ours, rule.Rule{Params: aged("365")}, framework.Publisher, ""},
		{"a practice of ours, written anew", ours, rule.Rule{Layer: 1}, framework.Judgement, "The rule was written anew here."},
	} {
		rules := changing{known, c.changed}
		set, err := framework.Compose(rules, file(c.src))
		if err != nil {
			t.Fatal(err)
		}
		f, _ := set.Framework("some-1.0")
		control, _ := f.Control("1.1")
		if m := control.Rules[0]; m.Status != c.status || m.Note != c.note {
			t.Errorf("%s: %s, %q", c.name, m.Status, m.Note)
		}
		if set, err = framework.Compose(rules, nil, file(c.src)); err != nil {
			t.Fatal(err)
		}
		if m := set.Of("AWS-IMDS-001")[0].Mapping; m.Status != framework.Publisher {
			t.Errorf("%s, in a framework of the organisation's own: %s", c.name, m.Status)
		}
	}
}

// changing knows AWS-IMDS-001 as it was changed here.
type changing struct {
	ruleSet
	changed rule.Rule
}

func (c changing) Rule(id string) (*rule.Rule, bool) {
	if id != "AWS-IMDS-001" {
		return c.ruleSet.Rule(id)
	}
	r := c.changed
	r.ID = id
	return &r, true
}

func TestOurOwnFrameworksComeFirst(t *testing.T) {
	t.Parallel()
	other := func(id, name, publisher, edition string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.NewReplacer("some-1.0", id, "Some benchmark", name, "Somebody", publisher, `"1.0"`, `"`+edition+`"`).Replace(sound))}
	}
	set, err := framework.Load(fstest.MapFS{
		"a.yaml": other("b-2", "Benchmark", "B", "2"), "b.yaml": other("b-1", "Benchmark", "B", "1"), "c.yaml": other("ours", "Zeal", framework.Ours, "1"),
	}, known)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range set.Frameworks() {
		ids = append(ids, f.ID)
	}
	if got := strings.Join(ids, " "); got != "ours b-1 b-2" {
		t.Errorf("got %s", got)
	}
}

func TestTheFolderOfADirectoryOfRules(t *testing.T) {
	t.Parallel()
	with := fstest.MapFS{"aws/rule.yaml": {Data: []byte("no framework")}, "frameworks/some.yaml": {Data: []byte(sound)}}
	for name, c := range map[string]struct {
		dir  fs.FS
		want int
	}{"with frameworks": {with, 1}, "without": {fstest.MapFS{"aws/rule.yaml": {Data: []byte("no framework")}}, 0}} {
		below, err := framework.Below(c.dir)
		if err != nil {
			t.Fatal(name, err)
		}
		set, err := framework.Compose(known, below)
		if err != nil || len(set.Frameworks()) != c.want {
			t.Errorf("%s: %v, %v", name, set, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(sound)
	f.Add("groups: [{id: a, controls: [{rules: [{}]}]}]")
	f.Add("all: 99999999999999999999\ngroups: x")
	f.Add("a: &b\n  - *b")
	f.Add("? [a]\n: b")
	f.Fuzz(func(t *testing.T, src string) {
		set, err := framework.Load(file(src), known)
		if err != nil {
			var flaws rule.Flaws
			if !errors.As(err, &flaws) {
				t.Fatalf("%T: %v", err, err)
			}
			for _, flaw := range flaws {
				if flaw.Line < 1 || flaw.Col < 1 || flaw.Text == "" {
					t.Fatalf("a flaw says nothing or lies nowhere: %+v", flaw)
				}
			}
			return
		}
		for _, fr := range set.Frameworks() {
			for _, s := range framework.Assess(fr, framework.Options{}, func(string) framework.Tally { return framework.Tally{} }) {
				if s.State != framework.NotAssessed || s.Why == "" {
					t.Fatalf("%s of nothing is %s, %q", s.Control.ID, s.State, s.Why)
				}
			}
		}
	})
}
