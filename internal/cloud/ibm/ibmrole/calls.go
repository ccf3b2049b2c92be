package ibmrole

import "plumbline/internal/cloud/ibm/ibmfact"

// of gives calls the service that a policy has to name for them.
func of(service string, calls ...Call) []Call {
	for i := range calls {
		calls[i].Service = service
		if calls[i].Role == "" {
			calls[i].Role = Viewer
		}
	}
	return calls
}

var loginCalls = []Call{{
	Call:     ibmfact.CallToken,
	Why:      "Logs in, and says whose account the credentials speak for. No role is needed.",
	Silences: "Everything: the scan does not start.",
	Void:     true,
}}

// What most calls of a kind are for.
const (
	reachability = "What can be reached from the internet."
	becomes      = "Which trusted profiles a server may become."
	may          = "What an identity may do."
)

var vpcCalls = of(ServiceVPC,
	Call{Call: ibmfact.CallRegions, Why: "Lists the regions.", Silences: "Every region but those that were asked for by name."},
	Call{Call: ibmfact.CallInstances, Why: "Lists the virtual servers with the settings of their metadata service.", Silences: "Every virtual server of the account."},
	Call{Call: ibmfact.CallInitialization, Why: "Reads the trusted profile that a virtual server was made with. One request a server.",
		Silences: becomes},
	Call{Call: ibmfact.CallBareMetal, Why: "Lists the bare metal servers with the settings of their metadata service.", Silences: "Every bare metal server of the account."},
	Call{Call: ibmfact.CallBareMetalInitialization, Why: "Reads the trusted profile that a bare metal server was made with. One request a server.", Silences: becomes},
	Call{Call: ibmfact.CallVNIs, Why: "Reads which security groups and addresses an interface has, and whether it may send from others.", Silences: reachability},
	Call{Call: ibmfact.CallInterfaces, Why: "Reads which security groups an interface without a virtual network interface has, and whether it may send from other addresses. One request for each virtual server that has such.",
		Silences: reachability},
	Call{Call: ibmfact.CallBareMetalInterfaces, Why: "Reads the same of bare metal servers. One request for each that has such an interface.", Silences: reachability},
	Call{Call: ibmfact.CallTemplates, Why: "Lists the instance templates with the metadata settings of the servers made from them.", Silences: "What the next server of a group will get."},
	Call{Call: ibmfact.CallInstanceGroups, Why: "Lists the instance groups and the template that each uses.", Silences: "No verdict: whether a group uses an instance template, which is judged all the same."},
	Call{Call: ibmfact.CallImages, Why: "Lists the account's images and what they may be used for.", Silences: "Whether images demand a metadata setting of servers made from them."},
	Call{Call: ibmfact.CallVPCs, Why: "Lists the VPCs.", Silences: reachability},
	Call{Call: ibmfact.CallSubnets, Why: "Lists the subnets with their network ACL, routing table and public gateway.", Silences: reachability},
	Call{Call: ibmfact.CallSecurityGroups, Why: "Reads what each security group lets through, and to what.", Silences: reachability},
	Call{Call: ibmfact.CallNetworkACLs, Why: "Reads what each subnet lets through.", Silences: reachability},
	Call{Call: ibmfact.CallFloatingIPs, Why: "Lists the floating IPs and what they are bound to.", Silences: reachability},
	Call{Call: ibmfact.CallPublicGateways, Why: "Lists the public gateways.", Silences: "No verdict: how servers reach the internet, of which no rule speaks."},
	Call{Call: ibmfact.CallPublicRanges, Why: "Lists the public address ranges and the VPC that each is routed to.", Silences: reachability},
	Call{Call: ibmfact.CallRoutingTables, Why: "Lists the routing tables of each VPC.", Silences: reachability},
	Call{Call: ibmfact.CallRoutes, Why: "Reads where packets of each table go.", Silences: reachability},
	Call{Call: ibmfact.CallLoadBalancers, Why: "Lists the load balancers and whether they are public.", Silences: "What can be reached through a load balancer."},
	Call{Call: ibmfact.CallListeners, Why: "Reads on which ports a load balancer listens.", Silences: "What can be reached through a load balancer."},
	Call{Call: ibmfact.CallListenerPolicies, Why: "Reads to which further pools a listener hands requests, and which it turns away.", Silences: "What can be reached through a load balancer."},
	Call{Call: ibmfact.CallListenerRules, Why: "Reads what a listener's policies look at in a request, and not the values.", Silences: "What can be reached through a load balancer."},
	Call{Call: ibmfact.CallPools, Why: "Reads the pools that a load balancer forwards to.", Silences: "What can be reached through a load balancer."},
	Call{Call: ibmfact.CallPoolMembers, Why: "Reads which servers and addresses are members of a pool.", Silences: "What can be reached through a load balancer."},
	Call{Call: ibmfact.CallVPNGateways, Why: "Lists the VPN gateways.", Silences: "Whether a VPC can be administered without the internet."},
	Call{Call: ibmfact.CallVPNServers, Why: "Lists the client VPN servers.", Silences: "Whether a VPC can be administered without the internet."},
	Call{Call: ibmfact.CallEndpointGateways, Why: "Lists the endpoint gateways through which IBM Cloud's services are reached privately.", Silences: "Whether VPCs reach IBM Cloud's services privately."},
	Call{Call: ibmfact.CallFlowLogs, Why: "Reads what traffic is written down.", Silences: "Whether traffic is written down."},
	Call{Call: ibmfact.CallBackupPolicies, Why: "Lists the backup policies.", Silences: "Whether volumes are backed up."},
	Call{Call: ibmfact.CallKeys, Why: "Lists the SSH keys.", Silences: "No verdict: which SSH keys there are."},
)

