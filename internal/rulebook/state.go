package rulebook

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"plumbline/internal/listing"
	"plumbline/internal/rule"
	"plumbline/internal/words"
)

// A state is what approved changes come to. It is changed only by with, which
// leaves the former as it was.
type state struct {
	files      map[string]string // of rules, by id
	frameworks map[string]string // files, by id
	off        map[string]bool
	params     map[string]map[string]string
}

// fold applies changes in their order.
func fold(drafts []listing.RuleDraft) state {
	var s state
	for i := range drafts {
		s = s.with(drafts[i])
	}
	return s
}

// with is the state after one more change.
func (s state) with(d listing.RuleDraft) state {
	switch d.Kind {
	case listing.DraftFile:
		s.files = put(s.files, d.Rule, d.YAML)
	case listing.DraftFramework:
		s.frameworks = put(s.frameworks, d.Rule, d.YAML)
	case listing.DraftRemove:
		s.files, s.frameworks, s.params = without(s.files, d.Rule), without(s.frameworks, d.Rule), without(s.params, d.Rule)
	case listing.DraftOff:
		s.off = put(s.off, d.Rule, true)
	case listing.DraftOn:
		s.off = without(s.off, d.Rule)
	case listing.DraftParams:
		s.params = without(s.params, d.Rule)
		if len(d.Params) > 0 {
			s.params = put(s.params, d.Rule, maps.Clone(d.Params))
		}
	}
	return s
}

func put[V any](m map[string]V, key string, v V) map[string]V {
	m = maps.Clone(m)
	if m == nil {
		m = map[string]V{}
	}
	m[key] = v
	return m
}

func without[V any](m map[string]V, key string) map[string]V {
	m = maps.Clone(m)
	delete(m, key)
	return m
}

// parts are the changes that lead to the state, files first, each by its id.
func (s state) parts() (all []listing.RuleDraft) {
	for _, id := range slices.Sorted(maps.Keys(s.files)) {
		all = append(all, listing.RuleDraft{Kind: listing.DraftFile, Rule: id, YAML: s.files[id]})
	}
	for _, id := range slices.Sorted(maps.Keys(s.params)) {
		all = append(all, listing.RuleDraft{Kind: listing.DraftParams, Rule: id, Params: s.params[id]})
	}
	return all
}

// layer is what people wrote, as files: each in a folder of its rule's id, for
// rules of two clouds may have the same name.
func (s state) layer() tree {
	files := tree{}
	for id, text := range s.files {
		files[id+"/"+fileName(text)] = text
	}
	return files
}

var (
	idLine   = regexp.MustCompile(`(?m)^id:[ \t]*["']?([A-Za-z0-9-]{1,60})["']?[ \t]*(#.*)?\r?$`)
	nameLine = regexp.MustCompile(`(?m)^name:[ \t]*["']?([a-z0-9-]{1,80})["']?[ \t]*(#.*)?\r?$`)
)

// fileName is what the file of a rule is to be called: by its name. Where the
// name cannot be found reading the file tells why.
func fileName(text string) string {
	if m := nameLine.FindStringSubmatch(text); m != nil {
		return m[1] + ".yaml"
	}
	return "rule.yaml"
}

