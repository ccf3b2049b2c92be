package awsfact

import (
	"net/netip"
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// A course is a way from a listener to the instance, as far as the two are known.
type course struct {
	b     *balancer // nil: one that was not listed
	l     *listener // nil: which one is not known
	f     *forward  // nil: which requests it sends there is not known
	t     *targetGroup
	zone  string // of a target that is an address
	port  uint16 // of the instance
	doubt *hole  // it may not be there
}

// balanced follows the ways in through load balancers.
func (x *exposing) balanced() {
	for i := range x.nics {
		n := &x.nics[i]
		for _, c := range x.courses(n) {
			x.course(n, c)
		}
	}
}

// courses are the ways that lead to an interface. Instances are registered by
// their id, and are reached at their first interface.
func (x *exposing) courses(n *nic) (all []course) {
	f := &x.a.fronts
	var targets []*target
	if n.primary {
		targets = append(targets, f.instances[x.in.w.ID]...)
		for _, b := range f.classic[x.in.w.ID] {
			for _, l := range b.listeners {
				all = append(all, course{b: b, l: l, port: l.guest})
			}
		}
		all = append(all, x.unlisted(n)...)
	}
	for _, a := range n.private {
		for _, t := range f.addresses[a] {
			if x.a.holds(t.group, n.vpc, a) {
				targets = append(targets, t)
			}
		}
	}
	for _, t := range targets {
		all = append(all, x.a.courses(t)...)
	}
	return all
}

// holds says that an address that a group of targets names may be one of this
// network's: the group is this network's, or the address is none of its own
// network's, so that the networks may be peers.
func (a *terrain) holds(t *targetGroup, vpcID string, addr netip.Addr) bool {
	if t.vpc == vpcID {
		return true
	}
	v := a.vpcs[t.vpc]
	return v == nil || !v.blocks.Contains(addr)
}

// courses are the ways through which a target is used.
func (a *terrain) courses(t *target) (all []course) {
	g := t.group
	if g.odd != nil {
		all = append(all, course{t: g, doubt: &hole{g.odd, g.s.from}})
	}
	for _, arn := range g.balancers {
		b := a.fronts.balancers[arn]
		if b == nil {
			all = append(all, course{t: g, doubt: a.missing(CallLoadBalancers, arn)})
			continue
		}
		all = append(all, a.listening(b, t)...)
	}
	return all
}

// listening are the ways from one load balancer to a target: those that are
// known, and those that may be there beside them.
func (a *terrain) listening(b *balancer, t *target) (all []course) {
	arn, named := t.group.arn, false
	for _, l := range b.listeners {
		named = named || slices.Contains(l.named, arn)
		forwards := l.to(arn)
		for _, f := range forwards {
			c := course{b: b, l: l, f: f, t: t.group, zone: t.zone, port: t.port}
			switch {
			case t.odd != nil:
				c.doubt = &hole{t.odd, t.group.s.from}
			case l.doubt != nil:
				c.doubt = &hole{l.doubt, b.s.from}
			case f.doubt != nil:
				c.doubt = &hole{f.doubt, b.s.from}
			}
			all = append(all, c)
		}
		if h := a.unread(b, l); h != nil && (len(forwards) != 1 || forwards[0].limited || forwards[0].doubt != nil) {
			all = append(all, course{b: b, l: l, t: t.group, zone: t.zone, port: t.port, doubt: h})
		}
	}
	c := course{b: b, t: t.group, zone: t.zone, port: t.port, doubt: a.hole(CallListeners, b.uid)}
	if c.doubt == nil && len(all) == 0 && !named {
		// Lists that were read at different times may not fit each other.
		c.doubt = &hole{why: &fact.Reason{Cause: snapshot.Absent, Call: CallListeners, Region: a.region, Detail: "which listener sends to " + arn[strings.LastIndexByte(arn, ':')+1:]}}
	}
	if c.doubt != nil {
		all = append(all, c)
	}
	return all
}

// unread says why a listener may send requests where it is not known to: nil if
// all that it does is known.
func (a *terrain) unread(b *balancer, l *listener) *hole {
	if l.hidden != nil {
		return &hole{l.hidden, b.s.from}
	}
	if !b.rules {
		return nil
	}
	return a.hole(CallListenerRules, l.arn)
}

// unlisted are ways that may be there because a list did not come whole.
func (x *exposing) unlisted(n *nic) (all []course) {
	a := x.a
	for _, h := range []*hole{a.hole(CallTargetGroups, ""), a.hole(CallLoadBalancers, SubjectClassic)} {
		if h != nil {
			return []course{{doubt: h}}
		}
	}
	l4, l7 := false, false // one of each is enough: they say the same
	for _, t := range a.unseenTargets(n.vpc) {
		for _, arn := range t.balancers {
			b := a.fronts.balancers[arn]
			told := &l4
			if b != nil && b.kind == "application" {
				told = &l7
			}
			if *told || b != nil && !b.outward(a) {
				continue
			}
			*told = true
			all = append(all, course{b: b, t: t, doubt: a.hole(CallTargetHealth, t.arn)})
		}
	}
	return all
}

// unseenTargets are a network's groups whose targets were not all listed.
func (a *terrain) unseenTargets(vpcID string) []*targetGroup {
	type key string
	return once(a, key(vpcID), func() (all []*targetGroup) {
		for _, t := range a.fronts.groups {
			if t.kind != "lambda" && t.kind != "alb" && (t.vpc == vpcID || t.vpc == "" || t.kind == "ip") && a.hole(CallTargetHealth, t.arn) != nil {
				all = append(all, t)
			}
		}
		slices.SortFunc(all, func(x, y *targetGroup) int { return strings.Compare(x.arn, y.arn) })
		return all
	})
}

// outward says that clients on the internet may connect to a load balancer: it
// is meant for them, or one that is sends on to it.
func (b *balancer) outward(a *terrain) bool { return b.scheme != "internal" || a.relay(b) != nil }

// relay is a load balancer that has an internal one as its target.
func (a *terrain) relay(b *balancer) *balancer {
	for _, t := range a.fronts.behind[b.uid] {
		for _, arn := range t.balancers {
			if r := a.fronts.balancers[arn]; r == nil || r.scheme != "internal" {
				return b
			}
		}
	}
	return nil
}

// course follows one way and notes what comes of it.
func (x *exposing) course(n *nic, c course) {
	if c.b != nil && (c.b.kind == "gateway" || !c.b.outward(x.a)) {
		return
	}
	c.doubt = x.a.doubtOf(c, n)
	x.leadsThrough(n, c)
	if c.b == nil || c.l == nil || c.b.scheme == "internal" {
		x.vague(n, c)
		return
	}
	for _, family := range c.b.families() {
		for _, protocol := range c.l.protocols() {
			acc := x.a.through(c, n, family, protocol)
			x.note(n, c, family, acc)
		}
	}
}

// doubtOf is the first reason why a way may not be there.
func (a *terrain) doubtOf(c course, n *nic) *hole {
	switch {
	case c.doubt != nil:
		return c.doubt
	case c.b.doubt != nil:
		return &hole{c.b.doubt, c.b.s.from}
	case c.b.scheme == "internal":
		return &hole{why: &fact.Reason{Cause: snapshot.NotCollected, Region: a.region, Detail: "what reaches the internal load balancer through another"}, origin: c.b.s.from}
	case c.b.scheme != "internet-facing":
		return &hole{c.b.s.why(snapshot.UnknownValue, "/Scheme "+c.b.scheme), c.b.s.from}
	case c.t != nil && c.t.kind == "ip" && c.t.vpc != n.vpc:
		return &hole{why: &fact.Reason{Cause: snapshot.NotCollected, Region: a.region, Detail: "whether the networks of the load balancer and the instance are peers"}, origin: c.t.s.from}
	}
	return nil
}

// leadsThrough notes that a load balancer leads to the instance: it stands in
// its zone.
func (x *exposing) leadsThrough(n *nic, c course) {
	leads := sure(true)
	if c.b != nil {
		leads = x.a.stands(c, n)
	}
	if c.doubt != nil {
		leads = leads.and(unsure(c.doubt.why, c.doubt.origin))
	}
	x.through = x.through.or(leads)
}

func (x *exposing) note(n *nic, c course, family string, acc *access) {
	ways := acc.ways
	if c.doubt != nil {
		ways = ways.Weakened(c.doubt.why, c.doubt.origin)
	}
	x.ways = append(x.ways, ways...)
	p := reach.Path{Family: family, Interface: n.id, Gates: slices.Clone(acc.gates), Via: unlistedBalancer}
	if c.b != nil {
		p.Via, p.Address = c.b.uid, c.b.dns
	}
	x.paths = append(x.paths, x.path(p, ways))
}

// unlistedBalancer stands for a load balancer that was not listed.
const unlistedBalancer = "unlisted"

// vague is a way of which only the end is known: anything may come that the
// instance's groups let in from somebody.
func (x *exposing) vague(n *nic, c course) {
	acc := x.a.bounded(n.groups)
	out := &access{gates: slices.Clone(acc.gates), ways: slices.Clone(acc.ways)}
	f := front{layer: "l4", via: unlistedBalancer}
	says := "a load balancer that was not listed may lead here: "
	id := ""
	if c.b != nil {
		f.via, f.address, id = c.b.uid, c.b.dns, c.b.short()
		says = "the load balancer may lead here: "
		if c.b.kind == "application" {
			f.layer = "l7"
		}
	}
	for i := range out.ways {
		w := &out.ways[i]
		w.Via, w.Address, w.Layer, w.FrontFrom, w.FrontTo = f.via, f.address, f.layer, 0, 65535
		w.Why, w.Origin = c.doubt.why, c.doubt.origin
	}
	if c.port != 0 {
		out.ways = slices.DeleteFunc(out.ways, func(w inlet.Way) bool { return w.From > int64(c.port) || w.To < int64(c.port) })
		for i := range out.ways {
			out.ways[i].From, out.ways[i].To = int64(c.port), int64(c.port)
		}
	}
	out.gates = append([]reach.Gate{{Kind: "load_balancer", ID: id, Says: says + reasonText(c.doubt.why), Passes: reach.Unknown, From: c.doubt.origin}}, out.gates...)
	x.note(n, c, reach.IPv4, out)
}

// bounded is what the groups of an interface let in, from anybody at all.
func (a *terrain) bounded(groups string) *access {
	type key string
	return once(a, key(groups), func() *access {
		p := enter(reach.IPv4)
		var most reach.Flow
		for id := range strings.SplitSeq(groups, " ") {
			g := a.groups[id]
			if g == nil || g.holes[0] != nil {
				most = reach.From(reach.All(reach.IPv4))
				continue
			}
			for i := range g.in {
				most = most.Union(reach.Box(g.in[i].protocol, g.in[i].ports, reach.AllPorts, reach.All(reach.IPv4)))
			}
		}
		carried := reach.Box(reach.One(reach.TCP), reach.AllPorts, reach.AllPorts, reach.All(reach.IPv4)).
			Union(reach.Box(reach.One(reach.UDP), reach.AllPorts, reach.AllPorts, reach.All(reach.IPv4)))
		p.filter("security_group", spelled(groups), sieve{Both: reach.Maybe(most.Intersect(carried)), why: fact.NobodyAsked}, nil, "/ipPermissions")
		return &access{gates: p.gates, ways: p.ways(frontless)}
	})
}
