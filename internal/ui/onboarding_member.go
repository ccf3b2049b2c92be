package ui

import (
	"net/url"
	"regexp"
	"strings"

	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// accountIBM is the shape of the id of an account of IBM Cloud.
var accountIBM = regexp.MustCompile(`^[0-9a-f]{32}$`)

// want reads which account is to be connected, and what it is called.
func (o *onboarding) want(v url.Values) error {
	o.wanted, o.called = v.Get("account"), v.Get("name")
	if o.wanted == "" && o.called == "" {
		return nil
	}
	if o.provider != "ibm" || o.wanted != "" && !accountIBM.MatchString(o.wanted) {
		return problem.New(problem.Invalid, "The account in the address is none of IBM Cloud. Open the page from the list of accounts.")
	}
	if _, text := nameIn(o.called); text != "" {
		o.called = "" // a provider may call it what is no name here
	}
	o.name = o.called
	return nil
}

// wantedName is the account that is to be connected, for a person; "" where none
// is chosen.
func (o *onboarding) wantedName() string {
	if o.wanted == "" || o.called == "" {
		return o.wanted
	}
	return o.called + " (" + o.wanted + ")"
}

// toolsMember fills in the ways to create, in another account than its own, a
// trusted profile that Plumbline's service ID may become.
func (u *ui) toolsMember(p *pages.Onboarding) {
	who := ""
	if u.Principal != nil {
		who = u.Principal("ibm")
	}
	service := ibmrole.ServiceIDOf(who)
	switch {
	case service != "":
	case who == "":
		p.Unknown = "Plumbline does not know yet which service ID it signs in to IBM Cloud with. Put its ID in place of what stands between < and >. “ibmcloud iam service-ids --uuid”, in the account where it stands, lists it."
	default:
		p.Unknown = "Plumbline signs in to IBM Cloud as " + who + ", which is no service ID. Make one with an API key in the account where Plumbline signs in, set the key as IBMCLOUD_API_KEY where Plumbline runs, and put the ID in place of what stands between < and >."
	}
	use := map[string]string{
		"sh":  "Save this and run it with sh, signed in to the account that is to be connected. Its last line prints the ID for step 3.",
		"hcl": "Apply this with a provider that is signed in to the account that is to be connected. It prints the ID for step 3.",
	}
	for _, t := range ibmrole.MemberTemplates(service) {
		id := map[string]string{"sh": "cli", "hcl": "tf"}[t.Language]
		title := t.File
		if service != "" {
			title += ", service ID filled in"
		}
		p.Tools = append(p.Tools, pages.Tool{ID: id, Name: t.Name, Text: use[t.Language], Blocks: []parts.Code{parts.Plain("c-"+id, title, strings.TrimSpace(t.Text))}})
	}
}
