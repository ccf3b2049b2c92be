package ibmrole

// whys say what the calls of a service are for, and what is not assessed without
// its role.
var whys = map[string]string{
	ServiceVPC:        "Servers and their metadata settings, templates, images, networks and load balancers. Without it no server is assessed.",
	ServiceIdentity:   "Trusted profiles with their links and claim rules, service IDs, API keys, the account's settings. Without it, which profiles a server may become is not assessed.",
	ServiceAccess:     "Access policies and roles. Without it, what a profile may do is not assessed.",
	ServiceGroups:     "Access groups and their members, which policies are given to. Without it, what a profile may do is not assessed.",
	ServiceResources:  "Resource groups, which policies and claim rules name. Without it, whether somebody may create a server that becomes a profile is not assessed where a claim rule calls a resource group by its name.",
	ServiceTracker:    "Where audit events go. Without it, whether they are kept is not assessed.",
	ServiceEnterprise: "The accounts of an enterprise. Without it, those that are not connected are not named.",
}

// Why says what a grant is for, and what is not assessed without it.
func (g Grant) Why() string { return whys[g.Service] }
