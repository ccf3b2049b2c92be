package sim

import (
	"fmt"
	"slices"
	"strings"
)

// balancer puts a load balancer into public subnets of its own: of every zone
// where it is an application load balancer, which may not stand in one alone,
// else of the zone in which the scene's instances are. Kind is "application",
// "network" or "classic".
func (s *site) balancer(kind, scheme string, groups ...*SecurityGroup) *Subnet {
	zones := []int{0, 1, 2}
	if s.subnet != nil {
		own := s.subnet.zone()
		zones = []int{own, own + 1, own + 2}
	}
	if kind != "application" {
		zones = zones[:1]
	}
	return s.balancerIn(kind, scheme, zones, groups...)[0]
}

// balancerIn is the same in chosen zones.
func (s *site) balancerIn(kind, scheme string, zones []int, groups ...*SecurityGroup) []*Subnet {
	t := s.ground.table(s.vpc, "balancer")
	t.route("0.0.0.0/0", s.igw.InternetGatewayId)
	t.route("::/0", s.igw.InternetGatewayId)
	var subs []*Subnet
	for _, zone := range zones {
		sub := s.anotherIn("balancer", zone)
		s.serve(t, sub)
		subs = append(subs, sub)
	}
	name := "lb-" + strings.TrimPrefix(s.vpc.VpcId, "vpc-")[:8]
	short, as := map[string]string{"application": "app/", "network": "net/"}[kind], "interface"
	full := short + name
	if kind != "classic" {
		full += "/" + strings.TrimPrefix(s.id("x"), "x")[:16]
		s.second(kind, scheme, name, full, subs, groups)
	} else {
		s.first(scheme, name, subs, groups)
	}
	if kind == "network" {
		as = "network_load_balancer"
	}
	for _, sub := range subs {
		w := s.service(sub, "ELB "+full, as, "amazon-elb", groups...)
		if scheme == "internet-facing" {
			w.associate(s.takePublic())
		}
	}
	return subs
}

// zone is the number of a subnet's zone.
func (s *Subnet) zone() int { return int(s.AvailabilityZone[len(s.AvailabilityZone)-1] - 'a') }

func ids(groups []*SecurityGroup) []string {
	var out []string
	for _, g := range groups {
		out = append(out, g.GroupId)
	}
	return out
}

func (s *site) elb(kind, name string) string {
	return "arn:aws:elasticloadbalancing:" + s.r.Name + ":" + s.r.Account + ":" + kind + "/" + name
}

func (s *site) second(kind, scheme, name, full string, subs []*Subnet, groups []*SecurityGroup) {
	s.lb = &LoadBalancer{LoadBalancerArn: s.elb("loadbalancer", full), LoadBalancerName: name, DNSName: name + ".elb." + s.r.Name + ".amazonaws.com", Scheme: scheme, Type: kind, IpAddressType: "ipv4",
		VpcId: s.vpc.VpcId, CanonicalHostedZoneId: "Z32O12XQLNTSW2", CreatedTime: epoch, State: &LoadBalancerState{Code: "active"}, SecurityGroups: ids(groups)}
	for _, sub := range subs {
		s.lb.AvailabilityZones = append(s.lb.AvailabilityZones, BalancerZone{ZoneName: sub.AvailabilityZone, SubnetId: sub.SubnetId})
	}
	s.net().LoadBalancers = append(s.net().LoadBalancers, s.lb)
}

func (s *site) first(scheme, name string, subs []*Subnet, groups []*SecurityGroup) {
	b := &ClassicBalancer{LoadBalancerName: name, DNSName: name + ".elb.amazonaws.com", Scheme: scheme, VpcId: s.vpc.VpcId, CanonicalHostedZoneName: name + ".elb.amazonaws.com",
		CreatedTime: epoch, SecurityGroups: ids(groups),
		SourceSecurityGroup: &SourceGroup{s.r.Account, "elb"}, HealthCheck: &HealthCheck{"TCP:80", 30, 5, 10, 2}}
	for _, sub := range subs {
		b.Subnets, b.AvailabilityZones = append(b.Subnets, sub.SubnetId), append(b.AvailabilityZones, sub.AvailabilityZone)
	}
	s.net().Classic = append(s.net().Classic, b)
}

