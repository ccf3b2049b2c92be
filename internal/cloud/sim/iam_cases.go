package sim

// The levels of power, as answers name them; UnknownPower is the answer where
// something that decides cannot be read.
const (
	Admin        = "admin"
	Escalation   = "escalation"
	Write        = "write"
	DataRead     = "data_read"
	Read         = "read"
	Limited      = "limited"
	None         = "none"
	UnknownPower = "unknown"
)

// A PowerCase is one way in which an instance may have been given rights, with
// what they truly come to. The answers are written down, never worked out.
type PowerCase struct {
	Name  string
	Level string   // at most: conditions of grants are taken to be met, those of denials not
	Least string   // for certain; "" is not said
	By    []string // names of the policies whose statements give the level

	// What the role is.
	Inline   []Document
	Own      []Policy // the account's managed policies, attached
	Attached []string // names of AWS's managed policies, attached
	Boundary string   // the name of a policy of AWS or of one in Bounds; "missing" is in no listing
	Bounds   []Policy // managed policies that are not attached
	Missing  bool     // a policy is attached that is in no listing
	Trust    string   // "" trusts EC2 alone
	Path     string   // "" is "/"

	// What stands around it.
	Org   string // name of the account's OrgCase that the answer is for, "" for any that takes nothing away
	Shape string // of the profile: "", "renamed", "without role", "gone", "none"

	// What else is true of the role.
	DeniesV1  bool // credentials that were delivered without a token are denied everything
	Perimeter bool // so are credentials used from elsewhere
	Broad     bool // others than EC2 may become it
}

// A power case begins with one inline policy, called as said.
func inline(name, level, least, policyName string, statements ...string) PowerCase {
	return PowerCase{Name: name, Level: level, Least: least, By: []string{policyName}, Inline: []Document{{policyName, policy(statements...)}}}
}

// alone is a role with one statement on all resources, which alone gives the
// level.
func alone(level, actions string) PowerCase {
	return inline(actions, level, level, "app", allow(actions, "*"))
}

// managed is a role with one policy of AWS on it.
func managed(name, level string) PowerCase {
	return PowerCase{Name: name, Level: level, Least: level, By: []string{name}, Attached: []string{name}}
}

// with changes a case.
func (c PowerCase) with(change func(*PowerCase)) PowerCase { change(&c); return c }

// rawPolicy is a role with one inline policy as it is, well-formed or not.
func rawPolicy(name, level, json string) PowerCase {
	c := PowerCase{Name: name, Level: level, Least: level, Inline: []Document{{"app", json}}}
	if level == UnknownPower {
		c.Least = ""
	} else if level != None {
		c.By = []string{"app"}
	}
	return c
}

// own is a managed policy of the account with one version.
func own(name, json string) Policy {
	return Policy{Name: name, Path: "/", Versions: []Document{{"v1", json}}, Default: "v1"}
}

// PowerCases returns every case, in a fixed order.
func PowerCases() []PowerCase { return powerCases }

var powerCases = joinCases(adminCases, escalationCases, writeCases, readCases, limitedCases, deniedCases, unknownCases, perimeterCases, orgPowerCases)

