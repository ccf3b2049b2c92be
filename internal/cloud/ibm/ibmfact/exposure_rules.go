package ibmfact

import (
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// rules are those of the groups that the interfaces wear.
func (x *exposing) rules() {
	var worn []string
	var gaps []*fact.Reason
	for i := range x.nics {
		worn = append(worn, x.nics[i].at.groups...)
		if h := x.nics[i].at.ungrouped; h != nil {
			gaps = append(gaps, h.why)
		} else if len(x.nics[i].at.groups) == 0 {
			gaps = append(gaps, x.in.s.why(snapshot.Absent, "/security_groups"))
		}
	}
	slices.Sort(worn)
	var rules []estate.GateRule
	from := x.in.s.from
	for i, id := range slices.Compact(worn) {
		g := x.a.groups[id]
		if g == nil {
			gaps = append(gaps, x.a.missing(CallSecurityGroups, id).why)
			continue
		}
		if i == 0 {
			from = g.s.from
		}
		more, holes := g.gateRules(x.needed(id))
		rules, gaps = append(rules, more...), append(gaps, holes...)
	}
	x.in.w.Exposure.Rules = fact.Listed(slices.Clip(rules), from, "/rules", gaps...)
}

// needed says whether what a rule of a group lets in is led to the server: by a public
// address whatever it is, by load balancers all of it, to interfaces that wear the
// group. Nobody listens on port 0.
func (x *exposing) needed(group string) func(*groupRule) fact.Of[bool] {
	from, handed := x.in.s.from, x.handed(group)
	return func(r *groupRule) fact.Of[bool] {
		if x.direct.must {
			return fact.Known(true, from, attachmentsPath)
		}
		lets := r.flow(reach.All(reach.IPv4), false).Subtract(portZero)
		switch {
		case lets.Subtract(handed.Must).Empty():
			return fact.Known(true, from, attachmentsPath)
		case x.direct.may:
			return fact.Unknown[bool](x.direct.why, x.direct.from, attachmentsPath)
		case lets.Subtract(handed.May).Empty():
			return fact.Unknown[bool](handed.why, handed.from, attachmentsPath)
		}
		return fact.Known(false, from, attachmentsPath)
	}
}

// handed is what load balancers hand on to the interfaces that wear a group. Those of
// which it is not known what they wear may wear it.
func (x *exposing) handed(group string) (v sieve) {
	for i := range x.nics {
		n := &x.nics[i]
		switch wears := slices.Contains(n.at.groups, group); {
		case wears:
			v.Must = v.Must.Union(n.handed.Must)
		case n.at.ungrouped != nil:
			v.doubt(n.at.ungrouped.why, n.at.ungrouped.origin)
		default:
			continue
		}
		v.May = v.May.Union(n.handed.May)
		if n.handed.why != nil {
			v.doubt(n.handed.why, n.handed.from)
		}
	}
	return v
}

// portsOf are the packets of a protocol to some ports.
func portsOf(number uint16, ports Range) reach.Flow {
	return reach.Box(reach.One(number), ports, reach.AllPorts, reach.All(reach.IPv4))
}

var (
	portZero = portsOf(reach.TCP, reach.One(0)).Union(portsOf(reach.UDP, reach.One(0)))
	allPorts = portsOf(reach.TCP, reach.AllPorts).Union(portsOf(reach.UDP, reach.AllPorts))
)

// hands notes what a load balancer hands on to the interface: to the port of the
// member, or, of a range, to the port that was dialled.
func (n *nic) hands(h *hit) {
	l, t := h.listener, h.target
	doubt := h.doubt
	switch {
	case doubt != nil:
	case !h.front.public.must:
		doubt = &hole{h.front.public.why, h.front.public.from}
	case l != nil && l.odd != nil:
		doubt = &hole{l.odd, l.s.from}
	case t != nil && t.odd != nil:
		doubt = &hole{t.odd, t.s.from}
	case t != nil && t.port == 0:
		doubt = &hole{t.s.why(snapshot.UnknownValue, "/port"), t.s.from}
	}
	to := allPorts
	if l != nil && t != nil && l.odd == nil && t.odd == nil && t.port != 0 {
		ports := l.ports
		if ports.From == ports.To {
			ports = reach.One(t.port)
		}
		to = portsOf(protocolOfListener(l), ports)
	}
	n.handed.May = n.handed.May.Union(to)
	if doubt != nil {
		n.handed.doubt(doubt.why, doubt.origin)
		return
	}
	n.handed.Must = n.handed.Must.Union(to)
}
