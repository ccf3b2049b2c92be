package ibmfact

import (
	"cmp"
	"net/netip"
	"slices"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A routeTable is a routing table of a VPC with its routes, which hold for one
// zone each.
type routeTable struct {
	id, uid, vpc string
	internet     fact.Of[bool] // it routes what comes from the internet
	routes       []route
	s            source
}

// A route says what becomes of packets to some addresses.
type route struct {
	id, zone, action, next string
	block                  netip.Prefix
	priority               int64
	certain                bool // it is in force, and all of it could be read
	why                    *fact.Reason
	s                      source
}

func (a *terrain) takeTable(v wire.Value, s source) bool {
	t := a.table(s.from.UID)
	t.id, t.s = text(v.Get("id")), s
	t.vpc = lastPart(holderUID(v, "", AboutVPC))
	t.internet = s.truth(v.Get("route_internet_ingress"), "/route_internet_ingress")
	for _, sub := range v.Get("subnets").Items() {
		a.tableOf[text(sub.Get("id"))] = t.id
	}
	return t.id != ""
}

// table finds a table by its uid.
func (a *terrain) table(uid string) *routeTable {
	t := a.tables[uid]
	if t == nil {
		t = &routeTable{uid: uid}
		a.tables[uid] = t
	}
	return t
}

// defaultPriority is what the VPC API gives to a route of which nobody says more.
const defaultPriority = 2

func (a *terrain) takeRoute(v wire.Value, s source) bool {
	uid := holderUID(v, s.from.UID, AboutRoutingTable)
	r := route{id: text(v.Get("id")), zone: text(v.Get("zone").Get("name")), action: text(v.Get("action")),
		next: text(v.Get("next_hop").Get("address")), priority: defaultPriority, certain: true, s: s}
	block, err := netip.ParsePrefix(text(v.Get("destination")))
	if err != nil {
		r.doubt(s.oddly(v.Get("destination"), "/destination"))
		block = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}
	r.block = block.Masked()
	if n, ok := number(v.Get("priority")); ok {
		r.priority = n
	} else {
		r.doubt(s.oddly(v.Get("priority"), "/priority"))
	}
	if !v.Get("lifecycle_state").Is("stable") {
		r.doubt(s.oddly(v.Get("lifecycle_state"), "/lifecycle_state"))
	}
	if r.zone == "" {
		r.doubt(s.why(snapshot.Absent, "/zone/name"))
	}
	switch r.action {
	case "delegate", "delegate_vpc", "deliver", "drop":
	default:
		r.doubt(s.oddly(v.Get("action"), "/action"))
	}
	if t := a.table(uid); uid != "" {
		t.routes = append(t.routes, r)
	}
	return uid != ""
}

func (r *route) doubt(why *fact.Reason) {
	if r.certain = false; r.why == nil {
		r.why = why
	}
}

// tableAt is the routing table of a subnet: the subnet names it, and so does the
// table.
func (a *terrain) tableAt(sub string) (*routeTable, *hole) {
	id := a.tableOf[sub]
	if s := a.subnets[sub]; s != nil && s.table != "" {
		id = s.table
	}
	if t := a.tablesByID()[id]; t != nil {
		return t, nil
	}
	if id == "" && a.subnets[sub] == nil {
		return nil, a.missing(CallSubnets, sub)
	}
	if h := a.tablesHole(""); h != nil {
		return nil, h
	}
	return nil, &hole{why: &fact.Reason{Cause: snapshot.Absent, Call: CallRoutingTables, Region: a.region, Detail: shorten(id)}}
}

func (a *terrain) tablesByID() map[string]*routeTable {
	type key struct{}
	return once(a, key{}, func() map[string]*routeTable {
		all := map[string]*routeTable{}
		for _, t := range a.tables {
			if t.id != "" { // and not only known by its routes
				all[t.id] = t
			}
		}
		return all
	})
}

// tablesHole says why a VPC may have more routing tables than were listed; of
// any VPC for "". Each VPC's are listed by themselves.
func (a *terrain) tablesHole(vpc string) *hole {
	type key string
	return once(a, key(vpc), func() *hole {
		for id, v := range a.vpcs {
			if vpc != "" && id != vpc {
				continue
			}
			if h := a.hole(CallRoutingTables, v.s.from.UID); h != nil {
				return h
			}
		}
		if a.vpcs[vpc] == nil {
			return a.hole(CallVPCs, "")
		}
		return a.flawed[CallRoutingTables]
	})
}

// A share of addresses is what one route decides; nil is what none does, which
// goes where the system routes it.
type share struct {
	route     *route
	must, may reach.Addrs
}

// decide parts some addresses among the routes of a zone: the longest prefix
// first, of those alike the smallest priority; routes of one prefix and priority
// share the packets among them (Route in vpcv1).
func (t *routeTable) decide(zone string, asked reach.Addrs) (shares []share) {
	var rs []*route
	for i := range t.routes {
		if r := &t.routes[i]; r.zone == zone || r.zone == "" || zone == "" {
			rs = append(rs, r)
		}
	}
	slices.SortStableFunc(rs, func(a, b *route) int {
		return cmp.Or(cmp.Compare(b.block.Bits(), a.block.Bits()), a.block.Addr().Compare(b.block.Addr()), cmp.Compare(a.priority, b.priority))
	})
	must, may := asked, asked
	for i := 0; i < len(rs); {
		n := i + 1
		for n < len(rs) && rs[n].block == rs[i].block && rs[n].priority == rs[i].priority {
			n++
		}
		block, certain := reach.Prefixes(rs[i].block), true
		for _, r := range rs[i:n] {
			s := share{route: r, may: may.Intersect(block)}
			if r.certain && n == i+1 && zone != "" {
				s.must = must.Intersect(block)
			}
			certain = certain && r.certain && zone != ""
			if !s.may.Empty() {
				shares = append(shares, s)
			}
		}
		if must = must.Subtract(block); certain {
			may = may.Subtract(block)
		}
		i = n
	}
	return append(shares, share{nil, must, may})
}

// replies are the packets whose replies a table sends back to the internet: what
// no route takes goes there by itself, for the server has a public address.
//
// Where a route delivers them to an appliance, what that does with them is not
// told: they may come back, or not.
func (t *routeTable) replies(zone string) sieve {
	var must, may reach.Addrs
	var v sieve
	for _, s := range t.decide(zone, reach.Internet(reach.IPv4)) {
		r := s.route
		switch {
		case r == nil, r.action == "delegate" && r.certain:
			must, may = must.Union(s.must), may.Union(s.may)
		case r.certain && (r.action == "drop" || r.action == "delegate_vpc"):
			if s.must.Equal(s.may) {
				continue
			}
			may = may.Union(s.may)
			v.doubt(r.s.why(snapshot.UnknownValue, "another route of the same prefix and priority"), r.s.from)
		default:
			may = may.Union(s.may)
			why := r.why
			if why == nil {
				why = r.s.why(snapshot.NotCollected, "what "+r.next+" does with replies")
			}
			v.doubt(why, r.s.from)
		}
	}
	v.Both = reach.Both{Must: reach.From(must), May: reach.From(may.Union(must))}
	if v.why == nil && !v.Doubt().Empty() {
		v.doubt(t.s.why(snapshot.UnknownValue, "/routes"), t.s.from)
	}
	return v
}

// An ingress is the tables of a VPC that route what comes from the internet.
type ingress struct {
	tables []*routeTable
	hole   *hole // why there may be others, or other routes
}

func (a *terrain) ingress(vpc string) ingress {
	type key string
	return once(a, key(vpc), func() ingress {
		in := ingress{hole: a.tablesHole(vpc)}
		for _, t := range a.tablesByID() {
			is, known := t.internet.Get()
			switch {
			case t.vpc != vpc && t.vpc != "":
			case !known:
				in.hole = &hole{t.internet.Why(), t.s.from}
			case is:
				in.tables = append(in.tables, t)
				if h := a.hole(CallRoutes, t.uid); h != nil {
					in.hole = h
				}
			}
		}
		slices.SortFunc(in.tables, func(a, b *routeTable) int { return cmp.Compare(a.id, b.id) })
		return in
	})
}
