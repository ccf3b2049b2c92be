// Package ibmrole says which roles in an IBM Cloud account a scan needs, and
// writes the access group that gives them, and the trusted profile or service
// ID that has it, in the languages of those who set up accounts.
//
// All of it is made from Calls, so that no text falls behind the collector. It
// asks nobody and imports no SDK.
package ibmrole

import "slices"

// A Call is one kind of request that the collector makes. It makes no other.
type Call struct {
	Call     string // the service and the operation, as ibmfact names them
	Service  string // that a policy names; "" if no role is needed
	Role     string // the least one that may make it
	Why      string // what it is asked for
	Silences string // what cannot be judged while it is refused
	Void     bool   // no scan starts while it is refused
}

// The platform roles. Viewer reads and changes nothing. Operator is one of those
// that IBM Cloud's list of IAM roles and actions names for
// iam-identity.apikey.list and .get, beside Editor and Administrator; all of them
// change API keys too, so that no template grants one: that is for whoever owns
// the account to weigh.
const (
	Viewer   = "Viewer"
	Operator = "Operator"
)

// The services, by the names that access policies have for them.
const (
	ServiceVPC        = "is"                    // VPC Infrastructure Services
	ServiceIdentity   = "iam-identity"          // IAM Identity Service
	ServiceAccess     = "iam-access-management" // IAM Access Management Service
	ServiceGroups     = "iam-groups"            // IAM Access Groups Service
	ServiceTracker    = "atracker"              // Activity Tracker Event Routing
	ServiceEnterprise = "enterprise"            // Enterprise
	ServiceResources  = "resource-group"        // resource groups, which are a type of resource and no service
)

// Calls lists every request that the collector may make.
var Calls = slices.Concat(loginCalls, vpcCalls, identityCalls, accessCalls, groupCalls, resourceCalls, trackerCalls, enterpriseCalls)

// A Grant is one access policy of the group that scans.
type Grant struct {
	Service string // as a Call names it
	Role    string
	Note    string // what a person has to know of it; "" if nothing
}

// notes say of a grant what its calls alone do not.
var notes = map[string]string{
	ServiceIdentity:   "API keys of others are told to Editor and Operator, who may change or delete them too, or to a custom role with the actions iam-identity.apikey.list and iam-identity.apikey.get. With Viewer, only those keys are judged that IBM Cloud tells.",
	ServiceEnterprise: "Answers in the account that an enterprise belongs to. Elsewhere it may be left out.",
}

// Grants are the access policies that a scan needs, one for each service, as far
// as they change nothing.
func Grants() (all []Grant) {
	for _, c := range Calls {
		g := Grant{c.Service, c.Role, notes[c.Service]}
		if g.Role == Viewer && !slices.Contains(all, g) {
			all = append(all, g)
		}
	}
	return all
}
