package ibmsim

// routes is every call that the simulated IBM Cloud knows.
func routes() []*route {
	all := []*route{{pattern: "POST /identity/token", call: "iam-identity:GetToken", form: tokenForm, do: (*Server).getToken, open: true}}
	for _, r := range vpcReads {
		all = append(all, &route{pattern: "GET /{region}/v1" + r.path, call: "is:" + r.call, form: vpcForm, do: r.do})
	}
	for _, r := range accountReads {
		all = append(all, &route{pattern: "GET " + r.path, call: r.call, form: r.form, do: r.do})
	}
	return append(all, changes()...)
}

// A vpcRead is a call of the VPC service that changes nothing.
type vpcRead struct {
	path, call string
	do         func(*Server, *caller) (any, *refusal)
}

var vpcReads = []vpcRead{
	{"/regions", "ListRegions", (*Server).listRegions},
	{"/instances", "ListInstances", (*Server).listInstances},
	{"/instances/{id}", "GetInstance", (*Server).getInstance},
	{"/instances/{id}/initialization", "GetInstanceInitialization", (*Server).getInitialization},
	{"/instances/{id}/network_interfaces", "ListInstanceNetworkInterfaces", (*Server).listInterfaces},
	{"/bare_metal_servers", "ListBareMetalServers", (*Server).listBareMetal},
	{"/bare_metal_servers/{id}/initialization", "GetBareMetalServerInitialization", (*Server).getBareMetalInitialization},
	{"/bare_metal_servers/{id}/network_interfaces", "ListBareMetalServerNetworkInterfaces", (*Server).listBareMetalInterfaces},
	{"/virtual_network_interfaces", "ListVirtualNetworkInterfaces", (*Server).listVNIs},
	{"/instance/templates", "ListInstanceTemplates", (*Server).listTemplates},
	{"/instance_groups", "ListInstanceGroups", (*Server).listInstanceGroups},
	{"/images", "ListImages", (*Server).listImages},
	{"/keys", "ListKeys", (*Server).listKeys},
	{"/vpcs", "ListVpcs", (*Server).listVPCs},
	{"/vpcs/{id}/routing_tables", "ListVPCRoutingTables", (*Server).listRoutingTables},
	{"/vpcs/{id}/routing_tables/{sub}/routes", "ListVPCRoutingTableRoutes", (*Server).listRoutes},
	{"/subnets", "ListSubnets", (*Server).listSubnets},
	{"/security_groups", "ListSecurityGroups", (*Server).listSecurityGroups},
	{"/network_acls", "ListNetworkAcls", (*Server).listACLs},
	{"/floating_ips", "ListFloatingIps", (*Server).listFloatingIPs},
	{"/public_gateways", "ListPublicGateways", (*Server).listPublicGateways},
	{"/public_address_ranges", "ListPublicAddressRanges", (*Server).listPublicRanges},
	{"/load_balancers", "ListLoadBalancers", (*Server).listLoadBalancers},
	{"/load_balancers/{id}/listeners", "ListLoadBalancerListeners", (*Server).listListeners},
	{"/load_balancers/{id}/listeners/{sub}/policies", "ListLoadBalancerListenerPolicies", (*Server).listListenerPolicies},
	{"/load_balancers/{id}/listeners/{sub}/policies/{policy}/rules", "ListLoadBalancerListenerPolicyRules", (*Server).listListenerRules},
	{"/load_balancers/{id}/pools", "ListLoadBalancerPools", (*Server).listPools},
	{"/load_balancers/{id}/pools/{sub}/members", "ListLoadBalancerPoolMembers", (*Server).listPoolMembers},
	{"/vpn_gateways", "ListVPNGateways", (*Server).listVPNGateways},
	{"/vpn_servers", "ListVPNServers", (*Server).listVPNServers},
	{"/endpoint_gateways", "ListEndpointGateways", (*Server).listEndpointGateways},
	{"/flow_log_collectors", "ListFlowLogCollectors", (*Server).listFlowLogs},
	{"/backup_policies", "ListBackupPolicies", (*Server).listBackupPolicies},
}

// An accountRead is a call of a service without regions.
type accountRead struct {
	path, call string
	form       form
	do         func(*Server, *caller) (any, *refusal)
}

var accountReads = []accountRead{
	{"/v1/profiles", "iam-identity:ListProfiles", identityForm, (*Server).listProfiles},
	{"/v1/profiles/{id}/links", "iam-identity:ListLinks", identityForm, (*Server).listLinks},
	{"/v1/profiles/{id}/rules", "iam-identity:ListClaimRules", identityForm, (*Server).listClaimRules},
	{"/v1/profiles/{id}/identities", "iam-identity:GetProfileIdentities", identityForm, (*Server).getIdentities},
	{"/v1/serviceid_groups", "iam-identity:ListServiceIDGroup", identityForm, (*Server).listServiceGroups},
	{"/v1/serviceids/{$}", "iam-identity:ListServiceIds", identityForm, (*Server).listServiceIDs},
	{"/v1/apikeys", "iam-identity:ListAPIKeys", identityForm, (*Server).listAPIKeys},
	{"/v1/apikeys/{id}", "iam-identity:GetAPIKey", identityForm, (*Server).getAPIKey},
	{"/v1/accounts/{id}/settings/identity", "iam-identity:GetAccountSettings", identityForm, (*Server).getSettings},
	{"/v2/policies", "iam-access-management:ListV2Policies", identityForm, (*Server).listPolicies},
	{"/v2/roles", "iam-access-management:ListRoles", identityForm, (*Server).listRoles},
	{"/v2/groups", "iam-groups:ListAccessGroups", identityForm, (*Server).listGroups},
	{"/v2/groups/{id}/members", "iam-groups:ListAccessGroupMembers", identityForm, (*Server).listMembers},
	{"/v2/resource_groups", "resource-controller:ListResourceGroups", plainForm, (*Server).listResourceGroups},
	{"/api/v2/targets", "atracker:ListTargets", vpcForm, (*Server).listTargets},
	{"/api/v2/routes", "atracker:ListRoutes", vpcForm, (*Server).listTrackerRoutes},
	{"/api/v2/settings", "atracker:GetSettings", vpcForm, (*Server).getTrackerSettings},
	{"/v1/enterprises", "enterprise:ListEnterprises", plainForm, (*Server).listEnterprises},
	{"/v1/account-groups", "enterprise:ListAccountGroups", plainForm, (*Server).listAccountGroups},
	{"/v1/accounts", "enterprise:ListAccounts", plainForm, (*Server).listAccounts},
}
