package ui

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/cloud/aws/awsrole"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// unknownPrincipal stands where the program does not know who it is.
const unknownPrincipal = "arn:aws:iam::ACCOUNT:role/ROLE-OF-PLUMBLINE"

// tools fills in the ways to create the identity: the same policy and the same
// trust in each.
func (u *ui) tools(p *pages.Onboarding, o *onboarding) error {
	if u.Policy == nil {
		p.Unknown = "The permissions are not known to this installation. “plumbline permissions " + o.provider + "” prints them."
		return nil
	}
	policy, err := u.Policy(o.provider)
	if err != nil {
		return fmt.Errorf("policy of %s: %w", o.provider, err)
	}
	if o.provider == "ibm" {
		if o.wanted != "" {
			u.toolsMember(p)
		} else {
			toolsIBM(p)
		}
		rolesIBM(p, policy)
		return nil
	}
	who := ""
	if u.Principal != nil {
		who = u.Principal("aws")
	}
	if who == "" {
		who = unknownPrincipal
		p.Unknown = "Plumbline does not know yet who it is in AWS. Put the ARN of the role or user that it runs with in place of " + unknownPrincipal + ". “aws sts get-caller-identity”, where Plumbline runs, tells it."
	}
	policy = strings.TrimSpace(policy)
	for _, a := range actionsOf(policy) {
		p.Permitted = append(p.Permitted, pages.Permission{Text: a})
	}
	uses := map[string]string{
		"yaml": "Save the template and deploy it, here or in the console; its first lines say how. It prints the ARN for step 3.",
		"hcl":  "Put this beside your other files and apply it. It prints the ARN for step 3.",
		"sh":   "Run this in a shell that is signed in to the account, AWS CloudShell for one. It prints the ARN for step 3.",
	}
	for _, t := range awsrole.RoleTemplates(who, o.external) {
		id := map[string]string{"yaml": "cfn", "hcl": "tf", "sh": "cli"}[t.Language]
		p.Tools = append(p.Tools, pages.Tool{ID: id, Name: t.Name, Text: uses[t.Language],
			Blocks: []parts.Code{parts.Plain("c-"+id, t.File+", external ID filled in", strings.TrimSpace(t.Text))}})
	}
	of := map[string]struct{ id, use string }{
		"plumbline-organisation.sh": {"org", "For all accounts of an organisation at once, and those that join it later. Connect each with its own ARN afterwards; the external ID is the same."},
		"plumbline-organisation.tf": {"org-tf", "The same stack set, for those who keep the organisation in Terraform."},
		"plumbline-delegation.sh":   {"org-read", "Lets the accounts read which service control policies bind them. Without it only what those forbid is not assessed."},
	}
	for _, t := range awsrole.OrganisationTemplates(awsrole.Organisation{Principal: who, ExternalID: o.external}) {
		p.Tools = append(p.Tools, pages.Tool{ID: of[t.File].id, Name: t.Name, Text: of[t.File].use,
			Blocks: []parts.Code{parts.Plain("c-"+of[t.File].id, t.File, strings.TrimSpace(t.Text))}})
	}
	p.Tools = append(p.Tools, pages.Tool{ID: "policy", Name: "Policy only", Text: "For a role that you make yourself: what it is allowed, and who may take it on.",
		Blocks: []parts.Code{parts.Plain("c-policy", "policy.json, "+some(len(p.Permitted), "action", "actions")+", all of them reading", policy),
			parts.Plain("c-trust", "trust.json, external ID filled in", strings.TrimSpace(string(awsrole.Trust(who, o.external))))}})
	return nil
}

// actionsOf lists what a policy allows.
func actionsOf(policy string) []string {
	var p struct {
		Statement []struct{ Action any }
	}
	if json.Unmarshal([]byte(policy), &p) != nil {
		return nil
	}
	var out []string
	for _, s := range p.Statement {
		switch a := s.Action.(type) {
		case string:
			out = append(out, a)
		case []any:
			for _, x := range a {
				out = append(out, fmt.Sprint(x))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
