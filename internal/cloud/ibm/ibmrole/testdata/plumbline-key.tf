# Save as plumbline-key.tf, then: terraform init && terraform apply
# The key lives until somebody deletes it, and stands in Terraform's state. Where
# Plumbline runs on a virtual server of IBM Cloud, a trusted profile needs no
# key: prefer that.

terraform {
  required_providers {
    ibm = {
      source = "IBM-Cloud/ibm"
    }
  }
}

resource "ibm_iam_access_group" "plumbline" {
  name        = "plumbline-readers"
  description = "Plumbline reads settings with this"
}

resource "ibm_iam_access_group_policy" "plumbline_is" {
  access_group_id = ibm_iam_access_group.plumbline.id
  roles           = ["Viewer"]

  resources {
    service = "is"
  }
}

# API keys of others are told to Editor and Operator, who may change or delete them too, or to a custom role with the actions iam-identity.apikey.list and iam-identity.apikey.get. With Viewer, only those keys are judged that IBM Cloud tells.
resource "ibm_iam_access_group_policy" "plumbline_iam-identity" {
  access_group_id = ibm_iam_access_group.plumbline.id
  roles           = ["Viewer"]

  resources {
    service = "iam-identity"
  }
}

resource "ibm_iam_access_group_policy" "plumbline_iam-access-management" {
  access_group_id = ibm_iam_access_group.plumbline.id
  roles           = ["Viewer"]

  resources {
    service = "iam-access-management"
  }
}

resource "ibm_iam_access_group_policy" "plumbline_iam-groups" {
  access_group_id = ibm_iam_access_group.plumbline.id
  roles           = ["Viewer"]

  resources {
    service = "iam-groups"
  }
}

resource "ibm_iam_access_group_policy" "plumbline_resource-group" {
  access_group_id = ibm_iam_access_group.plumbline.id
  roles           = ["Viewer"]

  resources {
    resource_type = "resource-group"
  }
}

resource "ibm_iam_access_group_policy" "plumbline_atracker" {
  access_group_id = ibm_iam_access_group.plumbline.id
  roles           = ["Viewer"]

  resources {
    service = "atracker"
  }
}

# Answers in the account that an enterprise belongs to. Elsewhere it may be left out.
resource "ibm_iam_access_group_policy" "plumbline_enterprise" {
  access_group_id = ibm_iam_access_group.plumbline.id
  roles           = ["Viewer"]

  resources {
    service = "enterprise"
  }
}

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
