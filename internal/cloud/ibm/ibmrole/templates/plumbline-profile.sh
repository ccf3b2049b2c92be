# Save as plumbline-profile.sh and run sh plumbline-profile.sh where ibmcloud login
# has signed in to the account.
# The metadata service of the server has to be on: that is where it gets its tokens.
# The last line prints the id of the profile.
{{- if .Unknown}}
# First replace what stands in angle brackets, and the brackets too.
{{- end}}

{{template "group.sh" .}}

ibmcloud iam trusted-profile-create plumbline-reader --description "Plumbline reads settings with this"
ibmcloud iam trusted-profile-link-create plumbline-reader --name plumbline --cr-type VSI --link-crn '{{.Server}}'
ibmcloud iam access-group-trusted-profile-add plumbline-readers plumbline-reader
ibmcloud iam trusted-profile plumbline-reader
