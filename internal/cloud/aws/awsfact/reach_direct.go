package awsfact

import (
	"cmp"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// A stand is where an interface stands and what guards it. Interfaces that stand
// alike are reached alike.
type stand struct {
	subnet, vpc string
	groups      string // their ids, joined
	family      string
	carrier     bool // the address is a carrier's, of a zone at a network's edge
}

// An access is what is let in where an interface stands.
type access struct {
	gates  []reach.Gate
	ways   inlet.Ways
	routed yesno // a route leads there, whatever filters say
}

// direct is what reaches an interface from the internet through an address of
// its own.
func (a *terrain) direct(at stand) *access {
	return once(a, at, func() *access {
		p := a.inwards(at)
		return &access{p.gates, p.ways(frontless), p.routed}
	})
}

// inwards takes every packet of the internet to where an interface stands.
func (a *terrain) inwards(at stand) *passage {
	p := enter(at.family)
	a.edge(p, at)
	a.subnetGates(p, at.subnet, at.vpc, func() {
		v := a.groupsLet(at.groups, at.family)
		p.filter("security_group", spelled(at.groups), v.sieve, v.doc, "/ipPermissions")
	})
	return p
}

// subnetGates takes packets through the gates of a subnet: the region's block,
// the route, the ACL inwards, what is behind it, and the ACL outwards.
func (a *terrain) subnetGates(p *passage, sub, vpcID string, inner func()) {
	admits := a.admits(sub, vpcID)
	p.pass("block_public_access", a.region, admits.says("the region's setting lets packets from the internet in", "the region's setting blocks packets from the internet"),
		admits.sieve(p.family), a.blockFrom(), "/internetGatewayBlockMode")
	a.routeGate(p, sub, vpcID)
	x, h := a.aclOf(sub)
	if h != nil {
		p.filter("network_acl_in", "", h.sieve(p.family), h.origin, "")
		inner()
		p.replies("network_acl_out", "", h.sieve(p.family), h.origin, "")
		return
	}
	p.filter("network_acl_in", x.id, x.lets(a, false, p.family), x.s.from, "/entrySet")
	inner()
	p.replies("network_acl_out", x.id, x.lets(a, true, p.family), x.s.from, "/entrySet")
}

func (y yesno) says(yes, no string) string {
	switch {
	case y.must:
		return yes
	case y.may:
		return "it is not known whether " + yes + ": " + reasonText(y.why)
	}
	return no
}

func (a *terrain) blockFrom() *fact.Origin {
	if a.block != nil {
		return a.block.s.from
	}
	return refusal(a.c.Answer(CallBlockAccess, a.region, ""))
}

// sieve is a hole in the place of a gate: anything may pass.
func (h *hole) sieve(family string) sieve {
	return sieve{reach.Maybe(reach.From(reach.All(family))), h.why, h.origin}
}

func (a *terrain) aclOf(sub string) (*acl, *hole) {
	if l := a.acls[sub]; len(l) == 1 {
		return l[0], nil
	}
	return nil, a.missing(CallNetworkACLs, sub)
}

func (a *terrain) routeGate(p *passage, sub, vpcID string) {
	t, h := a.tableOf(sub, vpcID)
	if h != nil {
		p.routed = unsure(h.why, h.origin)
		p.pass("route", "", "where the subnet's packets go is not known: "+reasonText(h.why), h.sieve(p.family), h.origin, "")
		return
	}
	v := a.routes(t, p.family)
	p.own = t.local()
	p.routed = v.any(reach.From(reach.Internet(p.family)))
	p.pass("route", t.id, p.leads(v, t), v, t.s.from, "/routeSet")
}

// any says that some of the packets pass.
func (v sieve) any(packets reach.Flow) yesno {
	switch {
	case !v.Must.Intersect(packets).Empty():
		return sure(true)
	case v.May.Intersect(packets).Empty():
		return sure(false)
	}
	return unsure(v.why, v.from)
}

// leads says where replies go.
func (p *passage) leads(v sieve, t *routeTable) string {
	switch p.came.Passing(v.Both) {
	case reach.Open:
		return "sends replies to the internet gateway"
	case reach.Partly:
		return "sends replies to the internet gateway for " + p.from(p.came.May.Intersect(v.May).Sources())
	case reach.Unknown:
		return "may send replies to the internet gateway or not: " + reasonText(v.why)
	}
	for i := range t.routes {
		if r := &t.routes[i]; r.block.IsValid() && r.block.Bits() == 0 && familyOf(r.block) == p.family {
			return "sends replies to " + r.target + ", " + map[bool]string{true: "which is not there", false: "which no packet comes in through"}[r.state == "blackhole"]
		}
	}
	return "has no route to the internet"
}

// edge is what may stand in front of a subnet: a table of the gateway's that
// sends what comes in through an appliance, which lets through what it likes.
func (a *terrain) edge(p *passage, at stand) {
	if at.carrier {
		why := &fact.Reason{Cause: snapshot.NotCollected, Region: a.region, Detail: "what the carrier's network lets through"}
		p.pass("address", "", "the address is a carrier's, whose network decides who gets through", (&hole{why: why}).sieve(p.family), nil, "")
	}
	for id := range a.gateways {
		if _, ours := a.gateways[id].attached[at.vpc]; !ours {
			continue
		}
		for _, t := range a.tables[id] {
			if r := t.through(a.subnets[at.subnet], p.family); r != nil {
				why := &fact.Reason{Cause: snapshot.NotCollected, Region: a.region, Detail: "what " + r.target + " does with packets"}
				p.pass("route", t.id, "the internet gateway sends what comes in through "+r.target+", which may stop it",
					(&hole{why: why, origin: t.s.from}).sieve(p.family), t.s.from, "/routeSet")
			}
		}
	}
}

// through is the route that sends a subnet's packets through something.
func (t *routeTable) through(s *subnet, family string) *route {
	for i := range t.routes {
		r := &t.routes[i]
		if r.leads != unclear {
			continue
		}
		if s == nil || !r.block.IsValid() || familyOf(r.block) == family && !reach.Prefixes(r.block).Intersect(s.blocks).Empty() {
			return r
		}
	}
	return nil
}

// A letting is what the groups of an interface let through.
type letting struct {
	sieve
	doc *fact.Origin
}

// groupsLet is what any of some groups lets in.
func (a *terrain) groupsLet(ids, family string) letting {
	type key struct{ ids, family string }
	return once(a, key{ids, family}, func() letting {
		var all letting
		if ids == "" {
			all.sieve = (&hole{why: &fact.Reason{Cause: snapshot.Absent, Call: CallInstances, Region: a.region, Detail: "/networkInterfaceSet/groupSet"}}).sieve(family)
			return all
		}
		for id := range strings.SplitSeq(ids, " ") {
			g := a.groups[id]
			if g == nil {
				h := a.missing(CallGroups, id)
				all.doubt(h.why, h.origin)
				all.Both = all.Union(reach.Maybe(reach.From(reach.All(family))))
				continue
			}
			v := a.lets(g, false, family)
			if v.why != nil {
				all.doubt(v.why, v.from)
			}
			all.Both = all.Union(v.Both)
			all.doc = cmp.Or(all.doc, g.s.from)
		}
		return all
	})
}

// spelled spells the ids of groups.
func spelled(ids string) string { return strings.ReplaceAll(ids, " ", ", ") }

// A front is what a client connects to in place of the workload.
type front struct {
	layer, via, address string
	from, to            int64
}

var frontless = front{layer: "l4"}

// ways are the openings that are left at the end of a passage.
func (p *passage) ways(f front) inlet.Ways {
	spans := reach.Spans(p.came, p.back, p.family)
	out := make(inlet.Ways, 0, len(spans))
	for _, s := range spans {
		w := inlet.Way{Certain: s.Certain, Any: s.Any, Opening: estate.Opening{
			Family: p.family, Protocol: s.Protocol, From: int64(s.Ports.From), To: int64(s.Ports.To),
			FrontFrom: int64(s.Ports.From), FrontTo: int64(s.Ports.To),
			Layer: f.layer, Via: f.via, Address: f.address, Return: string(s.Return), Sources: p.from(s.Sources),
		}}
		if f.via != "" {
			w.FrontFrom, w.FrontTo = f.from, f.to
		}
		if !s.Certain {
			w.Why, w.Origin = p.whyOf(s.Flow)
		}
		out = append(out, w)
	}
	return out
}
