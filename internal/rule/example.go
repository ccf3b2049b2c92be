package rule

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// Blank is a subject of the rule's kind of which nothing is known but its
// head.
func (r *Rule) Blank() estate.Object {
	k := kindOfName[r.For]
	o := k.blank()
	provider := r.Provider
	if provider == "" {
		provider = "aws"
	}
	*o.Head() = estate.Subject{Kind: r.For, Provider: provider, Account: "111122223333", Region: "eu-west-1",
		UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0", ID: "i-0123456789abcdef0", Name: "web-1"}
	if r.For == estate.KindAccountRegion {
		s := o.Head()
		s.UID, s.ID, s.Name = "aws:111122223333:eu-west-1", "eu-west-1", "eu-west-1"
	}
	if r.For == estate.KindAccount {
		s := o.Head()
		s.UID, s.ID, s.Name, s.Region = "aws:111122223333", "111122223333", "example", snapshot.Global
	}
	if w, ok := o.(*estate.Workload); ok {
		w.Type = "instance"
	}
	return o
}

// Blanks are Blank, once for each type that the kind has.
func (r *Rule) Blanks() []estate.Object {
	typ := kindOfName[r.For].field("type")
	if typ == nil || len(typ.words) == 0 {
		return []estate.Object{r.Blank()}
	}
	blanks := make([]estate.Object, len(typ.words))
	for i, word := range typ.words {
		blanks[i] = r.Blank()
		if err := typ.set(blanks[i], word); err != nil {
			panic(err) // the table's own word
		}
	}
	return blanks
}

// Subject is the example's subject: a live one of the rule's provider and
// kind, of which nothing else is known but what the example says.
func (r *Rule) Subject(e Example) (estate.Object, error) {
	o := r.Blank()
	k := kindOfName[r.For]
	k.live(o)
	return o, k.put(o, "", e.Facts)
}

// Set changes one field of a subject, as the rule's fix would. Field is dotted
// as in sets: "metadata.tokens".
func (r *Rule) Set(o estate.Object, name string, value any) error {
	k := kindOfName[r.For]
	f := k.field(name)
	if f == nil {
		return fmt.Errorf("a %s has no field '%s'%s", k.kind, name, didYouMean(name, k.names()))
	}
	if err := f.set(o, value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Forget makes one field of a subject unknown; it reports whether the field
// can be unknown at all.
func (r *Rule) Forget(o estate.Object, name string) bool {
	f := kindOfName[r.For].field(name)
	if f == nil || f.always {
		return false
	}
	f.forget(o)
	return true
}

// State shows every field of a subject as text, for comparing two of them.
func (r *Rule) State(o estate.Object) map[string]string {
	m := map[string]string{}
	for _, f := range kindOfName[r.For].fields {
		e := f.show(o)
		m[f.name] = e.Value
		if f.item != nil {
			for i := range f.item.length(o) {
				m[f.name] += asJSON(f.item.show(f.item.at(o, i)))
			}
		}
		if !f.whole(o) {
			m[f.name] += " unknown"
		}
	}
	return m
}

func (k *kind) names() []string {
	var names []string
	for _, f := range k.fields {
		names = append(names, f.name)
	}
	return names
}

// put sets the facts of a nested mapping.
func (k *kind) put(o estate.Object, prefix string, m map[string]any) error {
	var bad []error
	for _, key := range slices.Sorted(maps.Keys(m)) {
		name := prefix + key
		f := k.field(name)
		inner, nested := m[key].(map[string]any)
		switch {
		case f != nil:
			if err := f.set(o, m[key]); err != nil {
				bad = append(bad, fmt.Errorf("%s: %w", name, err))
			}
		case nested && slices.ContainsFunc(k.names(), func(n string) bool { return strings.HasPrefix(n, name+".") }):
			bad = append(bad, k.put(o, name+".", inner))
		default:
			bad = append(bad, fmt.Errorf("a %s has no field '%s'%s", k.kind, name, didYouMean(name, k.names())))
		}
	}
	return errors.Join(bad...)
}

// listed reads a list's elements from YAML. An element {gap: true}, or with a
// cause in place of true, is a place where we could not look.
func listed[S any](it *item, value any) (fact.List[S], error) {
	raw, ok := value.([]any)
	if !ok {
		return fact.List[S]{}, fmt.Errorf("want a list, have %s", kindOf(value))
	}
	var items []S
	var gaps []*fact.Reason
	for i, v := range raw {
		m, ok := v.(map[string]any)
		if !ok {
			return fact.List[S]{}, fmt.Errorf("element %d: want a mapping, have %s", i+1, kindOf(v))
		}
		if gap, has := m["gap"]; has {
			why, err := gapReason(gap, len(m))
			if err != nil {
				return fact.List[S]{}, fmt.Errorf("element %d: %w", i+1, err)
			}
			gaps = append(gaps, why)
			continue
		}
		var s S
		if err := it.put(&s, m); err != nil {
			return fact.List[S]{}, fmt.Errorf("element %d: %w", i+1, err)
		}
		items = append(items, s)
	}
	return fact.Listed(items, nil, "", gaps...), nil
}

func gapReason(v any, keys int) (*fact.Reason, error) {
	if keys != 1 {
		return nil, errors.New("a gap says nothing beside 'gap'")
	}
	switch v := v.(type) {
	case bool:
		if v {
			return &fact.Reason{Cause: snapshot.Denied}, nil
		}
	case string:
		if v != "" {
			return &fact.Reason{Cause: snapshot.Cause(v)}, nil
		}
	}
	return nil, errors.New("gap: want true, or the cause in a word")
}

func (it *item) put(elem any, m map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		i := slices.IndexFunc(it.fields, func(f *field) bool { return f.name == key })
		if i < 0 {
			var names []string
			for _, f := range it.fields {
				names = append(names, f.name)
			}
			return fmt.Errorf("a %s has no field '%s'%s", it.name, key, didYouMean(key, names))
		}
		if err := it.fields[i].set(elem, m[key]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}