// targets makes a target group; instances join it by id or by address.
func (s *site) targets(protocol, kind string, port int) *TargetGroup {
	name := fmt.Sprintf("tg-%d-%s", port, strings.TrimPrefix(s.id("x"), "x")[:6])
	t := &TargetGroup{TargetGroupArn: s.elb("targetgroup", name+"/1"), TargetGroupName: name, Protocol: protocol, TargetType: kind, IpAddressType: "ipv4", VpcId: s.vpc.VpcId, Port: port,
		HealthCheckProtocol: protocol, HealthCheckPort: "traffic-port", HealthCheckEnabled: true, HealthCheckIntervalSeconds: 30, HealthCheckTimeoutSeconds: 5, HealthyThresholdCount: 5, UnhealthyThresholdCount: 2,
		LoadBalancerArns: []string{s.lb.LoadBalancerArn}, CrossZone: "use_load_balancer_configuration", PreservesClient: kind == "instance" && s.lb.Type == "network" || protocol == "UDP"}
	if protocol == "HTTP" {
		t.ProtocolVersion, t.HealthCheckPath = "HTTP1", "/health"
	}
	s.net().TargetGroups = append(s.net().TargetGroups, t)
	s.each = append(s.each, func(i *Instance) { t.join(i, port) })
	return t
}

// join makes an instance a target.
func (t *TargetGroup) join(i *Instance, port int) {
	id, zone := i.ID, ""
	if t.TargetType == "ip" {
		id, zone = i.Interfaces[0].Private, i.Zone
	}
	t.Targets = append(t.Targets, TargetHealth{Target: Target{Id: id, AvailabilityZone: zone, Port: port}, HealthCheckPort: fmt.Sprint(port), TargetHealth: Health{State: "healthy"}})
}

// listen makes a listener of the site's load balancer that forwards to a
// target group; nil answers by itself.
func (s *site) listen(protocol string, port int, to *TargetGroup) *Listener {
	l := &Listener{ListenerArn: s.elb("listener", s.lb.LoadBalancerName+"/"+fmt.Sprint(port)), LoadBalancerArn: s.lb.LoadBalancerArn, Protocol: protocol, Port: port}
	if protocol == "HTTPS" {
		l.SslPolicy, l.Certificates = "ELBSecurityPolicy-TLS13-1-2-2021-06", []Certificate{{"arn:aws:acm:" + s.r.Name + ":" + s.r.Account + ":certificate/1"}}
	}
	l.DefaultActions = []Action{{Type: "fixed-response"}}
	if to != nil {
		one := 1
		l.DefaultActions = []Action{{Type: "forward", TargetGroupArn: to.TargetGroupArn, Order: &one, ForwardConfig: &Forward{[]TargetGroupTuple{{to.TargetGroupArn, &one}}}}}
	}
	s.net().Listeners = append(s.net().Listeners, l)
	return l
}

// rule forwards requests of one path of a listener to a target group, or those
// that other conditions pick out.
func (s *site) rule(l *Listener, to *TargetGroup, where ...RuleCondition) {
	if where == nil {
		where = []RuleCondition{{Field: "path-pattern", Values: []string{"/api/*"}}}
	}
	s.net().Rules = append(s.net().Rules, &ListenerRule{RuleArn: l.ListenerArn + "/rule", Priority: "10", ListenerArn: l.ListenerArn, Actions: []Action{{Type: "forward", TargetGroupArn: to.TargetGroupArn}}, Conditions: where})
}

// classicListen adds a listener to the last classic load balancer, and the
// scene's instances to its targets.
func (s *site) classicListen(protocol string, front, back int) {
	b := s.net().Classic[len(s.net().Classic)-1]
	b.ListenerDescriptions = append(b.ListenerDescriptions, ClassicListenerDescription{Listener: ClassicListener{Protocol: protocol, InstanceProtocol: protocol, LoadBalancerPort: front, InstancePort: back}})
	if len(b.ListenerDescriptions) == 1 {
		s.each = append(s.each, func(i *Instance) { b.Instances = append(b.Instances, ClassicTarget{i.ID}) })
	}
}

// withdraw puts the scene's instances into a subnet without a way out and
// without public addresses.
func (s *site) withdraw() {
	s.public, s.subnet = false, s.private()
}

// bothFamilies gives the site's load balancer IPv6 addresses too.
func (s *site) bothFamilies() {
	s.lb.IpAddressType = "dualstack"
	for _, w := range s.net().Interfaces {
		if !strings.HasSuffix(s.lb.LoadBalancerArn, strings.TrimPrefix(w.Description, "ELB ")) {
			continue
		}
		sub := slices.IndexFunc(s.net().Subnets, func(x *Subnet) bool { return x.SubnetId == w.SubnetId })
		w.Ipv6Address = s.ground.six(s.net().Subnets[sub])
		w.Ipv6Addresses = []InterfaceAddress6{{Ipv6Address: w.Ipv6Address}}
	}
}

// at is the position of a group in the region's.
func (s *site) at(id string) int {
	return slices.IndexFunc(s.net().SecurityGroups, func(g *SecurityGroup) bool { return g.GroupId == id })
}
