package awssim_test

import (
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// balancing is a client of Elastic Load Balancing. Its two kinds are told apart by the
// version alone.
func (c raw) balancing() raw { c.service = "elasticloadbalancing"; return c }

const (
	secondKind = "Version=2015-12-01"
	firstKind  = "Version=2012-06-01"
)

func TestBalancerCallsRefuseWhatAWSRefuses(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 3, Scenes: sim.Scenes()})
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{})
	c := client(l, a, "eu-west-1").balancing()
	for _, x := range []struct {
		what, action string
		params       []string
		want         string
	}{
		{"page too large", "DescribeLoadBalancers", []string{"PageSize=401"}, "400 ValidationError"},
		{"page too small", "DescribeTargetGroups", []string{"PageSize=0"}, "400 ValidationError"},
		{"an unknown load balancer", "DescribeLoadBalancers", []string{"Names.member.1=nobody"}, "400 LoadBalancerNotFound"},
		{"listeners of nothing", "DescribeListeners", nil, "400 ValidationError"},
		{"listeners of nobody", "DescribeListeners", []string{"LoadBalancerArn=nobody"}, "400 LoadBalancerNotFound"},
		{"health of nobody", "DescribeTargetHealth", []string{"TargetGroupArn=nobody"}, "400 TargetGroupNotFound"},
	} {
		if got := c.refusal(t, x.action, append(x.params, secondKind)...); got != x.want {
			t.Errorf("%s, %s: %s, want %s", x.what, x.action, got, x.want)
		}
	}
	shut := slices.IndexFunc(a.Regions, func(r *sim.Region) bool { return r.Refused("DescribeLoadBalancers") })
	for _, version := range []string{firstKind, secondKind} {
		if got := client(l, a, a.Regions[shut].Name).balancing().refusal(t, "DescribeLoadBalancers", version); got != "403 AccessDenied" {
			t.Error("refused in the region: ", got)
		}
	}
}

func TestBalancersOfTheTwoKindsAreApart(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 3, Scenes: sim.Scenes()})
	n := e.Accounts[0].Regions[0].Net
	c := client(serve(t, e, awssim.Options{}), e.Accounts[0], "eu-west-1").balancing()
	second := c.must(t, "DescribeLoadBalancers", secondKind)
	first := c.must(t, "DescribeLoadBalancers", firstKind)
	if got := len(texts(t, second, "LoadBalancerArn")); got != len(n.LoadBalancers) || got == 0 {
		t.Errorf("%d of the second kind, want %d", got, len(n.LoadBalancers))
	}
	if got := strings.Count(first, "<VPCId>"); got != len(n.Classic) || got == 0 {
		t.Errorf("%d of the first kind, want %d", got, len(n.Classic))
	}
}
