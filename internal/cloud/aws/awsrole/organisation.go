package awsrole

// Organisation are the commands that make the role in every account of an
// organisation, and in those that join it later, by a stack set of the
// CloudFormation template. They run in the management account, or where the
// organisation delegated stack sets (CreateStackSet: service-managed
// permissions). A stack set leaves the management account itself out.
func Organisation() Template {
	return Template{Name: "Organisation", File: "plumbline-organisation.sh", Language: "sh", Text: `# Save the template of "CloudFormation" as plumbline-reader.yaml, then run this
# signed in to the management account of the organisation. IAM knows no regions:
# one region is enough for all accounts.
root=$(aws organizations list-roots --query "Roots[0].Id" --output text)
aws cloudformation create-stack-set --stack-set-name plumbline-reader \
  --template-body file://plumbline-reader.yaml --capabilities CAPABILITY_NAMED_IAM \
  --permission-model SERVICE_MANAGED \
  --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false
aws cloudformation create-stack-instances --stack-set-name plumbline-reader \
  --deployment-targets OrganizationalUnitIds="$root" --regions us-east-1
# A stack set leaves the management account itself out: deploy the template
# there as in any single account.
# The role's ARN is the same in each account but for the number:
#   arn:aws:iam::ACCOUNT:role/plumbline-reader
`}
}
