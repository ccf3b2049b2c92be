package ibmfact_test

import (
	"fmt"
	"strings"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
)

// profile makes a trusted profile.
func (w *world) profile(id string) {
	w.add(ibmfact.KindProfile, ibmfact.CallProfiles, snapshotGlobal, "", doc{"id": id, "crn": profileUID(id), "iam_id": "iam-" + id, "name": strings.ToLower(id), "account_id": account})
}

const snapshotGlobal = "global"

func (w *world) link(profile, id, compute, to string) {
	w.add(ibmfact.KindLink, ibmfact.CallLinks, snapshotGlobal, "", doc{"id": id, "name": id, "cr_type": compute, "link": doc{"crn": to},
		"^": doc{"profile_id": profile, "profile_crn": profileUID(profile)}})
}

// claim makes a claim rule for virtual servers; conditions are claim, operator
// and value as JSON, three by three.
func (w *world) claim(profile, id, compute string, conditions ...string) {
	list := []doc{}
	for i := 0; i+2 < len(conditions); i += 3 {
		list = append(list, doc{"claim": conditions[i], "operator": conditions[i+1], "value": conditions[i+2]})
	}
	w.add(ibmfact.KindClaimRule, ibmfact.CallClaimRules, snapshotGlobal, "", doc{"id": id, "name": id, "type": "Profile-CR", "cr_type": compute, "expiration": 3600,
		"conditions": list, "^": doc{"profile_id": profile, "profile_crn": profileUID(profile)}})
}

// policy gives somebody a role.
func (w *world) policy(id, who, role string, attributes ...string) {
	key := "iam_id"
	if strings.HasPrefix(who, "AccessGroupId-") {
		key = "access_group_id"
	}
	on := []doc{{"key": "accountId", "operator": "stringEquals", "value": account}}
	for i := 0; i+1 < len(attributes); i += 2 {
		on = append(on, doc{"key": attributes[i], "operator": "stringEquals", "value": attributes[i+1]})
	}
	if !strings.HasPrefix(role, "crn:") {
		kind := "role"
		if role == "Manager" || role == "Writer" || role == "Reader" || role == "SecretsReader" {
			kind = "serviceRole"
		}
		role = "crn:v1:bluemix:public:iam::::" + kind + ":" + role
	}
	w.add(ibmfact.KindPolicy, ibmfact.CallPolicies, snapshotGlobal, "", doc{"id": id, "type": "access", "state": "active",
		"subject":  doc{"attributes": []doc{{"key": key, "operator": "stringEquals", "value": who}}},
		"resource": doc{"attributes": on}, "control": doc{"grant": doc{"roles": []doc{{"role_id": role}}}}})
}

func (w *world) initial(profile string, auto bool) {
	w.change(webID+"/initialization", func(d doc) {
		d["default_trusted_profile"] = doc{"auto_link": auto, "target": doc{"crn": profileUID(profile), "id": profile}}
	})
}

// becomes spells the profiles of a server: "link:p", and its gaps.
func becomes(w *estate.Workload) string {
	var all []string
	for _, b := range w.Identity.Profiles.Items() {
		all = append(all, b.Mechanism+":"+b.Name)
	}
	for _, why := range w.Identity.Profiles.Gaps() {
		all = append(all, "? "+string(why.Cause)+" "+why.Detail)
	}
	return strings.Join(all, ", ")
}

