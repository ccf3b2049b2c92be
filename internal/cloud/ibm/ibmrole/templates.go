package ibmrole

import (
	"embed"
	"regexp"
	"strings"
	"text/template"
)

// A Template makes the access that a scan needs.
type Template struct {
	Name     string // "Terraform"
	File     string // what to save it as
	Language string // sh or hcl
	Key      bool   // it makes an API key, which lives until somebody deletes it
	Text     string
}

// noServer stands in a template where the server is not known yet. IBM Cloud
// does not accept it, so that nobody links a profile to it by accident.
const noServer = "<CRN of the virtual server that Plumbline runs on>"

//go:embed templates
var files embed.FS

var texts = template.Must(template.New("").Option("missingkey=error").ParseFS(files, "templates/*"))

// serverCRN is what the CRN of a virtual server is made of, and nothing that
// would end the place where it stands.
var serverCRN = regexp.MustCompile(`^crn:v1:[A-Za-z0-9_.-]+:[a-z]+:is:[a-z0-9-]+:a/[0-9a-f]{32}::instance:[A-Za-z0-9_-]+$`)

// IsServer says that a text is the CRN of a virtual server.
func IsServer(crn string) bool { return serverCRN.MatchString(crn) }

// RoleTemplates writes an access group that may read what a scan reads and no
// more, and who is in it: the trusted profile of the virtual server on which
// Plumbline runs, which needs no key that somebody could lose, or a service ID
// with an API key. Where the server's CRN is not one, whoever uses the template
// fills it in.
func RoleTemplates(server string) []Template {
	if !IsServer(server) {
		server = noServer
	}
	list := []Template{
		{Name: "IBM Cloud CLI", File: "plumbline-profile.sh", Language: "sh"},
		{Name: "Terraform", File: "plumbline-profile.tf", Language: "hcl"},
		{Name: "IBM Cloud CLI, with an API key", File: "plumbline-key.sh", Language: "sh", Key: true},
		{Name: "Terraform, with an API key", File: "plumbline-key.tf", Language: "hcl", Key: true},
	}
	return written(list, filling{server, server == noServer, Grants()})
}

// written fills templates.
func written(list []Template, fill any) []Template {
	for i := range list {
		var b strings.Builder
		if err := texts.ExecuteTemplate(&b, list[i].File, fill); err != nil {
			panic(err) // a template of ours, filled with strings
		}
		list[i].Text = b.String()
	}
	return list
}

// filling is what the templates are filled with.
type filling struct {
	Server  string
	Unknown bool // the server has to be filled in
	Grants  []Grant
}

// IsType says that a policy names the type of a resource, and no service.
func (g Grant) IsType() bool { return g.Service == ServiceResources }
