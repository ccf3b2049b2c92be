package ibmsim

import "plumbline/internal/cloud/sim/ibmestate"

func (s *Server) listVPNGateways(c *caller) (any, *refusal) {
	return listed(s, c, "vpn_gateways", c.region.VPNGateways, func(c *caller, g *ibmestate.VPNGateway) any {
		o := stable(healthy(c.owned(g.Thing, g.Subnet.VPC.Group, "vpn_gateways", "vpn_gateway")), g.Status)
		o["connections"], o["mode"], o["subnet"], o["vpc"] = []any{}, g.Mode, c.subnetRef(g.Subnet), c.vpcRef(g.Subnet.VPC)
		o["members"] = []any{stable(healthy(object{"role": "active", "private_ip": c.reserved(g.Subnet, "10.240.0.250"), "public_ip": object{"address": "52.116.200.200"}}), "stable")}
		return o
	})
}

func (s *Server) listVPNServers(c *caller) (any, *refusal) {
	return listed(s, c, "vpn_servers", c.region.VPNServers, (*caller).vpnServer)
}

func (c *caller) vpnServer(v *ibmestate.VPNServer) any {
	o := stable(healthy(c.owned(v.Thing, v.Subnets[0].VPC.Group, "vpn_servers", "vpn_server")), v.Status)
	o["certificate"] = object{"crn": "crn:v1:bluemix:public:secrets-manager:" + c.region.Name + ":a/" + c.account.ID + ":36fa422d-080d-4d83-8d2d-86851b4001df:secret:2e786aab-42fa-63ed-14f8-d66d552f4dd5"}
	o["client_authentication"] = []any{object{"method": "username", "identity_provider": object{"provider_type": "iam"}}}
	o["client_auto_delete"], o["client_auto_delete_timeout"], o["client_idle_timeout"], o["client_ip_pool"], o["client_dns_server_ips"] = true, 1, 600, "172.16.0.0/16", []any{}
	o["enable_split_tunneling"], o["hostname"], o["port"], o["protocol"] = true, v.ID[5:13]+"."+c.region.Name+".vpn-server.appdomain.cloud", 443, "udp"
	o["private_ips"] = []any{c.reserved(v.Subnets[0], "10.240.0.251")}
	o["security_groups"], o["subnets"], o["vpc"] = []any{c.groupRef(v.Group)}, each(v.Subnets, func(n *ibmestate.Subnet) any { return c.subnetRef(n) }), c.vpcRef(v.Subnets[0].VPC)
	return o
}

func (s *Server) listEndpointGateways(c *caller) (any, *refusal) {
	return listed(s, c, "endpoint_gateways", c.region.EndpointGateways, (*caller).endpointGateway)
}

func (c *caller) endpointGateway(g *ibmestate.EndpointGateway) any {
	o := stable(c.owned(g.Thing, g.VPC.Group, "endpoint_gateways", "endpoint_gateway"), g.Status)
	o["health_state"], o["dns_resolution_binding_mode"], o["service_endpoints"] = "ok", "primary", []string{"private." + c.region.Name + ".example.com"}
	o["ips"], o["security_groups"] = []any{c.reserved(g.Subnet, g.Address)}, each(g.Groups, c.groupRef)
	o["target"], o["vpc"] = object{"crn": g.Target, "resource_type": "provider_cloud_service"}, c.vpcRef(g.VPC)
	return o
}

func (s *Server) listFlowLogs(c *caller) (any, *refusal) {
	return listed(s, c, "flow_log_collectors", c.region.FlowLogs, (*caller).flowLog)
}

func (c *caller) flowLog(f *ibmestate.FlowLog) any {
	o := c.owned(f.Thing, c.account.Groups[0], "flow_log_collectors", "")
	o["active"], o["auto_delete"], o["lifecycle_state"], o["storage_bucket"] = f.Active, true, f.Status, object{"name": f.Bucket}
	switch {
	case f.Subnet != nil:
		o["target"], o["vpc"] = c.subnetRef(f.Subnet), c.vpcRef(f.Subnet.VPC)
	case f.Server != nil:
		o["target"], o["vpc"] = typeless(c.ref(f.Server.Thing, "instances", "")), c.vpcRef(f.Server.VPC)
	case f.Interface != nil:
		o["target"], o["vpc"] = c.vniRef(f.Interface), c.vpcRef(f.Interface.Subnet.VPC)
	default:
		o["target"], o["vpc"] = c.vpcRef(f.VPC), c.vpcRef(f.VPC)
	}
	return o
}

func (s *Server) listBackupPolicies(c *caller) (any, *refusal) {
	return listed(s, c, "backup_policies", c.region.BackupPolicies, (*caller).backupPolicy)
}

func (c *caller) backupPolicy(p *ibmestate.BackupPolicy) any {
	o := healthy(c.owned(p.Thing, p.Group, "backup_policies", "backup_policy"))
	o["lifecycle_state"], o["match_resource_type"], o["match_user_tags"], o["included_content"] = p.Status, "volume", p.Tags, []string{"data_volumes", "boot_volume"}
	o["plans"] = each(p.Plans, func(name string) any {
		return object{"id": p.ID + "-" + name, "name": name, "href": c.at("backup_policies/" + p.ID + "/plans/" + name), "resource_type": "backup_policy_plan"}
	})
	o["scope"] = object{"id": c.account.ID, "resource_type": "account"}
	return o
}
