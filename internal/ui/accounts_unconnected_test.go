package ui_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"plumbline/internal/access"
	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/listing"
	"plumbline/internal/ui"
)

const (
	member   = "07070707070707070707070707070707"
	ofMember = "/accounts/new?account=" + member + "&name=subsidiary&provider=ibm"
	service  = "ServiceId-9b8290f1-5f77-4d62-a3f8-c79d51898457"
)

// enterprise is an office whose first account lists two more.
func enterprise() *desk {
	d := office()
	d.others = []listing.Unconnected{
		{Provider: "ibm", External: member, Name: "subsidiary", State: "ACTIVE", By: 1, ByName: "holding"},
		{Provider: "ibm", External: "0abcdef00abcdef00abcdef00abcdef0", Name: "<b>\x1b\u202e", State: "SUSPENDED", By: 1, ByName: "holding"},
	}
	return d
}

// being serves pages where Plumbline goes by a name at every cloud.
func (d *desk) being(who string) http.Handler {
	c := d.config(administrator())
	c.Principal = func(string) string { return who }
	return ui.New(c)
}

func TestAccountsOfAnEnterpriseAreOfferedForConnecting(t *testing.T) {
	t.Parallel()
	p := get(t, enterprise().serve(administrator()), "/accounts")
	p.has(t, "Known and not connected", "IBM Cloud subsidiary", member, "<b>·· Suspended", "holding")
	p.hasNot(t, "To connect one takes")
	var to []string
	for _, a := range p.all("a", "btn") {
		if h := attr(a, "href"); strings.Contains(h, "account=") {
			to = append(to, h)
		}
	}
	if got, want := strings.Join(to, " "), ofMember+" /accounts/new?account=0abcdef00abcdef00abcdef00abcdef0&provider=ibm"; got != want {
		t.Errorf("leads to %s", got)
	}
	p = get(t, enterprise().serve(viewer(access.Reader)), "/accounts")
	p.has(t, "Known and not connected", "subsidiary", "Nothing of them is scanned. To connect one takes the role administrator.")
	if strings.Contains(p.Body.String(), "/accounts/new") {
		t.Error("a reader is offered what takes an administrator")
	}
	get(t, office().serve(administrator()), "/accounts").hasNot(t, "Known and not connected")
}

func TestOfManyAccountsThatAreNotConnectedSomeAreShown(t *testing.T) {
	t.Parallel()
	d := office()
	for i := range 52 {
		d.others = append(d.others, listing.Unconnected{Provider: "ibm", External: fmt.Sprintf("%032d", i), Name: fmt.Sprintf("branch %d.", i), State: "ACTIVE", By: 1, ByName: "holding"})
	}
	p := get(t, d.serve(administrator()), "/accounts")
	p.has(t, "branch 49.", "2 more are not shown here")
	p.hasNot(t, "branch 50.")
}

// The steps for another account are filled in with the service ID that may become
// the profile there, or say that it is not known, or that a service ID it must be.
func TestTheStepsForAnotherAccountNameTheServiceID(t *testing.T) {
	t.Parallel()
	for who, x := range map[string]struct{ service, want string }{
		"iam-" + service: {service, "subsidiary (" + member + ")"},
		"":               {"", "Plumbline does not know yet which service ID it signs in to IBM Cloud with."},
		"iam-" + profile: {"", "Plumbline signs in to IBM Cloud as iam-" + profile + ", which is no service ID."},
	} {
		p := get(t, office().being(who), ofMember)
		p.has(t, x.want, "That of the profile in this account, as step 2 prints it.", "Roles only")
		p.hasNot(t, "Empty: the identity", "plumbline-key")
		for i, id := range []string{"c-cli", "c-tf"} {
			if got, want := strings.TrimSpace(raw(p.byID(id))), strings.TrimSpace(ibmrole.MemberTemplates(x.service)[i].Text); got != want {
				t.Errorf("%s is not of %q:\n%s", id, x.service, got)
			}
		}
		if attr(p.byID("name"), "value") != "subsidiary" || attr(p.byID("connect"), "action") != ofMember+"#connect" {
			t.Error("the form does not know the account")
		}
	}
}

func TestAnotherAccountIsConnectedByAProfileThere(t *testing.T) {
	t.Parallel()
	d := office()
	d.tried = listing.Tried{Provider: "ibm", Account: "3f1c7a52b9e84d06a1d2c3e4f5061728", Principal: "iam-" + profile, Checks: tests(0)}
	h := d.serve(administrator())
	p := send(t, h, ofMember, "do", "connect", "profile", "", "name", "blue", "every", "24h")
	if p.has(t, "Paste the ID of the trusted profile that step 2 has made in this account."); p.Code != http.StatusUnprocessableEntity || len(d.done) > 0 {
		t.Errorf("without a profile: %d, did %v", p.Code, d.done)
	}
	p = send(t, h, ofMember, "do", "test", "profile", profile, "name", "blue", "every", "24h")
	p.has(t, "Signed in to account 3f1c7a52b9e84d06a1d2c3e4f5061728", "and not to account "+member+", which is to be connected")
	if attr(p.byID("name"), "value") != "blue" {
		t.Error("the name that was typed is lost")
	}
	p = send(t, h, ofMember, "do", "connect", "profile", profile, "name", "blue", "every", "24h")
	if want := "try ibm " + profile + ";connect ibm blue " + profile + " 24h0m0s of " + member; p.Code != http.StatusSeeOther || strings.Join(d.done, ";") != want {
		t.Errorf("%d, did %v", p.Code, d.done)
	}
}

func TestAnAddressThatNamesNoAccountOfIBMCloudIsRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"/accounts/new?account=" + member, "/accounts/new?provider=ibm&account=111122223333", "/accounts/new?name=x", ofMember + "&account=" + member} {
		if p := get(t, office().serve(administrator()), address); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answers %d", address, p.Code)
		}
	}
}
