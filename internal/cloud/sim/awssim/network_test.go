package awssim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

func TestNetworkCallsRefuseWhatAWSRefuses(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 3, Scenes: sim.Scenes()})
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{})
	c := client(l, a, "eu-west-1")
	many := []string{"Filter.1.Name=attachment.instance-id"}
	for n := range 201 {
		many = append(many, fmt.Sprintf("Filter.1.Value.%d=i-%d", n+1, n))
	}
	for _, x := range []struct {
		what, action string
		params       []string
		want         string
	}{
		{"page too small", "DescribeVpcs", []string{"MaxResults=4"}, "400 InvalidParameterValue"},
		{"page too large", "DescribeRouteTables", []string{"MaxResults=101"}, "400 InvalidParameterValue"},
		{"page too large", "DescribeManagedPrefixLists", []string{"MaxResults=101"}, "400 InvalidParameterValue"},
		{"page too large", "DescribeEgressOnlyInternetGateways", []string{"MaxResults=256"}, "400 InvalidParameterValue"},
		{"a page where there are none", "DescribeAddresses", []string{"MaxResults=5"}, "400 UnknownParameter"},
		{"a token of nobody", "DescribeSubnets", []string{"NextToken=abc"}, "400 InvalidParameterValue"},
		{"an unknown parameter", "DescribeSubnets", []string{"Colour=red"}, "400 UnknownParameter"},
		{"an unknown filter", "DescribeSubnets", []string{"Filter.1.Name=colour", "Filter.1.Value.1=red"}, "400 InvalidParameterValue"},
		{"an unknown id", "DescribeSecurityGroups", []string{"GroupId.1=sg-0"}, "400 InvalidGroup.NotFound"},
		{"an unknown prefix list", "GetManagedPrefixListEntries", []string{"PrefixListId=pl-0"}, "400 InvalidPrefixListID.NotFound"},
		{"too many filter values", "DescribeNetworkInterfaces", many, "400 FilterLimitExceeded"},
		{"everybody's snapshots", "DescribeSnapshots", nil, "400 InvalidParameterValue"},
	} {
		if got := c.refusal(t, x.action, x.params...); got != x.want {
			t.Errorf("%s, %s: %s, want %s", x.what, x.action, got, x.want)
		}
	}
	acls := slices.IndexFunc(a.Regions, func(r *sim.Region) bool { return r.Refused("DescribeNetworkAcls") })
	if got := client(l, a, a.Regions[acls].Name).refusal(t, "DescribeNetworkAcls"); got != "403 UnauthorizedOperation" {
		t.Error("refused in the region: ", got)
	}
}

func TestNetworkListsComeInAnotherOrderEachTime(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 3, Scenes: sim.Scenes()})
	c := client(serve(t, e, awssim.Options{Shuffle: 9}), e.Accounts[0], "eu-west-1")
	for _, what := range [][2]string{{"DescribeSecurityGroups", "groupId"}, {"DescribeNetworkAcls", "ruleNumber"}, {"DescribeRouteTables", "destinationCidrBlock"}} {
		first, second := texts(t, c.must(t, what[0]), what[1]), texts(t, c.must(t, what[0]), what[1])
		if slices.Equal(first, second) {
			t.Errorf("%s: the same order twice", what[0])
		}
		slices.Sort(first)
		slices.Sort(second)
		if what[0] != "DescribeRouteTables" && !slices.Equal(first, second) { // of which there are two pages
			t.Errorf("%s: another list", what[0])
		}
	}
}

func TestFiltersPickByWhatThingsHave(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 3, Scenes: sim.Scenes()})
	r := e.Accounts[0].Regions[0]
	c := client(serve(t, e, awssim.Options{}), e.Accounts[0], r.Name)
	vpc := r.Net.VPCs[1].VpcId
	got := texts(t, c.must(t, "DescribeSubnets", "Filter.1.Name=vpc-id", "Filter.1.Value.1="+vpc), "vpcId")
	if len(got) == 0 || slices.ContainsFunc(got, func(v string) bool { return v != vpc }) {
		t.Errorf("subnets of %s: those of %v", vpc, got)
	}
	if got := texts(t, c.must(t, "DescribeInternetGateways", "Filter.1.Name=attachment.vpc-id", "Filter.1.Value.1="+vpc), "vpcId"); !slices.Equal(got, []string{vpc}) {
		t.Errorf("gateways of %s: those of %v", vpc, got)
	}
	if got := texts(t, c.must(t, "DescribeVpcs", "VpcId.1="+vpc), "vpcId"); !slices.Equal(got, []string{vpc}) {
		t.Errorf("%s alone: %v", vpc, got)
	}
	own := c.must(t, "DescribeNetworkInterfaces", "Filter.1.Name=requester-managed", "Filter.1.Value.1=true")
	if n := strings.Count(own, "<requesterManaged>true<"); n != len(r.Net.Interfaces) || strings.Contains(own, "<instanceId>") {
		t.Errorf("%d interfaces of services, want %d, and nobody's instance has one", n, len(r.Net.Interfaces))
	}
}
