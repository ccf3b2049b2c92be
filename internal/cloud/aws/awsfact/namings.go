package awsfact

import (
	"strings"

	"plumbline/internal/wire"
)

// namings by kind.
var namings = map[string]*naming{
	KindIdentity: {by: uidOfCaller, name: "Account"},
	KindRegion:   {by: uidOfRegion, name: "regionName"},
	KindDefaults: namedByRegion,

	// An instance belongs to the owner of its reservation.
	KindInstance: {kind: "instance", id: "instanceId", owner: "^/ownerId"},

	KindVPC:             {kind: "vpc", id: "vpcId", owner: "ownerId"},
	KindSubnet:          {kind: "subnet", id: "subnetId", owner: "ownerId"},
	KindRouteTable:      {kind: "route-table", id: "routeTableId", owner: "ownerId"},
	KindInternetGateway: {kind: "internet-gateway", id: "internetGatewayId", owner: "ownerId"},
	KindEgressGateway:   {kind: "egress-only-internet-gateway", id: "egressOnlyInternetGatewayId"},
	KindNATGateway:      {kind: "natgateway", id: "natGatewayId"},
	KindCarrierGateway:  {kind: "carrier-gateway", id: "carrierGatewayId", owner: "ownerId"},
	KindNetworkACL:      {kind: "network-acl", id: "networkAclId", owner: "ownerId"},
	KindGroup:           {kind: "security-group", id: "groupId", owner: "ownerId", name: "groupName"},
	KindGroupRule:       {kind: "security-group-rule", id: "securityGroupRuleId", owner: "groupOwnerId"},
	KindGroupVPC:        {by: uidOfGroupVPC, name: noOne},
	KindPrefixList:      {arn: "prefixListArn", name: "prefixListName"},
	KindPrefixEntry:     {by: uidBelow("^/"+AboutPrefixListARN, "/entry/", "cidr"), name: noOne},
	KindBlockAccess:     namedByRegion,
	KindBlockExclusion:  {kind: "vpc-block-public-access-exclusion", id: "exclusionId"},
	KindAddress:         {by: uidOfAddress},
	KindInterface:       {kind: "network-interface", id: "networkInterfaceId", owner: "ownerId"},
	KindFlowLog:         {kind: "vpc-flow-log", id: "flowLogId"},
	KindEndpoint:        {kind: "vpc-endpoint", id: "vpcEndpointId", owner: "ownerId"},
	KindVPN:             {kind: "vpn-connection", id: "vpnConnectionId"},
	KindClientVPN:       {kind: "client-vpn-endpoint", id: "clientVpnEndpointId"},

	KindLoadBalancer:        {arn: "LoadBalancerArn", name: "LoadBalancerName"},
	KindListener:            {arn: "ListenerArn", name: noOne},
	KindListenerRule:        {arn: "RuleArn", name: noOne},
	KindTargetGroup:         {arn: "TargetGroupArn", name: "TargetGroupName"},
	KindTargetHealth:        {by: uidOfTarget, name: noOne},
	KindTargetAttributes:    {by: uidBelow("^/"+AboutTargetGroup, "/attributes", ""), name: noOne},
	KindClassicLoadBalancer: {by: uidOfClassic, name: "LoadBalancerName"},

	KindImage:           {kind: "image", id: "imageId", owner: noOne, name: "name"},
	KindTemplate:        {kind: "launch-template", id: "launchTemplateId", name: "launchTemplateName"},
	KindTemplateVersion: {by: uidOfVersion, name: "launchTemplateName"},
	KindLaunchConfig:    {arn: "LaunchConfigurationARN", name: "LaunchConfigurationName"},
	KindScalingGroup:    {arn: "AutoScalingGroupARN", name: "AutoScalingGroupName"},

	KindUserData:    {by: uidBesideInstance("instanceId", UserDataUID), name: noOne},
	KindMetric:      {by: uidOfMetric, name: noOne},
	KindManaged:     {by: uidBesideInstance("InstanceId", ManagedUID), name: noOne},
	KindPatchState:  {by: uidBesideInstance("InstanceId", PatchUID), name: noOne},
	KindCluster:     {arn: "value", name: noOne},
	KindContainerID: {arn: "value", name: noOne},
	KindContainer:   {arn: "containerInstanceArn", name: noOne},

	KindRole:               {arn: "Arn", name: "RoleName"},
	KindRoleListing:        {by: uidBelow("Arn", RoleListingUID(""), ""), name: "RoleName"},
	KindUser:               {arn: "Arn", name: "UserName"},
	KindIAMGroup:           {arn: "Arn", name: "GroupName"},
	KindPolicy:             {arn: "Arn", name: "PolicyName"},
	KindProfile:            {arn: "Arn", name: "InstanceProfileName"},
	KindAccountSummary:     {by: uidOfAccount, name: noOne},
	KindCredentialReport:   {by: uidOfAccount, name: noOne},
	KindOrganization:       {arn: "Arn", name: "Id"},
	KindOrganizationParent: {by: uidInAccount("/parent-of/", "^/"+AboutChild), name: "Id"},
	KindEffectivePolicy:    {by: uidInAccount("/effective-policy/", "PolicyType"), name: noOne},
	KindPolicyTarget:       {by: uidOfPolicyTarget, name: "Name"},
	KindControlPolicy:      {arn: "PolicySummary/Arn", name: "PolicySummary/Name"},

	KindTrail:          {arn: "TrailARN", name: "Name"},
	KindTrailStatus:    {by: uidBelow("^/"+AboutTrail, "/status", ""), name: noOne},
	KindTrailSelectors: {by: uidBelow("TrailARN", "/selectors", ""), name: noOne},
	KindDetectorID:     {by: uidOfDetector("value"), name: noOne},
	KindDetector:       {by: uidOfDetector("^/" + AboutDetector), name: noOne},
	KindAnalyzer:       {arn: "arn", name: "name"},
	KindRecorder:       {by: uidOfRecorder, name: "name"},
	KindAlarm:          {arn: "AlarmArn", name: "AlarmName"},
	KindMetricFilter:   {by: uidOfFilter, name: "filterName"},
	KindVault:          {arn: "BackupVaultArn", name: "BackupVaultName"},
	KindProtected:      {arn: "ResourceArn", name: "ResourceName"},
	KindVolume:         {kind: "volume", id: "volumeId"},
	KindPublicSnapshot: {kind: "snapshot", id: "snapshotId", owner: noOne},
	KindEncryption:     namedByRegion,
	KindSnapshotBlock:  namedByRegion,
	KindImageBlock:     namedByRegion,
	KindSerialConsole:  namedByRegion,
}

