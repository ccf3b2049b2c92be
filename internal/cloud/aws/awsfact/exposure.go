package awsfact

import (
	"net/netip"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// exposure works out what reaches the instance from the internet: through each
// public address of each interface, and through load balancers, past every gate
// on the way.
//
// It is not known to AWS's API who comes through a global accelerator, a VPC
// origin of a content network or a transit network of another's: they are left
// out.
func (in *reading) exposure() {
	list := in.v.Get("networkInterfaceSet")
	if !list.IsList() && !list.IsNull() {
		in.unexposed(in.s.why(snapshot.Absent, interfacesPath))
		return
	}
	x := &exposing{in: in, a: terrainOf(in.c, in.res.Region)}
	for _, v := range list.Items() {
		x.nics = append(x.nics, in.nic(v))
	}
	x.settlePrimary()
	if len(x.nics) == 0 && in.alive() {
		in.unexposed(in.s.why(snapshot.Absent, interfacesPath))
		return
	}
	x.public()
	x.balanced()
	x.tell()
	x.rules()
}

// settlePrimary makes each interface the first where the document does not say
// which it is.
func (x *exposing) settlePrimary() {
	if slices.ContainsFunc(x.nics, func(n nic) bool { return n.primary }) {
		return
	}
	for i := range x.nics {
		x.nics[i].primary = true
	}
}

const interfacesPath = "/networkInterfaceSet"

// alive says that the instance may have interfaces: one that is gone has none.
func (in *reading) alive() bool {
	state, known := in.w.State.Get()
	return !known || state != "terminated" && state != "shutting-down"
}

// unexposed is an exposure of which nothing is known.
func (in *reading) unexposed(why *fact.Reason) {
	from := in.s.from
	in.w.Exposure = estate.Exposure{
		Internet: fact.Unknown[string](why, from, interfacesPath),
		Reached:  fact.Unknown[bool](why, from, interfacesPath),
		Latent:   fact.Unknown[bool](why, from, interfacesPath),
		Public:   fact.Unknown[bool](why, from, interfacesPath),
		TCPPorts: fact.Unknown[int64](why, from, interfacesPath),
		UDPPorts: fact.Unknown[int64](why, from, interfacesPath),
		Open:     fact.Listed[estate.Opening](nil, from, interfacesPath, why),
		Rules:    fact.Listed[estate.GateRule](nil, from, interfacesPath, why),
	}
}

// A nic is one interface of the instance.
type nic struct {
	id, owner, subnet, vpc string
	groups                 string   // ids, sorted and joined
	public                 []public // addresses that the internet may know
	private                []netip.Addr
	primary                bool
}

// A public address, and its family.
type public struct {
	address, family string
	carrier         bool
}

func (in *reading) nic(v wire.Value) nic {
	n := nic{id: text(v.Get("networkInterfaceId")), owner: text(v.Get("ownerId")), subnet: text(v.Get("subnetId")), vpc: text(v.Get("vpcId")),
		primary: v.Get("attachment").Get("deviceIndex").Is("0")}
	var ids []string
	for _, g := range v.Get("groupSet").Items() {
		ids = append(ids, text(g.Get("groupId")))
	}
	slices.Sort(ids)
	n.groups = strings.Join(slices.Compact(ids), " ")
	n.ipv4(v)
	n.ipv6(v)
	return n
}

// ipv4 reads the addresses that are associated with the interface's own: each
// of these may have one.
func (n *nic) ipv4(v wire.Value) {
	n.associated(v.Get("association"))
	for _, p := range v.Get("privateIpAddressesSet").Items() {
		n.associated(p.Get("association"))
		if a, err := netip.ParseAddr(text(p.Get("privateIpAddress"))); err == nil {
			n.private = append(n.private, a)
		}
	}
	if a, err := netip.ParseAddr(text(v.Get("privateIpAddress"))); err == nil && !slices.Contains(n.private, a) {
		n.private = append(n.private, a)
	}
}

func (n *nic) associated(v wire.Value) {
	for _, member := range []string{"publicIp", "carrierIp"} {
		p := public{text(v.Get(member)), reach.IPv4, member == "carrierIp"}
		if p.address != "" && !slices.Contains(n.public, p) {
			n.public = append(n.public, p)
		}
	}
}

// ipv6 reads the addresses that are global; those of a private network are not.
func (n *nic) ipv6(v wire.Value) {
	for _, x := range v.Get("ipv6AddressesSet").Items() {
		if a, err := netip.ParseAddr(text(x.Get("ipv6Address"))); err == nil {
			n.private = append(n.private, a)
			n.global(a, a.String())
		}
	}
	for _, x := range v.Get("ipv6PrefixSet").Items() {
		if p, err := netip.ParsePrefix(text(x.Get("ipv6Prefix"))); err == nil {
			n.global(p.Addr(), p.String())
		}
	}
}

func (n *nic) global(a netip.Addr, spelled string) {
	if reach.Internet(reach.IPv6).Contains(a) {
		n.public = append(n.public, public{spelled, reach.IPv6, false})
	}
}

// An exposing is an exposure while it is worked out, as if the instance ran.
type exposing struct {
	in    *reading
	a     *terrain
	nics  []nic
	ways  inlet.Ways
	paths []reach.Path

	address bool  // it has a public address
	routed  yesno // a route leads to one
	through yesno // a load balancer leads to it
}

// public follows the ways in through addresses of its own.
func (x *exposing) public() {
	for i := range x.nics {
		n := &x.nics[i]
		for _, p := range n.public {
			x.address = true
			x.addressed(n, p)
		}
	}
}

func (x *exposing) addressed(n *nic, p public) {
	acc := x.a.direct(stand{n.subnet, n.vpc, n.groups, p.family, p.carrier})
	x.routed = x.routed.or(acc.routed)
	gates := make([]reach.Gate, 0, len(acc.gates)+3)
	gates = append(gates, reach.Gate{Kind: "address", ID: p.address, Says: "leads to " + n.id, Passes: reach.Open, From: x.in.s.from, Path: interfacesPath})
	g, admitted, why, from := x.denies(n)
	gates = append(gates, g)
	gates = append(gates, acc.gates...)
	var ways inlet.Ways
	switch admitted {
	case reach.Open:
		ways = slices.Clone(acc.ways)
	case reach.Unknown:
		ways = acc.ways.Weakened(why, from)
	}
	for i := range ways {
		ways[i].Address = p.address
	}
	x.ways = append(x.ways, ways...)
	x.paths = append(x.paths, x.path(reach.Path{Family: p.family, Address: p.address, Interface: n.id, Gates: gates}, ways))
}

// path notes how a path ends: at the instance, which has to run.
func (x *exposing) path(p reach.Path, ways inlet.Ways) reach.Path {
	running := x.in.running()
	g := reach.Gate{Kind: "state", ID: x.in.w.ID, Says: "the instance runs", Passes: reach.Open, From: x.in.s.from, Path: "/instanceState/name"}
	switch {
	case running.must:
	case running.may:
		g.Says, g.Passes = "it is not known whether the instance runs", reach.Unknown
	default:
		g.Says, g.Passes = "the instance does not run", reach.Closed
	}
	p.Gates = append(p.Gates, g)
	p.Maybe = len(ways) > 0 && running.may
	p.Open = running.must && ways.Certain()
	return p
}

// running says that the instance takes packets. One that is being started or
// stopped may, or may not.
func (in *reading) running() yesno {
	switch state, known := in.w.State.Get(); {
	case !known:
		return unsure(in.w.State.Why(), in.w.State.From())
	case state == "running":
		return sure(true)
	case state == "stopped", state == "terminated":
		return sure(false)
	default:
		return unsure(in.s.why(snapshot.Pending, "/instanceState/name "+state), in.s.from)
	}
}

// denies looks whether the interface refuses all that comes through an internet
// gateway. DescribeInstances does not tell it; the interface's own document does.
func (x *exposing) denies(n *nic) (g reach.Gate, passes reach.Passing, why *fact.Reason, from *fact.Origin) {
	const path = "/denyAllIgwTraffic"
	g = reach.Gate{Kind: "interface", ID: n.id, Path: path}
	v, s, missing := x.in.besides(KindInterface, x.in.interfaceUID(n), CallInterfaces)
	if missing != nil {
		return doubtedGate(g, missing.why, missing.origin)
	}
	deny := s.flag(v.Get("denyAllIgwTraffic"), path, "true", "false")
	is, known := deny.Get()
	g.From = s.from
	switch {
	case !known:
		return doubtedGate(g, deny.Why(), s.from)
	case is:
		g.Says, g.Passes = "refuses everything from internet gateways", reach.Closed
	default:
		g.Says, g.Passes = "takes what comes from internet gateways", reach.Open
	}
	return g, g.Passes, nil, nil
}

func doubtedGate(g reach.Gate, why *fact.Reason, from *fact.Origin) (reach.Gate, reach.Passing, *fact.Reason, *fact.Origin) {
	g.Says, g.Passes, g.From = "it is not known whether it takes what comes from internet gateways: "+reasonText(why), reach.Unknown, from
	return g, reach.Unknown, why, from
}

// interfaceUID is the interface's ARN, beside the instance's.
func (in *reading) interfaceUID(n *nic) string {
	head, _, _ := strings.Cut(in.res.UID, ":instance/")
	if n.owner != "" {
		if i := strings.LastIndexByte(head, ':'); i >= 0 {
			head = head[:i+1] + n.owner
		}
	}
	return head + ":network-interface/" + n.id
}

// rules are those of the groups that the interfaces wear.
func (x *exposing) rules() {
	var ids []string
	var gaps []*fact.Reason
	for i := range x.nics {
		if x.nics[i].groups == "" {
			gaps = append(gaps, x.in.s.why(snapshot.Absent, interfacesPath+"/groupSet"))
			continue
		}
		for id := range strings.SplitSeq(x.nics[i].groups, " ") {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	worn := x.a.worn(strings.Join(ids, " "))
	from := worn.from
	if from == nil {
		from = x.in.s.from
	}
	if gaps = append(gaps, worn.gaps...); len(ids) == 0 && len(gaps) == 0 && x.in.alive() {
		gaps = append(gaps, x.in.s.why(snapshot.Absent, interfacesPath+"/groupSet"))
	}
	x.in.w.Exposure.Rules = fact.Listed(slices.Clip(worn.rules), from, "/ipPermissions", gaps...)
}

// A worn set of groups has their rules.
type worn struct {
	rules []estate.GateRule
	gaps  []*fact.Reason
	from  *fact.Origin
}

func (a *terrain) worn(ids string) worn {
	type key string
	return once(a, key(ids), func() (w worn) {
		if ids == "" {
			return w
		}
		for id := range strings.SplitSeq(ids, " ") {
			g := a.groups[id]
			if g == nil {
				w.gaps = append(w.gaps, a.missing(CallGroups, id).why)
				continue
			}
			rules, gaps := a.gateRules(g)
			w.rules, w.gaps = append(w.rules, rules...), append(w.gaps, gaps...)
			if w.from == nil {
				w.from = g.s.from
			}
		}
		return w
	})
}
