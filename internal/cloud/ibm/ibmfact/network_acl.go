package ibmfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An acl is a network ACL: rules in their order, of which the first that fits
// decides, and which remember nothing. What none fits is denied.
type acl struct {
	id, uid string
	in, out []aclRule
	hole    *fact.Reason // the rules cannot be read in their order
	used    fact.Of[bool]
	s       source
}

// An aclRule is one line. Its own side is where packets go to, or come from on
// their way out.
type aclRule struct {
	selector
	id          string
	own, other  reach.Addrs
	peer        string
	allow, deny bool         // both where it is not known
	odd         *fact.Reason // what could not be read
}

func (a *terrain) takeACL(v wire.Value, s source) bool {
	x := &acl{id: text(v.Get("id")), uid: s.from.UID, s: s}
	a.acls[x.id] = x
	subnets := v.Get("subnets")
	x.used = fact.Unknown[bool](s.oddly(subnets, "/subnets"), s.from, "/subnets")
	if subnets.IsList() {
		x.used = fact.Known(subnets.Len() > 0, s.from, "/subnets")
	}
	for _, sub := range subnets.Items() {
		a.aclOf[text(sub.Get("id"))] = x.id
	}
	x.read(v.Get("rules"))
	return x.id != ""
}

// read takes the rules in the order of the list, which is the order in which
// they are asked: each names the one that it stands before (NetworkACLRuleItem
// in vpcv1). Where that is not so, the order is not known.
func (x *acl) read(rules wire.Value) {
	if !rules.IsList() {
		x.hole = x.s.oddly(rules, "/rules")
		return
	}
	next := ""
	for i, v := range rules.Items() {
		id := text(v.Get("id"))
		if i > 0 && next != "" && id != next {
			x.hole = x.s.why(snapshot.UnknownValue, "/rules: "+id+" stands where "+next+" was said to")
		}
		next = text(v.Get("before").Get("id"))
		switch d := v.Get("direction"); {
		case d.Is("inbound"):
			x.in = append(x.in, x.s.aclRule(v, "source", "destination"))
		case d.Is("outbound"):
			x.out = append(x.out, x.s.aclRule(v, "destination", "source"))
		default:
			x.hole = x.s.oddly(d, "/rules/direction")
		}
	}
	if next != "" { // the last names another
		x.hole = x.s.why(snapshot.Absent, "/rules: "+next)
	}
}

// aclRule reads a rule by what is the other side's and what is the interface's
// own: inbound the source is the other's.
func (s source) aclRule(v wire.Value, other, own string) aclRule {
	r := aclRule{id: text(v.Get("id")), peer: text(v.Get(other))}
	// The service's port is where a packet goes to on its way in, and where the
	// reply comes from on its way out: in both it stands on the own side.
	r.selector = selectorOf(v, own+"_port_min", own+"_port_max")
	if r.word == "tcp" || r.word == "udp" {
		r.clients = r.portsIn(v, other+"_port_min", other+"_port_max")
	}
	if !r.exact {
		r.odd = s.oddly(r.selector.odd, "/rules/protocol or its ports")
	}
	r.selector.odd = wire.Value{}
	var ok bool
	if r.other, ok = addrsOf(r.peer); !ok {
		r.other, r.odd = reach.All(reach.IPv4), s.oddly(v.Get(other), "/rules/"+other)
	}
	if r.own, ok = addrsOf(text(v.Get(own))); !ok {
		r.own, r.odd = reach.All(reach.IPv4), s.oddly(v.Get(own), "/rules/"+own)
	}
	if !v.Get("ip_version").Is("ipv4") { // the API knows no other
		r.own, r.other, r.odd = reach.All(reach.IPv4), reach.All(reach.IPv4), s.oddly(v.Get("ip_version"), "/rules/ip_version")
	}
	action := v.Get("action")
	r.allow, r.deny = !action.Is("deny"), !action.Is("allow")
	if r.allow && r.deny {
		r.odd = s.oddly(action, "/rules/action")
	}
	return r
}

