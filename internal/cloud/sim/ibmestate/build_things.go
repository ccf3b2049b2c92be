package ibmestate

import "fmt"

// balancer makes an application load balancer, or a network load balancer.
func (v *VPC) balancer(name string, public, network bool, groups []*SecurityGroup, subnets ...*Subnet) *LoadBalancer {
	r := v.Region
	l := &LoadBalancer{Thing: r.thing("load-balancer", name), Region: r, Group: v.Group, Subnets: subnets, Public: public, Network: network, Groups: groups, Status: "online"}
	for _, s := range subnets {
		l.Private = append(l.Private, s.take())
		if public {
			l.Addresses = append(l.Addresses, r.nextPublic())
		}
	}
	for _, g := range groups {
		g.balances = append(g.balances, l)
	}
	r.LoadBalancers = append(r.LoadBalancers, l)
	return l
}

// listen opens ports of a load balancer that lead to a port of servers. A port
// of 0 is the one that was dialled.
func (l *LoadBalancer) listen(protocol string, from, to, port int, servers ...*Server) *Listener {
	p := l.pool(protocol, port, servers...)
	x := &Listener{ID: l.Region.prefix() + "-" + uuid(p.ID, "listener"), Protocol: protocol, PortMin: from, PortMax: to, Pool: p}
	l.Listeners = append(l.Listeners, x)
	return x
}

// pool makes a pool that no listener leads to yet.
func (l *LoadBalancer) pool(protocol string, port int, servers ...*Server) *Pool {
	p := &Pool{ID: l.Region.prefix() + "-" + uuid(l.ID, "pool", fmt.Sprint(len(l.Pools))), Name: fmt.Sprintf("%s-pool-%d", l.Name, len(l.Pools)+1), Protocol: protocol}
	if protocol == "https" {
		p.Protocol = "http" // the balancer ends TLS
	}
	for _, s := range servers {
		m := &PoolMember{ID: l.Region.prefix() + "-" + uuid(p.ID, s.ID), Port: port, Health: "ok"}
		if l.Network {
			m.Server = s
		} else {
			m.Address = s.Interfaces[0].Address
		}
		p.Members = append(p.Members, m)
	}
	l.Pools = append(l.Pools, p)
	return p
}

// policy has a listener do something with requests for a path.
func (l *LoadBalancer) policy(x *Listener, action, path string) *ListenerPolicy {
	n := len(x.Policies) + 1
	p := &ListenerPolicy{ID: l.Region.prefix() + "-" + uuid(x.ID, "policy", fmt.Sprint(n)), Name: fmt.Sprintf("policy-%d", n), Action: action, Priority: n}
	p.Rules = []*ListenerRule{{ID: l.Region.prefix() + "-" + uuid(p.ID, "rule"), Type: "path", Condition: "equals", Value: path}}
	x.Policies = append(x.Policies, p)
	return p
}

// endpointGateway gives a VPC a private way to a service.
func (s *Subnet) endpointGateway(service string, groups ...*SecurityGroup) {
	r := s.VPC.Region
	where := r.Name
	if service == "iam-svcs" || service == "cloud-object-storage" {
		where = "global"
	}
	g := &EndpointGateway{
		Thing: r.thing("endpoint-gateway", s.VPC.Name+"-"+service), VPC: s.VPC, Target: "crn:v1:bluemix:public:" + service + ":" + where + ":::endpoint:private." + r.Name + "." + service + ".cloud.ibm.com",
		Groups: groups, Status: "stable", Address: s.take(), Subnet: s,
	}
	for _, x := range groups {
		x.endpoint = append(x.endpoint, g)
	}
	r.EndpointGateways = append(r.EndpointGateways, g)
}

// flowLog makes a collector that collects of nothing yet.
func (r *Region) flowLog(name string) *FlowLog {
	f := &FlowLog{Thing: r.thing("flow-log-collector", name), Active: true, Status: "stable", Bucket: "flow-logs-" + r.Name}
	r.FlowLogs = append(r.FlowLogs, f)
	return f
}

func (r *Region) backup(name string, plans ...string) {
	r.BackupPolicies = append(r.BackupPolicies, &BackupPolicy{Thing: r.thing("backup-policy", name), Group: r.Account.Groups[0], Tags: []string{"backup:daily"}, Plans: plans, Status: "stable"})
}

func (r *Region) sshKey(name string) *Key {
	k := &Key{Thing: r.thing("key", name), Group: r.Account.Groups[0]}
	r.Keys = append(r.Keys, k)
	return k
}

// private makes an image of the account's own.
func (r *Region) private(name, use string) *Image {
	i := &Image{Thing: r.thing("image", name), Group: r.Account.Groups[0], Private: true, AllowedUse: use, Status: "available"}
	r.Images = append(r.Images, i)
	return i
}

func (s *Subnet) template(name string, group *SecurityGroup, m *Metadata, userData string) *Template {
	r := s.VPC.Region
	t := &Template{Thing: r.zonal("instance-template", s.Zone, name), Group: s.VPC.Group, VPC: s.VPC, Subnet: s, Security: group, Image: r.image(), Metadata: m, UserData: userData}
	r.Templates = append(r.Templates, t)
	return t
}

// launch makes an instance group of a template, with n servers in it.
func (t *Template) launch(name string, n int) *InstanceGroup {
	r := t.VPC.Region
	g := &InstanceGroup{Thing: r.thing("instance-group", name), Group: t.Group, Template: t, Subnets: []*Subnet{t.Subnet}, Count: n, Status: "healthy"}
	r.InstanceGroups = append(r.InstanceGroups, g)
	for k := range n {
		s := t.Subnet.server(fmt.Sprintf("%s-%d", name, k+1), t.Security)
		s.Member, s.Image, s.Keys, s.Default = g, t.Image, t.Keys, t.Default
		if t.Metadata != nil {
			s.Metadata = *t.Metadata
		}
	}
	return g
}

func (s *Subnet) vpnGateway(name string) {
	r := s.VPC.Region
	r.VPNGateways = append(r.VPNGateways, &VPNGateway{Thing: r.thing("vpn", name), Subnet: s, Mode: "route", Status: "stable"})
}

func (v *VPC) vpnServer(name string, group *SecurityGroup, subnets ...*Subnet) {
	v.Region.VPNServers = append(v.Region.VPNServers, &VPNServer{Thing: v.Region.thing("vpn-server", name), Subnets: subnets, Group: group, Status: "stable"})
}

// publicRange binds a block of public addresses to a zone of a VPC.
func (v *VPC) publicRange(name, cidr, zone string) {
	r := v.Region
	r.PublicRanges = append(r.PublicRanges, &PublicRange{Thing: r.thing("public-address-range", name), Region: r, Group: v.Group, CIDR: cidr, VPC: v, Zone: zone, Status: "stable"})
}
