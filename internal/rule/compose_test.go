package rule_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

// limited is a sound rule with a parameter of each type.
const limited = `id: AWS-TEST-001
name: limit-is-low
title: The limit is {{ params.most_hops }} at most
fault: 'The limit is above {{ params.most_hops == 1 ? "one" : string(params.most_hops) }}'
severity: low
for: workload
applies: params.stopped_too || w.state == "running"
pass: w.metadata.endpoint == params.closed || w.metadata.hop_limit <= params.most_hops
say: "limit {{ w.metadata.hop_limit }} of {{ params.most_hops }}"
why: Because.
fix:
  cli: set --id {{ w.id }} --limit {{ params.most_hops }}
  sets: {metadata.hop_limit: "{{ params.most_hops }}"}
params:
  most_hops: {is: 2, doc: "How many hops are few.", least: 1, most: 64}
  stopped_too: {is: false, doc: "Stopped ones are asked too.", }
  closed: {is: disabled, doc: "What is closed.", one_of: [disabled, enabled]}
examples:
  - {name: two, want: pass, w: {metadata: {endpoint: enabled, hop_limit: 2}}}
`

func layer(files ...string) fs.FS {
	m := fstest.MapFS{}
	for _, src := range files {
		_, rest, _ := strings.Cut(src, "name: ")
		name, _, _ := strings.Cut(rest, "\n")
		m["aws/"+name+".yaml"] = &fstest.MapFile{Data: []byte(src)}
	}
	return m
}

func composed(t *testing.T, c rule.Choice, layers ...fs.FS) *rule.Set {
	t.Helper()
	set, err := rule.Compose(c, layers...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func hops(n string) rule.Choice {
	return rule.Choice{Params: map[string]map[string]string{"AWS-TEST-001": {"most_hops": n}}}
}

func TestALaterLayerReplacesARuleOfAnEarlierOne(t *testing.T) {
	t.Parallel()
	own := strings.NewReplacer("id: AWS-TEST-001", "id: ORG-AWS-TEST-001", "it-holds", "it-holds-here").Replace(sound)
	set := composed(t, rule.Choice{}, layer(sound, limited2), layer(strings.Replace(sound, "severity: low", "severity: high", 1), own))
	var got []string
	for _, r := range set.Rules() {
		got = append(got, r.ID+" "+r.Severity.String()+" "+string(rune('0'+r.Layer)))
	}
	if want := "AWS-TEST-001 high 1, AWS-TEST-002 low 0, ORG-AWS-TEST-001 low 1"; strings.Join(got, ", ") != want {
		t.Errorf("want %s, got %s", want, got)
	}
	if r, _ := set.Rule("ORG-AWS-TEST-001"); r.Provider != "aws" {
		t.Errorf("an own rule's provider follows from its id's second word, got %q", r.Provider)
	}
}

var limited2 = strings.Replace(limited, "AWS-TEST-001", "AWS-TEST-002", 1)

func TestWhatCannotBeComposed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		choice rule.Choice
		layers []fs.FS
		want   string
	}{
		{"one name under two ids, in two layers", rule.Choice{}, []fs.FS{layer(sound), layer(strings.Replace(sound, "AWS-TEST-001", "ORG-AWS-TEST-001", 1))},
			"aws/it-holds.yaml:1:1: the name it-holds is that of AWS-TEST-001 too, in aws/it-holds.yaml; choose another"},
		{"an id that an organisation has no right to", rule.Choice{}, []fs.FS{layer(sound), layer(limited2)},
			"no rule AWS-TEST-002 comes with Plumbline; an id of your own begins with ORG-: ORG-AWS-TEST-002"},
		{"a parameter of a rule that there is not", rule.Choice{Params: map[string]map[string]string{"AWS-TEST-003": {"x": "1"}}}, []fs.FS{layer(sound)},
			"parameters:1:1: there is no rule AWS-TEST-003 whose parameters could be set; did you mean 'AWS-TEST-001'?"},
		{"a parameter of a rule without any", rule.Choice{Params: map[string]map[string]string{"AWS-TEST-001": {"x": "1"}}}, []fs.FS{layer(sound)},
			"AWS-TEST-001 has no parameter 'x'; it has none"},
		{"a misspelt parameter", rule.Choice{Params: map[string]map[string]string{"AWS-TEST-001": {"most_hop": "1"}}}, []fs.FS{layer(limited)},
			"AWS-TEST-001 has no parameter 'most_hop'; did you mean 'most_hops'?; it has most_hops, stopped_too, closed"},
		{"a number out of bounds", hops("65"), []fs.FS{layer(limited)}, "AWS-TEST-001: most_hops: want 1 to 64, have 65"},
		{"a number that is none", hops("two"), []fs.FS{layer(limited)}, "want a whole number from 1 to 64, have 'two'"},
		{"a number written oddly", hops("+2"), []fs.FS{layer(limited)}, "want a whole number from 1 to 64, have '+2'"},
		{"neither yes nor no", rule.Choice{Params: map[string]map[string]string{"AWS-TEST-001": {"stopped_too": "maybe"}}}, []fs.FS{layer(limited)},
			"stopped_too: want true or false, have 'maybe'"},
		{"a word that is none of its list", rule.Choice{Params: map[string]map[string]string{"AWS-TEST-001": {"closed": "enabld"}}}, []fs.FS{layer(limited)},
			"closed: want one of disabled, enabled, have 'enabld'; did you mean 'enabled'?"},
		{"a folder's name stands before its files", rule.Choice{}, []fs.FS{rule.Named("/etc/rules", fstest.MapFS{"a.yaml": {Data: []byte("id: 7")}})},
			"/etc/rules/a.yaml:1:5: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := rule.Compose(c.choice, c.layers...)
			var flaws rule.Flaws
			if !errors.As(err, &flaws) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got\n%v", c.want, err)
			}
		})
	}
}

