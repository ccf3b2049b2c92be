{{define "group.tf" -}}
terraform {
  required_providers {
    ibm = {
      source = "IBM-Cloud/ibm"
    }
  }
}

resource "ibm_iam_access_group" "plumbline" {
  name        = "plumbline-readers"
  description = "Plumbline reads settings with this"
}
{{- range .Grants}}
{{with .Note}}
# {{.}}
{{- end}}
resource "ibm_iam_access_group_policy" "plumbline_{{.Service}}" {
  access_group_id = ibm_iam_access_group.plumbline.id
  roles           = ["{{.Role}}"]

  resources {
    {{if .IsType}}resource_type{{else}}service{{end}} = "{{.Service}}"
  }
}
{{- end}}
{{- end}}
