package awsfact_test

import (
	"testing"
)

func TestProbe(t *testing.T) {
	inline := func(policies ...string) func(*world, *role) {
		return func(_ *world, r *role) { r.inline = append(r.inline, policies...) }
	}
	st := func(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }
	for _, c := range []struct {
		about string
		role  func(*world, *role)
		want  string
	}{
		{"regions eu-*", inline(allow("ssm:StartSession", "arn:aws:ec2:eu-*:111122223333:instance/*")), "escalation"},
		{"secrets of eu-*", inline(allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-*:*:secret:*")), "data_read"},
		{"region star short", inline(allow("ssm:StartSession", "arn:aws:ec2:eu-west-1:*")), "escalation"},
		{"own account by variable", inline(allow("iam:PutRolePolicy", "arn:aws:iam::${aws:PrincipalAccount}:role/*")), "escalation"},
		{"?-account", inline(allow("iam:PutRolePolicy", "arn:aws:iam::????????????:role/*")), "escalation"},
		{"partition star", inline(allow("iam:PutRolePolicy", "arn:aws*:iam::*:role/*")), "escalation"},
		{"deny boundary for eu-*", inline(allow("ssm:StartSession", "*"), deny("*", "arn:aws:ec2:eu-*:*:instance/*")), "escalation"},
		{"resource ?", inline(allow("iam:PutRolePolicy", "arn:aws:iam::*:role/?*")), "escalation"},
		{"two halves passrole notaction", inline(allow("!ec2:*", "*"), allow("ec2:RunInstances", "*")), "escalation/admin"},
		{"run instances with all its resources", inline(st(`{"Effect":"Allow","Action":"ec2:RunInstances","Resource":["arn:aws:ec2:*:*:instance/*","arn:aws:ec2:*:*:subnet/*","arn:aws:ec2:*::image/*"]},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}`)), "escalation"},
		{"run instances but not instance", inline(st(`{"Effect":"Allow","Action":"ec2:RunInstances","Resource":["arn:aws:ec2:*:*:subnet/*"]},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}`)), "limited/write"},
		{"ebs", inline(allow("ebs:GetSnapshotBlock", "*")), "data_read"},
		{"kinesis", inline(allow("kinesis:GetRecords", "*")), "data_read"},
		{"redshift", inline(allow("redshift:GetClusterCredentials", "*")), "data_read"},
		{"athena", inline(allow("athena:GetQueryResults", "*")), "data_read"},
		{"ap", inline(allow("s3:GetObject", "arn:aws:s3:*:111122223333:accesspoint/*")), "data_read?"},
		{"ap2", inline(allow("s3:*", "arn:aws:s3:*:111122223333:accesspoint/*")), "?"},
		{"s3 prefix", inline(allow("s3:GetObject", "arn:aws:s3:::*/*.json")), "?"},
		{"kms alias", inline(allow("kms:Decrypt", "arn:aws:kms:*:*:alias/*")), "?"},
		{"kms grant", inline(allow("kms:CreateGrant", "*")), "write"},
		{"assoc", inline(allow("ssm:CreateAssociation", "*")), "escalation"},
		{"automation", inline(allow("ssm:StartAutomationExecution", "*")), "escalation"},
		{"lambda one", inline(allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:*")), "escalation"},
		{"lambda two stars", inline(allow("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111122223333:function:*:*")), "?"},
		{"deny with notaction", inline(allow("*", "*"), deny("!sts:*", "*")), "escalation"},
		{"deny all but sts getcaller", inline(allow("*", "*"), deny("!sts:GetCallerIdentity", "*")), "read"},
		{"deny notresource self", inline(allow("iam:*", "*"), deny("iam:*", "!"+roleARN)), "escalation"},
		{"passed only to self team", inline(statement("Allow", "iam:PassRole", "*", `{"StringEquals":{"iam:PassedToService":["ecs.amazonaws.com","ec2.amazonaws.com"]},"ArnLike":{"iam:AssociatedResourceArn":"arn:aws:ec2:*:*:instance/*"}}`), allow("ec2:RunInstances", "*")), "escalation?"},
		{"passed two conds", inline(statement("Allow", "iam:PassRole", "*", `{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"},"StringLike":{"aws:RequestedRegion":"eu-*"}}`), allow("ec2:RunInstances", "*")), "write"},
		{"passedto forall", inline(statement("Allow", "iam:PassRole", "*", `{"ForAllValues:StringEquals":{"iam:PassedToService":["ec2.amazonaws.com"]}}`), allow("ec2:RunInstances", "*")), "escalation"},
		{"passedto null", inline(statement("Allow", "iam:PassRole", "*", `{"Null":{"iam:PassedToService":"false"}}`), allow("ec2:RunInstances", "*")), "escalation"},
		{"named role chain", inline(allow("iam:PassRole", "arn:aws:iam::111122223333:role/*"), allow("ec2:RunInstances", "*")), "escalation"},
		{"path", inline(allow("iam:PassRole", "arn:aws:iam::111122223333:role/app/*"), allow("ec2:RunInstances", "*")), "?"},
		{"createpolicyversion path", inline(allow("iam:CreatePolicyVersion", "arn:aws:iam::*:policy/*")), "escalation"},
		{"user stars", inline(allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}")), "?"},
		{"listy", inline(allow("s3:List*", "*")), "read"},
		{"getstar", inline(allow("*:Get*", "*")), "data_read"},
		{"g*", inline(allow("*:G*", "*")), "write"},
		{"readonly*", inline(allow("*:List*", "*"), allow("*:Describe*", "*")), "read"},
		{"all but delete", inline(allow("!*:Delete*", "*")), "admin"},
		{"spaces in action", inline(allow("iam:PutRolePolicy ", "*")), "?"},
		{"denied by two regions", inline(allow("ssm:StartSession", "*"), statement("Deny", "*", "*", `{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1"]}}`)), "escalation"},
		{"ec2 on all of a tag", inline(statement("Allow", "ssm:SendCommand", "*", `{"StringEquals":{"aws:ResourceTag/env":"dev"}}`)), "escalation"},
		{"sqs receive", inline(allow("sqs:ReceiveMessage", "*")), "?"},
		{"getfed", inline(allow("sts:GetFederationToken", "*")), "?"},
		{"boundary perms", inline(allow("iam:DeleteRolePermissionsBoundary", "*")), "?"},
		{"codecommit", inline(allow("codecommit:GitPull", "*")), "?"},
		{"i-*", inline(allow("ssm:StartSession", "arn:aws:ec2:*:*:instance/i-*")), "escalation"},
		{"vol-*", inline(allow("ec2:DeleteVolume", "arn:aws:ec2:*:*:volume/vol-*")), "write"},
		{"i-0abc*", inline(allow("ssm:StartSession", "arn:aws:ec2:*:*:instance/i-0abc*")), "limited"},
		{"secret -??????", inline(allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:*-??????")), "data_read"},
		{"task *:*", inline(allow("iam:PassRole", "*"), allow("ecs:RunTask", "arn:aws:ecs:*:*:task-definition/*:*")), "escalation"},
		{"task *", inline(allow("iam:PassRole", "*"), allow("ecs:RunTask", "arn:aws:ecs:*:*:task-definition/*")), "escalation"},
		{"stack */*", inline(allow("iam:PassRole", "*"), allow("cloudformation:CreateStack", "arn:aws:cloudformation:*:*:stack/*/*")), "escalation"},
		{"service */*", inline(allow("iam:PassRole", "*"), allow("ecs:RegisterTaskDefinition", "*"), allow("ecs:UpdateService", "arn:aws:ecs:*:*:service/*/*")), "escalation"},
		{"run i-*", inline(allow("iam:PassRole", "*"), allow("ec2:RunInstances", "arn:aws:ec2:*:*:instance/i-*")), "?"},
		{"snap", inline(allow("ebs:GetSnapshotBlock", "arn:aws:ec2:*::snapshot/*")), "data_read"},
		{"actions intersect", func(w *world, r *role) {
			w.managed("arn:aws:iam::111122223333:policy/b", allow("sqs:Send*", "*"))
			r.inline, r.boundary = []string{allow("sqs:*Message", "*")}, "arn:aws:iam::111122223333:policy/b"
		}, "write"},
		{"resources intersect", func(w *world, r *role) {
			w.managed("arn:aws:iam::111122223333:policy/b", allow("*", "arn:aws:s3:::*-prod/*"))
			r.inline, r.boundary = []string{allow("s3:GetObject", "arn:aws:s3:::app-*")}, "arn:aws:iam::111122223333:policy/b"
		}, "limited"},
		{"gov arn", inline(allow("iam:PutRolePolicy", "arn:aws-us-gov:iam::*:role/*")), "?"},
	} {
		w := newWorld(t)
		w.profile()
		r := role{}
		c.role(w, &r)
		w.role(r)
		t.Logf("%-40s want %-20s got %s", c.about, c.want, spelled(w.identity()))
	}
}
