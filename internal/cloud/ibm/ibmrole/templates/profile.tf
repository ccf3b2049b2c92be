{{define "profile.tf" -}}
resource "ibm_iam_trusted_profile" "plumbline" {
  name        = "plumbline-reader"
  description = "Plumbline reads settings with this"
}
{{- end}}

{{define "profile-in-group.tf" -}}
resource "ibm_iam_access_group_members" "plumbline" {
  access_group_id = ibm_iam_access_group.plumbline.id
  iam_profile_ids = [ibm_iam_trusted_profile.plumbline.id]
}

output "plumbline_profile_id" {
  description = "Give this to Plumbline"
  value       = ibm_iam_trusted_profile.plumbline.id
}
{{- end}}
