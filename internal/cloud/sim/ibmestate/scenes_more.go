package ibmestate

// others are the scenes without a number.
var others = []*Scene{
	{"SSH from one office", restricted(ssh.chosen(office)), func(s *site) { s.only(inward("tcp", 22, 22, office)) }},
	{"SSH from one address", restricted(ssh.chosen("62.112.16.7/32")), func(s *site) { s.only(inward("tcp", 22, 22, "62.112.16.7")) }},
	{"SSH from two halves of the world", reachable(ssh), func(s *site) {
		s.only(inward("tcp", 22, 22, "0.0.0.0/1"), inward("tcp", 22, 22, "128.0.0.0/1"))
	}},
	{"ACL denies one address", reachable(ssh.except("62.112.16.7/32")), func(s *site) {
		s.filter(deny("inbound", "any").from("62.112.16.7/32"), allow("inbound", "any"), allow("outbound", "any"))
	}},
	{"ACL allows before it denies", reachable(ssh), func(s *site) {
		s.filter(allow("inbound", "any"), deny("inbound", "tcp").dials(22, 22), allow("outbound", "any"))
	}},
	{"ACL denies SSH before it allows all", reachable(world("tcp", 443, 443)), func(s *site) {
		s.only(webAndShell()[:2]...)
		s.filter(deny("inbound", "tcp").dials(22, 22), allow("inbound", "any"), allow("outbound", "any"))
	}},
	{"ACL is about another destination", shut, func(s *site) {
		s.filter(allow("inbound", "any").to("10.99.0.0/16"), allow("outbound", "any"))
	}},
	{"a group without rules", shut, func(s *site) { s.group.Rules = nil }},
	{"two groups, one of which admits", reachable(ssh), func(s *site) {
		g := s.v.group("empty")
		i := s.server.Interfaces[0]
		i.Groups = append(i.Groups, g)
		g.worn = append(g.worn, Target{i, s.server})
	}},
	{"nobody dials in, and no public address", apart, func(s *site) {
		s.private()
		s.only()
	}},
	{"private, open to the world", apart, func(s *site) { s.private() }},
	{"stopped, without an address", dark, func(s *site) {
		s.private()
		s.server.Status = "stopped"
	}},
	{"UDP from the world", reachable(world("udp", 53, 53)), func(s *site) { s.only(inward("udp", 53, 53, anywhere)) }},
	{"ICMP from the world", reachable(world("icmp", 0, 0)), func(s *site) { s.only(inward("icmp", 0, 0, anywhere)) }},
	{"network interface of the old kind", reachable(ssh), func(s *site) { s.server.older() }},
	{"no NAT, and the rule is about the private address", shut, func(s *site) {
		s.metal()
		s.server.Interfaces[0].NoNAT = true
		x := inward("tcp", 22, 22, anywhere)
		x.Local = s.server.Interfaces[0].Address
		s.only(x)
	}},
	{"no NAT, and the rule is about the floating address", reachable(ssh), func(s *site) {
		s.metal()
		s.server.Interfaces[0].NoNAT = true
		x := inward("tcp", 22, 22, anywhere)
		x.Local = s.ip.Address
		s.only(x)
	}},
	{"NAT, and the rule is about the private address", reachable(ssh), func(s *site) {
		x := inward("tcp", 22, 22, anywhere)
		x.Local = s.server.Interfaces[0].Address
		s.only(x)
	}},
	{"routes drop the answers", shut, func(s *site) {
		s.v.table("dead end", s.subnet).route(s.subnet.Zone, anywhere, "drop", "0.0.0.0")
	}},
	{"routes of another zone drop", reachable(ssh), func(s *site) {
		other := s.subnet.VPC.Region.Name + "-1"
		if other == s.subnet.Zone {
			other = s.subnet.VPC.Region.Name + "-2"
		}
		s.v.table("elsewhere", s.subnet).route(other, anywhere, "drop", "0.0.0.0")
	}},
	{"behind a public application load balancer", viaLB(world("tcp", 8080, 8080).behind(443, "l7")), func(s *site) { balanced(s, true) }},
	{"behind a private application load balancer", apart, func(s *site) { balanced(s, false) }},
	{"behind a public network load balancer", viaLB(world("tcp", 22, 22).behind(2222, "l4")), func(s *site) {
		s.private()
		s.v.balancer(s.v.Name+"-nlb", true, true, nil, s.subnet).listen("tcp", 2222, 2222, 22, s.server)
	}},
	{"behind a load balancer whose group admits an office", Want{State: Restricted, Public: true, Open: []Opening{world("tcp", 8080, 8080).behind(443, "l7").chosen(office)}}, func(s *site) {
		balanced(s, true)
		g := s.r.LoadBalancers[len(s.r.LoadBalancers)-1].Groups[0]
		g.Rules = nil
		g.admit(inward("tcp", 443, 443, office), outward())
	}},
	{"behind a load balancer that the server does not admit", shut, func(s *site) {
		balanced(s, true)
		s.only(inward("tcp", 9999, 9999, "10.0.0.0/8"))
	}},
	{"a bare metal server", reachable(ssh), func(s *site) { s.metal() }},
	{"server behind the firewall of an address range", Want{State: Internal, Perhaps: true}, func(s *site) {
		s.private()
		firewall := s.subnet.server(s.server.Name+"-firewall", s.v.group("firewall", web()...)).wants(reachable(world("tcp", 443, 443)))
		firewall.Interfaces[0].Spoofing = true
		ingress(s, "203.0.113.8/29", firewall.Interfaces[0].Address)
	}},
	{"SSH, beside a protocol that nobody knows", Want{State: Reachable, Public: true, Open: []Opening{ssh}, Perhaps: true}, func(s *site) {
		s.only(inward("tcp", 22, 22, anywhere), inward("quic_next", 0, 0, anywhere))
	}},
	{"a status that nobody knows", Want{State: Uncertain, Public: true}, func(s *site) { s.server.Status = "hibernating" }},
	{"network interface of the old kind that may send from other addresses", reachable(ssh), func(s *site) { s.server.older().Interfaces[0].Spoofing = true }},
	{"a bare metal server with a network interface of the old kind", reachable(ssh), func(s *site) {
		s.metal()
		s.server.older().Interfaces[0].Spoofing = true
	}},
	{"old kind without NAT, and the rule is about the floating address", reachable(ssh), func(s *site) {
		s.metal()
		s.server.older().Interfaces[0].NoNAT = true
		x := inward("tcp", 22, 22, anywhere)
		x.Local = s.ip.Address
		s.only(x)
	}},
	{"behind a load balancer whose private addresses are not told", viaLB(world("tcp", 8080, 8080).behind(443, "l7")), func(s *site) { untold(s) }},
	{"behind one of these, and it admits half of the subnet", Want{State: Uncertain, Public: true}, func(s *site) {
		untold(s)
		s.only(inward("tcp", 8080, 8080, s.r.LoadBalancers[len(s.r.LoadBalancers)-1].Subnets[0].prefix+"0/25"))
	}},
	{"a listener's policy forwards to it", viaLB(world("tcp", 8080, 8080).behind(443, "l7")), func(s *site) {
		l, x, own := elsewhere(s)
		l.policy(x, "forward_to_pool", "/api").Pool = own
	}},
	{"a listener's policies turn requests away", apart, func(s *site) {
		l, x, _ := elsewhere(s)
		l.policy(x, "reject", "/admin")
		l.policy(x, "redirect", "/docs").URL = "https://docs.example.com/{path}"
	}},
	{"a listener's policy forwards to another listener", viaLB(world("tcp", 8080, 8080).behind(443, "l7"), world("tcp", 8080, 8080).behind(8443, "l7")), func(s *site) {
		l, x, own := elsewhere(s)
		l.Groups[0].admit(inward("tcp", 8443, 8443, anywhere))
		next := &Listener{ID: l.Region.prefix() + "-" + uuid(l.ID, "listener 8443"), Protocol: "https", PortMin: 8443, PortMax: 8443, Pool: own}
		l.Listeners = append(l.Listeners, next)
		l.policy(x, "forward_to_listener", "/next").Listener = next
	}},
	{"a listener sends all to HTTPS, where a policy forwards to it", viaLB(world("tcp", 8080, 8080).behind(443, "l7")), func(s *site) {
		l, x, own := elsewhere(s)
		l.Groups[0].admit(inward("tcp", 80, 80, anywhere))
		plain := &Listener{ID: l.Region.prefix() + "-" + uuid(l.ID, "listener 80"), Protocol: "http", PortMin: 80, PortMax: 80}
		l.Listeners = append(l.Listeners, plain)
		all := l.policy(plain, "https_redirect", "/")
		all.Listener, all.Rules[0].Condition = x, "starts_with"
		l.policy(x, "forward_to_pool", "/api").Pool = own
	}},
	{"a listener's policy forwards to it, and its group lets anybody in to that", viaLB(world("tcp", 8080, 8080).behind(443, "l7")), func(s *site) {
		l, x, own := elsewhere(s)
		l.policy(x, "forward_to_pool", "/api").Pool = own
		s.group.admit(inward("tcp", 8080, 8080, anywhere))
	}},
}

