# Save as plumbline-key.sh and run sh plumbline-key.sh where ibmcloud login has
# signed in to the account.
# The key lives until somebody deletes it. Where Plumbline runs on a virtual
# server of IBM Cloud, a trusted profile needs no key: prefer that.

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

ibmcloud iam service-id-create plumbline-reader --description "Plumbline reads settings with this"
ibmcloud iam access-group-service-id-add plumbline-readers plumbline-reader
# The file holds the key: give its member apikey to Plumbline as IBMCLOUD_API_KEY, and delete the file.
(umask 077 && ibmcloud iam service-api-key-create plumbline plumbline-reader --file plumbline-key.json)