func joinCases(lists ...[]PowerCase) []PowerCase {
	var all []PowerCase
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

const logsAndMetrics = "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents cloudwatch:PutMetricData"

var adminCases = []PowerCase{
	managed("AdministratorAccess", Admin),
	inline("everything, written by hand", Admin, Admin, "everything", allow("*", "*")),
	inline("everything as *:*", Admin, Admin, "everything", allow("*:*", "*")),
	rawPolicy("everything, the only statement not in a list", Admin, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["*"],"Resource":["*"]}}`),
	rawPolicy("everything, under the old version", Admin, `{"Version":"2008-10-17","Id":"x","Statement":[{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"}]}`),
	inline("everything beside logs", Admin, Admin, "everything", allow("*", "*")).with(func(c *PowerCase) {
		c.Inline = append([]Document{{"logs", policy(allow(logsAndMetrics, "*"))}}, c.Inline...)
		c.Shape, c.Path = "renamed", "/team/platform/"
	}),
	{Name: "everything in the default version", Level: Admin, Least: Admin, By: []string{"grown"}, Own: []Policy{{
		Name: "grown", Path: "/", Default: "v2",
		Versions: []Document{{"v3", policy(allow("ec2:DescribeInstances", "*"))}, {"v2", policy(allow("*", "*"))}, {"v1", policy(allow("s3:GetObject", "*"))}}}}},
	managed("AdministratorAccess", Admin).with(func(c *PowerCase) {
		c.Name, c.Boundary = "AdministratorAccess within a boundary as wide", "AdministratorAccess"
	}),
	inline("everything, if signed in with a second factor", Admin, None, "everything", statement("Allow", "*", "*", `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`)),
	managed("AdministratorAccess", Admin).with(func(c *PowerCase) {
		c.Name, c.Trust = "AdministratorAccess, trusted in two partitions", trustChina
	}),
	managed("AdministratorAccess", Admin).with(func(c *PowerCase) {
		c.Name, c.Trust, c.Broad = "AdministratorAccess, anyone may become it", trustAnyone, true
	}),
}

var escalationCases = append(primitives(
	"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:PutRolePolicy", "iam:PutUserPolicy",
	"iam:UpdateAssumeRolePolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:AddUserToGroup",
	"sts:AssumeRole", "ssm:SendCommand", "ssm:StartSession", "lambda:UpdateFunctionCode", "ec2-instance-connect:SendSSHPublicKey",
	"iam:PassRole ec2:RunInstances", "iam:PassRole lambda:CreateFunction lambda:InvokeFunction", "iam:PassRole ec2:AssociateIamInstanceProfile",
	"iam:PassRole ec2:ReplaceIamInstanceProfileAssociation", "iam:PassRole cloudformation:CreateStack", "iam:PassRole glue:CreateDevEndpoint glue:CreateJob glue:StartJobRun",
	"iam:PassRole ecs:RegisterTaskDefinition ecs:RunTask", "iam:PassRole codebuild:CreateProject codebuild:StartBuild",
	"iam:PassRole sagemaker:CreateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl",
	"ec2:ModifyInstanceAttribute ec2:StopInstances ec2:StartInstances",
	"iam:Pass* ec2:Run*", "IAM:putrolepolicy", "iam:PutRolePolic?",
),
	managed("PowerUserAccess", Escalation),
	rawPolicy("everything but iam, by NotAction", Escalation, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}]}`),
	PowerCase{Name: "passing in one policy, launching in another", Level: Escalation, Least: Escalation, By: []string{"launch", "pass"},
		Inline: []Document{{"launch", policy(allow("ec2:RunInstances ec2:CreateTags", "*"))}, {"pass", policy(allow("iam:PassRole", "*"))}}},
	managed("AdministratorAccess", Escalation).with(func(c *PowerCase) {
		c.Name, c.Boundary = "AdministratorAccess within PowerUserAccess", "PowerUserAccess"
	}),
	inline("policies of roles, from the office", Escalation, Limited, "app", allow(logsAndMetrics, "*"), statement("Allow", "iam:PutRolePolicy", "*", `{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}`)).with(func(c *PowerCase) {
		c.Trust, c.Broad = trustStranger, true
	}),
)

func primitives(actions ...string) (out []PowerCase) {
	for _, a := range actions {
		out = append(out, alone(Escalation, a))
	}
	return out
}

var writeCases = []PowerCase{
	alone(Write, "s3:PutObject"),
	alone(Write, "iam:PassRole s3:PutObject"),
	alone(Write, "ec2:RunInstances"),
	alone(Write, "ec2:ModifyInstanceAttribute"),
	alone(Write, "dynamodb:PutItem dynamodb:DeleteItem"),
	alone(Write, "ec2:AuthorizeSecurityGroupIngress"),
	managed("AmazonS3FullAccess", Write),
	managed("AdministratorAccess", Write).with(func(c *PowerCase) {
		c.Name, c.Boundary = "AdministratorAccess within AmazonS3FullAccess", "AmazonS3FullAccess"
	}),
	inline("escalation denied, objects left", Write, Write, "app", allow("iam:* s3:PutObject", "*"), deny("iam:*")),
}

var readCases = []PowerCase{
	alone(DataRead, "s3:GetObject"),
	alone(DataRead, "s3:Get*"),
	alone(DataRead, "S3:getobject"),
	alone(DataRead, "secretsmanager:GetSecretValue"),
	alone(DataRead, "ssm:GetParameter ssm:GetParametersByPath"),
	alone(DataRead, "kms:Decrypt"),
	alone(DataRead, "dynamodb:GetItem dynamodb:Query dynamodb:Scan"),
	inline("objects of every bucket", DataRead, DataRead, "app", allow("s3:GetObject", "arn:aws:s3:::*/*")),
	inline("every secret of the account", DataRead, DataRead, "app", allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:*")),
	rawPolicy("objects of all buckets but one", DataRead, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::public-assets/*"}]}`),
	rawPolicy("objects, without a version", DataRead, `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`),
	inline("objects, from the office", DataRead, None, "app", statement("Allow", "s3:GetObject", "*", `{"IpAddress":{"aws:SourceIp":["198.51.100.0/24","203.0.113.0/24"]}}`)),
	managed("AmazonSSMManagedInstanceCore", DataRead),
	managed("AmazonS3ReadOnlyAccess", DataRead).with(func(c *PowerCase) { c.Shape, c.Trust, c.Broad = "renamed", trustLambda, true }),
	managed("ReadOnlyAccess", DataRead),
	managed("AdministratorAccess", DataRead).with(func(c *PowerCase) {
		c.Name, c.Boundary = "AdministratorAccess within ReadOnlyAccess", "ReadOnlyAccess"
	}),
	alone(Read, "ec2:Describe*"),
	alone(Read, "iam:List* iam:GetRole"),
	managed("ViewOnlyAccess", Read),
	managed("AdministratorAccess", Read).with(func(c *PowerCase) {
		c.Name, c.Boundary, c.Bounds = "AdministratorAccess within a boundary of listing", "listing-only", []Policy{own("listing-only", policy(allow("ec2:Describe* s3:ListAllMyBuckets", "*")))}
	}),
	inline("escalation denied, describing left", Read, Read, "app", allow("iam:PutRolePolicy ec2:Describe*", "*"), deny("iam:Put*")),
}

