package awsfact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
)

// spelled is an identity's power and the statements that give it.
func spelled(id estate.Identity) string {
	out := fmt.Sprint(told(id.Power))
	if least := told(id.AtLeast); least != told(id.Power) {
		out += fmt.Sprint(", at least ", least)
	}
	top := ""
	for _, g := range id.Grants.Items() {
		if top == "" {
			top = g.Level
		}
		if g.Level == top {
			out += " " + g.Policy + g.Statement
			if g.Inferred {
				out += "?"
			}
		}
	}
	return out
}

// TestOneActionOnEverything: what an action alone gives, and what actions give
// that are nothing alone.
func TestOneActionOnEverything(t *testing.T) {
	t.Parallel()
	for level, lists := range map[power.Level][]string{
		power.Escalation: {
			"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:AttachGroupPolicy",
			"iam:PutRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:AddUserToGroup", "iam:UpdateAssumeRolePolicy",
			"iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "sts:AssumeRole",
			"ssm:SendCommand", "ssm:StartSession", "ec2-instance-connect:SendSSHPublicKey", "lambda:UpdateFunctionCode",
			"sagemaker:CreatePresignedNotebookInstanceUrl",
			"ec2:ModifyInstanceAttribute ec2:StopInstances ec2:StartInstances",
			"iam:PassRole ec2:RunInstances", "iam:PassRole ec2:AssociateIamInstanceProfile", "iam:PassRole ec2:ReplaceIamInstanceProfileAssociation",
			"iam:PassRole lambda:CreateFunction", "iam:PassRole cloudformation:CreateStack", "iam:PassRole cloudformation:UpdateStack",
			"iam:PassRole glue:CreateDevEndpoint", "iam:PassRole glue:CreateJob", "iam:PassRole glue:UpdateJob",
			"iam:PassRole ecs:RunTask", "iam:PassRole ecs:RegisterTaskDefinition ecs:CreateService", "iam:PassRole ecs:RegisterTaskDefinition ecs:UpdateService",
			"iam:PassRole codebuild:CreateProject", "iam:PassRole codebuild:UpdateProject", "iam:PassRole sagemaker:CreateNotebookInstance",
			"iam:PassRole sagemaker:CreateTrainingJob", "iam:PassRole sagemaker:CreateProcessingJob",
			"iam:*", "ssm:*", "lambda:*", "ec2:*", "IAM:PUTROLEPOLICY", "iam:Put*", "iam:*Policy", "iam:PutRolePolic?", "i?m:PutRolePolicy", "*:PutRolePolicy",
			"iam:Pass* ec2:Run*", "sts:*", "sts:Assume*",
		},
		power.Write: {
			"s3:PutObject", "s3:*", "s3:Delete*", "dynamodb:PutItem", "ec2:RunInstances", "ec2:Create*", "ec2:ModifyInstanceAttribute", "ec2:StopInstances ec2:StartInstances",
			"ec2:AuthorizeSecurityGroupIngress", "kms:ScheduleKeyDeletion", "kms:*", "rds:DeleteDBInstance", "iam:DeleteRole", "iam:PassRole s3:PutObject",
			"lambda:InvokeFunction", "secretsmanager:*", "quantum:Entangle", "s3:G*", "ecs:RunTask", "cloudtrail:StopLogging", "*:PutObject", "s3:Put*Acl",
		},
		power.DataRead: {
			"s3:GetObject", "s3:GetObjectVersion", "s3:Get*", "s3:get*", "s3:Get?bject", "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue",
			"ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory", "ssm:Get*", "kms:Decrypt",
			"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect",
			"rds-data:ExecuteStatement", "rds-data:BatchExecuteStatement", "rds-data:*", "redshift-data:ExecuteStatement", "redshift-data:GetStatementResult",
			"ssm:GetParameter ssm:PutInventory ssm:UpdateInstanceInformation ec2messages:DeleteMessage ssmmessages:OpenDataChannel",
		},
		power.Read: {
			"ec2:Describe*", "ec2:DescribeInstances", "s3:ListAllMyBuckets", "iam:List* iam:GetRole", "*:Describe*", "cloudwatch:GetMetricData",
			"iam:GenerateCredentialReport", "logs:DescribeLogGroups", "ecr:BatchGetImage", "sts:GetCallerIdentity",
		},
		power.Limited: {
			"logs:PutLogEvents", "logs:*", "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents cloudwatch:PutMetricData", "xray:PutTraceSegments",
			"iam:PassRole", "sts:TagSession", "ssmmessages:CreateControlChannel", "ssm:UpdateInstanceInformation", "kms:GenerateDataKey",
		},
	} {
		for _, list := range lists {
			t.Run(list, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.profile()
				var policies []string
				for _, action := range strings.Fields(list) {
					policies = append(policies, allow(action, "*"))
				}
				w.role(role{inline: policies})
				id := w.identity()
				if got := told(id.Power); got != string(level) {
					t.Errorf("want %s, got %s", level, spelled(id))
				}
				if got := told(id.AtLeast); got != string(level) {
					t.Errorf("for certain: want %s, got %v", level, got)
				}
				if told(id.Role) != roleARN || len(id.Grants.Items()) == 0 || !id.Grants.Whole() {
					t.Errorf("role %v by %v", told(id.Role), id.Grants.Items())
				}
			})
		}
	}
}

