package ibmfact

import (
	"net/netip"
	"sync"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An atlas is everything of a context that packets meet, by region. It is made
// once and then only read, by many at a time.
type atlas map[string]*terrain

type atlasKey struct{}

// terrainOf is the region of the context that packets to a server cross.
func terrainOf(c *snapshot.Context, region string) *terrain {
	maps, _ := c.Derive(atlasKey{}, func(c *snapshot.Context) any { return chart(c) }).(atlas)
	if a := maps[region]; a != nil {
		return a
	}
	return newTerrain(c, region)
}

// A terrain is one region. Things are known by the short ids that documents name
// them with, which are unique in a region.
type terrain struct {
	c      *snapshot.Context
	region string
	flawed map[string]*hole // by call: a document of it could not be read

	vpcs     map[string]*vpc
	subnets  map[string]*subnet
	groups   map[string]*secGroup
	worn     map[string][]string // ids of groups, by the id of the interface that wears them
	acls     map[string]*acl
	aclOf    map[string]string // of a subnet, as the list itself says
	tables   map[string]*routeTable
	tableOf  map[string]string       // of a subnet, as the table itself says
	floating map[string][]floatingIP // by the id of what they lead to
	ranges   []addressRange
	fronts   map[string]*balancer // by uid
	members  map[string][]target  // of pools, by the pool's uid

	policies   map[string]*listenerPolicy   // of listeners, by uid
	policiesOf map[string][]*listenerPolicy // by the listener's uid

	memo sync.Map
}

func newTerrain(c *snapshot.Context, region string) *terrain {
	return &terrain{
		c: c, region: region, flawed: map[string]*hole{},
		vpcs: map[string]*vpc{}, subnets: map[string]*subnet{}, groups: map[string]*secGroup{}, worn: map[string][]string{},
		acls: map[string]*acl{}, aclOf: map[string]string{}, tables: map[string]*routeTable{}, tableOf: map[string]string{},
		floating: map[string][]floatingIP{}, fronts: map[string]*balancer{}, members: map[string][]target{}, policies: map[string]*listenerPolicy{}, policiesOf: map[string][]*listenerPolicy{},
	}
}

// once keeps what make works out. Two that ask at once may both work it out, to
// the same end.
func once[T any](a *terrain, key any, make func() T) T {
	if v, ok := a.memo.Load(key); ok {
		return v.(T)
	}
	v, _ := a.memo.LoadOrStore(key, make())
	return v.(T)
}

// hole says why there may be more of what a question lists than was listed; nil
// if there is not.
func (a *terrain) hole(call, subject string) *hole {
	if h := a.flawed[call]; h != nil {
		return h
	}
	return unlisted(a.c, call, a.region, subject)
}

// missing is the hole in a list where something is not found that another
// document names.
func (a *terrain) missing(call, id string) *hole {
	if h := a.flawed[call]; h != nil {
		return h
	}
	return notFound(a.c, call, a.region, "", id)
}

// takers by kind, and the call whose list a document that cannot be read leaves
// a hole in. One returns false where a document cannot be told apart from
// others. Load balancers come before what stands below them, and policies before their
// rules.
var takers = []struct {
	kind, call string
	take       func(a *terrain, v wire.Value, s source) bool
}{
	{KindVPC, CallVPCs, (*terrain).takeVPC},
	{KindSubnet, CallSubnets, (*terrain).takeSubnet},
	{KindSecurityGroup, CallSecurityGroups, (*terrain).takeGroup},
	{KindNetworkACL, CallNetworkACLs, (*terrain).takeACL},
	{KindRoutingTable, CallRoutingTables, (*terrain).takeTable},
	{KindRoute, CallRoutes, (*terrain).takeRoute},
	{KindFloatingIP, CallFloatingIPs, (*terrain).takeFloating},
	{KindPublicRange, CallPublicRanges, (*terrain).takeRange},
	{KindLoadBalancer, CallLoadBalancers, (*terrain).takeBalancer},
	{KindListener, CallListeners, (*terrain).takeListener},
	{KindListenerPolicy, CallListenerPolicies, (*terrain).takeListenerPolicy},
	{KindListenerRule, CallListenerRules, (*terrain).takeListenerRule},
	{KindPool, CallPools, (*terrain).takePool},
	{KindPoolMember, CallPoolMembers, (*terrain).takeMember},
}

func chart(c *snapshot.Context) atlas {
	maps := atlas{}
	for _, t := range takers {
		rs := c.Resources(t.kind)
		for i := range rs {
			a := maps[rs[i].Region]
			if a == nil {
				a = newTerrain(c, rs[i].Region)
				maps[rs[i].Region] = a
			}
			broken := eachOf(rs[i:i+1], func(res *snapshot.Resource, s source, v wire.Value) {
				if !t.take(a, v, s) {
					a.flawed[t.call] = &hole{s.why(snapshot.Unreadable, res.UID), s.from}
				}
			})
			if broken != nil {
				a.flawed[t.call] = broken
			}
		}
	}
	return maps
}

// A vpc is a VPC's own document.
type vpc struct {
	defaultGroup, defaultACL string
	s                        source
}

func (a *terrain) takeVPC(v wire.Value, s source) bool {
	id := text(v.Get("id"))
	a.vpcs[id] = &vpc{text(v.Get("default_security_group").Get("id")), text(v.Get("default_network_acl").Get("id")), s}
	return id != ""
}

// A subnet is a subnet's own document.
type subnet struct {
	id, vpc, zone, acl, table string
	block                     reach.Addrs
	s                         source
}

func (a *terrain) takeSubnet(v wire.Value, s source) bool {
	x := &subnet{
		id: text(v.Get("id")), vpc: text(v.Get("vpc").Get("id")), zone: text(v.Get("zone").Get("name")),
		acl: text(v.Get("network_acl").Get("id")), table: text(v.Get("routing_table").Get("id")), s: s,
	}
	x.block, _ = addrsOf(text(v.Get("ipv4_cidr_block")))
	a.subnets[x.id] = x
	return x.id != "" && x.vpc != ""
}

// A floatingIP is a public address with what it leads to.
type floatingIP struct {
	address netip.Addr
	id      string
	ready   fact.Of[string] // status: available
	s       source
}

// takeFloating keeps an address by what it leads to: an interface, or a public
// gateway, which no packet from the internet comes in through.
func (a *terrain) takeFloating(v wire.Value, s source) bool {
	address, err := netip.ParseAddr(text(v.Get("address")))
	to := text(v.Get("target").Get("id"))
	if err != nil {
		return false
	}
	if to == "" {
		return nothing(v.Get("target")) // it leads nowhere
	}
	f := floatingIP{address, text(v.Get("id")), s.word(v.Get("status"), "/status", "available"), s}
	a.floating[to] = append(a.floating[to], f)
	return true
}

// An addressRange is a public address range that a VPC's zone takes packets for.
type addressRange struct {
	id, vpc, zone string
	block         reach.Addrs
	ready         fact.Of[string]
	s             source
}

func (a *terrain) takeRange(v wire.Value, s source) bool {
	block, ok := addrsOf(text(v.Get("cidr")))
	if !ok {
		return false
	}
	to := v.Get("target")
	if nothing(to) {
		return true // it is bound to nothing
	}
	a.ranges = append(a.ranges, addressRange{text(v.Get("id")), text(to.Get("vpc").Get("id")), text(to.Get("zone").Get("name")), block,
		s.word(v.Get("lifecycle_state"), "/lifecycle_state", "stable"), s})
	return true
}

// addrsOf reads an address or a block.
func addrsOf(word string) (reach.Addrs, bool) {
	if p, err := netip.ParsePrefix(word); err == nil {
		return reach.Prefixes(p), true
	}
	if a, err := netip.ParseAddr(word); err == nil {
		return reach.Addr(a), true
	}
	return reach.Addrs{}, false
}
