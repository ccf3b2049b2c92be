// Package awsfact reads what AWS answered: documents become the estate's
// workloads and regions, error codes become causes, and every place that could
// not be looked at becomes a gap.
//
// It never asks AWS and imports none of its SDK. It never guesses: a member
// that is absent, or has a value that this version does not know, is unknown,
// and each exception from that says why AWS leaves the member out.
package awsfact

import "plumbline/internal/wire"

// Provider is the name of this cloud in a snapshot.Scope.
const Provider = "aws"

// The kinds of documents.
const (
	KindInstance = "aws.instance"
	KindRegion   = "aws.region"
	KindDefaults = "aws.instance_metadata_defaults"
	KindIdentity = "aws.caller_identity"
)

// The calls, spelled as their permissions.
const (
	CallInstances = "ec2:DescribeInstances"
	CallRegions   = "ec2:DescribeRegions"
	CallDefaults  = "ec2:GetInstanceMetadataDefaults"
	CallIdentity  = "sts:GetCallerIdentity"
)

// Shapes says, by call, how a reply becomes documents.
var Shapes = map[string]*wire.Shape{
	CallInstances: instances,
	CallRegions:   {Kind: KindRegion, Split: wire.Split{List: "regionInfo"}},
	CallDefaults: {
		Kind:    KindDefaults,
		Split:   wire.Split{One: "accountLevel"},
		Secrets: []string{"managedExceptionMessage"}, // free text of an administrator
	},
	CallIdentity: {Kind: KindIdentity, Split: wire.Split{One: "GetCallerIdentityResult"}},
}

// The lists of an instance have no order that AWS promises: what is first is
// said by members such as deviceIndex and primary. Without sorting, the same
// instance would be written anew in every scan.
var instances = &wire.Shape{
	Kind:  KindInstance,
	Split: wire.Split{List: "reservationSet", Inner: "instancesSet"},
	Sets: map[string]string{
		"^/groupSet":                                "groupId",
		"blockDeviceMapping":                        "deviceName",
		"elasticGpuAssociationSet":                  "elasticGpuAssociationId",
		"elasticInferenceAcceleratorAssociationSet": "elasticInferenceAcceleratorAssociationId",
		"groupSet":                                  "groupId",
		"licenseSet":                                "licenseConfigurationArn",
		"networkInterfaceSet":                       "networkInterfaceId",
		"networkInterfaceSet/groupSet":              "groupId",
		"networkInterfaceSet/ipv4PrefixSet":         "ipv4Prefix",
		"networkInterfaceSet/ipv6AddressesSet":      "ipv6Address",
		"networkInterfaceSet/ipv6PrefixSet":         "ipv6Prefix",
		"networkInterfaceSet/privateIpAddressesSet": "privateIpAddress",
		"networkInterfaceSet/tagSet":                "key",
		"productCodes":                              "productCode",
		"secondaryInterfaceSet":                     "",
		"tagSet":                                    "key",
	},
	Secrets: []string{
		"clientToken",
		"groupSet/groupName",
		"keyName",
		"networkInterfaceSet/description",
		"networkInterfaceSet/groupSet/groupName",
		"networkInterfaceSet/tagSet/key",
		"networkInterfaceSet/tagSet/value",
		"tagSet/key",
		"tagSet/value",
	},
	// DescribeInstances does not return user data today. If it ever did, it
	// would be full of secrets.
	Hide: []string{"userData"},
	Named: map[string]wire.Pair{
		"networkInterfaceSet/tagSet": label,
		"tagSet":                     label,
	},
}

// label is how EC2 writes a tag.
var label = wire.Pair{Name: "key", Value: "value"}
