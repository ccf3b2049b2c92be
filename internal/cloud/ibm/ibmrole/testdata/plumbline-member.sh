# Save as plumbline-member.sh and run sh plumbline-member.sh where ibmcloud login,
# or ibmcloud target -c ACCOUNT, has signed in to the account to be read.
# The last line prints the id of the profile.

ibmcloud iam access-group-create plumbline-readers --description "Plumbline reads settings with this"
ibmcloud iam access-group-policy-create plumbline-readers --roles Viewer --service-name is
# API keys of others are told to Editor and Operator, who may change or delete them too, or to a custom role with the actions iam-identity.apikey.list and iam-identity.apikey.get. With Viewer, only those keys are judged that IBM Cloud tells.
ibmcloud iam access-group-policy-create plumbline-readers --roles Viewer --service-name iam-identity
ibmcloud iam access-group-policy-create plumbline-readers --roles Viewer --service-name iam-access-management
ibmcloud iam access-group-policy-create plumbline-readers --roles Viewer --service-name iam-groups
ibmcloud iam access-group-policy-create plumbline-readers --roles Viewer --resource-type resource-group
ibmcloud iam access-group-policy-create plumbline-readers --roles Viewer --service-name atracker
# Answers in the account that an enterprise belongs to. Elsewhere it may be left out.
ibmcloud iam access-group-policy-create plumbline-readers --roles Viewer --service-name enterprise

ibmcloud iam trusted-profile-create plumbline-reader --description "Plumbline reads settings with this"
# The service ID stands in another account. It may become this profile, and nothing else here.
ibmcloud iam trusted-profile-identity-create plumbline-reader --id 'ServiceId-9b8290f1-5f77-4d62-a3f8-c79d51898457' --id-type SERVICEID
ibmcloud iam access-group-trusted-profile-add plumbline-readers plumbline-reader
ibmcloud iam trusted-profile plumbline-reader
