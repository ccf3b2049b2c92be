package ibmfact

// The kinds of documents, by the thing that they describe.
const (
	KindToken  = "ibm.token" // whom the credentials speak for: claims of the token, never the token
	KindRegion = "ibm.region"

	KindInstance       = "ibm.instance"                  // a workload
	KindBareMetal      = "ibm.bare_metal_server"         // a workload
	KindInitialization = "ibm.instance_initialization"   // beside its workload, of either type
	KindVNI            = "ibm.virtual_network_interface" // beside the workload that it is attached to
	KindInterface      = "ibm.network_interface"         // of the older kind, beside its workload

	KindTemplate      = "ibm.instance_template"
	KindInstanceGroup = "ibm.instance_group"
	KindImage         = "ibm.image"

	KindVPC             = "ibm.vpc"
	KindSubnet          = "ibm.subnet"
	KindSecurityGroup   = "ibm.security_group" // with its rules and targets
	KindNetworkACL      = "ibm.network_acl"    // with its rules, in order
	KindFloatingIP      = "ibm.floating_ip"
	KindPublicGateway   = "ibm.public_gateway"
	KindPublicRange     = "ibm.public_address_range"
	KindRoutingTable    = "ibm.routing_table"
	KindRoute           = "ibm.route"
	KindLoadBalancer    = "ibm.load_balancer"
	KindListener        = "ibm.load_balancer_listener"
	KindListenerPolicy  = "ibm.load_balancer_listener_policy"
	KindListenerRule    = "ibm.load_balancer_listener_policy_rule"
	KindPool            = "ibm.load_balancer_pool"
	KindPoolMember      = "ibm.load_balancer_pool_member"
	KindVPNGateway      = "ibm.vpn_gateway"
	KindVPNServer       = "ibm.vpn_server"
	KindEndpointGateway = "ibm.endpoint_gateway"
	KindFlowLog         = "ibm.flow_log_collector"
	KindBackupPolicy    = "ibm.backup_policy"
	KindKey             = "ibm.key"

	KindProfile         = "ibm.trusted_profile"
	KindLink            = "ibm.trusted_profile_link"
	KindClaimRule       = "ibm.trusted_profile_claim_rule"
	KindProfileIdentity = "ibm.trusted_profile_identity"
	KindServiceID       = "ibm.service_id"
	KindServiceGroup    = "ibm.service_id_group"
	KindAPIKey          = "ibm.api_key"          //nolint:gosec // a kind of document, which holds no key
	KindKeyActivity     = "ibm.api_key_activity" //nolint:gosec // the same
	KindAccountSettings = "ibm.account_settings"
	KindPolicy          = "ibm.access_policy"
	KindRole            = "ibm.role" // a custom role
	KindAccessGroup     = "ibm.access_group"
	KindGroupMember     = "ibm.access_group_member"
	KindResourceGroup   = "ibm.resource_group"

	KindTrackerTarget   = "ibm.activity_tracker_target"
	KindTrackerRoute    = "ibm.activity_tracker_route"
	KindTrackerSettings = "ibm.activity_tracker_settings"
	KindEnterprise      = "ibm.enterprise"
	KindAccountGroup    = "ibm.account_group"
	KindMemberAccount   = "ibm.enterprise_account"
)

