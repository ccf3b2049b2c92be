# Save as plumbline-reader.tf, then: terraform init && terraform apply
# The output plumbline_role_arn is what Plumbline asks for.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
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
  description = "Plumbline sends this when it becomes the role"
{{- if .ExternalID}}
  default     = {{quoted .ExternalID}}
{{- end}}
}

resource "aws_iam_role" "plumbline" {
  name        = "plumbline-reader"
  description = "Plumbline reads settings with this role"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = var.plumbline_principal }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "sts:ExternalId" = var.plumbline_external_id } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "plumbline_read" {
  name = "plumbline-read"
  role = aws_iam_role.plumbline.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
{{- range .Statements}}
{{- with note .Sid}}
      # {{.}}
{{- end}}
      {
        Sid    = {{quoted .Sid}}
        Effect = {{quoted .Effect}}
        Action = [
{{- range .Action}}
          {{quoted .}},
{{- end}}
        ]
        Resource = {{quoted .Resource}}
      },
{{- end}}
    ]
  })
}

output "plumbline_role_arn" {
  description = "Give this to Plumbline"
  value       = aws_iam_role.plumbline.arn
}
