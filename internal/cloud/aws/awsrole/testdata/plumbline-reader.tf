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
      # DescribeLaunchTemplateVersions and DescribeLaunchConfigurations send user data too. Where reading user data is switched off, Plumbline drops it unread.
      {
        Sid    = "Inventory"
        Effect = "Allow"
        Action = [
          "ec2:DescribeRegions",
          "ec2:GetInstanceMetadataDefaults",
          "ec2:DescribeInstances",
          "ec2:DescribeImages",
          "ec2:DescribeLaunchTemplates",
          "ec2:DescribeLaunchTemplateVersions",
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeLaunchConfigurations",
          "cloudwatch:GetMetricData",
          "ssm:DescribeInstanceInformation",
          "ssm:DescribeInstancePatchStates",
          "ecs:ListClusters",
          "ecs:ListContainerInstances",
          "ecs:DescribeContainerInstances",
          "ec2:DescribeVolumes",
          "ec2:DescribeSnapshots",
          "ec2:GetEbsEncryptionByDefault",
          "ec2:GetSnapshotBlockPublicAccessState",
          "ec2:GetImageBlockPublicAccessState",
          "ec2:GetSerialConsoleAccessStatus",
          "backup:ListBackupVaults",
          "backup:ListProtectedResources",
        ]
        Resource = "*"
      },
      {
        Sid    = "Network"
        Effect = "Allow"
        Action = [
          "ec2:DescribeVpcs",
          "ec2:DescribeSubnets",
          "ec2:DescribeRouteTables",
          "ec2:DescribeInternetGateways",
          "ec2:DescribeEgressOnlyInternetGateways",
          "ec2:DescribeNatGateways",
          "ec2:DescribeCarrierGateways",
          "ec2:DescribeNetworkAcls",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSecurityGroupRules",
          "ec2:DescribeSecurityGroupVpcAssociations",
          "ec2:DescribeManagedPrefixLists",
          "ec2:GetManagedPrefixListEntries",
          "ec2:DescribeVpcBlockPublicAccessOptions",
          "ec2:DescribeVpcBlockPublicAccessExclusions",
          "ec2:DescribeAddresses",
          "ec2:DescribeNetworkInterfaces",
          "elasticloadbalancing:DescribeLoadBalancers",
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
          "elasticloadbalancing:DescribeTargetGroupAttributes",
          "ec2:DescribeVpcEndpoints",
          "ec2:DescribeVpnConnections",
          "ec2:DescribeClientVpnEndpoints",
          "ec2:DescribeFlowLogs",
        ]
        Resource = "*"
      },
      # GenerateCredentialReport has IAM make a report, which changes nothing in the account.
      {
        Sid    = "Identity"
        Effect = "Allow"
        Action = [
          "iam:GetAccountAuthorizationDetails",
          "iam:ListRoles",
          "iam:ListInstanceProfiles",
          "iam:GetAccountSummary",
          "iam:GenerateCredentialReport",
          "iam:GetCredentialReport",
          "organizations:DescribeOrganization",
          "organizations:DescribeEffectivePolicy",
        ]
        Resource = "*"
      },
      {
        Sid    = "Watching"
        Effect = "Allow"
        Action = [
          "cloudtrail:DescribeTrails",
          "cloudtrail:GetTrailStatus",
          "cloudtrail:GetEventSelectors",
          "cloudwatch:DescribeAlarms",
          "logs:DescribeMetricFilters",
          "guardduty:ListDetectors",
          "guardduty:GetDetector",
          "access-analyzer:ListAnalyzers",
          "config:DescribeConfigurationRecorderStatus",
        ]
        Resource = "*"
      },
      # What an instance runs when it starts often holds secrets, and IAM cannot allow it for some instances only. Without this statement, or with reading user data switched off, secrets in user data are not assessed.
      {
        Sid    = "OptionalUserData"
        Effect = "Allow"
        Action = [
          "ec2:DescribeInstanceAttribute",
        ]
        Resource = "*"
      },
      # These answer in the management account, or where the organisation delegated them. Elsewhere they are refused, and what service control policies forbid is not assessed.
      {
        Sid    = "OptionalOrganisation"
        Effect = "Allow"
        Action = [
          "organizations:ListParents",
          "organizations:ListPoliciesForTarget",
          "organizations:DescribePolicy",
        ]
        Resource = "*"
      },
    ]
  })
}

output "plumbline_role_arn" {
  description = "Give this to Plumbline"
  value       = aws_iam_role.plumbline.arn
}
