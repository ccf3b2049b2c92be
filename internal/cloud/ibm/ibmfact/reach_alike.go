package ibmfact

import (
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/reach"
)

// Interfaces that stand alike are reached alike: in one subnet, with the same
// groups, and with addresses that the same rules are about. What reaches one is
// worked out once for all of them.

// An arrival is what comes of packets at the end of their way.
type arrival struct {
	gates []reach.Gate
	ways  inlet.Ways
}

// likeness is what tells a stand from others for its gates: which rules are about
// its addresses.
func (a *terrain) likeness(at *stand) string {
	var b strings.Builder
	bit := func(rule reach.Addrs) {
		must, may := fits(rule, at.own)
		switch {
		case must:
			b.WriteByte('2')
		case may:
			b.WriteByte('1')
		default:
			b.WriteByte('0')
		}
	}
	b.WriteString(at.subnet + " " + at.vpc + " " + at.zone)
	for _, id := range at.groups {
		b.WriteString(" " + id + " ")
		if g := a.groups[id]; g != nil {
			for i := range g.in {
				bit(g.in[i].local)
			}
		}
	}
	if x, _ := a.aclAt(at.subnet); x != nil {
		b.WriteByte(' ')
		for _, rules := range [][]aclRule{x.in, x.out} {
			for i := range rules {
				bit(rules[i].own)
			}
		}
	}
	return b.String()
}

// settled is what reaches a stand from the internet through an address that
// nothing stands in front of.
func (a *terrain) settled(at stand) arrival {
	type key struct {
		like      string
		ungrouped *hole
	}
	return once(a, key{a.likeness(&at), at.ungrouped}, func() arrival {
		p := enter()
		a.guarded(p, &at)
		a.routed(p, &at)
		return arrival{p.gates, p.ways(frontless)}
	})
}

// fronted is what reaches a stand through a load balancer, subnet by subnet of
// the load balancer's.
func (a *terrain) fronted(h *hit, at stand) (as []arrival, f front) {
	type key struct {
		front     *balancer
		listener  *listener
		port      uint16
		named     bool
		odd       *fact.Reason
		doubt     *hole
		when      string
		ungrouped *hole
		like      string
	}
	type found struct {
		as []arrival
		f  front
	}
	k := key{front: h.front, listener: h.listener, doubt: h.doubt, when: h.when, ungrouped: at.ungrouped, like: a.likeness(&at)}
	if t := h.target; t != nil {
		k.port, k.named, k.odd = t.port, true, t.odd
	}
	if h.front != nil { // whose own groups have to let it speak to these addresses
		var b strings.Builder
		for _, id := range h.front.groups {
			if g := a.groups[id]; g != nil {
				for i := range g.out {
					if _, may := fits(g.out[i].remote, at.own); may {
						b.WriteByte('1')
					} else {
						b.WriteByte('0')
					}
				}
			}
		}
		k.like += " " + b.String()
	}
	is := once(a, k, func() found {
		ps, f := a.balanced(h, at)
		out := found{f: f}
		for _, p := range ps {
			out.as = append(out.as, arrival{p.gates, p.ways(f)})
		}
		return out
	})
	return is.as, is.f
}
