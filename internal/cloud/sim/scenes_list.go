package sim

import "slices"

const (
	any4 = "0.0.0.0/0"
	any6 = "::/0"
)

// scenes is every scene. Those with a number are the corner cases of the
// domain's reference, under its numbers.
var scenes = slices.Concat(basicScenes, sourceScenes, gateScenes, blockScenes(), balancerScenes, refusedScenes)

var basicScenes = []*Scene{
	{Name: "A1 SSH from the world", V4: reachable(ssh), V6: apart, build: func(*site) {}},
	{Name: "A2 the way out is a NAT gateway", V4: apart, V6: apart, build: func(s *site) {
		s.table.turnTo(any4, s.nat(s.another("nat")).NatGatewayId)
	}},
	{Name: "A3 no public address", V4: apart, V6: apart, build: func(s *site) { s.public = false }},
	{Name: "A4 ACL denies SSH before it allows all", V4: reachable(world("tcp", 443, 443)), V6: apart, build: func(s *site) {
		s.group.allow(onPorts("tcp", 443, 443, any4))
		s.filter(append(openEntries(), entry(90, "in", "deny", "6", "22-22", any4))...)
	}},
	{Name: "A5 ACL allows all before it denies SSH", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.filter(append(openEntries(), entry(110, "in", "deny", "6", "22-22", any4))...)
	}},
	{Name: "A6 ACL lets answers out to port 443 only", V4: reachable(ssh.partly(Ports{443, 443})), V6: apart, build: func(s *site) {
		s.filter(entry(100, "in", "allow", "-1", "", any4), entry(100, "out", "allow", "6", "443-443", any4))
	}},
	{Name: "A7 ACL lets answers out to ports of Linux only", V4: reachable(ssh.partly(Ports{32768, 60999})), V6: apart, build: func(s *site) {
		s.filter(entry(100, "in", "allow", "-1", "", any4), entry(100, "out", "allow", "6", "32768-60999", any4))
	}},
	{Name: "A8 two groups, one without rules", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.groups = append(s.groups, s.admits("empty"))
	}},
	{Name: "A9 a group that admits itself", V4: shut, V6: apart, build: func(s *site) {
		g := s.only()
		g.allow(onPorts("tcp", 22, 22, g.GroupId))
	}},
	{Name: "A10 a prefix list that holds the world", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 22, 22, s.list("IPv4", "10.0.0.0/8", any4)))
	}},
	{Name: "A11 two halves of the world", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 22, 22, "0.0.0.0/1"), onPorts("tcp", 22, 22, "128.0.0.0/1"))
	}},
	{Name: "A12 open to IPv6 only, where there is none", V4: shut, V6: apart, build: func(s *site) { s.only(onPorts("tcp", 22, 22, any6)) }},
	{Name: "A13 IPv6 leaves by an egress-only gateway", V4: apart, V6: apart, build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("tcp", 22, 22, any6))
		e := &EgressOnlyGateway{EgressOnlyInternetGatewayId: s.ground.id("eigw-"), Attachments: []GatewayAttachment{{"attached", s.vpc.VpcId}}}
		s.net().EgressOnly = append(s.net().EgressOnly, e)
		s.table.turnTo(any6, e.EgressOnlyInternetGatewayId)
		s.table.drop(any4)
	}},
	{Name: "A14 IPv6 alone", V4: apart, V6: reachable(ssh), build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("tcp", 22, 22, any6))
	}},
	{Name: "A15 the subnet's own table has no way out, the main one has", V4: apart, V6: apart, build: func(s *site) {
		s.subnet = s.another("closed")
		if !s.table.Associations[0].Main {
			s.net().RouteTables[slices.IndexFunc(s.net().RouteTables, func(t *RouteTable) bool {
				return t.VpcId == s.vpc.VpcId && len(t.Associations) > 0 && t.Associations[0].Main
			})].route(any4, s.igw.InternetGatewayId)
		}
		s.serve(s.ground.table(s.vpc, "closed"), s.subnet)
	}},
	{Name: "A16 the gateway was detached", V4: apart, V6: apart, build: func(s *site) {
		s.igw.Attachments = nil
		for k := range s.table.Routes {
			if s.table.Routes[k].GatewayId == s.igw.InternetGatewayId {
				s.table.Routes[k].State = "blackhole"
			}
		}
	}},
	{Name: "A17 a part of the world is routed elsewhere", V4: reachable(ssh.except("203.0.113.0/24")), V6: apart, build: func(s *site) {
		s.table.route("203.0.113.0/24", s.ground.id("vgw-"))
	}},
	{Name: "A21 elastic address of a second interface's second address", V4: reachable(ssh), V6: apart, build: func(s *site) {
		front := s.subnet
		s.withdraw()
		s.groups = []*SecurityGroup{s.admits("database", onPorts("tcp", 3306, 3306, any4))}
		s.each = append(s.each, func(i *Instance) {
			w := s.wire(i, front, s.group)
			x := Secondary{Private: s.take(s.vpc.VpcId, front.CidrBlock)}
			x.Public = s.elastic(i, w, x.Private).PublicIp
			w.Secondary = []Secondary{x}
		})
	}},
	{Name: "A22 stopped, with an elastic address", V4: isolated(true, Yes), V6: isolated(false, No), build: func(s *site) { s.state = "stopped" }},
	{Name: "A23 terminated", build: func(s *site) { s.state = "terminated" }},
	{Name: "A24 protocol 6", V4: reachable(ssh), V6: apart, build: func(s *site) { s.only(onPorts("6", 22, 22, any4)) }},
	{Name: "A25 every protocol", V4: reachable(everytalk...), V6: apart, build: func(s *site) { s.only(onAll("-1", any4)) }},
	{Name: "A26 UDP in, nothing out", V4: Reach{Public: Yes, Open: []Opening{world("udp", 53, 53).oneWay()}}, V6: apart, build: func(s *site) {
		s.only(onPorts(s.spell("udp"), 53, 53, any4))
		s.filter(entry(100, "in", "allow", "-1", "", any4))
	}},
	{Name: "A27 ICMP alone", V4: reachable(world("icmp", 0, 0)), V6: apart, build: func(s *site) { s.only(onPorts("icmp", -1, -1, any4)) }},
	{Name: "stopped, without an address", V4: isolated(false, No), V6: isolated(false, No), build: func(s *site) { s.state, s.public = "stopped", false }},
	{Name: "stopped, open by IPv6", V4: isolated(false, No), V6: isolated(true, Yes), build: func(s *site) {
		s.state, s.public, s.six = "stopped", false, true
		s.only(onPorts("tcp", 22, 22, any6))
	}},
	{Name: "both families", V4: reachable(ssh), V6: reachable(ssh), build: func(s *site) {
		s.six = true
		s.only(onPorts("tcp", 22, 22, any4, any6))
	}},
	{Name: "a second interface stands open", V4: reachable(world("tcp", 3389, 3389)), V6: apart, build: func(s *site) {
		front := s.subnet
		s.withdraw()
		open := s.admits("desktop", onPorts("tcp", 3389, 3389, any4))
		s.each = append(s.each, func(i *Instance) { s.wire(i, front, open).Public = s.takePublic() })
	}},
	{Name: "an IPv6 prefix", V4: apart, V6: reachable(ssh), build: func(s *site) {
		s.public = false
		s.only(onPorts("tcp", 22, 22, any6))
		s.each = append(s.each, func(i *Instance) {
			a := s.ground.six(s.subnet)
			i.Interfaces[0].Prefixes = []string{prefixAround(a)}
		})
	}},
	{Name: "an interface that refuses what comes by internet gateways", V4: apart, V6: barred, build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("tcp", 22, 22, any6))
		s.each = append(s.each, func(i *Instance) { i.Interfaces[0].DenyAllIGW = true })
	}},
	{Name: "a private IPv6 address", V4: apart, V6: apart, build: func(s *site) {
		s.public = false
		s.only(onPorts("tcp", 22, 22, any6))
		block := "fd00:8:" + s.six56[len("2a05:d018:"):] + "fe::/64"
		s.vpc.Ipv6CidrBlockAssociationSet = append(s.vpc.Ipv6CidrBlockAssociationSet, VPCBlock6{s.ground.id("vpc-cidr-assoc-"), block, "IPAM", s.r.Name, &State{"associated"}})
		s.subnet.Ipv6CidrBlockAssociationSet = []SubnetBlock6{{s.ground.id("subnet-cidr-assoc-"), block, &State{"associated"}}}
		s.six = true
	}},
}