var identityCalls = of(ServiceIdentity,
	Call{Call: ibmfact.CallProfiles, Why: "Lists the trusted profiles.", Silences: becomes},
	Call{Call: ibmfact.CallLinks, Why: "Reads which servers a trusted profile is linked to.", Silences: becomes},
	Call{Call: ibmfact.CallClaimRules, Why: "Reads by which rules servers may become a trusted profile without a link.", Silences: becomes},
	Call{Call: ibmfact.CallProfileIdentities, Why: "Reads which identities a trusted profile trusts by name.", Silences: "Whether somebody who may create servers gains by it, or is trusted with the profile by name."},
	Call{Call: ibmfact.CallServiceGroups, Why: "Lists the groups that service IDs are in, of which each is asked by itself.",
		Silences: "API keys of service IDs that are in another group than the default one."},
	Call{Call: ibmfact.CallServiceIDs, Why: "Lists the service IDs.", Silences: "No verdict: a service ID that a finding speaks of is called by its id, and not by its name."},
	Call{Call: ibmfact.CallAPIKeys, Role: Operator, Why: "Lists the API keys of the account with their age, and without the keys.",
		Silences: "How old API keys are, whether they expire, and whether they are used."},
	Call{Call: ibmfact.CallAPIKey, Role: Operator, Why: "Reads when an API key was last used, which the list does not tell. One request a key.",
		Silences: "Whether API keys are used."},
	Call{Call: ibmfact.CallAccountSettings, Why: "Reads how long sessions last, whether a second factor is demanded, and who may create keys.",
		Silences: "The account's settings for logins."},
)

var accessCalls = of(ServiceAccess,
	Call{Call: ibmfact.CallPolicies, Why: "Reads the access policies: what each identity may do.", Silences: may},
	Call{Call: ibmfact.CallRoles, Why: "Reads what the account's own roles allow.", Silences: may},
)

var groupCalls = of(ServiceGroups,
	Call{Call: ibmfact.CallAccessGroups, Why: "Lists the access groups.", Silences: may},
	Call{Call: ibmfact.CallGroupMembers, Why: "Reads who is a member of an access group.", Silences: may},
)

var resourceCalls = of(ServiceResources,
	Call{Call: ibmfact.CallResourceGroups, Why: "Lists the resource groups that access policies and claim rules name.", Silences: "Whether somebody may create a server that becomes a profile, where a claim rule calls a resource group by its name."},
)

var trackerCalls = of(ServiceTracker,
	Call{Call: ibmfact.CallTrackerTargets, Why: "Reads where audit events are sent.", Silences: "Whether audit events are kept."},
	Call{Call: ibmfact.CallTrackerRoutes, Why: "Reads which audit events are sent.", Silences: "Whether audit events are kept."},
	Call{Call: ibmfact.CallTrackerSettings, Why: "Reads where audit events go that no rule names.", Silences: "Whether audit events are kept."},
)

var enterpriseCalls = of(ServiceEnterprise,
	Call{Call: ibmfact.CallEnterprises, Why: "Reads whether the account belongs to an enterprise.", Silences: "No verdict: which enterprise the account belongs to."},
	Call{Call: ibmfact.CallAccountGroups, Why: "Lists the account groups of the enterprise.", Silences: "No verdict: which further accounts there are."},
	Call{Call: ibmfact.CallMemberAccounts, Why: "Lists the accounts of the enterprise.", Silences: "No verdict: which further accounts there are."},
)