// namedByRegion is a setting of which each region of an account has one.
var namedByRegion = &naming{name: theRegion, by: func(_ wire.Value, at uidScope) (uid, missing string) {
	return RegionUID(at.Account, at.Region), ""
}}

func uidOfAccount(_ wire.Value, at uidScope) (uid, missing string) { return AccountUID(at.Account), "" }

func uidOfCaller(v wire.Value, _ uidScope) (uid, missing string) {
	account, ok := filled(v.Get("Account"))
	if !ok {
		return "", "Account"
	}
	return AccountUID(account), ""
}

func uidOfRegion(v wire.Value, at uidScope) (uid, missing string) {
	region, ok := filled(v.Get("regionName"))
	if !ok {
		return "", "regionName"
	}
	return RegionUID(at.Account, region), ""
}

// uidBelow is a thing that has no ARN of its own, under one that has: path names
// the other's ARN, and id the member that tells it from its siblings, "" where
// it has none.
func uidBelow(path, under, id string) func(wire.Value, uidScope) (uid, missing string) {
	return func(v wire.Value, _ uidScope) (uid, missing string) {
		parent, missing := arnIn(v, path)
		if missing != "" || id == "" {
			return joined(parent, under, missing), missing
		}
		own, ok := filled(v.Get(id))
		if !ok {
			return "", id
		}
		return parent + under + own, ""
	}
}

func joined(parent, under, missing string) string {
	if missing != "" {
		return ""
	}
	return parent + under
}

// uidInAccount is a thing of the account that is told from its siblings by a
// member.
func uidInAccount(under, path string) func(wire.Value, uidScope) (uid, missing string) {
	return func(v wire.Value, at uidScope) (uid, missing string) {
		own, ok := filled(deep(v, path))
		if !ok {
			return "", path
		}
		return AccountUID(at.Account) + under + own, ""
	}
}

// uidBesideInstance is what stands beside an instance, which a member names.
func uidBesideInstance(id string, uid func(instance string) string) func(wire.Value, uidScope) (uid, missing string) {
	return func(v wire.Value, at uidScope) (string, string) {
		own, ok := filled(v.Get(id))
		if !ok {
			return "", id
		}
		return uid(InstanceUID(at.partition, at.Region, at.Account, own)), ""
	}
}

func uidOfGroupVPC(v wire.Value, at uidScope) (uid, missing string) {
	group, ok := filled(v.Get("groupId"))
	if !ok {
		return "", "groupId"
	}
	vpc, ok := filled(v.Get("vpcId"))
	if !ok {
		return "", "vpcId"
	}
	owner, ok := filled(v.Get("groupOwnerId"))
	if !ok {
		owner = at.Account
	}
	return GroupUID(at.partition, at.Region, owner, group) + "/vpc/" + vpc, ""
}

