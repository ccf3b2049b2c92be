package sim

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
)

// A ground is where parts of a region's network are built. Ids come from rng.
type ground struct {
	r   *Region
	rng *rand.Rand
}

// newNetwork is the network of a region before anything is built in it.
func newNetwork(account, region string) *Network {
	return &Network{
		BlockPublicAccess: &BlockPublicAccess{AwsAccountId: account, AwsRegion: region, State: "default-state", InternetGatewayBlockMode: "off", ManagedBy: "account", ExclusionsAllowed: "allowed", LastUpdateTimestamp: epoch},
		Storage:           Storage{EncryptionByDefault: true, SnapshotBlock: "block-all-sharing", ImageBlock: "block-new-sharing"},
	}
}

func (g ground) id(prefix string) string { return hexID(g.rng, prefix) }
func (g ground) net() *Network           { return g.r.Net }
func (g ground) coin() bool              { return g.rng.IntN(2) == 0 }

// arn names a thing of EC2 in the region.
func (g ground) arn(kind, id string) string {
	return "arn:aws:ec2:" + g.r.Name + ":" + g.r.Account + ":" + kind + "/" + id
}

// mode is what a VPC or a subnet tells of the block of public access.
func (g ground) mode(m string) *BlockMode {
	if g.r.kind == blockUntold || g.r.kind == exclusionsUntold {
		return nil
	}
	return &BlockMode{m}
}

// named is the Name tag.
func named(v string) []Tag { return []Tag{{"Name", v}} }

// vpc makes a VPC of one IPv4 block, and of an IPv6 block unless that is "".
func (g ground) vpc(name, block, six string) *VPC {
	v := &VPC{VpcId: g.id("vpc-"), OwnerId: g.r.Account, State: "available", CidrBlock: block, InstanceTenancy: "default", DhcpOptionsId: g.id("dopt-"), Tags: named(name),
		BlockPublicAccessStates: g.mode(g.net().BlockPublicAccess.InternetGatewayBlockMode)}
	v.CidrBlockAssociationSet = []VPCBlock{{g.id("vpc-cidr-assoc-"), block, &State{"associated"}}}
	if six != "" {
		v.Ipv6CidrBlockAssociationSet = []VPCBlock6{{g.id("vpc-cidr-assoc-"), six, "Amazon", g.r.Name, &State{"associated"}}}
	}
	g.net().VPCs = append(g.net().VPCs, v)
	return v
}

// subnet makes a subnet; six "" is none.
func (g ground) subnet(v *VPC, name string, zone int, block, six string) *Subnet {
	letter := string(rune('a' + zone%3))
	s := &Subnet{SubnetId: g.id("subnet-"), VpcId: v.VpcId, OwnerId: v.OwnerId, State: "available", AvailabilityZone: g.r.Name + letter,
		AvailabilityZoneId: "az" + string(rune('1'+zone%3)), CidrBlock: block, AvailableIpAddressCount: 200, Tags: named(name),
		BlockPublicAccessStates: g.mode(g.net().BlockPublicAccess.InternetGatewayBlockMode)}
	s.SubnetArn = g.arn("subnet", s.SubnetId)
	if six != "" {
		s.AssignIpv6AddressOnCreation = true
		s.Ipv6CidrBlockAssociationSet = []SubnetBlock6{{g.id("subnet-cidr-assoc-"), six, &State{"associated"}}}
	}
	g.net().Subnets = append(g.net().Subnets, s)
	return s
}

// gateway makes an internet gateway and attaches it.
func (g ground) gateway(v *VPC) *InternetGateway {
	i := &InternetGateway{InternetGatewayId: g.id("igw-"), OwnerId: v.OwnerId, Attachments: []GatewayAttachment{{"available", v.VpcId}}}
	g.net().InternetGateways = append(g.net().InternetGateways, i)
	return i
}

// table makes a route table with the VPC's local routes.
func (g ground) table(v *VPC, name string) *RouteTable {
	t := &RouteTable{RouteTableId: g.id("rtb-"), VpcId: v.VpcId, OwnerId: v.OwnerId, Tags: named(name)}
	for _, b := range v.CidrBlockAssociationSet {
		t.Routes = append(t.Routes, Route{DestinationCidrBlock: b.CidrBlock, GatewayId: "local", Origin: "CreateRouteTable", State: "active"})
	}
	for _, b := range v.Ipv6CidrBlockAssociationSet {
		t.Routes = append(t.Routes, Route{DestinationIpv6CidrBlock: b.Ipv6CidrBlock, GatewayId: "local", Origin: "CreateRouteTable", State: "active"})
	}
	g.net().RouteTables = append(g.net().RouteTables, t)
	return t
}

