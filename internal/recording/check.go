package recording

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"

	"plumbline/internal/snapshot"
)

// A thing is what a recording names once.
type thing struct{ kind, region, uid string }

// A listing is what an answer is about, whatever its subject. One call may list
// several kinds, by what is asked of it.
type listing struct{ call, region, kind string }

// A count is what one listing's answers say, and what is there of it.
type count struct {
	items int // as answered
	there int // resources, and repeats that were left out
}

// check holds a recording against itself: against its end line, and each
// listing against the answer that says how much it brought. A hash alone would
// let a recording be shortened and sealed anew; a replay would then pass over
// in silence what was cut out.
type check struct {
	sum       hash.Hash
	resources int
	answers   int
	ended     bool
	things    map[thing]bool
	asked     map[snapshot.Key]bool
	counts    map[listing]*count
}

func newCheck() *check {
	return &check{sum: sha256.New(), things: map[thing]bool{}, asked: map[snapshot.Key]bool{}, counts: map[listing]*count{}}
}

func (c *check) add(b []byte) {
	_, _ = c.sum.Write(b) // a hash never fails
	_, _ = c.sum.Write([]byte{'\n'})
}

// line counts one line, which must be one thing.
func (c *check) line(l *line) error {
	switch {
	case l.Resource != nil && l.Answer == nil && l.End == nil:
		return c.resource(l.Resource)
	case l.Answer != nil && l.Resource == nil && l.End == nil:
		return c.answer(l.Answer)
	}
	return errors.New("it is neither one resource nor one answer")
}

func (c *check) resource(r *resource) error {
	c.resources++
	id := thing{r.Kind, r.Region, r.UID}
	if c.things[id] {
		return fmt.Errorf("%s is there twice", r.UID)
	}
	c.things[id] = true
	c.of(listing{r.Call, r.Region, r.Kind}).there++
	return nil
}

func (c *check) answer(a *answer) error {
	c.answers++
	id := snapshot.Key{Call: a.Call, Scope: snapshot.Scope{Region: a.Region}, Subject: a.Subject}
	switch {
	case c.asked[id]:
		return fmt.Errorf("the answer to %s in %s is there twice", a.Call, a.Region)
	case a.Items < 0 || a.Pages < 0 || a.Attempts < 0 || a.Repeats < 0 || a.Repeats > a.Items:
		return fmt.Errorf("the answer to %s in %s counts less than nothing", a.Call, a.Region)
	case a.Items > 0 && (a.Status == snapshot.Unasked || a.Status == snapshot.Refused):
		return fmt.Errorf("the answer to %s in %s is a refusal and counts %d items", a.Call, a.Region, a.Items)
	}
	c.asked[id] = true
	n := c.of(listing{a.Call, a.Region, a.Lists})
	n.items += a.Items
	n.there += a.Repeats
	return nil
}

func (c *check) of(l listing) *count {
	n := c.counts[l]
	if n == nil {
		n = &count{}
		c.counts[l] = n
	}
	return n
}

func (c *check) end(e *end) error {
	switch {
	case c.ended:
		return errors.New("there are two end lines")
	case e.Resources != c.resources || e.Answers != c.answers:
		return fmt.Errorf("the recording holds %d resources and %d answers, its end line says %d and %d: lines are missing", c.resources, c.answers, e.Resources, e.Answers)
	case e.SHA256 != hex.EncodeToString(c.sum.Sum(nil)):
		return errors.New("the recording was changed after it was made: its sha256 differs from its end line")
	}
	c.ended = true
	return c.whole()
}

// whole says whether every listing brought what its answers count: no more,
// no less, and nothing without an answer.
func (c *check) whole() error {
	byName := func(a, b listing) int {
		return cmp.Or(cmp.Compare(a.call, b.call), cmp.Compare(a.region, b.region), cmp.Compare(a.kind, b.kind))
	}
	for _, l := range slices.SortedFunc(maps.Keys(c.counts), byName) {
		if n := c.counts[l]; n.items != n.there {
			return fmt.Errorf("%s in %s answered with %d items of %s, and %d are there: the recording is not whole", l.call, l.region, n.items, cmp.Or(l.kind, "no kind"), n.there)
		}
	}
	return nil
}
