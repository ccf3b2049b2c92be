package main

import (
	"strings"
	"testing"
	"time"

	"plumbline/internal/cloud/ibm"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/wire"
)

func TestALoginIsSoundBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::111122223333:role/plumbline-read"
	for name, l := range map[string]listing.Login{
		"its own identity":  {},
		"a role":            {RoleARN: role},
		"a role in a path":  {RoleARN: "arn:aws-us-gov:iam::111122223333:role/ops/plumbline"},
		"with external id":  {RoleARN: role, ExternalID: "plb-a1:b2"},
		"with some regions": {Regions: []string{"eu-west-1", "us-gov-east-1", "us-isob-east-1", "ap-southeast-5"}},
	} {
		if err := sound("aws", l); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, l := range map[string]listing.Login{
		"a profile":                       {Profile: "admin"},
		"no role":                         {RoleARN: "https://169.254.169.254/"},
		"a role and a second line":        {RoleARN: role + "\n"},
		"an external id without a role":   {ExternalID: "plb-1"},
		"an external id of two lines":     {RoleARN: role, ExternalID: "a\r\nb"},
		"an external id with a NUL":       {RoleARN: role, ExternalID: "ab\x00"},
		"a region that is another domain": {Regions: []string{"example.com"}},
		"a region that is another path":   {Regions: []string{"eu-west-1/../#"}},
		"a region that is another login":  {Regions: []string{"x@example.com"}},
		"a region with a NUL":             {Regions: []string{"eu-west-1\x00"}},
	} {
		if err := sound("aws", l); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALoginToIBMCloudIsSoundBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	const profile = "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"
	for name, l := range map[string]listing.Login{
		"its own identity":     {},
		"a trusted profile":    {Profile: profile},
		"with some regions":    {Regions: []string{"us-south", "eu-de", "jp-tok"}},
		"user data left alone": {NoUserData: true},
	} {
		if err := sound("ibm", l); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, l := range map[string]listing.Login{
		"a role of another cloud":         {RoleARN: "arn:aws:iam::111122223333:role/plumbline-read"},
		"an external id":                  {ExternalID: "plb-1"},
		"a profile's name":                {Profile: "scanner"},
		"a profile and a second line":     {Profile: profile + "\n"},
		"a region that is another domain": {Regions: []string{"example.com"}},
		"a region that is another path":   {Regions: []string{"us-south/../#"}},
		"a region of another cloud":       {Regions: []string{"eu-west-1"}},
	} {
		if err := sound("ibm", l); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a person reads who tests a login to IBM Cloud: who that is, and how each
// call of a scan ended, as itself and as a trusted profile.
func TestALoginToIBMCloudIsTried(t *testing.T) {
	t.Parallel()
	estate := ibmestate.Demo()
	l, err := ibmsim.Listen("127.0.0.1:0", ibmsim.New(estate))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	set := rules(t)
	c := clouds{rules: func() *rule.Set { return set }, redactor: wire.NewRedactor([32]byte{1}),
		ibm: ibm.Options{Endpoint: l.URL, APIKey: func() string { return l.APIKey("") }, Now: time.Now}}
	tried, err := c.login(t.Context(), "ibm", listing.Login{NoUserData: true})
	if err != nil {
		t.Fatal(err)
	}
	if tried.Provider != "ibm" || tried.Account != estate.Accounts[0].ID || tried.Principal == "" {
		t.Errorf("%s %s %s", tried.Provider, tried.Account, tried.Principal)
	}
	asked := map[string]bool{}
	for _, check := range tried.Checks {
		asked[check.Call] = true
		if check.Status != "complete" {
			t.Errorf("%+v", check)
		}
	}
	for _, call := range ibmrole.Calls {
		if !asked[call.Call] {
			t.Errorf("%s was not tried", call.Call)
		}
	}
	const nobodys = "Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5"
	if _, err := c.login(t.Context(), "ibm", listing.Login{Profile: nobodys}); !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), "BXNIM0513E") {
		t.Errorf("as a profile that does not trust the key: %v", err)
	}
}

// Whoever tries a login holds a connection to the database until the cloud has
// answered: a few at once, and the rest of the service goes on.
func TestAFewLoginsAreTriedAtOnce(t *testing.T) {
	t.Parallel()
	var c clouds
	var leave func()
	for range tries {
		var err error
		if leave, err = c.enter(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.enter(); !problem.Is(err, problem.Conflict) {
		t.Errorf("one more: %v", err)
	}
	leave()
	if _, err := c.enter(); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}
