package awsfact

// What a request was about, where the reply does not say it: members of "^" in
// the documents of that call.
const (
	AboutPrefixList    = "prefixListId"   // of KindPrefixEntry
	AboutPrefixListARN = "prefixListArn"  // of KindPrefixEntry
	AboutListener      = "ListenerArn"    // of KindListenerRule
	AboutTargetGroup   = "TargetGroupArn" // of KindTargetHealth and KindTargetAttributes
	AboutTrail         = "TrailARN"       // of KindTrailStatus
	AboutDetector      = "detectorId"     // of KindDetector
	AboutChild         = "ChildId"        // of KindOrganizationParent
	AboutTarget        = "TargetId"       // of KindPolicyTarget
	AboutCluster       = "cluster"        // of KindContainerID and KindContainer: the cluster's ARN
)

// The subjects of a call that lists more than one kind of thing, or one kind in
// more than one way: each is a question of its own, see ShapeOf.
const (
	SubjectRole    = "Role"    // of CallAuthorization
	SubjectUser    = "User"    // of CallAuthorization
	SubjectGroup   = "Group"   // of CallAuthorization
	SubjectPolicy  = "Policy"  // of CallAuthorization: the account's own and AWS's
	SubjectClassic = "classic" // of CallLoadBalancers: the first generation
	SubjectUsed    = "used"    // of CallImages: those that templates and launch configurations name
)
