package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"plumbline/internal/cloud/aws"
	"plumbline/internal/cloud/ibm/ibmrole"
)

type permissionsCmd struct {
	AWS permissionsAWSCmd `cmd:"" name:"aws" help:"Print the IAM policy for AWS."`
	IBM permissionsIBMCmd `cmd:"" name:"ibm" help:"Print the roles for IBM Cloud, and what creates them."`
}

type permissionsAWSCmd struct{}

// Help shows how the command is used.
func (permissionsAWSCmd) Help() string {
	return `The policy is made from the calls that the collector declares; it makes no other.

Example:
  plumbline permissions aws > plumbline-policy.json
  aws iam create-policy --policy-name plumbline-read --policy-document file://plumbline-policy.json`
}

// Run prints the policy.
func (permissionsAWSCmd) Run(s streams) error {
	_, err := fmt.Fprintf(s.out, "%s\n", aws.Policy())
	return err
}

type permissionsIBMCmd struct {
	As     string `enum:"table,cli,terraform" default:"table" help:"What to print, ${enum}: a table of the roles, or what creates them, for the ibmcloud command line or for Terraform."`
	Key    bool   `help:"Create a service ID with an API key, which lives until somebody deletes it, in place of a trusted profile."`
	Server string `help:"CRN of the virtual server that Plumbline runs on, which may become the trusted profile." placeholder:"CRN"`
	Member string `help:"For another account, as those of an enterprise are: ID of the service ID that Plumbline signs in with, which may become the trusted profile there." placeholder:"SERVICE-ID"`
}

// Help shows how the command is used.
func (permissionsIBMCmd) Help() string {
	return `The roles are made from the calls that the collector declares; it makes no other.
All of them are Viewer, which reads settings and changes nothing.

Best is a trusted profile of the virtual server that Plumbline runs on: there is no
key that somebody could lose. Elsewhere it is a service ID with an API key, which
may also become a trusted profile in each further account.

Examples:
  plumbline permissions ibm
  plumbline permissions ibm --as cli --server "$CRN" > plumbline-profile.sh
  plumbline permissions ibm --as terraform > plumbline-profile.tf
  plumbline permissions ibm --as cli --key > plumbline-key.sh
  plumbline permissions ibm --as cli --member ServiceId-9b8290f1-5f77-4d62-a3f8-c79d51898457 > plumbline-member.sh`
}

// Validate refuses what would have no effect, and a server that is none: the
// texts leave a place for it then.
func (c permissionsIBMCmd) Validate() error {
	switch {
	case c.As == "table" && (c.Key || c.Server != "" || c.Member != ""):
		return errors.New("--key, --server and --member say what is to be created: add --as cli or --as terraform")
	case c.Member != "" && (c.Key || c.Server != ""):
		return errors.New("--member is for an account in which neither the key nor the server stands: leave --key and --server out")
	case c.Member != "" && !ibmrole.IsServiceID(c.Member):
		return errors.New("--member is not the ID of a service ID; it begins with ServiceId-, and \"ibmcloud iam service-ids --uuid\" lists those of the account that Plumbline signs in to")
	case c.Key && c.Server != "":
		return errors.New("--server is for a trusted profile, and --key creates none: leave one of them out")
	case c.Server != "" && !ibmrole.IsServer(c.Server):
		return errors.New("--server is not the CRN of a virtual server; it begins with crn:v1:, and \"ibmcloud is instance NAME\" prints it")
	}
	return nil
}

// Run prints the roles, or what creates them.
func (c permissionsIBMCmd) Run(s streams) error {
	language, asked := map[string]string{"cli": "sh", "terraform": "hcl"}[c.As]
	if !asked {
		return writeRolesIBM(s.out)
	}
	all := ibmrole.RoleTemplates(c.Server)
	if c.Member != "" {
		all = ibmrole.MemberTemplates(c.Member)
	}
	i := slices.IndexFunc(all, func(t ibmrole.Template) bool { return t.Language == language && t.Key == c.Key })
	if i < 0 {
		return fmt.Errorf("there is no text for %s", c.As)
	}
	_, err := io.WriteString(s.out, all[i].Text)
	return err
}

// writeRolesIBM writes what a scan needs as a table, and where to go from there.
func writeRolesIBM(w io.Writer) error {
	_, err := fmt.Fprintf(w, `%s
What creates them, with a trusted profile of the virtual server that Plumbline runs
on, so that there is no key to lose:
  plumbline permissions ibm --as cli --server CRN
  plumbline permissions ibm --as terraform
With a service ID and an API key, where Plumbline runs elsewhere:
  plumbline permissions ibm --as cli --key
With a trusted profile in another account that this service ID may become:
  plumbline permissions ibm --as cli --member SERVICE-ID
`, rolesIBM())
	return err
}

// rolesIBM tells which roles a scan of IBM Cloud needs, on what, and the calls
// that each is for.
func rolesIBM() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ROLE\tON\tCALLS")
	for _, g := range ibmrole.Grants() {
		fmt.Fprintf(t, "%s\t%s\t%d\n", g.Role, g.Service, len(callsIBM(g)))
	}
	_ = t.Flush() // into memory
	for _, g := range ibmrole.Grants() {
		what := "service"
		if g.IsType() {
			what = "resource type"
		}
		fmt.Fprintf(&b, "\n%s on the %s %s\n", g.Role, what, g.Service)
		if g.Note != "" {
			fmt.Fprintf(&b, "  Note: %s\n", g.Note)
		}
		for _, c := range callsIBM(g) {
			fmt.Fprintf(&b, "  %s\n      %s\n", c.Call, c.Why)
			if c.Role != g.Role {
				fmt.Fprintf(&b, "      Answered in full to %s only, which is not granted. Without it, this is not assessed: %s\n", c.Role, c.Silences)
			}
		}
	}
	return b.String()
}

// callsIBM are the calls that a grant is for, those included that it answers in
// part.
func callsIBM(g ibmrole.Grant) []ibmrole.Call {
	return slices.DeleteFunc(slices.Clone(ibmrole.Calls), func(c ibmrole.Call) bool { return c.Service != g.Service })
}
