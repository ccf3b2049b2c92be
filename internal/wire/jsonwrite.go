package wire

import (
	"bytes"
	"fmt"
	"slices"
)

// documentJSON writes the value doc, with the record up that it stands in, if
// that is another, less the list of documents.
func (p *Page) documentJSON(doc, up, list int32) error {
	t := &p.json
	from := len(p.out)
	p.redacted = p.redacted[:0]
	var err error
	switch kind := t.nodes[doc].kind; {
	case kind == '{' && t.child(doc, "^") >= 0:
		return errCaret
	case kind == '{':
		p.out, err = p.objectJSON(p.out, doc, -1, up, list, p.rules)
	case kind == '"' && up < 0 && p.named != p.shape.Split.One: // a list of names, each of which is a document
		p.out, err = p.valueJSON(append(p.out, `{"value":`...), doc, p.rules.child("value"))
		p.out = append(p.out, '}')
	default:
		return fmt.Errorf("an item of %q is not an object", p.named)
	}
	if err != nil {
		return err
	}
	return p.handOut(from)
}

// valueJSON writes value i, which is not the document itself.
func (p *Page) valueJSON(dst []byte, i int32, r *rule) ([]byte, error) {
	t := &p.json
	kind := t.nodes[i].kind
	if r != nil && !p.quiet {
		if r.replaces() {
			if dst, done, err := p.redactJSON(dst, i, r); done {
				return dst, err
			}
		}
		if kind == '{' && p.namesHold(i, r) {
			p.redacted = append(p.redacted, len(dst))
			return AppendString(dst, []byte(p.hide(i, &rule{kind: hidden}))), nil
		}
	}
	switch kind {
	case '"':
		return t.appendString(dst, t.nodes[i].val), nil
	case '[':
		return p.arrayJSON(dst, i, r)
	case '{':
		return p.objectJSON(dst, i, -1, -1, -1, r)
	}
	return append(dst, t.bytes(i)...), nil
}

func (p *Page) arrayJSON(dst []byte, i int32, r *rule) (_ []byte, err error) {
	from := p.childrenJSON(i, -1)
	to := len(p.ord)
	if r != nil && r.set {
		p.sortSet(from, to, r)
	}
	dst = append(dst, '[')
	for k := from; k < to; k++ {
		if k > from {
			dst = append(dst, ',')
		}
		if dst, err = p.valueJSON(dst, p.ord[k], r); err != nil {
			return dst, err
		}
	}
	p.ord = p.ord[:from]
	return append(dst, ']'), nil
}

// objectJSON writes the members of i but skip, sorted by name. Where up is an
// object, it is written, less its member upSkip, under the name "^".
func (p *Page) objectJSON(dst []byte, i, skip, up, upSkip int32, r *rule) (_ []byte, err error) {
	t := &p.json
	from := p.childrenJSON(i, skip)
	to := len(p.ord)
	slices.SortFunc(p.ord[from:to], t.compare)
	isSecret := p.namesJSON(i, r)
	dst = append(dst, '{')
	start := len(dst)
	for k := from; k < to; k++ {
		c := p.ord[k]
		if k > from && t.compare(p.ord[k-1], c) == 0 {
			return dst, errJSONTwice
		}
		name := t.bare(c)
		if up >= 0 && string(name) > "^" {
			if dst, err = p.enclosingJSON(dst, start, up, upSkip, r); err != nil {
				return dst, err
			}
			up = -1
		}
		below := r.of(name)
		if below != nil && below.drop {
			continue
		}
		if r != nil && r.named != nil && !p.quiet && (isSecret && string(name) == r.pair.Value || r.pair == (Pair{}) && NamesSecret(name)) {
			below = r.named
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, name), ':')
		if dst, err = p.valueJSON(dst, c, below); err != nil {
			return dst, err
		}
	}
	p.ord = p.ord[:from]
	if up >= 0 {
		if dst, err = p.enclosingJSON(dst, start, up, upSkip, r); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func (p *Page) enclosingJSON(dst []byte, start int, up, skip int32, r *rule) ([]byte, error) {
	return p.objectJSON(appendName(dst, start, []byte("^")), up, skip, -1, -1, r.child("^"))
}

// childrenJSON puts the children of i but skip on the stack and returns where
// they begin.
func (p *Page) childrenJSON(i, skip int32) (from int) {
	from = len(p.ord)
	for c := p.json.nodes[i].first; c >= 0; c = p.json.nodes[c].next {
		if c != skip {
			p.ord = append(p.ord, c)
		}
	}
	return from
}

// redactJSON writes what stands for value i if it is to be replaced.
func (p *Page) redactJSON(dst []byte, i int32, r *rule) (_ []byte, done bool, err error) {
	t := &p.json
	kind := t.nodes[i].kind
	if raw := t.bytes(i); string(raw) == "null" || string(raw) == `""` {
		return dst, false, nil // nothing there, and that may be told
	}
	var text []byte
	if kind == '"' {
		text = t.plain(i)
	}
	switch {
	case r.digest == nil:
		dst, done = p.mark(dst, i, r, text)
		return dst, done, nil
	case kind == '"':
		dst, err = p.digest(dst, r, text)
		return dst, true, err
	case kind == '[':
		return dst, false, nil // each of its items
	}
	return dst, true, errNoText
}

// namesJSON reports that object i, a label, has a name that says that its value
// is a secret.
func (p *Page) namesJSON(i int32, r *rule) bool {
	if r == nil || r.named == nil || r.pair.Name == "" || p.quiet {
		return false
	}
	c := p.json.child(i, r.pair.Name)
	return c >= 0 && p.json.nodes[c].kind == '"' && NamesSecret(p.json.plain(c))
}

// namesHold reports that people chose the names of object i and wrote a secret
// into one. Such an object is replaced as a whole: the name says what stands
// under it, and is a secret itself.
func (p *Page) namesHold(i int32, r *rule) bool {
	if r.child("*") == nil && (r.named == nil || r.pair != (Pair{})) {
		return false
	}
	for c := p.json.nodes[i].first; c >= 0; c = p.json.nodes[c].next {
		if SecretKind(p.json.bare(c)) != "" {
			return true
		}
	}
	return false
}

// child finds the first member of a name, -1 if there is none.
func (t *jsonTree) child(i int32, name string) int32 {
	for c := t.nodes[i].first; c >= 0; c = t.nodes[c].next {
		if string(t.bare(c)) == name {
			return c
		}
	}
	return -1
}

// bytes is value i as it stands in the text.
func (t *jsonTree) bytes(i int32) []byte {
	n := &t.nodes[i]
	return t.src[n.val.from:n.val.to]
}

// plain is what string i stands for.
func (t *jsonTree) plain(i int32) []byte {
	b := t.bytes(i)
	b = b[1 : len(b)-1]
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	return unquote(nil, b)
}

// keyText is what an item of a set is sorted by.
func (t *jsonTree) keyText(i int32, key string) []byte {
	if t.nodes[i].kind != '{' {
		return nil
	}
	c := t.child(i, key)
	switch {
	case c < 0:
		return nil
	case t.nodes[c].kind == '"':
		return t.plain(c)
	}
	return t.bytes(c)
}
