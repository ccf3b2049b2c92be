package ibmrole

import (
	"strings"
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

func TestFix(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call, region string
		cause        snapshot.Cause
		says         []string
	}{
		"a role is missing":                     {ibmfact.CallInstances, "us-south", snapshot.Denied, []string{"role Viewer", "the service is,", "context-based restriction", "us-south"}},
		"of the account as a whole":             {ibmfact.CallProfiles, snapshot.Global, snapshot.Denied, []string{"role Viewer", "the service iam-identity,", "in the account"}},
		"a role that is no service's":           {ibmfact.CallResourceGroups, snapshot.Global, snapshot.Denied, []string{"the resource type resource-group,"}},
		"a role that may do more than read":     {ibmfact.CallAPIKeys, snapshot.Global, snapshot.Denied, []string{"role Operator", "may delete API keys", "leave it"}},
		"only who owns the enterprise may":      {ibmfact.CallAccountGroups, snapshot.Global, snapshot.Denied, []string{"the service enterprise", "that the enterprise belongs to", "leave it"}},
		"the key is refused":                    {ibmfact.CallInstances, "us-south", snapshot.BadLogin, []string{"us-south", "log in again"}},
		"asked too often":                       {ibmfact.CallInstances, "us-south", snapshot.Throttled, []string{"Try again in some minutes"}},
		"no connection":                         {ibmfact.CallInstances, "us-south", snapshot.Unreachable, []string{"us-south", "HTTPS", "proxy or firewall"}},
		"the connection breaks":                 {ibmfact.CallInstances, "us-south", snapshot.CutOff, []string{"us-south", "HTTPS"}},
		"a web page answers":                    {ibmfact.CallInstances, "us-south", snapshot.Unreadable, []string{"PLUMBLINE_IBM_ENDPOINT"}},
		"IBM Cloud is ill":                      {ibmfact.CallInstances, "us-south", snapshot.ServerError, []string{"Try again later"}},
		"the person went away":                  {ibmfact.CallInstances, "us-south", snapshot.Interrupted, []string{"Try again"}},
		"a code that nobody has heard of":       {ibmfact.CallInstances, "us-south", snapshot.OtherRefusal, []string{"documentation of is:ListInstances"}},
		"a call that needs no role, or no call": {"is:Unheard", "us-south", snapshot.Denied, []string{"Allow is:Unheard"}},
	} {
		got := Fix(snapshot.Answer{Key: snapshot.Key{Call: c.call, Scope: snapshot.Scope{Region: c.region}}, Status: snapshot.Refused, Cause: c.cause})
		for _, s := range c.says {
			if !strings.Contains(got, s) {
				t.Errorf("%s: %q is not in: %s", name, s, got)
			}
		}
		if !strings.HasSuffix(got, ".") {
			t.Errorf("%s: no sentence: %s", name, got)
		}
	}
	if got := Fix(snapshot.Answer{Status: snapshot.Complete}); got != "" {
		t.Errorf("nothing is wrong, and yet: %s", got)
	}
}
