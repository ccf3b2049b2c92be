# Paste into a shell that is signed in to the account, or save as
# plumbline-reader.sh and run: sh plumbline-reader.sh
# The last line prints the ARN that Plumbline asks for.
{{- if or (not .Principal) (not .ExternalID)}}
# First replace what stands between < and > in the trust policy.
{{- end}}

cat > plumbline-trust.json <<'PLUMBLINE'
{{.Trust}}PLUMBLINE

cat > plumbline-policy.json <<'PLUMBLINE'
{{.Policy}}PLUMBLINE

aws iam create-role --role-name plumbline-reader --description "Plumbline reads settings with this role" \
  --assume-role-policy-document file://plumbline-trust.json &&
aws iam put-role-policy --role-name plumbline-reader --policy-name plumbline-read \
  --policy-document file://plumbline-policy.json &&
aws iam get-role --role-name plumbline-reader --query Role.Arn --output text
