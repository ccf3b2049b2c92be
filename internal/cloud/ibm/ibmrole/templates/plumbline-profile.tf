# Save as plumbline-profile.tf, then: terraform init && terraform apply
# The server's metadata service has to be on: that is where it gets its tokens.
# The output plumbline_profile_id is the id of the profile.

variable "plumbline_server" {
  type        = string
  description = "CRN of the virtual server that Plumbline runs on"
{{- if not .Unknown}}
  default     = "{{.Server}}"
{{- end}}
}

{{template "group.tf" .}}

{{template "profile.tf" .}}

resource "ibm_iam_trusted_profile_link" "plumbline" {
  profile_id = ibm_iam_trusted_profile.plumbline.id
  name       = "plumbline"
  cr_type    = "VSI"

  link {
    crn = var.plumbline_server
  }
}

{{template "profile-in-group.tf" .}}
