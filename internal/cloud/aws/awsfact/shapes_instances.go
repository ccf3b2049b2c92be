package awsfact

import "plumbline/internal/wire"

var instanceShapes = map[string]*wire.Shape{
	CallInstances: instances,
	CallRegions:   {Kind: KindRegion, Split: listIn("regionInfo")},
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
