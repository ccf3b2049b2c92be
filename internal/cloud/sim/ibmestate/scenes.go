package ibmestate

import "fmt"

// A Scene is one corner case: a network, or a way to an identity, with what is
// true of the server in it. Those with a number are the corner cases of the
// domain's reference, under its numbers. The answers are written down, never
// worked out.
type Scene struct {
	Name  string // "B1 …"
	Want  Want
	build func(*site)
}

// A site is where a scene is built: a VPC with one subnet, a group that admits
// SSH from the world, and a running server with a floating IP that wears it.
type site struct {
	r      *Region
	v      *VPC
	subnet *Subnet
	group  *SecurityGroup
	server *Server
	ip     *FloatingIP
}

// only has the group hold these rules, and let everything out.
func (s *site) only(rules ...*Rule) {
	s.group.Rules = nil
	s.group.admit(append(rules, outward())...)
}

// filter gives the subnet an access list.
func (s *site) filter(rules ...*ACLRule) { s.subnet.ACL = s.v.acl("filter", rules...) }

// private takes the floating IP away.
func (s *site) private() { s.r.DropFloating(s.ip.ID) }

// Scenes returns every scene, in a fixed order.
func Scenes() []*Scene { return append(append([]*Scene{}, numbered...), others...) }

// Corners is one account in which each scene stands once, in us-south; the
// server of scene n is called corner-n, from 1 on, see ServerOf.
func Corners() *Estate {
	a := newAccount("5a8d1c2b3e4f40617283940a5b6c7d8e", "corners")
	a.tracks("us-south", "success")
	r := a.region("us-south")
	for n, s := range Scenes() {
		t := &site{r: r, v: r.vpc(fmt.Sprintf("corner-%d", n+1))}
		t.subnet = t.v.subnet("subnet", 1+n%3)
		t.group = t.v.group("ssh", shell()...)
		t.server = t.subnet.server(fmt.Sprintf("corner-%d", n+1), t.group).metadata(true, "http", 1)
		t.ip = t.server.Interfaces[0].float()
		s.build(t)
		t.server.Want = s.Want
		t.server.Want.Scene = s.Name
	}
	return &Estate{Accounts: []*Account{a}}
}

// ServerOf is the server of a scene in Corners, nil if there is none.
func (e *Estate) ServerOf(s *Scene) *Server {
	for _, x := range e.Workloads() {
		if x.Want.Scene == s.Name {
			return x
		}
	}
	return nil
}

func allow(direction, protocol string) *ACLRule { return aclRule("allow", direction, protocol) }
func deny(direction, protocol string) *ACLRule  { return aclRule("deny", direction, protocol) }

var everyport = []Opening{world("tcp", 0, 65535), world("udp", 0, 65535), world("icmp", 0, 0)}

var numbered = []*Scene{
	{"B1 SSH from the world, default ACL", reachable(ssh), func(*site) {}},
	{"B2 public gateway only", apart, func(s *site) {
		s.private()
		s.subnet.gateway()
	}},
	{"B3 ACL lets SSH in and nothing out", shut, func(s *site) { s.filter(allow("inbound", "tcp").dials(22, 22)) }},
	{"B4 ACL lets answers out from port 22 to client ports", reachable(ssh), func(s *site) {
		s.filter(allow("inbound", "tcp").dials(22, 22), allow("outbound", "tcp").calls(22, 22).dials(1024, 65535))
	}},
	{"B5 ACL lets out from client ports only, as where ACLs have no source ports", shut, func(s *site) {
		s.filter(allow("inbound", "tcp").dials(22, 22), allow("outbound", "tcp").calls(1024, 65535))
	}},
	{"B6 ACL denies everything before it allows", shut, func(s *site) {
		s.filter(deny("inbound", "any"), allow("inbound", "tcp").dials(22, 22), allow("outbound", "any"))
	}},
	{"B7 rule is about another local block", shut, func(s *site) {
		x := inward("tcp", 22, 22, anywhere)
		x.Local = "10.0.9.0/24"
		s.only(x)
	}},
	{"B8 icmp_tcp_udp from the world", reachable(everyport...), func(s *site) { s.only(inward("icmp_tcp_udp", 0, 0, anywhere)) }},
	{"B9 protocol all, of older versions", reachable(everyport...), func(s *site) { s.only(inward("all", 0, 0, anywhere)) }},
	{"B10 any protocol from the world", reachable(append(everyport, world(Others, 0, 0))...), func(s *site) {
		s.only(inward("any", 0, 0, anywhere))
		s.filter(allow("inbound", "any"), allow("outbound", "any"))
	}},
	{"B11 protocol 47 from the world", reachable(world("47", 0, 0)), func(s *site) {
		s.only(inward("number_47", 0, 0, anywhere))
		s.filter(allow("inbound", "any"), allow("outbound", "any"))
	}},
	{"B12 ACL allows HTTPS, then denies any, then allows all", reachable(world("tcp", 443, 443)), func(s *site) {
		s.only(webAndShell()[:2]...)
		s.filter(allow("inbound", "tcp").dials(443, 443), deny("inbound", "any"), allow("inbound", "any"), allow("outbound", "any"))
	}},
	{"B13 admits another group only", shut, func(s *site) {
		x := inward("tcp", 22, 22, "")
		x.RemoteGroup = s.v.DefaultGroup
		s.only(x)
		s.subnet.server(s.server.Name+"-peer", s.v.DefaultGroup)
	}},
	{"B14 floating IP of a public gateway", apart, func(s *site) {
		s.private()
		g := s.subnet.gateway()
		g.Address.Name = "reserved-for-egress"
	}},
	{"B15 floating IP on a second interface", reachable(world("tcp", 3389, 3389)), func(s *site) {
		s.private()
		front := s.v.subnet("front", 1)
		s.subnet.ACL = s.v.acl("closed", deny("inbound", "any"), deny("outbound", "any"))
		desk := s.v.group("desk", inward("tcp", 3389, 3389, anywhere), outward())
		s.server.wire(front, desk).float()
	}},
	{"B16 stopped", Want{State: Isolated, Latent: true, Public: true}, func(s *site) { s.server.Status = "stopped" }},
	{"B17 address range routed to a firewall", reachable(world("tcp", 443, 443)), func(s *site) {
		s.private()
		s.only(web()[0])
		s.server.Interfaces[0].Spoofing = true
		ingress(s, "203.0.113.0/29", s.server.Interfaces[0].Address)
	}},
	{"B18 a protocol that nobody knows", Want{State: Uncertain, Public: true}, func(s *site) { s.only(inward("quic_next", 0, 0, anywhere)) }},
	{"B19 ACL lets in from source port 443 only", reachable(ssh.partly(443, 443)), func(s *site) {
		s.filter(allow("inbound", "tcp").calls(443, 443).dials(22, 22), allow("outbound", "tcp"))
	}},
}

// ingress routes a block of public addresses to a next hop.
func ingress(s *site, block, hop string) {
	s.v.publicRange(s.v.Name+"-range", block, s.subnet.Zone)
	t := s.v.table("ingress")
	t.InternetIngress = true
	t.route(s.subnet.Zone, block, "deliver", hop)
}
