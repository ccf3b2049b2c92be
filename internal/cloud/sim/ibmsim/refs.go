package ibmsim

import (
	"time"

	"plumbline/internal/cloud/sim/ibmestate"
)

// stamp is a time as IBM writes them.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// at is the address of a thing of the caller's region, as the real service
// would give it.
func (c *caller) at(path string) string {
	return "https://" + c.region.Name + ".iaas.cloud.ibm.com/v1/" + path
}

// ref is what one document says of another thing.
func (c *caller) ref(t ibmestate.Thing, path, kind string) object {
	o := object{"id": t.ID, "name": t.Name, "href": c.at(path + "/" + t.ID), "resource_type": kind}
	if t.CRN != "" {
		o["crn"] = t.CRN
	}
	return o
}

// typeless is a reference of the kind that does not say what it refers to.
func typeless(o object) object {
	delete(o, "resource_type")
	return o
}

func (c *caller) vpcRef(v *ibmestate.VPC) object       { return c.ref(v.Thing, "vpcs", "vpc") }
func (c *caller) subnetRef(s *ibmestate.Subnet) object { return c.ref(s.Thing, "subnets", "subnet") }
func (c *caller) aclRef(a *ibmestate.ACL) object {
	return typeless(c.ref(a.Thing, "network_acls", ""))
}

func (c *caller) groupRef(g *ibmestate.SecurityGroup) any {
	return typeless(c.ref(g.Thing, "security_groups", ""))
}

func (c *caller) tableRef(t *ibmestate.RoutingTable) object {
	return c.ref(t.Thing, "vpcs/"+t.VPC.ID+"/routing_tables", "routing_table")
}

func (c *caller) zone(name string) object {
	return object{"name": name, "href": c.at("regions/" + c.region.Name + "/zones/" + name)}
}

func resourceGroup(g *ibmestate.ResourceGroup) object {
	return object{"id": g.ID, "name": g.Name, "href": "https://resource-controller.cloud.ibm.com/v2/resource_groups/" + g.ID}
}

// owned is what most documents of the VPC service begin with.
func (c *caller) owned(t ibmestate.Thing, g *ibmestate.ResourceGroup, path, kind string) object {
	o := c.ref(t, path, kind)
	if kind == "" {
		delete(o, "resource_type")
	}
	o["created_at"] = stamp(t.Created)
	if g != nil {
		o["resource_group"] = resourceGroup(g)
	}
	return o
}

// ip is a reserved address of an interface.
func (c *caller) ip(i *ibmestate.Interface) object { return c.reserved(i.Subnet, i.Address) }

func (c *caller) reserved(s *ibmestate.Subnet, address string) object {
	id := s.ID[:5] + "ip-" + s.ID[5:13] + "-" + address
	return object{"id": id, "address": address, "name": "reserved-" + address, "href": c.at("subnets/" + s.ID + "/reserved_ips/" + id), "resource_type": "subnet_reserved_ip"}
}

// healthy is what things without trouble say.
func healthy(o object) object {
	o["health_state"], o["health_reasons"] = "ok", []any{}
	return o
}

func stable(o object, state string) object {
	o["lifecycle_state"], o["lifecycle_reasons"] = state, []any{}
	return o
}
