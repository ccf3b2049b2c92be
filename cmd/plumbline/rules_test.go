package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/cloud/sim/awssim"
	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

// ownRule is a rule of an organisation's own without a fault.
const ownRule = `id: ORG-AWS-IMDS-001
name: own-limit-is-one
title: The hop limit is one here
fault: The hop limit is above one here
severity: low
for: workload
applies: w.state == "running"
pass: w.metadata.endpoint == "disabled" || w.metadata.hop_limit <= params.most_hops
say: "limit {{ w.metadata.hop_limit }}"
why: Because.
fix:
  cli: set --limit {{ params.most_hops }}
  console: Set it.
  source: The template.
  sets: {metadata.hop_limit: "{{ params.most_hops }}"}
params:
  most_hops: {is: 1, doc: "How many hops are few.", least: 1, most: 64}
examples:
  - {name: one, want: pass, w: {metadata: {endpoint: enabled, hop_limit: 1}}}
  - {name: two, want: fail, w: {metadata: {endpoint: enabled, hop_limit: 2}}}
  - {name: not told, want: unknown, w: {}}
`

// planted is a directory with one rule file.
func planted(t *testing.T, name, src string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAFaultOfEachKindIsToldWithFileLineAndRemedy(t *testing.T) {
	t.Parallel()
	const passLine = `pass: w.metadata.endpoint == "disabled" || w.metadata.hop_limit <= params.most_hops`
	for _, c := range []struct {
		name, old, new string
		line           string
		want           []string
	}{
		{"a misspelt field", "w.metadata.hop_limit <= params", "w.metadata.hop_limt <= params", "8:54",
			[]string{"pass: a workload has no field 'hop_limt'; did you mean 'hop_limit'?"}},
		{"a misspelt parameter", "<= params.most_hops", "<= params.most_hop", "8:",
			[]string{"the rule has no parameter 'most_hop'; did you mean 'most_hops'?"}},
		{"a missing unknown example", "  - {name: not told, want: unknown, w: {}}\n", "", "19",
			[]string{"no example wants unknown; give at least one"}},
		{"a fix that does not close", `sets: {metadata.hop_limit: "{{ params.most_hops }}"}`, "sets: {metadata.ipv6: false}", "20",
			[]string{`example "two": with the fix it says fail and must pass; change fix.sets to what closes it, or pass`}},
		{"a rule that no call can silence", "applies: w.state == \"running\"\n" + passLine,
			"pass: \"!w.metadata.unneeded\"", "7",
			[]string{"no refused call can silence it, for no call of a scan serves what it asks about (metadata.unneeded); let it ask for a fact that a cloud tells too: plumbline rules fields workload lists them"}},
		{"an answer from not knowing", "applies: w.state == \"running\"\n" + passLine, `pass: w.type != "instance" && w.metadata.hop_limit <= params.most_hops`, "7",
			[]string{"of a subject of which nothing is known it says fail, and must say unknown"}},
		{"has, which would turn not knowing into an answer", passLine, `pass: "!has(w.metadata.hop_limit) || w.metadata.hop_limit <= params.most_hops"`, "8:",
			[]string{"has() asks whether we know, and no verdict may rest on that: compare the field with a value"}},
		{"an example that does not hold", "name: two, want: fail", "name: two, want: pass", "20",
			[]string{`example "two": want pass, got fail; change the example, or the rule`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(ownRule, c.old, c.new, 1)
			if strings.Contains(c.new, "unneeded") { // it has no use for the parameter
				src = strings.NewReplacer("params:\n  most_hops: {is: 1, doc: \"How many hops are few.\", least: 1, most: 64}\n", "",
					`"{{ params.most_hops }}"`, "1", "{{ params.most_hops }}", "1").Replace(src)
			}
			if src == ownRule {
				t.Fatal("nothing was planted")
			}
			dir := planted(t, "own-limit-is-one", src)
			code, out, err := plumbline(t, "rules", "test", "--rules-dir", dir)
			told := out + err
			if code != exitError || !strings.Contains(told, filepath.Join(dir, "own-limit-is-one.yaml")+":"+c.line) {
				t.Errorf("status %d, want %s, told:\n%s", code, c.line, told)
			}
			for _, w := range c.want {
				if !strings.Contains(told, w) {
					t.Errorf("want %q, told:\n%s", w, told)
				}
			}
		})
	}
}

func TestRulesOfADirectoryStandAboveTheCatalogue(t *testing.T) {
	t.Parallel()
	dir := planted(t, "own-limit-is-one", ownRule)
	code, out, err := plumbline(t, "rules", "test", "--rules-dir", dir)
	if code != exitOK || !strings.Contains(out, "ORG-AWS-IMDS-001") || !strings.Contains(out, "all examples hold") {
		t.Errorf("rules test: status %d:\n%s%s", code, out, err)
	}
	if code, out, err := plumbline(t, "rules", "list", "--rules-dir", dir); code != exitOK || !strings.Contains(out, "The hop limit is one here") || !strings.Contains(out, "AWS-IMDS-001") {
		t.Errorf("rules list: status %d:\n%s%s", code, out, err)
	}
	code, out, err = plumbline(t, "rules", "show", "org-aws-imds-001", "--rules-dir", dir)
	if code != exitOK || !strings.Contains(out, "most_hops is 1 (1 to 64): How many hops are few.") {
		t.Errorf("rules show: status %d:\n%s%s", code, out, err)
	}
	if code, _, err := plumbline(t, "rules", "list", "--rules-dir", filepath.Join(dir, "nowhere")); code != exitError || !strings.Contains(err, "nowhere") {
		t.Errorf("a directory that is not there: status %d, %s", code, err)
	}
}

func TestARuleOfADirectoryTakesThePlaceOfOneOfTheCatalogue(t *testing.T) {
	t.Parallel()
	src := strings.NewReplacer("ORG-AWS-IMDS-001", "AWS-IMDS-016", "own-limit-is-one", "metadata-hop-limit-is-one").Replace(ownRule) + "note: Ours.\nreferences: [\"https://example.org/ours\"]\n"
	dir := planted(t, "metadata-hop-limit-is-one", src)
	code, out, told := plumbline(t, "rules", "show", "AWS-IMDS-016", "--rules-dir", dir)
	if code != exitOK || !strings.Contains(out, "The hop limit is one here") {
		t.Errorf("status %d:\n%s%s", code, out, told)
	}
}

func TestANewRuleHoldsAsItIsWrittenAndIsNotWrittenTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, out, err := plumbline(t, "rules", "new", "ORG-AWS-NET-001", "--for", "workload", "--dir", dir)
	if code != exitOK || !strings.Contains(out, filepath.Join(dir, "org-aws-net-001.yaml")) {
		t.Fatalf("status %d:\n%s%s", code, out, err)
	}
	if code, out, err := plumbline(t, "rules", "test", "--rules-dir", dir); code != exitOK {
		t.Errorf("status %d:\n%s%s", code, out, err)
	}
	if code, _, err := plumbline(t, "rules", "new", "ORG-AWS-NET-001", "--for", "gate", "--dir", dir); code != exitError || !strings.Contains(err, "is there already, and stays as it is") {
		t.Errorf("a second time: status %d, %s", code, err)
	}
	for args, want := range map[string]string{"AWS-NET-001 --for workload": "is no id of a rule of your own", "ORG-AWS-NET-002 --for gat": "did you mean 'gate'?"} {
		if code, _, err := plumbline(t, append([]string{"rules", "new", "--dir", dir}, strings.Fields(args)...)...); code != exitError || !strings.Contains(err, want) {
			t.Errorf("%s: status %d, want %q, got %q", args, code, want, err)
		}
	}
}

