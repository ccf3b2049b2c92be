# Save as plumbline-key.sh and run sh plumbline-key.sh where ibmcloud login has
# signed in to the account.
# The key lives until somebody deletes it. Where Plumbline runs on a virtual
# server of IBM Cloud, a trusted profile needs no key: prefer that.

{{template "group.sh" .}}

ibmcloud iam service-id-create plumbline-reader --description "Plumbline reads settings with this"
ibmcloud iam access-group-service-id-add plumbline-readers plumbline-reader
# The file holds the key: give its member apikey to Plumbline as IBMCLOUD_API_KEY, and delete the file.
(umask 077 && ibmcloud iam service-api-key-create plumbline plumbline-reader --file plumbline-key.json)
