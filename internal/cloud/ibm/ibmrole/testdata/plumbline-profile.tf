# Save as plumbline-profile.tf, then: terraform init && terraform apply
# The server's metadata service has to be on: that is where it gets its tokens.
# The output plumbline_profile_id is the id of the profile.

variable "plumbline_server" {
  type        = string
  description = "CRN of the virtual server that Plumbline runs on"
  default     = "crn:v1:bluemix:public:is:us-south-1:a/0123456789abcdef0123456789abcdef::instance:0717_1e09281b-f177-46fb-baf1-bc152b2e391a"
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

resource "ibm_iam_trusted_profile_link" "plumbline" {
  profile_id = ibm_iam_trusted_profile.plumbline.id
  name       = "plumbline"
  cr_type    = "VSI"

  link {
    crn = var.plumbline_server
  }
}

resource "ibm_iam_access_group_members" "plumbline" {
  access_group_id = ibm_iam_access_group.plumbline.id
  iam_profile_ids = [ibm_iam_trusted_profile.plumbline.id]
}

output "plumbline_profile_id" {
  description = "Give this to Plumbline"
  value       = ibm_iam_trusted_profile.plumbline.id
}