func TestFieldsAndTheSchemaArePrinted(t *testing.T) {
	t.Parallel()
	if code, out, _ := plumbline(t, "rules", "fields", "workload"); code != exitOK || !strings.Contains(out, "w.metadata.tokens") || strings.Contains(out, "a.root_keys") {
		t.Errorf("status %d:\n%s", code, out)
	}
	if code, out, _ := plumbline(t, "rules", "fields"); code != exitOK || !strings.Contains(out, "w.metadata.tokens") || !strings.Contains(out, "a.root_keys") {
		t.Errorf("status %d:\n%s", code, out)
	}
	if code, _, err := plumbline(t, "rules", "fields", "workloads"); code != exitError || !strings.Contains(err, "no kind") {
		t.Errorf("status %d: %s", code, err)
	}
	code, out, _ := plumbline(t, "rules", "schema")
	if code != exitOK || !strings.Contains(out, "https://json-schema.org/draft/2020-12/schema") {
		t.Errorf("status %d:\n%s", code, out)
	}
}

func TestThePagesOfRulesAreWrittenTheSameEachTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"AWS-OLD-001.md": madeHere + "a rule that is no more", "notes.md": "written by a person"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pages := func() map[string]string {
		if code, out, err := plumbline(t, "rules", "docs", dir); code != exitOK {
			t.Fatalf("status %d:\n%s%s", code, out, err)
		}
		return filesIn(t, dir)
	}
	first := pages()
	if d := cmp.Diff(first, pages()); d != "" {
		t.Errorf("the second time (-first +second):\n%s", d)
	}
	if first["AWS-OLD-001.md"] != "" || first["notes.md"] == "" {
		t.Error("a page of a rule that is no more goes, and what a person wrote stays")
	}
	set := rules(t)
	for _, r := range set.Rules() {
		page := first[r.ID+".md"]
		for _, want := range append([]string{"# " + r.ID + ": ", "## Why it matters", "## What it asks", "## What it reads", "## Examples", "## How to mend it"}, r.References...) {
			if !strings.Contains(page, want) {
				t.Errorf("the page of %s does not tell %q", r.ID, want)
			}
		}
		for _, e := range r.Examples {
			if !strings.Contains(page, cell(e.Name)) {
				t.Errorf("the page of %s lacks the example %q", r.ID, e.Name)
			}
		}
		if !strings.Contains(first["README.md"], "("+r.ID+".md)") {
			t.Errorf("the index lacks %s", r.ID)
		}
		if strings.Contains(page, "guess: .") {
			t.Errorf("the page of %s says that it rests on calls, and names none", r.ID)
		}
	}
	for id, call := range map[string]string{"AWS-IMDS-001": "ec2:DescribeInstances", "IBM-IAM-001": ibmfact.CallPolicies, "IBM-IMDS-002": ibmfact.CallInstances} {
		if !strings.Contains(first[id+".md"], "`"+call+"`") {
			t.Errorf("the page of %s does not say that it rests on %s", id, call)
		}
	}
}

