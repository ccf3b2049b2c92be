package awsrole

import "plumbline/internal/cloud/aws/awsfact"

var loginCalls = []Call{
	{
		Action:   CallAssumeRole,
		Why:      "Becomes the role that scans, if one is named. The identity that logs in needs it, on that role alone.",
		Silences: "Everything: the scan does not start.",
		ByLogin:  true,
		Void:     true,
	},
	{
		Action: awsfact.CallIdentity,
		// "No permissions are required to perform this operation", STS API reference.
		Why:      "Says whose account the credentials speak for. AWS answers it to everyone; no permission is needed.",
		Silences: "Everything: the scan does not start.",
		Void:     true,
	},
}

// of gives calls the statement that they stand in.
func of(sid string, calls ...Call) []Call {
	for i := range calls {
		calls[i].Sid = sid
	}
	return calls
}

var inventoryCalls = of(SidInventory,
	Call{Action: awsfact.CallRegions, Why: "Lists the regions and which of them the account has enabled.",
		Silences: "Every region but those that were asked for by name."},
	Call{Action: awsfact.CallDefaults, Why: "Reads what a new instance gets where its launch says nothing, and whether tokens are enforced.",
		Silences: "Whether a region's defaults and its enforcement require a session token."},
	Call{Action: awsfact.CallInstances, Why: "Lists the instances with their metadata settings.",
		Silences: "Every instance of the account."},
	Call{Action: awsfact.CallImages, Why: "Lists the account's images, and those of others that instances are launched from, with the metadata setting that they bring.",
		Silences: "What an image makes of the instances launched from it."},
	Call{Action: awsfact.CallTemplates, Why: "Lists the launch templates.",
		Silences: "Launch templates, and what the next instance of a group will get."},
	Call{Action: awsfact.CallTemplateVersions, Why: "Reads the default and the latest version of each launch template, and the versions that groups name.",
		Silences: "What launch templates set, and what the next instance of a group will get."},
	Call{Action: awsfact.CallScalingGroups, Why: "Lists the Auto Scaling groups with the template version that each launches.",
		Silences: "Auto Scaling groups, and what their next instance will get."},
	Call{Action: awsfact.CallLaunchConfigs, Why: "Lists the launch configurations with their metadata settings.",
		Silences: "Launch configurations, and what the next instance of a group that uses one will get."},
	Call{Action: awsfact.CallMetrics, Why: "Reads how often each instance's metadata was asked for without a token, two metrics an instance. AWS charges for metrics that are read.",
		Silences: "Whether requests without a token are still in use."},
	Call{Action: awsfact.CallManaged, Why: "Reads which instances Systems Manager knows.",
		Silences: "Whether instances are managed, and how well they are patched."},
	Call{Action: awsfact.CallPatches, Why: "Reads how well the instances that Systems Manager knows are patched.",
		Silences: "How well instances are patched."},
	Call{Action: awsfact.CallClusters, Why: "Lists the clusters of ECS.",
		Silences: "Which instances run containers of ECS."},
	Call{Action: awsfact.CallContainers, Why: "Lists what a cluster runs its containers on.",
		Silences: "Which instances run containers of ECS."},
	Call{Action: awsfact.CallContainer, Why: "Reads which instance a cluster's member is.",
		Silences: "Which instances run containers of ECS."},
	Call{Action: awsfact.CallVolumes, Why: "Lists the volumes that are not encrypted.",
		Silences: "Whether the disks of instances are encrypted."},
	Call{Action: awsfact.CallSnapshots, Why: "Lists the account's snapshots that anybody may restore.",
		Silences: "Whether snapshots are public."},
	Call{Action: awsfact.CallEncryption, Why: "Reads whether new volumes are encrypted.",
		Silences: "Whether new volumes of a region are encrypted."},
	Call{Action: awsfact.CallSnapshotBlock, Why: "Reads whether snapshots can be made public.",
		Silences: "Whether snapshots of a region can be made public."},
	Call{Action: awsfact.CallImageBlock, Why: "Reads whether images can be made public.",
		Silences: "Whether images of a region can be made public."},
	Call{Action: awsfact.CallSerialConsole, Why: "Reads whether the serial console of instances can be used.",
		Silences: "Whether the serial console can be used in a region."},
	Call{Action: awsfact.CallVaults, Why: "Lists the backup vaults and whether they are locked.",
		Silences: "Whether backups can be deleted."},
	Call{Action: awsfact.CallProtected, Why: "Lists what AWS Backup protects.",
		Silences: "Which instances and volumes are backed up."},
)

