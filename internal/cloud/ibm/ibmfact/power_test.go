package ibmfact_test

import (
	"strings"
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
	const dateTime, date = "{{environment.attributes.current_date_time}}", "{{environment.attributes.current_date}}"
	when := func(operator string, conditions ...doc) func(*world) {
		return func(w *world) {
			w.policy("a", "iam-P1", "Administrator", "serviceType", "service")
			w.change("/policy/a", func(d doc) { d["rule"] = doc{"operator": operator, "conditions": conditions} })
		}
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
		{"Administrator on a resource group, without a type of service", gives("Administrator", "resourceGroupId", "rg-1"), "write", "write"},
		{"Editor on a resource group", gives("Editor", "resourceGroupId", "rg-1"), "write", "write"},
		{"Operator on a resource group", gives("Operator", "resourceGroupId", "rg-1"), "limited", "limited"},
		{"Administrator of a resource group itself", gives("Administrator", "resourceType", "resource-group", "resource", "rg-1"), "limited", "limited"},
		{"Viewer of a resource group itself", gives("Viewer", "resourceType", "resource-group", "resource", "rg-1"), "limited", "limited"},
		{"Editor on both types of services", func(w *world) {
			w.policy("a", "iam-P1", "Editor", "serviceType", "service")
			w.anyOf("a", "serviceType", "service", "platform_service")
		}, "escalation", "escalation"},
		{"Editor on the types of services the other way about", func(w *world) {
			w.policy("a", "iam-P1", "Editor", "serviceType", "service")
			w.anyOf("a", "serviceType", "platform_service", "service")
		}, "escalation", "escalation"},
		{"Editor on a type of services that nobody knows beside one that is known", func(w *world) {
			w.policy("a", "iam-P1", "Editor", "serviceType", "service")
			w.anyOf("a", "serviceType", "service", "saas")
		}, "? unknown_value serviceType saas", "none"},
		{"a time that has ended", when("and", doc{"key": dateTime, "operator": "dateTimeGreaterThanOrEquals", "value": "2026-01-01T00:00:00+00:00"},
			doc{"key": dateTime, "operator": "dateTimeLessThan", "value": "2026-11-22T00:00:00+00:00"}), "none", "none"},
		{"a time that runs", when("and", doc{"key": dateTime, "operator": "dateTimeGreaterThanOrEquals", "value": "2026-11-22T00:00:00+00:00"},
			doc{"key": dateTime, "operator": "dateTimeLessThanOrEquals", "value": "2026-11-22T01:00:00+01:00"}), "admin", "none"},
		{"a time that has not begun", when("and", doc{"key": dateTime, "operator": "dateTimeGreaterThan", "value": "2026-11-22T00:00:00+00:00"}),
			"? unknown_value the policy a has not begun yet", "none"},
		{"one time has ended, another runs, and one is enough", when("or", doc{"key": dateTime, "operator": "dateTimeLessThan", "value": "2026-01-01T00:00:00+00:00"},
			doc{"key": dateTime, "operator": "dateTimeLessThan", "value": "2027-01-01T00:00:00+00:00"}), "admin", "none"},
		{"its last day", when("and", doc{"key": date, "operator": "dateLessThanOrEquals", "value": "2026-11-22+00:00"}), "admin", "none"},
		{"the day after its last", when("and", doc{"key": date, "operator": "dateLessThanOrEquals", "value": "2026-11-21+00:00"}), "none", "none"},
		{"a time that nobody can read", when("and", doc{"key": dateTime, "operator": "dateTimeLessThan", "value": "some day"}), "admin", "none"},
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
		{"Manager on all services has every secret, key and cluster", gives("Manager", "serviceType", "service"), "admin", "admin"},
		{"Manager on everything", gives("Manager"), "admin", "admin"},
		{"Manager on all services of a resource group", gives("Manager", "serviceType", "service", "resourceGroupId", "rg-1"), "write", "write"},
		{"Manager on object storage", gives("Manager", "serviceName", "cloud-object-storage"), "write", "write"},
		{"Writer on all services", gives("Writer", "serviceType", "service"), "write", "write"},
		{"Writer on everything", gives("Writer"), "write", "write"},
		{"Reader on everything", gives("Reader"), "data_read", "data_read"},
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

// A grant says what its level comes from, and names the access group that it
// comes through.
func TestAGrantTellsWhatItRestsOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile("P1")
	w.accessGroup("AccessGroupId-1", "iam-P1")
	w.policy("a", "AccessGroupId-1", "Reader", "serviceName", "cloud-object-storage")
	w.policy("b", "iam-P1", "Reader", "serviceName", "cloud-object-storage", "serviceInstance", "i", "resourceType", "bucket", "resource", "b")
	w.change("::access-group:AccessGroupId-1", func(d doc) { d["name"] = "readers" })
	var got []string
	for _, g := range object[*estate.Principal](w, ":P1").Grants.Items() {
		got = append(got, g.Level+": "+g.Why+"; "+g.Statement)
	}
	want := "data_read: reads what is stored; readers (AccessGroupId-1)\nlimited: reads what is stored, of single things alone; "
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("%s\nwant\n%s", s, want)
	}
}

