package ibmfact

// What a request was about, where the reply does not say it: members of "^" in
// the documents of that call. Those that name a thing hold its uid; the ids are
// as IBM Cloud spells them.
const (
	AboutAPIVersion   = "api_version"        // of KindRegion: the version of the VPC API that is asked there
	AboutWorkload     = "workload"           // of KindInitialization and KindInterface
	AboutVPC          = "vpc"                // of KindRoutingTable and KindRoute
	AboutRoutingTable = "routing_table"      // of KindRoute
	AboutLoadBalancer = "load_balancer"      // of KindListener, KindPool and what stands below them
	AboutPool         = "load_balancer_pool" // of KindPoolMember
	AboutListener     = "listener"           // of KindListenerPolicy and KindListenerRule
	AboutPolicy       = "policy"             // of KindListenerRule
	AboutProfileID    = "profile_id"         // of KindLink, KindClaimRule and KindProfileIdentity
	AboutProfile      = "profile_crn"        // of the same
	AboutServiceGroup = "serviceid_group"    // of KindServiceID and KindAPIKey, where a group was asked for
	AboutAPIKey       = "apikey"             // of KindKeyActivity
	AboutGroupID      = "access_group_id"    // of KindGroupMember
	AboutGroup        = "access_group_crn"   // of the same
)
