package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// A jsonNode is one value; like node it holds offsets only.
type jsonNode struct {
	key         uint64 // of the member name, see orderKey
	name        span   // in src, or in side where escaped is set
	val         span   // in src
	first, next int32
	kind        byte // { [ " or l for a literal or number
	escaped     bool
}

// A jsonTree is one JSON text as offsets.
type jsonTree struct {
	src   []byte
	side  []byte // names without their escapes
	nodes []jsonNode
	ord   []int32
	limit int  // of nodes, if not 0
	slow  bool // src has a backslash or a control character
	canon bool // only canonical form is allowed
}

var (
	errJSONCut   = fmt.Errorf("JSON: %w", ErrCut)
	errJSONDeep  = errors.New("JSON nested too deep")
	errJSONTwice = errors.New("JSON with a name twice in one object")
	errJSONOrder = errors.New("JSON that is not canonical: names out of order")
	errJSONUTF8  = errors.New("JSON that is not UTF-8")
	errJSONMore  = errors.New("text after the JSON value")
)

func errJSON(i int) error { return fmt.Errorf("malformed or not canonical JSON at byte %d", i) }

func (t *jsonTree) parse(src []byte, canon bool) error {
	if err := t.begin(src, canon); err != nil {
		return err
	}
	i, err := t.value(t.space(0), 1)
	if err != nil {
		return err
	}
	return t.end(i)
}

// end checks that nothing follows the value that ends at byte i.
func (t *jsonTree) end(i int) error {
	if t.space(i) != len(t.src) {
		return errJSONMore
	}
	return nil
}

func (t *jsonTree) begin(src []byte, canon bool) error {
	t.src, t.canon = src, canon
	t.nodes, t.side, t.ord = t.nodes[:0], t.side[:0], t.ord[:0]
	if len(src) > math.MaxInt32/2 {
		return errors.New("JSON larger than a gigabyte")
	}
	if !utf8.Valid(src) {
		return errJSONUTF8
	}
	t.slow = hasEscapes(src)
	return nil
}

// hasEscapes looks for a backslash or a control character, eight bytes at a
// time: without them every string ends at the next quote.
func hasEscapes(b []byte) bool {
	const ones, tops, slashes, spaces = 0x0101010101010101, 0x8080808080808080, 0x5c5c5c5c5c5c5c5c, eightSpaces
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		s := x ^ slashes
		if (s-ones)&^s&tops != 0 || (x-spaces)&^x&tops != 0 {
			return true
		}
		b = b[8:]
	}
	for _, c := range b {
		if c == '\\' || c < ' ' {
			return true
		}
	}
	return false
}

// space skips white space, of which canonical JSON has none.
func (t *jsonTree) space(i int) int {
	for !t.canon && i < len(t.src) && isSpace(t.src[i]) {
		i++
	}
	return i
}

// value reads the value at byte i as a new node and returns where it ends.
func (t *jsonTree) value(i, depth int) (int, error) {
	if i >= len(t.src) {
		return i, errJSONCut
	}
	id := len(t.nodes)
	if t.limit > 0 && id >= t.limit {
		return i, errTooMany
	}
	c := t.src[i]
	t.nodes = append(t.nodes, jsonNode{val: span{off(i), 0}, first: -1, next: -1, kind: c})
	var err error
	switch c {
	case '"':
		i, err = t.stringEnd(i)
	case '{', '[':
		if depth > MaxDepth {
			return i, errJSONDeep
		}
		if c == '{' {
			i, err = t.object(id, i+1, depth)
		} else {
			i, err = t.list(id, i+1, depth)
		}
	default:
		t.nodes[id].kind = 'l'
		i, err = t.literal(i)
	}
	t.nodes[id].val.to = off(i)
	return i, err
}

func (t *jsonTree) object(id, i, depth int) (end int, err error) {
	if i = t.space(i); i < len(t.src) && t.src[i] == '}' {
		return i + 1, nil
	}
	for last, done := -1, false; !done; {
		i = t.space(i)
		name := i + 1
		if i, err = t.colon(i); err != nil {
			return i, err
		}
		nameEnd := t.closingQuote(i)
		child := len(t.nodes)
		if i, err = t.value(t.space(i+1), depth+1); err != nil {
			return i, err
		}
		t.setName(child, name, nameEnd)
		if t.canon && last >= 0 && t.compare(off(last), off(child)) >= 0 {
			return i, errJSONOrder
		}
		last = t.link(id, last, child)
		if i, done, err = t.separator(i, '}'); err != nil {
			return i, err
		}
	}
	return i, nil
}

// closingQuote is where the string ends that stands before byte i.
func (t *jsonTree) closingQuote(i int) int {
	for i--; t.src[i] != '"'; i-- {
	}
	return i
}

// colon reads a member name and returns where its colon stands.
func (t *jsonTree) colon(i int) (int, error) {
	switch {
	case i >= len(t.src):
		return i, errJSONCut
	case t.src[i] != '"':
		return i, errJSON(i)
	}
	i, err := t.stringEnd(i)
	if err != nil {
		return i, err
	}
	switch i = t.space(i); {
	case i >= len(t.src):
		return i, errJSONCut
	case t.src[i] != ':':
		return i, errJSON(i)
	}
	return i, nil
}

func (t *jsonTree) list(id, i, depth int) (end int, err error) {
	if i = t.space(i); i < len(t.src) && t.src[i] == ']' {
		return i + 1, nil
	}
	for last, done := -1, false; !done; {
		child := len(t.nodes)
		if i, err = t.value(t.space(i), depth+1); err != nil {
			return i, err
		}
		last = t.link(id, last, child)
		if i, done, err = t.separator(i, ']'); err != nil {
			return i, err
		}
	}
	return i, nil
}

// separator reads a comma, or the end of an object or list.
func (t *jsonTree) separator(i int, end byte) (next int, done bool, err error) {
	switch i = t.space(i); {
	case i >= len(t.src):
		return i, false, errJSONCut
	case t.src[i] == ',':
		return i + 1, false, nil
	case t.src[i] == end:
		return i + 1, true, nil
	}
	return i, false, errJSON(i)
}

func (t *jsonTree) link(parent, last, child int) int {
	if last < 0 {
		t.nodes[parent].first = off(child)
	} else {
		t.nodes[last].next = off(child)
	}
	return child
}

func (t *jsonTree) setName(id, from, to int) {
	n := &t.nodes[id]
	n.name = span{off(from), off(to)}
	if t.slow && bytes.IndexByte(t.src[from:to], '\\') >= 0 {
		at := len(t.side)
		t.side = unquote(t.side, t.src[from:to])
		n.escaped, n.name = true, span{off(at), off(len(t.side))}
		n.key = orderKey(t.side, at, len(t.side))
		return
	}
	n.key = orderKey(t.src, from, to)
}

// bare is a member's name without escapes.
func (t *jsonTree) bare(i int32) []byte {
	n := &t.nodes[i]
	if n.escaped {
		return t.side[n.name.from:n.name.to]
	}
	return t.src[n.name.from:n.name.to]
}

func (t *jsonTree) compare(a, b int32) int {
	x, y := t.nodes[a].key, t.nodes[b].key
	if x != y {
		if x < y {
			return -1
		}
		return 1
	}
	return bytes.Compare(t.bare(a), t.bare(b))
}