// reachability is what most calls about the network are for.
const reachability = "What can be reached from the internet."

var networkCalls = of(SidNetwork,
	Call{Action: awsfact.CallVPCs, Why: "Lists the VPCs.", Silences: reachability},
	Call{Action: awsfact.CallSubnets, Why: "Lists the subnets and whether they give out public addresses.", Silences: reachability},
	Call{Action: awsfact.CallRouteTables, Why: "Reads where packets of each subnet go.", Silences: reachability},
	Call{Action: awsfact.CallInternetGateways, Why: "Lists the internet gateways.", Silences: reachability},
	Call{Action: awsfact.CallEgressGateways, Why: "Lists the gateways that let IPv6 out only.", Silences: reachability},
	Call{Action: awsfact.CallNATGateways, Why: "Lists the NAT gateways.", Silences: reachability},
	Call{Action: awsfact.CallCarrierGateways, Why: "Lists the carrier gateways of Wavelength zones.", Silences: reachability},
	Call{Action: awsfact.CallNetworkACLs, Why: "Reads what each subnet lets through.", Silences: reachability},
	Call{Action: awsfact.CallGroups, Why: "Reads what each security group lets through.", Silences: reachability},
	Call{Action: awsfact.CallGroupRules, Why: "Reads the ids of the security groups' rules, by which people find them.", Silences: "By which rule of a security group something can be reached."},
	Call{Action: awsfact.CallGroupVPCs, Why: "Reads which further VPCs a security group may be used in.", Silences: reachability},
	Call{Action: awsfact.CallPrefixLists, Why: "Lists the prefix lists that routes and security groups name.", Silences: reachability},
	Call{Action: awsfact.CallPrefixEntries, Why: "Reads which addresses a prefix list stands for.", Silences: reachability},
	Call{Action: awsfact.CallBlockAccess, Why: "Reads whether a region blocks the internet for all its VPCs.", Silences: reachability},
	Call{Action: awsfact.CallBlockExclusions, Why: "Reads which VPCs and subnets are taken out of that.", Silences: reachability},
	Call{Action: awsfact.CallAddresses, Why: "Lists the elastic addresses.", Silences: "Which public addresses the account holds."},
	Call{Action: awsfact.CallInterfaces, Why: "Reads of instances with a public address whether AWS lets nothing through an internet gateway to them.", Silences: "What can be reached from the internet, of instances that AWS services operate."},
	Call{Action: awsfact.CallLoadBalancers, Why: "Lists the load balancers of all generations.", Silences: "What can be reached through a load balancer."},
	Call{Action: awsfact.CallListeners, Why: "Reads on which ports a load balancer listens, and where it forwards to.", Silences: "What can be reached through a load balancer."},
	Call{Action: awsfact.CallListenerRules, Why: "Reads which requests a load balancer forwards elsewhere than the rest.", Silences: "What can be reached through a load balancer."},
	Call{Action: awsfact.CallTargetGroups, Why: "Lists the groups of targets of load balancers.", Silences: "What can be reached through a load balancer."},
	Call{Action: awsfact.CallTargetHealth, Why: "Reads which instances and addresses are targets of a load balancer.", Silences: "What can be reached through a load balancer."},
	Call{Action: awsfact.CallTargetConfig, Why: "Reads whether targets see a client's own address, and whether a load balancer serves targets of other zones.", Silences: "What can be reached through a load balancer."},
	Call{Action: awsfact.CallEndpoints, Why: "Lists the endpoints through which AWS's services are reached privately.", Silences: "Whether VPCs reach AWS's services privately."},
	Call{Action: awsfact.CallVPNs, Why: "Lists the site-to-site VPN connections and the state of their tunnels.", Silences: "VPN connections."},
	Call{Action: awsfact.CallClientVPNs, Why: "Lists the client VPN endpoints and whether connections are logged.", Silences: "Client VPN endpoints."},
	Call{Action: awsfact.CallFlowLogs, Why: "Reads what traffic is written down.", Silences: "Whether traffic is written down."},
)

