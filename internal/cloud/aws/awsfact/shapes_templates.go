package awsfact

import (
	"plumbline/internal/secret"
	"plumbline/internal/wire"
)

var imageShape = tagged(&wire.Shape{
	Kind: KindImage, Split: listIn("imagesSet"),
	Sets: setsAt("blockDeviceMapping:deviceName", "imageWatermarkSet:watermarkKey", "productCodes:productCode",
		"instanceTypeSpecification/supportedInstanceTypeSet", "instanceTypeSpecification/unsupportedInstanceTypeSet"),
	Secrets: []string{"description", "imageLocation", "name", "stateReason/message"},
	Drop:    []string{"lastLaunchedTime"},
})

var templateShapes = map[string]*wire.Shape{
	CallImages:           imageShape,
	CallTemplates:        tagged(&wire.Shape{Kind: KindTemplate, Split: listIn("launchTemplates"), Secrets: []string{"launchTemplateName"}}),
	CallTemplateVersions: templateVersions,
	CallLaunchConfigs: {
		Kind: KindLaunchConfig, Split: listIn("LaunchConfigurations"),
		Sets:    setsAt("BlockDeviceMappings:DeviceName", "ClassicLinkVPCSecurityGroups", "SecurityGroups"),
		Secrets: []string{"KeyName", "LaunchConfigurationName"},
		Digest:  map[string]wire.Digest{"UserData": secret.Digest},
	},
	// The types of a mixed group stand in the order in which they are tried.
	CallScalingGroups: taggedIAM(&wire.Shape{
		Kind: KindScalingGroup, Split: listIn("AutoScalingGroups"),
		Sets: setsAt("AvailabilityZoneIds", "AvailabilityZones", "EnabledMetrics:Metric", "Instances:InstanceId", "LoadBalancerNames",
			"CapacityReservationSpecification/CapacityReservationTarget/CapacityReservationIds",
			"CapacityReservationSpecification/CapacityReservationTarget/CapacityReservationResourceGroupArns",
			"SuspendedProcesses:ProcessName", "TargetGroupARNs", "TrafficSources:Identifier"),
		Secrets: []string{"AutoScalingGroupName", "Context", "SuspendedProcesses/SuspensionReason"},
		Drop:    []string{"PredictedCapacity"},
	}),
}

// templateData is the path of what a template launches its instances with.
const templateData = "launchTemplateData/"

var templateVersions = tagged(&wire.Shape{
	Kind: KindTemplateVersion, Split: listIn("launchTemplateVersionSet"),
	Sets: setsAt(templateData+"blockDeviceMappingSet:deviceName", templateData+"elasticGpuSpecificationSet", templateData+"elasticInferenceAcceleratorSet",
		templateData+"licenseSet:licenseConfigurationArn", templateData+"networkInterfaceSet:deviceIndex", templateData+"networkInterfaceSet/groupSet",
		templateData+"networkInterfaceSet/ipv4PrefixSet", templateData+"networkInterfaceSet/ipv6AddressesSet", templateData+"networkInterfaceSet/ipv6PrefixSet",
		templateData+"networkInterfaceSet/privateIpAddressesSet", templateData+"secondaryInterfaceSet", templateData+"secondaryInterfaceSet/privateIpAddressesSet",
		templateData+"securityGroupIdSet", templateData+"securityGroupSet", templateData+"tagSpecificationSet:resourceType",
		templateData+"instanceRequirements/acceleratorManufacturerSet", templateData+"instanceRequirements/acceleratorNameSet",
		templateData+"instanceRequirements/acceleratorTypeSet", templateData+"instanceRequirements/allowedInstanceTypeSet",
		templateData+"instanceRequirements/cpuManufacturerSet", templateData+"instanceRequirements/excludedInstanceTypeSet",
		templateData+"instanceRequirements/instanceGenerationSet", templateData+"instanceRequirements/localStorageTypeSet"),
	Secrets: []string{"launchTemplateName", "versionDescription", templateData + "keyName", templateData + "networkInterfaceSet/description"},
	Digest:  map[string]wire.Digest{templateData + "userData": secret.Digest},
}, templateData+"tagSpecificationSet/tagSet")
