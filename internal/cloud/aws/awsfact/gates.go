package awsfact

import (
	"strconv"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// gates lists security groups and network ACLs. What another account owns and
// shares is not listed: it is judged where it can be changed.
func gates(c *snapshot.Context) []estate.Object {
	var out []estate.Object
	var rd wire.Reader
	for _, kind := range []struct {
		kind, word, id string
		fill           func(*terrain, *estate.Gate, source, wire.Value)
	}{
		{KindGroup, "security_group", "groupId", fillGroup},
		{KindNetworkACL, "network_acl", "networkAclId", fillACL},
	} {
		rs := c.Resources(kind.kind)
		for i := range rs {
			g := gateOf(&rs[i], kind.word)
			v, err := rd.Read(rs[i].Doc)
			if owner, named := filled(v.Get("ownerId")); err == nil && named && owner != c.Account {
				continue
			}
			if err == nil { // one that cannot be read is there, with nothing known of it
				g.ID = text(v.Get(kind.id))
				kind.fill(terrainOf(c, rs[i].Region), g, source{originOf(&rs[i])}, v)
			}
			out = append(out, g)
		}
	}
	return out
}

func gateOf(res *snapshot.Resource, kind string) *estate.Gate {
	return &estate.Gate{Type: kind, Subject: estate.Subject{
		Kind: estate.KindGate, Provider: Provider, Account: res.Account, Region: res.Region,
		UID: res.UID, Name: res.Name, Parent: RegionUID(res.Account, res.Region),
	}}
}

// fillGroup reads a security group. The one that is made with a VPC is called
// default, and no other may be (CreateSecurityGroup in the EC2 API reference).
func fillGroup(a *terrain, g *estate.Gate, s source, v wire.Value) {
	const path = "/groupName"
	g.Default = fact.Unknown[bool](s.why(snapshot.Absent, path), s.from, path)
	if name, ok := filled(v.Get("groupName")); ok {
		g.Default = fact.Known(name == "default", s.from, path)
	}
	if x := a.groups[g.ID]; x != nil {
		rules, gaps := a.gateRules(x)
		g.Rules = fact.Listed(rules, s.from, "/ipPermissions", gaps...)
	}
}

func fillACL(a *terrain, g *estate.Gate, _ source, _ wire.Value) {
	for _, x := range a.filters {
		if x.id == g.ID {
			g.Default, g.Used = x.standard, x.used
			rules, gaps := x.effective()
			g.Rules = fact.Listed(rules, x.s.from, "/entrySet", gaps...)
		}
	}
}

// effective are an ACL's entries as far as they still decide something after
// those before them. Of one that decides only a part, that part is told.
func (x *acl) effective() (rules []estate.GateRule, gaps []*fact.Reason) {
	if x.hole != nil {
		return nil, []*fact.Reason{x.hole}
	}
	for _, out := range []bool{false, true} {
		for _, family := range []string{reach.IPv4, reach.IPv6} {
			left := reach.From(reach.All(family))
			for i := range x.way(out) {
				e := &x.way(out)[i]
				l, meets := e.line(false, family)
				if !meets {
					continue
				}
				if e.odd != nil {
					gaps = append(gaps, e.odd)
					if e.deny {
						left = left.Subtract(l.Outer)
					}
					continue
				}
				rules = append(rules, x.decides(e, l.Outer, left, out, family)...)
				left = left.Subtract(l.Outer)
			}
		}
	}
	return rules, gaps
}

// decides is what is left for an entry to decide.
func (x *acl) decides(e *aclEntry, all, left reach.Flow, out bool, family string) (rules []estate.GateRule) {
	rule := estate.GateRule{Gate: x.uid, ID: strconv.Itoa(e.number), Direction: "in", Action: "allow", Protocol: wordOf(e.protocol), Peer: e.block.String()}
	if out {
		rule.Direction = "out"
	}
	if e.deny {
		rule.Action = "deny"
	}
	rule.From, rule.To = portsOf(e.selector)
	rule.AnyAddress = reach.AnySource(reach.Prefixes(e.block))
	if left.Covers(all) {
		return []estate.GateRule{rule}
	}
	for _, s := range reach.Spans(reach.Sure(all.Intersect(left)), reach.Both{}, family) {
		part := rule
		part.Protocol, part.From, part.To, part.AnyAddress = s.Protocol, int64(s.Ports.From), int64(s.Ports.To), s.Any
		rules = append(rules, part)
	}
	return rules
}
