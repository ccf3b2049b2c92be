# Save as plumbline-key.tf, then: terraform init && terraform apply
# The key lives until somebody deletes it, and stands in Terraform's state. Where
# Plumbline runs on a virtual server of IBM Cloud, a trusted profile needs no
# key: prefer that.

{{template "group.tf" .}}

resource "ibm_iam_service_id" "plumbline" {
  name        = "plumbline-reader"
  description = "Plumbline reads settings with this"
}

resource "ibm_iam_access_group_members" "plumbline" {
  access_group_id = ibm_iam_access_group.plumbline.id
  iam_service_ids = [ibm_iam_service_id.plumbline.id]
}

resource "ibm_iam_service_api_key" "plumbline" {
  name           = "plumbline"
  iam_service_id = ibm_iam_service_id.plumbline.iam_id
}

output "plumbline_api_key" {
  description = "Give this to Plumbline as IBMCLOUD_API_KEY"
  value       = ibm_iam_service_api_key.plumbline.apikey
  sensitive   = true
}
