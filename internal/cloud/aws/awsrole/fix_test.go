package awsrole

import (
	"strings"
	"testing"

	"plumbline/internal/snapshot"
)

func TestFix(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call, region string
		cause        snapshot.Cause
		says         []string
	}{
		"a permission is missing":           {"ec2:DescribeInstances", "eu-west-1", snapshot.Denied, []string{"statement Inventory", "Allow ec2:DescribeInstances", "eu-west-1"}},
		"of the account as a whole":         {"ec2:DescribeRegions", snapshot.Global, snapshot.Denied, []string{"statement Inventory", "in the account"}},
		"only the organisation may":         {"organizations:ListParents", snapshot.Global, snapshot.Denied, []string{"management account", "delegated"}},
		"the role may not be assumed":       {CallAssumeRole, snapshot.Global, snapshot.Denied, []string{"Allow sts:AssumeRole to the identity"}},
		"the keys are refused":              {"ec2:DescribeInstances", "eu-west-1", snapshot.BadLogin, []string{"sign in again"}},
		"asked too often":                   {"ec2:DescribeInstances", "eu-west-1", snapshot.Throttled, []string{"Try again in some minutes"}},
		"no connection":                     {"ec2:DescribeInstances", "eu-west-1", snapshot.Unreachable, []string{"eu-west-1", "HTTPS", "proxy or firewall"}},
		"the connection breaks":             {"ec2:DescribeInstances", "eu-west-1", snapshot.CutOff, []string{"eu-west-1", "HTTPS"}},
		"a web page answers":                {"ec2:DescribeInstances", "eu-west-1", snapshot.Unreadable, []string{"AWS_ENDPOINT_URL"}},
		"AWS is ill":                        {"ec2:DescribeInstances", "eu-west-1", snapshot.ServerError, []string{"Try again later"}},
		"the region is off":                 {"ec2:DescribeInstances", "eu-west-1", snapshot.NotOptedIn, []string{"Enable it"}},
		"the person went away":              {"ec2:DescribeInstances", "eu-west-1", snapshot.Interrupted, []string{"Try again"}},
		"a code that nobody has heard of":   {"ec2:DescribeInstances", "eu-west-1", snapshot.OtherRefusal, []string{"documentation of ec2:DescribeInstances"}},
		"a call that the role needs no for": {"ec2:Unheard", "eu-west-1", snapshot.Denied, []string{"Allow ec2:Unheard"}},
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