// lets is what an ACL lets in, to the interface's own addresses. Of what leaves
// it, it is the packets that are answered: the port that a reply comes from is
// the one that the packet went to.
func (a *terrain) aclLets(x *acl, out bool, own reach.Addrs) sieve {
	rules := x.in
	if out {
		rules = x.out
	}
	bits := make([]byte, len(rules))
	for i := range rules {
		must, may := fits(rules[i].own, own)
		switch {
		case !may:
			bits[i] = '0'
		case must && rules[i].odd == nil:
			bits[i] = '2'
		default:
			bits[i] = '1'
		}
	}
	type key struct {
		x    *acl
		out  bool
		bits string
	}
	return once(a, key{x, out, string(bits)}, func() sieve { return x.through(rules, bits) })
}

func (x *acl) through(rules []aclRule, bits []byte) sieve {
	if x.hole != nil {
		return sieve{reach.Maybe(allPackets), x.hole, x.s.from}
	}
	var v sieve
	var lines []reach.Line
	for i := range rules {
		r := &rules[i]
		if bits[i] == '0' {
			continue
		}
		l := reach.Line{Outer: r.flow(r.other, false), Allow: r.allow, Deny: r.deny}
		if bits[i] == '2' {
			l.Inner = l.Outer
		} else {
			why := r.odd
			if why == nil {
				why = x.s.why(snapshot.UnknownValue, "which of its addresses the packet is for")
			}
			v.doubt(why, x.s.from)
		}
		lines = append(lines, l)
	}
	v.Both = reach.FirstMatch(allPackets, lines)
	return v
}

// aclAt is the ACL of a subnet: the subnet names it, and so does the ACL.
func (a *terrain) aclAt(sub string) (*acl, *hole) {
	id := a.aclOf[sub]
	if s := a.subnets[sub]; s != nil && s.acl != "" {
		id = s.acl
	}
	if x := a.acls[id]; x != nil {
		return x, nil
	}
	if id == "" && a.subnets[sub] == nil {
		return nil, a.missing(CallSubnets, sub)
	}
	return nil, a.missing(CallNetworkACLs, id)
}

// effective are an ACL's rules as far as they still decide something after those
// before them. Of one that decides only a part, that part is told.
func (x *acl) effective() (rules []estate.GateRule, gaps []*fact.Reason) {
	if x.hole != nil {
		return nil, []*fact.Reason{x.hole}
	}
	for _, dir := range []struct {
		word  string
		rules []aclRule
	}{{"in", x.in}, {"out", x.out}} {
		left := allPackets
		for i := range dir.rules {
			r := &dir.rules[i]
			all := r.flow(r.other, dir.word == "out")
			if r.odd != nil {
				if gaps = append(gaps, r.odd); r.deny {
					left = left.Subtract(r.takes(dir.word == "out"))
				}
				continue
			}
			rules = append(rules, x.decides(r, dir.word, all, left)...)
			if r.own.Covers(reach.All(reach.IPv4)) { // one for some addresses leaves others to those after it
				left = left.Subtract(r.takes(dir.word == "out"))
			}
		}
	}
	return rules, gaps
}

// takes is what a rule decides instead of those after it. The API names ports
// from 1 on: who names all of those means port 0 as well.
func (r *aclRule) takes(out bool) reach.Flow {
	whole := r.selector
	for _, ports := range []*Range{&whole.ports, &whole.clients} {
		if *ports == (Range{From: 1, To: reach.AllPorts.To}) {
			*ports = reach.AllPorts
		}
	}
	return whole.flow(r.other, out)
}

// decides is what is left for a rule to decide.
func (x *acl) decides(r *aclRule, direction string, all, left reach.Flow) (rules []estate.GateRule) {
	told := estate.GateRule{Gate: x.uid, ID: r.id, Direction: direction, Action: "allow", Protocol: r.word, Peer: r.peer, AnyAddress: reach.AnySource(r.other)}
	if r.deny {
		told.Action = "deny"
	}
	if told.From, told.To = r.told(); direction == "out" && (r.word == "tcp" || r.word == "udp") {
		told.From, told.To = int64(r.clients.From), int64(r.clients.To) // where packets go to
	}
	if left.Covers(all) {
		return []estate.GateRule{told}
	}
	for _, s := range reach.Spans(reach.Sure(all.Intersect(left)), reach.Both{}, reach.IPv4) {
		part := told
		part.Protocol, part.From, part.To, part.AnyAddress = s.Protocol, int64(s.Ports.From), int64(s.Ports.To), s.Any
		rules = append(rules, part)
	}
	return rules
}
