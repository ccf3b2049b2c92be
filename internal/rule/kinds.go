package rule

import (
	"strings"

	"plumbline/internal/estate"
)

// kinds is the closed list of what a rule may be for, in the order of the
// documentation. Each has a file of its own.
var kinds = []*kind{
	workload, templates, image, principal, credential, network,
	gate, account, accountRegion, organisation, host, endpoint,
}

var kindOfName = func() map[estate.Kind]*kind {
	m := map[estate.Kind]*kind{}
	for _, k := range kinds {
		m[k.kind] = k
	}
	return m
}()

// Kinds documents every kind that a rule may be for.
func Kinds() []KindDoc {
	var docs []KindDoc
	for _, k := range kinds {
		docs = append(docs, KindDoc{Kind: k.kind, Var: k.name, Parent: k.parent, Doc: k.doc})
	}
	return docs
}

// Fields documents every field that a rule may name, kind by kind.
func Fields() []FieldDoc {
	var docs []FieldDoc
	for _, k := range kinds {
		for _, f := range k.fields {
			docs = append(docs, f.document(k.kind, k.name+"."+f.name))
			if f.item == nil {
				continue
			}
			for _, e := range f.item.fields {
				docs = append(docs, e.document(k.kind, k.name+"."+f.name+"[]."+e.name))
			}
		}
	}
	return docs
}

func (f *field) document(k estate.Kind, name string) FieldDoc {
	typ := f.typ.String()
	if f.item != nil {
		typ = "list"
	}
	return FieldDoc{Kind: k, Name: name, Type: typ, Always: f.always, Called: !f.apart && k != estate.KindHost && k != estate.KindEndpoint, Words: f.words, Doc: f.doc}
}

// field finds a field by its dotted name.
func (k *kind) field(name string) *field {
	for _, f := range k.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// within finds the field that a used name speaks of: "tags" and, inside an
// element, nothing.
func (k *kind) within(names []string) []*field {
	var out []*field
	for _, f := range k.fields {
		for _, n := range names {
			if n == f.name || strings.HasPrefix(n, f.name+".") {
				out = append(out, f)
				break
			}
		}
	}
	return out
}

// head are the fields that every kind has: its subject's, always known.
func head[O estate.Object](also ...*field) []*field {
	part := func(name, doc string, at func(*estate.Subject) *string, words ...string) *field {
		return plain(name, doc, func(o O) *string { return at(o.Head()) }, words...)
	}
	return append([]*field{
		part("provider", "The cloud it stands in.", func(s *estate.Subject) *string { return &s.Provider }, "aws", "ibm", "gcp"),
		part("account", "The provider's id of the account.", func(s *estate.Subject) *string { return &s.Account }),
		part("region", "The region, or global.", func(s *estate.Subject) *string { return &s.Region }),
		part("uid", "The identifier that never changes: an ARN, a CRN, a full resource name.", func(s *estate.Subject) *string { return &s.UID }),
		part("id", "The provider's short id, as its commands want it.", func(s *estate.Subject) *string { return &s.ID }),
		part("name", "What its owner calls it; empty if nothing.", func(s *estate.Subject) *string { return &s.Name }),
	}, also...)
}

// uncalled marks what no call of a scan serves: people tell it, or our own
// records.
func uncalled(f *field) *field {
	f.apart = true
	return f
}

func nobody(estate.Object) string { return "" }

func noRisk(estate.Object) (exposure, power string) { return "n/a", "n/a" }

// bare is a kind that has no facts of its own yet.
func bare[O estate.Object](k estate.Kind, name, doc string, blank func() estate.Object, parent ...string) *kind {
	return &kind{kind: k, name: name, doc: doc, parent: parent, fields: head[O](), blank: blank,
		live: func(estate.Object) {}, manager: nobody, risk: noRisk}
}
