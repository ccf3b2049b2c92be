package ibmrole

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const service = "ServiceId-9b8290f1-5f77-4d62-a3f8-c79d51898457"

func TestTheTemplatesOfAMemberAreThese(t *testing.T) {
	t.Parallel()
	for _, x := range MemberTemplates(service) {
		golden(t, x)
		for _, g := range Grants() {
			if g.Role != Viewer || !strings.Contains(x.Text, g.Service) {
				t.Errorf("%s does not grant %s on %s, or it is not reading", x.Name, g.Role, g.Service)
			}
		}
	}
}

// Whatever is given as a service ID adds nothing to a text but a service ID.
func TestWhatIsNoServiceIDIsFilledInByHand(t *testing.T) {
	t.Parallel()
	blank := MemberTemplates("")
	for _, hostile := range []string{
		"plumbline-reader", "iam-" + service, service + "'; touch stolen; '", service + "\"\n}", service + "\n", "$(touch stolen)", `${file("/etc/passwd")}`, strings.Replace(service, "ServiceId", "Profile", 1),
	} {
		if d := cmp.Diff(blank, MemberTemplates(hostile)); d != "" {
			t.Errorf("%q: %s", hostile, d)
		}
	}
	if strings.Contains(blank[1].Text, noServiceID) || !strings.Contains(blank[0].Text, noServiceID) {
		t.Error("Terraform asks for a service ID, a shell has to be told")
	}
}

func TestAServiceIDIsReadFromWhoAsks(t *testing.T) {
	t.Parallel()
	for iamID, want := range map[string]string{"iam-" + service: service, service: service,
		"iam-Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5": "", "IBMid-5500012345": "", "": ""} {
		if got := ServiceIDOf(iamID); got != want {
			t.Errorf("%q speaks of %q", iamID, got)
		}
	}
}