// serve ties a route table to subnets, or, without any, makes it the main one.
func (g ground) serve(t *RouteTable, subnets ...*Subnet) {
	for _, s := range subnets {
		t.Associations = append(t.Associations, RouteAssociation{RouteTableAssociationId: g.id("rtbassoc-"), RouteTableId: t.RouteTableId, SubnetId: s.SubnetId, AssociationState: &State{"associated"}})
	}
	if len(subnets) == 0 {
		t.Associations = append(t.Associations, RouteAssociation{RouteTableAssociationId: g.id("rtbassoc-"), RouteTableId: t.RouteTableId, Main: true, AssociationState: &State{"associated"}})
	}
}

// route adds a route; the target is told by its prefix, "igw-", "nat-" ….
func (t *RouteTable) route(to, target string) {
	r := Route{Origin: "CreateRoute", State: "active"}
	switch {
	case kindOf(to) == "pl":
		r.DestinationPrefixListId = to
	case isSix(to):
		r.DestinationIpv6CidrBlock = to
	default:
		r.DestinationCidrBlock = to
	}
	members := map[string]*string{"igw": &r.GatewayId, "vgw": &r.GatewayId, "vpc": &r.GatewayId, "nat": &r.NatGatewayId, "eig": &r.EgressOnlyInternetGatewayId, "cag": &r.CarrierGatewayId,
		"tgw": &r.TransitGatewayId, "pcx": &r.VpcPeeringConnectionId, "eni": &r.NetworkInterfaceId, "lgw": &r.LocalGatewayId}
	*members[target[:3]] = target
	t.Routes = append(t.Routes, r)
}

// turnTo points a destination's route elsewhere.
func (t *RouteTable) turnTo(to, target string) {
	t.drop(to)
	t.route(to, target)
}

func (t *RouteTable) drop(to string) {
	t.Routes = slices.DeleteFunc(t.Routes, func(r Route) bool { return r.DestinationCidrBlock == to || r.DestinationIpv6CidrBlock == to })
}

// acl makes a network ACL that ends with the entries that every ACL ends with.
func (g ground) acl(v *VPC, name string, entries ...ACLEntry) *NetworkACL {
	a := &NetworkACL{NetworkAclId: g.id("acl-"), VpcId: v.VpcId, OwnerId: v.OwnerId, Tags: named(name)}
	a.set(len(v.Ipv6CidrBlockAssociationSet) > 0, entries...)
	g.net().ACLs = append(g.net().ACLs, a)
	return a
}

// set gives an ACL its entries, and the last ones of each direction and
// family, which nobody can take away.
func (a *NetworkACL) set(six bool, entries ...ACLEntry) {
	a.Entries = slices.Clone(entries)
	for _, way := range []string{"in", "out"} {
		a.Entries = append(a.Entries, entry(32767, way, "deny", "-1", "", "0.0.0.0/0"))
		if six {
			a.Entries = append(a.Entries, entry(32768, way, "deny", "-1", "", "::/0"))
		}
	}
}

// openEntries are those of a default ACL: all may pass.
func openEntries() []ACLEntry {
	return []ACLEntry{
		entry(100, "in", "allow", "-1", "", "0.0.0.0/0"), entry(101, "in", "allow", "-1", "", "::/0"),
		entry(100, "out", "allow", "-1", "", "0.0.0.0/0"), entry(101, "out", "allow", "-1", "", "::/0"),
	}
}

func (g ground) guard(a *NetworkACL, subnets ...*Subnet) {
	for _, s := range subnets {
		for _, other := range g.net().ACLs {
			other.Associations = slices.DeleteFunc(other.Associations, func(x ACLAssociation) bool { return x.SubnetId == s.SubnetId })
		}
		a.Associations = append(a.Associations, ACLAssociation{g.id("aclassoc-"), a.NetworkAclId, s.SubnetId})
	}
}

// group makes a security group that lets everything out.
func (g ground) group(v *VPC, name string, in ...Permission) *SecurityGroup {
	s := &SecurityGroup{GroupId: g.id("sg-"), GroupName: name, Description: name, OwnerId: v.OwnerId, VpcId: v.VpcId, IpPermissionsEgress: []Permission{onAll("-1", "0.0.0.0/0")}}
	if len(v.Ipv6CidrBlockAssociationSet) > 0 {
		s.IpPermissionsEgress[0].Ipv6Ranges = []Range6{{CidrIpv6: "::/0"}}
	}
	s.SecurityGroupArn = g.arn("security-group", s.GroupId)
	for _, p := range in {
		s.allow(p)
	}
	g.net().SecurityGroups = append(g.net().SecurityGroups, s)
	return s
}

