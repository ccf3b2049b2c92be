// Package awsrole says which rights in an AWS account a scan needs, and writes
// the role that gives them in the languages of those who set up accounts.
//
// All of it is made from Calls, so that no text falls behind the collector. It
// asks nobody and imports no SDK.
package awsrole

import (
	"encoding/json"

	"plumbline/internal/cloud/aws/awsfact"
)

// CallAssumeRole lists nothing, so the fact package does not know it.
const CallAssumeRole = "sts:AssumeRole"

// A Call is one kind of request that the collector makes. It makes no other.
type Call struct {
	Action   string // as IAM spells it
	Sid      string // names its statement in the policy; "" if it needs no permission
	Why      string // what it is asked for
	Silences string // what cannot be judged while it is refused
	ByLogin  bool   // made by the identity that logs in, to become the role that scans
	Void     bool   // no scan starts while it is refused
}

// Calls lists every request that the collector may make, in the order in which
// it makes them.
var Calls = []Call{
	{
		Action:   CallAssumeRole,
		Why:      "Becomes the role that scans, if one is named. The identity that logs in needs it, on that role alone.",
		Silences: "Everything: the scan does not start.",
		ByLogin:  true,
		Void:     true,
	},
	{
		Action: awsfact.CallIdentity,
		// "No permissions are required to perform this operation", STS API reference.
		Why:      "Says whose account the credentials speak for. AWS answers it to everyone; no permission is needed.",
		Silences: "Everything: the scan does not start.",
		Void:     true,
	},
	{
		Action:   awsfact.CallRegions,
		Sid:      "FindTheRegions",
		Why:      "Lists the regions and which of them the account has enabled.",
		Silences: "Every region but those that were asked for by name.",
	},
	{
		Action:   awsfact.CallDefaults,
		Sid:      "ReadMetadataDefaults",
		Why:      "Reads what a new instance gets where its launch says nothing, and whether tokens are enforced.",
		Silences: "Whether a region's defaults and its enforcement require a session token.",
	},
	{
		Action:   awsfact.CallInstances,
		Sid:      "ReadInstances",
		Why:      "Lists the instances with their metadata settings.",
		Silences: "Every instance of the account.",
	},
}

// A statement is one of a policy; its fields stand in the order in which people
// write them.
type statement struct{ Sid, Effect, Action, Resource string }

func statements() (all []statement) {
	for _, c := range Calls {
		if c.Sid != "" {
			all = append(all, statement{c.Sid, "Allow", c.Action, "*"})
		}
	}
	return all
}

// Policy is the least-privilege policy of the identity that scans, made from
// Calls: each statement allows one call and is named for its purpose.
func Policy() []byte {
	return document(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", statements()})
}

// document writes a policy as people read it.
func document(policy any) []byte {
	b, err := json.MarshalIndent(policy, "", "  ")
	if err != nil {
		panic(err) // strings only
	}
	return append(b, '\n')
}
