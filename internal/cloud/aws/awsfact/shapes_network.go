package awsfact

import "plumbline/internal/wire"

// permissions are the paths of a security group's rules, one way.
func permissions(way string) (sets []string, secrets []string) {
	for _, kind := range []string{"ipRanges:cidrIp", "ipv6Ranges:cidrIpv6", "prefixListIds:prefixListId", "groups:groupId"} {
		sets = append(sets, way+"/"+kind)
	}
	for _, kind := range []string{"ipRanges/description", "ipv6Ranges/description", "prefixListIds/description", "groups/description", "groups/groupName"} {
		secrets = append(secrets, way+"/"+kind)
	}
	return append(sets, way), secrets
}

func groupShape() *wire.Shape {
	in, inText := permissions("ipPermissions")
	out, outText := permissions("ipPermissionsEgress")
	return tagged(&wire.Shape{
		Kind: KindGroup, Split: listIn("securityGroupInfo"),
		Sets:    setsAt(append(in, out...)...),
		Secrets: append([]string{"groupDescription", "groupName"}, append(inText, outText...)...),
	})
}

var networkShapes = map[string]*wire.Shape{
	CallVPCs: tagged(&wire.Shape{
		Kind: KindVPC, Split: listIn("vpcSet"),
		Sets: setsAt("cidrBlockAssociationSet:associationId", "ipv6CidrBlockAssociationSet:associationId"),
	}, "encryptionControl/tagSet"),
	CallSubnets: tagged(&wire.Shape{
		Kind: KindSubnet, Split: listIn("subnetSet"),
		Sets: setsAt("ipv6CidrBlockAssociationSet:associationId"),
		Drop: []string{"availableIpAddressCount"},
	}),
	CallRouteTables: tagged(&wire.Shape{
		Kind: KindRouteTable, Split: listIn("routeTableSet"),
		Sets: setsAt("associationSet:routeTableAssociationId", "propagatingVgwSet:gatewayId", "routeSet"),
	}),
	CallInternetGateways: tagged(&wire.Shape{
		Kind: KindInternetGateway, Split: listIn("internetGatewaySet"), Sets: setsAt("attachmentSet:vpcId"),
	}),
	CallEgressGateways: tagged(&wire.Shape{
		Kind: KindEgressGateway, Split: listIn("egressOnlyInternetGatewaySet"), Sets: setsAt("attachmentSet:vpcId"),
	}),
	CallNATGateways: tagged(&wire.Shape{
		Kind: KindNATGateway, Split: listIn("natGatewaySet"),
		Sets:    setsAt("attachedApplianceSet:applianceArn", "natGatewayAddressSet:networkInterfaceId"),
		Secrets: []string{"failureMessage", "natGatewayAddressSet/failureMessage", "attachedApplianceSet/failureMessage"},
	}),
	CallCarrierGateways: tagged(&wire.Shape{Kind: KindCarrierGateway, Split: listIn("carrierGatewaySet")}),
	CallNetworkACLs: tagged(&wire.Shape{
		Kind: KindNetworkACL, Split: listIn("networkAclSet"),
		Sets: setsAt("associationSet:networkAclAssociationId", "entrySet:ruleNumber"),
	}),
	CallGroups: groupShape(),
	CallGroupRules: tagged(&wire.Shape{
		Kind: KindGroupRule, Split: listIn("securityGroupRuleSet"), Secrets: []string{"description"},
	}),
	CallGroupVPCs: {Kind: KindGroupVPC, Split: listIn("securityGroupVpcAssociationSet"), Secrets: []string{"stateReason"}},
	CallPrefixLists: tagged(&wire.Shape{
		Kind: KindPrefixList, Split: listIn("prefixListSet"), Secrets: []string{"prefixListName", "stateMessage"},
	}),
	CallPrefixEntries: {Kind: KindPrefixEntry, Split: listIn("entrySet"), Secrets: []string{"description"}},
	CallBlockAccess:   {Kind: KindBlockAccess, Split: wire.Split{One: "vpcBlockPublicAccessOptions"}, Secrets: []string{"reason"}},
	CallBlockExclusions: tagged(&wire.Shape{
		Kind: KindBlockExclusion, Split: listIn("vpcBlockPublicAccessExclusionSet"), Secrets: []string{"reason"},
	}),
	CallAddresses: tagged(&wire.Shape{Kind: KindAddress, Split: listIn("addressesSet")}),
	CallFlowLogs: tagged(&wire.Shape{
		Kind: KindFlowLog, Split: listIn("flowLogSet"),
		Sets:    setsAt("tagFieldSpecificationSet", "tagFieldSpecificationSet/tagKeySet"),
		Secrets: []string{"deliverLogsErrorMessage", "logGroupName"},
	}),
	CallEndpoints: tagged(&wire.Shape{
		Kind: KindEndpoint, Split: listIn("vpcEndpointSet"),
		Sets: setsAt("dnsEntrySet:dnsName", "dnsOptions/privateDnsSpecifiedDomainSet", "groupSet:groupId",
			"ipv4PrefixSet:subnetId", "ipv4PrefixSet/ipPrefixSet", "ipv6PrefixSet:subnetId", "ipv6PrefixSet/ipPrefixSet",
			"networkInterfaceIdSet", "payerResponsibilitySet", "routeTableIdSet", "subnetIdSet"),
		Secrets: []string{"failureReason", "groupSet/groupName", "lastError/message", "policyDocument"},
	}),
	CallVPNs: vpns,
	CallClientVPNs: tagged(&wire.Shape{
		Kind: KindClientVPN, Split: listIn("clientVpnEndpoint"),
		Sets: setsAt("associatedTargetNetwork:networkId", "authenticationOptions", "devicePostureOptions/trustProviderSet",
			"securityGroupIdSet", "transitGatewayConfiguration/availabilityZoneIdSet", "transitGatewayConfiguration/availabilityZoneSet"),
		Secrets: []string{"clientConnectOptions/status/message", "clientLoginBannerOptions/bannerText", "description", "status/message"},
	}),
}

// vpns holds the keys that both ends share, in the clear: as a member, and in
// the file that configures the customer's end.
var vpns = tagged(&wire.Shape{
	Kind: KindVPN, Split: listIn("vpnConnectionSet"),
	Sets: setsAt("options/tunnelOptionSet:outsideIpAddress", "options/tunnelOptionSet/ikeVersionSet:value",
		"options/tunnelOptionSet/phase1DHGroupNumberSet:value", "options/tunnelOptionSet/phase1EncryptionAlgorithmSet:value",
		"options/tunnelOptionSet/phase1IntegrityAlgorithmSet:value", "options/tunnelOptionSet/phase2DHGroupNumberSet:value",
		"options/tunnelOptionSet/phase2EncryptionAlgorithmSet:value", "options/tunnelOptionSet/phase2IntegrityAlgorithmSet:value",
		"routes:destinationCidrBlock", "vgwTelemetry:outsideIpAddress"),
	Hide: []string{"customerGatewayConfiguration", "options/tunnelOptionSet/preSharedKey"},
	Drop: []string{"vgwTelemetry/lastStatusChange", "vgwTelemetry/acceptedRouteCount", "vgwTelemetry/statusMessage"},
})