func TestWhatIsSwitchedOffIsNotAskedAndIsKept(t *testing.T) {
	t.Parallel()
	set := composed(t, rule.Choice{Off: map[string]bool{"AWS-TEST-002": true, "AWS-GONE-001": true, "AWS-TEST-001": false}}, layer(sound, limited2))
	asked, switched := set.Rules(), set.Switched()
	if len(asked) != 1 || asked[0].ID != "AWS-TEST-001" || asked[0].Off || len(set.For(estate.KindWorkload, "aws")) != 1 {
		t.Errorf("asked are %v", asked)
	}
	if len(switched) != 1 || switched[0].ID != "AWS-TEST-002" || !switched[0].Off {
		t.Errorf("switched off are %v", switched)
	}
	if r, ok := set.Rule("AWS-TEST-002"); !ok || !r.Off {
		t.Error("a rule that is switched off cannot be found any more, with what was found by it")
	}
}

func TestFilesOfFrameworksAreNoRules(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"aws/it-holds.yaml": {Data: []byte(sound)}, "frameworks/cis.yaml": {Data: []byte("id: cis")}}
	if set := composed(t, rule.Choice{}, files); len(set.Rules()) != 1 {
		t.Errorf("got %d rules", len(set.Rules()))
	}
}

func TestAParameterDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		set      string
		want     finding.Outcome
		say, cli string
		title    string
	}{
		{"2", finding.Pass, "limit 2 of 2", "set --id i-0123456789abcdef0 --limit 2", "The limit is 2 at most, The limit is above 2"},
		{"1", finding.Fail, "limit 2 of 1", "set --id i-0123456789abcdef0 --limit 1", "The limit is 1 at most, The limit is above one"},
	} {
		set := composed(t, hops(c.set), layer(limited))
		r, _ := set.Rule("AWS-TEST-001")
		o, err := r.Subject(r.Examples[0])
		if err != nil {
			t.Fatal(err)
		}
		j := rule.NewJudge(set)
		if got := j.Judge(r, o); got != c.want {
			t.Errorf("with %s: want %s, got %s", c.set, c.want, got)
		}
		if v := j.Verdict(); v.Say != c.say || v.Version != r.Version {
			t.Errorf("with %s it says %q, of version %s", c.set, v.Say, v.Version)
		}
		if got := r.Title + ", " + r.Fault; got != c.title {
			t.Errorf("with %s it is called %q", c.set, got)
		}
		if got := r.Render(o).CLI; got != c.cli {
			t.Errorf("with %s the command is %q", c.set, got)
		}
		if got := r.Fix.Sets["metadata.hop_limit"]; got != int64(c.set[0]-'0') {
			t.Errorf("with %s the fix sets %v", c.set, got)
		}
		if err := r.Set(o, "metadata.hop_limit", r.Fix.Sets["metadata.hop_limit"]); err != nil || j.Judge(r, o) != finding.Pass {
			t.Errorf("with %s the fix does not close: %v", c.set, err)
		}
	}
}

