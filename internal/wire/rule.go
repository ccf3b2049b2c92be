package wire

import (
	"slices"
	"strings"
)

// A rule is what a shape says of one path, and of the paths below it.
type rule struct {
	name   string
	below  []*rule // sorted by name, as the members of a document are
	set    bool
	key    string // member by which a set is sorted
	secret bool
	hide   bool
	drop   bool
	kind   string // of what is hidden
	pair   Pair   // its members, where it is a label
	digest Digest
	named  *rule // of the label's value, where the label's name says that it is a secret
}

// rulesOf makes a tree of a shape's paths.
func rulesOf(s *Shape) *rule {
	top := &rule{}
	for path, key := range s.Sets {
		r := top.at(path)
		r.set, r.key = true, key
	}
	for _, path := range s.Secrets {
		top.at(path).secret = true
	}
	for _, path := range s.Hide {
		r := top.at(path)
		r.hide, r.kind = true, hidden
	}
	for _, path := range s.Drop {
		top.at(path).drop = true
	}
	for path, digest := range s.Digest {
		top.at(path).digest = digest
	}
	for path, pair := range s.Named {
		r := top.at(path)
		r.pair, r.named = pair, &rule{name: pair.Value, hide: true, kind: namedSecret}
	}
	return top
}

func (r *rule) at(path string) *rule {
	for name := range strings.SplitSeq(path, "/") {
		i, ok := slices.BinarySearchFunc(r.below, name, func(b *rule, n string) int { return strings.Compare(b.name, n) })
		if !ok {
			r.below = slices.Insert(r.below, i, &rule{name: name})
		}
		r = r.below[i]
	}
	return r
}

// replaces reports that what stands at the path may have to be replaced.
func (r *rule) replaces() bool { return r.hide || r.secret || r.digest != nil }

// child finds the rule for a member, nil if there is none.
func (r *rule) child(name string) *rule {
	if r == nil {
		return nil
	}
	for _, b := range r.below {
		if b.name == name {
			return b
		}
	}
	return nil
}

// of finds the rule for a member of a JSON object, whose names people may have
// chosen; nil if there is none.
func (r *rule) of(name []byte) *rule {
	if b := r.child(string(name)); b != nil {
		return b
	}
	return r.child("*")
}

// next finds the rule for a member among rules of which those before it were
// passed; members come sorted.
func next(rules []*rule, name []byte) (*rule, []*rule) {
	for len(rules) > 0 {
		switch {
		case rules[0].name == string(name):
			return rules[0], rules
		case rules[0].name > string(name):
			return nil, rules
		}
		rules = rules[1:]
	}
	return nil, nil
}
