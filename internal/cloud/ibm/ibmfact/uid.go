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

// KeyActivityUID names when an API key was used.
func KeyActivityUID(key string) string { return key + "/activity" }

// InterfaceUID names a network interface of the older kind.
func InterfaceUID(workload, id string) string { return workload + "/network-interface/" + id }
