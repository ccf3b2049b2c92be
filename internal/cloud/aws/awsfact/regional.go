package awsfact

import "plumbline/internal/snapshot"

// A Question is a call and, where the call has classes of its own, their
// subject.
type Question struct{ Call, Subject string }

// RegionalCalls are asked of each region, whatever stands in it. Calls that are
// asked of one thing, such as the entries of one prefix list, are not here.
var RegionalCalls = func() []Question {
	calls := []Question{
		{CallDefaults, ""}, {CallInstances, ""},
		{CallVPCs, ""}, {CallSubnets, ""}, {CallRouteTables, ""}, {CallInternetGateways, ""}, {CallEgressGateways, ""},
		{CallNATGateways, ""}, {CallCarrierGateways, ""}, {CallNetworkACLs, ""}, {CallGroups, ""}, {CallGroupRules, ""},
		{CallGroupVPCs, ""}, {CallPrefixLists, ""}, {CallBlockAccess, ""}, {CallBlockExclusions, ""}, {CallAddresses, ""},
		{CallFlowLogs, ""}, {CallEndpoints, ""}, {CallVPNs, ""}, {CallClientVPNs, ""},
		{CallLoadBalancers, ""}, {CallLoadBalancers, SubjectClassic}, {CallTargetGroups, ""},
		{CallImages, ""}, {CallImages, SubjectUsed}, {CallTemplates, ""}, {CallTemplateVersions, ""},
		{CallLaunchConfigs, ""}, {CallScalingGroups, ""},
		{CallEncryption, ""}, {CallSnapshotBlock, ""}, {CallImageBlock, ""}, {CallSerialConsole, ""},
		{CallSnapshots, ""}, {CallVolumes, ""},
		{CallAlarms, ""}, {CallMetricFilters, ""}, {CallDetectors, ""}, {CallAnalyzers, ""}, {CallRecorder, ""},
		{CallVaults, ""}, {CallProtected, ""}, {CallClusters, ""},
	}
	for _, call := range BesideCalls {
		calls = append(calls, Question{call, ""})
	}
	return calls
}()

// BesideCalls are asked about the instances of each page, and end with one
// answer for a region.
var BesideCalls = []string{CallUserData, CallInterfaces, CallMetrics, CallManaged, CallPatches}

// versionsAnswer is how it ended to read the versions of a launch template: the
// default and the latest version of all templates come with one question, and
// those that groups name by number with one for each such template.
func versionsAnswer(c *snapshot.Context, region, template string) snapshot.Answer {
	all := c.Answer(CallTemplateVersions, region, "")
	if one := c.Answer(CallTemplateVersions, region, template); one.Status != snapshot.Unasked && (all.Whole() || all.Status == snapshot.Unasked) {
		return one
	}
	return all
}
