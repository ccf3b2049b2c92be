package ibmfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
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
