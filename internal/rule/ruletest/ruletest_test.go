package ruletest_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"plumbline/internal/rule"
	"plumbline/internal/rule/ruletest"
)

// good is a rule without a problem; each case breaks one thing of it.
const good = `id: AWS-TEST-001
name: limit-is-one
title: The limit is one
fault: The limit is above one
severity: low
for: workload
pass: w.metadata.endpoint == "disabled" || w.metadata.hop_limit == 1
say: "limit {{ w.metadata.hop_limit }}"
why: Because.
fix:
  cli: set --limit 1
  console: Set it.
  source: The template.
  sets: {metadata.hop_limit: 1}
references: ["https://example.org/limit"]
note: Nobody disagrees.
examples:
  - {name: one, want: pass, w: {metadata: {hop_limit: 1}}}
  - {name: off, want: pass, w: {metadata: {endpoint: disabled}}}
  - {name: two, want: fail, w: {metadata: {endpoint: enabled, hop_limit: 2}}}
  - {name: not told, want: unknown, w: {}}
`

func TestARuleWithoutAProblemHasNone(t *testing.T) {
	t.Parallel()
	for _, p := range prove(t, good) {
		t.Error(p)
	}
}

func TestWhatARuleMustNotDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, new, want string }{
		{"an example that does not hold", "name: two, want: fail", "name: two, want: pass", "want pass, got fail"},
		{"no passing example", "  - {name: one, want: pass, w: {metadata: {hop_limit: 1}}}\n  - {name: off, want: pass, w: {metadata: {endpoint: disabled}}}\n", "", "no example wants pass"},
		{"no failing example", "  - {name: two, want: fail, w: {metadata: {endpoint: enabled, hop_limit: 2}}}\n", "", "no example wants fail"},
		{"no unknown example", "  - {name: not told, want: unknown, w: {}}\n", "", "no example wants unknown"},
		{"an answer from nothing", `pass: w.metadata.endpoint == "disabled" || w.metadata.hop_limit == 1`, `pass: w.id != "" || w.metadata.hop_limit == 1`, "of which nothing is known it says pass"},
		{"a fix that does not close", "sets: {metadata.hop_limit: 1}", "sets: {metadata.ipv6: false}", "with the fix it says fail"},
		{"a title that orders", "title: The limit is one", "title: Ensure the limit is one", `without "Ensure"`},
		{"a fault that wishes", "fault: The limit is above one", "fault: The limit should be one", `without "Ensure" and "should"`},
		{"words that do not hold", "{name: two, want: fail,", `{name: two, want: fail, say: "limit 3",`, "say reads"},
		{"no note", "note: Nobody disagrees.\n", "", "note is empty"},
		{"no reference", "references: [\"https://example.org/limit\"]\n", "", "no references"},
		{"two examples of one name", "name: off", "name: one", `two examples are named "one"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			broken := strings.Replace(good, c.old, c.new, 1)
			if broken == good {
				t.Fatal("the case breaks nothing")
			}
			var all []string
			for _, p := range prove(t, broken) {
				all = append(all, p.String())
			}
			if !strings.Contains(strings.Join(all, "\n"), c.want) {
				t.Errorf("want a problem with %q, got %q", c.want, all)
			}
		})
	}
}

func prove(t *testing.T, src string) []ruletest.Problem {
	t.Helper()
	set, err := rule.Load(fstest.MapFS{"aws/limit-is-one.yaml": {Data: []byte(src)}})
	if err != nil {
		t.Fatal(err)
	}
	return ruletest.Prove(set)
}