// allow adds a permission. Groups it names are the account's own.
func (g *SecurityGroup) allow(p Permission) {
	for k := range p.UserIdGroupPairs {
		p.UserIdGroupPairs[k].UserId = g.OwnerId
	}
	g.IpPermissions = append(g.IpPermissions, p)
}

// defaults gives a VPC what every VPC is born with: a default group that
// admits itself, and a default ACL that admits all.
func (g ground) defaults(v *VPC) (*SecurityGroup, *NetworkACL) {
	s := g.group(v, "default")
	s.Description = "default VPC security group"
	s.allow(onAll("-1", s.GroupId))
	a := g.acl(v, "default", openEntries()...)
	if len(v.Ipv6CidrBlockAssociationSet) == 0 {
		a.Entries = slices.DeleteFunc(a.Entries, func(e ACLEntry) bool { return e.Ipv6CidrBlock != "" })
	}
	a.IsDefault = true
	return s, a
}

// take picks an address of a block that nobody in the VPC has yet.
func (g ground) take(vpc, block string) string {
	p := netip.MustParsePrefix(block)
	for {
		b := p.Addr().AsSlice()
		host := 4 + g.rng.IntN(1<<min(16, p.Addr().BitLen()-p.Bits())-6)
		b[len(b)-2] |= byte(host >> 8)
		b[len(b)-1] |= byte(host)
		a, _ := netip.AddrFromSlice(b)
		if k := vpc + " " + a.String(); !g.r.taken[k] {
			g.r.taken[k] = true
			return a.String()
		}
	}
}

// publicBlock is where simulated public addresses come from: it is set aside
// for tests of networks (RFC 2544), so that they are nobody's.
const publicBlock = "198.18.0.0/15"

func (g ground) takePublic() string {
	p := netip.MustParsePrefix(publicBlock)
	for {
		b := p.Addr().As4()
		n := 1 + g.rng.IntN(1<<17-2)
		b[1], b[2], b[3] = b[1]|byte(n>>16), byte(n>>8), byte(n)
		if a := netip.AddrFrom4(b).String(); !g.r.taken[a] {
			g.r.taken[a] = true
			return a
		}
	}
}

