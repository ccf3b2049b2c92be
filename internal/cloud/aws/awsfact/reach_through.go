package awsfact

import (
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// through is what reaches an interface through a listener: what the load
// balancer is let have, of that what it sends on, of that what the instance is
// let have.
func (a *terrain) through(c course, n *nic, family string, protocol uint16) *access {
	type key struct {
		b                   *balancer
		l                   *listener
		f                   *forward
		t                   *targetGroup
		zone                string
		port, protocol      uint16
		subnet, vpc, groups string
		family              string
	}
	return once(a, key{c.b, c.l, c.f, c.t, c.zone, c.port, protocol, n.subnet, n.vpc, n.groups, family}, func() *access {
		r := relayed{a: a, course: c, n: n, protocol: protocol, family: family}
		return r.work()
	})
}

// A relayed connection has two halves, and load balancers have many subnets: it
// is let through where one of them does.
type relayed struct {
	a *terrain
	course
	n        *nic
	protocol uint16
	family   string
}

func (r *relayed) work() *access {
	var best *passage
	var came, back reach.Both
	var doubts []doubtful
	for _, z := range r.b.zones {
		p := r.zone(z)
		came, back = came.Union(p.came), back.Union(p.back)
		doubts = append(doubts, p.doubts...)
		if best == nil || better(p, best) {
			best = p
		}
	}
	if best == nil {
		why := r.b.s.why(snapshot.Absent, "/AvailabilityZones")
		best = enter(r.family)
		best.filter("load_balancer", r.b.short(), (&hole{why, r.b.s.from}).sieve(r.family), r.b.s.from, "/AvailabilityZones")
		best.came = reach.Maybe(best.came.May.Intersect(r.front()).Readdressed(r.protocol, r.l.port, r.port))
		came, back, doubts = best.came, best.back, best.doubts
	}
	best.came, best.back, best.doubts = came, back, doubts
	f := front{layer: r.b.layer(r.l), via: r.b.uid, address: r.b.dns, from: int64(r.l.port), to: int64(r.l.port)}
	return &access{gates: best.gates, ways: best.ways(f)}
}

// better says that more comes through a than through b.
func better(a, b *passage) bool {
	switch {
	case !a.came.Must.Empty() || !b.came.Must.Empty():
		return b.came.Must.Empty()
	default:
		return !a.came.May.Empty() && b.came.May.Empty()
	}
}

// front is every packet to the listener's port, from whom it sends on.
func (r *relayed) front() reach.Flow {
	from := reach.All(r.family)
	if r.f != nil && r.f.limited {
		from = from.Intersect(r.f.sources)
	}
	return reach.Box(reach.One(r.protocol), reach.One(r.l.port), reach.AllPorts, from)
}

// zone is the way through one of the load balancer's subnets.
func (r *relayed) zone(z balancerZone) *passage {
	p := enter(r.family)
	p.pass("load_balancer", r.b.short(), "takes "+strings.ToLower(r.l.protocol)+" on port "+portText(r.l.port)+" and sends it to port "+portText(r.port)+r.l.words(r.f),
		sieve{Both: reach.Sure(r.front())}, r.b.s.from, "")
	r.a.subnetGates(p, z.subnet, r.b.vpc, func() {
		if r.b.groups != "" {
			v := r.a.groupsLet(r.b.groups, r.family)
			p.filter("security_group", spelled(r.b.groups), v.sieve, v.doc, "/ipPermissions")
		}
	})
	p.came = reach.Both{Must: p.came.Must.Readdressed(r.protocol, r.l.port, r.port), May: p.came.May.Readdressed(r.protocol, r.l.port, r.port)}
	for i := range p.doubts {
		p.doubts[i].packets = p.doubts[i].packets.Readdressed(r.protocol, r.l.port, r.port)
	}
	v := r.crosses(z)
	says := "lets the load balancer reach port " + portText(r.port)
	switch p.came.Passing(v.Both) {
	case reach.Closed:
		if !r.serves(z).may {
			says = "is in a zone that the load balancer does not serve from here"
			break
		}
		says = "does not let the load balancer reach port " + portText(r.port)
	case reach.Partly:
		says += ", and some clients through it"
	case reach.Unknown:
		says = "may let the load balancer reach port " + portText(r.port) + " or not: " + reasonText(v.why)
	}
	p.pass("target", r.n.id, says, v, r.a.groupsLet(r.n.groups, r.family).doc, "/ipPermissions")
	return p
}

// crosses is what gets from a subnet of the load balancer's to the instance, as
// clients' packets. Where the target sees the client's own address, its groups
// and its ACL are asked about that; else about the load balancer's.
func (r *relayed) crosses(z balancerZone) sieve {
	hop := r.hop(z)
	seen := r.preserves()
	var own, kept sieve
	if !seen.must {
		y := hop.and(r.meets(z)).and(r.lets(z))
		own = y.sieve(r.family)
	}
	if !seen.may {
		return own
	}
	y := hop.and(r.answers(z))
	way := y.sieve(r.family)
	kept = r.preserved(z, reach.From(reach.All(r.family)))
	kept.Both = kept.Intersect(way.Both)
	if way.why != nil {
		kept.why, kept.from = way.why, way.from
	}
	if seen.must {
		return kept
	}
	both := sieve{Both: reach.Both{Must: own.Must.Intersect(kept.Must), May: own.May.Union(kept.May)}, why: own.why, from: own.from}
	if kept.why != nil {
		both.doubt(kept.why, kept.from)
	}
	both.doubt(seen.why, seen.from)
	return both
}

// preserves says that the target sees the client's own address: of network load
// balancers alone, and where client and target speak the same family. For
// datagrams it always does, for connections as its group is set (User Guide for
// Network Load Balancers, "Client IP preservation").
func (r *relayed) preserves() yesno {
	if r.b.kind != "network" || r.t == nil || r.t.six != (r.family == reach.IPv6) {
		return yesno{}
	}
	switch r.t.protocol {
	case "UDP", "TCP_UDP", "QUIC", "TCP_QUIC":
		return sure(true)
	case "TCP", "TLS":
	default:
		return unsure(r.t.s.why(snapshot.UnknownValue, "/Protocol "+shorten(r.t.protocol)), r.t.s.from)
	}
	value, h := r.a.attribute(r.t, "preserve_client_ip.enabled")
	switch {
	case h != nil:
		return unsure(h.why, h.origin)
	case value == "true":
		return sure(true)
	case value == "false":
		return sure(false)
	}
	return unsure(r.t.s.why(snapshot.UnknownValue, "preserve_client_ip.enabled "+shorten(value)), r.t.s.from)
}

// preserved is what the instance is let have of clients that it sees.
func (r *relayed) preserved(z balancerZone, all reach.Flow) sieve {
	g := r.a.groupsLet(r.n.groups, r.family)
	v := g.sieve
	if ref := r.named(); ref.may {
		v.Both = v.Union(ref.sieve(r.family).Both)
		v.doubt(ref.why, ref.from)
	}
	in, out := r.a.aclBoth(r.n.subnet, r.family)
	through := in.Intersect(out.Union(reach.Sure(all.Subtract(connections(r.family)))))
	if z.subnet == r.n.subnet {
		through.May = all // whether packets of one subnet count as clients' is not known
		v.doubt(&fact.Reason{Cause: snapshot.NotCollected, Region: r.a.region, Detail: "whether packets from the load balancer cross the network ACL of its own subnet"}, nil)
	}
	v.Both = v.Intersect(through)
	for _, s := range []sieve{in, out} {
		if s.why != nil {
			v.doubt(s.why, s.from)
		}
	}
	return v
}

func (a *terrain) aclBoth(sub, family string) (in, out sieve) {
	x, h := a.aclOf(sub)
	if h != nil {
		return h.sieve(family), h.sieve(family)
	}
	return x.lets(a, false, family), x.lets(a, true, family)
}

// and is both of two answers.
func (y yesno) and(z yesno) yesno {
	out := yesno{must: y.must && z.must, may: y.may && z.may, why: y.why, from: y.from}
	if out.why == nil {
		out.why, out.from = z.why, z.from
	}
	return out
}

// or is either of two answers.
func (y yesno) or(z yesno) yesno {
	out := yesno{must: y.must || z.must, may: y.may || z.may, why: y.why, from: y.from}
	if out.why == nil {
		out.why, out.from = z.why, z.from
	}
	return out
}

// inner is the family in which a load balancer speaks to its targets.
func (r *relayed) inner() string {
	if r.t != nil && r.t.six {
		return reach.IPv6
	}
	return reach.IPv4
}

// hop says that the load balancer sends on from one of its subnets to the
// instance's: its node there serves the instance's zone, its groups let it, and
// the ACL of its subnet lets it out. What stays in a subnet crosses no ACL.
func (r *relayed) hop(z balancerZone) yesno {
	y := r.serves(z).and(r.sends())
	if z.subnet == r.n.subnet {
		return y
	}
	guests := r.block(r.n.subnet)
	if guests.Empty() {
		h := r.a.missing(CallSubnets, r.n.subnet)
		return y.and(unsure(h.why, h.origin))
	}
	_, leaves := r.a.aclBoth(z.subnet, r.inner())
	return y.and(covers(leaves, reach.Box(reach.One(r.protocol), reach.AllPorts, reach.One(r.port), guests)))
}

// meets says that the ACLs let in at the instance's subnet what the load balancer
// sends from its own address, and the replies back.
func (r *relayed) meets(z balancerZone) yesno {
	if z.subnet == r.n.subnet {
		return sure(true)
	}
	nodes, guests := r.block(z.subnet), r.block(r.n.subnet)
	if nodes.Empty() || guests.Empty() {
		h := r.a.missing(CallSubnets, z.subnet)
		return unsure(h.why, h.origin)
	}
	family, one := r.inner(), reach.One(r.protocol)
	answers, _ := r.a.aclBoth(z.subnet, family)
	in, out := r.a.aclBoth(r.n.subnet, family)
	y := covers(in, reach.Box(one, reach.One(r.port), reach.Ephemeral, nodes))
	if r.protocol == reach.TCP {
		y = y.and(some(out, reach.Box(one, reach.AllPorts, reach.Ephemeral, nodes)))
		y = y.and(some(answers, reach.Box(one, reach.Ephemeral, reach.AllPorts, guests)))
	}
	return y
}

// answers says that the ACL of the load balancer's subnet lets in the replies of
// a target that sees its clients: they go to the clients' ports.
func (r *relayed) answers(z balancerZone) yesno {
	if z.subnet == r.n.subnet || r.protocol != reach.TCP {
		return sure(true)
	}
	guests, one := r.block(r.n.subnet), reach.One(reach.TCP)
	v, _ := r.a.aclBoth(z.subnet, r.inner())
	switch {
	case guests.Empty():
		h := r.a.missing(CallSubnets, r.n.subnet)
		return unsure(h.why, h.origin)
	case v.Must.Covers(reach.Box(one, reach.Ephemeral, reach.AllPorts, guests)):
		return sure(true)
	case v.May.Intersect(reach.Box(one, reach.AllPorts, reach.AllPorts, guests)).Empty():
		return sure(false)
	case v.why != nil:
		return unsure(v.why, v.from)
	}
	return unsure(&fact.Reason{Cause: snapshot.NotCollected, Region: r.a.region, Detail: "from which ports clients speak, of which the load balancer's network ACL lets the replies to some in"}, nil)
}

// block are the addresses of a subnet.
func (r *relayed) block(id string) reach.Addrs {
	if s := r.a.subnets[id]; s != nil {
		return s.blocks.Intersect(reach.All(r.inner()))
	}
	return reach.Addrs{}
}

// covers says that all of some packets pass. Which of its subnet's addresses a
// load balancer has is not known, so that some are not enough.
func covers(v sieve, packets reach.Flow) yesno {
	switch {
	case v.Must.Covers(packets):
		return sure(true)
	case v.May.Intersect(packets).Empty():
		return sure(false)
	}
	why := v.why
	if why == nil {
		why = someOfSubnet
	}
	return unsure(why, v.from)
}

// some says that some packets pass to every address of a subnet: a load balancer
// tries other ports.
func some(v sieve, packets reach.Flow) yesno {
	switch {
	case v.Must.Intersect(packets).Sources().Covers(packets.Sources()):
		return sure(true)
	case v.May.Intersect(packets).Empty():
		return sure(false)
	}
	why := v.why
	if why == nil {
		why = someOfSubnet
	}
	return unsure(why, v.from)
}

// someOfSubnet is the doubt where a rule divides a subnet's addresses.
var someOfSubnet = &fact.Reason{Cause: snapshot.NotCollected, Call: CallInterfaces, Detail: "which addresses of its subnet the load balancer has"}

// stands says that a load balancer stands in the zone of an interface. Targets
// in other zones are sent nothing, however they are registered (Elastic Load
// Balancing User Guide, "Availability Zones and load balancer nodes"). Of
// addresses that are told to take from all zones it is not told which counts.
func (a *terrain) stands(c course, n *nic) yesno {
	zone := ""
	if s := a.subnets[n.subnet]; s != nil {
		zone = s.zone
	}
	whole := zone != "" && len(c.b.zones) > 0
	for _, z := range c.b.zones {
		switch z.zone {
		case zone:
			if zone != "" {
				return sure(true)
			}
		case "":
			whole = false
		}
	}
	detail := ""
	switch {
	case !whole:
		detail = "in which zones the load balancer and the instance are"
	case c.zone == "all" || c.t != nil && c.t.kind == "ip" && c.b.kind == "application":
		detail = "whether the load balancer sends to addresses of a zone in which it does not stand"
	default:
		return sure(false)
	}
	h := a.missing(CallSubnets, n.subnet)
	return unsure(&fact.Reason{Cause: h.why.Cause, Call: h.why.Call, Region: a.region, Detail: detail}, h.origin)
}

// crossZone is the attribute that says whether a node sends to other zones.
const crossZone = "load_balancing.cross_zone.enabled"

// serves says that what comes in in a zone goes to an instance of another. The
// node of the instance's own zone serves it always. The others of an application
// load balancer do unless the group of targets says that they do not; of the
// rest they do where the group says so, or where it leaves it to the load
// balancer, whose attributes are not asked for: its own node decides nearly
// always.
func (r *relayed) serves(z balancerZone) yesno {
	y := r.a.stands(r.course, r.n)
	if s := r.a.subnets[r.n.subnet]; !y.may || s != nil && z.zone != "" && z.zone == s.zone {
		return y
	}
	if r.t == nil {
		return y.and(r.untold())
	}
	value, h := r.a.attribute(r.t, crossZone)
	switch {
	case value == "true":
		return y
	case value == "false":
		return sure(false)
	case h != nil:
		return y.and(unsure(h.why, h.origin))
	case value != "use_load_balancer_configuration":
		return y.and(unsure(r.t.s.why(snapshot.UnknownValue, crossZone+" "+shorten(value)), r.t.s.from))
	case r.b.kind == "application":
		return y
	}
	return y.and(r.untold())
}

func (r *relayed) untold() yesno {
	return unsure(&fact.Reason{Cause: snapshot.NotCollected, Call: "elasticloadbalancing:DescribeLoadBalancerAttributes", Region: r.a.region, Detail: "whether the load balancer serves instances of other zones"}, r.b.s.from)
}

// sends says that the load balancer's own groups let it speak to the instance.
func (r *relayed) sends() yesno {
	if r.b.groups == "" {
		return sure(true)
	}
	out := yesno{}
	box := reach.Box(reach.One(r.protocol), reach.One(r.port), reach.AllPorts, r.block(r.n.subnet))
	for id := range strings.SplitSeq(r.b.groups, " ") {
		g := r.a.groups[id]
		if g == nil {
			h := r.a.missing(CallGroups, id)
			out = out.or(unsure(h.why, h.origin))
			continue
		}
		if box.Empty() {
			h := r.a.missing(CallSubnets, r.n.subnet)
			out = out.or(unsure(h.why, h.origin))
		} else {
			out = out.or(covers(r.a.lets(g, true, r.inner()), box))
		}
		out = out.or(r.refers(g, g.out, g.holes[1], r.n.groups))
	}
	return out
}

// lets says that the instance's groups let the load balancer in: by its groups,
// or by its addresses.
func (r *relayed) lets(z balancerZone) yesno {
	out := r.named()
	nodes := r.block(z.subnet)
	if nodes.Empty() {
		h := r.a.missing(CallSubnets, z.subnet)
		return out.or(unsure(h.why, h.origin))
	}
	box := reach.Box(reach.One(r.protocol), reach.One(r.port), reach.AllPorts, nodes)
	return out.or(covers(r.a.groupsLet(r.n.groups, r.inner()).sieve, box))
}

// named says that the instance's groups let the load balancer's in. A rule that
// names a group of the load balancer's lets its packets in whether the target
// sees the client's address or not.
func (r *relayed) named() yesno {
	out := yesno{}
	if r.b.groups == "" {
		return out
	}
	for id := range strings.SplitSeq(r.n.groups, " ") {
		if g := r.a.groups[id]; g != nil {
			out = out.or(r.refers(g, g.in, g.holes[0], r.b.groups))
		}
	}
	return out
}

// refers says that a rule of a group lets the connection through to or from one
// of the groups named.
func (r *relayed) refers(g *secGroup, rules []permission, missing *fact.Reason, names string) yesno {
	out := yesno{}
	if missing != nil {
		out = unsure(missing, g.s.from)
	}
	others := strings.Split(names, " ")
	for i := range rules {
		p := &rules[i]
		if p.group == "" || !slices.Contains(others, p.group) || !p.protocol.Contains(r.protocol) || !p.ports.Contains(r.port) {
			continue
		}
		if p.exact {
			return sure(true)
		}
		out = out.or(unsure(p.odd, g.s.from))
	}
	return out
}
