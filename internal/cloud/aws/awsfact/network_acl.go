package awsfact

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An acl is a network ACL: two lists of entries, of which the first that fits
// decides, and which remembers nothing.
type acl struct {
	id, uid, vpc string
	standard     fact.Of[bool] // made with its VPC
	subnets      []string
	in, out      []aclEntry
	hole         *fact.Reason // the entries cannot be read in their order
	used         fact.Of[bool]
	s            source
}

// An aclEntry is one line.
type aclEntry struct {
	selector
	number      int
	block       netip.Prefix
	allow, deny bool         // both where it is not known
	odd         *fact.Reason // what could not be read
}

func (a *terrain) takeACL(v wire.Value, s source) bool {
	id, ok := filled(v.Get("networkAclId"))
	if !ok {
		return false
	}
	x := &acl{id: id, uid: s.from.UID, vpc: text(v.Get("vpcId")), s: s, standard: s.flag(v.Get("default"), "/default", "true", "false")}
	x.used = s.associated(v.Get("associationSet"))
	for _, at := range v.Get("associationSet").Items() {
		if sub := text(at.Get("subnetId")); sub != "" {
			x.subnets = append(x.subnets, sub)
			a.acls[sub] = append(a.acls[sub], x)
		}
	}
	x.entries(v)
	a.filters = append(a.filters, x)
	return true
}

// associated says that a list of associations has any.
func (s source) associated(v wire.Value) fact.Of[bool] {
	const path = "/associationSet"
	if !v.IsList() && !v.IsNull() {
		return fact.Unknown[bool](s.why(snapshot.Absent, path), s.from, path)
	}
	return fact.Known(v.Len() > 0, s.from, path)
}

func (x *acl) entries(v wire.Value) {
	list := v.Get("entrySet")
	if !list.IsList() && !list.IsNull() {
		x.hole = x.s.why(snapshot.Absent, "/entrySet")
	}
	for _, item := range list.Items() {
		n, err := strconv.Atoi(text(item.Get("ruleNumber")))
		if err != nil {
			x.hole = x.s.strange(item.Get("ruleNumber"))
			continue
		}
		e := x.s.entry(item)
		e.number = n
		switch egress := item.Get("egress"); {
		case egress.Is("true"):
			x.out = append(x.out, e)
		case egress.Is("false"):
			x.in = append(x.in, e)
		default:
			x.hole = x.s.why(snapshot.Absent, "/entrySet/egress")
		}
	}
	for _, l := range [][]aclEntry{x.in, x.out} {
		slices.SortStableFunc(l, func(a, b aclEntry) int { return cmp.Compare(a.number, b.number) })
	}
}

func (s source) entry(v wire.Value) aclEntry {
	from, to := v.Get("portRange").Get("from"), v.Get("portRange").Get("to")
	if p, ok := protocolOf(text(v.Get("protocol"))); ok && (p == reach.One(reach.ICMP) || p == reach.One(reach.ICMPv6)) {
		from, to = v.Get("icmpTypeCode").Get("type"), v.Get("icmpTypeCode").Get("code")
	}
	e := aclEntry{selector: selectorOf(v.Get("protocol"), from, to)}
	if !e.exact {
		e.odd = s.oddly(e.why, "/entrySet/protocol or its ports")
	}
	e.why = wire.Value{}
	block := v.Get("cidrBlock")
	if !block.Exists() {
		block = v.Get("ipv6CidrBlock")
	}
	p, err := netip.ParsePrefix(text(block))
	if err != nil {
		e.odd = s.oddly(block, "/entrySet/cidrBlock")
	}
	e.block = p
	action := v.Get("ruleAction")
	e.allow, e.deny = !action.Is("deny"), !action.Is("allow")
	if e.allow && e.deny {
		e.odd = s.oddly(action, "/entrySet/ruleAction")
	}
	return e
}

// oddly is the reason for a value that is absent or not known.
func (s source) oddly(v wire.Value, path string) *fact.Reason {
	if !v.Exists() {
		return s.why(snapshot.Absent, path)
	}
	return s.strange(v)
}

// lets is what an ACL lets in, or out. Packets that leave it are told by the
// ones they answer: the client's port is the one they go to.
func (x *acl) lets(a *terrain, out bool, family string) sieve {
	type key struct {
		x      *acl
		out    bool
		family string
	}
	return once(a, key{x, out, family}, func() sieve {
		all := reach.From(reach.All(family))
		if x.hole != nil {
			return sieve{reach.Maybe(all), x.hole, x.s.from}
		}
		v := sieve{Both: reach.FirstMatch(all, x.lines(out, family))}
		if i := slices.IndexFunc(x.way(out), func(e aclEntry) bool { return e.odd != nil }); i >= 0 {
			v.doubt(x.way(out)[i].odd, x.s.from)
		}
		return v
	})
}

func (x *acl) way(out bool) []aclEntry {
	if out {
		return x.out
	}
	return x.in
}

func (x *acl) lines(out bool, family string) []reach.Line {
	var lines []reach.Line
	for i := range x.way(out) {
		if l, ok := x.way(out)[i].line(out, family); ok {
			lines = append(lines, l)
		}
	}
	return lines
}

// line is an entry as one family meets it; ok is false if it does not.
func (e *aclEntry) line(out bool, family string) (reach.Line, bool) {
	exact, addrs := e.exact, reach.Prefixes(e.block)
	switch {
	case !e.block.IsValid():
		exact, addrs = false, reach.All(family)
	case familyOf(e.block) != family:
		return reach.Line{}, false
	}
	l := reach.Line{Outer: reach.Box(e.protocol, e.ports, reach.AllPorts, addrs), Allow: e.allow, Deny: e.deny}
	if out {
		l.Outer = reach.Box(e.protocol, reach.AllPorts, e.ports, addrs)
	}
	if exact {
		l.Inner = l.Outer
	}
	return l, true
}
