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
  default     = "arn:aws:iam::111122223333:role/plumbline-server"
}

variable "plumbline_external_id" {
  type        = string
  description = "Plumbline sends this when it becomes the role"
  default     = "4f1c0d5e-6a41-4e6e-9c0b-2f1f8a7d3b90"
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
      {
        Sid      = "FindTheRegions"
        Effect   = "Allow"
        Action   = "ec2:DescribeRegions"
        Resource = "*"
      },
      {
        Sid      = "ReadMetadataDefaults"
        Effect   = "Allow"
        Action   = "ec2:GetInstanceMetadataDefaults"
        Resource = "*"
      },
      {
        Sid      = "ReadInstances"
        Effect   = "Allow"
        Action   = "ec2:DescribeInstances"
        Resource = "*"
      },
    ]
  })
}

output "plumbline_role_arn" {
  description = "Give this to Plumbline"
  value       = aws_iam_role.plumbline.arn
}
