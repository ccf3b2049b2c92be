# Save as plumbline-organisation.tf, then: terraform init && terraform apply
# Apply it in the organisation's management account. It makes the role
# plumbline-reader in every account of the units, and in each that joins them
# later. The management account itself gets no stack: make its role as in a
# single account.
#
# Once in an organisation, stack sets have to be let in:
#   aws cloudformation activate-organizations-access

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.67"
    }
  }
}

provider "aws" {
  region = {{quoted .Region}}
}

variable "plumbline_principal" {
  type        = string
  description = "ARN of the identity that Plumbline signs in with"
{{- if .Principal}}
  default     = {{quoted .Principal}}
{{- end}}
}

variable "plumbline_external_id" {
  type        = string
  description = "Plumbline sends this when it becomes one of the roles"
{{- if .ExternalID}}
  default     = {{quoted .ExternalID}}
{{- end}}
}

variable "plumbline_units" {
  type        = list(string)
  description = "Organisational units that get the role; none: all of them"
  default     = [{{range $i, $u := .Units}}{{if $i}}, {{end}}{{quoted $u}}{{end}}]
}

data "aws_organizations_organization" "this" {}

resource "aws_cloudformation_stack_set" "plumbline" {
  name             = "plumbline-reader"
  description      = "Plumbline reads settings with this role"
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  parameters = {
    Principal  = var.plumbline_principal
    ExternalId = var.plumbline_external_id
  }

  template_body = <<PLUMBLINE
{{.Body}}PLUMBLINE

  lifecycle {
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_instances" "plumbline" {
  stack_set_name = aws_cloudformation_stack_set.plumbline.name
  regions        = [{{quoted .Region}}]

  deployment_targets {
    organizational_unit_ids = (
      length(var.plumbline_units) > 0 ? var.plumbline_units : [data.aws_organizations_organization.this.roots[0].id]
    )
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 25
  }
}

output "plumbline_role_arns" {
  description = "Give these to Plumbline"
  value = [
    for s in aws_cloudformation_stack_instances.plumbline.stack_instance_summaries :
    replace({{quoted .RoleARN}}, "ACCOUNT", s.account_id)
  ]
}
