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
  region = "us-east-1"
}

variable "plumbline_principal" {
  type        = string
  description = "ARN of the identity that Plumbline signs in with"
  default     = "arn:aws:iam::111122223333:role/plumbline-server"
}

variable "plumbline_external_id" {
  type        = string
  description = "Plumbline sends this when it becomes one of the roles"
  default     = "4f1c0d5e-6a41-4e6e-9c0b-2f1f8a7d3b90"
}

variable "plumbline_units" {
  type        = list(string)
  description = "Organisational units that get the role; none: all of them"
  default     = ["ou-ab12-cdefgh34", "ou-ab12-ijklmn56"]
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
# Save as plumbline-reader.yaml, then:
#
#   aws cloudformation deploy --stack-name plumbline-reader \
#     --template-file plumbline-reader.yaml --capabilities CAPABILITY_NAMED_IAM
#   aws cloudformation describe-stacks --stack-name plumbline-reader \
#     --query "Stacks[0].Outputs[0].OutputValue" --output text
#
# The last line prints the ARN that Plumbline asks for.
AWSTemplateFormatVersion: "2010-09-09"
Description: A role with which Plumbline reads settings of this account. It can change nothing.

Parameters:
  Principal:
    Type: String
    Description: ARN of the identity that Plumbline signs in with
  ExternalId:
    Type: String
    MinLength: 2
    Description: Plumbline sends this when it becomes the role

Resources:
  PlumblineRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: plumbline-reader
      Description: Plumbline reads settings with this role
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              AWS: !Ref Principal
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                sts:ExternalId: !Ref ExternalId
      Policies:
        - PolicyName: plumbline-read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              # DescribeLaunchTemplateVersions and DescribeLaunchConfigurations send user data too. Where reading user data is switched off, Plumbline drops it unread.
              - Sid: Inventory
                Effect: Allow
                Action:
                  - ec2:DescribeRegions
                  - ec2:GetInstanceMetadataDefaults
                  - ec2:DescribeInstances
                  - ec2:DescribeImages
                  - ec2:DescribeLaunchTemplates
                  - ec2:DescribeLaunchTemplateVersions
                  - autoscaling:DescribeAutoScalingGroups
                  - autoscaling:DescribeLaunchConfigurations
                  - cloudwatch:GetMetricData
                  - ssm:DescribeInstanceInformation
                  - ssm:DescribeInstancePatchStates
                  - ecs:ListClusters
                  - ecs:ListContainerInstances
                  - ecs:DescribeContainerInstances
                  - ec2:DescribeVolumes
                  - ec2:DescribeSnapshots
                  - ec2:GetEbsEncryptionByDefault
                  - ec2:GetSnapshotBlockPublicAccessState
                  - ec2:GetImageBlockPublicAccessState
                  - ec2:GetSerialConsoleAccessStatus
                  - backup:ListBackupVaults
                  - backup:ListProtectedResources
                Resource: "*"
              - Sid: Network
                Effect: Allow
                Action:
                  - ec2:DescribeVpcs
                  - ec2:DescribeSubnets
                  - ec2:DescribeRouteTables
                  - ec2:DescribeInternetGateways
                  - ec2:DescribeEgressOnlyInternetGateways
                  - ec2:DescribeNatGateways
                  - ec2:DescribeCarrierGateways
                  - ec2:DescribeNetworkAcls
                  - ec2:DescribeSecurityGroups
                  - ec2:DescribeSecurityGroupRules
                  - ec2:DescribeSecurityGroupVpcAssociations
                  - ec2:DescribeManagedPrefixLists
                  - ec2:GetManagedPrefixListEntries
                  - ec2:DescribeVpcBlockPublicAccessOptions
                  - ec2:DescribeVpcBlockPublicAccessExclusions
                  - ec2:DescribeAddresses
                  - ec2:DescribeNetworkInterfaces
                  - elasticloadbalancing:DescribeLoadBalancers
                  - elasticloadbalancing:DescribeListeners
                  - elasticloadbalancing:DescribeRules
                  - elasticloadbalancing:DescribeTargetGroups
                  - elasticloadbalancing:DescribeTargetHealth
                  - elasticloadbalancing:DescribeTargetGroupAttributes
                  - ec2:DescribeVpcEndpoints
                  - ec2:DescribeVpnConnections
                  - ec2:DescribeClientVpnEndpoints
                  - ec2:DescribeFlowLogs
                Resource: "*"
              # GenerateCredentialReport has IAM make a report, which changes nothing in the account.
              - Sid: Identity
                Effect: Allow
                Action:
                  - iam:GetAccountAuthorizationDetails
                  - iam:ListRoles
                  - iam:ListInstanceProfiles
                  - iam:GetAccountSummary
                  - iam:GenerateCredentialReport
                  - iam:GetCredentialReport
                  - organizations:DescribeOrganization
                  - organizations:DescribeEffectivePolicy
                Resource: "*"
              - Sid: Watching
                Effect: Allow
                Action:
                  - cloudtrail:DescribeTrails
                  - cloudtrail:GetTrailStatus
                  - cloudtrail:GetEventSelectors
                  - cloudwatch:DescribeAlarms
                  - logs:DescribeMetricFilters
                  - guardduty:ListDetectors
                  - guardduty:GetDetector
                  - access-analyzer:ListAnalyzers
                  - config:DescribeConfigurationRecorderStatus
                Resource: "*"
              # What an instance runs when it starts often holds secrets, and IAM cannot allow it for some instances only. Without this statement, or with reading user data switched off, secrets in user data are not assessed.
              - Sid: OptionalUserData
                Effect: Allow
                Action:
                  - ec2:DescribeInstanceAttribute
                Resource: "*"
              # These answer in the management account, or where the organisation delegated them. Elsewhere they are refused, and what service control policies forbid is not assessed.
              - Sid: OptionalOrganisation
                Effect: Allow
                Action:
                  - organizations:ListParents
                  - organizations:ListPoliciesForTarget
                  - organizations:DescribePolicy
                Resource: "*"

Outputs:
  RoleArn:
    Description: Give this to Plumbline
    Value: !GetAtt PlumblineRole.Arn
PLUMBLINE

  lifecycle {
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_instances" "plumbline" {
  stack_set_name = aws_cloudformation_stack_set.plumbline.name
  regions        = ["us-east-1"]

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
    replace("arn:aws:iam::ACCOUNT:role/plumbline-reader", "ACCOUNT", s.account_id)
  ]
}
