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
		t                   *targetGroup
		port, protocol      uint16
		subnet, vpc, groups string
		family              string
	}
	return once(a, key{c.b, c.l, c.t, c.port, protocol, n.subnet, n.vpc, n.groups, family}, func() *access {
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

// front is every packet to the listener's port.
func (r *relayed) front() reach.Flow {
	return reach.Box(reach.One(r.protocol), reach.One(r.l.port), reach.AllPorts, reach.All(r.family))
}

// zone is the way through one of the load balancer's subnets.
func (r *relayed) zone(z balancerZone) *passage {
	p := enter(r.family)
	p.pass("load_balancer", r.b.short(), "takes "+strings.ToLower(r.l.protocol)+" on port "+portText(r.l.port)+" and sends it to port "+portText(r.port)+r.assumed(),
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
		says = "does not let the load balancer reach port " + portText(r.port)
	case reach.Partly:
		says += ", and some clients through it"
	case reach.Unknown:
		says = "may let the load balancer reach port " + portText(r.port) + " or not: " + reasonText(v.why)
	}
	p.pass("target", r.n.id, says, v, r.a.groupsLet(r.n.groups, r.family).doc, "/ipPermissions")
	return p
}

// assumed says what was not looked at.
func (r *relayed) assumed() string {
	if r.b.kind == "application" {
		return ", where no rule of the listener says otherwise"
	}
	return ""
}

// crosses is what gets from a subnet of the load balancer's to the instance, as
// clients' packets. Where the target sees the client's own address, its groups
// and its ACL are asked about that.
//
// Whether it does is a setting that is not asked for: for connections either
// may be, for datagrams it always is (User Guide for Network Load Balancers,
// "Client IP preservation").
func (r *relayed) crosses(z balancerZone) sieve {
	all := reach.From(reach.All(r.family))
	var v sieve
	hop := r.hop(z)
	own := hop.and(r.lets(z)) // from the load balancer's address
	v.Both = own.sieve(r.family).Both
	if own.may && !own.must {
		v.doubt(own.why, own.from)
	}
	six := r.t != nil && r.t.six
	if r.b.kind != "network" || six != (r.family == reach.IPv6) {
		return v
	}
	kept := r.preserved(z, all)
	kept.Both = kept.Intersect(hop.sieve(r.family).Both)
	if r.protocol == reach.UDP {
		if kept.why == nil {
			kept.doubt(hop.why, hop.from)
		}
		return kept
	}
	both := sieve{Both: reach.Both{Must: v.Must.Intersect(kept.Must), May: v.May.Union(kept.May)}, why: v.why, from: v.from}
	if kept.why != nil {
		both.doubt(kept.why, kept.from)
	}
	both.doubt(&fact.Reason{Cause: snapshot.NotCollected, Call: "elasticloadbalancing:DescribeTargetGroupAttributes", Region: r.a.region, Detail: "whether targets see the client's address"}, r.b.s.from)
	return both
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
// instance's: its zone serves the instance's, its groups let it, and the ACLs of
// both subnets let it there and the replies back.
func (r *relayed) hop(z balancerZone) yesno {
	y := r.serves(z).and(r.sends())
	if z.subnet == r.n.subnet {
		return y // what stays in a subnet crosses no ACL
	}
	nodes, guests := r.block(z.subnet), r.block(r.n.subnet)
	if nodes.Empty() || guests.Empty() {
		h := r.a.missing(CallSubnets, z.subnet)
		return y.and(unsure(h.why, h.origin))
	}
	family := r.inner()
	answers, leaves := r.a.aclBoth(z.subnet, family)
	in, out := r.a.aclBoth(r.n.subnet, family)
	one := reach.One(r.protocol)
	y = y.and(covers(leaves, reach.Box(one, reach.AllPorts, reach.One(r.port), guests)))
	y = y.and(covers(in, reach.Box(one, reach.One(r.port), reach.Ephemeral, nodes)))
	if r.protocol == reach.TCP {
		y = y.and(some(out, reach.Box(one, reach.AllPorts, reach.Ephemeral, nodes)))
		y = y.and(some(answers, reach.Box(one, reach.Ephemeral, reach.AllPorts, guests)))
	}
	return y
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

// serves says that what comes in in a zone goes to an instance of another. An
// application load balancer does that unless a group of targets is told not to,
// which is taken not to be; the others do only where they are told to.
func (r *relayed) serves(z balancerZone) yesno {
	s := r.a.subnets[r.n.subnet]
	if r.b.kind == "application" || s != nil && z.zone != "" && z.zone == s.zone {
		return sure(true)
	}
	return unsure(&fact.Reason{Cause: snapshot.NotCollected, Region: r.a.region, Detail: "whether the load balancer serves instances of other zones"}, r.b.s.from)
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
