package awssim

import (
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// A page is an XML reply in the making, indented by four spaces a level as
// EC2 does it.
type page struct {
	b     []byte
	depth int
	root  string
	when  time.Time // the last time written, and how: most of a record's times are the same
	stamp []byte
	rest  []byte // compressed already; b is what stands before it

	refused *refusal // that the page tells of, nil for an answer
}

// buffers are those of replies that were sent.
var buffers = sync.Pool{New: func() any { return []byte(nil) }}

// reply begins the answer of EC2 to an action, with room for so many bytes.
func (c *caller) reply(root string, room int) *page {
	p := &page{b: buffers.Get().([]byte)[:0], root: root}
	p.b = slices.Grow(p.b, room+1024)
	p.b = append(p.b, `<?xml version="1.0" encoding="UTF-8"?>`...)
	p.b = append(p.b, "\n<"+root+` xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">`...)
	p.depth = 1
	p.text("requestId", c.id)
	return p
}

// finish ends the root.
func (p *page) finish() *page {
	p.depth = 0
	p.indent()
	p.b = append(append(append(p.b, "</"...), p.root...), '>')
	return p
}

const blanks = "\n                                                                                "

func (p *page) indent() { p.b = append(p.b, blanks[:1+4*p.depth]...) }

// open begins an element.
func (p *page) open(name string) {
	p.indent()
	p.b = append(append(append(p.b, '<'), name...), '>')
	p.depth++
}

// close ends it.
func (p *page) close(name string) {
	p.depth--
	p.indent()
	p.b = append(append(append(p.b, "</"...), name...), '>')
}

// empty is an element without content.
func (p *page) empty(name string) {
	p.indent()
	p.b = append(append(append(p.b, '<'), name...), "/>"...)
}

// text is an element with text in it. An empty text gives an empty element.
func (p *page) text(name, v string) {
	if v == "" {
		p.empty(name)
		return
	}
	p.indent()
	p.b = append(append(append(p.b, '<'), name...), '>')
	p.b = escape(p.b, v)
	p.b = append(append(append(p.b, "</"...), name...), '>')
}

// known is an element that is left out where there is nothing to say.
func (p *page) known(name, v string) {
	if v != "" {
		p.text(name, v)
	}
}

// number is an element that is left out where it is zero.
func (p *page) number(name string, v int) {
	if v != 0 {
		p.text(name, strconv.Itoa(v))
	}
}

// plainByte says which bytes stand for themselves in text.
var plainByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= ' ' && c < utf8.RuneSelf && c != '<' && c != '>' && c != '&' && c != '"'
	}
	return t
}()

// escape writes text as EC2 does: the five usual letters and line ends as
// references, everything beyond ASCII as it is.
func escape(b []byte, v string) []byte {
	from := 0
	for i := range len(v) {
		c := v[i]
		if plainByte[c] || c >= utf8.RuneSelf {
			continue
		}
		b = append(b, v[from:i]...)
		b = append(b, reference(c)...)
		from = i + 1
	}
	return append(b, v[from:]...)
}

func reference(c byte) string {
	switch c {
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '&':
		return "&amp;"
	case '"':
		return "&quot;"
	default:
		return "&#x" + strconv.FormatUint(uint64(c), 16) + ";"
	}
}
