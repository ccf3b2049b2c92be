package sim

import "slices"

// awsPolicies are managed policies of AWS, by name: what the published ones
// grant, shortened where that changes nothing of what they come to. Each has
// an older version beside the one in force.
var awsPolicies = map[string]string{
	"AdministratorAccess": policy(allow("*", "*")),
	"PowerUserAccess": policy(
		`{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}`,
		allow("account:GetAccountInformation account:ListRegions iam:CreateServiceLinkedRole iam:DeleteServiceLinkedRole iam:ListRoles organizations:DescribeOrganization", "*")),
	"ReadOnlyAccess": policy(
		allow("autoscaling:Describe* cloudwatch:Describe* cloudwatch:Get* cloudwatch:List* dynamodb:BatchGet* dynamodb:Describe* dynamodb:Get* dynamodb:List* dynamodb:Query dynamodb:Scan", "*"),
		allow("ec2:Describe* ec2:Get* iam:Get* iam:List* logs:Describe* logs:Get* rds:Describe* rds:List* s3:Get* s3:List* ssm:Describe* ssm:Get* ssm:List* sqs:Get* sqs:List*", "*")),
	"ViewOnlyAccess": `{"Version":"2012-10-17","Statement":[{"Sid":"ViewOnlyActions","Action":["autoscaling:Describe*","cloudwatch:DescribeAlarms","cloudwatch:List*","ec2:DescribeInstances","ec2:DescribeSecurityGroups","ec2:DescribeVpcs","elasticloadbalancing:DescribeLoadBalancers","iam:ListRoles","iam:ListUsers","rds:DescribeDBInstances","s3:ListAllMyBuckets","s3:ListBucket","sns:List*"],` +
		`"Effect":"Allow","Resource":"*"}]}`,
	"AmazonS3FullAccess":     policy(allow("s3:* s3-object-lambda:*", "*")),
	"AmazonS3ReadOnlyAccess": policy(allow("s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* s3-object-lambda:List*", "*")),
	"AmazonSSMManagedInstanceCore": policy(
		allow("ssm:DescribeAssociation ssm:GetDeployablePatchSnapshotForInstance ssm:GetDocument ssm:DescribeDocument ssm:GetManifest ssm:GetParameter ssm:GetParameters ssm:ListAssociations ssm:ListInstanceAssociations ssm:PutInventory ssm:PutComplianceItems ssm:PutConfigurePackageResult ssm:UpdateAssociationStatus ssm:UpdateInstanceAssociationStatus ssm:UpdateInstanceInformation", "*"),
		allow("ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel", "*"),
		allow("ec2messages:AcknowledgeMessage ec2messages:DeleteMessage ec2messages:FailMessage ec2messages:GetEndpoint ec2messages:GetMessages ec2messages:SendReply", "*")),
}

// policyNames are the names of awsPolicies in a fixed order.
var policyNames = []string{
	"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "ViewOnlyAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "AmazonSSMManagedInstanceCore",
}

// awsPolicyARN is the ARN of a policy of AWS.
func awsPolicyARN(name string) string {
	if name == "ViewOnlyAccess" {
		return "arn:aws:iam::aws:policy/job-function/" + name
	}
	return "arn:aws:iam::aws:policy/" + name
}

// awsPolicy is the policy of AWS of a name.
func awsPolicy(name string) Policy {
	path := "/"
	if name == "ViewOnlyAccess" {
		path = "/job-function/"
	}
	return Policy{
		Name: name, Path: path, ID: "ANPA" + word16(name), ARN: awsPolicyARN(name), Default: "v5", Made: epoch.AddDate(-9, 0, 0),
		Versions: []Document{{"v5", awsPolicies[name]}, {"v4", policy(allow("sts:GetCallerIdentity", "*"))}},
	}
}

func isAWSPolicy(name string) bool { return slices.Contains(policyNames, name) }

// word16 is 16 letters of an id of IAM, which follow from a word.
func word16(of string) string {
	rng := seeded("id of " + of)
	b := make([]byte, 16)
	for i := range b {
		b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[rng.IntN(32)]
	}
	return string(b)
}
