package awsfact

// The kinds of documents, by the thing that they describe.
const (
	KindInstance = "aws.instance"
	KindRegion   = "aws.region"
	KindDefaults = "aws.instance_metadata_defaults"
	KindIdentity = "aws.caller_identity"

	KindVPC             = "aws.vpc"
	KindSubnet          = "aws.subnet"
	KindRouteTable      = "aws.route_table"
	KindInternetGateway = "aws.internet_gateway"
	KindEgressGateway   = "aws.egress_only_internet_gateway"
	KindNATGateway      = "aws.nat_gateway"
	KindCarrierGateway  = "aws.carrier_gateway"
	KindNetworkACL      = "aws.network_acl"
	KindGroup           = "aws.security_group"
	KindGroupRule       = "aws.security_group_rule"
	KindGroupVPC        = "aws.security_group_vpc_association"
	KindPrefixList      = "aws.prefix_list"
	KindPrefixEntry     = "aws.prefix_list_entry"
	KindBlockAccess     = "aws.vpc_block_public_access_options"
	KindBlockExclusion  = "aws.vpc_block_public_access_exclusion"
	KindAddress         = "aws.address"
	KindInterface       = "aws.network_interface" // beside its instance
	KindFlowLog         = "aws.flow_log"
	KindEndpoint        = "aws.vpc_endpoint"
	KindVPN             = "aws.vpn_connection"
	KindClientVPN       = "aws.client_vpn_endpoint"

	KindLoadBalancer        = "aws.load_balancer"
	KindListener            = "aws.listener"
	KindListenerRule        = "aws.listener_rule"
	KindTargetGroup         = "aws.target_group"
	KindTargetHealth        = "aws.target_health"
	KindTargetAttributes    = "aws.target_group_attributes"
	KindClassicLoadBalancer = "aws.classic_load_balancer"

	KindImage           = "aws.image"
	KindTemplate        = "aws.launch_template"
	KindTemplateVersion = "aws.launch_template_version"
	KindLaunchConfig    = "aws.launch_configuration"
	KindScalingGroup    = "aws.auto_scaling_group"

	KindUserData   = "aws.user_data"          // beside its instance
	KindMetric     = "aws.metadata_metric"    // beside its instance
	KindManaged    = "aws.managed_instance"   // beside its instance
	KindPatchState = "aws.patch_state"        // beside its instance
	KindContainer  = "aws.container_instance" // of ECS

	KindRole               = "aws.iam_role"
	KindRoleListing        = "aws.iam_role_listing" // what the listing of roles says and the details do not
	KindUser               = "aws.iam_user"
	KindIAMGroup           = "aws.iam_group"
	KindPolicy             = "aws.iam_policy"
	KindProfile            = "aws.instance_profile"
	KindAccountSummary     = "aws.account_summary"
	KindCredentialReport   = "aws.credential_report" //nolint:gosec // a kind of document
	KindOrganization       = "aws.organization"
	KindOrganizationParent = "aws.organization_parent"
	KindEffectivePolicy    = "aws.effective_policy"
	KindPolicyTarget       = "aws.organization_policy_target" // which control policies hold where
	KindControlPolicy      = "aws.service_control_policy"

	KindTrail          = "aws.trail"
	KindTrailStatus    = "aws.trail_status"
	KindTrailSelectors = "aws.trail_event_selectors"
	KindDetectorID     = "aws.detector_id"
	KindDetector       = "aws.detector"
	KindAnalyzer       = "aws.analyzer"
	KindRecorder       = "aws.configuration_recorder_status"
	KindAlarm          = "aws.alarm"
	KindMetricFilter   = "aws.metric_filter"
	KindVault          = "aws.backup_vault"
	KindProtected      = "aws.protected_resource"
	KindVolume         = "aws.unencrypted_volume"
	KindPublicSnapshot = "aws.public_snapshot"
	KindEncryption     = "aws.ebs_encryption_by_default"
	KindSnapshotBlock  = "aws.snapshot_block_public_access"
	KindImageBlock     = "aws.image_block_public_access"
	KindSerialConsole  = "aws.serial_console_access"
	KindCluster        = "aws.ecs_cluster_arn"
	KindContainerID    = "aws.container_instance_arn"
)

