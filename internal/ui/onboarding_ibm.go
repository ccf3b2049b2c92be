package ui

import (
	"net/url"
	"regexp"
	"strings"

	"plumbline/internal/cloud/ibm/ibmrole"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// profileID is the shape of the id of a trusted profile, and keyLike that of an
// API key, which nobody may type into a page.
var (
	profileID = regexp.MustCompile(`^Profile-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	keyLike   = regexp.MustCompile(`^[A-Za-z0-9_-]{40,}$`)
)

// profileFault says what is wrong with the id of a trusted profile; "" if
// nothing is. None at all is the identity that the program has.
func profileFault(s string) string {
	switch {
	case s == "" || profileID.MatchString(s):
		return ""
	case strings.HasPrefix(s, "iam-Profile-"):
		return "This is the IAM ID of a profile. Paste it without iam- before it, such as Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5."
	case strings.HasPrefix(s, "crn:"):
		return "This is a CRN. Paste the ID of the profile, the part behind the last colon, such as Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5."
	case likeKey(s):
		return "This looks like an API key. None is entered here: set IBMCLOUD_API_KEY where Plumbline runs, and leave this field empty. It was not kept."
	}
	return "This is no ID of a trusted profile. It looks like Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5; step 2 prints it at its end."
}

// readIBM takes what the form asks of IBM Cloud alone.
func (o *onboarding) readIBM(v url.Values, fault func(field, text string)) {
	o.profile = strings.TrimSpace(v.Get("profile"))
	fault("profile", profileFault(o.profile))
	if o.profile == "" && o.wanted != "" {
		fault("profile", "Paste the ID of the trusted profile that step 2 has made in this account. Without one Plumbline signs in to its own.")
	}
	if likeKey(o.profile) {
		o.profile = ""
	}
}

// likeKey says that a text may be an API key, so that it is not shown again.
func likeKey(s string) bool { return keyLike.MatchString(s) && !strings.Contains(s, "Profile-") }

// toolsIBM fills in the ways to create the identity in IBM Cloud: the trusted
// profile first, which needs no key.
func toolsIBM(p *pages.Onboarding) {
	of := map[string]struct{ id, use string }{
		"plumbline-profile.sh": {"cli", "First put the CRN of the virtual server that Plumbline runs on where < and > mark its place. Then save this and run it with sh, signed in to the account. Its last line prints the ID for step 3."},
		"plumbline-profile.tf": {"tf", "Put this beside your other files and apply it: it asks for the CRN of the virtual server that Plumbline runs on, and prints the ID for step 3."},
		"plumbline-key.sh":     {"key", "For a Plumbline that runs elsewhere. Save this and run it with sh. The key lives until somebody deletes it: set it as IBMCLOUD_API_KEY where Plumbline runs, and leave the ID of step 3 empty."},
		"plumbline-key.tf":     {"key-tf", "The same service ID and key for those who keep them in Terraform, whose state then holds the key."},
	}
	for _, t := range ibmrole.RoleTemplates("") {
		x := of[t.File]
		p.Tools = append(p.Tools, pages.Tool{ID: x.id, Name: t.Name, Text: x.use, Blocks: []parts.Code{parts.Plain("c-"+x.id, t.File, strings.TrimSpace(t.Text))}})
	}
}

// rolesIBM fills in which roles it needs.
func rolesIBM(p *pages.Onboarding, roles string) {
	for _, g := range ibmrole.Grants() {
		p.Permitted = append(p.Permitted, pages.Permission{Text: g.Role + " on " + g.Service, Why: g.Why()})
	}
	p.Tools = append(p.Tools, pages.Tool{ID: "policy", Name: "Roles only", Text: "For an identity that you make yourself: the roles, and the calls that each is for.",
		Blocks: []parts.Code{parts.Plain("c-policy", some(len(p.Permitted), "role", "roles")+", all of them reading", strings.TrimSpace(roles))}})
}
