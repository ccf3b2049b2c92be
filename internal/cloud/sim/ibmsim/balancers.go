package ibmsim

import "plumbline/internal/cloud/sim/ibmestate"

func (s *Server) listLoadBalancers(c *caller) (any, *refusal) {
	return listed(s, c, "load_balancers", c.region.LoadBalancers, (*caller).loadBalancer)
}

func (c *caller) loadBalancer(l *ibmestate.LoadBalancer) any {
	o := c.owned(l.Thing, l.Group, "load_balancers", "load_balancer")
	family, name := "application", "dynamic"
	if l.Network {
		family, name = "network", "network-fixed"
	}
	mode := "private"
	if l.Public {
		mode = "public"
	}
	o["profile"] = object{"family": family, "name": name, "href": c.at("load_balancer/profiles/" + name)}
	o["access_mode"], o["is_public"], o["is_private_path"], o["route_mode"] = mode, l.Public, false, false
	o["availability"], o["hostname"] = "region", l.ID[:8]+"-"+c.region.Name+".lb.appdomain.cloud"
	o["operating_status"], o["provisioning_status"] = l.Status, "active"
	for _, can := range []string{"advanced_health_checks_supported", "fqdn_pool_members_supported", "instance_groups_supported", "mtls_supported", "security_groups_supported", "source_ip_session_persistence_supported"} {
		o[can] = true
	}
	o["udp_supported"], o["failsafe_policy_actions"] = l.Network, []string{"fail", "forward"}
	o["attached_load_balancer_pool_members"], o["logging"] = []any{}, object{"datapath": object{"active": false}}
	o["listeners"] = each(l.Listeners, func(x *ibmestate.Listener) any { return c.listenerRef(l, x) })
	o["pools"] = each(l.Pools, func(p *ibmestate.Pool) any { return c.poolRef(l, p) })
	o["private_ips"] = each(l.Private, func(a string) any { return c.reserved(l.Subnets[0], a) })
	o["public_ips"] = each(l.Addresses, func(a string) any { return object{"address": a} })
	o["security_groups"] = each(l.Groups, c.groupRef)
	o["subnets"] = each(l.Subnets, func(n *ibmestate.Subnet) any { return c.subnetRef(n) })
	return o
}

func (c *caller) poolRef(l *ibmestate.LoadBalancer, p *ibmestate.Pool) object {
	return object{"id": p.ID, "name": p.Name, "href": c.at("load_balancers/" + l.ID + "/pools/" + p.ID)}
}

func (c *caller) theBalancer() (*ibmestate.LoadBalancer, *refusal) {
	for _, l := range c.region.LoadBalancers {
		if l.ID == c.PathValue("id") {
			return l, nil
		}
	}
	return nil, notFound("load balancer " + c.PathValue("id"))
}

// The lists of one load balancer come whole.
func (s *Server) listListeners(c *caller) (any, *refusal) {
	l, no := c.theBalancer()
	if no != nil {
		return nil, no
	}
	return object{"listeners": each(l.Listeners, func(x *ibmestate.Listener) any { return c.listener(l, x) })}, nil
}

func (s *Server) listPools(c *caller) (any, *refusal) {
	l, no := c.theBalancer()
	if no != nil {
		return nil, no
	}
	return object{"pools": each(l.Pools, func(p *ibmestate.Pool) any {
		o := c.poolRef(l, p)
		o["created_at"], o["algorithm"], o["protocol"], o["provisioning_status"], o["proxy_protocol"] = stamp(l.Created), "round_robin", p.Protocol, "active", "disabled"
		o["failsafe_policy"] = object{"action": "fail", "healthy_member_threshold_count": 0}
		o["health_monitor"] = object{"type": "tcp", "delay": 5, "max_retries": 2, "timeout": 2}
		o["members"] = each(p.Members, func(m *ibmestate.PoolMember) any {
			return object{"id": m.ID, "href": c.at("load_balancers/" + l.ID + "/pools/" + p.ID + "/members/" + m.ID)}
		})
		return o
	})}, nil
}

func (s *Server) listPoolMembers(c *caller) (any, *refusal) {
	l, no := c.theBalancer()
	if no != nil {
		return nil, no
	}
	for _, p := range l.Pools {
		if p.ID == c.PathValue("sub") {
			return object{"members": each(p.Members, func(m *ibmestate.PoolMember) any {
				o := object{
					"id": m.ID, "href": c.at("load_balancers/" + l.ID + "/pools/" + p.ID + "/members/" + m.ID), "created_at": stamp(l.Created),
					"health": m.Health, "port": m.Port, "provisioning_status": "active", "weight": 50,
				}
				if m.Server != nil {
					o["target"] = typeless(c.ref(m.Server.Thing, "instances", ""))
				} else {
					o["target"] = object{"address": m.Address}
				}
				return o
			})}, nil
		}
	}
	return nil, notFound("pool " + c.PathValue("sub"))
}
