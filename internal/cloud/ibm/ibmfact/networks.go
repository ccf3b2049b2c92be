package ibmfact

import (
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// networks lists the VPCs.
func networks(c *snapshot.Context) (out []estate.Object) {
	rs := c.Resources(KindVPC)
	for i := range rs {
		n := &estate.Network{Subject: subjectOf(estate.KindNetwork, &rs[i]), Type: "vpc"}
		broken := eachOf(rs[i:i+1], func(_ *snapshot.Resource, _ source, v wire.Value) { n.ID = text(v.Get("id")) })
		if broken == nil && n.ID != "" { // one that cannot be read is there, with nothing known of it
			a := terrainOf(c, rs[i].Region)
			n.Used, n.FlowLogs, n.Endpoints = a.used(n.ID), a.flowLogs(n.ID), a.endpoints(n.ID)
			n.VPN, n.Admin = a.vpn(n.ID), a.admin(n.ID)
		}
		out = append(out, n)
	}
	return out
}

// used says that a subnet stands in a VPC. What stands in the subnet is not
// asked.
func (a *terrain) used(vpcID string) fact.Of[bool] {
	for _, id := range sortedKeys(a.subnets) {
		if s := a.subnets[id]; s.vpc == vpcID {
			return fact.Known(true, s.s.from, "/vpc/id")
		}
	}
	if h := a.hole(CallSubnets, ""); h != nil {
		return unknownBy[bool](h)
	}
	return fact.Known(false, refusal(a.c.Answer(CallSubnets, a.region, "")), "")
}

// collectors are the flow log collectors by the id of what they collect of, with
// whether they work.
func (a *terrain) collectors() (works map[string]fact.Of[bool], h *hole) {
	type key struct{}
	type found struct {
		works map[string]fact.Of[bool]
		hole  *hole
	}
	f := once(a, key{}, func() found {
		f := found{map[string]fact.Of[bool]{}, a.hole(CallFlowLogs, "")}
		broken := eachOf(inRegion(a.c.Resources(KindFlowLog), a.region), func(_ *snapshot.Resource, s source, v wire.Value) {
			to := text(v.Get("target").Get("id"))
			is := s.truth(v.Get("active"), "/active")
			if on, _ := is.Get(); on {
				is = fact.Map(s.word(v.Get("lifecycle_state"), "/lifecycle_state", "stable", "failed", "suspended", "deleting"),
					func(word string) bool { return word == "stable" })
			}
			if to == "" {
				f.hole = either(f.hole, &hole{s.oddly(v.Get("target").Get("id"), "/target/id"), s.from})
			}
			if on, _ := f.works[to].Get(); !on {
				f.works[to] = is
			}
		})
		f.hole = either(f.hole, broken)
		return f
	})
	return f.works, f.hole
}

// flowLogs says whether flow logs tell of all packets of a VPC: a collector of
// the VPC works, or one of each of its subnets. One of a server or of an
// interface tells of no other.
func (a *terrain) flowLogs(vpcID string) fact.Of[string] {
	works, h := a.collectors()
	word := func(on bool) string {
		if on {
			return "all"
		}
		return "none"
	}
	own := works[vpcID]
	if on, _ := own.Get(); on {
		return fact.Map(own, word)
	}
	below := a.everySubnet(vpcID, works)
	if on, _ := below.Get(); on {
		return fact.Map(below, word)
	}
	_, collected := works[vpcID]
	switch {
	case h != nil:
		return unknownBy[string](h)
	case collected && !own.Known():
		return fact.Map(own, word)
	case !below.Known():
		return fact.Map(below, word)
	}
	return fact.Known("none", refusal(a.c.Answer(CallFlowLogs, a.region, "")), "")
}

func (a *terrain) everySubnet(vpcID string, works map[string]fact.Of[bool]) fact.Of[bool] {
	all := fact.Known(false, nil, "") // a VPC without subnets has no packets, and nobody collects them
	var doubt fact.Of[bool]
	first, unsure := true, false
	for _, id := range sortedKeys(a.subnets) {
		if a.subnets[id].vpc != vpcID {
			continue
		}
		is, collected := works[id]
		on, known := is.Get()
		switch {
		case !collected, known && !on:
			return fact.Known(false, is.From(), "")
		case !known:
			doubt, unsure = is, true
		case first:
			all, first = is, false
		}
	}
	if unsure {
		return doubt
	}
	if h := a.hole(CallSubnets, ""); h != nil {
		return unknownBy[bool](h)
	}
	return all
}

// endpoints are a VPC's endpoint gateways, by the service that their target's
// CRN names.
func (a *terrain) endpoints(vpcID string) fact.List[estate.PrivateEndpoint] {
	var list []estate.PrivateEndpoint
	h := a.hole(CallEndpointGateways, "")
	broken := eachOf(inRegion(a.c.Resources(KindEndpointGateway), a.region), func(_ *snapshot.Resource, s source, v wire.Value) {
		if !v.Get("vpc").Get("id").Is(vpcID) {
			return
		}
		service := text(v.Get("target").Get("name"))
		if parts := splitCRN(text(v.Get("target").Get("crn"))); len(parts) > 4 {
			service = parts[4]
		}
		if service == "" {
			h = either(h, &hole{s.why(snapshot.Absent, "/target"), s.from})
			return
		}
		list = append(list, estate.PrivateEndpoint{Service: service, State: s.usable(v)})
	})
	from := refusal(a.c.Answer(CallEndpointGateways, a.region, ""))
	if h = either(h, broken); h != nil {
		return fact.Listed(list, from, "", h.why)
	}
	return fact.Listed(list, from, "")
}

// usable reads where a gateway stands: stable is available in the words of other
// clouds.
func (s source) usable(v wire.Value) fact.Of[string] {
	const path = "/lifecycle_state"
	return fact.Map(s.word(v.Get("lifecycle_state"), path, "stable", "deleting", "failed", "pending", "suspended", "updating", "waiting"), func(w string) string {
		if w == "stable" {
			return "available"
		}
		return w
	})
}

// vpn says that a VPN gateway or a VPN server stands in a VPC.
func (a *terrain) vpn(vpcID string) fact.Of[bool] {
	var found fact.Of[bool]
	var h *hole
	for _, l := range []struct{ kind, call string }{{KindVPNGateway, CallVPNGateways}, {KindVPNServer, CallVPNServers}} {
		h = either(h, a.hole(l.call, ""))
		broken := eachOf(inRegion(a.c.Resources(l.kind), a.region), func(_ *snapshot.Resource, s source, v wire.Value) {
			switch at := v.Get("vpc").Get("id"); {
			case at.Is(vpcID):
				found = fact.Known(true, s.from, "/vpc/id")
			case text(at) == "":
				h = either(h, &hole{s.oddly(at, "/vpc/id"), s.from})
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
// together with networks.
func (a *terrain) admin(vpcID string) fact.Of[bool] {
	all := sure(false)
	eachOf(inRegion(a.c.Resources(KindFloatingIP), a.region), func(_ *snapshot.Resource, s source, v wire.Value) {
		to := v.Get("target")
		if nothing(to) || to.Get("resource_type").Is("public_gateway") {
			return
		}
		sub := text(to.Get("subnet").Get("id"))
		at := a.subnets[sub]
		if at != nil && at.vpc != "" && at.vpc != vpcID {
			return
		}
		is := a.administered(v, s, sub, vpcID)
		if is.must && (at == nil || at.vpc == "") {
			is = unsure(a.missing(CallSubnets, "", sub).why, s.from)
		}
		if !all.must {
			if all = all.or(is); is.must {
				all.from = s.from
			}
		}
	})
	switch h := a.hole(CallFloatingIPs, ""); {
	case all.must:
		return fact.Known(true, all.from, "/target")
	case all.may:
		return fact.Unknown[bool](all.why, all.from, "")
	case h != nil:
		return unknownBy[bool](h)
	}
	return fact.Known(false, refusal(a.c.Answer(CallFloatingIPs, a.region, "")), "")
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
		if !w.any || w.Protocol != "tcp" || (w.From > 22 || w.To < 22) && (w.From > 3389 || w.To < 3389) {
			continue
		}
		if w.certain {
			return sure(true)
		}
		found = found.or(unsure(w.why, w.from))
	}
	return found
}

var frontless = front{layer: "l4"}