var identityCalls = of(SidIdentity,
	Call{Action: awsfact.CallAuthorization, Why: "Reads roles, users, groups and policies: what each may do.", Silences: "What an instance's identity may do."},
	Call{Action: awsfact.CallRoles, Why: "Reads how long a session of a role may last, which the call before does not say.", Silences: "How long sessions of roles may last."},
	Call{Action: awsfact.CallProfiles, Why: "Reads which role an instance profile stands for.", Silences: "Which identity an instance has."},
	Call{Action: awsfact.CallAccountSummary, Why: "Reads whether the root user has access keys and a second factor.", Silences: "The root user's access keys and second factor."},
	Call{Action: awsfact.CallMakeReport, Why: "Has IAM make the credential report.", Silences: "How old access keys and passwords are, and when they were last used."},
	Call{Action: awsfact.CallCredentialReport, Why: "Fetches the credential report.", Silences: "How old access keys and passwords are, and when they were last used."},
	Call{Action: awsfact.CallOrganization, Why: "Reads whether the account belongs to an organisation.", Silences: "Whether an organisation restricts the account."},
	Call{Action: awsfact.CallEffectivePolicy, Why: "Reads which settings of EC2 the organisation imposes on the account.", Silences: "Which settings the organisation imposes."},
)

var watchingCalls = of(SidWatching,
	Call{Action: awsfact.CallTrails, Why: "Lists the trails that write down what is done in the account.", Silences: "Whether what is done is written down."},
	Call{Action: awsfact.CallTrailStatus, Why: "Reads whether a trail is writing.", Silences: "Whether what is done is written down."},
	Call{Action: awsfact.CallTrailSelectors, Why: "Reads what a trail leaves out.", Silences: "Whether all that is done is written down."},
	Call{Action: awsfact.CallAlarms, Why: "Lists the alarms.", Silences: "Whether anybody is told of changes that matter."},
	Call{Action: awsfact.CallMetricFilters, Why: "Lists what is counted in logs.", Silences: "Whether anybody is told of changes that matter."},
	Call{Action: awsfact.CallDetectors, Why: "Reads whether GuardDuty has a detector in a region.", Silences: "Whether GuardDuty watches a region."},
	Call{Action: awsfact.CallDetector, Why: "Reads what a detector of GuardDuty watches.", Silences: "What GuardDuty watches in a region."},
	Call{Action: awsfact.CallAnalyzers, Why: "Lists the analyzers of IAM Access Analyzer.", Silences: "Whether access from outside is analysed."},
	Call{Action: awsfact.CallRecorder, Why: "Reads whether AWS Config records changes.", Silences: "Whether changes are recorded in a region."},
)

var userDataCalls = of(SidUserData,
	Call{Action: awsfact.CallUserData, Why: "Reads what an instance runs when it starts, in memory; of secrets in it only kind, place and a keyed hash are kept. " +
		"One request an instance, ten a second, and none for an instance that runs since it was last read.",
		Silences: "Secrets in the user data of instances.", OptIn: true},
)

var organisationCalls = of(SidOrganisation,
	Call{Action: awsfact.CallParents, Why: "Reads which organisational units stand above the account.", Silences: "What service control policies forbid."},
	Call{Action: awsfact.CallPoliciesForTarget, Why: "Reads which service control policies are attached to the account and the units above it.", Silences: "What service control policies forbid."},
	Call{Action: awsfact.CallControlPolicy, Why: "Reads a service control policy.", Silences: "What service control policies forbid."},
)
