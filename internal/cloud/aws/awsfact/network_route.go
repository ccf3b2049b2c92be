package awsfact

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A routeTable says where packets go that leave its subnets.
type routeTable struct {
	id, vpc string
	routes  []route
	hole    *fact.Reason // there may be more of them
	s       source
}

// A route is one line: a destination and a target.
type route struct {
	block   netip.Prefix // of the destination
	list    string       // a prefix list in its place
	target  string       // the target's id
	leads   where
	learned bool // it was propagated, and yields to one that was written
	state   string
	odd     *fact.Reason
}

// where says what a target is to packets for the internet.
type where int

const (
	elsewhere where = iota // not to the internet
	outside                // an internet gateway
	unclear                // what it does with packets is not known
)

func (a *terrain) takeTable(v wire.Value, s source) bool {
	id, ok := filled(v.Get("routeTableId"))
	if !ok {
		return false
	}
	t := &routeTable{id: id, vpc: text(v.Get("vpcId")), s: s}
	list := v.Get("routeSet")
	if !list.IsList() && !list.IsNull() {
		t.hole = s.why(snapshot.Absent, "/routeSet")
	}
	for _, item := range list.Items() {
		t.routes = append(t.routes, s.route(item))
	}
	for _, at := range v.Get("associationSet").Items() {
		a.associate(t, at)
	}
	return true
}

// associate notes whose table it is. An association that failed or was taken
// away holds no longer.
func (a *terrain) associate(t *routeTable, v wire.Value) {
	switch text(v.Get("associationState").Get("state")) {
	case "disassociated", "failed":
		return
	}
	if v.Get("main").Is("true") {
		a.mains[t.vpc] = append(a.mains[t.vpc], t)
		return
	}
	for _, member := range []string{"subnetId", "gatewayId"} {
		if id := text(v.Get(member)); id != "" {
			a.tables[id] = append(a.tables[id], t)
		}
	}
}

func (s source) route(v wire.Value) route {
	r := route{list: text(v.Get("destinationPrefixListId")), state: text(v.Get("state")), learned: v.Get("origin").Is("EnableVgwRoutePropagation")}
	if r.list == "" {
		d := v.Get("destinationCidrBlock")
		if !d.Exists() {
			d = v.Get("destinationIpv6CidrBlock")
		}
		p, err := netip.ParsePrefix(text(d))
		if err != nil {
			r.odd = s.oddly(d, "/routeSet/destinationCidrBlock")
		}
		r.block = p
	}
	r.target, r.leads = targetOf(v)
	if r.target == "" {
		r.odd = s.why(snapshot.Absent, "/routeSet/gatewayId")
	}
	return r
}

// targetOf reads where a route leads. AWS says it by the name of the member
// (Route in the EC2 API reference); of gatewayId by how the id begins.
func targetOf(v wire.Value) (id string, leads where) {
	for _, t := range []struct {
		member string
		leads  where
	}{
		{"natGatewayId", elsewhere}, {"egressOnlyInternetGatewayId", elsewhere}, {"transitGatewayId", elsewhere},
		{"vpcPeeringConnectionId", elsewhere}, {"localGatewayId", elsewhere}, {"coreNetworkArn", elsewhere}, {"odbNetworkArn", elsewhere},
		{"carrierGatewayId", unclear}, {"networkInterfaceId", unclear}, {"instanceId", unclear},
	} {
		if id := text(v.Get(t.member)); id != "" {
			return id, t.leads
		}
	}
	id = text(v.Get("gatewayId"))
	switch {
	case strings.HasPrefix(id, "igw-"):
		return id, outside
	case id == "local", strings.HasPrefix(id, "vgw-"):
		return id, elsewhere
	}
	return id, unclear
}

// local are the network's own addresses.
func (t *routeTable) local() reach.Addrs {
	var all reach.Addrs
	for i := range t.routes {
		if r := &t.routes[i]; r.target == "local" && r.block.IsValid() {
			all = all.Union(reach.Prefixes(r.block))
		}
	}
	return all
}

// tableOf is the route table of a subnet: its own, or else its VPC's main one.
func (a *terrain) tableOf(sub, vpc string) (*routeTable, *hole) {
	own, main := a.tables[sub], a.mains[vpc]
	h := a.hole(CallRouteTables, "")
	switch {
	case len(own) == 1:
		return own[0], nil
	case len(own) == 0 && h == nil && len(main) == 1:
		return main[0], nil
	}
	return nil, a.missing(CallRouteTables, sub)
}

