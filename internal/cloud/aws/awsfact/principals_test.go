package awsfact_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

func TestPrincipalOfARole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile()
	w.role(role{session: "3600", inline: []string{allow("s3:*", "*"), allow("ec2:*", "arn:aws:ec2:*:*:instance/i-1"), allow("!iam:*", "*")}})
	p := w.principal("web")
	want := estate.Subject{Kind: estate.KindPrincipal, Provider: "aws", Account: account, Region: "global", UID: roleARN, ID: "web", Name: "web", Parent: "aws:" + account + ":global"}
	if diff := cmp.Diff(want, p.Subject); diff != "" {
		t.Error(diff)
	}
	facts := []any{p.Type, told(p.Workloads), told(p.Managed), told(p.Power), told(p.AtLeast), told(p.MaxSession), told(p.DeniesV1), told(p.Perimeter)}
	if diff := cmp.Diff([]any{"role", true, false, "escalation", "escalation", int64(3600), false, false}, facts); diff != "" {
		t.Error(diff)
	}
	var services []string
	for _, s := range p.Wildcards.Items() {
		services = append(services, s.Service+" by "+s.Policy+" "+s.Path)
	}
	if diff := cmp.Diff([]string{"s3 by p1 /RolePolicyList/0/PolicyDocument"}, services); diff != "" {
		t.Error(diff)
	}
}

func TestWildcardsAreWhatIsLeftOfThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about    string
		policies []string
		want     string
	}{
		{"everything names every service", []string{allow("*", "*")}, "[dynamodb ec2 iam kms lambda rds s3 secretsmanager ssm sts]"},
		{"one service", []string{allow("kms:*", "*")}, "[kms]"},
		{"one service of which a part is denied", []string{allow("kms:*", "*"), deny("kms:Decrypt", "*")}, "[kms]"},
		{"one service that is denied", []string{allow("kms:*", "*"), deny("kms:*", "*")}, "[]"},
		{"one service on one thing", []string{allow("s3:*", "arn:aws:s3:::one/*")}, "[]"},
		{"a verb of one service", []string{allow("s3:Get*", "*")}, "[]"},
		{"a service of little worth", []string{allow("logs:*", "*")}, "[]"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.role(role{inline: c.policies})
			services := []string{}
			for _, s := range w.principal("web").Wildcards.Items() {
				services = append(services, s.Service)
			}
			if got := fmt.Sprint(services); got != c.want {
				t.Errorf("want %s, got %s", c.want, got)
			}
		})
	}
}

func TestHowLongASessionOfARoleMayLast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about string
		world func(*world)
		want  any
	}{
		{"the listing says it", func(w *world) { w.role(role{session: "43200"}) }, int64(43200)},
		{"the listing says no number", func(w *world) { w.role(role{session: "long"}) }, "? unknown_value long"},
		{"the listing does not name the role", func(w *world) { w.role(role{}) }, "? absent " + roleARN},
		{"the listing was refused", func(w *world) {
			w.role(role{})
			w.answer(awsfact.CallRoles, "", snapshot.Refused, "AccessDenied")
		}, "? denied AccessDenied"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.world(w)
			if got := told(w.principal("web").MaxSession); got != c.want {
				t.Errorf("want %v, got %v", c.want, got)
			}
		})
	}
}

func TestWhetherWorkloadsMayBecomeARole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about string
		world func(*world)
		want  any
	}{
		{"a profile holds it", func(w *world) { w.role(role{}); w.profile() }, true},
		{"no profile holds it", func(w *world) { w.role(role{}) }, false},
		{"its own document names a profile", func(w *world) {
			w.role(role{also: object{"InstanceProfileList": []object{{"Arn": profileARN}}}})
			w.answer(awsfact.CallProfiles, "", snapshot.Refused, "AccessDenied")
		}, true},
		{"its own document names none", func(w *world) {
			w.role(role{also: object{"InstanceProfileList": json0}})
			w.answer(awsfact.CallProfiles, "", snapshot.Refused, "AccessDenied")
		}, false},
		{"nobody tells", func(w *world) {
			w.role(role{})
			w.answer(awsfact.CallProfiles, "", snapshot.Refused, "AccessDenied")
		}, "? denied AccessDenied"},
		{"a profile that cannot be read", func(w *world) {
			w.role(role{})
			w.add(awsfact.KindProfile, awsfact.CallProfiles, profileARN, "web", object{"Arn": profileARN})
		}, "? absent /Roles"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.world(w)
			if got := told(w.principal("web").Workloads); got != c.want {
				t.Errorf("want %v, got %v", c.want, got)
			}
		})
	}
}

