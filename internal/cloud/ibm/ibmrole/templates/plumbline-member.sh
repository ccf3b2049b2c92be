# Save as plumbline-member.sh and run sh plumbline-member.sh where ibmcloud login,
# or ibmcloud target -c ACCOUNT, has signed in to the account to be read.
# The last line prints the id of the profile.
{{- if .Unknown}}
# First replace what stands in angle brackets, and the brackets too.
{{- end}}

{{template "group.sh" .}}

ibmcloud iam trusted-profile-create plumbline-reader --description "Plumbline reads settings with this"
# The service ID stands in another account. It may become this profile, and nothing else here.
ibmcloud iam trusted-profile-identity-create plumbline-reader --id '{{.Service}}' --id-type SERVICEID
ibmcloud iam access-group-trusted-profile-add plumbline-readers plumbline-reader
ibmcloud iam trusted-profile plumbline-reader