// The calls: the service by the name that it has in a CRN and in access
// policies, and the operation by the name that IBM's SDK gives it.
const (
	CallToken   = "iam-identity:GetToken"
	CallRegions = "is:ListRegions"

	CallInstances               = "is:ListInstances"
	CallBareMetal               = "is:ListBareMetalServers"
	CallInitialization          = "is:GetInstanceInitialization"        // one answer for all instances of a region
	CallBareMetalInitialization = "is:GetBareMetalServerInitialization" // one answer for all servers of a region
	CallVNIs                    = "is:ListVirtualNetworkInterfaces"
	CallInterfaces              = "is:ListInstanceNetworkInterfaces"        // one answer for all instances of a region
	CallBareMetalInterfaces     = "is:ListBareMetalServerNetworkInterfaces" // one answer for all servers of a region

	CallTemplates      = "is:ListInstanceTemplates"
	CallInstanceGroups = "is:ListInstanceGroups"
	CallImages         = "is:ListImages"

	CallVPCs             = "is:ListVpcs"
	CallSubnets          = "is:ListSubnets"
	CallSecurityGroups   = "is:ListSecurityGroups"
	CallNetworkACLs      = "is:ListNetworkAcls"
	CallFloatingIPs      = "is:ListFloatingIps"
	CallPublicGateways   = "is:ListPublicGateways"
	CallPublicRanges     = "is:ListPublicAddressRanges"
	CallRoutingTables    = "is:ListVPCRoutingTables"      // subject: the VPC's uid
	CallRoutes           = "is:ListVPCRoutingTableRoutes" // subject: the routing table's uid
	CallLoadBalancers    = "is:ListLoadBalancers"
	CallListeners        = "is:ListLoadBalancerListeners"           // subject: the load balancer's uid
	CallListenerPolicies = "is:ListLoadBalancerListenerPolicies"    // subject: the listener's uid
	CallListenerRules    = "is:ListLoadBalancerListenerPolicyRules" // subject: the policy's uid
	CallPools            = "is:ListLoadBalancerPools"               // subject: the load balancer's uid
	CallPoolMembers      = "is:ListLoadBalancerPoolMembers"         // subject: the pool's uid
	CallVPNGateways      = "is:ListVPNGateways"
	CallVPNServers       = "is:ListVPNServers"
	CallEndpointGateways = "is:ListEndpointGateways"
	CallFlowLogs         = "is:ListFlowLogCollectors"
	CallBackupPolicies   = "is:ListBackupPolicies"
	CallKeys             = "is:ListKeys"

	CallProfiles          = "iam-identity:ListProfiles"
	CallLinks             = "iam-identity:ListLinks"            // subject: the profile's uid
	CallClaimRules        = "iam-identity:ListClaimRules"       // subject: the profile's uid
	CallProfileIdentities = "iam-identity:GetProfileIdentities" // subject: the profile's uid
	CallServiceGroups     = "iam-identity:ListServiceIDGroup"
	CallServiceIDs        = "iam-identity:ListServiceIds" // subject: the uid of a group of service IDs, "" for the default one
	CallAPIKeys           = "iam-identity:ListAPIKeys"    // subject: the same
	CallAPIKey            = "iam-identity:GetAPIKey"      // subject: the key's uid
	CallAccountSettings   = "iam-identity:GetAccountSettings"
	CallPolicies          = "iam-access-management:ListV2Policies"
	CallRoles             = "iam-access-management:ListRoles"
	CallAccessGroups      = "iam-groups:ListAccessGroups"
	CallGroupMembers      = "iam-groups:ListAccessGroupMembers" // subject: the group's uid
	CallResourceGroups    = "resource-controller:ListResourceGroups"

	CallTrackerTargets  = "atracker:ListTargets"
	CallTrackerRoutes   = "atracker:ListRoutes"
	CallTrackerSettings = "atracker:GetSettings"
	CallEnterprises     = "enterprise:ListEnterprises"
	CallAccountGroups   = "enterprise:ListAccountGroups"
	CallMemberAccounts  = "enterprise:ListAccounts"
)

// RegionQuestions are what is asked of each region, whatever stands in it. What
// is asked of one thing, such as the routes of one table, is not here.
var RegionQuestions = append([]string{
	CallInstances, CallBareMetal,
	CallTemplates, CallInstanceGroups, CallImages,
	CallVPCs, CallSubnets, CallSecurityGroups, CallNetworkACLs, CallFloatingIPs, CallPublicGateways, CallPublicRanges,
	CallLoadBalancers, CallVPNGateways, CallVPNServers, CallEndpointGateways, CallFlowLogs, CallBackupPolicies, CallKeys,
}, BesideCalls...)

// BesideCalls are asked about the workloads of each page, or handed out with
// them, and end with one answer for a region.
var BesideCalls = []string{CallInitialization, CallBareMetalInitialization, CallVNIs, CallInterfaces, CallBareMetalInterfaces}