// uidOfAddress is that of an elastic address. Those of the time before VPCs have no id.
func uidOfAddress(v wire.Value, at uidScope) (uid, missing string) {
	id, ok := filled(v.Get("allocationId"))
	if !ok {
		if id, ok = filled(v.Get("publicIp")); !ok {
			return "", "allocationId"
		}
	}
	return ec2ARN(at.partition, at.Region, at.Account, "elastic-ip", id), ""
}

// uidOfTarget is told by what was registered: an instance or an uidOfAddress, with a
// port, and with a zone where the zone is part of the registration.
func uidOfTarget(v wire.Value, _ uidScope) (uid, missing string) {
	group, missing := arnIn(v, "^/"+AboutTargetGroup)
	if missing != "" {
		return "", missing
	}
	id, ok := filled(deep(v, "Target/Id"))
	if !ok {
		return "", "Target/Id"
	}
	uid = group + "/target/" + id
	if port, ok := filled(deep(v, "Target/Port")); ok {
		uid += "/" + port
	}
	if zone, ok := filled(deep(v, "Target/AvailabilityZone")); ok {
		uid += "/" + zone
	}
	return uid, ""
}

func uidOfClassic(v wire.Value, at uidScope) (uid, missing string) {
	name, ok := filled(v.Get("LoadBalancerName"))
	if !ok {
		return "", "LoadBalancerName"
	}
	return arn(at.partition, "elasticloadbalancing", at.Region, at.Account, "loadbalancer/"+name), ""
}

func uidOfVersion(v wire.Value, at uidScope) (uid, missing string) {
	id, ok := filled(v.Get("launchTemplateId"))
	if !ok {
		return "", "launchTemplateId"
	}
	version, ok := filled(v.Get("versionNumber"))
	if !ok {
		return "", "versionNumber"
	}
	return TemplateVersionUID(at.partition, at.Region, at.Account, id, version), ""
}

// uidOfMetric is told by the id of its query, see MetricID.
func uidOfMetric(v wire.Value, at uidScope) (uid, missing string) {
	id, _ := v.Get("Id").Text()
	instance, name, ok := ReadMetricID(id)
	if !ok {
		return "", "Id"
	}
	return MetricUID(InstanceUID(at.partition, at.Region, at.Account, instance), name), ""
}

// The ids of metric queries begin with a letter and have no hyphen (CloudWatch
// API reference, MetricDataQuery).
var metricLetters = map[string]string{"n_": MetricNoToken, "r_": MetricNoTokenRejected}

// MetricID is the id of the query for an instance's metric.
func MetricID(instance, metric string) string {
	for letter, name := range metricLetters {
		if name == metric {
			return letter + strings.ReplaceAll(instance, "-", "_")
		}
	}
	return ""
}

// ReadMetricID says what a query was for.
func ReadMetricID(id string) (instance, metric string, ok bool) {
	if len(id) < len("n_i_0") || !strings.HasPrefix(id[2:], "i_") {
		return "", "", false
	}
	metric, ok = metricLetters[id[:2]]
	return strings.ReplaceAll(id[2:], "_", "-"), metric, ok
}

func uidOfPolicyTarget(v wire.Value, at uidScope) (uid, missing string) {
	held, missing := uidInAccount("/policies-of/", "^/"+AboutTarget)(v, at)
	if missing != "" {
		return "", missing
	}
	id, ok := filled(v.Get("Id"))
	if !ok {
		return "", "Id"
	}
	return held + "/" + id, ""
}

func uidOfDetector(path string) func(wire.Value, uidScope) (uid, missing string) {
	return func(v wire.Value, at uidScope) (uid, missing string) {
		id, ok := filled(deep(v, path))
		if !ok {
			return "", path
		}
		return DetectorUID(at.partition, at.Region, at.Account, id), ""
	}
}

func uidOfRecorder(v wire.Value, at uidScope) (uid, missing string) {
	name, ok := filled(v.Get("name"))
	if !ok {
		return "", "name"
	}
	return RegionUID(at.Account, at.Region) + "/recorder/" + name, ""
}

func uidOfFilter(v wire.Value, at uidScope) (uid, missing string) {
	group, ok := filled(v.Get("logGroupName"))
	if !ok {
		return "", "logGroupName"
	}
	name, ok := filled(v.Get("filterName"))
	if !ok {
		return "", "filterName"
	}
	return arn(at.partition, "logs", at.Region, at.Account, "log-group:"+group) + "/metric-filter/" + name, ""
}