var limitedCases = []PowerCase{
	inline("logs and metrics", Limited, Limited, "app", allow(logsAndMetrics, "*")),
	inline("objects of one bucket", Limited, Limited, "app", allow("s3:GetObject", "arn:aws:s3:::build-cache/*")),
	inline("one secret", Limited, Limited, "app", allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf")),
	inline("data denied, logs left", Limited, Limited, "app", allow("s3:GetObject "+logsAndMetrics, "*"), deny("s3:*")),
	inline("all buckets but one denied", Limited, Limited, "app", allow("s3:GetObject", "*"),
		`{"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::build-cache","arn:aws:s3:::build-cache/*"]}`),
}

var deniedCases = []PowerCase{
	{Name: "nothing at all", Level: None, Least: None},
	{Name: "a boundary and nothing else", Level: None, Least: None, Boundary: "AdministratorAccess"},
	rawPolicy("everything allowed and denied", None, policy(allow("*", "*"), deny("*"))),
	rawPolicy("denials only", None, policy(deny("s3:*"))),
	{Name: "denied by another policy", Level: None, Least: None, Attached: []string{"AmazonS3FullAccess"}, Inline: []Document{{"never", policy(deny("s3:* s3-object-lambda:*"))}}},
	rawPolicy("denied by NotAction", None, policy(allow("s3:GetObject", "*"), `{"Effect":"Deny","NotAction":["logs:PutLogEvents"],"Resource":"*"}`)),
	{Name: "a boundary that fits nowhere", Level: None, Least: None, Attached: []string{"AmazonS3FullAccess"}, Boundary: "queues", Bounds: []Policy{own("queues", policy(allow("sqs:*", "*")))}},
	{Name: "a profile without a role", Level: None, Least: None, Shape: "without role"},
	{Name: "no profile", Level: None, Least: None, Shape: "none"},
}

var unknownCases = []PowerCase{
	{Name: "a profile that is gone", Level: UnknownPower, Shape: "gone"},
	{Name: "a boundary that is in no listing", Level: UnknownPower, Attached: []string{"AdministratorAccess"}, Boundary: "missing"},
	{Name: "a policy that is in no listing", Level: UnknownPower, Missing: true},
	rawPolicy("a policy in a language of tomorrow", UnknownPower, `{"Version":"2031-01-01","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`),
	rawPolicy("a policy that is no policy", UnknownPower, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":`),
	rawPolicy("an effect nobody knows", UnknownPower, `{"Version":"2012-10-17","Statement":[{"Effect":"Permit","Action":"s3:GetObject","Resource":"*"}]}`),
}

// Denials that bind stolen credentials, as published: those without a token,
// and those used outside the instance's own network.
const (
	denyV1           = `{"Sid":"OnlyTokens","Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"ec2:RoleDelivery":"2.0"}}}`
	denyV1IfExists   = `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericLessThanIfExists":{"ec2:RoleDelivery":2.0}}}`
	denyOtherVPC     = `{"Sid":"OwnVPC","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:Ec2InstanceSourceVpc":"${aws:SourceVpc}"},"Null":{"ec2:SourceInstanceARN":"false"},"BoolIfExists":{"aws:ViaAWSService":"false"}}}`
	denyOtherAddress = `{"Sid":"OwnAddress","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:Ec2InstanceSourcePrivateIPv4":"${aws:VpcSourceIp}"},"Null":{"ec2:SourceInstanceARN":"false"},"BoolIfExists":{"aws:ViaAWSService":"false"}}}`
)

func guarded(name string, v1, perimeter bool, statements ...string) PowerCase {
	return managed("AdministratorAccess", Admin).with(func(c *PowerCase) {
		c.Name, c.Least, c.DeniesV1, c.Perimeter = name, "", v1, perimeter
		c.Inline = []Document{{"guard", policy(statements...)}}
	})
}

var perimeterCases = []PowerCase{
	guarded("admin, v1 credentials denied", true, false, denyV1),
	guarded("admin, v1 credentials denied if told", true, false, denyV1IfExists),
	guarded("admin, v1 credentials denied for buckets only", false, false, `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"NumericLessThan":{"ec2:RoleDelivery":"2.0"}}}`),
	guarded("admin, v1 credentials denied below 1.0", false, false, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"ec2:RoleDelivery":"1.0"}}}`),
	guarded("admin, bound to its network", false, true, denyOtherVPC, denyOtherAddress),
	guarded("admin, bound to its VPC only", false, false, denyOtherVPC),
	guarded("admin, bound to its network and to tokens", true, true, denyOtherVPC, denyOtherAddress, denyV1),
}

var orgPowerCases = []PowerCase{
	managed("AdministratorAccess", Escalation).with(func(c *PowerCase) {
		c.Name, c.Org = "AdministratorAccess where the organisation denies iam", "iam denied"
	}),
	managed("AdministratorAccess", DataRead).with(func(c *PowerCase) {
		c.Name, c.Org = "AdministratorAccess where the organisation lets objects be read", "reading allowed"
	}),
	inline("logs where the organisation lets objects be read", None, None, "", allow(logsAndMetrics, "*")).with(func(c *PowerCase) {
		c.By, c.Org = nil, "reading allowed"
	}),
	managed("AdministratorAccess", Admin).with(func(c *PowerCase) {
		c.Name, c.Org = "AdministratorAccess in the account that policies do not bind", "management"
	}),
	managed("AdministratorAccess", Admin).with(func(c *PowerCase) {
		c.Name, c.Org, c.DeniesV1, c.Least = "AdministratorAccess where the organisation denies v1 credentials", "v1 denied", true, ""
	}),
}
