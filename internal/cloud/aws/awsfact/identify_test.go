package awsfact_test

import (
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/wire"
)

func TestIdentify(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ about, kind, partition, region, doc, uid, name string }{
		{"an instance with a name", awsfact.KindInstance, "aws", here, `{"^":{"ownerId":"111122223333"},"instanceId":"i-1","tagSet":[{"key":"Name","value":"web"}]}`, "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "web"},
		{"another partition", awsfact.KindInstance, "aws-cn", "cn-north-1", `{"^":{"ownerId":"111122223333"},"instanceId":"i-1"}`, "arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-1", ""},
		{"another owner", awsfact.KindInstance, "aws", here, `{"^":{"ownerId":"999999999999"},"instanceId":"i-1"}`, "arn:aws:ec2:eu-west-1:999999999999:instance/i-1", ""},
		{"no owner", awsfact.KindInstance, "aws", here, `{"instanceId":"i-1","tagSet":[{"key":"name","value":"no"},{"key":"Name","value":null}]}`, "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", ""},
		{"an instance without id", awsfact.KindInstance, "aws", here, `{"instanceId":null}`, "", ""},
		{"a region", awsfact.KindRegion, "aws", "global", `{"regionName":"eu-west-1"}`, "aws:111122223333:eu-west-1", "eu-west-1"},
		{"a region without name", awsfact.KindRegion, "aws", "global", `{"regionName":null}`, "", ""},
		{"defaults with nothing set", awsfact.KindDefaults, "aws", here, `{}`, "aws:111122223333:eu-west-1", "eu-west-1"},
		{"the caller", awsfact.KindIdentity, "aws", "global", `{"Account":"111122223333"}`, "aws:111122223333:global", "111122223333"},
		{"nobody", awsfact.KindIdentity, "aws", "global", `{}`, "", ""},
		{"a shared subnet", awsfact.KindSubnet, "aws", here, `{"ownerId":"999999999999","subnetId":"subnet-1"}`, "arn:aws:ec2:eu-west-1:999999999999:subnet/subnet-1", ""},
		{"a group", awsfact.KindGroup, "aws", here, `{"groupId":"sg-1","groupName":"web","ownerId":"111122223333"}`, "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1", "web"},
		{"a group in another VPC", awsfact.KindGroupVPC, "aws", here, `{"groupId":"sg-1","vpcId":"vpc-2"}`, "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1/vpc/vpc-2", ""},
		{"an entry of a prefix list", awsfact.KindPrefixEntry, "aws", here, `{"^":{"prefixListArn":"arn:aws:ec2:eu-west-1:aws:prefix-list/pl-1"},"cidr":"10.0.0.0/8"}`, "arn:aws:ec2:eu-west-1:aws:prefix-list/pl-1/entry/10.0.0.0/8", ""},
		{"an address of old", awsfact.KindAddress, "aws", here, `{"publicIp":"203.0.113.7"}`, "arn:aws:ec2:eu-west-1:111122223333:elastic-ip/203.0.113.7", ""},
		{"an image", awsfact.KindImage, "aws", here, `{"imageId":"ami-1","name":"base"}`, "arn:aws:ec2:eu-west-1::image/ami-1", "base"},
		{"a version of a template", awsfact.KindTemplateVersion, "aws", here, `{"launchTemplateId":"lt-1","launchTemplateName":"web","versionNumber":"3"}`, "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1/version/3", "web"},
		{"a target", awsfact.KindTargetHealth, "aws", here, `{"Target":{"Id":"i-1","Port":"80"},"^":{"TargetGroupArn":"arn:aws:elasticloadbalancing:x:1:targetgroup/a/b"}}`, "arn:aws:elasticloadbalancing:x:1:targetgroup/a/b/target/i-1/80", ""},
		{"a classic load balancer", awsfact.KindClassicLoadBalancer, "aws", here, `{"LoadBalancerName":"old"}`, "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/old", "old"},
		{"user data", awsfact.KindUserData, "aws", here, `{"instanceId":"i-1"}`, "arn:aws:ec2:eu-west-1:111122223333:instance/i-1/user-data", ""},
		{"a metric", awsfact.KindMetric, "aws", here, `{"Id":"r_i_0abc"}`, "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc/MetadataNoTokenRejected", ""},
		{"a metric of nobody", awsfact.KindMetric, "aws", here, `{"Id":"x_i_0abc"}`, "", ""},
		{"a role", awsfact.KindRole, "aws", "global", `{"Arn":"arn:aws:iam::111122223333:role/web","RoleName":"web"}`, "arn:aws:iam::111122223333:role/web", "web"},
		{"a role whose ARN is none", awsfact.KindRole, "aws", "global", `{"Arn":"web","RoleName":"web"}`, "", ""},
		{"a policy held by a unit", awsfact.KindPolicyTarget, "aws", "global", `{"Id":"p-1","Name":"deny","^":{"TargetId":"ou-1"}}`, "aws:111122223333:global/policies-of/ou-1/p-1", "deny"},
		{"a trail's status", awsfact.KindTrailStatus, "aws", "global", `{"IsLogging":true,"^":{"TrailARN":"arn:aws:cloudtrail:x:1:trail/t"}}`, "arn:aws:cloudtrail:x:1:trail/t/status", ""},
		{"a detector", awsfact.KindDetector, "aws", here, `{"^":{"detectorId":"d1"}}`, "arn:aws:guardduty:eu-west-1:111122223333:detector/d1", ""},
		{"a setting of a region", awsfact.KindEncryption, "aws", here, `{"ebsEncryptionByDefault":"true"}`, "aws:111122223333:eu-west-1", "eu-west-1"},
		{"another kind", "aws.bucket", "aws", here, `{}`, "", ""},
		{"no document", awsfact.KindInstance, "aws", here, `{`, "", ""},
	} {
		uid, name, err := awsfact.Identify(c.kind, c.partition, scope(c.region), []byte(c.doc), new(wire.Reader))
		if uid != c.uid || name != c.name || (err == nil) != (c.uid != "") {
			t.Errorf("%s: %q %q %v", c.about, uid, name, err)
		}
	}
}