var sourceScenes = []*Scene{
	{Name: "A31 the metadata address in an ACL and a group", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.group.allow(onPorts("tcp", 80, 80, "169.254.169.254/32"))
		s.filter(append(openEntries(), entry(50, "in", "deny", "-1", "", "169.254.169.254/32"), entry(50, "out", "deny", "-1", "", "169.254.169.254/32"))...)
	}},
	{Name: "A33 the world but one address", V4: reachable(ssh.except("198.51.100.7/32")), V6: apart, build: func(s *site) {
		s.filter(append(openEntries(), entry(50, "in", "deny", "6", "22-22", "198.51.100.7/32"))...)
	}},
	{Name: "A34 all public IPv6", V4: apart, V6: reachable(ssh.wide("2000::/3")), build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("tcp", 22, 22, "2000::/3"))
	}},
	{Name: "the office", V4: restricted(ssh.chosen(officeBlock)), V6: apart, build: func(s *site) { s.only(onPorts("tcp", 22, 22, officeBlock)) }},
	{Name: "the office, by a prefix list", V4: restricted(ssh.chosen(officeBlock, "62.112.18.7/32")), V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 22, 22, s.list("IPv4", officeBlock, "62.112.18.7/32")))
	}},
	{Name: "the branch, by IPv6", V4: apart, V6: restricted(ssh.chosen(branchBlock)), build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("tcp", 22, 22, s.list("IPv6", branchBlock)))
	}},
	{Name: "as wide as any source", V4: reachable(ssh.wide("62.0.0.0/8")), V6: apart, build: func(s *site) { s.only(onPorts("tcp", 22, 22, "62.0.0.0/8")) }},
	{Name: "half as wide as any source", V4: restricted(ssh.chosen("62.0.0.0/9")), V6: apart, build: func(s *site) { s.only(onPorts("tcp", 22, 22, "62.0.0.0/9")) }},
	{Name: "as wide as any source, in parts", V4: reachable(ssh.wide("62.0.0.0/9", "92.0.0.0/9")), V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 22, 22, "62.0.0.0/9"), onPorts("tcp", 22, 22, "92.0.0.0/9"))
	}},
	{Name: "as wide as any source, by IPv6", V4: apart, V6: reachable(ssh.wide("2a00::/16")), build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("tcp", 22, 22, "2a00::/16"))
	}},
	{Name: "half as wide as any source, by IPv6", V4: apart, V6: restricted(ssh.chosen("2a00::/17")), build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("tcp", 22, 22, "2a00::/17"))
	}},
	{Name: "two halves of IPv6", V4: apart, V6: reachable(ssh), build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("tcp", 22, 22, "::/1", "8000::/1"))
	}},
	{Name: "private sources, as many as they are", V4: shut, V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 22, 22, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
	}},
	{Name: "the group of a bastion", V4: shut, V6: apart, build: func(s *site) { s.only(onPorts("tcp", 22, 22, s.group.GroupId)) }},
	{Name: "the default group", V4: shut, V6: apart, build: func(s *site) { s.groups = []*SecurityGroup{s.self} }},
	{Name: "an empty prefix list", V4: shut, V6: apart, build: func(s *site) { s.only(onPorts("tcp", 22, 22, s.list("IPv4"))) }},
	{Name: "ports with a hole", V4: reachable(world("tcp", 8000, 8049), world("tcp", 8051, 8100)), V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 8000, 8100, any4))
		s.filter(append(openEntries(), entry(40, "in", "deny", "6", "8050-8050", any4))...)
	}},
	{Name: "ports in parts", V4: reachable(world("tcp", 8000, 8100)), V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 8000, 8040, any4), onPorts("6", 8041, 8100, any4))
	}},
	{Name: "different ports for different people", V4: reachable(world("tcp", 443, 443), ssh.chosen(officeBlock)), V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 443, 443, any4), onPorts("tcp", 22, 22, officeBlock))
	}},
	{Name: "protocol 50", V4: reachable(world("50", 0, 0)), V6: apart, build: func(s *site) { s.only(onAll("50", any4)) }},
	{Name: "a protocol of no known name", V4: Reach{State: Uncertain, Public: Yes}, V6: apart, build: func(s *site) { s.only(onAll("quic-next", any4)) }},
	{Name: "a protocol of no known name beside SSH", V4: Reach{State: Reachable, Public: Yes, Open: []Opening{ssh}, Perhaps: true}, V6: apart, build: func(s *site) {
		s.only(onAll("quic-next", any4), onPorts("tcp", 22, 22, any4))
	}},
	{Name: "TCP of every port", V4: reachable(world("tcp", 0, 65535)), V6: apart, build: func(s *site) { s.only(onPorts("tcp", 0, 65535, any4)) }},
	{Name: "UDP", V4: reachable(world("udp", 1194, 1194)), V6: apart, build: func(s *site) { s.only(onPorts(s.spell("udp"), 1194, 1194, any4)) }},
	{Name: "echo requests alone", V4: reachable(world("icmp", 0, 0)), V6: apart, build: func(s *site) { s.only(onPorts("icmp", 8, -1, any4)) }},
	{Name: "ICMP of IPv6", V4: apart, V6: reachable(world("icmpv6", 0, 0)), build: func(s *site) {
		s.public, s.six = false, true
		s.only(onPorts("icmpv6", -1, -1, any6))
	}},
	{Name: "A29 a group shared from another VPC", V4: reachable(ssh), V6: apart, build: func(s *site) {
		other := s.ground.vpc("shared", "10.99.0.0/16", "")
		s.defaults(other)
		g := s.ground.group(other, "shared", onPorts("tcp", 22, 22, any4))
		s.net().GroupAssociations = append(s.net().GroupAssociations, &GroupAssociation{g.GroupId, g.OwnerId, s.vpc.VpcId, s.vpc.OwnerId, "associated"})
		s.groups = []*SecurityGroup{g}
	}},
	{Name: "A29 a group that is not told", V4: Reach{State: Uncertain, Public: Yes}, V6: apart, build: func(s *site) {
		s.groups = []*SecurityGroup{{GroupId: s.ground.id("sg-"), GroupName: "of-another-account"}}
	}},
}

