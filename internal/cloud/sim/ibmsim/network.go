package ibmsim

import (
	"plumbline/internal/cloud/sim/ibmestate"
)

func (s *Server) listRegions(c *caller) (any, *refusal) {
	return object{"regions": each(c.account.Regions, func(r *ibmestate.Region) any {
		return object{"name": r.Name, "status": r.Status, "endpoint": c.base + "/" + r.Name, "href": c.at("regions/" + r.Name)}
	})}, nil
}

func (s *Server) listVPCs(c *caller) (any, *refusal) {
	return listed(s, c, "vpcs", c.region.VPCs, (*caller).vpc)
}

func (c *caller) vpc(v *ibmestate.VPC) any {
	o := c.owned(v.Thing, v.Group, "vpcs", "vpc")
	o["classic_access"], o["status"], o["cse_source_ips"] = false, "available", []any{}
	o["default_network_acl"] = c.aclRef(v.DefaultACL)
	o["default_security_group"] = c.groupRef(v.DefaultGroup)
	o["default_routing_table"] = c.tableRef(v.Tables[0])
	o["dns"] = object{"enable_hub": false, "resolution_binding_count": 0, "resolver": object{"type": "system", "configuration": "default", "servers": []any{object{"address": "161.26.0.10"}, object{"address": "161.26.0.11"}}}}
	ranges := []any{}
	for _, p := range c.region.PublicRanges {
		if p.VPC == v {
			ranges = append(ranges, c.ref(p.Thing, "public_address_ranges", "public_address_range"))
		}
	}
	o["public_address_ranges"] = ranges
	return healthy(o)
}

func (s *Server) listSubnets(c *caller) (any, *refusal) {
	return listed(s, c, "subnets", c.region.Subnets, (*caller).subnet)
}

func (c *caller) subnet(n *ibmestate.Subnet) any {
	o := c.owned(n.Thing, n.VPC.Group, "subnets", "subnet")
	o["ip_version"], o["ipv4_cidr_block"], o["status"] = "ipv4", n.CIDR, "available"
	o["available_ipv4_address_count"], o["total_ipv4_address_count"] = 240, 256
	o["network_acl"], o["routing_table"], o["vpc"], o["zone"] = c.aclRef(n.ACL), c.tableRef(n.Table), c.vpcRef(n.VPC), c.zone(n.Zone)
	if n.Gateway != nil {
		o["public_gateway"] = c.ref(n.Gateway.Thing, "public_gateways", "public_gateway")
	}
	return o
}

func (s *Server) listSecurityGroups(c *caller) (any, *refusal) {
	return listed(s, c, "security_groups", c.region.SecurityGroups, (*caller).securityGroup)
}

func (c *caller) securityGroup(g *ibmestate.SecurityGroup) any {
	o := c.owned(g.Thing, g.Group, "security_groups", "")
	o["vpc"] = c.vpcRef(g.VPC)
	o["rules"] = each(g.Rules, func(x *ibmestate.Rule) any { return c.rule(g, x) })
	targets := make([]any, 0, g.TargetLen())
	for n := range g.TargetLen() {
		targets = append(targets, c.target(g.Target(n)))
	}
	for _, l := range g.Balancers() {
		targets = append(targets, c.ref(l.Thing, "load_balancers", "load_balancer"))
	}
	for _, e := range g.Endpoints() {
		targets = append(targets, c.ref(e.Thing, "endpoint_gateways", "endpoint_gateway"))
	}
	for _, v := range c.region.VPNServers {
		if v.Group == g {
			targets = append(targets, c.ref(v.Thing, "vpn_servers", "vpn_server"))
		}
	}
	o["targets"] = targets
	return o
}

func (c *caller) target(t ibmestate.Target) any {
	if i := t.Interface; i.Legacy {
		return thingRef{ID: i.Attachment, Href: c.holder(t.Server) + "/network_interfaces/" + i.Attachment, Name: i.Name, Type: "network_interface"}
	}
	r := c.short(t.Interface.Thing, "virtual_network_interfaces", "virtual_network_interface")
	subnet := c.short(t.Interface.Subnet.Thing, "subnets", "subnet")
	r.Primary, r.Subnet = c.address(t.Interface), &subnet
	return r
}

func (c *caller) rule(g *ibmestate.SecurityGroup, x *ibmestate.Rule) any {
	o := object{
		"id": x.ID, "name": x.Name, "href": c.at("security_groups/" + g.ID + "/rules/" + x.ID), "direction": x.Direction, "ip_version": "ipv4", "protocol": x.Protocol, "resource_type": "security_group_rule",
		"local": side(x.Local), "remote": side(x.Remote),
	}
	if x.RemoteGroup != nil {
		o["remote"] = c.groupRef(x.RemoteGroup)
	}
	if x.PortMin+x.PortMax > 0 {
		o["port_min"], o["port_max"] = x.PortMin, x.PortMax
	}
	if x.ICMPType != nil {
		o["type"] = *x.ICMPType
	}
	if x.ICMPCode != nil {
		o["code"] = *x.ICMPCode
	}
	return o
}

