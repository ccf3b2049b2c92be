package rule_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"plumbline/internal/estate"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
)

// sound is a rule with nothing wrong; PASS and the rest are put in by cases.
const sound = `id: AWS-TEST-001
name: it-holds
title: It holds
fault: It does not hold
severity: low
for: workload
applies: w.state != "terminated"
pass: w.metadata.hop_limit == 1
say: "limit {{ w.metadata.hop_limit }}"
why: Because.
fix:
  cli: set --id {{ w.id }}
  sets: {metadata.hop_limit: 1}
examples:
  - {name: one, want: pass, w: {metadata: {hop_limit: 1}}}
`

const passLine = "pass: w.metadata.hop_limit == 1"

func load(src string) (*rule.Set, error) {
	return rule.Load(fstest.MapFS{"aws/it-holds.yaml": {Data: []byte(src)}})
}

func TestASoundRuleLoads(t *testing.T) {
	t.Parallel()
	set, err := load(sound)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := set.Rule("AWS-TEST-001")
	if !ok || r.Provider != "aws" || r.For != estate.KindWorkload || len(r.Version) != 12 || r.File != "aws/it-holds.yaml" {
		t.Errorf("got %+v", r)
	}
	if got := strings.Join(r.Reads(), " "); got != "state metadata.hop_limit" {
		t.Errorf("reads %q", got)
	}
}

func TestWhatIsRefusedAtLoadAndWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, new, want string }{
		// Predicates: what could turn not knowing into an answer.
		{"a misspelt field", passLine, `pass: w.metadata.tokns == "required"`, "8:17: pass: a workload has no field 'tokns'; did you mean 'tokens'?"},
		{"a misspelt field of an element", passLine, `pass: w.tags.all(t, t.sensitiv)`, "a workload has no field 'sensitiv'; did you mean 'sensitive'?"},
		{"an unknown variable", passLine, `pass: v.state == "running"`, "8:7: pass: there is no 'v' here; did you mean 'w'?"},
		{"the outcome in a predicate", passLine, `pass: outcome == "fail"`, "there is no 'outcome' here"},
		{"known_or in a predicate", passLine, `pass: known_or(w.state, "") == "x"`, "there is no 'known_or' here"},
		{"has", passLine, `pass: has(w.metadata.tokens)`, "has() asks whether we know"},
		{"a list compared", passLine, `pass: w.tags == w.tags`, "lists and structures cannot be compared"},
		{"a list compared with a literal", passLine, `pass: '[w.state] == ["running"]'`, "lists and structures cannot be compared"},
		{"a structure compared", passLine, `pass: w.metadata == w.metadata`, "lists and structures cannot be compared"},
		{"lists joined", passLine, `pass: size(w.tags + w.tags) > 0`, "lists cannot be joined"},
		{"an index", passLine, `pass: w.tags[0].sensitive`, "a list is not to be indexed"},
		{"a list chosen", passLine, `pass: 'size(w.metadata.ipv6 ? w.tags : w.tags) > 0'`, "choose between answers"},
		{"exists_one", passLine, `pass: w.tags.exists_one(t, t.sensitive)`, "exists_one cannot be answered"},
		{"filter", passLine, `pass: size(w.tags.filter(t, t.sensitive)) == 0`, "filter would lose"},
		{"map", passLine, `pass: size(w.tags.map(t, t.key)) == 0`, "map would lose"},
		{"null", passLine, `pass: w.metadata.tokens == null`, "8:"},
		{"a number for an answer", passLine, `pass: w.metadata.hop_limit`, "the answer is a int and must be true or false"},
		{"types as values", passLine, `pass: type(w.state) == string`, "pass: "},
		{"conversions", passLine, `pass: int(w.state) == 1`, "'int' cannot be used in a predicate"},
		{"division", passLine, `pass: w.metadata.hop_limit / 2 == 1`, "cannot be used in a predicate"},
		{"a map", passLine, `pass: 'size({"a": w.state}) == 1'`, "no map or structure"},
		{"text against number", passLine, `pass: w.metadata.hop_limit == "1"`, "found no matching overload"},
		{"a list within a list", passLine, `pass: w.tags.all(t, w.tags.all(u, w.tags.exists(x, x.key == t.key && u.key == x.key)))`, "steps and may cost"},
		{"a broken predicate", passLine, `pass: w.state ==`, "8:"},
		{"in a folded text", passLine, "pass: >\n  w.state == \"running\" ||\n  w.metadata.tokns == \"required\"", "10:13: pass: a workload has no field 'tokns'"},
		{"in a literal text", passLine, "pass: |\n  w.state == \"running\" ||\n  w.metadata.tokns == \"required\"", "10:13: pass: a workload has no field 'tokns'"},
		// Templates.
		{"a misspelt field in say", "w.metadata.hop_limit }}\"", "w.metadata.hop_limt }}\"", "9:26: say: a workload has no field 'hop_limt'; did you mean 'hop_limit'?"},
		{"a template never closed", "{{ w.metadata.hop_limit }}", "{{ w.metadata.hop_limit", "'{{' is never closed"},
		{"a list of structures shown", "{{ w.metadata.hop_limit }}", "{{ w.tags }}", "choose a field of each with map"},
		{"expressions that together cost too much", "{{ w.metadata.hop_limit }}", strings.Repeat("{{ w.tags.map(t, lower(t.key) + t.value) }} ", 8),
			"9:277: say: with this the text could cost 651091 steps and may cost 600000: ask less of its lists"},
		{"a value inside quotes", "set --id {{ w.id }}", "set --id '{{ w.id }}'", "a value stands inside quotes"},
		// The file.
		{"a misspelt key", "severity: low", "severty: low", "5:1: a rule has no 'severty'; did you mean 'severity'?"},
		{"requires", "severity: low", "severity: low\nrequires: [w.state]", "a rule has no 'requires'"},
		{"fail_when", "severity: low", "severity: low\nfail_when: true", "a rule has no 'fail_when'"},
		{"a key twice", "severity: low", "severity: low\nseverity: high", "6:1: "},
		{"a severity that is none", "severity: low", "severity: hihg", "5:11: there is no severity 'hihg'; did you mean 'high'?"},
		{"a kind that is none", "for: workload", "for: worklaod", "did you mean 'workload'?"},
		{"an id that is none", "AWS-TEST-001", "aws-1", "is no id"},
		{"a name that is not the file's", "name: it-holds", "name: it-does", "give both the same"},
		{"a missing text", "why: Because.\n", "", "'why' is missing"},
		{"a tag of YAML", passLine, "pass: !(w.state)", "in quotes if it begins with '!'"},
		{"an alias", "why: Because.", "why: &a Because.", "anchors, aliases and tags are not used"},
		{"a reference that is none", "why: Because.", "why: Because.\nreferences: [nowhere]", "begin with https://"},
		{"brackets without end", "why: Because.", "why: " + strings.Repeat("[", 60_000), "brackets are open 100 deep here"},
		{"lists without end", "why: Because.", "why:\n  " + strings.Repeat("- ", 60_000/2) + "a", "aws/it-holds.yaml:11:201: lists begin within lists here, or keys within keys, 100 deep; a rule needs three or four"},
		{"brackets of which some are shut", "why: Because.", "why: " + strings.Repeat("[", 60) + "]" + strings.Repeat("[", 60), "aws/it-holds.yaml:10:108: brackets are open 100 deep here"},
		{"question marks without end", "why: Because.", "why:\n  " + strings.Repeat("? ", 30_000) + "a", "aws/it-holds.yaml:11:201: lists begin within lists here"},
		{"lists after a line that a carriage return ends", "why: Because.", "why:\r  " + strings.Repeat("- ", 30_000) + "a", "aws/it-holds.yaml:11:201: lists begin within lists here"},
		{"lists after the mark of a document", "why: Because.", "why: Because.\n--- " + strings.Repeat("- ", 30_000) + "a", "aws/it-holds.yaml:11:203: lists begin within lists here"},
		{"lists that have anchors and tags", "why: Because.", "why:\n  " + strings.Repeat("- &a ", 6_000) + strings.Repeat("- !!seq ", 3_000) + "a", "aws/it-holds.yaml:11:498: lists begin within lists here"},
		{"lists after a colon", "why: Because.", "why:\n  ? a\n  : " + strings.Repeat("- ", 30_000) + "a", "aws/it-holds.yaml:12:201: lists begin within lists here"},
		{"lists within lists, line by line", "why: Because.", "why:\n" + stairs("- - - - - ", 30), "aws/it-holds.yaml:31:201: lists begin within lists here"},
		{"keys within keys", "why: Because.", "why:\n" + stairs("a:", 110), "aws/it-holds.yaml:111:201: lists begin within lists here, or keys within keys, 100 deep"},
		{"a file too large", "why: Because.", "why: " + strings.Repeat("b", 70_000), "a rule is short"},
		{"no YAML", "id: AWS", "id: [AWS", "it is not YAML"},
		// Examples and sets.
		{"the word unknown", "hop_limit: 1}}}", `tokens: unknown}}}`, `"unknown" is none of required, optional; what is not known is left out`},
		{"null for a fact", "hop_limit: 1}}}", "tokens: null}}}", "what is not known is left out of an example"},
		{"a misspelt fact", "hop_limit: 1}}}", "hoplimit: 1}}}", "did you mean 'metadata.hop_limit'?"},
		{"a fact of the wrong kind", "hop_limit: 1}}}", "hop_limit: one}}}", "want a whole number"},
		{"an outcome that is none", "want: pass", "want: passes", "there is no outcome 'passes'; did you mean 'pass'?"},
		{"sets of a field that is none", "sets: {metadata.hop_limit: 1}", "sets: {metadata.hop: 1}", "a workload has no field 'metadata.hop'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(sound, c.old, c.new, 1)
			if src == sound {
				t.Fatal("the case changes nothing")
			}
			_, err := load(src)
			var flaws rule.Flaws
			if !errors.As(err, &flaws) {
				t.Fatalf("want flaws, got %v", err)
			}
			if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "aws/it-holds.yaml:") {
				t.Errorf("want %q, got\n%v", c.want, err)
			}
		})
	}
}