var gateScenes = []*Scene{
	{Name: "nobody lets answers out", V4: shut, V6: apart, build: func(s *site) { s.filter(entry(100, "in", "allow", "-1", "", any4)) }},
	{Name: "an ACL without entries", V4: shut, V6: apart, build: func(s *site) { s.filter() }},
	{Name: "an ACL that denies between two that allow", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.filter(entry(50, "in", "allow", "6", "22-22", any4), entry(60, "in", "deny", "-1", "", any4), entry(70, "in", "allow", "-1", "", any4), entry(10, "out", "allow", "-1", "", any4))
	}},
	{Name: "an ACL that lets the office in", V4: restricted(ssh.chosen(officeBlock)), V6: apart, build: func(s *site) {
		s.filter(entry(100, "in", "allow", "6", "22-22", officeBlock), entry(100, "out", "allow", "-1", "", any4))
	}},
	{Name: "an ACL that lets answers out to the office", V4: restricted(ssh.chosen(officeBlock)), V6: apart, build: func(s *site) {
		s.filter(entry(100, "in", "allow", "-1", "", any4), entry(100, "out", "allow", "6", "1024-65535", officeBlock))
	}},
	{Name: "an ACL of IPv4 alone", V4: reachable(ssh), V6: shut, build: func(s *site) {
		s.six = true
		s.only(onPorts("tcp", 22, 22, any4, any6))
		s.filter(entry(100, "in", "allow", "-1", "", any4), entry(100, "out", "allow", "-1", "", any4))
	}},
	{Name: "an ACL that denies UDP, and TCP is open", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.group.allow(onPorts("udp", 53, 53, any4))
		s.filter(append(openEntries(), entry(20, "in", "deny", "17", "0-65535", any4))...)
	}},
	{Name: "an ACL that lets every answer to clients out", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.filter(entry(100, "in", "allow", "6", "22-22", any4), entry(100, "out", "allow", "6", "1024-65535", any4))
	}},
	{Name: "an ACL with two ranges for answers", V4: reachable(ssh.partly(Ports{1024, 5000}, Ports{49152, 65535})), V6: apart, build: func(s *site) {
		s.filter(entry(100, "in", "allow", "6", "22-22", any4), entry(100, "out", "allow", "6", "1024-5000", any4), entry(110, "out", "allow", "6", "49152-65535", any4))
	}},
	{Name: "a group that lets nothing out", V4: reachable(ssh), V6: apart, build: func(s *site) { s.group.IpPermissionsEgress = nil }},
	{Name: "a VPC whose gateway is attached elsewhere", V4: apart, V6: apart, build: func(s *site) {
		other := s.ground.vpc("elsewhere", "10.98.0.0/16", "")
		s.defaults(other)
		s.igw.Attachments = []GatewayAttachment{{"available", other.VpcId}}
	}},
	{Name: "a route to the office alone", V4: restricted(ssh.chosen(officeBlock)), V6: apart, build: func(s *site) {
		s.table.drop(any4)
		s.table.route(officeBlock, s.igw.InternetGatewayId)
	}},
	{Name: "routes to two halves of the world", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.table.drop(any4)
		s.table.route("0.0.0.0/1", s.igw.InternetGatewayId)
		s.table.route("128.0.0.0/1", s.igw.InternetGatewayId)
	}},
	{Name: "a route by a prefix list", V4: restricted(ssh.chosen(officeBlock)), V6: apart, build: func(s *site) {
		s.table.drop(any4)
		s.table.route(s.list("IPv4", officeBlock), s.igw.InternetGatewayId)
	}},
	{Name: "a blackhole in the way", V4: reachable(ssh.except("62.0.0.0/8")), V6: apart, build: func(s *site) {
		s.table.route("62.0.0.0/8", s.ground.id("eni-"))
		s.table.Routes[len(s.table.Routes)-1].State = "blackhole"
	}},
	{Name: "a way to the internet for IPv4 alone", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.six = true
		s.only(onPorts("tcp", 22, 22, any4, any6))
		s.table.drop(any6)
	}},
	{Name: "a subnet's own table leads out, the main one does not", V4: reachable(ssh), V6: apart, build: func(s *site) {
		s.subnet = s.another("own")
		t := s.ground.table(s.vpc, "own")
		t.route(any4, s.igw.InternetGatewayId)
		s.serve(t, s.subnet)
		s.table.drop(any4)
	}},
}