// idOf is the id that a file gives itself; "" where none can be found.
func idOf(text string) string {
	if m := idLine.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// A Drafted is what would hold with a draft.
type Drafted struct {
	Draft  listing.RuleDraft // with the id of its rule filled in
	Before *rule.Rule        // as it holds; nil where there is none, or it is not asked
	Rule   *rule.Rule        // as it would hold; nil where there is none any more
	Off    bool              // it would not be asked
	Set    *rule.Set         // all rules, as they would hold
	Text   string            // the file as it holds; "" if there is none
}

// Try composes the edition with a draft of rules, without keeping it. What is
// wrong with the draft is among the flaws, and then there is no set. A draft of a
// framework is not its business.
func (e *Edition) Try(d listing.RuleDraft) (Drafted, rule.Flaws, error) {
	t := Drafted{Draft: d}
	if flaw := t.name(e); flaw != "" {
		return t, rule.Flaws{{File: orDraft(t.Draft.Rule), Line: 1, Col: 1, Text: flaw}}, nil
	}
	if b, ok := e.Set.Rule(t.Draft.Rule); ok && !b.Off {
		t.Before = b
	}
	if entry, err := e.Entry(t.Draft.Rule); err == nil {
		t.Text = entry.YAML
	}
	set, err := e.book.compose(e.sound().with(t.Draft))
	if flaws, ok := flawsOf(err); ok {
		return t, flaws, nil
	}
	if err != nil {
		return t, nil, err
	}
	t.Set = set
	t.Rule, _ = set.Rule(t.Draft.Rule)
	t.Off = t.Rule != nil && t.Rule.Off
	// What is shown, proved and approved is the very rule that this file makes:
	// YAML may read another id out of a file than its line says.
	if d.Kind == listing.DraftFile && (t.Rule == nil || t.Rule.Layer != len(e.book.layers) || t.Rule.Source != t.Draft.YAML) {
		t.Set, t.Rule = nil, nil
		return t, rule.Flaws{{File: t.Draft.Rule, Line: 1, Col: 1, Text: "the file gives another id than its line 'id:' says; write the id once, on a line of its own"}}, nil
	}
	return t, nil, nil
}

// sound is the state less what cannot be read: it must not stand in the way of
// the change that mends it.
func (e *Edition) sound() state {
	s := e.state
	for id := range e.Flaws {
		s.params = without(s.params, id)
		if under, ok := e.Set.Rule(id); !ok || under.Layer < len(e.book.layers) {
			s.files = without(s.files, id)
		}
	}
	return s
}

// name finds the rule that a draft is about, and says what is wrong if it is
// about none.
func (t *Drafted) name(e *Edition) (flaw string) {
	d := &t.Draft
	if d.Kind == listing.DraftFile {
		id := idOf(d.YAML)
		switch {
		case id == "":
			return "no line gives the rule its id; write one such as: id: ORG-AWS-NET-001"
		case d.Rule != "" && d.Rule != id:
			return fmt.Sprintf("the file's id is %s, and the change is of %s; an id never changes: write a rule of its own, and switch the other off", id, d.Rule)
		}
		d.Rule = id
		return ""
	}
	if _, ok := e.Set.Rule(d.Rule); !ok && e.state.files[d.Rule] == "" {
		return "there is no rule " + d.Rule + near(d.Rule, e.Set)
	}
	switch d.Kind {
	case listing.DraftRemove:
		if e.state.files[d.Rule] == "" && len(e.state.params[d.Rule]) == 0 {
			return "nothing was written here of " + d.Rule + ", so there is nothing to take back"
		}
	case listing.DraftOff, listing.DraftOn:
		if off := e.state.off[d.Rule]; off == (d.Kind == listing.DraftOff) {
			return d.Rule + map[bool]string{true: " is switched off already", false: " is not switched off"}[off]
		}
	case listing.DraftParams:
		if maps.Equal(d.Params, e.state.params[d.Rule]) {
			return "the parameters of " + d.Rule + " are set so already"
		}
	case listing.DraftFile, listing.DraftFramework:
	default:
		return fmt.Sprintf("%q is no kind of change; they are file, remove, off, on, params and framework", d.Kind)
	}
	return ""
}

func near(id string, set *rule.Set) string {
	var ids []string
	for _, r := range slices.Concat(set.Rules(), set.Switched()) {
		ids = append(ids, r.ID)
	}
	if one, _ := words.Nearest(strings.ToUpper(id), ids, 3); one != "" {
		return "; did you mean " + one + "?"
	}
	return ""
}

func orDraft(id string) string {
	if id == "" {
		return "draft"
	}
	return id
}

func flawsOf(err error) (rule.Flaws, bool) {
	var flaws rule.Flaws
	ok := errors.As(err, &flaws)
	return flaws, ok
}