// side is an end of a rule: a block, or, without a slash, an address.
func side(s string) object {
	for i := range s {
		if s[i] == '/' {
			return object{"cidr_block": s}
		}
	}
	return object{"address": s}
}

func (s *Server) listACLs(c *caller) (any, *refusal) {
	return listed(s, c, "network_acls", c.region.ACLs, (*caller).acl)
}

func (c *caller) acl(a *ibmestate.ACL) any {
	o := c.owned(a.Thing, a.Group, "network_acls", "")
	o["vpc"] = c.vpcRef(a.VPC)
	subnets := []any{}
	for _, n := range c.region.Subnets {
		if n.ACL == a {
			subnets = append(subnets, c.subnetRef(n))
		}
	}
	o["subnets"] = subnets
	rules := make([]any, 0, len(a.Rules))
	for i, x := range a.Rules {
		r := c.aclRule(a, x)
		if i+1 < len(a.Rules) {
			r["before"] = c.aclRuleRef(a, a.Rules[i+1])
		}
		rules = append(rules, r)
	}
	o["rules"] = rules
	return o
}

func (c *caller) aclRuleRef(a *ibmestate.ACL, x *ibmestate.ACLRule) object {
	return object{"id": x.ID, "name": x.Name, "href": c.at("network_acls/" + a.ID + "/rules/" + x.ID)}
}

func (c *caller) aclRule(a *ibmestate.ACL, x *ibmestate.ACLRule) object {
	o := c.aclRuleRef(a, x)
	o["created_at"] = stamp(a.Created)
	o["action"], o["direction"], o["protocol"], o["ip_version"] = x.Action, x.Direction, x.Protocol, "ipv4"
	o["source"], o["destination"] = x.Source, x.Destination
	if x.Protocol == "tcp" || x.Protocol == "udp" { // their ports are always told
		o["source_port_min"], o["source_port_max"] = ports(x.SourceMin, x.SourceMax)
		o["destination_port_min"], o["destination_port_max"] = ports(x.DestMin, x.DestMax)
	}
	return o
}

func ports(from, to int) (low, high int) {
	if from+to == 0 {
		return 1, 65535
	}
	return from, to
}

func (s *Server) listFloatingIPs(c *caller) (any, *refusal) {
	return s.page(c, "floating_ips", c.region.FloatingLen(), func(n int) any { return c.floatingIP(c.region.Floating(n)) })
}

func (c *caller) floatingIP(f *ibmestate.FloatingIP) any {
	o := c.owned(f.Thing, f.Group, "floating_ips", "")
	o["address"], o["status"], o["zone"] = f.Address, f.Status, c.zone(f.Zone)
	switch i := f.Interface; {
	case f.Gateway != nil:
		o["target"] = c.ref(f.Gateway.Thing, "public_gateways", "public_gateway")
	case i == nil:
	case i.Legacy:
		t := c.nicRef(i, i.Owner)
		t["primary_ip"] = c.ip(i)
		o["target"] = t
	default:
		t := c.vniRef(i)
		t["primary_ip"], t["subnet"] = c.ip(i), c.subnetRef(i.Subnet)
		o["target"] = t
	}
	return o
}

func (s *Server) listPublicGateways(c *caller) (any, *refusal) {
	return listed(s, c, "public_gateways", c.region.PublicGateways, (*caller).publicGateway)
}

func (c *caller) publicGateway(g *ibmestate.PublicGateway) any {
	o := c.owned(g.Thing, g.VPC.Group, "public_gateways", "public_gateway")
	address := typeless(c.ref(g.Address.Thing, "floating_ips", ""))
	address["address"] = g.Address.Address
	o["floating_ip"], o["status"], o["vpc"], o["zone"] = address, "available", c.vpcRef(g.VPC), c.zone(g.Zone)
	return o
}

func (s *Server) listPublicRanges(c *caller) (any, *refusal) {
	return listed(s, c, "public_address_ranges", c.region.PublicRanges, (*caller).publicRange)
}

func (c *caller) publicRange(p *ibmestate.PublicRange) any {
	o := c.owned(p.Thing, p.Group, "public_address_ranges", "public_address_range")
	o["cidr"], o["ipv4_address_count"], o["lifecycle_state"] = p.CIDR, 8, p.Status
	if p.VPC != nil {
		o["target"] = object{"vpc": c.vpcRef(p.VPC), "zone": c.zone(p.Zone)}
	}
	return o
}