// blockScenes are those of blocking public access, one for each state that an
// exclusion may have.
func blockScenes() []*Scene {
	const ingress, both = "ingress blocked", "both ways blocked"
	exclude := func(whole bool, mode, state, then string) func(*site) {
		return func(s *site) { s.exclude(whole, mode, state, then) }
	}
	out := []*Scene{
		{Name: "A18 public access is blocked", Where: ingress, V4: barred, V6: apart, build: func(*site) {}},
		{Name: "public access is blocked both ways", Where: both, V4: barred, V6: apart, build: func(*site) {}},
		{Name: "A19 the subnet is excluded", Where: both, V4: reachable(ssh), V6: apart, build: exclude(false, "allow-bidirectional", "create-complete", "off")},
		{Name: "A20 the VPC is excluded for what goes out", Where: ingress, V4: barred, V6: apart, build: exclude(true, "allow-egress", "create-complete", "block-ingress")},
		{Name: "the VPC is excluded for what goes out, where both are blocked", Where: both, V4: barred, V6: apart, build: exclude(true, "allow-egress", "create-complete", "block-ingress")},
		{Name: "the VPC is excluded", Where: ingress, V4: reachable(ssh), V6: apart, build: exclude(true, "allow-bidirectional", "create-complete", "off")},
		{Name: "A35 an exclusion that was changed", Where: ingress, V4: reachable(ssh), V6: apart, build: exclude(false, "allow-bidirectional", "update-complete", "off")},
		{Name: "public access is blocked, IPv6", Where: ingress, V4: apart, V6: barred, build: func(s *site) {
			s.public, s.six = false, true
			s.only(onPorts("tcp", 22, 22, any6))
		}},
		{Name: "public access is blocked, and there is no address", Where: ingress, V4: apart, V6: apart, build: func(s *site) { s.public = false }},
	}
	for _, state := range []string{"update-in-progress", "update-failed", "delete-in-progress", "disable-in-progress"} {
		out = append(out, &Scene{Name: "an exclusion in force: " + state, Where: ingress, V4: reachable(ssh), V6: apart, build: exclude(false, "allow-bidirectional", state, "off")})
	}
	for _, state := range []string{"create-in-progress", "create-failed", "delete-complete", "disable-complete"} {
		out = append(out, &Scene{Name: "an exclusion not in force: " + state, Where: ingress, V4: barred, V6: apart, build: exclude(false, "allow-bidirectional", state, "block-ingress")})
	}
	return out
}

