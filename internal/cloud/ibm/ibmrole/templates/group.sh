{{define "group.sh" -}}
ibmcloud iam access-group-create plumbline-readers --description "Plumbline reads settings with this"
{{- range .Grants}}
{{- with .Note}}
# {{.}}
{{- end}}
ibmcloud iam access-group-policy-create plumbline-readers --roles {{.Role}} {{if .IsType}}--resource-type{{else}}--service-name{{end}} {{.Service}}
{{- end}}
{{- end}}
