package ibmfact

import (
	"maps"
	"slices"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// balanced takes packets through a load balancer to an interface, once for each
// of the subnets that the load balancer stands in.
func (a *terrain) balanced(h *hit, at stand) (ps []*passage, f front) {
	b := h.front
	if b == nil { // one that was not seen
		p := enter()
		p.pass("load_balancer", "", "a load balancer may lead here: "+reasonText(h.doubt.why), h.doubt.sieve(), h.doubt.origin, "")
		at.peers = sortedKeys(a.groups)
		a.guarded(p, &at)
		return []*passage{p}, front{layer: "l4"}
	}
	f = front{layer: "l4", via: b.uid, address: b.name, ports: reach.AllPorts}
	if l := h.listener; l != nil {
		f.ports = l.ports
		if l.protocol == "http" || l.protocol == "https" {
			f.layer = "l7"
		}
	}
	for _, on := range a.standings(b) {
		p, sub := enter(), on.subnet
		a.front(p, h, on)
		p.turn(h)
		family, known := b.family.Get()
		if !known {
			p.pass("load_balancer", b.id, "how it hands packets on is not known: "+reasonText(b.family.Why()),
				(&hole{b.family.Why(), b.s.from}).sieve(), b.s.from, "/profile/family")
		}
		at.near, at.peers = sub == at.subnet && sub != "", b.groups
		switch {
		case b.odd != nil: // where its packets come from is not known
			at.peers = sortedKeys(a.groups)
			p.came, p.doubts = reach.Maybe(anyPort(allPackets)), append(p.doubts, doubtful{allPackets, b.odd, b.s.from})
			a.guarded(p, &at)
		case family == application:
			a.sends(p, on, &at)
			a.proxied(p, on, &at)
		default:
			a.sends(p, on, &at)
			a.guarded(p, &at)
		}
		ps = append(ps, p)
	}
	if b.ownless != nil {
		b.somewhere(ps)
	}
	return ps, f
}

// somewhere leaves certain what would come through any subnet of a load balancer
// that does not tell where it stands. That it stands in each of those that were
// chosen for it is said nowhere.
func (b *balancer) somewhere(ps []*passage) {
	must := ps[0].came.Must
	for _, p := range ps[1:] {
		must = must.Intersect(p.came.Must)
	}
	why := b.s.why(snapshot.Absent, "/private_ips: which of its subnets it stands in")
	for _, p := range ps {
		if !p.came.Must.Subtract(must).Empty() {
			p.pass("load_balancer", b.id, "it may stand in another of its subnets, which may let in less", sieve{reach.Both{Must: must, May: allPackets}, why, b.s.from}, b.s.from, "/private_ips")
		}
	}
}

// A footing is where a load balancer stands: in a subnet, at its own addresses, or
// at some of these.
type footing struct {
	*balancer
	subnet string
	own    reach.Addrs
	some   bool
	lost   *hole // why it is not known at all
}

// standings are where a load balancer may stand. Of its subnets these are the ones
// that its private addresses are in. Where these are not told, as it may be of
// public ones (LoadBalancer.private_ips in vpcv1), they are some of any of its
// subnets: load balancers are deployed to the subnets that are chosen for them
// (VPC docs, "FAQ for application load balancers").
func (a *terrain) standings(b *balancer) (all []footing) {
	var elsewhere []footing
	homeless := b.own
	subnets := b.subnets
	if len(subnets) == 0 {
		subnets = []string{""}
	}
	for _, sub := range subnets {
		on := footing{balancer: b, subnet: sub, own: b.own}
		s := a.subnets[sub]
		known := s != nil && !s.block.Empty()
		switch {
		case b.ownless != nil && known:
			on.own, on.some = s.block, true
		case b.ownless != nil:
			if on.own, on.lost = reach.All(reach.IPv4), b.ownless; s == nil && sub != "" {
				on.lost = a.missing(CallSubnets, sub)
			}
		case known:
			on.own, homeless = b.own.Intersect(s.block), homeless.Subtract(s.block)
			if on.own.Empty() {
				elsewhere = append(elsewhere, on)
				continue
			}
		}
		all = append(all, on)
	}
	if homeless.Empty() {
		return all
	}
	for _, on := range elsewhere { // an address is in none of the blocks that were told
		on.own, on.lost = homeless, &hole{b.s.why(snapshot.UnknownValue, "/private_ips "+homeless.Prefixes()[0].String()), b.s.from}
		all = append(all, on)
	}
	return all
}

// front takes packets from the internet to what the load balancer listens on.
func (a *terrain) front(p *passage, h *hit, on footing) {
	b, l := h.front, h.listener
	doubt := h.doubt
	if doubt == nil && l != nil {
		doubt = l.doubt()
	}
	if doubt == nil && h.target != nil && h.target.odd != nil {
		doubt = &hole{h.target.odd, h.target.s.from}
	}
	if doubt == nil && !b.public.must {
		doubt = &hole{b.public.why, b.public.from}
	}
	if doubt == nil && !b.ready.Known() {
		doubt = &hole{b.ready.Why(), b.s.from}
	}
	if doubt == nil {
		doubt = on.lost
	}
	listens := reach.Box(reach.One(reach.TCP), reach.AllPorts, reach.AllPorts, reach.All(reach.IPv4)).
		Union(reach.Box(reach.One(reach.UDP), reach.AllPorts, reach.AllPorts, reach.All(reach.IPv4)))
	from, path := b.s.from, ""
	if l != nil && l.odd == nil {
		listens = reach.Box(reach.One(protocolOfListener(l)), l.ports, reach.AllPorts, reach.All(reach.IPv4))
		from, path = l.s.from, "/port"
	}
	v := sieve{Both: reach.Sure(listens)}
	if doubt != nil {
		v = sieve{reach.Maybe(listens), doubt.why, doubt.origin}
	}
	p.pass("load_balancer", b.id, p.lets(v)+h.when, v, from, path)
	at := stand{subnet: on.subnet, own: on.own}
	a.subnetGates(p, &at, func() {
		if len(b.groups) == 0 {
			return // all traffic is allowed (LoadBalancer.security_groups in vpcv1)
		}
		v, doc := a.groupsLet(b.groups, nil, false, on.own, nil)
		p.filter("security_group", spelled(b.groups), v, doc, "/rules")
	})
}

func protocolOfListener(l *listener) uint16 {
	if l.protocol == "udp" {
		return reach.UDP
	}
	return reach.TCP
}

// turn sends packets on to the port of the member. What comes in at a range of
// ports goes to the same ports (LoadBalancerPoolMember.port in vpcv1). Where the
// listener or the member is not known, it may be any port.
func (p *passage) turn(h *hit) {
	l, t := h.listener, h.target
	var to func(reach.Flow) reach.Flow
	switch {
	case l == nil || t == nil || t.port == 0 || l.odd != nil:
		to = anyPort
		p.came.Must = reach.Flow{}
	case l.ports.From != l.ports.To:
		return
	default:
		to = func(f reach.Flow) reach.Flow { return f.Readdressed(protocolOfListener(l), l.ports.From, t.port) }
	}
	p.came = reach.Both{Must: to(p.came.Must), May: to(p.came.May)}
	p.back = reach.Both{Must: to(p.back.Must), May: to(p.back.May)}
	for i := range p.doubts {
		p.doubts[i].packets = to(p.doubts[i].packets)
	}
}

// anyPort is the packets of a flow at whatever port they are sent on to.
func anyPort(f reach.Flow) (out reach.Flow) {
	for _, number := range []uint16{reach.TCP, reach.UDP} {
		these := f.Intersect(reach.Box(reach.One(number), reach.AllPorts, reach.AllPorts, reach.All(reach.IPv4)))
		out = out.Union(reach.Box(reach.One(number), reach.AllPorts, reach.ClientPorts, these.Sources()))
	}
	return out
}

// sends is what the load balancer's own groups let out to the interface.
func (a *terrain) sends(p *passage, on footing, at *stand) {
	if len(on.groups) == 0 {
		return
	}
	v, doc := a.groupsLet(on.groups, nil, true, on.own, at.groups)
	asked := p.came.May
	to := reach.Box(reach.AllProtocols, reach.AllPorts, reach.AllPorts, at.own)
	p.pass("security_group", spelled(on.groups), "lets the load balancer speak to its member",
		all(asked, reach.Both{Must: v.Must.Intersect(to), May: v.May.Intersect(to)}, v.why, v.from), doc, "/rules")
}

// proxied is what the interface's gates let in of the load balancer's own
// packets, whose sources are the load balancer's addresses.
func (a *terrain) proxied(p *passage, on footing, at *stand) {
	own := reach.From(on.own)
	q := &passage{came: reach.Sure(own), back: reach.Sure(allPackets), sender: "the load balancer"}
	if on.lost != nil {
		q.came, q.doubts = reach.Maybe(own), []doubtful{{own, on.lost.why, on.lost.origin}}
	}
	a.guarded(q, at)
	var why *fact.Reason
	var from *fact.Origin
	if d := q.came.Doubt(); !d.Empty() {
		why, from = q.whyOf(d)
	}
	v := all(p.came.May, q.came, why, from)
	if on.some { // it has one of them, and only what all may send is certain
		shut := reach.Box(reach.AllProtocols, reach.AllPorts, reach.ClientPorts, on.own).Subtract(q.came.Must)
		v.Must = v.Must.Subtract(anywhere(p.came.May, shut))
		v.doubt(on.ownless.why, on.ownless.origin)
	}
	for _, g := range q.gates {
		if g.Kind != "network_acl_out" {
			p.gates = append(p.gates, reach.Gate{Kind: g.Kind, ID: g.ID, Says: g.Says, Passes: p.came.Passing(v.Both), From: g.From, Path: g.Path})
		}
	}
	p.pass("target", on.id, "its packets reach the member at the ports that remain", v, on.s.from, "/private_ips")
}

// all turns what passes from some other sources into what passes of some
// packets from anywhere: of each protocol and port, everything or nothing.
func all(asked reach.Flow, let reach.Both, why *fact.Reason, from *fact.Origin) sieve {
	v := sieve{Both: reach.Both{Must: anywhere(asked, let.Must), May: anywhere(asked, let.May)}, why: why, from: from}
	if v.why == nil && !v.Doubt().Empty() {
		v.why = fact.NobodyAsked
	}
	return v
}

// anywhere is the packets of asked whose protocol and port any packet of let has.
func anywhere(asked, let reach.Flow) (out reach.Flow) {
	for _, s := range reach.Spans(reach.Sure(let), reach.Sure(allPackets), reach.IPv4) {
		for _, p := range []struct {
			word   string
			number uint16
		}{{"tcp", reach.TCP}, {"udp", reach.UDP}} {
			if s.Protocol == p.word {
				out = out.Union(reach.Box(reach.One(p.number), s.Ports, reach.AllPorts, reach.All(reach.IPv4)))
			}
		}
	}
	return asked.Intersect(out)
}
