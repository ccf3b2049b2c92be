package ui

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"plumbline/web/pages"
	"plumbline/web/parts"
)

// Names of what is created in the account.
const (
	roleName   = "plumbline-reader"
	policyName = "plumbline-read"
)

// unknownPrincipal stands where the program does not know who it is.
const unknownPrincipal = "arn:aws:iam::ACCOUNT:role/ROLE-OF-PLUMBLINE"

// tools fills in the ways to create the identity: the same policy and the same
// trust in each.
func (u *ui) tools(p *pages.Onboarding, o *onboarding) error {
	if u.Policy == nil {
		p.Unknown = "The permissions are not known to this installation. “plumbline permissions aws” prints them."
		return nil
	}
	policy, err := u.Policy("aws")
	if err != nil {
		return fmt.Errorf("policy of aws: %w", err)
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
	trust, err := trustPolicy(who, o.external)
	if err != nil {
		return err
	}
	p.Permitted = actionsOf(policy)
	p.Tools = []pages.Tool{
		cloudFormation(who, o.external, policy), terraform(trust, policy), awsCLI(trust, policy),
		{ID: "policy", Name: "Policy only", Text: "For a role that you make yourself: what it is allowed, and who may take it on.",
			Blocks: []parts.Code{parts.Plain("c-policy", "policy.json, "+some(len(p.Permitted), "action", "actions")+", all of them reading", policy), parts.Plain("c-trust", "trust.json, external ID filled in", trust)}},
	}
	return nil
}

// trustPolicy lets our identity take on the role, and nobody who does not know
// the external id.
func trustPolicy(who, external string) (string, error) {
	type statement struct {
		Effect    string
		Principal map[string]string
		Action    string
		Condition map[string]map[string]string
	}
	b, err := json.MarshalIndent(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{
		Effect: "Allow", Principal: map[string]string{"AWS": who}, Action: "sts:AssumeRole",
		Condition: map[string]map[string]string{"StringEquals": {"sts:ExternalId": external}},
	}}}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("trust policy: %w", err)
	}
	return string(b), nil
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

// indent moves every line but the first to the right.
func indent(s string, by int) string {
	return strings.ReplaceAll(s, "\n", "\n"+strings.Repeat(" ", by))
}

func cloudFormation(who, external, policy string) pages.Tool {
	template := `AWSTemplateFormatVersion: "2010-09-09"
Description: Lets Plumbline read the settings of this account, and nothing else.
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: ` + roleName + `
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: "` + who + `" }
            Action: sts:AssumeRole
            Condition: { StringEquals: { "sts:ExternalId": "` + external + `" } }
      Policies:
        - PolicyName: ` + policyName + `
          PolicyDocument:
            ` + indent(policy, 12) + `
Outputs:
  RoleArn:
    Value: !GetAtt Reader.Arn
`
	deploy := `aws cloudformation deploy --stack-name ` + roleName + ` \
  --template-file plumbline-reader.yaml --capabilities CAPABILITY_NAMED_IAM
aws cloudformation describe-stacks --stack-name ` + roleName + ` \
  --query "Stacks[0].Outputs[0].OutputValue" --output text`
	return pages.Tool{ID: "cfn", Name: "CloudFormation", Text: "Save the template as plumbline-reader.yaml and deploy it, here or in the console. It prints the ARN for step 3.",
		Blocks: []parts.Code{parts.Plain("c-cfn", "plumbline-reader.yaml, external ID filled in", template), parts.Plain("c-cfn-run", "Deploy it", deploy)}}
}

func terraform(trust, policy string) pages.Tool {
	text := `resource "aws_iam_role" "plumbline_reader" {
  name               = "` + roleName + `"
  assume_role_policy = <<-JSON
    ` + indent(trust, 4) + `
  JSON
}

resource "aws_iam_role_policy" "plumbline_read" {
  name   = "` + policyName + `"
  role   = aws_iam_role.plumbline_reader.id
  policy = <<-JSON
    ` + indent(policy, 4) + `
  JSON
}

output "plumbline_role_arn" {
  value = aws_iam_role.plumbline_reader.arn
}`
	return pages.Tool{ID: "tf", Name: "Terraform", Text: "Put this beside your other files and apply it. It prints the ARN for step 3.",
		Blocks: []parts.Code{parts.Plain("c-tf", "plumbline.tf, external ID filled in", text)}}
}

func awsCLI(trust, policy string) pages.Tool {
	text := `cat > trust.json <<'JSON'
` + trust + `
JSON
cat > policy.json <<'JSON'
` + policy + `
JSON
aws iam create-role --role-name ` + roleName + ` \
  --assume-role-policy-document file://trust.json
aws iam put-role-policy --role-name ` + roleName + ` \
  --policy-name ` + policyName + ` --policy-document file://policy.json
aws iam get-role --role-name ` + roleName + ` --query Role.Arn --output text`
	return pages.Tool{ID: "cli", Name: "AWS CLI", Text: "Run this in a shell that is signed in to the account, AWS CloudShell for one. It prints the ARN for step 3.",
		Blocks: []parts.Code{parts.Plain("c-cli", "Two files and three calls, external ID filled in", text)}}
}