func TestTrust(t *testing.T) {
	t.Parallel()
	trust := func(principal, more string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"` + more + `}]}`
	}
	for _, c := range []struct{ about, policy, want string }{
		{"EC2", trustEC2, "[service ec2.amazonaws.com]"},
		{"two services", trust(`{"Service":["ec2.amazonaws.com","ec2.amazonaws.com.cn"]}`, ""), "[service ec2.amazonaws.com service ec2.amazonaws.com.cn]"},
		{"anyone", trust(`"*"`, ""), "[anyone * outside]"},
		{"anyone of AWS", trust(`{"AWS":"*"}`, ""), "[anyone * outside]"},
		{"its own account", trust(`{"AWS":"arn:aws:iam::111122223333:root"}`, ""), "[account arn:aws:iam::111122223333:root]"},
		{"another account, by ARN and number", trust(`{"AWS":["arn:aws:iam::999988887777:root","999988887777"]}`, ""), "[account arn:aws:iam::999988887777:root outside account 999988887777 outside]"},
		{"its own account by number", trust(`{"AWS":"111122223333"}`, ""), "[account 111122223333]"},
		{"somebody who was deleted", trust(`{"AWS":"AROAEXAMPLE"}`, ""), "[account AROAEXAMPLE]"},
		{"with an external id", trust(`{"AWS":"999988887777"}`, `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`), "[account 999988887777 outside guarded]"},
		{"a web identity", `{"Statement":{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}}`, "[federated cognito-identity.amazonaws.com]"},
		{"everyone but one", `{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"sts:*"}}`, "[anyone everyone but arn:aws:iam::999988887777:root outside]"},
		{"tagging alone", `{"Statement":{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"sts:TagSession"}}`, "[]"},
		{"a denial", `{"Statement":{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}}`, "[]"},
		{"all but another action", `{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"NotAction":"sts:TagSession"}}`, "[service ec2.amazonaws.com]"},
		{"a kind of principal nobody knows", trust(`{"Robot":"x"}`, ""), "[] and more"},
		{"no principal", `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}`, "[] and more"},
		{"no JSON", "{", "[] and more"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.role(role{trust: c.policy})
			l := w.principal("web").Trust
			var words []string
			for _, one := range l.Items() {
				s := one.Type + " " + one.Principal
				if one.Outside {
					s += " outside"
				}
				if one.Guarded {
					s += " guarded"
				}
				words = append(words, s)
			}
			got := fmt.Sprint(words)
			if !l.Whole() {
				got += " and more"
			}
			if got != c.want {
				t.Errorf("want %s, got %s", c.want, got)
			}
		})
	}
}

// The denials that AWS publishes.
const (
	denyV1    = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"ec2:RoleDelivery":"2.0"}}}]}`
	denyVPC   = `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:Ec2InstanceSourceVpc":"${aws:SourceVpc}"},"Null":{"ec2:SourceInstanceARN":"false"},"BoolIfExists":{"aws:ViaAWSService":"false"}}}`
	denyOther = `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:ec2InstanceSourcePrivateIPv4":"${aws:vpcSourceIp}"},"Null":{"ec2:SourceInstanceARN":false},"BoolIfExists":{"aws:ViaAWSService":"false"},"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::*:role/aws:ec2-infrastructure"}}}`
)

