// Package awsrole says which rights in an AWS account a scan needs, and writes
// the role that gives them in the languages of those who set up accounts.
//
// All of it is made from Calls, so that no text falls behind the collector. It
// asks nobody and imports no SDK.
package awsrole

import (
	"encoding/json"
	"slices"
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
	OptIn    bool   // made only where whoever runs the scan switches it on
}

// The statements of the policy, by purpose. Whoever leaves out an optional one
// loses what its calls tell, and no more.
const (
	SidInventory    = "Inventory"
	SidNetwork      = "Network"
	SidIdentity     = "Identity"
	SidWatching     = "Watching"
	SidUserData     = "OptionalUserData"
	SidOrganisation = "OptionalOrganisation"
)

// Notes say of a statement what its calls alone do not.
var Notes = map[string]string{
	SidInventory: "DescribeLaunchTemplateVersions and DescribeLaunchConfigurations send user data too. Where reading user data is switched off, Plumbline drops it unread.",
	SidIdentity:  "GenerateCredentialReport has IAM make a report, which changes nothing in the account.",
	SidUserData: "What an instance runs when it starts often holds secrets, and IAM cannot allow it for some instances only. " +
		"Without this statement, or with reading user data switched off, secrets in user data are not assessed.",
	SidOrganisation: "These answer in the management account, or where the organisation delegated them. Elsewhere they are refused, " +
		"and what service control policies forbid is not assessed.",
}

// Calls lists every request that the collector may make.
var Calls = slices.Concat(loginCalls, inventoryCalls, networkCalls, identityCalls, watchingCalls, userDataCalls, organisationCalls)

// A statement is one of a policy; its fields stand in the order in which people
// write them.
type statement struct {
	Sid, Effect string
	Action      []string
	Resource    string
}

func statements() (all []statement) {
	for _, c := range Calls {
		if c.Sid == "" {
			continue
		}
		if n := len(all); n == 0 || all[n-1].Sid != c.Sid {
			all = append(all, statement{Sid: c.Sid, Effect: "Allow", Resource: "*"})
		}
		last := &all[len(all)-1]
		last.Action = append(last.Action, c.Action)
	}
	return all
}

// Policy is the least-privilege policy of the identity that scans, made from
// Calls: each statement allows the calls of one purpose and is named for it.
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
