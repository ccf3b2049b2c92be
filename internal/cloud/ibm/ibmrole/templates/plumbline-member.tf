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

resource "ibm_iam_trusted_profile" "plumbline" {
  name        = "plumbline-reader"
  description = "Plumbline reads settings with this"
}

resource "ibm_iam_trusted_profile_identity" "plumbline" {
  profile_id    = ibm_iam_trusted_profile.plumbline.id
  identity_type = "serviceid"
  type          = "serviceid"
  identifier    = var.plumbline_service_id
}

resource "ibm_iam_access_group_members" "plumbline" {
  access_group_id = ibm_iam_access_group.plumbline.id
  iam_profile_ids = [ibm_iam_trusted_profile.plumbline.id]
}

output "plumbline_profile_id" {
  description = "Give this to Plumbline"
  value       = ibm_iam_trusted_profile.plumbline.id
}
