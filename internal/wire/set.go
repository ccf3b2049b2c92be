package wire

import (
	"bytes"
	"slices"
)

// sortSet orders the items of a list that has no order of its own. They are
// compared as the cloud wrote them, before secrets are replaced.
func (p *Page) sortSet(from, to int, r *rule) {
	k := p.ord[from:to]
	less := func(a, b int32) int { return p.compareItems(a, b, r) }
	if slices.IsSortedFunc(k, less) {
		return
	}
	slices.SortStableFunc(k, less)
	copy(p.ord[from:to], k) // the stack may have moved while items were written for comparison
}

func (p *Page) compareItems(a, b int32, r *rule) int {
	if r.key != "" {
		if c := bytes.Compare(p.keyText(a, r.key), p.keyText(b, r.key)); c != 0 {
			return c
		}
	}
	return p.compareBytes(a, b, r)
}

func (p *Page) keyText(i int32, key string) []byte {
	if p.shape.JSON {
		return p.json.keyText(i, key)
	}
	c := p.child(i, key)
	if c < 0 {
		return nil
	}
	return p.text(c)
}

// compareBytes compares by canonical bytes. What cannot be written is refused
// when it is written for good.
func (p *Page) compareBytes(a, b int32, r *rule) int {
	x, y := p.silently(a, r), p.silently(b, r)
	c := bytes.Compare(x, y)
	p.spare = append(p.spare, x, y)
	return c
}

// silently writes element i as it stands, secrets included, for comparing or
// hashing. The bytes come from the spare ones and are given back to them:
// while an item is written, the sets in it are compared in the same way.
func (p *Page) silently(i int32, r *rule) []byte {
	was := p.quiet
	p.quiet = true
	write := p.value
	if p.shape.JSON {
		write = p.valueJSON
	}
	b, _ := write(p.takeSpare(), i, r)
	p.quiet = was
	return b
}

func (p *Page) takeSpare() []byte {
	n := len(p.spare)
	if n == 0 {
		return nil
	}
	b := p.spare[n-1]
	p.spare = p.spare[:n-1]
	return b[:0]
}
