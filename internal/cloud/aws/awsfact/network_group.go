package awsfact

import (
	"net/netip"
	"strconv"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A secGroup is a security group.
type secGroup struct {
	id, uid, vpc string
	in, out      []permission
	holes        [2]*fact.Reason // of in and out: a member that is not there
	rules        map[ruleKey]string
	s            source
}

// A permission is one rule of a group: packets of some protocols and ports, from
// or to one peer.
type permission struct {
	selector
	word  string // the protocol as AWS writes it
	block netip.Prefix
	list  string       // a prefix list
	group string       // another group: packets from the private addresses of its members
	odd   *fact.Reason // what could not be read, nil if all could
}

// A ruleKey is what tells two rules of a group apart. AWS keeps no two alike.
type ruleKey struct {
	out                      bool
	protocol, from, to, peer string
}

func (a *terrain) takeGroup(v wire.Value, s source) bool {
	id, ok := filled(v.Get("groupId"))
	if !ok {
		return false
	}
	g := &secGroup{id: id, uid: s.from.UID, vpc: text(v.Get("vpcId")), s: s, rules: map[ruleKey]string{}}
	g.in, g.holes[0] = s.permissions(v, "ipPermissions")
	g.out, g.holes[1] = s.permissions(v, "ipPermissionsEgress")
	a.groups[id] = g
	return true
}

// permissions reads the rules of one direction. why is set where there may be
// more of them.
func (s source) permissions(v wire.Value, way string) (all []permission, why *fact.Reason) {
	list := v.Get(way)
	if !list.IsList() && !list.IsNull() {
		return nil, s.why(snapshot.Absent, way)
	}
	for _, item := range list.Items() {
		p := permission{selector: selectorOf(item.Get("ipProtocol"), item.Get("fromPort"), item.Get("toPort")), word: text(item.Get("ipProtocol"))}
		if !p.exact {
			p.odd = s.strange(p.why)
			if !p.why.Exists() {
				p.odd = s.why(snapshot.Absent, way+"/fromPort")
			}
		}
		p.why = wire.Value{}
		peers, missing := s.peers(item, p)
		all = append(all, peers...)
		if missing != "" {
			why = s.why(snapshot.Absent, way+"/"+missing)
		}
	}
	return all, why
}

// peers splits a permission by its other sides. EC2 writes all four lists, the
// empty ones too, so that one that is not there is not empty.
func (s source) peers(item wire.Value, p permission) (all []permission, missing string) {
	for _, l := range []struct{ list, member string }{
		{"ipRanges", "cidrIp"}, {"ipv6Ranges", "cidrIpv6"}, {"prefixListIds", "prefixListId"}, {"groups", "groupId"},
	} {
		list := item.Get(l.list)
		if !list.IsList() && !list.IsNull() {
			missing = l.list
		}
		for _, x := range list.Items() {
			all = append(all, s.peer(l.member, x.Get(l.member), p))
		}
	}
	return all, missing
}

func (s source) peer(member string, v wire.Value, p permission) permission {
	switch member {
	case "prefixListId":
		p.list = text(v)
	case "groupId":
		p.group = text(v)
	default:
		block, err := netip.ParsePrefix(text(v))
		if err == nil {
			p.block = block
			return p
		}
	}
	if p.list == "" && p.group == "" {
		p.odd, p.exact = s.strange(v), false
	}
	return p
}

func (a *terrain) takeGroupRule(v wire.Value, _ source) bool {
	g := a.groups[text(v.Get("groupId"))]
	if g == nil {
		return v.Get("groupId").Exists()
	}
	k := ruleKey{v.Get("isEgress").Is("true"), text(v.Get("ipProtocol")), "", "", ""}
	for _, member := range []string{"cidrIpv4", "cidrIpv6", "prefixListId"} {
		if peer := text(v.Get(member)); peer != "" {
			k.peer = peer
		}
	}
	if peer := text(v.Get("referencedGroupInfo").Get("groupId")); peer != "" {
		k.peer = peer
	}
	if s := selectorOf(v.Get("ipProtocol"), v.Get("fromPort"), v.Get("toPort")); s.exact {
		k.from, k.to = strconv.Itoa(int(s.ports.From)), strconv.Itoa(int(s.ports.To))
	}
	g.rules[k] = text(v.Get("securityGroupRuleId"))
	return true
}

// peerText is the other side, in AWS's words.
func (p *permission) peerText() string {
	switch {
	case p.block.IsValid():
		return p.block.String()
	case p.list != "":
		return p.list
	}
	return p.group
}

// A verdict of packets, with the reason of the first doubt in it.
type sieve struct {
	reach.Both
	why  *fact.Reason
	from *fact.Origin // of the doubt
}

func (v *sieve) doubt(why *fact.Reason, from *fact.Origin) {
	if v.why == nil {
		v.why, v.from = why, from
	}
}

// lets is what the rules of one direction let through, of packets from or to the
// given addresses. Groups that rules name match none of them.
func (a *terrain) lets(g *secGroup, out bool, family string) sieve {
	type key struct {
		g      *secGroup
		out    bool
		family string
	}
	return once(a, key{g, out, family}, func() sieve {
		rules, missing := g.in, g.holes[0]
		if out {
			rules, missing = g.out, g.holes[1]
		}
		var v sieve
		if missing != nil {
			v.May = reach.From(reach.All(family))
			v.doubt(missing, g.s.from)
		}
		for i := range rules {
			a.rule(&v, g, &rules[i], family)
		}
		return v
	})
}

func (a *terrain) rule(v *sieve, g *secGroup, p *permission, family string) {
	if p.group != "" {
		return
	}
	peers, may, h := a.peerAddrs(p, g, family)
	outer := reach.Box(p.protocol, p.ports, reach.AllPorts, may)
	v.May = v.May.Union(outer)
	switch {
	case h != nil:
		v.doubt(h.why, h.origin)
	case p.odd != nil:
		v.doubt(p.odd, g.s.from)
	}
	if p.exact {
		v.Must = v.Must.Union(reach.Box(p.protocol, p.ports, reach.AllPorts, peers))
	}
}

// peerAddrs are the addresses on the other side of a rule, and those that may be
// there; h says why the two differ.
func (a *terrain) peerAddrs(p *permission, g *secGroup, family string) (must, may reach.Addrs, h *hole) {
	all := reach.All(family)
	switch {
	case p.list != "":
		l, h := a.blocksOf(p.list)
		must := l.addrs.Intersect(all)
		if h != nil {
			return must, all, h
		}
		return must, must, nil
	case p.block.IsValid():
		must := reach.Prefixes(p.block).Intersect(all)
		return must, must, nil
	}
	return reach.Addrs{}, all, &hole{p.odd, g.s.from}
}

// gateRules are a group's rules as facts. gaps say where one could not be read.
func (a *terrain) gateRules(g *secGroup) (rules []estate.GateRule, gaps []*fact.Reason) {
	for dir, list := range [][]permission{g.in, g.out} {
		if why := g.holes[dir]; why != nil {
			gaps = append(gaps, why)
		}
		for i := range list {
			p := &list[i]
			if !p.exact {
				gaps = append(gaps, p.odd)
				continue
			}
			r := estate.GateRule{Gate: g.uid, Direction: "in", Action: "allow", Protocol: wordOf(p.protocol), Peer: p.peerText()}
			if dir == 1 {
				r.Direction = "out"
			}
			r.From, r.To = portsOf(p.selector)
			r.ID = g.rules[ruleKey{dir == 1, p.word, strconv.Itoa(int(p.ports.From)), strconv.Itoa(int(p.ports.To)), r.Peer}]
			must, may, h := a.anyPeer(p)
			if r.AnyAddress = must; may && !must {
				gaps = append(gaps, h.why)
			}
			rules = append(rules, r)
		}
	}
	return rules, gaps
}

// anyPeer says that the other side of a rule is anybody, for certain and perhaps.
func (a *terrain) anyPeer(p *permission) (must, may bool, h *hole) {
	if p.group != "" {
		return false, false, nil
	}
	for _, family := range []string{reach.IPv4, reach.IPv6} {
		in, most, hole := a.peerAddrs(p, nil, family)
		must = must || reach.AnySource(in)
		if reach.AnySource(most) && !reach.AnySource(in) {
			may, h = true, hole
		}
	}
	return must, may || must, h
}

// portsOf are a rule's ports as facts spell them: none for a protocol without,
// all for all protocols.
func portsOf(s selector) (from, to int64) {
	switch s.protocol {
	case reach.One(reach.TCP), reach.One(reach.UDP), reach.AllProtocols:
		return int64(s.ports.From), int64(s.ports.To)
	}
	return 0, 0
}
