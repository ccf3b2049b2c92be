package sim

import (
	"fmt"
	"slices"
)

// A site is where a scene is built: a VPC with one public subnet that decides,
// a way to the internet and back for both families, an ACL that lets all pass,
// and a group that admits SSH from the world. A scene changes what it is about.
type site struct {
	ground
	vpc    *VPC
	igw    *InternetGateway
	subnet *Subnet
	table  *RouteTable // that serves the subnet
	acl    *NetworkACL // that guards it
	self   *SecurityGroup
	group  *SecurityGroup   // 22 from the world
	groups []*SecurityGroup // that instances wear, group unless changed
	public bool             // instances have a public IPv4 address
	six    bool             // and an IPv6 address
	fixed  bool             // the public address is elastic
	state  string           // of the instances
	each   []func(*Instance)
	n      int // subnets so far
	block  string
	six56  string
	lb     *LoadBalancer
}

// site builds the ground of a scene, varying what cannot matter.
func (g ground) site(name string, k int) *site {
	s := &site{ground: g, public: true, fixed: g.coin(), state: "running", block: fmt.Sprintf("10.%d.", k%256), six56: fmt.Sprintf("2a05:d018:%x:%x", g.rng.IntN(1<<16), g.rng.IntN(256))}
	s.vpc = g.vpc(name, s.block+"0.0/16", s.six56+"00::/56")
	if g.coin() {
		s.vpc.CidrBlockAssociationSet = append(s.vpc.CidrBlockAssociationSet, VPCBlock{g.id("vpc-cidr-assoc-"), fmt.Sprintf("100.64.%d.0/24", k%256), &State{"associated"}})
	}
	s.self, s.acl = g.defaults(s.vpc)
	s.acl.set(true, s.varied()...)
	s.igw = g.gateway(s.vpc)
	s.subnet = s.another("front")
	s.table = g.table(s.vpc, name)
	s.table.route("0.0.0.0/0", s.igw.InternetGatewayId)
	s.table.route("::/0", s.igw.InternetGatewayId)
	s.associate()
	s.group = s.admits(name, onPorts(s.spell("tcp"), 22, 22, "0.0.0.0/0"))
	s.groups = []*SecurityGroup{s.group}
	s.harmless()
	return s
}

// spell gives a protocol by name or by number: that cannot matter.
func (s *site) spell(protocol string) string {
	if s.coin() {
		return map[string]string{"tcp": "6", "udp": "17"}[protocol]
	}
	return protocol
}

// associate lets the subnet have the table as its own, or as the main one.
func (s *site) associate() {
	if s.coin() {
		s.serve(s.table)
		return
	}
	main := s.ground.table(s.vpc, "main")
	s.serve(main)
	s.serve(s.table, s.subnet)
}

// varied are entries that let all pass, written in one of several ways.
func (s *site) varied() []ACLEntry {
	out := openEntries()
	if s.coin() {
		step := 1 + s.rng.IntN(90)
		for k := range out {
			out[k].RuleNumber += step
		}
	}
	if s.coin() { // an allow before another allow, and a deny after both
		out = append(out, entry(10, "in", "allow", "6", "20-30", "0.0.0.0/0"), entry(3000, "in", "deny", "6", "22-22", "0.0.0.0/0"))
	}
	s.rng.Shuffle(len(out), func(a, b int) { out[a], out[b] = out[b], out[a] })
	return out
}

// harmless adds routes and tables that decide nothing.
func (s *site) harmless() {
	if s.coin() {
		s.table.route("10.254.0.0/16", s.id("pcx-"))
	}
	if s.coin() {
		s.table.route("10.253.0.0/16", s.id("tgw-"))
	}
	if s.coin() {
		s.table.route("172.31.0.0/16", s.id("vgw-"))
		s.table.Routes[len(s.table.Routes)-1].State = "blackhole"
	}
	if s.coin() {
		edge := s.ground.table(s.vpc, "edge")
		edge.Associations = []RouteAssociation{{RouteTableAssociationId: s.id("rtbassoc-"), RouteTableId: edge.RouteTableId, GatewayId: s.igw.InternetGatewayId, AssociationState: &State{"associated"}}}
	}
	if s.coin() {
		list := s.ground.id("pl-")
		s.net().PrefixLists = append(s.net().PrefixLists, &PrefixList{PrefixListId: list, PrefixListArn: s.arn("prefix-list", list), PrefixListName: "unused", AddressFamily: "IPv4", OwnerId: s.r.Account, State: "create-complete", MaxEntries: 5, Version: 1, Entries: []PrefixListEntry{{"0.0.0.0/0", ""}}})
	}
}

