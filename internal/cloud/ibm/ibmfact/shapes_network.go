package ibmfact

import "plumbline/internal/wire"

var networkShapes = map[string]*wire.Shape{
	CallRegions: in("regions", KindRegion, wire.Shape{}),
	CallVPCs: in("vpcs", KindVPC, wire.Shape{
		Sets: setsAt("cse_source_ips", "health_reasons:code", "public_address_ranges:id"),
	}),
	CallSubnets: in("subnets", KindSubnet, wire.Shape{
		Drop: []string{"available_ipv4_address_count"},
	}),
	// Any rule of a security group lets through what it matches, whatever the
	// others say.
	CallSecurityGroups: in("security_groups", KindSecurityGroup, wire.Shape{
		Sets: setsAt("rules:id", "targets:id"), Secrets: []string{"rules/name"},
	}),
	// The rules stand in the order in which they are tried.
	CallNetworkACLs: in("network_acls", KindNetworkACL, wire.Shape{
		Sets: setsAt("subnets:id"), Secrets: []string{"rules/name"},
	}),
	CallFloatingIPs:    in("floating_ips", KindFloatingIP, wire.Shape{}),
	CallPublicGateways: in("public_gateways", KindPublicGateway, wire.Shape{}),
	CallPublicRanges:   in("public_address_ranges", KindPublicRange, wire.Shape{}),
	CallRoutingTables: in("routing_tables", KindRoutingTable, wire.Shape{
		Sets: setsAt("accept_routes_from:resource_type", "advertise_routes_to", "routes:id", "subnets:id"),
	}),
	CallRoutes: in("routes", KindRoute, wire.Shape{}),
	CallVPNGateways: in("vpn_gateways", KindVPNGateway, wire.Shape{
		Sets: setsAt("advertised_cidrs", "connections:id", "health_reasons:code", "lifecycle_reasons:code", "members/health_reasons:code", "members/lifecycle_reasons:code"),
	}),
	CallVPNServers: in("vpn_servers", KindVPNServer, wire.Shape{
		Sets: setsAt("client_authentication:method", "client_dns_server_ips:address", "health_reasons:code", "lifecycle_reasons:code", "private_ips:id",
			"security_groups:id", "subnets:id"),
	}),
	CallEndpointGateways: in("endpoint_gateways", KindEndpointGateway, wire.Shape{
		Sets: setsAt("ips:id", "lifecycle_reasons:code", "security_groups:id", "service_endpoints"),
	}),
	CallFlowLogs: in("flow_log_collectors", KindFlowLog, wire.Shape{}),
}

var balancerShapes = map[string]*wire.Shape{
	CallLoadBalancers: in("load_balancers", KindLoadBalancer, wire.Shape{
		Sets: setsAt("attached_load_balancer_pool_members:id", "failsafe_policy_actions", "listeners:id", "pools:id", "private_ips:id", "public_ips:address",
			"security_groups:id", "subnets:id"),
	}),
	CallListeners: in("listeners", KindListener, wire.Shape{
		Sets: setsAt("policies:id"), Secrets: []string{"https_redirect/uri"},
	}),
	CallListenerPolicies: in("policies", KindListenerPolicy, wire.Shape{
		Sets: setsAt("rules:id"), Secrets: []string{"target/name", "target/uri", "target/url"},
	}),
	// A header that a request has to bear may be what lets it in.
	CallListenerRules: in("rules", KindListenerRule, wire.Shape{Hide: []string{"value"}}),
	// What a health check sends may be a password.
	CallPools: in("pools", KindPool, wire.Shape{
		Sets: setsAt("health_monitor/request/headers:field", "health_monitor/response/codes", "members:id"),
		Secrets: []string{"health_monitor/request/body", "health_monitor/request/headers/value", "health_monitor/response/body_regex",
			"health_monitor/url_path"},
		Named: map[string]wire.Pair{"health_monitor/request/headers": {Name: "field", Value: "value"}},
	}),
	CallPoolMembers: in("members", KindPoolMember, wire.Shape{}),
}
