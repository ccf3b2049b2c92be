package awsfact

import (
	"net/netip"
	"sync"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An atlas is everything of a context that packets meet, by region. It is made
// once and then only read, by many at a time; what is worked out from it for
// instances that stand alike is kept in each terrain's memo.
type atlas map[string]*terrain

type atlasKey struct{}

// terrainOf is the region of the context that packets to an instance cross.
func terrainOf(c *snapshot.Context, region string) *terrain {
	maps, _ := c.Derive(atlasKey{}, func(c *snapshot.Context) any { return chart(c) }).(atlas)
	if a := maps[region]; a != nil {
		return a
	}
	return newTerrain(c, region)
}

// A terrain is one region. Things are known by the short ids that documents name
// them with.
type terrain struct {
	c      *snapshot.Context
	region string
	flawed map[string]*hole // by call: a document of it could not be read

	vpcs       map[string]*vpc
	subnets    map[string]*subnet
	tables     map[string][]*routeTable // by the subnet or gateway they are associated with
	mains      map[string][]*routeTable // by VPC
	gateways   map[string]*gateway      // internet gateways
	acls       map[string][]*acl        // by subnet
	filters    []*acl
	groups     map[string]*secGroup
	lists      map[string]*prefixList
	block      *blockAccess
	exclusions map[string][]exclusion // by the short id of what is excluded
	fronts     fronts

	memo sync.Map
}

func newTerrain(c *snapshot.Context, region string) *terrain {
	return &terrain{
		c: c, region: region, flawed: map[string]*hole{},
		vpcs: map[string]*vpc{}, subnets: map[string]*subnet{}, tables: map[string][]*routeTable{}, mains: map[string][]*routeTable{},
		gateways: map[string]*gateway{}, acls: map[string][]*acl{}, groups: map[string]*secGroup{}, lists: map[string]*prefixList{},
		exclusions: map[string][]exclusion{}, fronts: newFronts(),
	}
}

// once keeps what make works out. Two that ask at once may both work it out,
// to the same end.
func once[T any](a *terrain, key any, make func() T) T {
	if v, ok := a.memo.Load(key); ok {
		return v.(T)
	}
	v, _ := a.memo.LoadOrStore(key, make())
	return v.(T)
}

// hole says why there may be more of what a call lists than was listed; nil if
// there is not.
func (a *terrain) hole(call, subject string) *hole {
	if h := a.flawed[call]; h != nil {
		return h
	}
	if answer := a.c.Answer(call, a.region, subject); !answer.Whole() {
		return holeOf(answer)
	}
	return nil
}

// missing is the hole in a list where something is not found that another
// document names: the call's own hole, or else that the list does not have it.
func (a *terrain) missing(call, id string) *hole {
	if h := a.hole(call, ""); h != nil {
		return h
	}
	return &hole{why: &fact.Reason{Cause: snapshot.Absent, Call: call, Region: a.region, Detail: shorten(id)}, origin: refusal(a.c.Answer(call, a.region, ""))}
}

// A reader takes one document in. It returns false where the document cannot
// be told apart from others.
type taker func(a *terrain, v wire.Value, s source) bool

// takers by kind, and the call whose list a document that cannot be read
// leaves a hole in.
var takers = []struct {
	kind, call string
	take       taker
}{
	{KindVPC, CallVPCs, (*terrain).takeVPC},
	{KindSubnet, CallSubnets, (*terrain).takeSubnet},
	{KindRouteTable, CallRouteTables, (*terrain).takeTable},
	{KindInternetGateway, CallInternetGateways, (*terrain).takeGateway},
	{KindNetworkACL, CallNetworkACLs, (*terrain).takeACL},
	{KindGroup, CallGroups, (*terrain).takeGroup},
	{KindGroupRule, CallGroupRules, (*terrain).takeGroupRule},
	{KindPrefixList, CallPrefixLists, (*terrain).takeList},
	{KindPrefixEntry, CallPrefixEntries, (*terrain).takeListEntry},
	{KindBlockAccess, CallBlockAccess, (*terrain).takeBlock},
	{KindBlockExclusion, CallBlockExclusions, (*terrain).takeExclusion},
	{KindLoadBalancer, CallLoadBalancers, (*terrain).takeBalancer},
	{KindListener, CallListeners, (*terrain).takeListener},
	{KindListenerRule, CallListenerRules, (*terrain).takeRule},
	{KindTargetGroup, CallTargetGroups, (*terrain).takeTargets},
	{KindTargetHealth, CallTargetHealth, (*terrain).takeTarget},
	{KindTargetAttributes, CallTargetConfig, (*terrain).takeConfig},
	{KindClassicLoadBalancer, CallLoadBalancers, (*terrain).takeClassic},
}

func chart(c *snapshot.Context) atlas {
	maps := atlas{}
	var rd wire.Reader
	for _, t := range takers {
		for i := range c.Resources(t.kind) {
			res := &c.Resources(t.kind)[i]
			a := maps[res.Region]
			if a == nil {
				a = newTerrain(c, res.Region)
				maps[res.Region] = a
			}
			from := originOf(res)
			v, err := rd.Read(res.Doc)
			if err != nil || !t.take(a, v, source{from}) {
				a.flawed[t.call] = &hole{source{from}.why(snapshot.Unreadable, res.UID), from}
			}
		}
	}
	for _, a := range maps {
		a.link()
	}
	return maps
}

// A vpc is a VPC's own document.
type vpc struct {
	owner  string
	blocks reach.Addrs
	mode   string // of blocking public access, as EC2 works it out; "" if it is not told
}

func (a *terrain) takeVPC(v wire.Value, _ source) bool {
	id, ok := filled(v.Get("vpcId"))
	if !ok {
		return false
	}
	x := &vpc{owner: text(v.Get("ownerId")), mode: text(v.Get("blockPublicAccessStates").Get("internetGatewayBlockMode"))}
	x.blocks = prefixIn(v.Get("cidrBlock")).Union(blocksIn(v))
	a.vpcs[id] = x
	return true
}

// blocksIn are the blocks associated with a VPC or a subnet.
func blocksIn(v wire.Value) reach.Addrs {
	var all reach.Addrs
	for _, b := range v.Get("cidrBlockAssociationSet").Items() {
		all = all.Union(prefixIn(b.Get("cidrBlock")))
	}
	for _, b := range v.Get("ipv6CidrBlockAssociationSet").Items() {
		all = all.Union(prefixIn(b.Get("ipv6CidrBlock")))
	}
	return all
}

// A subnet is a subnet's own document.
type subnet struct {
	id, vpc, owner, zone string
	blocks               reach.Addrs
	mode                 string
	from                 *fact.Origin
}

func (a *terrain) takeSubnet(v wire.Value, s source) bool {
	id, ok := filled(v.Get("subnetId"))
	if !ok {
		return false
	}
	a.subnets[id] = &subnet{
		id: id, vpc: text(v.Get("vpcId")), owner: text(v.Get("ownerId")), zone: text(v.Get("availabilityZone")),
		blocks: prefixIn(v.Get("cidrBlock")).Union(blocksIn(v)),
		mode:   text(v.Get("blockPublicAccessStates").Get("internetGatewayBlockMode")), from: s.from,
	}
	return true
}

// A gateway is an internet gateway: how far it is attached, by VPC.
type gateway struct {
	attached map[string]string
	from     *fact.Origin
}

func (a *terrain) takeGateway(v wire.Value, s source) bool {
	id, ok := filled(v.Get("internetGatewayId"))
	if !ok {
		return false
	}
	g := &gateway{attached: map[string]string{}, from: s.from}
	for _, at := range v.Get("attachmentSet").Items() {
		g.attached[text(at.Get("vpcId"))] = text(at.Get("state"))
	}
	a.gateways[id] = g
	return true
}

// A prefixList is a list of blocks under one name.
type prefixList struct {
	owner  string
	addrs  reach.Addrs
	blocks []netip.Prefix
	flawed *hole
}

func (a *terrain) list(id string) *prefixList {
	l := a.lists[id]
	if l == nil {
		l = &prefixList{}
		a.lists[id] = l
	}
	return l
}

func (a *terrain) takeList(v wire.Value, _ source) bool {
	id, ok := filled(v.Get("prefixListId"))
	if ok {
		a.list(id).owner = text(v.Get("ownerId"))
	}
	return ok
}

func (a *terrain) takeListEntry(v wire.Value, s source) bool {
	id, ok := filled(v.Get("^").Get(AboutPrefixList))
	if !ok {
		return false
	}
	l := a.list(id)
	p, err := netip.ParsePrefix(text(v.Get("cidr")))
	if err != nil {
		l.flawed = &hole{s.strange(v.Get("cidr")), s.from}
		return true
	}
	l.blocks = append(l.blocks, p)
	l.addrs = l.addrs.Union(reach.Prefixes(p))
	return true
}

// blocksOf are the blocks of a prefix list; h says why there may be others.
func (a *terrain) blocksOf(id string) (l *prefixList, h *hole) {
	l = a.lists[id]
	if l == nil {
		l = &prefixList{}
	}
	if l.flawed != nil {
		return l, l.flawed
	}
	return l, a.hole(CallPrefixEntries, id)
}

// text is a string's value, "" if none stands there.
func text(v wire.Value) string {
	s, _ := v.Text()
	return s
}

// prefixIn is the block that stands at a place; nothing where none does.
func prefixIn(v wire.Value) reach.Addrs {
	p, err := netip.ParsePrefix(text(v))
	if err != nil {
		return reach.Addrs{}
	}
	return reach.Prefixes(p)
}