// another makes a further subnet of the VPC, which the open ACL guards and the
// main table serves.
func (s *site) another(name string) *Subnet { return s.anotherIn(name, s.n+1) }

// anotherIn is the same in a zone.
func (s *site) anotherIn(name string, zone int) *Subnet {
	s.n++
	sub := s.ground.subnet(s.vpc, name, zone, fmt.Sprintf("%s%d.0/24", s.block, s.n), fmt.Sprintf("%s%02x::/64", s.six56, s.n))
	s.guard(s.acl, sub)
	return sub
}

// private makes a subnet with a table that knows the VPC alone.
func (s *site) private() *Subnet {
	sub := s.another("back")
	s.serve(s.ground.table(s.vpc, "back"), sub)
	return sub
}

// admits makes a group, its permissions perhaps in another order.
func (s *site) admits(name string, in ...Permission) *SecurityGroup {
	s.rng.Shuffle(len(in), func(a, b int) { in[a], in[b] = in[b], in[a] })
	return s.ground.group(s.vpc, name, in...)
}

// only lets instances wear one group of these permissions.
func (s *site) only(in ...Permission) *SecurityGroup {
	s.groups = []*SecurityGroup{s.admits("only", in...)}
	return s.groups[0]
}

// filter gives the subnet an ACL of its own.
func (s *site) filter(entries ...ACLEntry) {
	a := s.ground.acl(s.vpc, "own", entries...)
	a.set(true, entries...)
	s.rng.Shuffle(len(a.Entries), func(x, y int) { a.Entries[x], a.Entries[y] = a.Entries[y], a.Entries[x] })
	s.guard(a, s.subnet)
	s.acl = a
}

// list makes a prefix list.
func (s *site) list(family string, blocks ...string) string {
	l := &PrefixList{PrefixListId: s.id("pl-"), PrefixListName: "sources", AddressFamily: family, OwnerId: s.r.Account, State: "create-complete", MaxEntries: len(blocks) + 3, Version: 2}
	l.PrefixListArn = s.arn("prefix-list", l.PrefixListId)
	for _, b := range blocks {
		l.Entries = append(l.Entries, PrefixListEntry{Cidr: b, Description: "entry"})
	}
	s.net().PrefixLists = append(s.net().PrefixLists, l)
	return l.PrefixListId
}

// exclude takes the subnet or the VPC out of the region's block, as far as the
// mode goes; mode is what then holds for the subnet, as EC2 tells it.
func (s *site) exclude(whole bool, exclusion, state, mode string) {
	arn := s.subnet.SubnetArn
	if whole {
		arn = s.arn("vpc", s.vpc.VpcId)
		s.vpc.BlockPublicAccessStates = s.mode(mode)
	}
	s.subnet.BlockPublicAccessStates = s.mode(mode)
	s.net().Exclusions = append(s.net().Exclusions, &Exclusion{ExclusionId: s.id("vpcbpa-exclude-"), InternetGatewayExclusionMode: exclusion, ResourceArn: arn, State: state, CreationTimestamp: epoch, LastUpdateTimestamp: epoch})
}

// instance makes one instance of the scene.
func (s *site) instance(i *Instance) {
	if s.state == "terminated" {
		return
	}
	i.State = s.state
	wears := slices.Clone(s.groups)
	if s.coin() {
		wears = append(wears, s.extra())
	}
	s.rng.Shuffle(len(wears), func(a, b int) { wears[a], wears[b] = wears[b], wears[a] })
	w := s.wire(i, s.subnet, wears...)
	if s.six {
		w.IPv6 = s.ground.six(s.subnet)
	}
	if s.public {
		if s.fixed || s.state == "stopped" {
			w.Public = s.elastic(i, w, w.Private).PublicIp
		} else {
			w.Public = s.takePublic()
		}
	}
	for _, f := range s.each {
		f(i)
	}
}

// extra is a group that admits nobody from the internet.
func (s *site) extra() *SecurityGroup {
	n := slices.IndexFunc(s.net().SecurityGroups, func(g *SecurityGroup) bool { return g.VpcId == s.vpc.VpcId && g.GroupName == "extra" })
	if n >= 0 {
		return s.net().SecurityGroups[n]
	}
	return s.admits("extra", onPorts("tcp", 9100, 9100, s.vpc.CidrBlock), onAll("-1", s.self.GroupId))
}
