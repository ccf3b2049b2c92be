package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// A Redactor replaces secrets by a keyed hash: the same secret gives the same
// mark under one key, so that a change can be seen, and nobody without the key
// can try candidates. It is safe for concurrent use.
type Redactor struct{ key [32]byte }

// NewRedactor makes a Redactor of 32 random bytes.
func NewRedactor(key [32]byte) *Redactor { return &Redactor{key} }

const (
	markBegin   = "[redacted:"
	markHash    = 16 // hex digits
	hidden      = "hidden"
	namedSecret = "named_secret"
)

// Mark is what stands where a secret stood. A kind is of small letters and
// underscores; whatever else comes as one is not told.
func (r *Redactor) Mark(kind string, secret []byte) string {
	if kind == "" || strings.Trim(kind, kindLetters) != "" {
		kind = hidden
	}
	return r.mark(kind, secret)
}

const kindLetters = "abcdefghijklmnopqrstuvwxyz_"

func (r *Redactor) mark(kind string, secret []byte) string {
	m := hmac.New(sha256.New, r.key[:])
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write(secret)
	return markBegin + kind + ":" + hex.EncodeToString(m.Sum(nil))[:markHash] + "]"
}

// Replace returns the mark for text that looks like a secret; ok is false and
// the text stays as it is where it does not.
func (r *Redactor) Replace(text []byte) (mark string, ok bool) {
	kind := SecretKind(text)
	if kind == "" {
		return "", false
	}
	return r.mark(kind, text), true
}

// IsRedacted reports that s is a mark that a Redactor left.
func IsRedacted(s string) bool {
	rest, ok := strings.CutPrefix(s, markBegin)
	if !ok {
		return false
	}
	kind, rest, ok := strings.Cut(rest, ":")
	if !ok || kind == "" || len(rest) != markHash+1 || rest[markHash] != ']' {
		return false
	}
	return strings.Trim(rest[:markHash], "0123456789abcdef") == "" &&
		strings.Trim(kind, kindLetters) == ""
}

// redact writes what stands for element i if it is to be replaced. The whole
// text goes, not only the part that was recognised: what stands beside a key id
// is often the key.
func (p *Page) redact(dst []byte, i int32, r *rule) (_ []byte, done bool, err error) {
	leaf := p.isLeaf(i)
	var text []byte
	if leaf {
		text = p.text(i)
		switch {
		case len(text) == 0:
			return dst, false, nil // nothing there, and that may be told
		case !isText(text, !p.nodes[i].cooked):
			return dst, false, nil // not XML: refused where it is written
		}
	}
	switch {
	case r.digest == nil:
		dst, done = p.mark(dst, i, r, text)
		return dst, done, nil
	case leaf:
		dst, err = p.digest(dst, r, text)
		return dst, true, err
	case p.isList(i):
		return dst, false, nil // each of its items
	}
	return dst, true, errNoText
}

// mark writes the mark of element i if it, or its text where it has one, is to
// be replaced.
func (p *Page) mark(dst []byte, i int32, r *rule, text []byte) (_ []byte, done bool) {
	var mark string
	if text != nil && r.kind != hidden {
		mark, done = p.red.Replace(text)
	}
	if !done && r.hide {
		mark, done = p.hide(i, r), true
	}
	if !done {
		return dst, false
	}
	p.redacted = append(p.redacted, len(dst))
	return AppendString(dst, []byte(mark)), true
}

var errNoText = errors.New("something else where a text is to be digested")

// digest writes what may be told of a text.
func (p *Page) digest(dst []byte, r *rule, text []byte) ([]byte, error) {
	told := r.digest(text, p.red.Mark)
	var t jsonTree
	if err := t.parse(told, true); err != nil {
		return dst, fmt.Errorf("a digest of %q: %w", r.name, err)
	}
	p.redacted = append(p.redacted, len(dst))
	return append(dst, told...), nil
}

// hide marks a whole value by its canonical bytes.
func (p *Page) hide(i int32, r *rule) string {
	b := p.silently(i, r)
	mark := p.red.mark(r.kind, b)
	clear(b)
	p.spare = append(p.spare, b)
	return mark
}

// names reports that element i, a label, has a name that says that its value
// is a secret.
func (p *Page) names(i int32, r *rule) bool {
	if r == nil || r.named == nil || p.quiet {
		return false
	}
	for c := p.nodes[i].first; c >= 0; c = p.nodes[c].next {
		if string(p.name(c)) == r.pair.Name && p.isLeaf(c) && NamesSecret(p.text(c)) {
			return true
		}
	}
	return false
}

// pointers turns the offsets of replaced values into JSON pointers. It is
// seldom needed, so that nothing is kept for it while a document is written.
func (p *Page) pointers(doc []byte, from int) ([]string, error) {
	if len(p.redacted) == 0 {
		return nil, nil
	}
	var r Reader
	top, err := r.Read(doc)
	if err != nil {
		return nil, err
	}
	ps := make([]string, len(p.redacted))
	for k, at := range p.redacted {
		ps[k] = top.pointerTo(at - from)
	}
	return ps, nil
}
