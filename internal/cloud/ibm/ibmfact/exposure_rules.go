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
		more, holes := g.gateRules(x.needed)
		rules, gaps = append(rules, more...), append(gaps, holes...)
	}
	x.in.w.Exposure.Rules = fact.Listed(slices.Clip(rules), from, "/rules", gaps...)
}

// needed says whether what a rule lets in is led to the server: by a public
// address whatever it is, by load balancers all of it. Nobody listens on port 0.
func (x *exposing) needed(r *groupRule) fact.Of[bool] {
	from := x.in.s.from
	if x.direct.must {
		return fact.Known(true, from, attachmentsPath)
	}
	lets := r.flow(reach.All(reach.IPv4), false).Subtract(portZero)
	switch {
	case lets.Subtract(x.handed.Must).Empty():
		return fact.Known(true, from, attachmentsPath)
	case x.direct.may:
		return fact.Unknown[bool](x.direct.why, x.direct.from, attachmentsPath)
	case lets.Subtract(x.handed.May).Empty():
		return fact.Unknown[bool](x.handed.why, x.handed.from, attachmentsPath)
	}
	return fact.Known(false, from, attachmentsPath)
}

// portsOf are the packets of a protocol to some ports.
func portsOf(number uint16, ports Range) reach.Flow {
	return reach.Box(reach.One(number), ports, reach.AllPorts, reach.All(reach.IPv4))
}

var (
	portZero = portsOf(reach.TCP, reach.One(0)).Union(portsOf(reach.UDP, reach.One(0)))
	allPorts = portsOf(reach.TCP, reach.AllPorts).Union(portsOf(reach.UDP, reach.AllPorts))
)

// hands notes what a load balancer hands on to the server: to the port of the
// member, or, of a range, to the port that was dialled.
func (x *exposing) hands(h *hit) {
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
	x.handed.May = x.handed.May.Union(to)
	if doubt != nil {
		x.handed.doubt(doubt.why, doubt.origin)
		return
	}
	x.handed.Must = x.handed.Must.Union(to)
}
