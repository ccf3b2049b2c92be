package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
)

func TestWhatAProfileMayDo(t *testing.T) {
	t.Parallel()
	const custom = "crn:v1:bluemix:public:iam-access-management::a/" + account + "::customRole:Own"
	role := func(actions ...string) func(*world) {
		return func(w *world) {
			w.add(ibmfact.KindRole, ibmfact.CallRoles, snapshotGlobal, "", doc{"id": "own", "crn": custom, "display_name": "Own", "actions": actions})
			w.policy("a", "iam-P1", custom, "serviceName", "cloud-object-storage")
		}
	}
	gives := func(role string, attributes ...string) func(*world) {
		return func(w *world) { w.policy("a", "iam-P1", role, attributes...) }
	}
	for _, c := range []struct {
		name           string
		make           func(*world)
		power, atLeast any
	}{
		{"nothing", func(*world) {}, "none", "none"},
		{"somebody else's policy", func(w *world) { w.policy("a", "iam-P2", "Administrator", "serviceType", "service") }, "none", "none"},
		{"Administrator on all services", gives("Administrator", "serviceType", "service"), "admin", "admin"},
		{"Administrator on all account management", gives("Administrator", "serviceType", "platform_service"), "admin", "admin"},
		{"Administrator on everything", gives("Administrator"), "admin", "admin"},
		{"Administrator on IAM", gives("Administrator", "service_group_id", "IAM"), "admin", "admin"},
		{"Administrator on all services of a resource group", gives("Administrator", "serviceType", "service", "resourceGroupId", "rg-1"), "write", "write"},
		{"Editor on IAM identity", gives("Editor", "serviceName", "iam-identity"), "escalation", "escalation"},
		{"Operator on IAM identity makes API keys of service ids", gives("Operator", "serviceName", "iam-identity"), "escalation", "escalation"},
		{"Editor on access groups", gives("Editor", "serviceName", "iam-groups"), "escalation", "escalation"},
		{"Editor on all services", gives("Editor", "serviceType", "service"), "write", "write"},
		{"Editor on VPC infrastructure", gives("Editor", "serviceName", "is"), "write", "write"},
		{"Administrator on object storage", gives("Administrator", "serviceName", "cloud-object-storage"), "write", "write"},
		{"Writer on key protect", gives("Writer", "serviceName", "kms"), "write", "write"},
		{"Writer on one bucket", gives("Writer", "serviceName", "cloud-object-storage", "serviceInstance", "i", "resourceType", "bucket", "resource", "b"), "limited", "limited"},
		{"Reader on object storage", gives("Reader", "serviceName", "cloud-object-storage"), "data_read", "data_read"},
		{"Reader on secrets manager", gives("Reader", "serviceName", "secrets-manager"), "data_read", "data_read"},
		{"SecretsReader on secrets manager", gives("SecretsReader", "serviceName", "secrets-manager"), "data_read", "data_read"},
		{"Reader on all services", gives("Reader", "serviceType", "service"), "data_read", "data_read"},
		{"Reader on VPC infrastructure", gives("Reader", "serviceName", "is"), "read", "read"},
		{"Viewer on all services", gives("Viewer", "serviceType", "service"), "read", "read"},
		{"Viewer on IAM", gives("Viewer", "serviceName", "iam-identity"), "read", "read"},
		{"Writer on logs", gives("Writer", "serviceName", "logs"), "limited", "limited"},
		{"Writer on a service that nobody knows", gives("Writer", "serviceName", "teapot"), "? unknown_value Writer on teapot", "limited"},
		{"a role that nobody knows", gives("crn:v1:bluemix:public:is::::serviceRole:Juggler", "serviceName", "is"), "? unknown_value Juggler on is", "limited"},
		{"an attribute of one service that is not known", gives("Editor", "serviceName", "is", "vpcId", "*"), "? unknown_value vpcId *", "none"},
		{"a custom role that lists objects", role("cloud-object-storage.bucket.list"), "read", "read"},
		{"a custom role that makes API keys", role("iam-identity.apikey.create"), "escalation", "escalation"},
		{"a custom role that deletes objects", role("cloud-object-storage.object.delete"), "write", "write"},
		{"a custom role that was refused", func(w *world) {
			role("cloud-object-storage.bucket.list")(w)
			w.refuse(ibmfact.CallRoles)
		}, "? denied not_authorized", "none"},
		{"a condition is taken to be met", func(w *world) {
			w.policy("a", "iam-P1", "Administrator", "serviceType", "service")
			w.change("/policy/a", func(d doc) {
				d["rule"] = doc{"key": "{{environment.attributes.day_of_week}}", "operator": "dayOfWeekEquals", "value": "1+00:00"}
			})
		}, "admin", "none"},
		{"a policy that is deleted", func(w *world) {
			w.policy("a", "iam-P1", "Administrator")
			w.change("/policy/a", func(d doc) { d["state"] = "deleted" })
		}, "none", "none"},
		{"a state that nobody knows", func(w *world) {
			w.policy("a", "iam-P1", "Administrator")
			w.change("/policy/a", func(d doc) { d["state"] = "asleep" })
		}, "? unknown_value asleep", "none"},
		{"an access group's policy", func(w *world) {
			w.accessGroup("AccessGroupId-1", "iam-P1")
			w.policy("a", "AccessGroupId-1", "Administrator")
		}, "admin", "admin"},
		{"an access group that it is not in", func(w *world) {
			w.accessGroup("AccessGroupId-1", "iam-P2")
			w.policy("a", "AccessGroupId-1", "Administrator")
		}, "none", "none"},
		{"members were refused", func(w *world) {
			w.accessGroup("AccessGroupId-1", "iam-P1")
			w.policy("a", "AccessGroupId-1", "Viewer", "serviceName", "is")
			w.refuse(ibmfact.CallGroupMembers)
		}, "? denied not_authorized", "none"},
		{"policies were refused", func(w *world) {
			w.policy("a", "iam-P1", "Administrator")
			w.refuse(ibmfact.CallPolicies)
		}, "? denied not_authorized", "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile("P1")
			c.make(w)
			p := object[*estate.Principal](w, ":P1")
			if told(p.Power) != c.power || told(p.AtLeast) != c.atLeast {
				t.Errorf("%v, at least %v; want %v, at least %v; %+v", told(p.Power), told(p.AtLeast), c.power, c.atLeast, p.Grants.Items())
			}
		})
	}
}