// routes are the clients whose packets come in through the internet gateway and
// whose replies go back through it.
func (a *terrain) routes(t *routeTable, family string) sieve {
	type key struct {
		t      *routeTable
		family string
	}
	return once(a, key{t, family}, func() sieve {
		all := reach.From(reach.All(family))
		if t.hole != nil {
			return sieve{reach.Maybe(all), t.hole, t.s.from}
		}
		var v sieve
		lines := a.roads(t, family, &v)
		v.Both = reach.FirstMatch(all, lines)
		return v
	})
}

// A road is a route to one block, with the order in which routes are asked: the
// longer block first, then one that was written by block before one by prefix
// list, and both before one that was learned (VPC user guide, "Route priority").
type road struct {
	length, rank int
	line         reach.Line
}

func (a *terrain) roads(t *routeTable, family string, v *sieve) []reach.Line {
	var roads []road
	for i := range t.routes {
		roads = append(roads, a.road(t, &t.routes[i], family, v)...)
	}
	slices.SortStableFunc(roads, func(x, y road) int { return cmp.Or(cmp.Compare(y.length, x.length), cmp.Compare(x.rank, y.rank)) })
	lines := make([]reach.Line, len(roads))
	for i := range roads {
		lines[i] = roads[i].line
	}
	return lines
}

// unplaced stands before every length: a route of which it is not known how long
// its block is may be asked first.
const unplaced = 129

func (a *terrain) road(t *routeTable, r *route, family string, v *sieve) []road {
	if r.state == "filtered" {
		return nil // it is known and not installed
	}
	allow, deny := a.leads(t, r, v)
	to := func(length, rank int, set reach.Addrs, exact bool) road {
		l := reach.Line{Outer: reach.From(set), Allow: allow, Deny: deny}
		if exact {
			l.Inner = l.Outer
		}
		return road{length, rank, l}
	}
	if r.list != "" {
		return a.listed(r, family, v, to)
	}
	if !r.block.IsValid() {
		v.doubt(r.odd, t.s.from)
		return []road{to(unplaced, 0, reach.All(family), false)}
	}
	if familyOf(r.block) != family {
		return nil
	}
	rank := 0
	if r.learned {
		rank = 2
	}
	return []road{to(r.block.Bits(), rank, reach.Prefixes(r.block), true)}
}

// listed are the roads of a route to a prefix list.
//
// The list of one of AWS's own services holds that service's addresses, and a
// route for it leads to an endpoint of the service. Where its blocks could not
// be read the route is left out: it takes nobody of the internet at large away.
func (a *terrain) listed(r *route, family string, v *sieve, to func(int, int, reach.Addrs, bool) road) (roads []road) {
	l, h := a.blocksOf(r.list)
	if h != nil {
		if l.owner == "AWS" && strings.HasPrefix(r.target, "vpce-") {
			return nil
		}
		v.doubt(h.why, h.origin)
		return []road{to(unplaced, 0, reach.All(family), false)}
	}
	for _, p := range l.blocks {
		if familyOf(p) == family {
			roads = append(roads, to(p.Bits(), 1, reach.Prefixes(p), true))
		}
	}
	return roads
}

// leads says whether packets that take a route reach the internet.
func (a *terrain) leads(t *routeTable, r *route, v *sieve) (allow, deny bool) {
	if r.state == "blackhole" || r.leads == elsewhere && r.target != "" {
		return false, true
	}
	if r.list != "" && strings.HasPrefix(r.target, "vpce-") && a.lists[r.list] != nil && a.lists[r.list].owner == "AWS" {
		return false, true // an endpoint of a service for the service's own addresses
	}
	switch {
	case r.state != "active":
		v.doubt(t.s.why(snapshot.UnknownValue, "/routeSet/state "+r.state), t.s.from)
	case r.odd != nil:
		v.doubt(r.odd, t.s.from)
	case r.leads == unclear:
		v.doubt(&fact.Reason{Cause: snapshot.NotCollected, Region: a.region, Detail: "what " + r.target + " does with packets"}, t.s.from)
	default:
		return a.attached(t, r.target, v)
	}
	return true, true
}

// attached says whether an internet gateway is attached to the table's VPC.
func (a *terrain) attached(t *routeTable, id string, v *sieve) (allow, deny bool) {
	g := a.gateways[id]
	if g == nil {
		h := a.missing(CallInternetGateways, id)
		v.doubt(h.why, h.origin)
		return true, true
	}
	switch state, at := g.attached[t.vpc]; {
	case state == "available", state == "attached":
		return true, false
	case !at, state == "detached":
		return false, true
	default:
		v.doubt(&fact.Reason{Cause: snapshot.UnknownValue, Call: CallInternetGateways, Region: a.region, Detail: shorten(state)}, g.from)
		return true, true
	}
}