func TestTheVersionFollowsTheParameters(t *testing.T) {
	t.Parallel()
	version := func(c rule.Choice) string {
		r, _ := composed(t, c, layer(limited)).Rule("AWS-TEST-001")
		return r.Version
	}
	asWritten := version(rule.Choice{})
	if asWritten != rule.VersionOf([]byte(limited)) {
		t.Error("where nothing is set the version is the file's")
	}
	if version(hops("2")) != asWritten {
		t.Error("setting what the file says changes nothing")
	}
	one, three := version(hops("1")), version(hops("3"))
	if one == asWritten || three == asWritten || one == three || one != version(hops("1")) || len(one) != 12 {
		t.Errorf("versions %s, %s, %s", asWritten, one, three)
	}
}

func TestExamplesSpeakOfTheRuleAsItWasWritten(t *testing.T) {
	t.Parallel()
	r, _ := composed(t, hops("1"), layer(limited)).Rule("AWS-TEST-001")
	w := r.AsWritten()
	if p := r.Params[0]; p.Is != "1" || p.Default != "2" || p.Name != "most_hops" || p.Type != rule.ParamNumber || p.Most != 64 {
		t.Errorf("got %+v", p)
	}
	if w == r || w.Params[0].Is != "2" || w.AsWritten() != w {
		t.Errorf("as written it is %+v", w.Params[0])
	}
}

func TestWhatIsWrongWithParameters(t *testing.T) {
	t.Parallel()
	const hopsLine = `most_hops: {is: 2, doc: "How many hops are few.", least: 1, most: 64}`
	for _, c := range []struct{ name, old, new, want string }{
		{"a misspelt parameter", "hop_limit <= params.most_hops", "hop_limit <= params.most_hop", "8:77: pass: the rule has no parameter 'most_hop'; did you mean 'most_hops'?; it is declared under 'params'"},
		{"one that is not declared in a template", "of {{ params.most_hops }}", "of {{ params.least }}", "say: the rule has no parameter 'least'"},
		{"one that is not declared in sets", `"{{ params.most_hops }}"`, `"{{ params.mosthops }}"`, "fix.sets: the rule has no parameter 'mosthops'"},
		{"a subject in sets", `"{{ params.most_hops }}"`, `"{{ w.metadata.hop_limit }}"`, "sets: metadata.hop_limit: a value in it can only be of params"},
		{"a subject in a title", "is {{ params.most_hops }}", "is {{ w.metadata.hop_limit }}", "3:8: title: it is about every subject; a value in it can only be of params"},
		{"the outcome in a fault", "params.most_hops == 1 ?", "outcome == \"fail\" ?", "fault: it is about every subject"},
		{"all of them", "hop_limit <= params.most_hops", "hop_limit <= params", "the rule has no parameter ''"},
		{"a parameter that nothing reads", hopsLine, hopsLine + "\n  other: {is: true, doc: \"Nothing.\"}", "16:10: nothing reads the parameter 'other'"},
		{"a number without bounds", ", least: 1, most: 64", "", "'most_hops' has no 'least'"},
		{"a word without a list", ", one_of: [disabled, enabled]", "", "'closed' has no 'one_of'"},
		{"a yes with bounds", "asked too.\", ", "asked too.\", least: 1", "'stopped_too' has no use for 'least'"},
		{"out of its own bounds", "is: 2", "is: 65", "most_hops: want 1 to 64, have 65"},
		{"a fraction", "is: 2", "is: 2.5", "'is' is a text: put it in quotes"},
		{"no value", "is: 2, ", "", "'most_hops' does not say what it is"},
		{"no meaning", `doc: "How many hops are few."`, `doc: "few"`, "'most_hops' has no doc"},
		{"a key that is none", "least: 1", "min: 1", "a parameter has no 'min'"},
		{"a name that is none", "most_hops:", "mostHops:", "'mostHops' is no name of a parameter"},
		{"a word of the wrong type", "hop_limit <= params.most_hops", "hop_limit <= params.closed", "found no matching overload"},
		{"no mapping", "params:\n", "params: [a]\nother:\n", "'params' is a mapping of names"},
		{"an assumption that is no list", "params:\n", "assumes: yes it is\nparams:\n", "'assumes' is a list of sentences"},
		{"an assumption that is no sentence", "params:\n", "assumes: [so]\nparams:\n", "in a sentence with a full stop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(limited, c.old, c.new, 1)
			if src == limited {
				t.Fatal("the case changes nothing")
			}
			_, err := rule.Compose(rule.Choice{}, layer(src))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got\n%v", c.want, err)
			}
		})
	}
}
