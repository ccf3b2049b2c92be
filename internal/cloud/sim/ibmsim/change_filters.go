package ibmsim

import (
	"slices"

	"plumbline/internal/cloud/sim/ibmestate"
)

// filterChanges change what security groups and network ACLs let through.
func filterChanges() []*route {
	return []*route{
		vpcChange("POST", "/security_groups/{id}/rules", "CreateSecurityGroupRule", 201, (*Server).createRule),
		vpcChange("DELETE", "/security_groups/{id}/rules/{sub}", "DeleteSecurityGroupRule", 204, (*Server).deleteRule),
		vpcChange("POST", "/network_acls/{id}/rules", "CreateNetworkACLRule", 201, (*Server).createACLRule),
		vpcChange("DELETE", "/network_acls/{id}/rules/{sub}", "DeleteNetworkACLRule", 204, (*Server).deleteACLRule),
	}
}

// badPorts says that ports are not given in pairs, or to a protocol without any.
func badPorts(protocol string, from, to int) bool {
	return from > to || from == 0 != (to == 0) || to > 65535 || to > 0 && protocol != "tcp" && protocol != "udp"
}

func (c *caller) theGroup() (*ibmestate.SecurityGroup, *refusal) {
	for _, g := range c.region.SecurityGroups {
		if g.ID == c.PathValue("id") {
			return g, nil
		}
	}
	return nil, notFound("security group " + c.PathValue("id"))
}

func (s *Server) createRule(c *caller) (any, *refusal) {
	g, no := c.theGroup()
	if no != nil {
		return nil, no
	}
	type end struct {
		CIDR    string `json:"cidr_block"`
		Address string
		ID      string
	}
	var p struct {
		Name, Direction, Protocol string
		Version                   string `json:"ip_version"`
		PortMin                   int    `json:"port_min"`
		PortMax                   int    `json:"port_max"`
		Local, Remote             *end
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	x := &ibmestate.Rule{Direction: p.Direction, Protocol: p.Protocol, PortMin: p.PortMin, PortMax: p.PortMax, Local: "0.0.0.0/0", Remote: "0.0.0.0/0"}
	if p.Local != nil {
		x.Local = p.Local.CIDR + p.Local.Address
	}
	if p.Remote != nil {
		x.Remote = p.Remote.CIDR + p.Remote.Address
		for _, other := range c.region.SecurityGroups {
			if other.ID == p.Remote.ID {
				x.RemoteGroup = other
			}
		}
	}
	if x.Direction != "inbound" && x.Direction != "outbound" || x.Protocol == "" || x.Local == "" || x.Remote == "" && x.RemoteGroup == nil {
		return nil, badField("The rule is not complete.")
	}
	if badPorts(x.Protocol, x.PortMin, x.PortMax) {
		return nil, badField("port_min and port_max are not valid")
	}
	g.Add(x)
	return c.rule(g, x), nil
}

func (s *Server) deleteRule(c *caller) (any, *refusal) {
	g, no := c.theGroup()
	if no != nil {
		return nil, no
	}
	if !removed(&g.Rules, c.PathValue("sub"), func(x *ibmestate.Rule) string { return x.ID }) {
		return nil, notFound("rule " + c.PathValue("sub"))
	}
	return nil, nil
}

func (c *caller) theACL() (*ibmestate.ACL, *refusal) {
	for _, a := range c.region.ACLs {
		if a.ID == c.PathValue("id") {
			return a, nil
		}
	}
	return nil, notFound("network ACL " + c.PathValue("id"))
}

// createACLRule puts a rule before another, or at the end.
func (s *Server) createACLRule(c *caller) (any, *refusal) {
	a, no := c.theACL()
	if no != nil {
		return nil, no
	}
	var p struct {
		Name, Action, Direction, Protocol string
		Version                           string `json:"ip_version"`
		Source, Destination               string
		SourceMin                         int `json:"source_port_min"`
		SourceMax                         int `json:"source_port_max"`
		DestMin                           int `json:"destination_port_min"`
		DestMax                           int `json:"destination_port_max"`
		Before                            *struct{ ID string }
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	if p.Action == "" || p.Direction == "" || p.Protocol == "" || p.Source == "" || p.Destination == "" {
		return nil, badField("The rule is not complete.")
	}
	if p.Action == "deny" && p.Protocol == "icmp_tcp_udp" {
		return nil, badField("action must not be deny if protocol is icmp_tcp_udp")
	}
	if badPorts(p.Protocol, p.SourceMin, p.SourceMax) || badPorts(p.Protocol, p.DestMin, p.DestMax) {
		return nil, badField("The ports are not valid.")
	}
	at := len(a.Rules)
	if p.Before != nil {
		at = slices.IndexFunc(a.Rules, func(x *ibmestate.ACLRule) bool { return x.ID == p.Before.ID })
	}
	if at < 0 {
		return nil, badField("before.id names no rule of the list")
	}
	x := &ibmestate.ACLRule{Name: p.Name, Action: p.Action, Direction: p.Direction, Protocol: p.Protocol, Source: p.Source, Destination: p.Destination, SourceMin: p.SourceMin, SourceMax: p.SourceMax, DestMin: p.DestMin, DestMax: p.DestMax}
	a.Insert(at, x)
	return c.aclRule(a, x), nil
}

func (s *Server) deleteACLRule(c *caller) (any, *refusal) {
	a, no := c.theACL()
	if no != nil {
		return nil, no
	}
	if !removed(&a.Rules, c.PathValue("sub"), func(x *ibmestate.ACLRule) string { return x.ID }) {
		return nil, notFound("rule " + c.PathValue("sub"))
	}
	return nil, nil
}
