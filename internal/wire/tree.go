package wire

import (
	"bytes"
	"slices"
)

// A node is one element of a record. It holds offsets only, so that all the
// nodes of a record are one piece of memory without pointers, used again for
// the next record.
type node struct {
	key               uint64 // see orderKey
	name              span
	text              span // in src, or in side where cooked is set
	first, last, next int32
	kids, items       int32
	cooked            bool
}

// A tree is one record.
type tree struct {
	src   []byte
	side  []byte // texts with entities, CDATA, comments or foreign line ends, made plain
	nodes []node
	ord   []int32 // stack of children in sorted order
}

func (t *tree) add(name span) int32 {
	t.nodes = append(t.nodes, node{
		key:  orderKey(t.src, int(name.from), int(name.to)),
		name: name, first: -1, last: -1, next: -1,
	})
	return off(len(t.nodes) - 1)
}

func (t *tree) addChild(parent int32, name span) int32 {
	id := t.add(name)
	t.link(parent, id)
	n := t.src[name.from:name.to]
	// A launch template's security groups are <groupSet><groupId/>…: the one
	// list of EC2 whose items have a name of their own.
	if isItem(n) || string(n) == "groupId" && string(t.name(parent)) == "groupSet" {
		t.nodes[parent].items++
	}
	return id
}

func (t *tree) name(i int32) []byte {
	n := &t.nodes[i].name
	return t.src[n.from:n.to]
}

func (t *tree) text(i int32) []byte {
	n := &t.nodes[i]
	if n.cooked {
		return t.side[n.text.from:n.text.to]
	}
	return t.src[n.text.from:n.text.to]
}

func (t *tree) isLeaf(i int32) bool { return t.nodes[i].kids == 0 }
func (t *tree) isList(i int32) bool {
	return t.nodes[i].kids > 0 && t.nodes[i].kids == t.nodes[i].items
}

// child finds the first child of a name, -1 if there is none.
func (t *tree) child(i int32, name string) int32 {
	for c := t.nodes[i].first; c >= 0; c = t.nodes[c].next {
		if string(t.name(c)) == name {
			return c
		}
	}
	return -1
}

// drop takes the members that speak of the call out of the reply i.
func (t *tree) drop(i int32) {
	n := &t.nodes[i]
	c := n.first
	n.first, n.last, n.kids = -1, -1, 0
	for c >= 0 {
		next := t.nodes[c].next
		if !speaksOfCall(t.name(c)) {
			t.link(i, c)
		}
		c = next
	}
}

// link makes c the last child of parent.
func (t *tree) link(parent, c int32) {
	p := &t.nodes[parent]
	if p.kids == 0 {
		p.first = c
	} else {
		t.nodes[p.last].next = c
	}
	t.nodes[c].next = -1
	p.last = c
	p.kids++
}

func (t *tree) compare(a, b int32) int {
	x, y := &t.nodes[a], &t.nodes[b]
	if x.key != y.key {
		if x.key < y.key {
			return -1
		}
		return 1
	}
	return bytes.Compare(t.name(a), t.name(b))
}

// children puts the children of i but skip on the stack, in the order of the
// page, and returns where they begin.
func (t *tree) children(i, skip int32) (from int) {
	from = len(t.ord)
	for c := t.nodes[i].first; c >= 0; c = t.nodes[c].next {
		if c != skip {
			t.ord = append(t.ord, c)
		}
	}
	return from
}

// sortNames sorts by name; equal names keep the order of the page.
func (t *tree) sortNames(k []int32) {
	if len(k) > 24 {
		slices.SortStableFunc(k, t.compare)
		return
	}
	for i := 1; i < len(k); i++ {
		for j := i; j > 0 && t.compare(k[j-1], k[j]) > 0; j-- {
			k[j-1], k[j] = k[j], k[j-1]
		}
	}
}
