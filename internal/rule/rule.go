// Package rule reads rules, asks each its question of one subject, and says
// what the answer rests on.
//
// A rule is a YAML file with predicates in CEL. A fact that is not known stays
// unknown on its way through a predicate: it can leave a question open, it can
// never answer it. The package opens no file by itself, asks no cloud, has no
// clock, and knows no auditor.
package rule

import (
	"cmp"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
)

// A Rule is one file of the catalogue.
type Rule struct {
	ID         string // "AWS-IMDS-001": permanent, never reused
	Name       string // "metadata-requires-token": the file's name, may be improved
	Title      string // what is true when all is well
	Fault      string // what is wrong otherwise
	Severity   finding.Severity
	For        estate.Kind
	Provider   string // "aws"; "" for a rule that holds on every cloud
	Applies    string // CEL; empty: always
	Pass       string // CEL
	Say        string // template: the decisive values in words
	Why        string
	Note       string
	Fix        Fix
	References []string
	Examples   []Example
	Params     []Param  // what an organisation may set, in the order of the file
	Assumes    []string // what it rests on and nobody has verified, a sentence each
	Coverage   bool     // about what we could see; exempt from the laws on learning
	Version    string   // 12 hex digits of a sha256: of the file, and of parameters that are set otherwise than it says
	File       string
	Source     string // the whole file
	Layer      int    // which of Compose's layers it is from, from 0
	Off        bool   // it is switched off, and not asked

	applies, pass *program
	say           *template
	fix           fixTemplates
	fields        []*field // that applies and pass name, in the order of the table
	lines         map[string]int
	written       *Rule // as its file says; nil where it is
	worst         bool  // it demands exposure and power itself, so that they do not count twice
}

// A Fix says how to put things right. In a Rule its texts are templates, from
// Render they are filled in for one subject.
type Fix struct {
	CLI       string
	Terraform string
	Console   string
	Undo      string
	Source    string         // where the setting comes from, to be changed there first
	Sets      map[string]any // what the fix changes: field to value
}

// An Example is a subject in a few words and what the rule must say of it.
type Example struct {
	Name  string
	Want  finding.Outcome
	Say   string // if given: what the rule's say must read
	Facts map[string]any
	Line  int
}

// Reads are the fields that decide, as a rule names them: "metadata.tokens".
func (r *Rule) Reads() []string {
	names := make([]string, len(r.fields))
	for i, f := range r.fields {
		names[i] = f.name
	}
	return names
}

// Uncalled says that something it asks about is served by no call of a scan, so
// that until people, a probe or our own records tell it nothing else may decide.
func (r *Rule) Uncalled() bool {
	return r.Probed() || slices.ContainsFunc(r.fields, func(f *field) bool { return f.apart })
}

// Called says that some fact it asks about is served by a call of a scan. Of the
// others people, probes or our own records tell, and no refused call silences a
// rule that asks about nothing else.
func (r *Rule) Called() bool {
	return !r.Probed() && slices.ContainsFunc(r.fields, func(f *field) bool { return !f.always && !f.apart })
}

// Own says that the rule is an organisation's own.
func (r *Rule) Own() bool { return strings.HasPrefix(r.ID, ownPrefix) }

// Line is where in its file a key's value begins: "pass", "examples", "fix.sets".
// It is 1 for a key that the file does not have.
func (r *Rule) Line(key string) int { return max(r.lines[key], 1) }

// A Set is a whole catalogue.
type Set struct {
	rules []*Rule
	off   []*Rule
	byID  map[string]*Rule
	by    map[place][]*Rule
}

type place struct {
	kind     estate.Kind
	provider string
}

// Rules of the set that are asked, by id.
func (s *Set) Rules() []*Rule { return s.rules }

// Switched are those that are switched off, by id.
func (s *Set) Switched() []*Rule { return s.off }

// Rule finds one by its id, switched off or not.
func (s *Set) Rule(id string) (*Rule, bool) {
	r, ok := s.byID[id]
	return r, ok
}

// Only is a set of those rules that are asked and to be kept.
func (s *Set) Only(keep func(*Rule) bool) *Set {
	var rules []*Rule
	for _, r := range s.rules {
		if keep(r) {
			rules = append(rules, r)
		}
	}
	return newSet(rules)
}

// For returns the rules that may be asked of a kind of subject of a provider,
// by id.
func (s *Set) For(kind estate.Kind, provider string) []*Rule {
	if l, ok := s.by[place{kind, provider}]; ok {
		return l
	}
	return s.by[place{kind, ""}] // a provider without rules of its own
}

func newSet(rules []*Rule) *Set {
	slices.SortFunc(rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	s := &Set{rules: rules, byID: map[string]*Rule{}, by: map[place][]*Rule{}}
	for _, r := range rules {
		s.byID[r.ID] = r
		s.by[place{r.For, r.Provider}] = nil
	}
	for at := range s.by {
		for _, r := range rules {
			if r.For == at.kind && (r.Provider == "" || r.Provider == at.provider) {
				s.by[at] = append(s.by[at], r)
			}
		}
	}
	return s
}
