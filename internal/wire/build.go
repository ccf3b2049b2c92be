package wire

import (
	"errors"
	"fmt"
)

// maxNodes is far above a full page of instances in one reservation.
const maxNodes = 1 << 20

// maxDoc is far above any document: an instance with all it may have takes
// some hundred kilobytes. What is larger, no recording and no page would take.
// maxDocs is for a page: what a record says is written into each of its
// documents, so that a short reply can say much.
const (
	maxDoc  = 4 << 20
	maxDocs = 256 << 20
)

var errTooLarge = errors.New("a document larger than any is")

var errTooMany = errors.New("a record with more elements than any has")

var errBeside = errors.New("text beside elements")

// open begins the element whose tag spans lt to next.
func (p *Page) open(lt, next int, name span, closed bool) error {
	depth := len(p.stack)
	if depth == MaxDepth {
		return errors.New("elements nested too deep")
	}
	if !p.noText(lt) {
		return errBeside
	}
	f := frame{name: name, node: -1}
	var err error
	switch {
	case depth == 0:
		f.node, err = p.openRoot(name)
	case p.record >= 0 && len(p.nodes) >= maxNodes:
		return errTooMany
	case p.record >= 0:
		f.node = p.addChild(p.stack[depth-1].node, name)
	default:
		f.node, err = p.openOuter(lt, depth, name)
	}
	if err != nil {
		return err
	}
	if depth > 0 {
		p.stack[depth-1].kids++
	}
	p.stack = append(p.stack, f)
	p.pos, p.textAt, p.cooked = next, next, -1
	if closed {
		return p.close(next, next)
	}
	return nil
}

// openRoot begins the reply, which may be a record as a whole.
func (p *Page) openRoot(name span) (node int32, err error) {
	if p.root {
		return -1, errors.New("a second reply after the first")
	}
	p.root, p.rootName = true, name
	switch {
	case !p.shape.Split.Whole:
		return -1, nil
	case !p.isReply():
		return -1, fmt.Errorf("%s is no reply", p.quote(name))
	}
	return p.openRecord(0, name), nil
}

// openOuter begins an element outside records: perhaps a list, a record, or
// the one element that is a document.
func (p *Page) openOuter(lt, depth int, name span) (node int32, err error) {
	n := p.src[name.from:name.to]
	if p.list >= 0 {
		if !isItem(n) {
			return -1, fmt.Errorf("%s among the items of <%s>", p.quote(name), p.named)
		}
		return p.openRecord(depth, name), nil
	}
	list, ok := p.shape.Split.names(n)
	if !ok || depth > 2 { // the root, perhaps a …Result, then the list
		return -1, nil
	}
	if p.saw(list) {
		return -1, fmt.Errorf("<%s> twice", list)
	}
	p.found, p.named = append(p.found, list), list
	if list == p.shape.Split.One {
		return p.openRecord(depth, name), nil
	}
	p.list = depth
	p.cuts = append(p.cuts, span{off(lt), 0})
	return -1, nil
}

func (p *Page) openRecord(depth int, name span) int32 {
	p.nodes, p.side, p.ord = p.nodes[:0], p.side[:0], p.ord[:0]
	p.record = depth
	return p.add(name)
}

func (sp *Split) names(n []byte) (string, bool) {
	switch {
	case len(n) == 0:
		return "", false
	case string(n) == sp.List:
		return sp.List, true
	case string(n) == sp.One:
		return sp.One, true
	}
	for _, m := range sp.More {
		if string(n) == m {
			return m, true
		}
	}
	return "", false
}

// close ends the innermost element; its end tag spans lt to next.
func (p *Page) close(lt, next int) error {
	depth := len(p.stack) - 1
	f := p.stack[depth]
	if err := p.closeText(f, depth, lt); err != nil {
		return err
	}
	p.stack = p.stack[:depth]
	p.pos, p.textAt, p.cooked = next, next, -1
	switch depth {
	case p.record:
		p.record = -1
		return p.emit(f.node)
	case p.list:
		p.cuts[len(p.cuts)-1].to = off(next)
		p.list = -1
	}
	return nil
}

// closeText takes the text before an end tag: a leaf's own, or nothing.
func (p *Page) closeText(f frame, depth, lt int) error {
	if f.kids > 0 || depth == p.list {
		if !p.noText(lt) {
			return errBeside
		}
		return nil
	}
	if f.node >= 0 {
		return p.leaf(&p.nodes[f.node], lt)
	}
	if !isText(p.src[p.textAt:lt], true) {
		return errBadChar
	}
	side, err := unescape(p.side, p.src[p.textAt:lt])
	p.side = side[:0]
	return err
}

// leaf notes where a leaf's text stands; where it needs work, beside the page.
func (p *Page) leaf(n *node, lt int) error {
	raw := p.src[p.textAt:lt]
	if p.cooked < 0 && !needsCooking(raw) {
		n.text = span{off(p.textAt), off(lt)}
		return nil
	}
	if p.cooked < 0 {
		p.cooked = len(p.side)
	}
	var err error
	p.side, err = unescape(p.side, raw)
	n.cooked, n.text = true, span{off(p.cooked), off(len(p.side))}
	return err
}

// noText reports that there is only white space before lt.
func (p *Page) noText(lt int) bool {
	return blank(p.src[p.textAt:lt]) && (p.cooked < 0 || blank(p.side[p.cooked:]))
}
