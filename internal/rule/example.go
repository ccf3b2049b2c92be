package rule

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// Blank is a subject of the rule's kind, of its own cloud, of which nothing is
// known but its head. Of a rule for every cloud it is one of AWS.
func (r *Rule) Blank() estate.Object {
	o := kindOfName[r.For].blank()
	*o.Head() = blankHead(r.For, cmp.Or(r.Provider, "aws"))
	if w, ok := o.(*estate.Workload); ok {
		w.Type = "instance"
	}
	return o
}

// blankHead is who a subject is.
func blankHead(k estate.Kind, provider string) estate.Subject {
	s := estate.Subject{Kind: k, Provider: provider, Account: "111122223333", Region: "eu-west-1",
		UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0", ID: "i-0123456789abcdef0", Name: "web-1"}
	if provider == ibm {
		s.Account, s.Region = "1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6", "us-south"
		s.ID = cmp.Or(ibmIDs[k], "0717_e4a29d1a-2ef4-42a6-8fd2-350deb1c647e")
		s.UID = "crn:v1:bluemix:public:" + cmp.Or(ibmPlaces[k], "is:us-south-1:a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::instance") + ":" + s.ID
	}
	switch k { //nolint:exhaustive // the others are things with an id
	case estate.KindAccountRegion:
		s.UID, s.ID, s.Name = provider+":"+s.Account+":"+s.Region, s.Region, s.Region
	case estate.KindAccount:
		s.UID, s.ID, s.Name, s.Region = provider+":"+s.Account, s.Account, "example", snapshot.Global
	}
	return s
}

const ibm = "ibm"

// ibmIDs and ibmPlaces are how IBM Cloud names what is no server: the id, and the
// middle of a CRN.
var (
	ibmIDs = map[estate.Kind]string{
		estate.KindPrincipal: "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5", estate.KindCredential: "ApiKey-5b1b9c5e-0f1c-4c7e-8f0e-6a2f9d3b7c11",
		estate.KindGate: "r006-72b27b5c-f4b0-48bb-b954-5becc7c1dcb8", estate.KindNetwork: "r006-ac1c1ae4-5573-42eb-9194-854c9a3d5555",
		estate.KindImage: "r006-c9da1575-20cd-4412-9269-8ed08d3ac278", estate.KindTemplate: "0717-a7191f77-7c87-4ad4-bb11-a37f9e9fc0f0",
	}
	ibmPlaces = map[estate.Kind]string{
		estate.KindPrincipal:  "iam-identity::a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::profile",
		estate.KindCredential: "iam-identity::a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::apikey",
		estate.KindGate:       "is:us-south:a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::security-group",
		estate.KindNetwork:    "is:us-south:a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::vpc",
		estate.KindImage:      "is:us-south:a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::image",
		estate.KindTemplate:   "is:us-south:a/1a2b3c4d5e6f47a8b9c0d1e2f3a4b5c6::instance-template",
	}
)

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
	if o.Head().Provider == ibm {
		liveOnIBM(o)
	}
	return o, k.put(o, "", e.Facts)
}

// liveOnIBM gives what lives on IBM Cloud the type that it has there.
func liveOnIBM(o estate.Object) {
	switch o := o.(type) {
	case *estate.Principal:
		o.Type = "trusted_profile"
	case *estate.Credential:
		o.Type = "api_key"
	}
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
