package wire

import (
	"errors"
	"fmt"
	"strings"
)

// walkJSON reads a reply that is one JSON object, one record at a time.
func (p *Page) walkJSON() error {
	t := &p.json
	if err := t.begin(p.src, false); err != nil {
		return err
	}
	t.limit = maxNodes
	i := t.space(0)
	if t.src[i] != '{' {
		return errors.New("the reply is not a JSON object")
	}
	clear(p.tops)
	if p.tops == nil {
		p.tops = map[string]bool{}
	}
	read := p.members
	if p.shape.Split.Whole {
		read = p.wholeJSON
	}
	i, err := read(i)
	if err != nil {
		return err
	}
	return t.end(i)
}

// members reads the members of the reply, which begins at byte i, and returns
// where it ends.
func (p *Page) members(i int) (int, error) {
	t := &p.json
	if i = t.space(i + 1); i < len(t.src) && t.src[i] == '}' {
		return i + 1, nil
	}
	for done := false; !done; {
		name, next, err := t.memberName(t.space(i))
		if err != nil {
			return i, err
		}
		if i, err = p.topMember(name, next); err != nil {
			return i, err
		}
		if i, done, err = t.separator(i, '}'); err != nil {
			return i, err
		}
	}
	return i, nil
}

// topMember reads the value at byte i: perhaps a list of records, or the one
// member that is a document.
func (p *Page) topMember(name string, i int) (end int, err error) {
	if p.tops[name] {
		return i, errJSONTwice
	}
	p.tops[name] = true
	list, ok := p.shape.Split.names([]byte(name))
	if !ok {
		end, err = p.json.only(i, 2)
		if err == nil && name == "__type" && isException(p.json.src[i:end]) {
			err = errors.New("the reply is an error")
		}
		return end, err
	}
	p.named = list
	if p.json.isNull(i) && p.shape.Split.Optional {
		return i + len("null"), nil // complete sees to it
	}
	p.found = append(p.found, list)
	if list != p.shape.Split.One {
		return p.listJSON(i)
	}
	if end, err = p.json.only(i, 2); err != nil {
		return end, err
	}
	return end, p.recordJSON()
}

// isException tells how AWS names an error in a reply that should be none.
func isException(name []byte) bool {
	n := string(name)
	return strings.Contains(n, "Exception") || strings.Contains(n, "Error") || strings.Contains(n, "Fault")
}

// listJSON reads a list of records.
func (p *Page) listJSON(i int) (int, error) {
	t := &p.json
	if i < len(t.src) && t.src[i] != '[' {
		return i, fmt.Errorf("%q is not a list", p.named)
	}
	from := i + 1
	if i = t.space(from); i < len(t.src) && t.src[i] == ']' {
		return i + 1, nil
	}
	var err error
	for done := false; !done; {
		if i, err = t.only(t.space(i), 3); err != nil {
			return i, err
		}
		if err = p.recordJSON(); err != nil {
			return i, err
		}
		if i, done, err = t.separator(i, ']'); err != nil {
			return i, err
		}
	}
	p.cuts = append(p.cuts, span{off(from), off(i - 1)})
	return i, nil
}

// recordJSON hands out the documents of the record that was read.
func (p *Page) recordJSON() error {
	t := &p.json
	p.ord = p.ord[:0]
	inner := p.shape.Split.Inner
	if inner == "" || p.named == p.shape.Split.One {
		return p.documentJSON(0, -1, -1)
	}
	if t.nodes[0].kind != '{' {
		return fmt.Errorf("an item of %q is not an object", p.named)
	}
	list := t.child(0, inner)
	switch {
	case list < 0 || t.nodes[list].kind != '[':
		return fmt.Errorf("a record without a list %q", inner)
	case t.nodes[list].first < 0: // nothing to hand out, but what stands around it must be sound
		_, err := p.objectJSON(nil, 0, -1, -1, -1, nil)
		return err
	}
	for c := t.nodes[list].next; c >= 0; c = t.nodes[c].next {
		if string(t.bare(c)) == inner {
			return errJSONTwice
		}
	}
	for c := t.nodes[list].first; c >= 0; c = t.nodes[c].next {
		if err := p.documentJSON(c, 0, list); err != nil {
			return err
		}
	}
	return nil
}

// wholeJSON reads a reply, which begins at byte i, that is one document.
func (p *Page) wholeJSON(i int) (int, error) {
	t := &p.json
	end, err := t.only(i, 1)
	if err != nil {
		return end, err
	}
	if c := t.child(0, "__type"); c >= 0 && isException(t.bytes(c)) {
		return end, errors.New("the reply is an error")
	}
	t.drop(0)
	return end, p.documentJSON(0, -1, -1)
}

// only reads the value at byte i as the tree's only one.
func (t *jsonTree) only(i, depth int) (int, error) {
	t.nodes, t.side = t.nodes[:0], t.side[:0]
	return t.value(i, depth)
}

// memberName reads a member's name and returns where its value begins.
func (t *jsonTree) memberName(i int) (name string, next int, err error) {
	colon, err := t.colon(i)
	if err != nil {
		return "", i, err
	}
	b := t.src[i+1 : t.closingQuote(colon)]
	if t.slow {
		b = unquote(nil, b)
	}
	return string(b), t.space(colon + 1), nil
}

// isNull reports that null stands at byte i.
func (t *jsonTree) isNull(i int) bool {
	return i+len("null") <= len(t.src) && string(t.src[i:i+len("null")]) == "null"
}

// drop takes the members that speak of the call out of the reply i.
func (t *jsonTree) drop(i int32) {
	last := int32(-1)
	for c := t.nodes[i].first; c >= 0; c = t.nodes[c].next {
		switch {
		case !speaksOfCall(t.bare(c)):
			last = c
		case last < 0:
			t.nodes[i].first = t.nodes[c].next
		default:
			t.nodes[last].next = t.nodes[c].next
		}
	}
}