// TestEveryStepOfASetIsNeeded: a set of actions escalates as a whole, and not
// with one of them missing.
func TestEveryStepOfASetIsNeeded(t *testing.T) {
	t.Parallel()
	for _, set := range []string{
		"iam:PassRole ec2:RunInstances", "iam:PassRole lambda:CreateFunction", "iam:PassRole cloudformation:CreateStack", "iam:PassRole glue:CreateJob",
		"iam:PassRole ecs:RunTask", "iam:PassRole codebuild:CreateProject", "iam:PassRole sagemaker:CreateNotebookInstance",
		"ec2:ModifyInstanceAttribute ec2:StopInstances ec2:StartInstances",
	} {
		actions := strings.Fields(set)
		for i := range actions {
			w := newWorld(t)
			w.profile()
			var policies []string
			for j, a := range actions {
				if j != i {
					policies = append(policies, allow(a, "*"))
				}
			}
			w.role(role{inline: policies})
			if got := told(w.identity().Power); got == string(power.Escalation) {
				t.Errorf("%s without %s is %v", set, actions[i], got)
			}
		}
	}
}

func TestPower(t *testing.T) {
	t.Parallel()
	own, other := "arn:aws:iam::"+account+":policy/own", "arn:aws:iam::"+account+":policy/other"
	attach := func(policies ...string) func(*world, *role) {
		return func(w *world, r *role) {
			for i, p := range policies {
				arn := fmt.Sprintf("%s%d", own, i)
				w.managed(arn, p)
				r.attached = append(r.attached, arn)
			}
		}
	}
	inline := func(policies ...string) func(*world, *role) {
		return func(_ *world, r *role) { r.inline = append(r.inline, policies...) }
	}
	bound := func(by string, policies ...string) func(*world, *role) {
		return func(w *world, r *role) {
			r.inline = policies
			r.boundary = other
			if by != "" {
				w.managed(other, by)
			}
		}
	}
	also := func(member string, v any) func(*world, *role) {
		return func(_ *world, r *role) { r.also = object{member: v} }
	}
	raw := func(policy string) func(*world, *role) { return inline(policy) }
	office := `{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}`
	passed := func(op, service string) string { return `{"` + op + `":{"iam:PassedToService":` + service + `}}` }
	for _, c := range []struct {
		about string
		role  func(*world, *role)
		want  string
	}{
		{"no policy", inline(), "none"},
		{"everything", inline(allow("*", "*")), "admin p1#1"},
		{"everything of every service", inline(allow("*:*", "*")), "admin p1#1"},
		{"everything with many stars", inline(allow("**", "**")), "admin p1#1"},
		{"everything, attached", attach(allow("*", "*")), "admin named#1"},
		{"everything, without a version", raw(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`), "admin p1#1"},
		{"everything, with an id and a Sid", raw(`{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"All","Effect":"Allow","Action":["*"],"Resource":["*"]}]}`), "admin p1All"},
		{"everything but one service is an administrator's", inline(allow("*", "*"), deny("s3:*", "*")), "admin p1#1"},
		{"everything but organisations", inline(allow("!organizations:*", "*")), "admin p1#1"},
		{"everything but IAM", inline(allow("!iam:*", "*")), "escalation p1#1"},
		{"everything but IAM, and IAM", inline(allow("!iam:*", "*"), allow("iam:*", "*")), "admin p1#1 p2#1"},
		{"everything, IAM denied", inline(allow("*", "*"), deny("iam:*", "*")), "escalation p1#1"},
		{"everything on all but one bucket", inline(allow("*", "!arn:aws:s3:::one/*")), "admin p1#1"},
		{"everything, all denied", inline(allow("*", "*"), deny("*", "*")), "none"},
		{"denials alone", inline(deny("s3:*", "*")), "none"},
		{"everything denied but reading buckets", inline(allow("*", "*"), deny("!s3:Get*", "*")), "data_read p1#1"},
		{"everything denied but one service", inline(allow("*", "*"), deny("!rds:*", "*")), "write p1#1"},
		{"everything denied but logs", inline(allow("*", "*"), deny("!logs:*", "*")), "limited p1#1"},
		{"everything denied but on one bucket", inline(allow("*", "*"), deny("*", "!arn:aws:s3:::one/*")), "limited p1#1"},
		{"everything denied but in one region", inline(allow("*", "*"), deny("*", "!arn:aws:*:eu-west-1:*:*")), "escalation p1#1"},
		{"two denials of all but what the other denies", inline(allow("*", "*"), deny("!s3:*", "*"), deny("!ec2:*", "*")), "none"},
		{"denied in another case", inline(allow("s3:GetObject", "*"), deny("S3:GETOBJECT", "*")), "none"},
		{"denied by a wildcard", inline(allow("iam:PutRolePolicy", "*"), deny("iam:Put*", "*")), "none"},
		{"one of two denied", inline(allow("s3:*", "*"), deny("s3:Put*", "*")), "write p1#1"},
		{"denied on one bucket only", inline(allow("s3:GetObject", "*"), deny("s3:*", "arn:aws:s3:::one/*")), "data_read p1#1"},
		{"denied on every bucket, spelled as such", inline(allow("s3:GetObject", "*"), deny("s3:*", "arn:aws:s3:::*")), "none"},
		{"launching, denied for every instance", inline(allow("ec2:RunInstances", "*"), deny("ec2:*", "arn:aws:ec2:*:*:instance/*")), "none"},
		{"a denial under a condition takes nothing away for certain", inline(allow("*", "*"), statement("Deny", "*", "*", office)), "admin p1#1?"},
		{"a grant under a condition is taken to be met, and said", inline(statement("Allow", "*", "*", office)), "admin, at least none p1#1?"},
		{"a grant under a condition beside one without", inline(statement("Allow", "*", "*", office), allow("*", "*")), "admin p1#1 p2#1"},
		{"a weaker grant without a condition is certain", inline(statement("Allow", "iam:PutRolePolicy", "*", office), allow("ec2:Describe*", "*")), "escalation, at least read p1#1?"},

		{"one bucket", inline(allow("s3:GetObject", "arn:aws:s3:::one/*")), "limited p1#1"},
		{"every bucket", inline(allow("s3:GetObject", "arn:aws:s3:::*/*")), "data_read p1#1"},
		{"every bucket, shorter", inline(allow("s3:GetObject", "arn:aws:s3:::*")), "data_read p1#1"},
		{"buckets that begin alike", inline(allow("s3:*", "arn:aws:s3:::build-*")), "limited p1#1"},
		{"all buckets but one", inline(allow("s3:GetObject", "!arn:aws:s3:::one/*")), "data_read p1#1"},
		{"one secret", inline(allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????")), "limited p1#1"},
		{"every secret of a region", inline(allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*")), "data_read p1#1"},
		{"parameters below a path", inline(allow("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/app/*")), "limited p1#1"},
		{"every parameter", inline(allow("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/*")), "data_read p1#1"},
		{"every table", inline(allow("dynamodb:*", "arn:aws:dynamodb:*:*:table/*")), "write p1#1"},
		{"every table, read only", inline(allow("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:*:table*")), "data_read p1#1"},
		{"every index of one table", inline(allow("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:*:table/one/index/*")), "limited p1#1"},
		{"every database", inline(allow("rds:ModifyDBInstance", "arn:aws:rds:eu-west-1:111122223333:db:*")), "write p1#1"},
		{"one database", inline(allow("rds:ModifyDBInstance", "arn:aws:rds:eu-west-1:111122223333:db:one")), "limited p1#1"},
		{"every queue", inline(allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:*")), "write p1#1"},
		{"a whole service by its ARN", inline(allow("sqs:SendMessage", "arn:aws:sqs:*")), "write p1#1"},
		{"many secrets at once wants everything", inline(allow("secretsmanager:BatchGetSecretValue", "arn:aws:secretsmanager:*:*:secret:one")), "limited p1#1"},
		{"a resource named by the caller's name", inline(allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*")), "limited p1#1"},
		{"a star that is meant as itself", inline(allow("s3:GetObject", "arn:aws:s3:::${*}/${*}")), "limited p1#1"},

		{"becoming one role", inline(allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/other")), "limited p1#1"},
		{"becoming any role of another account", inline(allow("sts:AssumeRole", "arn:aws:iam::999988887777:role/*")), "escalation p1#1"},
		{"passing one role", inline(allow("iam:PassRole", "arn:aws:iam::111122223333:role/other"), allow("ec2:RunInstances", "*")), "write p2#1"},
		{"passing any role, in two policies", inline(allow("iam:PassRole", "*"), allow("ec2:RunInstances", "*")), "escalation p1#1 p2#1"},
		{"passing to the service that uses it", inline(statement("Allow", "iam:PassRole", "*", passed("StringEquals", `"ec2.amazonaws.com"`)), allow("ec2:RunInstances", "*")), "escalation p1#1 p2#1"},
		{"passing to one of several", inline(statement("Allow", "iam:PassRole", "*", passed("StringLikeIfExists", `["lambda.*","ec2.*"]`)), allow("ec2:RunInstances", "*")), "escalation p1#1 p2#1"},
		{"passing to another service", inline(statement("Allow", "iam:PassRole", "*", passed("StringEquals", `"lambda.amazonaws.com"`)), allow("ec2:RunInstances", "*")), "write p2#1"},
		{"passing to all but the service", inline(statement("Allow", "iam:PassRole", "*", passed("StringNotEquals", `"ec2.amazonaws.com"`)), allow("ec2:RunInstances", "*")), "write p2#1"},
		{"passing denied to all but another", inline(allow("iam:PassRole", "*"), allow("ec2:RunInstances", "*"), statement("Deny", "iam:PassRole", "*", passed("StringNotEquals", `"lambda.amazonaws.com"`))), "write p2#1"},
		{"instances of one region only", inline(allow("iam:PassRole", "*"), allow("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*")), "escalation p1#1 p2#1"},
		{"commands on one instance", inline(allow("ssm:SendCommand", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1")), "limited p1#1"},
		{"commands on every instance with one document", inline(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:SendCommand","Resource":["arn:aws:ec2:*:*:instance/*","arn:aws:ssm:*:*:document/AWS-RunShellScript"]}]}`), "escalation p1#1"},
		{"writing into itself", inline(allow("iam:PutRolePolicy", roleARN)), "escalation p1#1"},
		{"writing into roles of its team", inline(allow("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/team/*")), "escalation p1#1"},
		{"writing into another role", inline(allow("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/other")), "limited p1#1"},
		{"rewriting the policy that is on it", func(w *world, r *role) {
			attach(allow("iam:CreatePolicyVersion", own+"0"))(w, r)
		}, "escalation named#1"},
		{"rewriting another policy", inline(allow("iam:CreatePolicyVersion", other)), "limited p1#1"},

		{"within a boundary as wide", bound(allow("*", "*"), allow("*", "*")), "admin p1#1"},
		{"within a boundary of one service", bound(allow("s3:*", "*"), allow("*", "*")), "write p1#1"},
		{"within a boundary of reading", bound(allow("ec2:Describe*", "*"), allow("*", "*")), "read p1#1"},
		{"within a boundary of reading data", bound(allow("s3:GetObject", "*"), allow("s3:*", "*")), "data_read p1#1"},
		{"within a boundary of one bucket", bound(allow("s3:*", "arn:aws:s3:::one/*"), allow("s3:*", "*")), "limited p1#1"},
		{"within a boundary of all but IAM", bound(allow("!iam:*", "*"), allow("*", "*")), "escalation p1#1"},
		{"within a boundary that fits nowhere", bound(allow("sqs:*", "*"), allow("s3:*", "*")), "none"},
		{"within a boundary that denies", bound(deny("*", "*"), allow("*", "*")), "none"},
		{"a boundary gives nothing", bound(allow("*", "*")), "none"},
		{"within a boundary under a condition", bound(statement("Allow", "*", "*", office), allow("*", "*")), "admin, at least none p1#1?"},
		{"within a boundary that no listing has", bound("", allow("*", "*")), "? absent " + other + ", at least none p1#1"},
		{"nothing within a boundary that no listing has", bound(""), "none"},

		{"a policy that no listing has", func(_ *world, r *role) { r.attached = []string{other} }, "? absent " + other + ", at least none"},
		{"a policy that no listing has, within a boundary of nothing", func(w *world, r *role) {
			w.managed(own, deny("*", "*"))
			r.attached, r.boundary = []string{other}, own
		}, "none"},
		{"no JSON", raw(`{"Version":`), "? unreadable p1: EOF, at least none"},
		{"a version of tomorrow", raw(`{"Version":"2031-01-01","Statement":[]}`), "? unreadable p1: the version 2031-01-01 of the policy language, at least none"},
		{"a name twice", raw(`{"Version":"2012-10-17","Statement":[],"Statement":[]}`), "? unreadable p1: a name stands twice: Statement, at least none"},
		{"an effect nobody knows", raw(`{"Version":"2012-10-17","Statement":[{"Effect":"Permit","Action":"s3:GetObject","Resource":"*"}]}`), "? unreadable p1: statement 1: its Effect, at least none"},
		{"a denial that cannot be read, and no grant", raw(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Unless":"x"}]}`), "none"},
		{"a grant that cannot be read takes nothing away", inline(allow("iam:PutRolePolicy", "*"), `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Unless":"x"}}`), "? unreadable p2: statement 1: an element Unless, at least escalation p1#1"},
		{"a denial that cannot be read may take everything", inline(allow("iam:PutRolePolicy", "*"), `{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*","Unless":"x"}}`), "? unreadable p2: statement 1: an element Unless, at least none p1#1"},
		{"both actions and all but actions", raw(`{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}}`), "? unreadable p1: statement 1: not one of Action and NotAction, at least none"},
		{"no resource", raw(`{"Statement":{"Effect":"Allow","Action":"*"}}`), "? unreadable p1: statement 1: not one of Resource and NotResource, at least none"},
		{"no effect", raw(`{"Statement":{"Action":"*","Resource":"*"}}`), "? unreadable p1: statement 1: no Effect, at least none"},
		{"all but nothing", raw(`{"Statement":{"Effect":"Allow","NotAction":[],"Resource":"*"}}`), "? unreadable p1: statement 1: all but nothing, at least none"},
		{"an action without a service", raw(`{"Statement":{"Effect":"Allow","Action":"GetObject","Resource":"*"}}`), "? unreadable p1: statement 1: its Action, at least none"},
		{"no actions at all", raw(`{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}`), "none"},
		{"no statements", raw(`{"Version":"2012-10-17","Statement":[]}`), "none"},
		{"a document that does not list inline policies", also("RolePolicyList", nil), "? absent /RolePolicyList, at least none"},
		{"a document that does not list attached policies", also("AttachedManagedPolicies", nil), "? absent /AttachedManagedPolicies, at least none"},
		{"lists that are empty elements", func(_ *world, r *role) {
			r.also = object{"RolePolicyList": json0, "AttachedManagedPolicies": json0}
		}, "none"},
		{"a policy without percent signs", func(_ *world, r *role) {
			r.also = object{"RolePolicyList": []object{{"PolicyName": "plain", "PolicyDocument": allow("*", "*")}}}
		}, "admin plain#1"},
		{"a policy that is wrongly encoded", func(_ *world, r *role) {
			r.also = object{"RolePolicyList": []object{{"PolicyName": "p1", "PolicyDocument": "%7B%ZZ"}}}
		}, `? unreadable p1: invalid URL escape "%ZZ", at least none`},
		{"a policy that was replaced because it holds a secret", func(_ *world, r *role) {
			r.also = object{"RolePolicyList": []object{{"PolicyName": "p1", "PolicyDocument": "redacted"}}}
		}, "? unreadable p1: invalid character 'r' looking for beginning of value, at least none"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile()
			r := role{}
			c.role(w, &r)
			w.role(r)
			if got := spelled(w.identity()); got != c.want {
				t.Errorf("want %s\n got %s", c.want, got)
			}
		})
	}
}