var balancerScenes = []*Scene{
	{Name: "A28 behind an application load balancer", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7")), V6: apart, build: func(s *site) { s.web("internet-facing", any4) }},
	{Name: "A32 only a load balancer's own interface stands open", V4: apart, V6: apart, build: func(s *site) {
		g := s.group
		s.withdraw()
		s.only(onPorts("tcp", 22, 22, "10.0.0.0/8"))
		s.balancer("application", "internet-facing", g)
		s.listen("HTTP", 22, nil)
	}},
	{Name: "an application load balancer for the office", V4: restricted(world("tcp", 8080, 8080).behind(443, "l7").chosen(officeBlock)), V6: apart, build: func(s *site) { s.web("internet-facing", officeBlock) }},
	{Name: "an internal application load balancer", V4: apart, V6: apart, build: func(s *site) { s.web("internal", any4) }},
	{Name: "a load balancer whose port its group does not open", V4: shut, V6: apart, build: func(s *site) {
		g := s.admits("alb", onPorts("tcp", 80, 80, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8080, 8080, g.GroupId))
		s.balancer("application", "internet-facing", g)
		s.listen("HTTPS", 443, s.targets("HTTP", "instance", 8080))
	}},
	{Name: "a target that does not admit its load balancer", V4: shut, V6: apart, build: func(s *site) {
		s.web("internet-facing", any4)
		s.only(onPorts("tcp", 22, 22, any4))
	}},
	{Name: "a target that admits another port of its load balancer", V4: shut, V6: apart, build: func(s *site) {
		s.web("internet-facing", any4)
		s.only(onPorts("tcp", 80, 80, "10.0.0.0/8"))
	}},
	{Name: "a target group that only a listener's rule names", V4: viaLB(world("tcp", 8080, 8080).behind(80, "l7")), V6: apart, build: func(s *site) {
		g := s.admits("alb", onPorts("tcp", 80, 80, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8080, 8080, g.GroupId))
		s.balancer("application", "internet-facing", g)
		s.rule(s.listen("HTTP", 80, nil), s.targets("HTTP", "instance", 8080))
	}},
	{Name: "a target with a port of its own", V4: viaLB(world("tcp", 9000, 9000).behind(80, "l7")), V6: apart, build: func(s *site) {
		g := s.admits("alb", onPorts("tcp", 80, 80, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8000, 9999, g.GroupId))
		s.balancer("application", "internet-facing", g)
		t := s.targets("HTTP", "instance", 8080)
		s.each[len(s.each)-1] = func(i *Instance) { t.join(i, 9000) }
		s.listen("HTTP", 80, t)
	}},
	{Name: "a load balancer and SSH from the office", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7"), ssh.chosen(officeBlock)), V6: apart, build: func(s *site) {
		front := s.subnet
		s.web("internet-facing", any4)
		s.public, s.subnet = true, front
		s.groups = append(s.groups, s.admits("office", onPorts("tcp", 22, 22, officeBlock)))
	}},
	{Name: "targets by address", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7")), V6: apart, build: func(s *site) {
		g := s.admits("alb", onPorts("tcp", 443, 443, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8080, 8080, g.GroupId))
		s.balancer("application", "internet-facing", g)
		s.listen("HTTPS", 443, s.targets("HTTP", "ip", 8080))
	}},
	{Name: "a network load balancer that shows its clients", V4: viaLB(world("tcp", 8443, 8443).behind(443, "l4")), V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, any4))
		s.balancer("network", "internet-facing")
		s.listen("TCP", 443, s.targets("TCP", "instance", 8443))
	}},
	{Name: "a network load balancer that shows its clients to a target for the VPC", V4: shut, V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, "10.0.0.0/8"))
		s.balancer("network", "internet-facing")
		s.listen("TCP", 443, s.targets("TCP", "instance", 8443))
	}},
	{Name: "a network load balancer in front of addresses", V4: viaLB(world("tcp", 8443, 8443).behind(443, "l4")), V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, s.vpc.CidrBlock))
		s.balancer("network", "internet-facing")
		s.listen("TCP", 443, s.targets("TCP", "ip", 8443))
	}},
	{Name: "a network load balancer with a group", V4: viaLB(world("tcp", 8443, 8443).behind(443, "l4")), V6: apart, build: func(s *site) {
		g := s.admits("nlb", onPorts("tcp", 443, 443, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, g.GroupId))
		s.balancer("network", "internet-facing", g)
		s.listen("TCP", 443, s.targets("TCP", "instance", 8443))
	}},
	{Name: "a network load balancer with a group for the office", V4: restricted(world("tcp", 8443, 8443).behind(443, "l4").chosen(officeBlock)), V6: apart, build: func(s *site) {
		g := s.admits("nlb", onPorts("tcp", 443, 443, officeBlock))
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, g.GroupId))
		s.balancer("network", "internet-facing", g)
		s.listen("TCP", 443, s.targets("TCP", "instance", 8443))
	}},
	{Name: "a network load balancer for UDP", V4: viaLB(world("udp", 1194, 1194).behind(1194, "l4")), V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("udp", 1194, 1194, any4))
		s.balancer("network", "internet-facing")
		s.listen("UDP", 1194, s.targets("UDP", "instance", 1194))
	}},
	{Name: "a classic load balancer", V4: viaLB(world("tcp", 8080, 8080).behind(80, "l7")), V6: apart, build: func(s *site) {
		g := s.admits("elb", onPorts("tcp", 80, 80, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8080, 8080, g.GroupId))
		s.balancer("classic", "internet-facing", g)
		s.classicListen("HTTP", 80, 8080)
	}},
	{Name: "a classic load balancer that passes TCP on", V4: viaLB(world("tcp", 22, 22).behind(2222, "l4")), V6: apart, build: func(s *site) {
		g := s.admits("elb", onPorts("tcp", 2222, 2222, any4))
		s.withdraw()
		s.only(onPorts("tcp", 22, 22, g.GroupId))
		s.balancer("classic", "internet-facing", g)
		s.classicListen("TCP", 2222, 22)
	}},
	{Name: "an ACL between a load balancer and its targets", V4: shut, V6: apart, build: func(s *site) {
		s.web("internet-facing", any4)
		s.filter(append(openEntries(), entry(30, "in", "deny", "6", "8080-8080", "10.0.0.0/8"))...)
	}},
	{Name: "a load balancer and its targets in one subnet, whose ACL neither lets pass", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7")), V6: apart, build: func(s *site) {
		g := s.admits("alb", onPorts("tcp", 443, 443, any4))
		s.only(onPorts("tcp", 8080, 8080, g.GroupId))
		s.public = false
		s.subnet = s.balancer("application", "internet-facing", g)
		s.listen("HTTPS", 443, s.targets("HTTP", "instance", 8080))
		s.filter(entry(100, "in", "allow", "6", "443-443", any4), entry(100, "out", "allow", "6", "1024-65535", any4), entry(110, "in", "deny", "-1", "", any4))
	}},
	{Name: "a private target whose group opens SSH to the world", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7")), V6: apart, build: func(s *site) {
		s.web("internet-facing", any4)
		s.groups = append(s.groups, s.group)
	}},
	{Name: "a load balancer of both families", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7")), V6: viaLB(world("tcp", 8080, 8080).behind(443, "l7")), build: func(s *site) {
		s.web("internet-facing", any4, any6)
		s.bothFamilies()
	}},
	{Name: "a load balancer of two ports", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7"), world("tcp", 8080, 8080).behind(80, "l7").chosen(officeBlock)), V6: apart, build: func(s *site) {
		s.web("internet-facing", any4)
		s.net().SecurityGroups[s.at(s.lb.SecurityGroups[0])].allow(onPorts("tcp", 80, 80, officeBlock))
		s.listen("HTTP", 80, s.net().TargetGroups[len(s.net().TargetGroups)-1])
	}},
	{Name: "a rule of a load balancer for the office", V4: restricted(world("tcp", 8080, 8080).behind(80, "l7").chosen(officeBlock)), V6: apart, build: func(s *site) {
		g := s.admits("alb", onPorts("tcp", 80, 80, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8080, 8080, g.GroupId))
		s.balancer("application", "internet-facing", g)
		s.rule(s.listen("HTTP", 80, nil), s.targets("HTTP", "instance", 8080), RuleCondition{Field: "source-ip", SourceIpConfig: &SourceCondition{[]string{officeBlock}}})
	}},
	{Name: "a rule of a load balancer for a header", V4: viaLB(world("tcp", 8080, 8080).behind(80, "l7")), V6: apart, build: func(s *site) {
		g := s.admits("alb", onPorts("tcp", 80, 80, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8080, 8080, g.GroupId))
		s.balancer("application", "internet-facing", g)
		s.rule(s.listen("HTTP", 80, nil), s.targets("HTTP", "instance", 8080), RuleCondition{Field: "http-header", HttpHeaderConfig: &HeaderCondition{"X-Stage", []string{"blue"}}})
	}},
	{Name: "a target group that is given no share", V4: apart, V6: apart, build: func(s *site) {
		s.web("internet-facing", any4)
		none := 0
		l := s.net().Listeners[len(s.net().Listeners)-1]
		l.DefaultActions[0].TargetGroupArn, l.DefaultActions[0].ForwardConfig.TargetGroups[0].Weight = "", &none
	}},
	{Name: "a network load balancer that hides its clients", V4: viaLB(world("tcp", 8443, 8443).behind(443, "l4")), V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, s.vpc.CidrBlock))
		s.balancer("network", "internet-facing")
		t := s.targets("TCP", "instance", 8443)
		t.PreservesClient = false
		s.listen("TCP", 443, t)
	}},
	{Name: "a network load balancer that shows its clients to addresses for the VPC", V4: shut, V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, s.vpc.CidrBlock))
		s.balancer("network", "internet-facing")
		t := s.targets("TCP", "ip", 8443)
		t.PreservesClient = true
		s.listen("TCP", 443, t)
	}},
	{Name: "a network load balancer that shows its clients, and an ACL for the office", V4: restricted(world("tcp", 8443, 8443).behind(443, "l4").chosen(officeBlock)), V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, any4))
		s.balancer("network", "internet-facing")
		s.listen("TCP", 443, s.targets("TCP", "instance", 8443))
		s.filter(entry(100, "in", "allow", "6", "8443-8443", officeBlock), entry(100, "out", "allow", "-1", "", any4))
	}},
	{Name: "a network load balancer that does not stand in its target's zone", V4: apart, V6: apart, build: func(s *site) { s.farther("true", 1, 2) }},
	{Name: "a network load balancer whose node in another zone has the only way out, and sends across zones", V4: viaLB(world("tcp", 8443, 8443).behind(443, "l4")), V6: apart, build: func(s *site) {
		s.strand(s.farther("true", 0, 1)[0])
	}},
	{Name: "a network load balancer whose node in another zone has the only way out, and keeps to its zone", V4: barred, V6: apart, build: func(s *site) {
		s.strand(s.farther("false", 0, 1)[0])
	}},
	// Whether it sends across zones is left to the load balancer's own attributes,
	// which are not asked for.
	{Name: "a network load balancer whose node in another zone has the only way out, and may send across zones", V4: uncertain, V6: apart, build: func(s *site) {
		s.strand(s.farther("use_load_balancer_configuration", 0, 1)[0])
	}},
	{Name: "a stopped target", V4: isolated(true, Yes), V6: isolated(false, No), build: func(s *site) {
		s.web("internet-facing", any4)
		s.state = "stopped"
	}},
	{Name: "a load balancer behind blocked public access", Where: "ingress blocked", V4: barred, V6: apart, build: func(s *site) { s.web("internet-facing", any4) }},
}

