package awsfact

import "plumbline/internal/wire"

// Policies stay the text that IAM sends: percent-encoded JSON.
var identityShapes = map[string]*wire.Shape{
	CallAuthorization + " " + SubjectRole: taggedIAM(&wire.Shape{
		Kind: KindRole, Split: listIn("RoleDetailList"),
		Sets: setsAt("AttachedManagedPolicies:PolicyArn", "InstanceProfileList:Arn", "InstanceProfileList/Roles:Arn", "RolePolicyList:PolicyName"),
		Secrets: []string{"AssumeRolePolicyDocument", "InstanceProfileList/Roles/AssumeRolePolicyDocument", "InstanceProfileList/Roles/Description",
			"RolePolicyList/PolicyDocument"},
		Drop: []string{"RoleLastUsed", "InstanceProfileList/Roles/RoleLastUsed"},
	}, "InstanceProfileList/Tags", "InstanceProfileList/Roles/Tags"),
	CallAuthorization + " " + SubjectUser: taggedIAM(&wire.Shape{
		Kind: KindUser, Split: listIfAny("UserDetailList"),
		Sets:    setsAt("AttachedManagedPolicies:PolicyArn", "GroupList", "UserPolicyList:PolicyName"),
		Secrets: []string{"UserPolicyList/PolicyDocument"},
	}),
	CallAuthorization + " " + SubjectGroup: {
		Kind: KindIAMGroup, Split: listIfAny("GroupDetailList"),
		Sets:    setsAt("AttachedManagedPolicies:PolicyArn", "GroupPolicyList:PolicyName"),
		Secrets: []string{"GroupPolicyList/PolicyDocument"},
	},
	CallAuthorization + " " + SubjectPolicy: {
		Kind: KindPolicy, Split: listIfAny("Policies"),
		Sets:    setsAt("PolicyVersionList:VersionId"),
		Secrets: []string{"Description", "PolicyVersionList/Document"},
	},
	// GetAccountAuthorizationDetails does not say how long a session may last
	// (IAM API reference, RoleDetail). All else is said there.
	CallRoles: {
		Kind: KindRoleListing, Split: listIn("Roles"),
		Secrets: []string{"Description"},
		Drop:    []string{"AssumeRolePolicyDocument", "CreateDate", "Description", "Path", "PermissionsBoundary", "RoleLastUsed", "Tags"},
	},
	CallProfiles: taggedIAM(&wire.Shape{
		Kind: KindProfile, Split: listIn("InstanceProfiles"),
		Sets:    setsAt("Roles:Arn"),
		Secrets: []string{"Roles/AssumeRolePolicyDocument", "Roles/Description"},
		Drop:    []string{"Roles/RoleLastUsed"},
	}, "Roles/Tags"),
	CallAccountSummary: {Kind: KindAccountSummary, Split: wholeReply, Sets: setsAt("SummaryMap:key")},
	// The report is made anew every four hours; it has no document.
	CallMakeReport:       {Split: wholeReply},
	CallCredentialReport: {Kind: KindCredentialReport, Split: wholeReply},
}
