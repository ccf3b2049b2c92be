package ibmrole

import (
	"regexp"
	"strings"
)

// noServiceID stands in a template where the service ID is not known yet. IBM
// Cloud does not accept it.
const noServiceID = "<ID of the service ID that Plumbline signs in with>"

// serviceID is what the id of a service ID is made of.
var serviceID = regexp.MustCompile(`^ServiceId-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// IsServiceID says that a text is the id of a service ID.
func IsServiceID(id string) bool { return serviceID.MatchString(id) }

// ServiceIDOf is the id of the service ID that an IAM id speaks of; "" for
// anybody else.
func ServiceIDOf(iamID string) string {
	if id := strings.TrimPrefix(iamID, "iam-"); IsServiceID(id) {
		return id
	}
	return ""
}

// MemberTemplates write, for another account than the one that Plumbline's
// service ID stands in, as those of an enterprise are, an access group that may
// read what a scan reads and no more, and in it a trusted profile which that
// service ID may become. A profile can trust service IDs of other accounts (IBM
// Cloud's guide, Creating trusted profiles). It can also be linked to a server of
// another account, by the member is_cross_account of a link, which neither the
// command line nor Terraform documents. Where the service ID is not one, whoever
// uses the template fills it in.
func MemberTemplates(service string) []Template {
	if !IsServiceID(service) {
		service = noServiceID
	}
	list := []Template{
		{Name: "IBM Cloud CLI", File: "plumbline-member.sh", Language: "sh"},
		{Name: "Terraform", File: "plumbline-member.tf", Language: "hcl"},
	}
	return written(list, memberFilling{service, service == noServiceID, Grants()})
}

// memberFilling is what these templates are filled with.
type memberFilling struct {
	Service string
	Unknown bool // the service ID has to be filled in
	Grants  []Grant
}
