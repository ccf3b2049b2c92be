package awsfact

import (
	"plumbline/internal/secret"
	"plumbline/internal/wire"
)

// besideShapes are of what is asked about the instances of one page.
var besideShapes = map[string]*wire.Shape{
	CallUserData: {Kind: KindUserData, Split: wholeReply, Digest: map[string]wire.Digest{"userData/value": secret.Digest}},
	CallInterfaces: tagged(&wire.Shape{
		Kind: KindInterface, Split: listIn("networkInterfaceSet"),
		Sets: setsAt("associatedSubnetSet", "groupSet:groupId", "ipv4PrefixSet", "ipv6AddressesSet:ipv6Address", "ipv6PrefixSet",
			"privateIpAddressesSet:privateIpAddress"),
		Secrets: []string{"description", "groupSet/groupName"},
	}),
	// Values stand in the order of their times.
	CallMetrics: {
		Kind: KindMetric, JSON: true, Split: listIn("MetricDataResults"),
		Sets: setsAt("Messages"),
		Drop: []string{"Timestamps"},
	},
	CallManaged: {
		Kind: KindManaged, JSON: true, Split: listIfAny("InstanceInformationList"),
		Secrets: []string{"ActivationId", "ComputerName", "Name", "SourceId", "SourceLocation"},
		Drop: []string{"AssociationOverview", "LastAssociationExecutionDate", "LastPingDateTime",
			"LastSuccessfulAssociationExecutionDate"},
	},
	CallPatches: {
		Kind: KindPatchState, JSON: true, Split: listIfAny("InstancePatchStates"),
		Secrets: []string{"InstallOverrideList", "OwnerInformation", "PatchGroup"},
		Drop:    []string{"SnapshotId"},
	},
	CallClusters:   {Kind: KindCluster, JSON: true, Split: listIfAny("clusterArns"), Secrets: []string{"value"}},
	CallContainers: {Kind: KindContainerID, JSON: true, Split: listIfAny("containerInstanceArns"), Secrets: []string{"value"}},
	CallContainer: {
		Kind: KindContainer, JSON: true, Split: listIfAny("containerInstances"),
		Sets:    setsAt("attributes:name", "tags:key"),
		Secrets: []string{"attributes/name", "attributes/value", "statusReason", "tags/key", "tags/value"},
		Named:   map[string]wire.Pair{"tags": label, "attributes": {Name: "name", Value: "value"}},
		Drop: []string{"agentConnected", "attachments", "healthStatus", "pendingTasksCount", "registeredResources", "remainingResources",
			"runningTasksCount", "version"},
	},
}
