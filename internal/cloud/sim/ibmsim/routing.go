package ibmsim

import "plumbline/internal/cloud/sim/ibmestate"

func (c *caller) theVPC() (*ibmestate.VPC, *refusal) {
	for _, v := range c.region.VPCs {
		if v.ID == c.PathValue("id") {
			return v, nil
		}
	}
	return nil, notFound("VPC " + c.PathValue("id"))
}

func (s *Server) listRoutingTables(c *caller) (any, *refusal) {
	v, no := c.theVPC()
	if no != nil {
		return nil, no
	}
	return listed(s, c, "routing_tables", v.Tables, (*caller).routingTable)
}

func (c *caller) routingTable(t *ibmestate.RoutingTable) any {
	o := c.owned(t.Thing, t.VPC.Group, "vpcs/"+t.VPC.ID+"/routing_tables", "routing_table")
	o["is_default"], o["lifecycle_state"] = t.Default, "stable"
	o["accept_routes_from"], o["advertise_routes_to"] = []any{object{"resource_type": "vpn_gateway"}, object{"resource_type": "vpn_server"}}, []any{}
	o["route_direct_link_ingress"], o["route_transit_gateway_ingress"], o["route_vpc_zone_ingress"], o["route_internet_ingress"] = false, false, false, t.InternetIngress
	o["routes"] = each(t.Routes, func(r *ibmestate.Route) any { return c.routeRef(t, r) })
	subnets := []any{}
	for _, n := range c.region.Subnets {
		if n.Table == t {
			subnets = append(subnets, c.subnetRef(n))
		}
	}
	o["subnets"] = subnets
	return o
}

func (c *caller) routeRef(t *ibmestate.RoutingTable, r *ibmestate.Route) object {
	return object{"id": r.ID, "name": r.Name, "href": c.at("vpcs/" + t.VPC.ID + "/routing_tables/" + t.ID + "/routes/" + r.ID)}
}

func (s *Server) listRoutes(c *caller) (any, *refusal) {
	v, no := c.theVPC()
	if no != nil {
		return nil, no
	}
	for _, t := range v.Tables {
		if t.ID == c.PathValue("sub") {
			return s.page(c, "routes", len(t.Routes), func(n int) any { return c.vpcRoute(t, t.Routes[n]) })
		}
	}
	return nil, notFound("routing table " + c.PathValue("sub"))
}

func (c *caller) vpcRoute(t *ibmestate.RoutingTable, r *ibmestate.Route) any {
	o := c.routeRef(t, r)
	o["created_at"] = stamp(t.Created)
	o["action"], o["advertise"], o["destination"], o["lifecycle_state"], o["origin"], o["priority"] = r.Action, false, r.Destination, "stable", "user", r.Priority
	o["next_hop"], o["zone"] = object{"address": r.Hop}, c.zone(r.Zone)
	return o
}
