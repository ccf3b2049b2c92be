package rule

import (
	"fmt"
	"strings"

	"plumbline/internal/estate"
)

// Skeleton is a whole rule file for an id of an organisation's own and a kind,
// to begin from: it loads, it holds, and every text of it wants to be written
// anew. The name is the rule's, and its file's without ".yaml".
func Skeleton(id string, k estate.Kind) (name, file string, err error) {
	if !idShape.MatchString(id) || !strings.HasPrefix(id, ownPrefix) {
		return "", "", fmt.Errorf("'%s' is no id of a rule of your own; write it as ORG-AWS-NET-001: ORG, then AWS, IBM, GCP or XC for every cloud, a family, a number", id)
	}
	kind := kindOfName[k]
	if kind == nil {
		return "", "", fmt.Errorf("there is no kind '%s'%s; the kinds are %s", k, didYouMean(string(k), kindNames()), strings.Join(kindNames(), ", "))
	}
	f, good, bad := kind.askable()
	if f == nil {
		return "", "", fmt.Errorf("nothing is known of the kind %s yet that a rule could ask about", k)
	}
	name = strings.ToLower(id)
	return name, fmt.Sprintf(skeletonFile, id, name, k, kind.name, f.name, asYAML(good), asYAML(bad), f.doc), nil
}

func kindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k.kind)
	}
	return names
}

// askable is a fact that can be unknown, a value of it that is well and one that
// is not. A yes or no comes first, for its question is the shortest.
func (k *kind) askable() (f *field, good, bad any) {
	for _, f := range k.fields {
		if !f.always && f.item == nil && f.typ.String() == "bool" {
			return f, true, false
		}
	}
	for _, f := range k.fields {
		if !f.always && f.item == nil && len(f.words) > 1 && f.words[0] != "" {
			return f, f.words[0], f.words[1]
		}
	}
	return nil, nil, nil
}

// asYAML writes a value so that both YAML and CEL read it.
func asYAML(v any) string {
	if s, ok := v.(string); ok {
		return `"` + s + `"`
	}
	return fmt.Sprint(v)
}

// skeletonFile takes the id, the name, the kind, its variable, a field, two values
// of it, and what it means.
const skeletonFile = `# A rule of your own. It loads and holds as it stands; write every text anew,
# and leave out the remarks, lines that begin with #, as you go.
#
#   plumbline rules fields %[3]s   lists everything that a rule for this kind may ask
#   plumbline rules schema         helps an editor: # yaml-language-server: $schema=rule.schema.json
#   plumbline rules test --rules-dir DIR   proves it by its examples
id: %[1]s # permanent: findings hang on it
name: %[2]s # the file's name; small letters and hyphens
title: What is true when all is well, for %[1]s
fault: What is wrong otherwise, for %[1]s
severity: medium # critical, high, medium, low or info
for: %[3]s
# Whom it is about. A subject for which this is false is not applicable. Leave it
# out where it is about every one.
applies: '%[4]s.provider != ""'
# What is asked. True passes, false fails, and what is not known stays unknown by
# itself. %[5]s: %[8]s
pass: '%[4]s.%[5]s == %[6]s'
# The decisive values in words, on one line.
say: >
  %[5]s is {{ %[4]s.%[5]s }}
why: >
  What can happen where it is not so, in a sentence or two.
fix:
  # A command for one subject. {{ … }} brings its own quotes.
  cli: echo set %[5]s of {{ %[4]s.id }}
  console: >
    Where to click, step by step: Service > Page > Setting.
  source: >
    Where the setting comes from, to be changed there first: a template, a stack, Terraform.
  # What the fix changes: with it, an example that fails has to pass.
  sets: {%[5]s: %[6]s}
references:
  - https://example.org/the-guideline-that-asks-for-it
# A value that you may want to set otherwise later is a parameter. Ask for it as
# params.max_days in applies, pass, say or the fix.
# params:
#   max_days: {is: 90, doc: "How many days it may be old.", least: 1, most: 3650}
# Examples are the rule's tests. At least one passes, one fails and one is
# unknown; what an example does not give is not known.
examples:
  - {name: as it is meant to be, want: pass, %[4]s: {%[5]s: %[6]s}}
  - {name: otherwise, want: fail, %[4]s: {%[5]s: %[7]s}}
  - {name: nobody could tell, want: unknown, %[4]s: {}}
`