func TestAPageNamesNoCallWhereNoneSilencesTheRule(t *testing.T) {
	t.Parallel()
	r, there := rules(t).Rule("IBM-IAM-001")
	if !there {
		t.Fatal("the rule is gone")
	}
	if said := restsOn(r, nil); said != "No single call silences it." {
		t.Errorf("it says: %s", said)
	}
}

// What a rule may ask about, and people, probes or our own records do not tell,
// is known after a scan of some example account: a call serves it. Each field is
// asked by a rule of its own, which says pass or fail where the field is known.
func TestEveryFieldIsServedByACall(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	open := map[string]bool{}
	onAWS, asked := fieldRules(t, "AWS")
	for _, name := range asked {
		open[name] = true
	}
	for _, estate := range examples(t) {
		answered(open, asked, runScan(t, live(t, serve(t, estate, awssim.Options{Now: func() time.Time { return at }}), at), onAWS, 0))
	}
	onIBM, asked := fieldRules(t, "IBM")
	for _, estate := range examplesIBM(t) {
		answered(open, asked, runScanOf(t, ibm.Provider, liveIBM(t, serveIBM(t, estate), estate.Accounts[0], at), onIBM, 0))
	}
	// Of a group whose instances are container hosts, and no example account has one.
	delete(open, "t.next.container_host")
	for _, name := range slices.Sorted(maps.Keys(open)) {
		t.Errorf("%s is known in no example account: no call serves it, or no example shows it", name)
	}
}

// answered takes away the fields whose rules said pass or fail of something.
func answered(open map[string]bool, asked map[string]string, o *outcomes) {
	for p, outcome := range o.of {
		if outcome == finding.Pass || outcome == finding.Fail {
			delete(open, asked[p.rule])
		}
	}
}

// fieldRules are rules of a cloud that each ask for one field, and the fields by
// rule.
func fieldRules(t *testing.T, cloud string) (*rule.Set, map[string]string) {
	t.Helper()
	files := fstest.MapFS{}
	asked := map[string]string{}
	for i, f := range rule.Fields() {
		if strings.Contains(f.Name, "[]") {
			continue // of a list's elements: the list is what is known or not
		}
		name, id := fmt.Sprintf("field-%03d", i), fmt.Sprintf("%s-FIELD-%03d", cloud, i)
		src := fmt.Sprintf("id: %s\nname: %s\ntitle: a\nfault: b\nseverity: low\nfor: %s\npass: %q\nsay: so\nwhy: so\nexamples: []\n", id, name, f.Kind, askOf(f))
		set, err := rule.Load(fstest.MapFS{name + ".yaml": {Data: []byte(src)}})
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if r := set.Rules()[0]; !r.Called() || r.Coverage {
			continue
		}
		files[name+".yaml"] = &fstest.MapFile{Data: []byte(src)}
		asked[id] = f.Name
	}
	set, err := rule.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return set, asked
}

// askOf is a question that is answered as soon as the field is known.
func askOf(f rule.FieldDoc) string {
	switch f.Type {
	case "bool":
		return f.Name
	case "int":
		return f.Name + " == 0"
	case "list":
		return "size(" + f.Name + ") == 0"
	}
	return f.Name + ` == "0"`
}

// filesIn are the files of a folder with what stands in them, by name.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(b)
	}
	return files
}
