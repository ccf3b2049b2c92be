# Paste into a shell that is signed in to the account, or save as
# plumbline-reader.sh and run: sh plumbline-reader.sh
# The last line prints the ARN that Plumbline asks for.

cat > plumbline-trust.json <<'PLUMBLINE'
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws:iam::111122223333:role/plumbline-server"
      },
      "Action": "sts:AssumeRole",
      "Condition": {
        "StringEquals": {
          "sts:ExternalId": "4f1c0d5e-6a41-4e6e-9c0b-2f1f8a7d3b90"
        }
      }
    }
  ]
}
PLUMBLINE

cat > plumbline-policy.json <<'PLUMBLINE'
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Inventory",
      "Effect": "Allow",
      "Action": [
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
        "backup:ListProtectedResources"
      ],
      "Resource": "*"
    },
    {
      "Sid": "Network",
      "Effect": "Allow",
      "Action": [
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
        "ec2:DescribeFlowLogs"
      ],
      "Resource": "*"
    },
    {
      "Sid": "Identity",
      "Effect": "Allow",
      "Action": [
        "iam:GetAccountAuthorizationDetails",
        "iam:ListRoles",
        "iam:ListInstanceProfiles",
        "iam:GetAccountSummary",
        "iam:GenerateCredentialReport",
        "iam:GetCredentialReport",
        "organizations:DescribeOrganization",
        "organizations:DescribeEffectivePolicy"
      ],
      "Resource": "*"
    },
    {
      "Sid": "Watching",
      "Effect": "Allow",
      "Action": [
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudwatch:DescribeAlarms",
        "logs:DescribeMetricFilters",
        "guardduty:ListDetectors",
        "guardduty:GetDetector",
        "access-analyzer:ListAnalyzers",
        "config:DescribeConfigurationRecorderStatus"
      ],
      "Resource": "*"
    },
    {
      "Sid": "OptionalUserData",
      "Effect": "Allow",
      "Action": [
        "ec2:DescribeInstanceAttribute"
      ],
      "Resource": "*"
    },
    {
      "Sid": "OptionalOrganisation",
      "Effect": "Allow",
      "Action": [
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        "organizations:DescribePolicy"
      ],
      "Resource": "*"
    }
  ]
}
PLUMBLINE

aws iam create-role --role-name plumbline-reader --description "Plumbline reads settings with this role" \
  --assume-role-policy-document file://plumbline-trust.json &&
aws iam put-role-policy --role-name plumbline-reader --policy-name plumbline-read \
  --policy-document file://plumbline-policy.json &&
aws iam get-role --role-name plumbline-reader --query Role.Arn --output text
