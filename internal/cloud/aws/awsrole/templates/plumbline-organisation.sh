# Paste into a shell that is signed in to the organisation's management account,
# or save as plumbline-organisation.sh and run: sh plumbline-organisation.sh
#
# It makes the role plumbline-reader in every account of the organisation's
# units that are named below, and in each that joins them later. In an account
# that administers stack sets for the management account, add
# --call-as DELEGATED_ADMIN to each command.
#
# Once in an organisation, stack sets have to be let in:
#   aws cloudformation activate-organizations-access
#
# The management account itself gets no stack: make its role as in a single
# account. The role of an account is {{.RoleARN}}
{{- if .Asks}}
#
# First replace what stands between < and > in the parameters.
{{- end}}

cat > plumbline-reader.yaml <<'PLUMBLINE'
{{.Body}}PLUMBLINE

cat > plumbline-parameters.json <<'PLUMBLINE'
{{.Parameters}}PLUMBLINE

{{if .Units -}}
cat > plumbline-targets.json <<'PLUMBLINE'
{{.Targets}}PLUMBLINE
{{- else -}}
root=$(aws organizations list-roots --query "Roots[0].Id" --output text)
printf '{"OrganizationalUnitIds": ["%s"]}\n' "$root" > plumbline-targets.json
{{- end}}

aws cloudformation create-stack-set --region {{.Region}} --stack-set-name plumbline-reader \
  --description "Plumbline reads settings with this role" \
  --template-body file://plumbline-reader.yaml --parameters file://plumbline-parameters.json \
  --capabilities CAPABILITY_NAMED_IAM --permission-model SERVICE_MANAGED \
  --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false &&
aws cloudformation create-stack-instances --region {{.Region}} --stack-set-name plumbline-reader \
  --deployment-targets file://plumbline-targets.json --regions {{.Region}} \
  --operation-preferences FailureTolerancePercentage=100,MaxConcurrentPercentage=25

# It takes some minutes. This tells how far it is, account by account:
#   aws cloudformation list-stack-instances --region {{.Region}} --stack-set-name plumbline-reader \
#     --query "Summaries[].[Account,StackInstanceStatus.DetailedStatus]" --output text