// wire puts an interface of an instance into a subnet.
func (g ground) wire(i *Instance, s *Subnet, groups ...*SecurityGroup) *Interface {
	w := Interface{ID: g.id("eni-"), Subnet: s.SubnetId, Private: g.take(s.VpcId, s.CidrBlock),
		MAC: fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", g.rng.IntN(256), g.rng.IntN(256), g.rng.IntN(256), g.rng.IntN(256), g.rng.IntN(256))}
	for _, x := range groups {
		w.Groups = append(w.Groups, Group{x.GroupId, x.GroupName})
	}
	if len(i.Interfaces) == 0 {
		i.Zone, i.VPC, i.Groups = s.AvailabilityZone, s.VpcId, w.Groups
	}
	i.Interfaces = append(i.Interfaces, w)
	return &i.Interfaces[len(i.Interfaces)-1]
}

// six is a free IPv6 address of a subnet.
func (g ground) six(s *Subnet) string {
	return g.take(s.VpcId, s.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock)
}

// elastic makes an elastic address for an interface's private address.
func (g ground) elastic(i *Instance, w *Interface, private string) *Address {
	a := &Address{AllocationId: g.id("eipalloc-"), AssociationId: g.id("eipassoc-"), Domain: "vpc", PublicIp: g.takePublic(), PublicIpv4Pool: "amazon", NetworkBorderGroup: g.r.Name,
		InstanceId: i.ID, NetworkInterfaceId: w.ID, NetworkInterfaceOwnerId: g.r.Account, PrivateIpAddress: private}
	g.net().Addresses = append(g.net().Addresses, a)
	return a
}

// nat makes a NAT gateway in a public subnet, with its address and interface.
func (g ground) nat(s *Subnet) *NATGateway {
	n := &NATGateway{NatGatewayId: g.id("nat-"), SubnetId: s.SubnetId, VpcId: s.VpcId, State: "available", ConnectivityType: "public", CreateTime: epoch}
	w := g.service(s, "Interface for NAT Gateway "+n.NatGatewayId, "nat_gateway", "amazon-aws")
	a := &Address{AllocationId: g.id("eipalloc-"), AssociationId: g.id("eipassoc-"), Domain: "vpc", PublicIp: g.takePublic(), PublicIpv4Pool: "amazon", NetworkBorderGroup: g.r.Name,
		NetworkInterfaceId: w.NetworkInterfaceId, NetworkInterfaceOwnerId: g.r.Account, PrivateIpAddress: w.PrivateIpAddress}
	g.net().Addresses = append(g.net().Addresses, a)
	w.associate(a.PublicIp)
	n.NatGatewayAddresses = []NATAddress{{a.AllocationId, a.AssociationId, w.NetworkInterfaceId, w.PrivateIpAddress, a.PublicIp, "succeeded", true}}
	g.net().NATs = append(g.net().NATs, n)
	return n
}

// service makes an interface of a service: nobody's instance has it.
func (g ground) service(s *Subnet, description, kind, requester string, groups ...*SecurityGroup) *NetworkInterface {
	n := &NetworkInterface{NetworkInterfaceId: g.id("eni-"), SubnetId: s.SubnetId, VpcId: s.VpcId, AvailabilityZone: s.AvailabilityZone, OwnerId: g.r.Account, Description: description,
		InterfaceType: kind, Status: "in-use", RequesterId: requester, RequesterManaged: true, PrivateIpAddress: g.take(s.VpcId, s.CidrBlock), MacAddress: "02:00:00:00:00:01",
		SourceDestCheck: true, Operator: &Operator{}, Attachment: &InterfaceAttachment{AttachmentId: g.id("ela-attach-"), InstanceOwnerId: requester, Status: "attached", DeviceIndex: 1, AttachTime: epoch}}
	for _, x := range groups {
		n.Groups = append(n.Groups, GroupName{x.GroupId, x.GroupName})
	}
	n.PrivateIpAddresses = []InterfaceAddress{{PrivateIpAddress: n.PrivateIpAddress, Primary: true}}
	g.net().Interfaces = append(g.net().Interfaces, n)
	return n
}

func (n *NetworkInterface) associate(public string) {
	n.Association = &InterfaceAssociation{PublicIp: public, IpOwnerId: "amazon"}
	n.PrivateIpAddresses[0].Association = n.Association
}

// Describe is interface k of an instance as DescribeNetworkInterfaces tells it.
func (i *Instance) Describe(k int, owner string) *NetworkInterface {
	w := &i.Interfaces[k]
	n := &NetworkInterface{NetworkInterfaceId: w.ID, SubnetId: w.Subnet, VpcId: i.VPC, AvailabilityZone: i.Zone, OwnerId: owner, InterfaceType: "interface", Status: "in-use",
		MacAddress: w.MAC, PrivateIpAddress: w.Private, SourceDestCheck: true, DenyAllIgwTraffic: w.DenyAllIGW, Operator: &Operator{},
		Attachment: &InterfaceAttachment{AttachmentId: "eni-attach-" + w.ID[len("eni-"):], InstanceId: i.ID, InstanceOwnerId: owner, Status: "attached", AttachTime: i.Launched, DeleteOnTermination: true, DeviceIndex: k}}
	for _, x := range w.Groups {
		n.Groups = append(n.Groups, GroupName{x.ID, x.Name})
	}
	n.PrivateIpAddresses = []InterfaceAddress{{PrivateIpAddress: w.Private, Primary: true, Association: associated(w.Public)}}
	n.Association = associated(w.Public)
	for _, x := range w.Secondary {
		n.PrivateIpAddresses = append(n.PrivateIpAddresses, InterfaceAddress{PrivateIpAddress: x.Private, Association: associated(x.Public)})
	}
	for _, a := range w.Sixes() {
		n.Ipv6Addresses = append(n.Ipv6Addresses, InterfaceAddress6{Ipv6Address: a})
	}
	for _, p := range w.Prefixes {
		n.Ipv6Prefixes = append(n.Ipv6Prefixes, Prefix6{p})
	}
	return n
}

func associated(public string) *InterfaceAssociation {
	if public == "" {
		return nil
	}
	return &InterfaceAssociation{PublicIp: public, IpOwnerId: "amazon"}
}

// Sixes are all IPv6 addresses of an interface.
func (w *Interface) Sixes() []string {
	if w.IPv6 == "" {
		return w.MoreIPv6
	}
	return append([]string{w.IPv6}, w.MoreIPv6...)
}
