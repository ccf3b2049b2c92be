package wire

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// A Page reads replies, one after the other, and uses its memory again for
// the next. It is not safe for concurrent use.
type Page struct {
	tree
	shape *Shape
	rules *rule
	red   *Redactor
	each  func(Doc) error

	pos      int     // next byte to read
	textAt   int     // where the text before pos begins
	cooked   int     // where it begins in side, if it is not to be taken as it stands; else -1
	stack    []frame // open elements
	root     bool    // the root element was seen
	rootName span
	decl     bool   // the XML declaration was seen
	record   int    // depth of the open record, -1 if none
	list     int    // depth of the open list, -1 if none
	named    string // name of the open list
	cuts     []span // lists in src
	found    []string

	json jsonTree        // the record, of a JSON reply
	tops map[string]bool // members of a JSON reply

	asked []label // what the next reply is about
	about []label // what this reply is about, sorted

	out      []byte // the documents
	redacted []int  // offsets in out of replaced values of the current document
	quiet    bool   // writing for comparison only
	spare    [][]byte
}

type frame struct {
	name span
	node int32 // -1 outside records
	kids int32
}

type span struct{ from, to int32 }

// Parse reads one page and hands each document to each, in the order of the
// page. rest is the page without its record lists, in JSON with empty ones, for
// the SDK to decode: its bytes are the caller's own. Where the shape names One
// element or the Whole reply, or a caller wants the body left whole, the caller
// uses the body itself; the documents are the same.
//
// An error after some documents voids them: the page as a whole is refused.
func (p *Page) Parse(body []byte, s *Shape, r *Redactor, each func(Doc) error) (rest []byte, err error) {
	if err := p.begin(body, s, r, each); err != nil {
		return nil, err
	}
	walk := p.walk
	if s.JSON {
		walk = p.walkJSON
	}
	if err := walk(); err != nil {
		return nil, err
	}
	if err := p.complete(); err != nil {
		return nil, err
	}
	return p.rest(), nil
}

func (p *Page) begin(body []byte, s *Shape, r *Redactor, each func(Doc) error) error {
	if err := p.takeAbout(); err != nil {
		return err
	}
	if len(body) > math.MaxInt32/2 {
		return errors.New("the reply is larger than a gigabyte")
	}
	if r == nil && len(s.Secrets)+len(s.Hide)+len(s.Named)+len(s.Digest) > 0 {
		return errors.New("documents with secrets need a redactor")
	}
	if p.shape != s {
		p.shape, p.rules = s, rulesOf(s)
	}
	p.red, p.each, p.src = r, each, body
	p.pos, p.textAt, p.cooked = 0, 0, -1
	p.stack, p.root, p.decl = p.stack[:0], false, false
	p.record, p.list, p.named = -1, -1, ""
	p.cuts, p.found = p.cuts[:0], p.found[:0]
	p.nodes, p.side, p.ord = p.nodes[:0], p.side[:0], p.ord[:0]
	p.out, p.redacted, p.quiet = p.out[:0], p.redacted[:0], false
	// Canonical JSON is a third of XML that is indented for people. Growing
	// later would keep what was outgrown, for the documents in it are lent.
	p.out = slices.Grow(p.out, len(body)*2/5)
	if len(body) >= 3 && string(body[:3]) == "\xef\xbb\xbf" {
		p.pos, p.textAt = 3, 3
	}
	if blank(body[p.pos:]) {
		return errors.New("the reply is empty")
	}
	if !utf8.Valid(body) {
		return p.notUTF8()
	}
	return nil
}

// notUTF8 tells a body that was cut inside a character from a foreign one.
func (p *Page) notUTF8() error {
	for i := len(p.src) - 1; i >= 0 && i >= len(p.src)-utf8.UTFMax; i-- {
		if utf8.RuneStart(p.src[i]) {
			if !utf8.FullRune(p.src[i:]) && utf8.Valid(p.src[:i]) {
				return p.cut()
			}
			break
		}
	}
	return errors.New("the reply is not UTF-8")
}

// complete checks what only the end of the page can tell.
func (p *Page) complete() error {
	sp := &p.shape.Split
	for _, want := range append([]string{sp.One, sp.List}, sp.More...) {
		switch {
		case want == "" || p.saw(want):
		case !sp.Optional || !p.isReply():
			return fmt.Errorf("the reply has no <%s>", want)
		}
	}
	return nil
}

// isReply reports that the page is a reply of some call, where the lists that
// it lacks cannot say so. A JSON object says it by itself: see walkJSON.
func (p *Page) isReply() bool {
	if p.shape.JSON {
		return true
	}
	call, ok := bytes.CutSuffix(p.src[p.rootName.from:p.rootName.to], []byte("Response"))
	return ok && len(call) > 0 && string(call) != "Error"
}

func (p *Page) saw(list string) bool {
	for _, f := range p.found {
		if f == list {
			return true
		}
	}
	return false
}

// rest copies the page without what was cut.
func (p *Page) rest() []byte {
	if p.shape.Split.One != "" {
		return append([]byte(nil), p.src...)
	}
	n := len(p.src)
	for _, c := range p.cuts {
		n -= int(c.to - c.from)
	}
	rest, at := make([]byte, 0, n), int32(0)
	for _, c := range p.cuts {
		rest = append(rest, p.src[at:c.from]...)
		at = c.to
	}
	return append(rest, p.src[at:]...)
}

func (p *Page) cut() error {
	return fmt.Errorf("%w, after %d bytes", ErrCut, len(p.src))
}
