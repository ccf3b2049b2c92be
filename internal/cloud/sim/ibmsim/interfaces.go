package ibmsim

import "plumbline/internal/cloud/sim/ibmestate"

// The network interfaces of one server. Where a server has attachments, they are
// what its attachments look like to older clients ("Virtual network interfaces
// and older API clients" in the VPC docs).

// listInterfaces lists all of them at once: this call has no pages.
func (s *Server) listInterfaces(c *caller) (any, *refusal) {
	x := c.region.Find(c.PathValue("id"))
	if x == nil {
		return nil, notFound("instance " + c.PathValue("id"))
	}
	return object{"network_interfaces": each(x.Interfaces, func(i *ibmestate.Interface) any { return c.networkInterface(i) })}, nil
}

func (s *Server) listBareMetalInterfaces(c *caller) (any, *refusal) {
	x := c.region.FindBare(c.PathValue("id"))
	if x == nil {
		return nil, notFound("bare metal server " + c.PathValue("id"))
	}
	return s.page(c, "network_interfaces", len(x.Interfaces), func(n int) any {
		i := x.Interfaces[n]
		o := c.networkInterface(i)
		o["enable_infrastructure_nat"], o["mac_address"] = !i.NoNAT, "02:00:0a:f0:00:01"
		o["interface_type"], o["allowed_vlans"] = "pci", []int{}
		return o
	})
}

func (c *caller) networkInterface(i *ibmestate.Interface) object {
	x := i.Owner
	o := c.nicRef(i, x)
	o["allow_ip_spoofing"], o["created_at"], o["port_speed"], o["status"], o["type"] = i.Spoofing, stamp(x.Created), 16000, "available", "secondary"
	if i == x.Interfaces[0] {
		o["type"] = "primary"
	}
	o["primary_ip"], o["subnet"] = c.ip(i), c.subnetRef(i.Subnet)
	o["security_groups"] = each(i.Groups, c.groupRef)
	o["floating_ips"] = each(c.region.FloatingOf(i), func(f *ibmestate.FloatingIP) any {
		r := typeless(c.ref(f.Thing, "floating_ips", ""))
		r["address"] = f.Address
		return r
	})
	return o
}
