package ibmfact

import "plumbline/internal/wire"

// answered is what IAM adds to a record about the machine that answered.
const answered = "context"

var identityShapes = map[string]*wire.Shape{
	// Of a token the claims alone become a document, see the collector.
	CallToken: whole(KindToken, wire.Shape{}),
	CallProfiles: in("profiles", KindProfile, wire.Shape{
		Secrets: []string{"description"}, Drop: []string{answered, "activity"},
	}),
	CallLinks: in("links", KindLink, wire.Shape{
		Secrets: []string{"link/name", "link/namespace"},
	}),
	CallClaimRules: in("rules", KindClaimRule, wire.Shape{
		Sets: setsAt("conditions:claim"), Secrets: []string{"conditions/value"},
	}),
	CallProfileIdentities: in("identities", KindProfileIdentity, wire.Shape{
		Sets: setsAt("accounts"), Secrets: []string{"description"},
	}),
	CallServiceIDs: in("serviceids", KindServiceID, wire.Shape{
		Sets: setsAt("unique_instance_crns"), Secrets: []string{"description"}, Hide: []string{"apikey/apikey"},
		Drop: []string{answered, "activity", "apikey/context", "apikey/activity"},
	}),
	CallServiceGroups: in("serviceid_groups", KindServiceGroup, wire.Shape{Secrets: []string{"description"}}),
	CallAPIKeys: in("apikeys", KindAPIKey, wire.Shape{
		Secrets: []string{"description"}, Hide: []string{"apikey"}, Drop: []string{answered, "activity"},
	}),
	// The reply may hold the very key, where its owner let IAM keep it (APIKey in
	// iamidentityv1). What is wanted of it is the activity; the rest the list tells.
	CallAPIKey: whole(KindKeyActivity, wire.Shape{
		Drop: []string{answered, "apikey", "description", "entity_tag", "history", "name"},
	}),
	CallAccountSettings: whole(KindAccountSettings, wire.Shape{
		Sets: setsAt("restrict_user_domains:realm_id", "restrict_user_domains/invitation_email_allow_patterns", "user_mfa:iam_id"),
		Drop: []string{answered},
	}),
	CallPolicies: in("policies", KindPolicy, wire.Shape{
		Sets: setsAt("control/grant/roles:role_id", "resource/attributes:key", "resource/tags:key", "subject/attributes:key"),
		Secrets: []string{"description", "resource/attributes/value", "resource/tags/value", "rule/conditions/value",
			"rule/conditions/conditions/value", "rule/value"},
		Drop: []string{"last_permit_at", "last_permit_frequency"},
	}),
	CallRoles: in("custom_roles", KindRole, wire.Shape{
		Sets: setsAt("actions"), Secrets: []string{"description", "display_name"},
	}),
	CallAccessGroups: in("groups", KindAccessGroup, wire.Shape{Secrets: []string{"description"}}),
	CallGroupMembers: in("members", KindGroupMember, wire.Shape{Secrets: []string{"description"}}),
}

var accountShapes = map[string]*wire.Shape{
	CallResourceGroups: in("resources", KindResourceGroup, wire.Shape{}),
	CallTrackerTargets: in("targets", KindTrackerTarget, wire.Shape{
		Sets: setsAt("eventstreams_endpoint/brokers"), Secrets: []string{"eventstreams_endpoint/topic"},
		Hide: []string{"eventstreams_endpoint/api_key"}, Drop: []string{"write_status/last_failure"},
	}),
	// Of the rules of a route the first that fits a location counts.
	CallTrackerRoutes: in("routes", KindTrackerRoute, wire.Shape{
		Sets: setsAt("rules/locations", "rules/target_ids"),
	}),
	CallTrackerSettings: whole(KindTrackerSettings, wire.Shape{
		Sets: setsAt("default_targets", "permitted_target_regions"),
	}),
	CallEnterprises:    in("resources", KindEnterprise, wire.Shape{}),
	CallAccountGroups:  in("resources", KindAccountGroup, wire.Shape{}),
	CallMemberAccounts: in("resources", KindMemberAccount, wire.Shape{}),
}