func policyOf(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

func TestDenialsThatGuardCredentials(t *testing.T) {
	t.Parallel()
	v1 := func(more, condition string) string {
		return policyOf(`{"Effect":"Deny",` + more + `,"Condition":{` + condition + `}}`)
	}
	const all, below = `"Action":"*","Resource":"*"`, `"NumericLessThan":{"ec2:RoleDelivery":"2.0"}`
	for _, c := range []struct {
		about string
		world func(*world)
		want  []any // DeniesV1, Perimeter
	}{
		{"none", func(w *world) { w.role(role{}) }, []any{false, false}},
		{"below 2.0", func(w *world) { w.role(role{inline: []string{denyV1}}) }, []any{true, false}},
		{"below 2, if told, as a number", func(w *world) {
			w.role(role{inline: []string{v1(all, `"NumericLessThanIfExists":{"EC2:roledelivery":2}`)}})
		}, []any{true, false}},
		{"below 1", func(w *world) {
			w.role(role{inline: []string{v1(all, `"NumericLessThan":{"ec2:RoleDelivery":"1.0"}`)}})
		}, []any{false, false}},
		{"for one service", func(w *world) { w.role(role{inline: []string{v1(`"Action":"s3:*","Resource":"*"`, below)}}) }, []any{false, false}},
		{"on one bucket", func(w *world) {
			w.role(role{inline: []string{v1(`"Action":"*","Resource":"arn:aws:s3:::one"`, below)}})
		}, []any{false, false}},
		{"under another condition too", func(w *world) {
			w.role(role{inline: []string{v1(all, below+`,"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`)}})
		}, []any{false, false}},
		{"allowed, not denied", func(w *world) {
			w.role(role{inline: []string{policyOf(`{"Effect":"Allow",` + all + `,"Condition":{` + below + `}}`)}})
		}, []any{false, false}},
		{"in an attached policy", func(w *world) { w.managed(adminARN, denyV1); w.role(role{attached: []string{adminARN}}) }, []any{true, false}},
		{"in the boundary", func(w *world) { w.managed(adminARN, denyV1); w.role(role{boundary: adminARN}) }, []any{true, false}},
		{"in a control policy", func(w *world) { w.role(role{}); w.organise([]string{denyV1}, nil, nil) }, []any{true, false}},
		{"in a control policy that may not bind the account", func(w *world) {
			w.role(role{})
			w.organise([]string{denyV1}, nil, nil)
			w.resources = without(w.resources, "arn:aws:organizations::999988887777:organization/o-1")
			w.answer(awsfact.CallOrganization, "", snapshot.Refused, "AccessDeniedException")
		}, []any{"? denied AccessDeniedException", false}},
		{"control policies are readable and have none", func(w *world) { w.role(role{}); w.organise([]string{allow("*", "*")}, nil, nil) }, []any{false, false}},
		{"control policies are not readable", func(w *world) {
			w.role(role{})
			w.answer(awsfact.CallOrganization, "", snapshot.Refused, "AccessDeniedException")
			w.answer(awsfact.CallPoliciesForTarget, account, snapshot.Refused, "AccessDeniedException")
		}, []any{"? denied AccessDeniedException", "? denied AccessDeniedException"}},
		{"control policies are not readable, and it has both itself", func(w *world) {
			w.role(role{inline: []string{denyV1, policyOf(denyVPC + "," + denyOther)}})
			w.answer(awsfact.CallOrganization, "", snapshot.Refused, "AccessDeniedException")
		}, []any{true, true}},
		{"a policy is not readable", func(w *world) { w.role(role{attached: []string{adminARN}}) }, []any{"? absent " + adminARN, "? absent " + adminARN}},
		{"both halves of the perimeter", func(w *world) { w.role(role{inline: []string{policyOf(denyVPC + "," + denyOther)}}) }, []any{false, true}},
		{"both halves in two policies", func(w *world) { w.role(role{inline: []string{policyOf(denyVPC), policyOf(denyOther)}}) }, []any{false, true}},
		{"the VPC alone", func(w *world) { w.role(role{inline: []string{policyOf(denyVPC)}}) }, []any{false, false}},
		{"the address alone", func(w *world) { w.role(role{inline: []string{policyOf(denyOther)}}) }, []any{false, false}},
		{"both in one statement deny only where both differ", func(w *world) {
			w.role(role{inline: []string{v1(all, `"StringNotEquals":{"aws:Ec2InstanceSourceVpc":"${aws:SourceVpc}","aws:Ec2InstanceSourcePrivateIPv4":"${aws:VpcSourceIp}"}`)}})
		}, []any{false, false}},
		{"another exception", func(w *world) {
			w.role(role{inline: []string{policyOf(denyVPC), v1(all, `"StringNotEquals":{"aws:Ec2InstanceSourcePrivateIPv4":"${aws:VpcSourceIp}"},"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}`)}})
		}, []any{false, false}},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.world(w)
			p := w.principal("web")
			if diff := cmp.Diff(c.want, []any{told(p.DeniesV1), told(p.Perimeter)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAUserHasWhatItsGroupsHave: and a group that nobody listed may have
// anything.
func TestAUserHasWhatItsGroupsHave(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		listed bool
		want   string
	}{"a listed group": {true, "admin"}, "a group that is in no listing": {false, "? absent group ops"}} {
		w := newWorld(t)
		arn := "arn:aws:iam::" + account + ":user/ann"
		w.add(awsfact.KindUser, awsfact.CallAuthorization, arn, "ann", object{"Arn": arn, "UserName": "ann", "Path": "/",
			"UserPolicyList": json0, "AttachedManagedPolicies": json0, "GroupList": []string{"ops"}})
		if c.listed {
			w.add(awsfact.KindIAMGroup, awsfact.CallAuthorization, arn+"-group", "ops", object{"Arn": arn + "-group", "GroupName": "ops",
				"GroupPolicyList": inlines([]string{allow("*", "*")}), "AttachedManagedPolicies": json0})
		}
		p := w.principal("ann")
		if told(p.Power) != c.want || p.Type != "user" || told(p.Workloads) != false {
			t.Errorf("%s: power %v, %s, workloads %v", about, told(p.Power), p.Type, told(p.Workloads))
		}
	}
}
