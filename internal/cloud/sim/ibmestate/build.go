package ibmestate

import (
	"fmt"
	"net/netip"
)

const anywhere = "0.0.0.0/0"

// office is a block of the public internet that is not any source.
const office = "62.112.16.0/24"

func newAccount(id, name string) *Account {
	a := &Account{ID: id, Name: name, Key: "simulated-" + id}
	a.Groups = []*ResourceGroup{a.resourceGroup("Default")}
	a.Groups[0].Default = true
	a.serviceGroup("default")
	scanner := a.service("plumbline-scanner")
	a.IAMID = scanner.IAMID
	a.key("plumbline-scanner", scanner.IAMID, recently).used(recently, 1)
	a.Settings = Settings{
		RestrictServiceIDs: "RESTRICTED", RestrictAPIKeys: "RESTRICTED", MFA: "TOTP4ALL", SessionExpiration: "7200", SessionInvalidation: "3600",
		MaxSessions: "NOT_SET", AccessToken: "3600", RefreshToken: "259200",
	}
	return a
}

func (a *Account) region(name string) *Region {
	r := &Region{Account: a, Name: name, Status: "available"}
	a.Regions = append(a.Regions, r)
	return r
}

func (a *Account) resourceGroup(name string) *ResourceGroup {
	id := uuid(a.ID, "resource-group", name)
	id = id[:8] + id[9:13] + id[14:18] + id[19:23] + id[24:] // resource groups have ids without dashes
	return &ResourceGroup{Thing: Thing{ID: id, Name: name, CRN: crn("resource-controller", "", a.ID, "resource-group", id), Created: founded}}
}

// vpc makes a VPC as IBM does: with an access list that allows everything that
// is TCP, UDP or ICMP, a group that admits its own members, and a routing table
// without routes.
func (r *Region) vpc(name string) *VPC {
	v := &VPC{Thing: r.thing("vpc", name), Region: r, Group: r.Account.Groups[0]}
	v.DefaultACL = v.acl(name+"-acl-default", aclRule("allow", "inbound", "icmp_tcp_udp"), aclRule("allow", "outbound", "icmp_tcp_udp"))
	v.DefaultGroup = v.group(name+"-sg-default", outward())
	v.DefaultGroup.admit(&Rule{Direction: "inbound", Protocol: "any", RemoteGroup: v.DefaultGroup})
	v.Tables = []*RoutingTable{{Thing: r.thing("routing-table", name+"-rt-default"), VPC: v, Default: true}}
	r.VPCs = append(r.VPCs, v)
	return v
}

// subnet makes a subnet of 256 addresses in zone 1, 2 or 3 of the region.
func (v *VPC) subnet(name string, zone int) *Subnet {
	n := v.next
	v.next++
	return v.subnetOf(name, zone, fmt.Sprintf("10.240.%d.0/24", n))
}

func (v *VPC) subnetOf(name string, zone int, cidr string) *Subnet {
	z := fmt.Sprintf("%s-%d", v.Region.Name, zone)
	s := &Subnet{Thing: v.Region.zonal("subnet", z, v.Name+"-"+name), VPC: v, Zone: z, CIDR: cidr, ACL: v.DefaultACL, Table: v.Tables[0], last: 3}
	a := netip.MustParsePrefix(cidr).Addr().As4()
	s.prefix = fmt.Sprintf("%d.%d.%d.", a[0], a[1], a[2])
	v.Region.Subnets = append(v.Region.Subnets, s)
	return s
}

func (s *Subnet) take() string {
	s.last++
	return fmt.Sprint(s.prefix, s.last)
}

func (v *VPC) group(name string, rules ...*Rule) *SecurityGroup {
	g := &SecurityGroup{Thing: v.Region.thing("security-group", v.Name+"-"+name), VPC: v, Group: v.Group}
	g.Name = name
	g.admit(rules...)
	v.Region.SecurityGroups = append(v.Region.SecurityGroups, g)
	return g
}

func (g *SecurityGroup) admit(rules ...*Rule) {
	for _, x := range rules {
		x.Name = fmt.Sprintf("rule-%d", len(g.Rules)+1)
		x.ID = g.VPC.Region.prefix() + "-" + uuid(g.ID, x.Name)
		if x.Local == "" {
			x.Local = anywhere
		}
		g.Rules = append(g.Rules, x)
	}
}

// inward admits a protocol on ports from a block.
func inward(protocol string, from, to int, remote string) *Rule {
	return &Rule{Direction: "inbound", Protocol: protocol, PortMin: from, PortMax: to, Remote: remote}
}

// outward lets everything out.
func outward() *Rule { return &Rule{Direction: "outbound", Protocol: "any", Remote: anywhere} }

func (v *VPC) acl(name string, rules ...*ACLRule) *ACL {
	a := &ACL{Thing: v.Region.thing("network-acl", v.Name+"-"+name), VPC: v, Group: v.Group}
	a.Name = name
	for i, x := range rules {
		x.Name = fmt.Sprintf("%s-%s-%d", x.Action, x.Direction, i+1)
		x.ID = v.Region.prefix() + "-" + uuid(a.ID, x.Name)
		a.Rules = append(a.Rules, x)
	}
	v.Region.ACLs = append(v.Region.ACLs, a)
	return a
}

func aclRule(action, direction, protocol string) *ACLRule {
	return &ACLRule{Action: action, Direction: direction, Protocol: protocol, Source: anywhere, Destination: anywhere}
}