// json0 is an empty element.
var json0 = jsonNull{}

type jsonNull struct{}

func (jsonNull) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

func TestPowerUnderAnOrganisation(t *testing.T) {
	t.Parallel()
	full := []string{allow("*", "*")}
	for _, c := range []struct {
		about string
		org   func(*world)
		want  string
	}{
		{"no organisation", func(*world) {}, "admin p1#1"},
		{"everything allowed at every level", func(w *world) { w.organise(full, full, full) }, "admin p1#1"},
		{"one level allows reading alone", func(w *world) { w.organise(full, []string{allow("ec2:Describe*", "*")}, full) }, "read p1#1"},
		{"two levels share one service", func(w *world) {
			w.organise(full, []string{allow("s3:*", "*")}, []string{allow("s3:Get*", "*"), allow("ec2:*", "*")})
		}, "data_read p1#1"},
		{"IAM denied at the root", func(w *world) { w.organise([]string{allow("*", "*"), deny("iam:*", "*")}, full, full) }, "escalation p1#1"},
		{"all but one service denied", func(w *world) { w.organise(full, full, []string{allow("*", "*"), deny("!sqs:*", "*")}) }, "write p1#1"},
		{"denied in other regions", func(w *world) {
			w.organise(full, full, append(full, statement("Deny", "*", "*", `{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}`)))
		}, "admin p1#1?"},
		{"control policies are not in use", func(w *world) { w.organise(nil, nil, nil) }, "admin p1#1"},
		{"the management account is not bound", func(w *world) {
			w.organise([]string{deny("*", "*")}, full, full)
			w.resources = w.resources[:2] // the role and its profile
			w.add(awsfact.KindOrganization, awsfact.CallOrganization, "arn:aws:organizations::1:organization/o-1", "o-1", object{"Id": "o-1", "MasterAccountId": account})
		}, "admin p1#1"},
		{"a member that may read nothing above it", func(w *world) {
			w.organise(nil, nil, nil)
			for _, at := range []string{account, "ou-1", "r-1"} {
				w.answer(awsfact.CallPoliciesForTarget, at, snapshot.Refused, "AccessDeniedException")
			}
			w.answer(awsfact.CallParents, account, snapshot.Refused, "AccessDeniedException")
		}, "admin p1#1"},
		{"a listing above it was cut", func(w *world) {
			w.organise(full, full, []string{allow("*", "*"), deny("iam:*", "*")})
			for _, at := range []string{account, "ou-1", "r-1"} {
				w.answer(awsfact.CallPoliciesForTarget, at, snapshot.Partial, "TooManyRequestsException")
			}
		}, "? throttled TooManyRequestsException, at least none p1#1"},
		{"the listings above it were throttled", func(w *world) {
			w.organise(nil, nil, nil)
			for _, at := range []string{account, "ou-1", "r-1"} {
				w.answer(awsfact.CallPoliciesForTarget, at, snapshot.Refused, "TooManyRequestsException")
			}
		}, "? throttled TooManyRequestsException, at least none p1#1"},
		{"not even the organisation is readable", func(w *world) {
			w.answer(awsfact.CallOrganization, "", snapshot.Refused, "AccessDeniedException")
		}, "admin p1#1"},
		{"it may be the account that is not bound", func(w *world) {
			w.organise(full, []string{allow("ec2:Describe*", "*")}, full)
			w.resources = without(w.resources, "arn:aws:organizations::999988887777:organization/o-1")
			w.answer(awsfact.CallOrganization, "", snapshot.Refused, "AccessDeniedException")
		}, "? denied AccessDeniedException, at least read p1#1"},
		{"one of the levels is not readable", func(w *world) {
			w.organise(full, full, full)
			w.answer(awsfact.CallPoliciesForTarget, "ou-1", snapshot.Refused, "AccessDeniedException")
		}, "? denied AccessDeniedException, at least none p1#1"},
		{"the parent is not readable", func(w *world) {
			w.organise(full, full, full)
			w.resources = without(w.resources, "parent-of/ou-1")
			w.answer(awsfact.CallParents, "ou-1", snapshot.Refused, "AccessDeniedException")
		}, "? denied AccessDeniedException, at least none p1#1"},
		{"one policy is not readable", func(w *world) {
			w.organise(full, full, full)
			w.resources = without(w.resources, "arn:p-c")
			w.answer(awsfact.CallControlPolicy, "p-c", snapshot.Refused, "TooManyRequestsException")
		}, "? throttled TooManyRequestsException, at least none p1#1"},
		{"one policy is not readable and another denies all", func(w *world) {
			w.organise(full, full, []string{deny("*", "*")})
			w.resources = without(w.resources, "arn:p-c")
			w.answer(awsfact.CallControlPolicy, "p-c", snapshot.Refused, "TooManyRequestsException")
		}, "none"},
		{"AWS's own policy need not be read", func(w *world) {
			w.organise(nil, nil, full)
			for i := range w.resources {
				w.resources[i].Doc = []byte(strings.ReplaceAll(string(w.resources[i].Doc), `"p-b"`, `"p-FullAWSAccess"`))
			}
			w.resources = without(w.resources, "arn:p-b")
		}, "admin p1#1"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile()
			w.role(role{inline: []string{allow("*", "*")}})
			c.org(w)
			if got := spelled(w.identity()); got != c.want {
				t.Errorf("want %s\n got %s", c.want, got)
			}
		})
	}
}

