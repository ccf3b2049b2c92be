# Paste into a shell that is signed in to the organisation's management account,
# or save as plumbline-delegation.sh and run: sh plumbline-delegation.sh
#
# It lets accounts read which service control policies bind them. An organisation
# has one delegation policy: where there is one already, this changes nothing,
# and its statement has to be added by hand.
{{- if not .Accounts}}
#
# First replace what stands between < and > in the policy; name every account.
{{- end}}

cat > plumbline-delegation.json <<'PLUMBLINE'
{{.Delegation}}PLUMBLINE

found=$(aws organizations describe-resource-policy 2>&1) || true
case $found in
  *ResourcePolicyNotFoundException*)
    aws organizations put-resource-policy --content file://plumbline-delegation.json ;;
  *)
    echo "Nothing was changed. Add the statement in plumbline-delegation.json to the delegation policy. AWS said of that:" >&2
    echo "$found" >&2 ;;
esac
