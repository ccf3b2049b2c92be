package rule_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
)

// A validator holds values against the part of JSON Schema that rule.Schema is
// written in. A keyword that it does not know fails the test.
type validator struct{ defs map[string]any }

func newValidator(t *testing.T) (*validator, map[string]any) {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal(rule.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	return &validator{s["$defs"].(map[string]any)}, s
}

// wrong says what is wrong with a value; empty is nothing.
func (v *validator) wrong(s map[string]any, val any, at string) (bad []string) {
	say := func(format string, args ...any) { bad = append(bad, at+": "+fmt.Sprintf(format, args...)) }
	for _, key := range slices.Sorted(maps.Keys(s)) {
		want := s[key]
		switch key {
		case "$schema", "title", "description", "$defs", "then":
		case "$ref":
			bad = append(bad, v.wrong(v.defs[strings.TrimPrefix(want.(string), "#/$defs/")].(map[string]any), val, at)...)
		case "type":
			if !ofType(want, val) {
				say("is a %T and not %v", val, want)
			}
		case "enum":
			if !slices.Contains(want.([]any), val) {
				say("%v is none of %v", val, want)
			}
		case "const":
			if val != want {
				say("%v is not %v", val, want)
			}
		case "pattern", "minLength":
			text, isText := val.(string)
			if isText && (key == "pattern" && !regexp.MustCompile(want.(string)).MatchString(text) || key == "minLength" && text == "") {
				say("%q is not %v", text, want)
			}
		case "items":
			l, _ := val.([]any)
			for i, e := range l {
				bad = append(bad, v.wrong(want.(map[string]any), e, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "anyOf", "oneOf":
			if !slices.ContainsFunc(want.([]any), func(one any) bool { return len(v.wrong(one.(map[string]any), val, at)) == 0 }) {
				say("%v fits none", val)
			}
		case "allOf":
			for _, one := range want.([]any) {
				bad = append(bad, v.wrong(one.(map[string]any), val, at)...)
			}
		case "if":
			if len(v.wrong(want.(map[string]any), val, at)) == 0 {
				bad = append(bad, v.wrong(s["then"].(map[string]any), val, at)...)
			}
		case "properties", "required", "additionalProperties", "propertyNames":
			if m, isMap := val.(map[string]any); isMap {
				bad = append(bad, v.members(s, key, m, at)...)
			}
		default:
			say("the keyword %s is not known to this test", key)
		}
	}
	return bad
}

func (v *validator) members(s map[string]any, key string, m map[string]any, at string) (bad []string) {
	known, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		one, declared := known[name].(map[string]any)
		switch other := s[key].(type) {
		case bool:
			if !declared && !other {
				bad = append(bad, at+" has no "+name)
			}
		case map[string]any:
			switch {
			case key == "properties" && declared:
				bad = append(bad, v.wrong(one, m[name], at+"."+name)...)
			case key == "additionalProperties" && !declared:
				bad = append(bad, v.wrong(other, m[name], at+"."+name)...)
			case key == "propertyNames":
				bad = append(bad, v.wrong(other, name, at)...)
			}
		}
	}
	if key == "required" {
		for _, name := range s[key].([]any) {
			if _, has := m[name.(string)]; !has {
				bad = append(bad, fmt.Sprintf("%s lacks %s", at, name))
			}
		}
	}
	return bad
}

func ofType(want, val any) bool {
	if l, several := want.([]any); several {
		return slices.ContainsFunc(l, func(one any) bool { return ofType(one, val) })
	}
	switch val := val.(type) {
	case string:
		return want == "string"
	case bool:
		return want == "boolean"
	case float64:
		return want == "number" || want == "integer" && val == float64(int64(val))
	case []any:
		return want == "array"
	case map[string]any:
		return want == "object"
	}
	return false
}

// inJSON reads YAML as a validator of JSON would be given it.
func inJSON(t *testing.T, src []byte) any {
	t.Helper()
	b, err := yaml.YAMLToJSON(src)
	if err != nil {
		t.Fatal(err)
	}
	var val any
	if err := json.Unmarshal(b, &val); err != nil {
		t.Fatal(err)
	}
	return val
}

func TestTheSchemaHoldsForEveryRuleOfTheCatalogue(t *testing.T) {
	t.Parallel()
	v, s := newValidator(t)
	n := 0
	err := fs.WalkDir(catalog.Embedded(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "frameworks/") {
			return err
		}
		b, err := fs.ReadFile(catalog.Embedded(), name)
		for _, bad := range v.wrong(s, inJSON(t, b), name) {
			t.Error(bad)
		}
		n++
		return err
	})
	if err != nil || n < 60 {
		t.Fatalf("%d rules, %v", n, err)
	}
	for _, bad := range v.wrong(s, inJSON(t, []byte(limited)), "limited") {
		t.Error(bad)
	}
}

func TestWhatTheSchemaRefuses(t *testing.T) {
	t.Parallel()
	v, s := newValidator(t)
	for _, c := range []struct{ name, old, new, want string }{
		{"a misspelt key", "severity: low", "severty: low", "has no severty"},
		{"a missing key", "why: Because.\n", "", "lacks why"},
		{"a kind that is none", "for: workload", "for: worklaod", "fits none"},
		{"a severity that is none", "severity: low", "severity: lowest", "is none of [critical high medium low info]"},
		{"an id that is none", "id: AWS-TEST-001", "id: aws-1", "is not"},
		{"an outcome that is none", "want: pass", "want: passes", "is none of [pass fail unknown not_applicable]"},
		{"a misspelt fact", "hop_limit: 2}}}", "hoplimit: 2}}}", "has no hoplimit"},
		{"a word that is none", "endpoint: enabled", "endpoint: on", "is none of [enabled disabled]"},
		{"a fact of the wrong type", "hop_limit: 2}}}", "hop_limit: two}}}", "is a string and not integer"},
		{"another kind's variable", "want: pass, w:", "want: pass, p:", "has no p"},
		{"a fix of a field that is none", "sets: {metadata.hop_limit:", "sets: {metadata.hop:", "has no metadata.hop"},
		{"a parameter without bounds", ", least: 1, most: 64", "", "fits none"},
		{"an expression in an example", "hop_limit: 2}}}", `hop_limit: "{{ params.most_hops }}"}}}`, "is a string and not integer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := strings.Replace(limited, c.old, c.new, 1)
			if src == limited {
				t.Fatal("the case changes nothing")
			}
			if bad := strings.Join(v.wrong(s, inJSON(t, []byte(src)), "rule"), "\n"); !strings.Contains(bad, c.want) {
				t.Errorf("want %q, got %q", c.want, bad)
			}
		})
	}
}

func TestTheSchemaTellsEveryFieldWithItsMeaning(t *testing.T) {
	t.Parallel()
	v, _ := newValidator(t)
	for _, f := range rule.Fields() {
		name, elem, isElem := strings.Cut(f.Name, "[].")
		_, name, _ = strings.Cut(name, ".")
		at, ok := v.defs[string(f.Kind)].(map[string]any)["properties"].(map[string]any)[name].(map[string]any)
		if ok && isElem {
			at, ok = at["items"].(map[string]any)["properties"].(map[string]any)[elem].(map[string]any)
		}
		if !ok || at["description"] != f.Doc {
			t.Errorf("%s: %v", f.Name, at)
		}
	}
}
