package awsfact_test

import (
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

// another is a role of the account, beside the one that the instance has.
func (w *world) another(name, trust string, policies ...string) {
	w.t.Helper()
	arn := "arn:aws:iam::" + account + ":role/" + name
	w.add(awsfact.KindRole, awsfact.CallAuthorization, arn, name, object{
		"Arn": arn, "RoleName": name, "Path": "/", "MaxSessionDuration": "3600", "AssumeRolePolicyDocument": encoded(trust),
		"RolePolicyList": inlines(policies), "AttachedManagedPolicies": []object{},
	})
}

// TestPowerThroughNamedRoles: who may become a role, or run something with it,
// may do what the role may do. An administrator's role is an escalation.
func TestPowerThroughNamedRoles(t *testing.T) {
	t.Parallel()
	trusts := func(principal, condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal + condition + `}]}`
	}
	var (
		root     = trusts(`{"AWS":"arn:aws:iam::111122223333:root"}`, "")
		byNumber = trusts(`{"AWS":"111122223333"}`, "")
		byName   = trusts(`{"AWS":"`+roleARN+`"}`, "")
		stranger = trusts(`{"AWS":"arn:aws:iam::999988887777:root"}`, "")
		secret   = trusts(`{"AWS":"arn:aws:iam::111122223333:root"}`, `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`)
		all      = allow("*", "*")
	)
	become := func(name string) string { return allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/"+name) }
	pass := func(name string) string { return allow("iam:PassRole", "arn:aws:iam::111122223333:role/"+name) }
	for _, c := range []struct {
		about string
		own   []string
		roles func(*world)
		want  string
	}{
		{"becoming an administrator", []string{become("admin")}, func(w *world) { w.another("admin", root, all) }, "escalation p1#1"},
		{"becoming an administrator, with his name among others", []string{become("adm*")}, func(w *world) { w.another("admin", byNumber, all) }, "escalation p1#1"},
		{"becoming an administrator who trusts this role", []string{become("admin")}, func(w *world) { w.another("admin", byName, all) }, "escalation p1#1"},
		{"becoming an administrator who trusts another account", []string{become("admin")}, func(w *world) { w.another("admin", stranger, all) }, "limited p1#1"},
		{"becoming an administrator who trusts EC2", []string{become("admin")}, func(w *world) { w.another("admin", trustEC2, all) }, "limited p1#1"},
		{"becoming an administrator with an external id", []string{become("admin")}, func(w *world) { w.another("admin", secret, all) }, "escalation, at least limited p1#1?"},
		{"becoming an administrator, denied", []string{become("*"), deny("sts:AssumeRole", "arn:aws:iam::*:role/*")}, func(w *world) { w.another("admin", root, all) }, "none"},
		{"becoming all roles but one, which is the administrator's", []string{allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/a*"), deny("sts:*", "arn:aws:iam::*:role/admin")},
			func(w *world) { w.another("admin", root, all) }, "limited p1#1"},
		{"becoming a role that reads data", []string{become("reader")}, func(w *world) { w.another("reader", root, allow("s3:GetObject", "*")) }, "data_read p1#1"},
		{"becoming a role that does less", []string{become("idle"), allow("s3:GetObject", "*")}, func(w *world) { w.another("idle", root, allow("logs:*", "*")) }, "data_read p2#1"},
		{"one role after the other", []string{become("first")}, func(w *world) {
			w.another("first", root, become("second"))
			w.another("second", root, all)
		}, "escalation p1#1"},
		{"roles that become each other", []string{become("first")}, func(w *world) {
			w.another("first", root, become("second"), become("team/web"))
			w.another("second", root, become("first"))
		}, "limited p1#1"},
		{"passing an administrator's role to a new instance", []string{pass("admin"), allow("ec2:RunInstances", "*")}, func(w *world) { w.another("admin", trustEC2, all) }, "escalation p2#1 p1#1"},
		{"passing a role that trusts another service", []string{pass("admin"), allow("ec2:RunInstances", "*")}, func(w *world) { w.another("admin", root, all) }, "write p2#1"},
		{"passing a role with nothing to run", []string{pass("admin")}, func(w *world) { w.another("admin", trustEC2, all) }, "limited p1#1"},
		{"passing a role to another service than trusts it", []string{statement("Allow", "iam:PassRole", "arn:aws:iam::111122223333:role/admin", `{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}`), allow("ec2:RunInstances", "*")},
			func(w *world) { w.another("admin", trustEC2, all) }, "write p2#1"},
		{"a role of which a policy cannot be read", []string{become("admin")}, func(w *world) { w.another("admin", root, "{") }, "? unreadable p1: EOF, at least limited p1#1"},
		{"a role whose trust cannot be read", []string{become("admin")}, func(w *world) { w.another("admin", "{", all) }, "? unreadable trust policy: EOF, at least limited p1#1"},
		{"a role that may lose all to a denial that cannot be read", []string{become("admin")}, func(w *world) {
			w.another("admin", root, all, `{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*","Unless":"x"}}`)
		}, "? unreadable p2: statement 1: an element Unless, at least limited p1#1"},
		{"a role that nobody listed", []string{become("gone")}, func(*world) {}, "limited p1#1"},
		{"a role that may be among those not listed", []string{become("gone")}, func(w *world) {
			w.answer(awsfact.CallAuthorization, awsfact.SubjectRole, snapshot.Partial, "Throttling")
		}, "? throttled Throttling, at least limited p1#1"},
		{"a role of another account is not ours to read", []string{allow("sts:AssumeRole", "arn:aws:iam::999988887777:role/admin")}, func(*world) {}, "limited p1#1"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile()
			w.role(role{inline: c.own})
			c.roles(w)
			if got := spelled(w.identity()); got != c.want {
				t.Errorf("want %s\n got %s", c.want, got)
			}
		})
	}
}

// TestWhatIsNotKnownOfAnotherRoleIsNotMissingHere: a service that is allowed
// whole is a matter of the role's own policies.
func TestWhatIsNotKnownOfAnotherRoleIsNotMissingHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile()
	w.role(role{inline: []string{allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/admin")}})
	w.another("admin", `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111122223333"}}}`, "{")
	p := w.principal("web")
	if p.Power.Known() || p.Grants.Whole() || !p.Wildcards.Whole() {
		t.Errorf("power %v, grants whole %v, wildcards whole %v", told(p.Power), p.Grants.Whole(), p.Wildcards.Whole())
	}
}

func TestAWayThroughARoleIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile()
	w.role(role{inline: []string{allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/admin")}})
	w.another("admin", `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111122223333"}}}`, allow("*", "*"))
	g := w.identity().Grants.Items()
	if len(g) != 1 || g[0].Level != "escalation" || g[0].Action != "sts:AssumeRole" || !strings.Contains(g[0].Why, "becomes admin") {
		t.Errorf("%+v", g)
	}
}
