package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
)

// trusts lets a profile name somebody.
func (w *world) trusts(profile, who, kind string) {
	w.add(ibmfact.KindProfileIdentity, ibmfact.CallProfileIdentities, snapshotGlobal, "", doc{"iam_id": who, "identifier": who, "type": kind, "accounts": []string{account},
		"^": doc{"profile_id": profile, "profile_crn": profileUID(profile)}})
}

// P1 is an administrator that any server becomes, and an editor of servers is
// named, or not, by profiles.
func TestWhoeverIsTrustedWithAProfileNeedNotClimb(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		make  func(*world)
		climb any
	}{
		{"nobody is named", func(*world) {}, true},
		{"the profile names him", func(w *world) { w.trusts("P1", "IBMid-1", "user") }, false},
		{"the profile names another", func(w *world) { w.trusts("P1", "IBMid-2", "user") }, true},
		{"the profile names a service", func(w *world) { w.trusts("P1", "crn-crn:v1:x", "crn") }, true},
		{"another profile that may do as much names him", func(w *world) {
			w.profile("P2")
			w.policy("c", "iam-P2", "Administrator", "serviceType", "service")
			w.trusts("P2", "IBMid-1", "user")
		}, false},
		{"another profile that may do less names him", func(w *world) {
			w.profile("P2")
			w.policy("c", "iam-P2", "Reader", "serviceName", "cloud-object-storage")
			w.trusts("P2", "IBMid-1", "user")
		}, true},
		{"another profile names him, and what it may do cannot be told", func(w *world) {
			w.profile("P2")
			w.policy("c", "iam-P2", "Writer", "serviceName", "teapot")
			w.policy("d", "iam-P2", "crn:v1:bluemix:public:is:::::customRole:Gone")
			w.trusts("P2", "IBMid-1", "user")
		}, "? absent crn:v1:bluemix:public:is:::::customRole:Gone"},
		{"a type of identity that nobody knows", func(w *world) { w.trusts("P1", "IBMid-2", "tribe") }, "? unknown_value tribe"},
		{"whom the profiles name was refused", func(w *world) { w.refuse(ibmfact.CallProfileIdentities) }, "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile("P1")
			w.policy("a", "iam-P1", "Administrator", "serviceType", "service")
			w.claim("P1", "r", "VSI")
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is")
			c.make(w)
			if p := object[*estate.Principal](w, ":P1"); told(p.Climb) != c.climb {
				t.Errorf("%v, want %v", told(p.Climb), c.climb)
			}
		})
	}
}

// A claim rule names a resource group, and an editor of servers may make them in
// the group rg-1, which is called Default.
func TestARuleMayNameAResourceGroup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, operator, value string
		make                  func(*world)
		climb                 any
	}{
		{"his", "EQUALS", `"Default"`, nil, true},
		{"another", "EQUALS", `"research"`, nil, false},
		{"his, in other letters", "EQUALS_IGNORE_CASE", `"DEFAULT"`, nil, true},
		{"his, in letters that are not his", "EQUALS", `"DEFAULT"`, nil, "? absent DEFAULT"},
		{"his among others", "IN", `["research","Default"]`, nil, true},
		{"one that nobody was told of", "EQUALS", `"secret"`, nil, "? absent secret"},
		{"his, or one that nobody was told of", "IN", `["secret","Default"]`, nil, true},
		{"the groups were refused", "EQUALS", `"Default"`, func(w *world) { w.refuse(ibmfact.CallResourceGroups) }, "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.profile("P1")
			w.policy("a", "iam-P1", "Administrator", "serviceType", "service")
			w.claim("P1", "r", "VSI", "resource_group_name", c.operator, c.value)
			w.policy("b", "IBMid-1", "Editor", "serviceName", "is", "resourceGroupId", "rg-1")
			for id, name := range map[string]string{"rg-1": "Default", "rg-2": "research"} {
				w.add(ibmfact.KindResourceGroup, ibmfact.CallResourceGroups, snapshotGlobal, "", doc{"id": id, "name": name,
					"crn": "crn:v1:bluemix:public:resource-controller::a/" + account + "::resource-group:" + id})
			}
			if c.make != nil {
				c.make(w)
			}
			if p := object[*estate.Principal](w, ":P1"); told(p.Climb) != c.climb {
				t.Errorf("%v, want %v", told(p.Climb), c.climb)
			}
		})
	}
}

func TestAServiceIDIsCalledByItsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.profile("P1")
	w.policy("a", "iam-P1", "Administrator", "serviceType", "service")
	w.claim("P1", "r", "VSI")
	w.policy("b", "iam-ServiceId-1", "Editor", "serviceName", "is")
	w.add(ibmfact.KindServiceID, ibmfact.CallServiceIDs, snapshotGlobal, "", doc{"id": "ServiceId-1", "iam_id": "iam-ServiceId-1", "name": "deployer",
		"crn": "crn:v1:bluemix:public:iam-identity::a/" + account + "::serviceid:ServiceId-1"})
	if p := object[*estate.Principal](w, ":P1"); told(p.Climbers) != "the service ID deployer" {
		t.Errorf("it is called %v", told(p.Climbers))
	}
	w.refuse(ibmfact.CallServiceIDs)
	if p := object[*estate.Principal](w, ":P1"); told(p.Climbers) != "iam-ServiceId-1" || told(p.Climb) != true {
		t.Errorf("where names were refused it is called %v, %v", told(p.Climbers), told(p.Climb))
	}
}