// untold puts the server behind a public load balancer whose document has no
// private address.
func untold(s *site) {
	balanced(s, true)
	s.r.LoadBalancers[len(s.r.LoadBalancers)-1].Private = nil
}

// elsewhere puts the server behind an application load balancer whose listener
// leads to another server; own is the server's pool.
func elsewhere(s *site) (l *LoadBalancer, x *Listener, own *Pool) {
	balanced(s, true)
	l = s.r.LoadBalancers[len(s.r.LoadBalancers)-1]
	x, own = l.Listeners[0], l.Pools[0]
	other := s.subnet.server(s.server.Name+"-other", s.group).wants(viaLB(world("tcp", 8080, 8080).behind(443, "l7")))
	x.Pool = l.pool("https", 8080, other)
	return l, x, own
}

// metal puts a bare metal server into the server's place. Only its interfaces
// may do without the network's translation of addresses.
func (s *site) metal() {
	s.r.servers = s.r.servers[:len(s.r.servers)-1]
	s.group.worn = nil
	s.private()
	s.server = s.subnet.bare(s.server.Name+"-metal", s.group).metadata(true, "http", 0)
	s.ip = s.server.Interfaces[0].float()
}

// balanced puts the server behind an application load balancer, which alone may
// dial it.
func balanced(s *site, public bool) {
	s.private()
	front := s.v.group("balancer", web()...)
	x := inward("tcp", 8080, 8080, "")
	x.RemoteGroup = front
	s.only(x)
	s.v.balancer(s.v.Name+"-alb", public, false, []*SecurityGroup{front}, s.v.subnet("front", 2)).listen("https", 443, 443, 8080, s.server)
}
