package awsfact_test

import (
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/cloud/aws/awsfact"
)

// TestPatternsOfResources: which patterns take in everything of a kind, however
// they are spelled, and which are a choice.
func TestPatternsOfResources(t *testing.T) {
	t.Parallel()
	within := func(boundary string, policies ...string) func(*world, *role) {
		const arn = "arn:aws:iam::111122223333:policy/boundary"
		return func(w *world, r *role) {
			w.managed(arn, boundary)
			r.inline, r.boundary = policies, arn
		}
	}
	inline := func(policies ...string) func(*world, *role) {
		return func(_ *world, r *role) { r.inline = policies }
	}
	shell := func(on string) func(*world, *role) { return inline(allow("ssm:StartSession", on)) }
	using := func(action, on string) func(*world, *role) {
		return inline(allow("iam:PassRole", "*"), allow("ecs:RegisterTaskDefinition", "*"), allow(action, on))
	}
	for _, c := range []struct {
		about string
		role  func(*world, *role)
		want  string
	}{
		{"instances of the regions of a continent", shell("arn:aws:ec2:eu-*:111122223333:instance/*"), "escalation p1#1"},
		{"a pattern that ends early", shell("arn:aws:ec2:eu-west-1:*"), "escalation p1#1"},
		{"a pattern that ends in a region", shell("arn:aws:ec2:eu-*"), "escalation p1#1"},
		{"ids that begin as all ids do", shell("arn:aws:ec2:*:*:instance/i-*"), "escalation p1#1"},
		{"ids that begin alike", shell("arn:aws:ec2:*:*:instance/i-0abc*"), "limited p1#1"},
		{"instances of a continent, of which one region is denied", inline(allow("ssm:StartSession", "arn:aws:ec2:eu-*:*:*"), deny("*", "arn:aws:ec2:eu-west-1:*:*")), "escalation p1#1"},
		{"instances of a continent, which is denied", inline(allow("ssm:StartSession", "arn:aws:ec2:eu-*:*:*"), deny("*", "arn:aws:ec2:eu-*:*:*")), "none"},
		{"launching on ids, which a new instance does not have", inline(allow("iam:PassRole", "*"), allow("ec2:RunInstances", "arn:aws:ec2:*:*:instance/i-*")), "limited p1#1 p2#1"},
		{"roles of the account that the role is of", inline(allow("iam:PutRolePolicy", "arn:aws:iam::${aws:PrincipalAccount}:role/*")), "escalation p1#1"},
		{"the same in other letters", inline(allow("iam:PutRolePolicy", "arn:aws:iam::${AWS:principalaccount}:role/*")), "escalation p1#1"},
		{"the same in a version without variables", inline(`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"iam:PutRolePolicy","Resource":"arn:aws:iam::${aws:PrincipalAccount}:role/*"}}`), "limited p1#1"},
		{"a denial for the account that the role is of", inline(allow("iam:PutRolePolicy", "*"), deny("iam:*", "arn:aws:iam::${aws:PrincipalAccount}:*")), "none"},
		{"secrets of a continent", inline(allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-*:*:secret:*")), "data_read p1#1"},
		{"secrets with the six characters that all have", inline(allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:*-??????")), "data_read p1#1"},
		{"tasks of every family and revision", using("ecs:RunTask", "arn:aws:ecs:*:*:task-definition/*:*"), "escalation p1#1 p3#1"},
		{"services of every cluster", using("ecs:UpdateService", "arn:aws:ecs:*:*:service/*/*"), "escalation p1#1 p2#1 p3#1"},
		{"stacks with their ids", using("cloudformation:CreateStack", "arn:aws:cloudformation:*:*:stack/*/*"), "escalation p1#1 p3#1"},
		{"every volume by its id", inline(allow("ec2:DeleteVolume", "arn:aws:ec2:*:*:volume/vol-*")), "write p1#1"},
		{"keys whose names begin alike", inline(allow("ec2:DeleteKeyPair", "arn:aws:ec2:*:*:key-pair/dev-*")), "limited p1#1"},
		{"the disks in every snapshot", inline(allow("ebs:GetSnapshotBlock", "arn:aws:ec2:*::snapshot/*")), "data_read p1#1"},
		{"every stream", inline(allow("kinesis:Get*", "*")), "data_read p1#1"},
		{"what changes in every table", inline(allow("dynamodb:GetRecords", "arn:aws:dynamodb:*:*:table/*/stream/*")), "data_read p1#1"},
		{"every warehouse", inline(allow("redshift:GetClusterCredentials", "*")), "data_read p1#1"},

		{"a boundary whose pattern crosses the grant's", within(allow("sqs:Send*", "*"), allow("sqs:*Message", "*")), "write p1#1"},
		{"a boundary whose pattern does not meet the grant's", within(allow("sqs:Send*", "*"), allow("sqs:Receive*", "*")), "none"},
		{"a boundary whose things cross the grant's", within(allow("*", "arn:aws:s3:::*-prod/*"), allow("s3:GetObject", "arn:aws:s3:::app-*")), "limited p1#1"},
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

// TestServicesOfChinaHaveNamesOfTheirOwn: a role is handed to
// ec2.amazonaws.com.cn there.
func TestServicesOfChinaHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ partition, service, want string }{
		{"aws-cn", "ec2.amazonaws.com.cn", "escalation p1#1 p2#1"},
		{"aws-cn", "ec2.amazonaws.com", "escalation p1#1 p2#1"},
		{"aws-cn", "lambda.amazonaws.com", "write p2#1"},
		{"aws", "ec2.amazonaws.com.cn", "write p2#1"},
	} {
		w := newWorld(t)
		w.profile()
		w.add(awsfact.KindIdentity, awsfact.CallIdentity, "identity", "", object{"Arn": "arn:" + c.partition + ":sts::" + account + ":assumed-role/scanner/s"})
		w.role(role{inline: []string{
			statement("Allow", "iam:PassRole", "*", `{"StringEquals":{"iam:PassedToService":"`+c.service+`"}}`), allow("ec2:RunInstances", "*"),
		}})
		if got := spelled(w.identity()); got != c.want {
			t.Errorf("%v: got %s", c, got)
		}
	}
}

// TestWhatTwoPatternsShare: what two patterns are said to share both match.
func TestWhatTwoPatternsShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,6}`)
		a, b := pattern.Draw(t, "a"), pattern.Draw(t, "b")
		one, ok := awsfact.Common(a, b)
		if ok && (!awsfact.Matches(a, one) || !awsfact.Matches(b, one)) {
			t.Fatalf("%s and %s are said to share %q", a, b, one)
		}
		word := rapid.StringMatching(`[ab]{0,6}`).Draw(t, "word")
		if !ok && awsfact.Matches(a, word) && awsfact.Matches(b, word) {
			t.Fatalf("%s and %s share %s", a, b, word)
		}
	})
}
