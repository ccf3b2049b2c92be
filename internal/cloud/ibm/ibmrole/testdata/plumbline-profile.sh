# Save as plumbline-profile.sh and run sh plumbline-profile.sh where ibmcloud login
# has signed in to the account.
# The metadata service of the server has to be on: that is where it gets its tokens.
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
ibmcloud iam trusted-profile-link-create plumbline-reader --name plumbline --cr-type VSI --link-crn 'crn:v1:bluemix:public:is:us-south-1:a/0123456789abcdef0123456789abcdef::instance:0717_1e09281b-f177-46fb-baf1-bc152b2e391a'
ibmcloud iam access-group-trusted-profile-add plumbline-readers plumbline-reader
ibmcloud iam trusted-profile plumbline-reader
