# Save as plumbline-member.tf, then, with a provider that is signed in to the
# account to be read: terraform init && terraform apply
# The output plumbline_profile_id is the id of the profile.

variable "plumbline_service_id" {
  type        = string
  description = "ID of the service ID that Plumbline signs in with, which stands in another account"
  default     = "ServiceId-9b8290f1-5f77-4d62-a3f8-c79d51898457"
}

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