func TestWhichProfilesAServerMayBecome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		make    func(*world)
		becomes string
		count   any
		how     any
		stale   any
	}{
		{"none", func(*world) {}, "", int64(0), "none", false},
		{"a link", func(w *world) { w.link("P1", "l", "VSI", server(webID)) }, "link:p1", int64(1), "link", false},
		{"a link to another server", func(w *world) { w.link("P1", "l", "VSI", server("other")) }, "", int64(0), "none", false},
		{"the default profile with its link", func(w *world) {
			w.link("P1", "l", "VSI", server(webID))
			w.initial("P1", true)
		}, "link:p1, default_profile:p1", int64(1), "default_profile", false},
		{"a default profile that nothing links any more", func(w *world) { w.initial("P1", true) }, "", int64(0), "none", true},
		{"a default profile that is gone", func(w *world) { w.initial("P9", true) }, "", int64(0), "none", true},
		{"a default profile without a link, that a rule gives all the same", func(w *world) {
			w.initial("P1", false)
			w.claim("P1", "r", "VSI")
		}, "claim_rule:p1", int64(1), "claim_rule", false},
		{"two links and a rule come to two profiles", func(w *world) {
			w.link("P1", "l", "VSI", server(webID))
			w.link("P2", "m", "VSI", server(webID))
			w.claim("P2", "r", "VSI")
		}, "link:p1, link:p2, claim_rule:p2", int64(2), "link", false},
		{"a rule for any server", func(w *world) { w.claim("P1", "r", "VSI") }, "claim_rule:p1", int64(1), "claim_rule", false},
		{"a rule for service accounts", func(w *world) { w.claim("P1", "r", "IKS_SA") }, "", int64(0), "none", false},
		{"a rule for bare metal servers", func(w *world) { w.claim("P1", "r", "BMS") }, "", int64(0), "none", false},
		{"a compute type that nobody knows", func(w *world) { w.claim("P1", "r", "VSI2") }, "? unknown_value VSI2", "? unknown_value VSI2", "? unknown_value VSI2", false},
		{"the server's VPC", func(w *world) { w.claim("P1", "r", "VSI", "vpc_id", "EQUALS", `"r006-vpc"`) }, "claim_rule:p1", int64(1), "claim_rule", false},
		{"another VPC", func(w *world) { w.claim("P1", "r", "VSI", "vpc_id", "EQUALS", `"r006-b"`) }, "", int64(0), "none", false},
		{"not that VPC", func(w *world) { w.claim("P1", "r", "VSI", "vpc_id", "NOT_EQUALS", `"r006-b"`) }, "claim_rule:p1", int64(1), "claim_rule", false},
		{"not its own VPC", func(w *world) { w.claim("P1", "r", "VSI", "vpc_id", "NOT_EQUALS", `"r006-vpc"`) }, "", int64(0), "none", false},
		{"one of several groups", func(w *world) { w.claim("P1", "r", "VSI", "resource_group_id", "IN", `["rg-0","rg-1"]`) }, "claim_rule:p1", int64(1), "claim_rule", false},
		{"a name in any case", func(w *world) { w.claim("P1", "r", "VSI", "resource_group_name", "EQUALS_IGNORE_CASE", `"WEB"`) }, "claim_rule:p1", int64(1), "claim_rule", false},
		{"all conditions have to be met", func(w *world) {
			w.claim("P1", "r", "VSI", "zone", "EQUALS", `"us-south-1"`, "region", "EQUALS", `"eu-de"`)
		}, "", int64(0), "none", false},
		{"zone and region", func(w *world) {
			w.claim("P1", "r", "VSI", "zone", "EQUALS", `"us-south-1"`, "region", "EQUALS", `"us-south"`)
		}, "claim_rule:p1", int64(1), "claim_rule", false},
		{"its subnet", func(w *world) { w.claim("P1", "r", "VSI", "subnet_id", "EQUALS", `"0717-sub"`) }, "claim_rule:p1", int64(1), "claim_rule", false},
		{"itself", func(w *world) { w.claim("P1", "r", "VSI", "resource", "EQUALS", `"0717-web"`) }, "claim_rule:p1", int64(1), "claim_rule", false},
		{"an instance group, and it is in none", func(w *world) { w.claim("P1", "r", "VSI", "instance_group_name", "EQUALS", `"web"`) }, "", int64(0), "none", false},
		{"a claim that nobody knows may be met", func(w *world) { w.claim("P1", "r", "VSI", "colour", "EQUALS", `"red"`) },
			`? unknown_value colour EQUALS "red"`, `? unknown_value colour EQUALS "red"`, `? unknown_value colour EQUALS "red"`, false},
		{"an operator that nobody knows may be met", func(w *world) { w.claim("P1", "r", "VSI", "zone", "RESEMBLES", `"us"`) },
			`? unknown_value zone RESEMBLES "us"`, `? unknown_value zone RESEMBLES "us"`, `? unknown_value zone RESEMBLES "us"`, false},
		{"an unknown claim beside one that is not met", func(w *world) {
			w.claim("P1", "r", "VSI", "colour", "EQUALS", `"red"`, "zone", "EQUALS", `"us-south-3"`)
		}, "", int64(0), "none", false},
		{"a value that is no JSON", func(w *world) { w.claim("P1", "r", "VSI", "zone", "EQUALS", `us-south-1`) },
			"? unknown_value us-south-1", "? unknown_value us-south-1", "? unknown_value us-south-1", false},
		{"the links were refused", func(w *world) { w.refuse(ibmfact.CallLinks) },
			"? denied not_authorized, ? denied not_authorized", "? denied not_authorized", "? denied not_authorized", false},
		{"the profiles were refused", func(w *world) { w.refuse(ibmfact.CallProfiles) }, "? denied not_authorized", "? denied not_authorized", "? denied not_authorized", false},
		{"the initialization was refused", func(w *world) {
			w.link("P1", "l", "VSI", server(webID))
			w.refuse(ibmfact.CallInitialization)
		}, "link:p1, ? denied not_authorized", int64(1), "? denied not_authorized", "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.profile("P1")
			w.profile("P2")
			c.make(w)
			id := w.server(webID).Identity
			got := fmt.Sprint(becomes(w.server(webID)), "; ", told(id.Count), "; ", told(id.Mechanism), "; ", told(id.Stale))
			if want := fmt.Sprint(c.becomes, "; ", c.count, "; ", c.how, "; ", c.stale); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

func TestTheStrongestProfileCounts(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.profile("P1")
	w.profile("P2")
	w.link("P1", "l", "VSI", server(webID))
	w.claim("P2", "r", "VSI", "vpc_id", "EQUALS", `"r006-vpc"`)
	w.policy("a", "iam-P1", "Viewer", "serviceName", "is")
	w.policy("b", "iam-P2", "Administrator", "serviceType", "service")
	id := w.server(webID).Identity
	if told(id.Power) != "admin" || told(id.AtLeast) != "admin" || told(id.Name) != profileUID("P2") || told(id.Mechanism) != "claim_rule" {
		t.Errorf("%v, at least %v, as %v by %v", told(id.Power), told(id.AtLeast), told(id.Name), told(id.Mechanism))
	}
	if g := id.Grants.Items(); len(g) != 2 || g[0].Level != "admin" || g[0].Action != "Administrator" || g[0].Resource != "all services" || g[0].Policy != "b" || g[0].Holder != "p2" || g[1].Holder != "p1" {
		t.Errorf("grants %+v", g)
	}
	w.claim("P1", "r2", "VSI", "colour", "EQUALS", `"red"`) // P1 again, which it may become anyhow
	if id := w.server(webID).Identity; told(id.Power) != "admin" {
		t.Errorf("with a rule that may give a weaker profile: %v", told(id.Power))
	}
}
