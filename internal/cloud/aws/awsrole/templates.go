package awsrole

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"unicode/utf8"
)

// A Template makes the role that scans.
type Template struct {
	Name     string // "CloudFormation"
	File     string // what to save it as
	Language string // yaml, hcl or sh
	Text     string
}

// What stands in a template where a value is not known yet. AWS accepts
// neither, so that nobody creates a role with one of them by accident.
const (
	noPrincipal  = "<ARN of the identity that Plumbline signs in with>"
	noExternalID = "<external id>"
)

//go:embed templates
var files embed.FS

var texts = template.Must(template.New("").Option("missingkey=error").
	Funcs(template.FuncMap{"quoted": quoted, "note": func(sid string) string { return Notes[sid] }}).ParseFS(files, "templates/*"))

// RoleTemplates writes a role that may do what a scan needs and no more, and
// that only the principal may become, who has to know the external id. Where
// one of the two is "", whoever uses the template is asked for it.
//
// The values are data: however they are spelled, they add nothing to a text but
// themselves.
func RoleTemplates(principal, externalID string) []Template {
	fill := filling{principal, externalID, statements(), string(Trust(principal, externalID)), string(Policy())}
	list := []Template{
		{Name: "CloudFormation", File: readerFile, Language: "yaml"},
		{Name: "Terraform", File: "plumbline-reader.tf", Language: "hcl"},
		{Name: "AWS CLI", File: "plumbline-reader.sh", Language: "sh"},
	}
	for i := range list {
		list[i].Text = written(list[i].File, fill)
	}
	return list
}

// filling is what the templates of a single account are filled with.
type filling struct {
	Principal, ExternalID string
	Statements            []statement
	Trust, Policy         string
}

// readerFile is the CloudFormation template, which a stack set uses too.
const readerFile = "plumbline-reader.yaml"

// written fills a template.
func written(file string, fill any) string {
	var b strings.Builder
	if err := texts.ExecuteTemplate(&b, file, fill); err != nil {
		panic(err) // a template of ours, filled with strings
	}
	return b.String()
}

// Principal is whom a trust policy has to name for an identity that AWS spelled
// as arn. Of a role's session that is the role: the session's name differs from
// day to day. A session does not tell its role's path; a role that has one must
// be spelled by hand.
func Principal(arn string) string {
	part := strings.SplitN(arn, ":", 6)
	if len(part) == 6 && part[2] == "sts" {
		if session := strings.Split(part[5], "/"); len(session) == 3 && session[0] == "assumed-role" {
			return strings.Join([]string{part[0], part[1], "iam", part[3], part[4], "role/" + session[1]}, ":")
		}
	}
	return arn
}

// Trust is who may become the role. The external id keeps another customer of
// whoever runs Plumbline from naming this role as theirs.
func Trust(principal, externalID string) []byte {
	if principal == "" {
		principal = noPrincipal
	}
	if externalID == "" {
		externalID = noExternalID
	}
	type condition struct {
		StringEquals map[string]string
	}
	type trusts struct {
		Effect    string
		Principal map[string]string
		Action    string
		Condition condition
	}
	return []byte(plain(struct {
		Version   string
		Statement []trusts
	}{"2012-10-17", []trusts{{"Allow", map[string]string{"AWS": principal}, CallAssumeRole,
		condition{map[string]string{"sts:ExternalId": externalID}}}}}))
}

// quoted writes a string as YAML and HCL both read it: between quotation marks,
// with an escape for all that is not plain ASCII, and for what begins an
// interpolation in HCL.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '$' || r == '%' || r < ' ' || r > '~' && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r >= utf8.RuneSelf:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
