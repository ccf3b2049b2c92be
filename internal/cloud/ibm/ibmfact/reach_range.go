package ibmfact

import (
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// A delivery is a route that brings packets for a public address range to an
// interface, for certain or perhaps.
type delivery struct {
	must, may reach.Addrs // of the range
	spelled   string      // the addresses
	why       *fact.Reason
	from      *fact.Origin
	table     *routeTable // nil where none was seen
}

// An owned is the addresses of an interface.
type owned struct {
	sure, perhaps reach.Addrs
	others        *hole // why it may have more
}

// deliveries are the ways by which packets for public address ranges come to an
// interface: a route of a table for what comes from the internet names it as
// next hop. Nothing translates their address.
//
// Who else is reached through such a server, if it passes packets on, is not
// told by any document, and left out.
func (a *terrain) deliveries(vpc, zone string, own owned) (out []delivery) {
	unlisted := a.hole(CallPublicRanges, "")
	in := a.ingress(vpc)
	bound := false
	for i := range a.ranges {
		r := &a.ranges[i]
		if r.vpc != vpc && r.vpc != "" || r.zone != zone && r.zone != "" && zone != "" {
			continue
		}
		bound = true
		for _, d := range in.to(zone, r.block, own) {
			if !r.ready.Known() {
				d.must, d.why, d.from = reach.Addrs{}, r.ready.Why(), r.s.from
			}
			out = append(out, d)
		}
	}
	if unlisted != nil {
		for _, d := range in.to(zone, reach.Internet(reach.IPv4), own) {
			d.must, d.why, d.from = reach.Addrs{}, unlisted.why, unlisted.origin
			out = append(out, d)
		}
	}
	if in.hole != nil && (bound || unlisted != nil) {
		out = append(out, delivery{may: reach.Internet(reach.IPv4), why: in.hole.why, from: in.hole.origin})
	}
	return out
}

// to are the routes that deliver some addresses to an interface's own.
func (in *ingress) to(zone string, block reach.Addrs, own owned) (out []delivery) {
	for _, t := range in.tables {
		for _, s := range t.decide(zone, block) {
			r := s.route
			if r == nil || s.may.Empty() {
				continue
			}
			next, named := addrsOf(r.next)
			why, from := r.why, r.s.from
			switch r.action {
			case "deliver":
				if named && !own.sure.Covers(next) {
					if !own.perhaps.Covers(next) {
						continue
					}
					s.must, why, from = reach.Addrs{}, own.others.why, own.others.origin
				}
			case "delegate", "delegate_vpc", "drop":
				continue
			}
			d := delivery{must: s.must, may: s.may, spelled: spellBlock(s.may), why: why, from: from, table: t}
			if d.must.Empty() && d.why == nil {
				d.why = r.s.why(snapshot.UnknownValue, "another route of the same prefix and priority")
			}
			out = append(out, d)
		}
	}
	return out
}

func spellBlock(a reach.Addrs) string {
	if ps := a.Prefixes(); len(ps) == 1 {
		return ps[0].String()
	} else if len(ps) > 1 {
		return ps[0].String() + " and more"
	}
	return ""
}
