package ibmfact

import (
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

const (
	attachmentsPath = "/network_attachments"
	statePath       = "/status"
)

// exposure works out what reaches the server from the internet: through floating
// IPs of its interfaces, through public address ranges that a route brings to
// it, and through load balancers, past every gate on the way. A VPC has IPv4
// alone.
//
// A public gateway is for connections that the server opens itself: no packet
// comes in through one. What comes over VPNs, Direct Link and transit gateways
// is not the internet.
func (in *reading) exposure() {
	x := &exposing{in: in, a: terrainOf(in.c, in.res.Region)}
	why := x.interfaces()
	if why == nil && len(x.nics) == 0 {
		why = in.s.why(snapshot.Absent, attachmentsPath)
	}
	if why != nil {
		in.unexposed(why)
		return
	}
	for i := range x.nics {
		x.floating(&x.nics[i])
		x.ranged(&x.nics[i])
	}
	x.direct = x.leads
	x.fronted()
	x.tell()
	x.rules()
	x.spoofing()
}

// unexposed is an exposure of which nothing is known.
func (in *reading) unexposed(why *fact.Reason) {
	from := in.s.from
	yes := fact.Unknown[bool](why, from, attachmentsPath)
	number := fact.Unknown[int64](why, from, attachmentsPath)
	in.w.Exposure = estate.Exposure{
		Internet: fact.Unknown[string](why, from, attachmentsPath), Reached: yes, Latent: yes, Public: yes, Spoofing: yes,
		TCPPorts: number, UDPPorts: number,
		Open:  fact.Listed[estate.Opening](nil, from, attachmentsPath, why),
		Rules: fact.Listed[estate.GateRule](nil, from, attachmentsPath, why),
	}
}

// An exposing is an exposure while it is worked out, as if the server ran.
type exposing struct {
	in    *reading
	a     *terrain
	nics  []nic
	ways  inlet.Ways
	paths []reach.Path
	leads yesno // a public address, or a load balancer, leads to it

	direct yesno // a public address does
}

// floating follows the floating IPs of an interface.
func (x *exposing) floating(n *nic) {
	for _, id := range n.ids {
		for _, f := range x.a.floating[id] {
			x.addressed(n, f)
		}
	}
	if h := x.a.hole(CallFloatingIPs, ""); h != nil {
		p, at := enter(), n.at
		if !n.nat.must {
			at.own = reach.All(reach.IPv4) // packets may bear whatever address it is
		}
		p.pass("address", "", "whether a floating IP leads to "+n.id+" is not known: "+reasonText(h.why), h.sieve(), h.origin, "")
		x.arrive(n, p, at, "", h)
		x.leads = x.leads.or(unsure(h.why, h.origin))
	}
}

func (x *exposing) addressed(n *nic, f floatingIP) {
	p, at := enter(), n.at
	v := sieve{Both: reach.Sure(allPackets)}
	leads := sure(true)
	if !f.ready.Known() {
		v = (&hole{f.ready.Why(), f.s.from}).sieve()
		leads = unsure(f.ready.Why(), f.s.from)
	}
	x.leads = x.leads.or(leads)
	p.pass("address", f.address.String(), "leads to "+n.id, v, f.s.from, "/target")
	// Where the network translates nothing, the packet bears the public address.
	if public := reach.Addr(f.address); !n.nat.may {
		at.own = public
	} else if !n.nat.must {
		at.own = at.own.Union(public)
	}
	x.a.detour(p, &at, reach.Addr(f.address))
	if len(p.gates) > 1 || !f.ready.Known() {
		x.arrive(n, p, at, f.address.String(), nil)
		return
	}
	is := x.a.settled(at)
	ways := slices.Clone(is.ways)
	for i := range ways {
		ways[i].Address = f.address.String()
	}
	x.ways = append(x.ways, ways...)
	x.paths = append(x.paths, x.path(reach.Path{Family: reach.IPv4, Address: f.address.String(), Interface: n.id, Gates: slices.Concat(p.gates, is.gates)}, ways))
}

// ranged follows the public address ranges that a route brings to an interface.
// It takes packets for addresses that are not its own only if it may send from
// such, too; whether the server then answers by itself or passes them on is its
// own business.
func (x *exposing) ranged(n *nic) {
	for _, d := range x.a.deliveries(n.at.vpc, n.at.zone, owned{n.all, x.perhaps(n), n.others}) {
		p, at := enter(), n.at
		v, leads := sieve{Both: reach.Sure(allPackets)}, sure(true)
		why, from := d.why, d.from
		if is, known := n.spoof.Get(); known && !is {
			why, from = x.in.s.why(snapshot.UnknownValue, "allow_ip_spoofing false: it takes packets for its own addresses"), n.spoof.From()
		} else if !known {
			why, from = n.spoof.Why(), n.spoof.From()
		}
		if spoof, _ := n.spoof.Get(); d.must.Empty() || !spoof {
			v, leads = (&hole{why, from}).sieve(), unsure(why, from)
		}
		x.leads = x.leads.or(leads)
		p.pass("address", d.spelled, "a route brings packets for a public address range to "+n.id, v, d.from, "/destination")
		at.own = d.may
		x.arrive(n, p, at, d.spelled, nil)
	}
}

// arrive takes packets for an address past the gates of the place where the
// interface stands, and notes what is left.
func (x *exposing) arrive(n *nic, p *passage, at stand, address string, seeming *hole) {
	x.a.guarded(p, &at)
	x.a.routed(p, &at)
	f := front{layer: "l4", address: address}
	ways := p.ways(f)
	if seeming != nil {
		ways = ways.Weakened(seeming.why, seeming.origin)
	}
	x.ways = append(x.ways, ways...)
	x.paths = append(x.paths, x.path(reach.Path{Family: reach.IPv4, Address: address, Interface: n.id, Gates: p.gates}, ways))
}

// fronted follows the load balancers that lead to the server: those that name
// it, and those that name an address of it in its VPC.
func (x *exposing) fronted() {
	aims := x.a.aims()
	for i := range x.nics {
		n := &x.nics[i]
		var hits []hit
		if n.primary {
			hits = append(hits, aims[x.in.w.ID]...) // a server is reached at its primary interface
		}
		perhaps := x.perhaps(n)
		for _, address := range n.each {
			hits = append(hits, x.within(aims[address], n, nil)...)
		}
		if n.others != nil {
			for _, to := range x.a.aimed() {
				if perhaps.Covers(reach.Addr(to)) {
					hits = append(hits, x.within(aims[to.String()], n, n.others)...)
				}
			}
		}
		hits = append(append(hits, aims[""]...), aims[n.at.vpc]...)
		for j := range hits {
			at := n.at
			if t := hits[j].target; t == nil || t.name != "" { // it may be at any of its addresses
				at.own = n.all.Union(perhaps)
			} else if is, ok := addrsOf(t.address); ok {
				at.own = is
			}
			x.through(n, at, &hits[j])
		}
	}
}

// within leaves those of an address whose load balancer stands in the interface's
// VPC, or may bring packets there. All of its subnets are in one VPC. From
// another VPC a transit gateway may lead here, which is not asked, unless a
// subnet of its own has the address.
func (x *exposing) within(hits []hit, n *nic, others *hole) (out []hit) {
	for _, h := range hits {
		there, doubt := "", &hole{h.front.s.why(snapshot.Absent, "/subnets"), h.front.s.from}
		for _, sub := range h.front.subnets {
			if s := x.a.subnets[sub]; s != nil {
				there = s.vpc
			} else {
				doubt = x.a.missing(CallSubnets, sub)
			}
		}
		if there != "" && there != n.at.vpc {
			if to, ok := addrsOf(h.target.address); ok && x.a.holds(there, to) {
				continue
			}
			doubt = &hole{h.front.s.why(snapshot.NotCollected, "whether "+there+" is connected with "+n.at.vpc), h.front.s.from}
		} else if there != "" {
			doubt = others
		}
		if h.doubt == nil {
			h.doubt = doubt
		}
		out = append(out, h)
	}
	return out
}

// holds says that a subnet of a VPC has addresses.
func (a *terrain) holds(vpc string, is reach.Addrs) bool {
	for _, s := range a.subnets {
		if s.vpc == vpc && s.block.Covers(is) {
			return true
		}
	}
	return false
}

func (x *exposing) through(n *nic, at stand, h *hit) {
	if h.doubt != nil {
		x.leads = x.leads.or(unsure(h.doubt.why, h.doubt.origin))
	} else if h.front.public.must {
		x.leads = x.leads.or(sure(true))
	} else {
		x.leads = x.leads.or(unsure(h.front.public.why, h.front.public.from))
	}
	n.hands(h)
	as, f := x.a.fronted(h, at)
	for _, is := range as {
		for _, w := range is.ways {
			if !slices.ContainsFunc(x.ways, func(o inlet.Way) bool { return same(w, o) }) {
				x.ways = append(x.ways, w)
			}
		}
		x.paths = append(x.paths, x.path(reach.Path{Family: reach.IPv4, Address: f.address, Interface: n.id, Via: f.via, Gates: slices.Clone(is.gates)}, is.ways))
	}
}

// same says that two ways open the same.
func same(w, o inlet.Way) bool {
	return w.Certain == o.Certain && w.Any == o.Any && w.Protocol == o.Protocol && w.From == o.From && w.To == o.To &&
		w.FrontFrom == o.FrontFrom && w.FrontTo == o.FrontTo && w.Layer == o.Layer && w.Via == o.Via && w.Address == o.Address &&
		w.Return == o.Return && w.Sources == o.Sources
}

// spoofing says whether any interface may send from addresses not its own.
func (x *exposing) spoofing() {
	all := fact.Known(false, x.in.s.from, attachmentsPath)
	for i := range x.nics {
		switch is, known := x.nics[i].spoof.Get(); {
		case is:
			x.in.w.Exposure.Spoofing = x.nics[i].spoof
			return
		case !known || all.Path() == attachmentsPath && all.Known():
			all = x.nics[i].spoof
		}
	}
	x.in.w.Exposure.Spoofing = all
}