// accessGroup makes an access group with a member.
func (w *world) accessGroup(id, member string) {
	uid := "crn:v1:bluemix:public:iam-groups::a/" + account + "::access-group:" + id
	w.add(ibmfact.KindAccessGroup, ibmfact.CallAccessGroups, snapshotGlobal, "", doc{"id": id, "crn": uid, "name": id})
	w.add(ibmfact.KindGroupMember, ibmfact.CallGroupMembers, snapshotGlobal, "", doc{"iam_id": member, "type": "profile", "^": doc{"access_group_id": id, "access_group_crn": uid}})
}

// anyOf gives an attribute of a policy's place several values.
func (w *world) anyOf(policy, key string, values ...string) {
	w.change("/policy/"+policy, func(d doc) {
		for _, a := range d["resource"].(doc)["attributes"].([]any) {
			if a := a.(doc); a["key"] == key {
				a["operator"], a["value"] = "stringEqualsAnyOf", values
			}
		}
	})
}

// ruled makes an access group without members, and says whether it has rules.
func (w *world) ruled(id string, federated any) {
	uid := "crn:v1:bluemix:public:iam-groups::a/" + account + "::access-group:" + id
	d := doc{"id": id, "crn": uid, "name": "developers"}
	if federated != nil {
		d["is_federated"] = federated
	}
	w.add(ibmfact.KindAccessGroup, ibmfact.CallAccessGroups, snapshotGlobal, "", d)
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
		{"an editor of two resource groups, one of them that of the rule", func(w *world) {
			w.claim("P1", "r", "VSI", "resource_group_id", "EQUALS", `"rg-1"`)
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is", "resourceGroupId", "rg-1")
			w.anyOf("b", "resourceGroupId", "rg-1", "rg-2")
		}, true},
		{"an editor of two other resource groups", func(w *world) {
			w.claim("P1", "r", "VSI", "resource_group_id", "EQUALS", `"rg-3"`)
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is", "resourceGroupId", "rg-1")
			w.anyOf("b", "resourceGroupId", "rg-1", "rg-2")
		}, false},
		{"an editor of a resource group, and the rule names one by its name", func(w *world) {
			w.claim("P1", "r", "VSI", "resource_group_name", "EQUALS", `"Default"`)
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is", "resourceGroupId", "rg-1")
		}, "? absent Default"},
		{"an access group that takes people in by rules", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.ruled("AccessGroupId-1", true)
			w.policy("b", "AccessGroupId-1", "Editor", "serviceName", "is")
		}, true},
		{"an access group that nobody is in", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.ruled("AccessGroupId-1", false)
			w.policy("b", "AccessGroupId-1", "Editor", "serviceName", "is")
		}, false},
		{"an access group of which it was not told whether it has rules", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.ruled("AccessGroupId-1", nil)
			w.policy("b", "AccessGroupId-1", "Editor", "serviceName", "is")
		}, "? absent /is_federated"},
		{"the access group of everybody", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.ruled("AccessGroupId-PublicAccess", nil)
			w.policy("b", "AccessGroupId-PublicAccess", "Editor", "serviceName", "is")
		}, true},
		{"an access group that is in no list", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.policy("b", "AccessGroupId-1", "Editor", "serviceName", "is")
		}, "? absent AccessGroupId-1"},
		{"a member of an access group", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.accessGroup("AccessGroupId-1", "IBMid-1")
			w.policy("b", "AccessGroupId-1", "Editor", "serviceName", "is")
		}, true},
		{"whose the only policy is cannot be read", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is")
			w.change("/policy/b", func(d doc) {
				d["subject"] = doc{"attributes": []doc{{"key": "tribe", "operator": "stringEquals", "value": "x"}}}
			})
		}, `? unknown_value [{"key":"tribe","operator":"stringEquals","value":"x"}]`},
		{"an editor whose time has ended", func(w *world) {
			w.claim("P1", "r", "VSI")
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is")
			w.change("/policy/b", func(d doc) {
				d["rule"] = doc{"key": "{{environment.attributes.current_date_time}}", "operator": "dateTimeLessThan", "value": "2026-01-01T00:00:00+00:00"}
			})
		}, false},
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

func TestWhoMayClimbIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile("P1")
	w.policy("a", "iam-P1", "Administrator", "serviceType", "service")
	w.claim("P1", "r", "VSI")
	if p := object[*estate.Principal](w, ":P1"); told(p.Climbers) != "" {
		t.Errorf("nobody may, and it names %v", told(p.Climbers))
	}
	w.ruled("AccessGroupId-1", true)
	w.policy("b", "AccessGroupId-1", "Editor", "serviceName", "is")
	w.policy("c", "IBMid-1", "Editor", "serviceName", "is")
	w.profile("P2")
	w.policy("d", "iam-P2", "Editor", "serviceName", "is")
	if p := object[*estate.Principal](w, ":P1"); told(p.Climbers) != "the access group developers, IBMid-1, the trusted profile p2" {
		t.Errorf("it names %v", told(p.Climbers))
	}
	for _, id := range []string{"2", "3", "4", "5"} {
		w.policy("e"+id, "IBMid-"+id, "Editor", "serviceName", "is")
	}
	if p := object[*estate.Principal](w, ":P1"); told(p.Climbers) != "the access group developers, IBMid-1, IBMid-2, IBMid-3, IBMid-4, and 2 more" {
		t.Errorf("of many it names %v", told(p.Climbers))
	}
	if p := object[*estate.Principal](w.refuse(ibmfact.CallPolicies), ":P1"); told(p.Climbers) != "? denied not_authorized" {
		t.Errorf("refused, and it names %v", told(p.Climbers))
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