// The calls, spelled as their permissions.
const (
	CallInstances = "ec2:DescribeInstances"
	CallRegions   = "ec2:DescribeRegions"
	CallDefaults  = "ec2:GetInstanceMetadataDefaults"
	CallIdentity  = "sts:GetCallerIdentity"

	CallVPCs             = "ec2:DescribeVpcs"
	CallSubnets          = "ec2:DescribeSubnets"
	CallRouteTables      = "ec2:DescribeRouteTables"
	CallInternetGateways = "ec2:DescribeInternetGateways"
	CallEgressGateways   = "ec2:DescribeEgressOnlyInternetGateways"
	CallNATGateways      = "ec2:DescribeNatGateways"
	CallCarrierGateways  = "ec2:DescribeCarrierGateways"
	CallNetworkACLs      = "ec2:DescribeNetworkAcls"
	CallGroups           = "ec2:DescribeSecurityGroups"
	CallGroupRules       = "ec2:DescribeSecurityGroupRules"
	CallGroupVPCs        = "ec2:DescribeSecurityGroupVpcAssociations"
	CallPrefixLists      = "ec2:DescribeManagedPrefixLists"
	CallPrefixEntries    = "ec2:GetManagedPrefixListEntries" // one question for each list: Subject is its id
	CallBlockAccess      = "ec2:DescribeVpcBlockPublicAccessOptions"
	CallBlockExclusions  = "ec2:DescribeVpcBlockPublicAccessExclusions"
	CallAddresses        = "ec2:DescribeAddresses"
	CallInterfaces       = "ec2:DescribeNetworkInterfaces"
	CallFlowLogs         = "ec2:DescribeFlowLogs"
	CallEndpoints        = "ec2:DescribeVpcEndpoints"
	CallVPNs             = "ec2:DescribeVpnConnections"
	CallClientVPNs       = "ec2:DescribeClientVpnEndpoints"

	CallLoadBalancers = "elasticloadbalancing:DescribeLoadBalancers" // v2 and classic: one permission; classic has Subject "classic"
	CallListeners     = "elasticloadbalancing:DescribeListeners"     // Subject: the load balancer's ARN
	CallListenerRules = "elasticloadbalancing:DescribeRules"         // Subject: the listener's ARN; of those that HasRules
	CallTargetGroups  = "elasticloadbalancing:DescribeTargetGroups"
	CallTargetHealth  = "elasticloadbalancing:DescribeTargetHealth"          // Subject: the target group's ARN
	CallTargetConfig  = "elasticloadbalancing:DescribeTargetGroupAttributes" // Subject: the target group's ARN

	CallImages           = "ec2:DescribeImages" // Subject "" of the account's own, SubjectUsed of others that templates and configurations name
	CallTemplates        = "ec2:DescribeLaunchTemplates"
	CallTemplateVersions = "ec2:DescribeLaunchTemplateVersions" // Subject "" of the default and the latest of all, the template's id of others that groups name
	CallLaunchConfigs    = "autoscaling:DescribeLaunchConfigurations"
	CallScalingGroups    = "autoscaling:DescribeAutoScalingGroups"

	CallUserData   = "ec2:DescribeInstanceAttribute"
	CallMetrics    = "cloudwatch:GetMetricData"
	CallManaged    = "ssm:DescribeInstanceInformation"
	CallPatches    = "ssm:DescribeInstancePatchStates"
	CallClusters   = "ecs:ListClusters"
	CallContainers = "ecs:ListContainerInstances"     // Subject: the cluster's ARN
	CallContainer  = "ecs:DescribeContainerInstances" // Subject: the cluster's ARN

	CallAuthorization     = "iam:GetAccountAuthorizationDetails"
	CallRoles             = "iam:ListRoles"
	CallProfiles          = "iam:ListInstanceProfiles"
	CallAccountSummary    = "iam:GetAccountSummary"
	CallMakeReport        = "iam:GenerateCredentialReport"
	CallCredentialReport  = "iam:GetCredentialReport" //nolint:gosec // the name of a call
	CallOrganization      = "organizations:DescribeOrganization"
	CallParents           = "organizations:ListParents" // Subject: the child's id
	CallEffectivePolicy   = "organizations:DescribeEffectivePolicy"
	CallPoliciesForTarget = "organizations:ListPoliciesForTarget" // Subject: the target's id
	CallControlPolicy     = "organizations:DescribePolicy"        // Subject: the policy's id

	CallTrails         = "cloudtrail:DescribeTrails"
	CallTrailStatus    = "cloudtrail:GetTrailStatus"    // Subject: the trail's ARN
	CallTrailSelectors = "cloudtrail:GetEventSelectors" // Subject: the trail's ARN
	CallDetectors      = "guardduty:ListDetectors"
	CallDetector       = "guardduty:GetDetector" // Subject: the detector's id
	CallAnalyzers      = "access-analyzer:ListAnalyzers"
	CallRecorder       = "config:DescribeConfigurationRecorderStatus"
	CallAlarms         = "cloudwatch:DescribeAlarms"
	CallMetricFilters  = "logs:DescribeMetricFilters"
	CallVaults         = "backup:ListBackupVaults"
	CallProtected      = "backup:ListProtectedResources"
	CallVolumes        = "ec2:DescribeVolumes"   // those that are not encrypted
	CallSnapshots      = "ec2:DescribeSnapshots" // the account's own that anybody may restore
	CallEncryption     = "ec2:GetEbsEncryptionByDefault"
	CallSnapshotBlock  = "ec2:GetSnapshotBlockPublicAccessState"
	CallImageBlock     = "ec2:GetImageBlockPublicAccessState"
	CallSerialConsole  = "ec2:GetSerialConsoleAccessStatus"
)