func TestATextThatCostsTooMuchIsToldOnce(t *testing.T) {
	t.Parallel()
	_, err := load(strings.Replace(sound, "{{ w.metadata.hop_limit }}", strings.Repeat("{{ w.tags.map(t, lower(t.key) + t.value) }} ", 9), 1))
	var flaws rule.Flaws
	if !errors.As(err, &flaws) || len(flaws) != 1 {
		t.Errorf("want one flaw, got %v", err)
	}
}

// stairs are lines of which each begins within the one before.
func stairs(begins string, lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat(" ", i*len(begins)), begins)
	}
	return b.String()
}

// What is deep in a text, or long, or opened and shut, is not tangled.
func TestWhatMayLookTangled(t *testing.T) {
	t.Parallel()
	for name, why := range map[string]string{
		"brackets that are shut":     "why: " + strings.Repeat("[a] ", 1_000),
		"a long list in a text":      "why: |\n" + strings.Repeat("  - - one\n", 1_000),
		"hyphens":                    "why: a" + strings.Repeat(" - a", 1_000),
		"brackets a hundred deep":    "why: " + strings.Repeat("{", 100) + "a" + strings.Repeat("}", 100),
		"a list beside a list":       "why: >\n" + strings.Repeat("  - one\n    - two\n", 200),
		"an empty line and then one": "why: >\n  one\n\n\n    - two\n  three",
	} {
		if line, col, at := rule.Tangled([]byte(strings.Replace(sound, "why: Because.", why, 1)), 100); at != "" {
			t.Errorf("%s: %d:%d: %s", name, line, col, at)
		}
	}
}

func TestAllFlawsOfAllFilesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	bad := strings.NewReplacer("severity: low", "severity: lo", passLine, `pass: w.metadata.tokns == "x" || w.stat == "y"`).Replace(sound)
	_, err := rule.Load(fstest.MapFS{"aws/it-holds.yaml": {Data: []byte(bad)}, "aws/other.yaml": {Data: []byte("id: 7")}})
	var flaws rule.Flaws
	if !errors.As(err, &flaws) || len(flaws) < 4 {
		t.Fatalf("want the flaws of both files, got %v", err)
	}
	for _, want := range []string{"severity 'lo'", "'tokns'", "'stat'", "aws/other.yaml:1:5"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told:\n%v", want, err)
		}
	}
}

func TestAnIdIsGivenOnce(t *testing.T) {
	t.Parallel()
	_, err := rule.Load(fstest.MapFS{"a/it-holds.yaml": {Data: []byte(sound)}, "b/it-holds.yaml": {Data: []byte(sound)}})
	if err == nil || !strings.Contains(err.Error(), "an id is given once") {
		t.Errorf("got %v", err)
	}
}

func TestRulesAreFoundByKindAndProvider(t *testing.T) {
	t.Parallel()
	// The rules have a name each, their own; what they ask is of no matter here.
	files := fstest.MapFS{}
	for _, r := range []struct{ id, kind, pass string }{
		{"AWS-TEST-002", "workload", `w.state == "running"`},
		{"AWS-TEST-001", "workload", `w.state == "running"`},
		{"AWS-TEST-003", "account_region", `r.opt_in == "opted-in"`},
		{"GCP-TEST-001", "account", `size(a.questions) > 0`},
		{"XC-001", "account", `size(a.questions) > 0`},
		{"HOST-TEST-001", "workload", `w.state == "running"`},
	} {
		name := strings.ToLower(r.id)
		files[name+".yaml"] = &fstest.MapFile{Data: []byte("id: " + r.id + "\nname: " + name + "\nfor: " + r.kind + "\npass: " + r.pass +
			"\ntitle: It holds\nfault: It does not hold\nseverity: low\nsay: so\nwhy: Because.\nexamples: []\n")}
	}
	set, err := rule.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		kind     estate.Kind
		provider string
		want     string
	}{
		{"a provider's own and those of all, by id", estate.KindWorkload, "aws", "AWS-TEST-001 AWS-TEST-002 HOST-TEST-001"},
		{"a provider without rules of its own has those of all", estate.KindWorkload, "ibm", "HOST-TEST-001"},
		{"a kind is asked its own rules only", estate.KindAccountRegion, "aws", "AWS-TEST-003"},
		{"a provider's rules are not another's", estate.KindAccount, "aws", "XC-001"},
		{"nor are they lost for their own", estate.KindAccount, "gcp", "GCP-TEST-001 XC-001"},
		{"a kind without rules has none", estate.KindHost, "aws", ""},
	} {
		var ids []string
		for _, r := range set.For(c.kind, c.provider) {
			ids = append(ids, r.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s: %s of %s: want %q, got %q", c.name, c.kind, c.provider, c.want, got)
		}
	}
}

func TestEveryFieldIsDocumented(t *testing.T) {
	t.Parallel()
	kinds := map[estate.Kind]bool{}
	for _, k := range rule.Kinds() {
		kinds[k.Kind] = true
		if k.Doc == "" || k.Var == "" {
			t.Errorf("%+v is not documented", k)
		}
	}
	if len(kinds) != 12 {
		t.Errorf("want the 12 kinds of the closed list, got %d", len(kinds))
	}
	for _, f := range rule.Fields() {
		if f.Doc == "" || !strings.HasSuffix(f.Doc, ".") || f.Type == "" || !kinds[f.Kind] {
			t.Errorf("%+v is not documented in a sentence", f)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(sound))
	err := fs.WalkDir(catalog.Embedded(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			b, _ := fs.ReadFile(catalog.Embedded(), name)
			f.Add(b)
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		set, err := rule.Load(fstest.MapFS{"aws/it-holds.yaml": {Data: b}})
		if err == nil {
			for _, r := range set.Rules() { // what loads can be asked, and says nothing of nothing but by itself
				j := rule.NewJudge(set)
				j.Judge(r, r.Blank())
				j.Verdict()
				r.Render(r.Blank())
			}
		}
	})
}
