package ibmfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// gates lists security groups and network ACLs.
func gates(c *snapshot.Context) (out []estate.Object) {
	for _, kind := range []struct {
		kind, word string
		fill       func(*terrain, *estate.Gate, source, wire.Value)
	}{
		{KindSecurityGroup, "security_group", fillGroup},
		{KindNetworkACL, "network_acl", fillACL},
	} {
		rs := c.Resources(kind.kind)
		for i := range rs {
			g := &estate.Gate{Subject: subjectOf(estate.KindGate, &rs[i]), Type: kind.word}
			eachOf(rs[i:i+1], func(_ *snapshot.Resource, s source, v wire.Value) {
				g.ID = text(v.Get("id"))
				kind.fill(terrainOf(c, rs[i].Region), g, s, v)
			})
			out = append(out, g) // one that cannot be read is there, with nothing known of it
		}
	}
	return out
}

// fillGroup reads a security group. The VPC names the one that was made with it.
func fillGroup(a *terrain, g *estate.Gate, s source, v wire.Value) {
	if x := a.groups[g.ID]; x != nil {
		rules, gaps := x.gateRules(nil)
		g.Rules, g.Targets = fact.Listed(rules, s.from, "/rules", gaps...), x.targets
	}
	g.Default = a.standard(text(v.Get("vpc").Get("id")), g.ID, func(x *vpc) string { return x.defaultGroup }, "/default_security_group/id")
}

func fillACL(a *terrain, g *estate.Gate, s source, v wire.Value) {
	if x := a.acls[g.ID]; x != nil {
		rules, gaps := x.effective()
		g.Rules, g.Used = fact.Listed(rules, s.from, "/rules", gaps...), x.used
	}
	g.Default = a.standard(text(v.Get("vpc").Get("id")), g.ID, func(x *vpc) string { return x.defaultACL }, "/default_network_acl/id")
}

// standard says that something was made with its VPC, which names it.
func (a *terrain) standard(vpcID, id string, of func(*vpc) string, path string) fact.Of[bool] {
	x := a.vpcs[vpcID]
	switch {
	case x == nil:
		return unknownBy[bool](a.missing(CallVPCs, vpcID))
	case of(x) == "":
		return fact.Unknown[bool](x.s.why(snapshot.Absent, path), x.s.from, path)
	}
	return fact.Known(of(x) == id, x.s.from, path)
}
