package estate

import "plumbline/internal/fact"

// A Principal is a role, user, service account or trusted profile.
type Principal struct {
	Subject
	Type       string          // role, user, trusted_profile; always known
	Workloads  fact.Of[bool]   // workloads may become it: an instance profile holds it
	Managed    fact.Of[bool]   // the provider made it and keeps it (a service-linked role)
	Power      fact.Of[string] // at most
	AtLeast    fact.Of[string] // for certain
	Grants     fact.List[Grant]
	Wildcards  fact.List[Wildcard] // services of which it may do everything
	Trust      fact.List[Trusted]
	MaxSession fact.Of[int64]   // seconds
	DeniesV1   fact.Of[bool]    // refuses credentials that were delivered without a token
	Perimeter  fact.Of[bool]    // refuses its credentials from outside the workload's network
	Claims     fact.List[Claim] // by which compute resources become it, of a trusted profile
	Anyone     fact.Of[bool]    // a claim of it holds for any workload of the account
	Climb      fact.Of[bool]    // somebody else with less power may create a workload that becomes it
	Climbers   fact.Of[string]  // who, by name; some of them where there are many, empty where nobody
}

// A Claim is a rule by which compute resources become a trusted profile.
type Claim struct {
	ID, Name   string
	Compute    string        // VSI, BMS, IKS_SA, ROKS_SA, ... in the provider's words
	Narrow     fact.Of[bool] // it holds for named resources, and not for what anybody may make to fit it
	Scope      string        // what narrows it most, see the words below
	Conditions string        // in words: "vpc_id EQUALS r006-v"
	Path       string        // JSON pointer in its document
	From       *fact.Origin
}

// The words of Claim.Scope, from the widest to the narrowest.
const (
	ScopeAny            = "any"
	ScopeRegion         = "region"
	ScopeZone           = "zone"
	ScopeVPC            = "vpc"
	ScopeResourceGroup  = "resource_group"
	ScopeInstanceGroup  = "instance_group"
	ScopeSubnet         = "subnet"
	ScopeServiceAccount = "service_account"
	ScopeResource       = "resource"
)

// A Wildcard is a service of which everything is allowed on everything.
type Wildcard struct {
	Service string // "s3"
	Policy  string
	Path    string
	From    *fact.Origin
}

// A Trusted is somebody who may become a principal.
type Trusted struct {
	Principal string // in the policy's words: an ARN, a service, "*"
	Type      string // service, account, federated, anyone
	Outside   bool   // another account's
	Guarded   bool   // a condition stands beside it
	Path      string
}

// A Credential is what somebody holds to sign in with for long.
type Credential struct {
	Subject
	Type    string // access_key, password, api_key; always known
	Owner   string // uid of the principal
	Active  fact.Of[bool]
	Age     fact.Of[int64] // days since it was made or rotated
	Idle    fact.Of[int64] // days since it was used; where it never was, since it was made
	Expires fact.Of[bool]  // it ends by itself on a set day
}