// strand takes the way out from a subnet that has one.
func (s *site) strand(sub *Subnet) {
	for _, t := range s.net().RouteTables {
		t.Associations = slices.DeleteFunc(t.Associations, func(a RouteAssociation) bool { return a.SubnetId == sub.SubnetId })
	}
	s.serve(s.ground.table(s.vpc, "no way out"), sub)
}

// farther is a network load balancer in zones that are counted from the one of
// its targets.
func (s *site) farther(across string, zones ...int) []*Subnet {
	s.withdraw()
	s.only(onPorts("tcp", 8443, 8443, any4))
	for k := range zones {
		zones[k] += s.subnet.zone()
	}
	subs := s.balancerIn("network", "internet-facing", zones)
	t := s.targets("TCP", "instance", 8443)
	t.CrossZone = across
	s.listen("TCP", 443, t)
	return subs
}

// web is the common arrangement: clients at 443 of an application load
// balancer, instances at 8080 in a private subnet.
func (s *site) web(scheme string, sources ...string) {
	g := s.admits("alb", onPorts("tcp", 443, 443, sources...))
	s.withdraw()
	s.only(onPorts("tcp", 8080, 8080, g.GroupId))
	s.balancer("application", scheme, g)
	s.listen("HTTPS", 443, s.targets("HTTP", "instance", 8080))
}

