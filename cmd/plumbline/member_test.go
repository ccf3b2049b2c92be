package main

import (
	"testing"
	"time"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/rule"
	"plumbline/internal/wire"
)

// The way from one account of an enterprise to the next: the scan of the account
// that manages it tells which others there are; a trusted profile in one of them
// trusts the service ID that the service signs in with; the login by that profile
// leads there.
func TestAnotherAccountOfAnEnterpriseIsFoundAndSignedInTo(t *testing.T) {
	t.Parallel()
	e := ibmestate.Generate(ibmestate.Intent{Seed: 7, Accounts: 2, Regions: 1, Instances: 4})
	l, s, first, second := serveIBM(t, e), pgtest.Store(t), e.Accounts[0], e.Accounts[1]
	keep := postgres.NewKeep(s, "test", facts.For(ibm.Provider))
	runScanOf(t, ibm.Provider, liveIBM(t, l, first, now()), rules(t), 0, keep, newThings())
	others, err := s.Unconnected(t.Context())
	if err != nil || len(others) != 1 || others[0].External != second.ID || others[0].Name != second.Name || others[0].State != "ACTIVE" {
		t.Fatalf("%+v, %v", others, err)
	}

	set := rules(t)
	c := clouds{rules: func() *rule.Set { return set }, redactor: wire.NewRedactor([32]byte{1}), store: s,
		ibm: ibm.Options{Endpoint: l.URL, APIKey: func() string { return first.Key }, MaxAttempts: 1, Now: time.Now}}
	service := ibmrole.ServiceIDOf(c.principal(ibm.Provider))
	if "iam-"+service != first.IAMID {
		t.Fatalf("the service is %q, and not %s", service, first.IAMID)
	}
	const id = "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"
	second.Profiles = append(second.Profiles, &ibmestate.Profile{IAMID: "iam-" + id,
		Thing:      ibmestate.Thing{ID: id, Name: "plumbline-reader", CRN: "crn:v1:bluemix:public:iam-identity::a/" + second.ID + "::profile:" + id, Created: now()},
		Identities: []*ibmestate.Identity{{IAMID: "iam-" + service, Identifier: service, Type: "serviceid", Accounts: []string{first.ID}}}})
	tried, err := c.login(t.Context(), ibm.Provider, listing.Login{Profile: id})
	if err != nil || tried.Account != second.ID || tried.Principal != "iam-"+id {
		t.Errorf("leads to %s as %s: %v", tried.Account, tried.Principal, err)
	}
}
