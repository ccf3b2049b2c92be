package wire

import (
	"errors"
	"iter"
)

// A Reader reads canonical documents, one after the other, and uses its
// memory again for the next. It is not safe for concurrent use.
type Reader struct{ jsonTree }

var errNotObject = errors.New("the document is not a JSON object")

// Read reads a document: a JSON object exactly as CanonicalJSON writes it.
// Anything else is refused, a name twice above all. The Value is good until
// the next Read, and as long as doc is not changed.
func (r *Reader) Read(doc []byte) (Value, error) {
	if len(doc) == 0 || doc[0] != '{' {
		return Value{}, errNotObject
	}
	if err := r.parse(doc, true); err != nil {
		return Value{}, err
	}
	return Value{t: &r.jsonTree}, nil
}

// A Value is a place in a document. The zero Value is a place that the
// document does not have.
type Value struct {
	t *jsonTree
	i int32
}

func (v Value) node() *jsonNode { return &v.t.nodes[v.i] }

// Exists reports that the document has the place.
func (v Value) Exists() bool { return v.t != nil }

// IsNull reports that null stands there: an empty element.
func (v Value) IsNull() bool { return v.t != nil && v.t.src[v.node().val.from] == 'n' }

// IsObject reports that an object stands there.
func (v Value) IsObject() bool { return v.t != nil && v.node().kind == '{' }

// IsList reports that a list stands there.
func (v Value) IsList() bool { return v.t != nil && v.node().kind == '[' }

// Get finds a member by name.
func (v Value) Get(name string) Value {
	if !v.IsObject() {
		return Value{}
	}
	t := v.t
	for c := v.node().first; c >= 0; c = t.nodes[c].next {
		if string(t.bare(c)) == name {
			return Value{t, c}
		}
	}
	return Value{}
}

// Items walks a list; it has no items if v is not a list.
func (v Value) Items() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if !v.IsList() {
			return
		}
		n := 0
		for c := v.firstChild(); c.Exists(); c = c.nextSibling() {
			if !yield(n, c) {
				return
			}
			n++
		}
	}
}

// Text returns a string's value; ok is false if no string stands there.
func (v Value) Text() (s string, ok bool) {
	if v.t == nil || v.node().kind != '"' {
		return "", false
	}
	b := v.inner()
	if v.t.slow {
		b = unquote(nil, b)
	}
	return string(b), true
}

// inner is what stands between a string's quotes.
func (v Value) inner() []byte {
	n := v.node()
	return v.t.src[n.val.from+1 : n.val.to-1]
}

// Is reports that the string s stands there.
func (v Value) Is(s string) bool {
	if v.t == nil || v.node().kind != '"' {
		return false
	}
	if !v.t.slow {
		return string(v.inner()) == s
	}
	t, _ := v.Text()
	return t == s
}

// Raw is the canonical JSON of the value; nil if it does not exist.
func (v Value) Raw() []byte {
	if v.t == nil {
		return nil
	}
	n := v.node()
	return v.t.src[n.val.from:n.val.to:n.val.to]
}

func (v Value) firstChild() Value  { return v.at(v.node().first) }
func (v Value) nextSibling() Value { return v.at(v.node().next) }
func (v Value) begin() int         { return int(v.node().val.from) }
func (v Value) stop() int          { return int(v.node().val.to) }

func (v Value) at(i int32) Value {
	if i < 0 {
		return Value{}
	}
	return Value{v.t, i}
}

func (v Value) name() string { return string(v.t.bare(v.i)) }

// Len is the number of items of a list.
func (v Value) Len() int {
	n := 0
	for range v.Items() {
		n++
	}
	return n
}
