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
      "Sid": "FindTheRegions",
      "Effect": "Allow",
      "Action": "ec2:DescribeRegions",
      "Resource": "*"
    },
    {
      "Sid": "ReadMetadataDefaults",
      "Effect": "Allow",
      "Action": "ec2:GetInstanceMetadataDefaults",
      "Resource": "*"
    },
    {
      "Sid": "ReadInstances",
      "Effect": "Allow",
      "Action": "ec2:DescribeInstances",
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
