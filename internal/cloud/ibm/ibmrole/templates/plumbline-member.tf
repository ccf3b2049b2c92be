# Save as plumbline-member.tf, then, with a provider that is signed in to the
# account to be read: terraform init && terraform apply
# The output plumbline_profile_id is the id of the profile.

variable "plumbline_service_id" {
  type        = string
  description = "ID of the service ID that Plumbline signs in with, which stands in another account"
{{- if not .Unknown}}
  default     = "{{.Service}}"
{{- end}}
}

{{template "group.tf" .}}

{{template "profile.tf" .}}

resource "ibm_iam_trusted_profile_identity" "plumbline" {
  profile_id    = ibm_iam_trusted_profile.plumbline.id
  identity_type = "serviceid"
  type          = "serviceid"
  identifier    = var.plumbline_service_id
}

{{template "profile-in-group.tf" .}}
