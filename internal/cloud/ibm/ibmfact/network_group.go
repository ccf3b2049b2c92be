package ibmfact

import (
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A secGroup is a security group: rules that allow, and nothing else. Replies to
// what they let in go out unasked.
type secGroup struct {
	id, uid, vpc string
	in, out      []groupRule
	hole         *fact.Reason // the rules cannot be read
	targets      fact.Of[int64]
	s            source
}

// A groupRule is one rule of a group.
type groupRule struct {
	selector
	id     string
	local  reach.Addrs // of the interface
	remote reach.Addrs // on the other side
	group  string      // another group: packets from those that wear it
	peer   string      // the other side, in IBM's words
	odd    *fact.Reason
}

func (a *terrain) takeGroup(v wire.Value, s source) bool {
	g := &secGroup{id: text(v.Get("id")), uid: s.from.UID, vpc: text(v.Get("vpc").Get("id")), s: s}
	a.groups[g.id] = g
	g.read(v.Get("rules"))
	targets := v.Get("targets")
	g.targets = fact.Unknown[int64](s.oddly(targets, "/targets"), s.from, "/targets")
	if targets.IsList() {
		g.targets = fact.Known(int64(targets.Len()), s.from, "/targets")
	}
	for _, t := range targets.Items() {
		if to := text(t.Get("id")); to != "" {
			a.worn[to] = append(a.worn[to], g.id)
		}
	}
	return g.id != ""
}

func (g *secGroup) read(rules wire.Value) {
	if !rules.IsList() {
		g.hole = g.s.oddly(rules, "/rules")
		return
	}
	for _, v := range rules.Items() {
		r := g.s.groupRule(v)
		switch d := v.Get("direction"); {
		case d.Is("inbound"):
			g.in = append(g.in, r)
		case d.Is("outbound"):
			g.out = append(g.out, r)
		default:
			g.hole = g.s.oddly(d, "/rules/direction")
		}
	}
}

func (s source) groupRule(v wire.Value) groupRule {
	r := groupRule{selector: selectorOf(v, "port_min", "port_max"), id: text(v.Get("id"))}
	if !r.exact {
		r.odd = s.oddly(r.selector.odd, "/rules/protocol or its ports")
	}
	r.selector.odd = wire.Value{}
	var ok bool
	if !v.Get("ip_version").Is("ipv4") { // the API knows no other: what such a rule is about is anybody's guess
		r.local, r.remote = reach.All(reach.IPv4), reach.All(reach.IPv4)
		r.doubt(s.oddly(v.Get("ip_version"), "/rules/ip_version"))
		return r
	}
	if r.local, _, ok = sideOf(v.Get("local")); !ok {
		r.local = reach.All(reach.IPv4)
		r.doubt(s.oddly(v.Get("local"), "/rules/local"))
	}
	remote := v.Get("remote")
	if r.remote, r.peer, ok = sideOf(remote); ok {
		return r
	}
	if r.group = text(remote.Get("id")); r.group != "" {
		r.peer = r.group
		return r
	}
	r.remote = reach.All(reach.IPv4)
	r.doubt(s.oddly(remote, "/rules/remote"))
	return r
}

func (r *groupRule) doubt(why *fact.Reason) {
	if r.exact = false; r.odd == nil {
		r.odd = why
	}
}

// sideOf reads one side of a rule: an address or a block.
func sideOf(v wire.Value) (addrs reach.Addrs, word string, ok bool) {
	for _, m := range []string{"cidr_block", "address"} {
		if word = text(v.Get(m)); word != "" {
			addrs, ok = addrsOf(word)
			return addrs, word, ok
		}
	}
	return addrs, "", false
}

// A sieve is what packets pass, with the reason of the first doubt in it.
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

// sieve is a hole in the place of a gate: anything may pass.
func (h *hole) sieve() sieve { return sieve{reach.Maybe(allPackets), h.why, h.origin} }

var allPackets = reach.From(reach.All(reach.IPv4))

// fits says how the interface's own addresses stand to a rule about its side:
// all of them match, or some may, or none does.
func fits(rule, own reach.Addrs) (must, may bool) {
	return rule.Covers(own), !rule.Intersect(own).Empty()
}

// lets is what the rules of one direction let through, of packets from or to
// addresses that are no group's, to or from the interface's own addresses. Of
// the groups that rules name, those of peers match all packets, and others none:
// that is how packets of a load balancer are asked about.
func (a *terrain) lets(g *secGroup, out bool, own reach.Addrs, peers []string) sieve {
	rules := g.in
	if out {
		rules = g.out
	}
	// What is worked out depends on the interface only by which rules fit it.
	bits := make([]byte, len(rules))
	for i := range rules {
		r := &rules[i]
		must, may := fits(r.local, own)
		switch {
		case r.group != "" && !slices.Contains(peers, r.group), !may:
			bits[i] = '0'
		case must && r.exact:
			bits[i] = '2'
		default:
			bits[i] = '1'
		}
	}
	type key struct {
		g    *secGroup
		out  bool
		bits string
	}
	return once(a, key{g, out, string(bits)}, func() sieve { return g.through(rules, bits) })
}

func (g *secGroup) through(rules []groupRule, bits []byte) sieve {
	var v sieve
	if g.hole != nil {
		v.May = allPackets
		v.doubt(g.hole, g.s.from)
	}
	for i := range rules {
		r := &rules[i]
		if bits[i] == '0' {
			continue
		}
		from := r.remote
		if r.group != "" {
			from = reach.All(reach.IPv4)
		}
		f := r.flow(from, false)
		v.May = v.May.Union(f)
		if bits[i] == '2' {
			v.Must = v.Must.Union(f)
			continue
		}
		why := r.odd
		if why == nil {
			why = g.s.why(snapshot.UnknownValue, "which of its addresses the packet is for")
		}
		v.doubt(why, g.s.from)
	}
	return v
}

// groupsLet is what any of some groups lets through. An interface always wears
// one: where none is known, one was not seen.
func (a *terrain) groupsLet(ids []string, unsure *hole, out bool, own reach.Addrs, peers []string) (v sieve, doc *fact.Origin) {
	if unsure == nil && len(ids) == 0 {
		unsure = &hole{why: &fact.Reason{Cause: snapshot.Absent, Call: CallSecurityGroups, Region: a.region, Detail: "/targets"}}
	}
	if unsure != nil {
		v = unsure.sieve()
	}
	for _, id := range ids {
		g := a.groups[id]
		if g == nil {
			h := a.missing(CallSecurityGroups, id)
			v.Both = v.Union(h.sieve().Both)
			v.doubt(h.why, h.origin)
			continue
		}
		one := a.lets(g, out, own, peers)
		v.Both = v.Union(one.Both)
		if one.why != nil {
			v.doubt(one.why, one.from)
		}
		if doc == nil {
			doc = g.s.from
		}
	}
	return v, doc
}

// gateRules are a group's rules as facts. gaps say where one could not be read.
// needed is asked of those that let any address in; nil where there is no server.
func (g *secGroup) gateRules(needed func(*groupRule) fact.Of[bool]) (rules []estate.GateRule, gaps []*fact.Reason) {
	if g.hole != nil {
		gaps = append(gaps, g.hole)
	}
	for dir, list := range [][]groupRule{g.in, g.out} {
		for i := range list {
			r := &list[i]
			if r.odd != nil {
				gaps = append(gaps, r.odd)
				continue
			}
			told := estate.GateRule{Gate: g.uid, ID: r.id, Direction: "in", Action: "allow", Protocol: r.word, Peer: r.peer,
				AnyAddress: r.group == "" && reach.AnySource(r.remote)}
			if dir == 1 {
				told.Direction = "out"
			} else if told.AnyAddress && needed != nil {
				told.Needed = needed(r)
			}
			told.From, told.To = r.told()
			rules = append(rules, told)
		}
	}
	return rules, gaps
}

// spelled spells the ids of groups.
func spelled(ids []string) string { return strings.Join(ids, ", ") }