func (x *ACLRule) from(block string) *ACLRule {
	x.Source = block
	return x
}

func (x *ACLRule) to(block string) *ACLRule {
	x.Destination = block
	return x
}

func (x *ACLRule) dials(from, to int) *ACLRule {
	x.DestMin, x.DestMax = from, to
	return x
}

func (x *ACLRule) calls(from, to int) *ACLRule {
	x.SourceMin, x.SourceMax = from, to
	return x
}

// server makes a running virtual server whose metadata service is off, with one
// interface that wears groups.
func (s *Subnet) server(name string, groups ...*SecurityGroup) *Server {
	r := s.VPC.Region
	x := &Server{
		Thing: r.zonal("instance", s.Zone, name), Region: r, VPC: s.VPC, Zone: s.Zone, Group: s.VPC.Group, Status: "running", Profile: "bx2-2x8",
		Image: r.image(), Metadata: Metadata{Protocol: "http", HopLimit: 1}, Want: apart, number: -1,
	}
	x.wire(s, groups...)
	r.servers = append(r.servers, x)
	return x
}

// legacy makes a server of the older kind, without VNIs.
func (s *Subnet) legacy(name string, groups ...*SecurityGroup) *Server {
	return s.server(name, groups...).older()
}

// older has the server do without VNIs.
func (s *Server) older() *Server {
	s.Legacy = true
	for _, i := range s.Interfaces {
		i.Legacy, i.ID, i.CRN = true, i.Attachment, "" // a network interface is no thing of its own
	}
	return s
}

// bare makes a bare metal server.
func (s *Subnet) bare(name string, groups ...*SecurityGroup) *Server {
	r := s.VPC.Region
	x := s.server(name, groups...)
	r.servers = r.servers[:len(r.servers)-1]
	x.Thing = r.zonal("bare-metal-server", s.Zone, name)
	x.Bare, x.Profile, x.Metadata.HopLimit = true, "bx3d-metal-48x256", 0
	r.BareMetal = append(r.BareMetal, x)
	return x
}

// wire gives a server one more interface.
func (s *Server) wire(at *Subnet, groups ...*SecurityGroup) *Interface {
	r := s.Region
	name := fmt.Sprintf("%s-vni-%d", s.Name, len(s.Interfaces))
	i := &Interface{Thing: r.zonal("virtual-network-interface", at.Zone, name), Attachment: r.zonePrefix() + "-" + uuid(r.Account.ID, r.Name, "attachment", name), Subnet: at, Address: at.take(), Groups: groups, Owner: s}
	for _, g := range groups {
		g.worn = append(g.worn, Target{i, s})
	}
	s.Interfaces = append(s.Interfaces, i)
	return i
}

// image is the stock image of the region: IBM's own, which no listing of
// private images names.
func (r *Region) image() *Image {
	for _, i := range r.Images {
		if !i.Private {
			return i
		}
	}
	i := &Image{Thing: r.thing("image", "ibm-ubuntu-24-04-2-minimal-amd64-1"), Group: r.Account.Groups[0], AllowedUse: "true", Status: "available"}
	r.Images = append(r.Images, i)
	return i
}

// float gives an interface a public address.
func (i *Interface) float() *FloatingIP {
	r := i.Subnet.VPC.Region
	f := r.floatingIP(i.Name+"-fip", i.Subnet.Zone)
	f.Interface = i
	return f
}

func (r *Region) floatingIP(name, zone string) *FloatingIP {
	f := &FloatingIP{Thing: r.thing("floating-ip", name), Region: r, Group: r.Account.Groups[0], Zone: zone, Status: "available", Address: r.nextPublic()}
	r.floating = append(r.floating, f)
	return f
}

// nextPublic is an address of the public internet that nothing else in the
// account has. Those of the fleet begin at 52.117.0.0.
func (r *Region) nextPublic() string {
	r.addresses++
	n := r.addresses
	for k, x := range r.Account.Regions {
		if x == r {
			return fmt.Sprintf("52.116.%d.%d", 16*k+int(n/250), 1+n%250)
		}
	}
	return fmt.Sprintf("52.118.%d.%d", n/250, 1+n%250)
}

// gateway makes a public gateway for a subnet.
func (s *Subnet) gateway() *PublicGateway {
	r := s.VPC.Region
	g := &PublicGateway{Thing: r.thing("public-gateway", s.Name+"-pgw"), VPC: s.VPC, Zone: s.Zone}
	g.Address = r.floatingIP(g.Name+"-fip", s.Zone)
	g.Address.Gateway = g
	s.Gateway = g
	r.PublicGateways = append(r.PublicGateways, g)
	return g
}

// table makes a routing table for subnets.
func (v *VPC) table(name string, subnets ...*Subnet) *RoutingTable {
	t := &RoutingTable{Thing: v.Region.thing("routing-table", v.Name+"-"+name), VPC: v}
	v.Tables = append(v.Tables, t)
	for _, s := range subnets {
		s.Table = t
	}
	return t
}

func (t *RoutingTable) route(zone, destination, action, hop string) {
	name := fmt.Sprintf("route-%d", len(t.Routes)+1)
	t.Routes = append(t.Routes, &Route{ID: t.VPC.Region.prefix() + "-" + uuid(t.ID, name), Name: name, Zone: zone, Destination: destination, Action: action, Hop: hop, Priority: 2})
}
