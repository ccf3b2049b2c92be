package awsrole_test

import (
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsrole"
)

// The commands use the template by the name that it is to be saved as, and name
// the role that it makes.
func TestTheStackSetUsesTheTemplate(t *testing.T) {
	t.Parallel()
	text := awsrole.Organisation().Text
	var stack awsrole.Template
	for _, r := range awsrole.RoleTemplates("arn:aws:iam::111122223333:role/plumbline", "plb-1") {
		if r.Language == "yaml" {
			stack = r
		}
	}
	for _, want := range []string{"file://" + stack.File, "CAPABILITY_NAMED_IAM", "SERVICE_MANAGED", "Enabled=true"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if !strings.Contains(stack.Text, "RoleName: plumbline-reader") || !strings.Contains(text, ":role/plumbline-reader") {
		t.Error("the role is named otherwise than the template makes it")
	}
	for _, line := range strings.Split(text, "\n") {
		if len(line) > 100 {
			t.Errorf("a long line: %s", line)
		}
	}
}