func without(rs []snapshot.Resource, uid string) (out []snapshot.Resource) {
	for _, r := range rs {
		if r.UID != uid {
			out = append(out, r)
		}
	}
	return out
}

// TestControlPoliciesDoNotBindServiceLinkedRoles: AWS says so.
func TestControlPoliciesDoNotBindServiceLinkedRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.organise([]string{deny("*", "*")}, nil, nil)
	arn := "arn:aws:iam::" + account + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
	w.add(awsfact.KindRole, awsfact.CallAuthorization, arn, "linked", object{"Arn": arn, "RoleName": "linked", "Path": "/aws-service-role/autoscaling.amazonaws.com/",
		"AssumeRolePolicyDocument": encoded(trustEC2), "RolePolicyList": inlines([]string{allow("ec2:RunInstances", "*")}), "AttachedManagedPolicies": json0})
	p := w.principal("linked")
	if told(p.Power) != "write" || told(p.Managed) != true {
		t.Errorf("power %v, managed %v", told(p.Power), told(p.Managed))
	}
}

// TestTheWayFromAnInstanceToItsRole: by the profile's document, and by no name.
func TestTheWayFromAnInstanceToItsRole(t *testing.T) {
	t.Parallel()
	holding := func(roles any) func(*world) {
		return func(w *world) {
			doc := object{"Arn": profileARN, "InstanceProfileName": "web"}
			if roles != nil {
				doc["Roles"] = roles
			}
			w.add(awsfact.KindProfile, awsfact.CallProfiles, profileARN, "web", doc)
		}
	}
	for _, c := range []struct {
		about string
		world func(*world)
		want  []any // role, power
	}{
		{"a profile with a role", func(w *world) { w.profile(); w.role(role{inline: []string{allow("*", "*")}}) }, []any{roleARN, "admin"}},
		{"a profile without a role", holding(json0), []any{"", "none"}},
		{"a profile with an empty list", holding([]object{}), []any{"", "none"}},
		{"a profile whose role is not told", holding(nil), []any{"? absent /Roles", "? absent /Roles"}},
		{"a profile with two roles", holding([]object{{"Arn": "a"}, {"Arn": "b"}}), []any{`? unknown_value [{"Arn":"a"},{"Arn":"b"}]`, `? unknown_value [{"Arn":"a"},{"Arn":"b"}]`}},
		{"a profile with a role that has no ARN", holding([]object{{"RoleName": "web"}}), []any{"? absent /Roles/0/Arn", "? absent /Roles/0/Arn"}},
		{"a profile that was deleted", func(*world) {}, []any{"? absent " + profileARN, "? absent " + profileARN}},
		{"profiles that could not be listed", func(w *world) { w.answer(awsfact.CallProfiles, "", snapshot.Refused, "AccessDenied") }, []any{"? denied AccessDenied", "? denied AccessDenied"}},
		{"a role that is in no listing", func(w *world) { w.profile() }, []any{roleARN, "? absent " + roleARN}},
		{"roles that could not be listed", func(w *world) {
			w.profile()
			w.answer(awsfact.CallAuthorization, awsfact.SubjectRole, snapshot.Refused, "AccessDenied")
		}, []any{roleARN, "? denied AccessDenied"}},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.world(w)
			id := w.identity()
			if diff := cmp.Diff(c.want, []any{told(id.Role), told(id.Power)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnInstanceWithoutAProfileHasNoPower(t *testing.T) {
	t.Parallel()
	id := workload(t, "").Identity
	if told(id.Power) != "none" || told(id.AtLeast) != "none" || told(id.Role) != "" || !id.Grants.Whole() {
		t.Errorf("%v, at least %v, role %v", told(id.Power), told(id.AtLeast), told(id.Role))
	}
}

func TestAProfileOfAnotherAccountIsNotOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got, err := new(awsfact.Reader).Workload(w.context(), instance(t, "<iamInstanceProfile><arn>arn:aws:iam::999988887777:instance-profile/web</arn></iamInstanceProfile>"))
	if err != nil {
		t.Fatal(err)
	}
	if told(got.Identity.Power) != "? not_collected arn:aws:iam::999988887777:instance-profile/web" {
		t.Error(told(got.Identity.Power))
	}
}

// TestAGrantShowsItsStatement: level, words, policy, place, and the document it
// stands in.
func TestAGrantShowsItsStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile()
	w.managed(adminARN, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:PutLogEvents"],"Resource":"*"},
		{"Sid":"Launch","Effect":"Allow","Action":["ec2:Describe*","ec2:Run*","iam:PassRole","s3:GetObject","sqs:*"],"Resource":["arn:aws:ec2:*","arn:aws:iam::*","arn:aws:s3:::*","arn:aws:sqs:*"]}]}`)
	w.role(role{attached: []string{adminARN}, inline: []string{allow("ec2:Describe*", "*")}})
	grants := w.identity().Grants.Items()
	for i := range grants {
		if grants[i].From == nil || !grants[i].From.HasDoc {
			t.Errorf("%s has no document", grants[i].Policy)
		}
		grants[i].From = nil
	}
	want := []estate.Grant{
		{Level: "escalation", Action: "ec2:Run*, iam:PassRole", Resource: "arn:aws:ec2:*, arn:aws:iam::*, arn:aws:s3:::* and 1 more", Policy: "named", Statement: "Launch",
			Why: "passes a role to a new instance", Path: "/PolicyVersionList/1/Document"},
		{Level: "read", Action: "ec2:Describe*", Resource: "*", Policy: "p1", Statement: "#1", Why: "lists and describes", Path: "/RolePolicyList/0/PolicyDocument"},
		{Level: "limited", Action: "logs:PutLogEvents", Resource: "*", Policy: "named", Statement: "#1", Why: "writes logs and metrics, or reports about itself", Path: "/PolicyVersionList/1/Document"},
	}
	if diff := cmp.Diff(want, grants); diff != "" {
		t.Error(diff)
	}
}

func TestTwentyStatementsAreNamedAtMost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile()
	var all []string
	for i := range 30 {
		all = append(all, fmt.Sprintf(`{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::bucket-%d/*"}`, i))
	}
	all = append(all, `{"Effect":"Allow","Action":"*","Resource":"*"}`)
	w.role(role{inline: []string{`{"Statement":[` + strings.Join(all, ",") + `]}`}})
	grants := w.identity().Grants.Items()
	if len(grants) != 20 || grants[0].Level != "admin" || grants[0].Statement != "#31" {
		t.Errorf("%d grants, the first %v", len(grants), grants[0])
	}
}

// A drawn policy is made of patterns as people write them: a service, a verb,
// a star at the end.
var (
	drawnActions   = []string{"*", "iam:*", "iam:PutRolePolicy", "iam:PassRole", "ec2:RunInstances", "ec2:*", "ec2:Describe*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "logs:*", "sqs:SendMessage", "!iam:*", "!s3:*"}
	drawnResources = []string{"*", "*", "*", "arn:aws:s3:::*", "arn:aws:s3:::one/*", "arn:aws:iam::*", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "!arn:aws:s3:::one/*"}
)

func drawn(t *rapid.T, effect, label string) string {
	condition := ""
	if effect == "Allow" && rapid.IntRange(0, 9).Draw(t, label+" condition") == 0 {
		condition = `{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}`
	}
	return statement(effect, rapid.SampledFrom(drawnActions).Draw(t, label+" action"), rapid.SampledFrom(drawnResources).Draw(t, label+" resource"), condition)
}

func drawnPolicies(t *rapid.T) (policies []string) {
	for i := range rapid.IntRange(0, 4).Draw(t, "policies") {
		effect := rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect")
		policies = append(policies, drawn(t, effect, fmt.Sprint("policy ", i)))
	}
	return policies
}

func rank(t *rapid.T, id estate.Identity) (most, least int) {
	m, known := id.Power.Get()
	l, certain := id.AtLeast.Get()
	if !certain {
		t.Fatal("what is certain is not known")
	}
	if !known {
		return power.Admin.Rank(), power.Level(l).Rank()
	}
	return power.Level(m).Rank(), power.Level(l).Rank()
}

func identityOf(tb testing.TB, r role) estate.Identity {
	w := newWorld(tb)
	w.profile()
	w.role(r)
	return w.identity()
}

func TestOneMoreGrantNeverLowersPower(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		policies := drawnPolicies(rt)
		before, certain := rank(rt, identityOf(t, role{inline: policies}))
		after, stillCertain := rank(rt, identityOf(t, role{inline: append(policies, drawn(rt, "Allow", "one more"))}))
		if after < before || stillCertain < certain {
			rt.Fatalf("from %d (%d) down to %d (%d)", before, certain, after, stillCertain)
		}
	})
}

func TestOneMoreDenialNeverRaisesPower(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		policies := drawnPolicies(rt)
		before, certain := rank(rt, identityOf(t, role{inline: policies}))
		after, stillCertain := rank(rt, identityOf(t, role{inline: append(policies, drawn(rt, "Deny", "one more"))}))
		if after > before || stillCertain > certain {
			rt.Fatalf("from %d (%d) up to %d (%d)", before, certain, after, stillCertain)
		}
	})
}

func TestWhatIsCertainIsNeverMoreThanWhatMayBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		if most, least := rank(rt, identityOf(t, role{inline: drawnPolicies(rt)})); least > most {
			rt.Fatalf("certainly %d, at most %d", least, most)
		}
	})
}

func TestTheOrderOfPoliciesDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		policies := drawnPolicies(rt)
		one := identityOf(t, role{inline: policies})
		two := identityOf(t, role{inline: rapid.Permutation(policies).Draw(rt, "order")})
		if told(one.Power) != told(two.Power) || told(one.AtLeast) != told(two.AtLeast) || len(one.Grants.Items()) != len(two.Grants.Items()) {
			rt.Fatalf("%s, in another order %s", spelled(one), spelled(two))
		}
	})
}

// TestABoundaryNeverGivesAnything: within any boundary there is at most what
// there is without one.
func TestABoundaryNeverGivesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		policies := drawnPolicies(rt)
		free, _ := rank(rt, identityOf(t, role{inline: policies}))
		w := newWorld(t)
		w.profile()
		w.managed(adminARN, drawn(rt, "Allow", "boundary"))
		w.role(role{inline: policies, boundary: adminARN})
		if bound, _ := rank(rt, w.identity()); bound > free {
			rt.Fatalf("free %d, bound %d", free, bound)
		}
	})
}

// TestHidingAPolicyNeverContradicts: where one of the policies, or the boundary,
// cannot be read, what is said is what would be said with it, or less.
func TestHidingAPolicyNeverContradicts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		policies := drawnPolicies(rt)
		hidden := drawn(rt, rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(rt, "hidden effect"), "hidden")
		limit := rapid.Bool().Draw(rt, "it is the boundary")
		given := func(readable bool) estate.Identity {
			w := newWorld(t)
			w.profile()
			r := role{inline: policies}
			if limit {
				r.boundary = adminARN
			} else {
				r.attached = []string{adminARN}
			}
			w.role(r)
			if readable {
				w.managed(adminARN, hidden)
			} else {
				w.answer(awsfact.CallAuthorization, awsfact.SubjectPolicy, snapshot.Refused, "AccessDenied")
			}
			return w.identity()
		}
		truth, seen := given(true), given(false)
		if p, known := seen.Power.Get(); known && p != told(truth.Power) {
			rt.Fatalf("says %s, and it is %s", spelled(seen), spelled(truth))
		}
		_, least := rank(rt, seen)
		if _, certain := rank(rt, truth); least > certain {
			rt.Fatalf("certainly %s, and it is %s", spelled(seen), spelled(truth))
		}
	})
}

// FuzzPolicy: no text makes the reader fall over, and what it cannot read is
// never an answer.
func FuzzPolicy(f *testing.F) {
	for _, s := range []string{"", "{", "null", "%7B%7D", allow("*", "*"), deny("!s3:*", "!arn:aws:s3:::${aws:username}"), trustEC2,
		statement("Allow", "iam:PassRole", "*", `{"StringLike":{"iam:PassedToService":["ec2*",1,true]}}`),
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny"}]}`, strings.Repeat("[", 100), `{"Statement":{"Effect":"Allow","Action":"\u0000:*","Resource":"*"}}`} {
		f.Add(s)
		f.Add(encoded(s))
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?") // a document of the cloud's is UTF-8
		w := newWorld(t)
		w.role(role{also: object{"RolePolicyList": []object{{"PolicyName": "p", "PolicyDocument": text}}, "AssumeRolePolicyDocument": text}})
		p := w.principal("web")
		least, _ := p.AtLeast.Get()
		if most, known := p.Power.Get(); known && power.Level(least).Rank() > power.Level(most).Rank() {
			t.Errorf("certainly %s, at most %s", least, most)
		}
		if !p.Power.Known() && (p.Power.Why() == nil || p.Grants.Whole()) {
			t.Error("unknown, and nobody says why")
		}
	})
}
