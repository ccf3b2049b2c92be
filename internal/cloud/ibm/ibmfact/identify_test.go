package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

func TestThingsAreNamedByWhatIBMCloudSays(t *testing.T) {
	t.Parallel()
	const vpc, lb = "crn:v1:bluemix:public:is:us-south:a/1::vpc:r006-v", "crn:v1:bluemix:public:is:us-south:a/1::load-balancer:r006-l"
	at := snapshot.Scope{Provider: ibmfact.Provider, Account: "1", Region: "us-south"}
	for name, c := range map[string]struct{ kind, doc, uid, name string }{
		"by its CRN":                          {ibmfact.KindVPC, `{"crn":"` + vpc + `","id":"r006-v","name":"prod"}`, vpc, "prod"},
		"by its id without one":               {ibmfact.KindVPC, `{"id":"r006-v","name":"prod"}`, "ibm:1:us-south/vpc/r006-v", "prod"},
		"a CRN that is none":                  {ibmfact.KindVPC, `{"crn":"us-south:vpc","id":"r006-v"}`, "", ""},
		"a CRN with a space":                  {ibmfact.KindVPC, `{"crn":"` + vpc + ` x","id":"r006-v"}`, "", ""},
		"without anything":                    {ibmfact.KindVPC, `{"name":"prod"}`, "", ""},
		"a region":                            {ibmfact.KindRegion, `{"name":"eu-de","^":{"api_version":"2026-04-07"}}`, "", ""},
		"a region, as it is sorted":           {ibmfact.KindRegion, `{"^":{"api_version":"2026-04-07"},"name":"eu-de"}`, "ibm:1:eu-de", "eu-de"},
		"a routing table of a VPC":            {ibmfact.KindRoutingTable, `{"^":{"vpc":"` + vpc + `"},"id":"t","name":"main"}`, vpc + "/routing-table/t", "main"},
		"a route":                             {ibmfact.KindRoute, `{"^":{"routing_table":"T","vpc":"` + vpc + `"},"id":"r","name":"out"}`, "T/route/r", "out"},
		"a route of nothing":                  {ibmfact.KindRoute, `{"id":"r","name":"out"}`, "", ""},
		"a listener has no name":              {ibmfact.KindListener, `{"^":{"load_balancer":"` + lb + `"},"id":"r","name":"x"}`, lb + "/listener/r", ""},
		"a pool":                              {ibmfact.KindPool, `{"^":{"load_balancer":"` + lb + `"},"id":"p","name":"web"}`, lb + "/pool/p", "web"},
		"a member of a pool":                  {ibmfact.KindPoolMember, `{"^":{"load_balancer":"` + lb + `","load_balancer_pool":"P"},"id":"m"}`, "P/member/m", ""},
		"an interface of the older kind":      {ibmfact.KindInterface, `{"^":{"workload":"W"},"id":"n","name":"eth0"}`, "W/network-interface/n", "eth0"},
		"a policy of a listener":              {ibmfact.KindListenerPolicy, `{"^":{"listener":"L","load_balancer":"` + lb + `"},"id":"p","name":"api"}`, "L/policy/p", "api"},
		"a rule of a policy has no name":      {ibmfact.KindListenerRule, `{"^":{"listener":"L","load_balancer":"` + lb + `","policy":"P"},"id":"r"}`, "P/rule/r", ""},
		"a custom role":                       {ibmfact.KindRole, `{"crn":"crn:v1:bluemix:public:iam-access-management::a/1::customRole:Q","display_name":"Queue reader"}`, "crn:v1:bluemix:public:iam-access-management::a/1::customRole:Q", "Queue reader"},
		"a member of a group":                 {ibmfact.KindGroupMember, `{"^":{"access_group_crn":"G"},"iam_id":"IBMid-1","name":"Ann"}`, "G/member/IBMid-1", "Ann"},
		"the settings of an account":          {ibmfact.KindAccountSettings, `{"account_id":"1","mfa":"NONE"}`, "ibm:1:us-south/identity-settings", ""},
		"an object that is no settings":       {ibmfact.KindAccountSettings, `{"status":"ok"}`, "", ""},
		"an object that is no initialization": {ibmfact.KindInitialization, `{"^":{"workload":"w"},"status":"ok"}`, "", ""},
		"a kind that nobody knows":            {"ibm.cake", `{"id":"x"}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			uid, called, err := ibmfact.Identify(c.kind, at, []byte(c.doc), new(wire.Reader))
			if uid != c.uid || called != c.name || (err == nil) != (c.uid != "") {
				t.Errorf("%q, called %q, %v; want %q, called %q", uid, called, err, c.uid, c.name)
			}
		})
	}
}

func TestADocumentOfAnotherCallDoesNotBelong(t *testing.T) {
	t.Parallel()
	r := snapshot.Resource{Kind: ibmfact.KindVPC, Scope: snapshot.Scope{Provider: ibmfact.Provider, Account: "1", Region: "us-south"},
		UID: "ibm:1:us-south/vpc/v", Name: "prod", Call: ibmfact.CallVPCs, Doc: []byte(`{"id":"v","name":"prod"}`)}
	if err := ibmfact.Belongs(&r, new(wire.Reader)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*snapshot.Resource){
		"another call":   func(r *snapshot.Resource) { r.Call = ibmfact.CallSubnets },
		"no call":        func(r *snapshot.Resource) { r.Call = "is:ListCakes" },
		"no kind":        func(r *snapshot.Resource) { r.Kind = "" },
		"another name":   func(r *snapshot.Resource) { r.Name = "test" },
		"another region": func(r *snapshot.Resource) { r.Region = "eu-de" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := r
			change(&other)
			if ibmfact.Belongs(&other, new(wire.Reader)) == nil {
				t.Error("it belongs")
			}
		})
	}
}
