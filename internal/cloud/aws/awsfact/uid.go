package awsfact

import (
	"strings"

	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An arn spells what AWS's service authorization reference does:
// arn:partition:service:region:account:resource.
func arn(partition, service, region, account, resource string) string {
	return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource
}

func ec2ARN(partition, region, account, kind, id string) string {
	return arn(partition, "ec2", region, account, kind+"/"+id)
}

// InstanceUID is the instance's ARN. EC2 does not say it; it is built from the
// caller's partition, as the service authorization reference spells it.
func InstanceUID(partition, region, account, id string) string {
	return ec2ARN(partition, region, account, "instance", id)
}

// RegionUID names one region of an account.
func RegionUID(account, region string) string { return Provider + ":" + account + ":" + region }

// AccountUID names an account.
func AccountUID(account string) string { return RegionUID(account, snapshot.Global) }

// GroupUID is a security group's ARN; account is its owner.
func GroupUID(partition, region, account, id string) string {
	return ec2ARN(partition, region, account, "security-group", id)
}

// InterfaceUID is a network interface's ARN; account is its owner.
func InterfaceUID(partition, region, account, id string) string {
	return ec2ARN(partition, region, account, "network-interface", id)
}

// ImageUID is an image's ARN, which names no account: images are shared.
func ImageUID(partition, region, id string) string {
	return ec2ARN(partition, region, "", "image", id)
}

// TemplateUID is a launch template's ARN.
func TemplateUID(partition, region, account, id string) string {
	return ec2ARN(partition, region, account, "launch-template", id)
}

// TemplateVersionUID names one version of a launch template.
func TemplateVersionUID(partition, region, account, id, version string) string {
	return TemplateUID(partition, region, account, id) + "/version/" + version
}

// VolumeUID is a volume's ARN.
func VolumeUID(partition, region, account, id string) string {
	return ec2ARN(partition, region, account, "volume", id)
}

// DetectorUID is the ARN of a GuardDuty detector.
func DetectorUID(partition, region, account, id string) string {
	return arn(partition, "guardduty", region, account, "detector/"+id)
}

// UserDataUID names what an instance runs when it starts.
func UserDataUID(instance string) string { return instance + "/user-data" }

// The metrics that tell how an instance's metadata is asked.
const (
	MetricNoToken         = "MetadataNoToken"
	MetricNoTokenRejected = "MetadataNoTokenRejected"
)

// MetricUID names one metric of an instance, MetricNoToken or
// MetricNoTokenRejected.
func MetricUID(instance, metric string) string { return instance + "/" + metric }

// ManagedUID names what Systems Manager knows of an instance.
func ManagedUID(instance string) string { return instance + "/ssm" }

// PatchUID names the patch state of an instance.
func PatchUID(instance string) string { return instance + "/patches" }

// RoleListingUID names what the listing of roles says of a role.
func RoleListingUID(role string) string { return role + "/listing" }

// Partition is the part of AWS that the account of a context stands in, as the
// caller's own ARN says; "aws" where that is not known.
func Partition(c *snapshot.Context) string {
	for i := range c.Resources(KindIdentity) {
		res := &c.Resources(KindIdentity)[i]
		v, err := new(wire.Reader).Read(res.Doc)
		if err != nil {
			continue
		}
		said, _ := v.Get("Arn").Text()
		if p := partitionOf(said); p != "" {
			return p
		}
	}
	return "aws"
}

// partitionOf is the second part of an ARN, "" of anything else.
func partitionOf(s string) string {
	rest, ok := strings.CutPrefix(s, "arn:")
	if !ok {
		return ""
	}
	partition, _, ok := strings.Cut(rest, ":")
	if !ok {
		return ""
	}
	return partition
}
