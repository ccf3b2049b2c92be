# Paste into a shell that is signed in to the organisation's management account,
# or save as plumbline-delegation.sh and run: sh plumbline-delegation.sh
#
# It lets accounts read which service control policies bind them. An organisation
# has one delegation policy: where there is one already, this changes nothing,
# and its statement has to be added by hand.

cat > plumbline-delegation.json <<'PLUMBLINE'
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "PlumblineReadsServiceControlPolicies",
      "Effect": "Allow",
      "Principal": {
        "AWS": [
          "arn:aws:iam::222233334444:root",
          "arn:aws:iam::333344445555:root"
        ]
      },
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

found=$(aws organizations describe-resource-policy 2>&1) || true
case $found in
  *ResourcePolicyNotFoundException*)
    aws organizations put-resource-policy --content file://plumbline-delegation.json ;;
  *)
    echo "Nothing was changed. Add the statement in plumbline-delegation.json to the delegation policy. AWS said of that:" >&2
    echo "$found" >&2 ;;
esac
