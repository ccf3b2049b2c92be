package ibmfact

import (
	"slices"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// vpn says that a VPN gateway or a VPN server stands in a VPC. One that failed to
// be made, or is being deleted, is none.
func (a *terrain) vpn(vpcID string) fact.Of[bool] {
	var found fact.Of[bool]
	var h *hole
	for _, l := range []struct{ kind, call string }{{KindVPNGateway, CallVPNGateways}, {KindVPNServer, CallVPNServers}} {
		h = either(h, a.hole(l.call, ""))
		broken := eachOf(inRegion(a.c.Resources(l.kind), a.region), func(_ *snapshot.Resource, s source, v wire.Value) {
			at, state := v.Get("vpc").Get("id"), s.word(v.Get("lifecycle_state"), "/lifecycle_state", "stable", "updating", "failed", "deleting")
			word, _ := state.Get()
			switch {
			case word == "failed", word == "deleting", text(at) != "" && !at.Is(vpcID):
			case text(at) == "":
				h = either(h, &hole{s.oddly(at, "/vpc/id"), s.from})
			case !state.Known():
				h = either(h, &hole{state.Why(), s.from})
			default:
				found = fact.Known(true, s.from, "/vpc/id")
			}
		})
		h = either(h, broken)
	}
	switch {
	case found.Known():
		return found
	case h != nil:
		return unknownBy[bool](h)
	}
	return fact.Known(false, refusal(a.c.Answer(CallVPNGateways, a.region, "")), "")
}

// admin says that SSH or RDP is let in from any source, through a floating IP, to
// an interface of a VPC, whether its server runs or not: servers are not read
// together with networks. For the same reason it is not known what load balancers
// and public address ranges lead to.
func (a *terrain) admin(vpcID string) fact.Of[bool] {
	all := sure(false)
	eachOf(inRegion(a.c.Resources(KindFloatingIP), a.region), func(_ *snapshot.Resource, s source, v wire.Value) {
		to := v.Get("target")
		if nothing(to) || to.Get("resource_type").Is("public_gateway") {
			return
		}
		sub := text(to.Get("subnet").Get("id"))
		if sub == "" { // of an interface of the older kind it is not told
			in := a.vpcOf(text(to.Get("id")))
			if in != "" && in != vpcID {
				return
			}
			sub = a.subnetAt(in, text(to.Get("primary_ip").Get("address")))
		}
		at := a.subnets[sub]
		if at != nil && at.vpc != "" && at.vpc != vpcID {
			return
		}
		is := a.administered(v, s, sub, vpcID)
		if is.must && (at == nil || at.vpc == "") {
			is = unsure(a.missing(CallSubnets, sub).why, s.from)
		}
		if !all.must {
			if all = all.or(is); is.must {
				all.from = s.from
			}
		}
	})
	h := a.otherways(vpcID)
	if gap := a.hole(CallFloatingIPs, ""); gap != nil {
		h = gap
	}
	switch {
	case all.must:
		return fact.Known(true, all.from, "/target")
	case all.may:
		return fact.Unknown[bool](all.why, all.from, "")
	case h != nil:
		return unknownBy[bool](h)
	}
	return fact.Known(false, refusal(a.c.Answer(CallFloatingIPs, a.region, "")), "")
}

// vpcOf is the VPC of an interface, which is that of the groups that it wears; ""
// where none is known.
func (a *terrain) vpcOf(nic string) string {
	for _, id := range a.worn[nic] {
		if g := a.groups[id]; g != nil && g.vpc != "" {
			return g.vpc
		}
	}
	return ""
}

// subnetAt is the subnet of a VPC that has an address: no two of them overlap.
func (a *terrain) subnetAt(vpcID, address string) string {
	is, ok := addrsOf(address)
	for _, id := range sortedKeys(a.subnets) {
		if s := a.subnets[id]; ok && vpcID != "" && s.vpc == vpcID && s.block.Covers(is) {
			return id
		}
	}
	return ""
}

// otherways is why somebody may come to port 22 or 3389 of a server without a
// floating IP: through a load balancer of the VPC that takes or hands on packets
// at such a port, or by a public address range that a route delivers.
func (a *terrain) otherways(vpcID string) *hole {
	for _, uid := range sortedKeys(a.fronts) {
		b := a.fronts[uid]
		if b.id == "" || !b.public.may {
			continue
		}
		stands := len(b.subnets) == 0
		for _, sub := range b.subnets {
			s := a.subnets[sub]
			stands = stands || s == nil || s.vpc == vpcID
		}
		if h := a.administers(b); stands && h != nil {
			return h
		}
	}
	in := a.ingress(vpcID)
	for i := range a.ranges {
		r := &a.ranges[i]
		if r.vpc != vpcID && r.vpc != "" || len(in.tables) == 0 && in.hole == nil {
			continue
		}
		return &hole{r.s.why(snapshot.NotCollected, "what the public address range "+r.id+" leads to"), r.s.from}
	}
	if h := a.hole(CallPublicRanges, ""); h != nil && (len(in.tables) > 0 || in.hole != nil) {
		return h
	}
	return a.hole(CallLoadBalancers, "")
}

// administers is why a load balancer may lead to ports 22 or 3389.
func (a *terrain) administers(b *balancer) *hole {
	const ssh, rdp = 22, 3389
	leads := &hole{b.s.why(snapshot.NotCollected, "what the load balancer "+b.id+" leads to"), b.s.from}
	h := either(a.hole(CallListeners, b.uid), a.hole(CallPools, b.uid))
	layer4 := false
	for i := range b.listeners {
		l := &b.listeners[i]
		if l.protocol == "http" || l.protocol == "https" || l.protocol == "udp" {
			continue
		}
		layer4 = true
		for _, port := range []uint16{ssh, rdp} {
			if l.ports.From <= port && port <= l.ports.To {
				return leads
			}
		}
	}
	for _, id := range sortedKeys(b.pools) {
		h = either(h, a.hole(CallPoolMembers, b.pools[id]))
		for _, t := range a.members[b.pools[id]] {
			if layer4 && (t.port == ssh || t.port == rdp || t.odd != nil && t.port == 0) {
				return leads
			}
		}
	}
	return h
}

// administered says that a floating IP lets somebody to ports 22 or 3389.
func (a *terrain) administered(v wire.Value, s source, sub, vpcID string) yesno {
	to := v.Get("target")
	at := stand{subnet: sub, vpc: vpcID, zone: text(v.Get("zone").Get("name"))}
	at.groups = slices.Compact(slices.Sorted(slices.Values(a.worn[text(to.Get("id"))])))
	at.ungrouped = a.hole(CallSecurityGroups, "")
	var ok bool
	if at.own, ok = addrsOf(text(to.Get("primary_ip").Get("address"))); !ok {
		at.own = reach.All(reach.IPv4) // any: nothing is certain of rules for single addresses
	}
	p := enter()
	if f := s.word(v.Get("status"), "/status", "available"); !f.Known() {
		p.pass("address", "", "", (&hole{f.Why(), s.from}).sieve(), s.from, "/status")
	}
	a.detour(p, &at, reach.Addrs{})
	a.guarded(p, &at)
	a.routed(p, &at)
	found := sure(false)
	for _, w := range p.ways(frontless) {
		if !w.Any || w.Protocol != "tcp" || (w.From > 22 || w.To < 22) && (w.From > 3389 || w.To < 3389) {
			continue
		}
		if w.Certain {
			return sure(true)
		}
		found = found.or(unsure(w.Why, w.Origin))
	}
	return found
}

var frontless = front{layer: "l4"}