// refusedScenes stand where a call is refused. Who has no public address needs
// no ACL to be internal; what is open for certain needs no load balancer.
var refusedScenes = []*Scene{
	{Name: "A30 ACLs are not told", Where: "ACLs refused", V4: Reach{State: Uncertain, Public: Yes}, V6: apart, build: func(*site) {}},
	{Name: "ACLs are not told, and the group admits nobody", Where: "ACLs refused", V4: shut, V6: apart, build: func(s *site) { s.only() }},
	{Name: "ACLs are not told, and there is no address", Where: "ACLs refused", V4: apart, V6: apart, build: func(s *site) { s.public = false }},
	{Name: "groups are not told", Where: "groups refused", V4: Reach{State: Uncertain, Public: Yes}, V6: apart, build: func(*site) {}},
	{Name: "groups are not told, and there is no address", Where: "groups refused", V4: apart, V6: apart, build: func(s *site) { s.public = false }},
	{Name: "exclusions are not told", Where: exclusionsUntold, V4: Reach{State: Uncertain}, V6: apart, build: func(s *site) {
		if s.coin() {
			s.exclude(s.coin(), "allow-bidirectional", "create-complete", "off")
		}
	}},
	{Name: "exclusions are not told, and there is no address", Where: exclusionsUntold, V4: apart, V6: apart, build: func(s *site) { s.public = false }},
	{Name: "prefix lists are not told", Where: "prefix lists refused", V4: Reach{State: Uncertain, Public: Yes}, V6: apart, build: func(s *site) {
		s.only(onPorts("tcp", 22, 22, s.list("IPv4", any4)))
	}},
	{Name: "prefix lists are not told, and SSH is open without", Where: "prefix lists refused", V4: Reach{State: Reachable, Public: Yes, Open: []Opening{ssh}}, V6: apart, build: func(*site) {}},
	{Name: "the block of public access is not told", Where: blockUntold, V4: Reach{State: Uncertain, Public: Yes}, V6: apart, build: func(*site) {}},
	{Name: "route tables are not told", Where: "route tables refused", V4: uncertain, V6: apart, build: func(*site) {}},
	{Name: "route tables are not told, and there is no address", Where: "route tables refused", V4: apart, V6: apart, build: func(s *site) { s.public = false }},
	{Name: "load balancers are not told", Where: "balancers refused", V4: uncertain, V6: uncertain, build: func(s *site) { s.web("internet-facing", any4) }},
	{Name: "rules of listeners are not told", Where: "rules refused", V4: uncertain, V6: apart, build: func(s *site) {
		g := s.admits("alb", onPorts("tcp", 80, 80, any4))
		s.withdraw()
		s.only(onPorts("tcp", 8080, 8080, g.GroupId))
		s.balancer("application", "internet-facing", g)
		s.rule(s.listen("HTTP", 80, nil), s.targets("HTTP", "instance", 8080))
	}},
	{Name: "rules of listeners are not told, and the default action forwards", Where: "rules refused", V4: viaLB(world("tcp", 8080, 8080).behind(443, "l7")), V6: apart, build: func(s *site) { s.web("internet-facing", any4) }},
	{Name: "whether clients are shown is not told", Where: "attributes refused", V4: uncertain, V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, s.vpc.CidrBlock))
		s.balancer("network", "internet-facing")
		s.listen("TCP", 443, s.targets("TCP", "instance", 8443))
	}},
	{Name: "whether clients are shown is not told, and both are let in", Where: "attributes refused", V4: viaLB(world("tcp", 8443, 8443).behind(443, "l4")), V6: apart, build: func(s *site) {
		s.withdraw()
		s.only(onPorts("tcp", 8443, 8443, any4))
		s.balancer("network", "internet-facing")
		s.listen("TCP", 443, s.targets("TCP", "instance", 8443))
	}},
	{Name: "load balancers are not told, and SSH is open", Where: "balancers refused", V4: Reach{State: Reachable, Public: Yes, Open: []Opening{ssh}, Perhaps: true}, V6: uncertain, build: func(*site) {}},
}
