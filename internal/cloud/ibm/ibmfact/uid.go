package ibmfact

import "plumbline/internal/snapshot"

// RegionUID names one region of an account.
func RegionUID(account, region string) string { return Provider + ":" + account + ":" + region }

// AccountUID names an account.
func AccountUID(account string) string { return RegionUID(account, snapshot.Global) }

// ThingUID names what has no CRN and stands below nothing that has one: by its
// kind, as a CRN spells it, and its id.
func ThingUID(account, region, kind, id string) string {
	return RegionUID(account, region) + "/" + kind + "/" + id
}

// InitializationUID names what a workload was made with.
func InitializationUID(workload string) string { return workload + "/initialization" }

// LinkUID names the link of a trusted profile to a compute resource.
func LinkUID(profile, id string) string { return profile + "/link/" + id }

// RuleUID names a claim rule of a trusted profile.
func RuleUID(profile, id string) string { return profile + "/rule/" + id }

// PolicyUID names an access policy, which has no CRN.
func PolicyUID(account, id string) string {
	return ThingUID(account, snapshot.Global, "policy", id)
}

// TokenUID names whom the credentials speak for.
func TokenUID(account string) string { return AccountUID(account) + "/token" }