// accessGroup makes an access group with a member.
func (w *world) accessGroup(id, member string) {
	uid := "crn:v1:bluemix:public:iam-groups::a/" + account + "::access-group:" + id
	w.add(ibmfact.KindAccessGroup, ibmfact.CallAccessGroups, snapshotGlobal, "", doc{"id": id, "crn": uid, "name": id})
	w.add(ibmfact.KindGroupMember, ibmfact.CallGroupMembers, snapshotGlobal, "", doc{"iam_id": member, "type": "profile", "^": doc{"access_group_id": id, "access_group_crn": uid}})
}

func TestWhoeverMayCreateServersMayClimb(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		make  func(*world)
		climb any
	}{
		{"an editor of servers, and a rule for a VPC", func(w *world) {
			w.claim("P1", "r", "VSI", "vpc_id", "EQUALS", `"r006-vpc"`)
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is")
		}, true},
		{"an administrator has as much already", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.policy("b", "IBMid-1", "Administrator")
		}, false},
		{"a viewer creates nothing", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.policy("b", "IBMid-1", "Viewer", "serviceName", "is")
		}, false},
		{"a rule for one server", func(w *world) {
			w.claim("P1", "r", "VSI", "resource", "EQUALS", `"0717-web"`)
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is")
		}, false},
		{"an editor of another resource group", func(w *world) {
			w.claim("P1", "r", "VSI", "resource_group_id", "EQUALS", `"rg-1"`)
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is", "resourceGroupId", "rg-2")
		}, false},
		{"an editor of that resource group", func(w *world) {
			w.claim("P1", "r", "VSI", "resource_group_id", "EQUALS", `"rg-1"`)
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is", "resourceGroupId", "rg-1")
		}, true},
		{"a rule for service accounts", func(w *world) {
			w.claim("P1", "r", "IKS_SA")
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is")
		}, false},
		{"the claim rules were refused", func(w *world) {
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is")
			w.refuse(ibmfact.CallClaimRules)
		}, "? denied not_authorized"},
		{"the policies were refused", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.refuse(ibmfact.CallPolicies)
		}, "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile("P1")
			w.policy("a", "iam-P1", "Administrator", "serviceType", "service")
			c.make(w)
			if p := object[*estate.Principal](w, ":P1"); told(p.Climb) != c.climb {
				t.Errorf("%v, want %v", told(p.Climb), c.climb)
			}
		})
	}
}

func TestHowWideAClaimRuleIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, compute  string
		conditions     []string
		scope          string
		narrow, anyone any
	}{
		{"no condition", "VSI", nil, "any", false, true},
		{"a region", "VSI", []string{"region", "EQUALS", `"us-south"`}, "region", false, false},
		{"a VPC", "VSI", []string{"vpc_id", "EQUALS", `"v"`}, "vpc", false, false},
		{"a resource group", "VSI", []string{"resource_group_id", "IN", `["a","b"]`}, "resource_group", false, false},
		{"an instance group, whose name anybody may take", "VSI", []string{"instance_group_name", "EQUALS", `"web"`}, "instance_group", false, false},
		{"a subnet", "VSI", []string{"subnet_id", "EQUALS", `"s"`}, "subnet", true, false},
		{"a server", "VSI", []string{"resource", "EQUALS", `"i"`}, "resource", true, false},
		{"all but one VPC", "VSI", []string{"vpc_id", "NOT_EQUALS", `"v"`}, "any", false, false},
		{"a claim that nobody knows", "VSI", []string{"colour", "EQUALS", `"red"`}, "any", `? unknown_value colour EQUALS "red"`, `? unknown_value colour EQUALS "red"`},
		{"a cluster", "IKS_SA", []string{"service_instance", "EQUALS", `"c"`}, "resource", false, false},
		{"a namespace", "ROKS_SA", []string{"service_instance", "EQUALS", `"c"`, "namespace", "EQUALS", `"n"`}, "resource", false, false},
		{"a service account", "IKS_SA", []string{"service_instance", "EQUALS", `"c"`, "namespace", "EQUALS", `"n"`, "name", "EQUALS", `"a"`}, "service_account", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile("P1")
			w.claim("P1", "r", c.compute, c.conditions...)
			p := object[*estate.Principal](w, ":P1")
			is := p.Claims.Items()[0]
			if is.Scope != c.scope || told(is.Narrow) != c.narrow || told(p.Anyone) != c.anyone || told(p.Workloads) != true {
				t.Errorf("%s, narrow %v, anyone %v, workloads %v; want %s, %v, %v", is.Scope, told(is.Narrow), told(p.Anyone), told(p.Workloads), c.scope, c.narrow, c.anyone)
			}
		})
	}
}
