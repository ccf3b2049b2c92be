package wire

import "fmt"

// emit writes the documents of a record and hands them out.
func (p *Page) emit(rec int32) error {
	inner := p.shape.Split.Inner
	if p.shape.Split.Whole {
		return p.whole(rec)
	}
	if inner == "" || p.named == p.shape.Split.One {
		return p.document(rec, -1, -1)
	}
	list, err := p.innerList(rec, inner)
	if err != nil {
		return err
	}
	if p.isLeaf(list) { // nothing to hand out, but what stands around it must be sound
		_, err = p.object(nil, rec, list, -1, -1, nil)
		return err
	}
	for c := p.nodes[list].first; c >= 0; c = p.nodes[c].next {
		if err := p.document(c, rec, list); err != nil {
			return err
		}
	}
	return nil
}

func (p *Page) innerList(rec int32, name string) (int32, error) {
	list := p.child(rec, name)
	switch {
	case list < 0:
		return -1, fmt.Errorf("a record without <%s>", name)
	case !p.isList(list) && !(p.isLeaf(list) && blank(p.text(list))):
		return -1, fmt.Errorf("<%s> is not a list", name)
	}
	for c := p.nodes[list].next; c >= 0; c = p.nodes[c].next {
		if string(p.name(c)) == name {
			return -1, fmt.Errorf("<%s> twice in a record", name)
		}
	}
	return list, nil
}

// document writes the element doc, with the record up that it stands in, if
// that is another, less the list of documents.
func (p *Page) document(doc, up, list int32) error {
	from := len(p.out)
	p.redacted = p.redacted[:0]
	var err error
	switch {
	case p.isList(doc) || p.isLeaf(doc) && !p.isEmptyOne(doc):
		return fmt.Errorf("an item of <%s> is not an object", p.named)
	case p.isLeaf(doc):
		p.out = append(p.out, "{}"...)
	default:
		p.out, err = p.object(p.out, doc, -1, up, list, p.rules)
	}
	if err != nil {
		return err
	}
	return p.handOut(from)
}

// handOut gives away the document that was written from byte from on.
func (p *Page) handOut(from int) error {
	if err := p.writeAbout(from); err != nil {
		return err
	}
	if len(p.out)-from > maxDoc || len(p.out) > maxDocs {
		return errTooLarge
	}
	json := p.out[from:len(p.out):len(p.out)]
	redacted, err := p.pointers(json, from)
	if err != nil {
		return err
	}
	return p.each(Doc{JSON: json, Redacted: redacted, List: p.named})
}

// isEmptyOne tells <accountLevel/>, which is an object with nothing set.
func (p *Page) isEmptyOne(doc int32) bool {
	return (p.shape.Split.Whole || p.named == p.shape.Split.One) && blank(p.text(doc))
}

// whole writes the whole reply as a document.
func (p *Page) whole(root int32) error {
	p.drop(root)
	name := p.name(root)
	result := p.child(root, string(name[:len(name)-len("Response")])+"Result")
	if result < 0 {
		return p.document(root, -1, -1)
	}
	if p.nodes[root].kids != 1 {
		return fmt.Errorf("elements beside %s", p.quote(p.nodes[result].name))
	}
	p.drop(result)
	return p.document(result, -1, -1)
}

// speaksOfCall tells the members of a reply that are about the call, not about
// what was asked.
func speaksOfCall(name []byte) bool {
	switch string(name) {
	case "requestId", "RequestId", "ResponseMetadata", "nextToken", "NextToken", "__type":
		return true
	}
	return false
}

// value writes element i, which is not the document itself.
func (p *Page) value(dst []byte, i int32, r *rule) ([]byte, error) {
	if r != nil && !p.quiet && r.replaces() {
		if dst, done, err := p.redact(dst, i, r); done {
			return dst, err
		}
	}
	switch {
	case p.isLeaf(i):
		if t := p.text(i); len(t) > 0 {
			return appendText(dst, t, !p.nodes[i].cooked)
		}
		return append(dst, "null"...), nil
	case p.isList(i):
		return p.array(dst, i, r)
	default:
		return p.object(dst, i, -1, -1, -1, r)
	}
}

func (p *Page) array(dst []byte, i int32, r *rule) ([]byte, error) {
	from := p.children(i, -1)
	to := len(p.ord)
	if r != nil && r.set {
		p.sortSet(from, to, r)
	}
	dst = append(dst, '[')
	var err error
	for k := from; k < to; k++ {
		if k > from {
			dst = append(dst, ',')
		}
		if dst, err = p.value(dst, p.ord[k], r); err != nil {
			return dst, err
		}
	}
	p.ord = p.ord[:from]
	return append(dst, ']'), nil
}

// object writes the children of i but skip, sorted by name. Where up is an
// element, it is written, less its child upSkip, under the name "^", which no
// XML element can have.
func (p *Page) object(dst []byte, i, skip, up, upSkip int32, r *rule) ([]byte, error) {
	from := p.children(i, skip)
	to := len(p.ord)
	p.sortNames(p.ord[from:to])
	var rules []*rule
	if r != nil {
		rules = r.below
	}
	isSecret := p.names(i, r)
	dst = append(dst, '{')
	start := len(dst)
	var err error
	for j := from; j < to; {
		name := p.name(p.ord[j])
		if up >= 0 && name[0] > '^' {
			if dst, err = p.enclosing(dst, start, up, upSkip, r); err != nil {
				return dst, err
			}
			up = -1
		}
		end := j + 1
		for end < to && p.compare(p.ord[j], p.ord[end]) == 0 {
			end++
		}
		var below *rule
		below, rules = next(rules, name)
		if below != nil && below.drop {
			j = end
			continue
		}
		if isSecret && string(name) == r.pair.Value {
			below = r.named
		}
		dst = appendName(dst, start, name)
		if dst, err = p.member(dst, j, end, below); err != nil {
			return dst, err
		}
		j = end
	}
	p.ord = p.ord[:from]
	if up >= 0 {
		if dst, err = p.enclosing(dst, start, up, upSkip, r); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// member writes a member's value: an element, or several of one name, which
// are a list without an element of its own.
func (p *Page) member(dst []byte, j, end int, r *rule) ([]byte, error) {
	if end == j+1 {
		return p.value(dst, p.ord[j], r)
	}
	if r != nil && r.set {
		p.sortSet(j, end, r)
	}
	dst = append(dst, '[')
	var err error
	for k := j; k < end; k++ {
		if k > j {
			dst = append(dst, ',')
		}
		if dst, err = p.value(dst, p.ord[k], r); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (p *Page) enclosing(dst []byte, start int, up, skip int32, r *rule) ([]byte, error) {
	return p.object(appendName(dst, start, []byte("^")), up, skip, -1, -1, r.child("^"))
}

func appendName(dst []byte, start int, name []byte) []byte {
	if len(dst) > start {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}
