package awsrole

import (
	"cmp"
	"encoding/json"
	"strings"
)

// An Organisation says for which accounts OrganisationTemplates writes. Who
// uses a text is asked for what is left out, but for the units.
type Organisation struct {
	Principal string // ARN of the identity that Plumbline signs in with
	// ExternalID is one for all accounts. It keeps another customer of whoever
	// runs Plumbline from naming these roles as theirs, and the accounts of one
	// organisation are one customer's. A stack set, too, gives an account that
	// joins later the parameters that all others got.
	ExternalID string
	Units      []string // organisational units that get the role, "ou-ab12-cdefgh34"; none: all, by the organisation's root
	Accounts   []string // ids of the accounts that are scanned, for the delegation
}

// OrganisationNotes say of onboarding an organisation what has to be known
// before any of the texts is used.
var OrganisationNotes = []string{
	"A stack set makes the same role in every account of the units that you name, and in those that join them later. All of them have one external id.",
	// CloudFormation User Guide, stack sets with service-managed permissions.
	"CloudFormation makes no stack in the management account itself, even if it stands in one of the units. Make the role there as in a single account.",
	"What service control policies forbid can be assessed only in accounts that the management account lets read those policies. The delegation does that; " +
		"without it, and with everything else in place, only this is not assessed.",
}

// noAccount stands where the accounts are not known yet.
const noAccount = "<id of an account that is scanned>"

// roleName is what each of the texts calls the role.
const roleName = "plumbline-reader"

// OrganisationTemplates writes what makes the role of RoleTemplates in every
// account of an organisation's units: as a stack set with permissions that
// CloudFormation manages, in two languages, and what the management account has
// to allow so that the statement SidOrganisation tells anything in the others.
//
// The values are data, as they are in RoleTemplates.
func OrganisationTemplates(o Organisation) []Template {
	type parameter struct{ ParameterKey, ParameterValue string }
	fill := struct {
		Organisation
		Body, Parameters, Targets, Delegation string
		Region, RoleARN                       string
		Asks                                  bool
	}{
		Organisation: o,
		Body:         written(readerFile, filling{Statements: statements()}),
		Parameters: plain([]parameter{
			{"Principal", cmp.Or(o.Principal, noPrincipal)}, {"ExternalId", cmp.Or(o.ExternalID, noExternalID)},
		}),
		Targets:    plain(struct{ OrganizationalUnitIds []string }{o.Units}),
		Delegation: string(Delegation(partition(o.Principal), o.Accounts)),
		Region:     stackRegion(partition(o.Principal)),
		RoleARN:    "arn:" + partition(o.Principal) + ":iam::ACCOUNT:role/" + roleName,
		Asks:       o.Principal == "" || o.ExternalID == "",
	}
	list := []Template{
		{Name: "CloudFormation StackSet", File: "plumbline-organisation.sh", Language: "sh"},
		{Name: "Terraform", File: "plumbline-organisation.tf", Language: "hcl"},
		{Name: "Delegation", File: "plumbline-delegation.sh", Language: "sh"},
	}
	for i := range list {
		list[i].Text = written(list[i].File, fill)
	}
	return list
}

// Delegation is what the management account of an organisation adds to its
// resource-based delegation policy, so that accounts may read which service
// control policies bind them: each of SidOrganisation's calls, and nothing that
// changes anything (Organizations User Guide, resource-based policy examples).
// partition is that of the accounts: "aws".
func Delegation(partition string, accounts []string) []byte {
	if len(accounts) == 0 {
		accounts = []string{noAccount}
	}
	var principals []string
	for _, a := range accounts {
		principals = append(principals, "arn:"+partition+":iam::"+a+":root")
	}
	var actions []string
	for _, c := range Calls {
		if c.Sid == SidOrganisation {
			actions = append(actions, c.Action)
		}
	}
	type delegates struct {
		Sid, Effect string
		Principal   map[string][]string
		Action      []string
		Resource    string
	}
	return []byte(plain(struct {
		Version   string
		Statement []delegates
	}{"2012-10-17", []delegates{{"PlumblineReadsServiceControlPolicies", "Allow", map[string][]string{"AWS": principals}, actions, "*"}}}))
}

// partition of an ARN, "aws" if it names none.
func partition(arn string) string {
	part := strings.SplitN(arn, ":", 3)
	if len(part) == 3 && part[0] == "arn" && part[1] != "" && strings.Trim(part[1], "abcdefghijklmnopqrstuvwxyz-") == "" {
		return part[1]
	}
	return "aws"
}

// stackRegion is where the stacks are made. A role has no region: one is
// enough, and it has to be one that every account has enabled.
func stackRegion(partition string) string {
	if partition == "aws-us-gov" {
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// plain writes JSON as people read it. No value can end the line that it stands
// on.
func plain(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // strings only
	}
	return b.String()
}
