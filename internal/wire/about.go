package wire

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A label is one thing that a request named.
type label struct{ name, value string }

// About notes what the next request was about, where its reply does not say it:
// the prefix list of the entries, the trail of a status. Each document of the
// next Parse, and of no other, has it as a member of "^", beside what the record
// around it says. It may be called for several names; a name that the record has
// too, or that is given twice, is refused by Parse.
func (p *Page) About(name, value string) {
	p.asked = append(p.asked, label{name, value})
}

var errCaret = errors.New(`a member "^", which no cloud writes`)

// takeAbout makes what was noted the reply's.
func (p *Page) takeAbout() error {
	p.about, p.asked = p.asked, p.about[:0]
	slices.SortStableFunc(p.about, func(a, b label) int { return strings.Compare(a.name, b.name) })
	for i, l := range p.about {
		if !utf8.ValidString(l.name) || !utf8.ValidString(l.value) {
			return errors.New("what the request was about is not UTF-8")
		}
		if i > 0 && p.about[i-1].name == l.name {
			return fmt.Errorf("the request was about %q twice", l.name)
		}
	}
	return nil
}

// writeAbout adds what the request was about to the document that was written
// from byte from on. Few calls need it, so that nothing is kept for it while a
// document is written.
func (p *Page) writeAbout(from int) error {
	if len(p.about) == 0 {
		return nil
	}
	var r Reader
	top, err := r.Read(p.out[from:])
	if err != nil {
		return err
	}
	if !top.Get("^").Exists() {
		p.insert(from, top, "^", []byte("{}"))
	}
	for _, l := range p.about {
		if top, err = r.Read(p.out[from:]); err != nil {
			return err
		}
		around := top.Get("^")
		if around.Get(l.name).Exists() {
			return fmt.Errorf("the reply says %q itself", l.name)
		}
		p.insert(from, around, l.name, AppendString(nil, []byte(l.value)))
	}
	return nil
}

// insert writes a new member into an object of the document that begins at byte
// from.
func (p *Page) insert(from int, object Value, name string, value []byte) {
	at, after := object.begin()+1, false
	first := object.firstChild()
	for c := first; c.Exists() && c.name() < name; c = c.nextSibling() {
		at, after = c.stop(), true
	}
	var member []byte
	if after {
		member = append(member, ',')
	}
	member = append(append(AppendString(member, []byte(name)), ':'), value...)
	if !after && first.Exists() {
		member = append(member, ',')
	}
	at += from
	p.out = slices.Insert(p.out, at, member...)
	for i, r := range p.redacted {
		if r >= at {
			p.redacted[i] = r + len(member)
		}
	}
}
