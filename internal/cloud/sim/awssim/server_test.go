package awssim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

func small() *sim.Estate { return sim.Generate(sim.Intent{Seed: 5, Accounts: 2, Regions: 5}) }

func TestRefusesWhomAWSRefuses(t *testing.T) {
	t.Parallel()
	e := small()
	l := serve(t, e, awssim.Options{})
	a := e.Accounts[0]
	home := client(l, a, "eu-west-1")
	with := func(change func(*raw)) raw { c := home; change(&c); return c }
	for _, tc := range []struct {
		name   string
		from   raw
		action string
		params []string
		want   string
	}{
		{"no credentials, EC2", with(func(c *raw) { c.key = "" }), "DescribeRegions", nil, "401 AuthFailure"},
		{"no credentials, STS", with(func(c *raw) { c.key = "" }).sts(), "GetCallerIdentity", nil, "403 InvalidClientTokenId"},
		{"unknown key, EC2", with(func(c *raw) { c.key = "AKIANOBODY" }), "DescribeInstances", nil, "401 AuthFailure"},
		{"unknown key, STS", with(func(c *raw) { c.key = "AKIANOBODY" }).sts(), "GetCallerIdentity", nil, "403 InvalidClientTokenId"},
		{"session key without its token", with(func(c *raw) { c.key = "ASIANOBODY" }), "DescribeInstances", nil, "401 AuthFailure"},
		{"region that is not opted in", with(func(c *raw) { c.region = "ap-east-1" }), "DescribeInstances", nil, "401 AuthFailure"},
		{"region that does not exist", with(func(c *raw) { c.region = "eu-west-9" }), "DescribeInstances", nil, "401 AuthFailure"},
		{"unknown action", home, "DescribeUnicorns", nil, "400 InvalidAction"},
		{"unknown parameter", home, "DescribeInstances", []string{"Unicorn=1"}, "400 UnknownParameter"},
		{"page too small", home, "DescribeInstances", []string{"MaxResults=4"}, "400 InvalidParameterValue"},
		{"page too large", home, "DescribeInstances", []string{"MaxResults=1001"}, "400 InvalidParameterValue"},
		{"made-up token", home, "DescribeInstances", []string{"NextToken=abc"}, "400 InvalidParameterValue"},
		{"unknown instance", home, "DescribeInstances", []string{"InstanceId.1=i-0"}, "400 InvalidInstanceID.NotFound"},
		{"ids and page size", home, "DescribeInstances", []string{"InstanceId.1=i-0", "MaxResults=5"}, "400 InvalidParameterCombination"},
		{"role without its external id", home.sts(), "AssumeRole", []string{"RoleArn=" + a.Role, "RoleSessionName=s"}, "403 AccessDenied"},
		{"role that does not exist", home.sts(), "AssumeRole", []string{"RoleArn=arn:aws:iam::1:role/x", "RoleSessionName=s"}, "403 AccessDenied"},
		{"session that is too long", home.sts(), "AssumeRole", []string{"RoleArn=" + a.Role, "RoleSessionName=s", "DurationSeconds=43201"}, "400 ValidationError"},
		{"changing an unknown instance", home, "ModifyInstanceMetadataOptions", []string{"InstanceId=i-0", "HttpTokens=required"}, "400 InvalidInstanceID.NotFound"},
		{"a dry run", home, "ModifyInstanceMetadataDefaults", []string{"HttpTokens=required", "DryRun=true"}, "412 DryRunOperation"},
		{"an unknown word for defaults", home, "ModifyInstanceMetadataDefaults", []string{"HttpTokens=maybe"}, "400 InvalidParameterValue"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.from.refusal(t, tc.action, tc.params...); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestPolicyNamesCallerAndAction(t *testing.T) {
	t.Parallel()
	e := small()
	l := serve(t, e, awssim.Options{Allow: []string{"ec2:DescribeRegions"}})
	c := client(l, e.Accounts[0], "eu-west-1")
	c.must(t, "DescribeRegions")
	c.sts().must(t, "GetCallerIdentity") // needs no permission
	status, b := c.call(t, "DescribeInstances")
	want := "You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/simulated is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action"
	if status != http.StatusForbidden || one(t, b, "Code") != "UnauthorizedOperation" || one(t, b, "Message") != want || one(t, b, "RequestID") == "" {
		t.Errorf("status %d: %s", status, b)
	}
	l.Allow(nil)
	c.must(t, "DescribeInstances")
}

func TestRegionsAreThoseOfTheAccount(t *testing.T) {
	t.Parallel()
	e := small()
	c := client(serve(t, e, awssim.Options{}), e.Accounts[0], "eu-west-1")
	for params, want := range map[string][]string{
		"":                          {"eu-west-1 opt-in-not-required", "us-east-1 opt-in-not-required", "eu-central-2 opted-in", "eu-central-1 opt-in-not-required"},
		"AllRegions=true":           {"eu-west-1 opt-in-not-required", "us-east-1 opt-in-not-required", "eu-central-2 opted-in", "ap-east-1 not-opted-in", "eu-central-1 opt-in-not-required"},
		"RegionName.1=eu-central-2": {"eu-central-2 opted-in"},
	} {
		var p []string
		if params != "" {
			p = []string{params}
		}
		b := c.must(t, "DescribeRegions", p...)
		var got []string
		status := texts(t, b, "optInStatus")
		for i, name := range texts(t, b, "regionName") {
			got = append(got, name+" "+status[i])
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", params, d)
		}
	}
}

func TestAssumedRoleSpeaksForItsAccount(t *testing.T) {
	t.Parallel()
	e := small()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	l := serve(t, e, awssim.Options{Now: func() time.Time { return now }})
	other := e.Accounts[1]
	b := client(l, e.Accounts[0], "us-east-1").sts().must(t, "AssumeRole", "RoleArn="+other.Role, "RoleSessionName=night", "ExternalId="+other.ExternalID)
	c := client(l, e.Accounts[0], "us-east-1")
	c.key, c.token = one(t, b, "AccessKeyId"), one(t, b, "SessionToken")
	who := c.sts().must(t, "GetCallerIdentity")
	if one(t, who, "Account") != other.ID || one(t, who, "Arn") != "arn:aws:sts::"+other.ID+":assumed-role/plumbline-scanner/night" {
		t.Error(who)
	}
	if owners := texts(t, c.must(t, "DescribeInstances"), "ownerId"); !slices.Contains(owners, other.ID) || slices.Contains(owners, e.Accounts[0].ID) {
		t.Error("owners", owners)
	}
	now = now.Add(61 * time.Minute)
	if got := c.refusal(t, "DescribeInstances"); got != "400 RequestExpired" {
		t.Error(got)
	}
}

// walk reads a listing to its end.
func walk(t testing.TB, c raw, size int) (pages [][]string) {
	t.Helper()
	params := []string{fmt.Sprint("MaxResults=", size)}
	for {
		b := c.must(t, "DescribeInstances", params...)
		pages = append(pages, texts(t, b, "instanceId"))
		next := one(t, b, "nextToken")
		if next == "" {
			return pages
		}
		params = []string{params[0], "NextToken=" + next}
	}
}

func TestEveryWalkFindsEveryInstanceOnce(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 9, Instances: 137, Regions: 1, Plain: true})
	r := e.Accounts[0].Regions[0]
	var want []string
	for i := range r.Len() {
		want = append(want, r.Instance(i).ID)
	}
	slices.Sort(want)
	orders := map[string]bool{}
	c := client(serve(t, e, awssim.Options{Shuffle: 3}), e.Accounts[0], r.Name)
	for _, size := range []int{5, 7, 100, 137, 1000} {
		pages := walk(t, c, size)
		for i, p := range pages {
			if len(p) != size && i < len(pages)-1 {
				t.Errorf("page %d of %d instances, want %d", i, len(p), size)
			}
		}
		got := slices.Concat(pages...)
		orders[strings.Join(got, " ")] = true
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("pages of %d: %s", size, d)
		}
	}
	if len(orders) != 5 {
		t.Errorf("five walks came in %d orders", len(orders))
	}
}

func TestTokensHoldForOneRegionOnly(t *testing.T) {
	t.Parallel()
	e := small()
	l := serve(t, e, awssim.Options{})
	b := client(l, e.Accounts[0], "eu-west-1").must(t, "DescribeInstances", "MaxResults=5")
	next := "NextToken=" + one(t, b, "nextToken")
	for _, c := range []raw{client(l, e.Accounts[0], "us-east-1"), client(l, e.Accounts[1], "eu-west-1")} {
		if got := c.refusal(t, "DescribeInstances", next); got != "400 InvalidParameterValue" {
			t.Error(got)
		}
	}
}

func TestBucketsEmptyAndFill(t *testing.T) {
	t.Parallel()
	e := small()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	l := serve(t, e, awssim.Options{Throttle: true, Now: func() time.Time { return now }})
	c := client(l, e.Accounts[0], "eu-west-1")
	drain := func(c raw) (n int) {
		for c.refusal(t, "GetInstanceMetadataDefaults") != "503 RequestLimitExceeded" {
			n++
		}
		return n
	}
	if n := drain(c); n != 100 {
		t.Errorf("a full bucket held %d calls, want 100", n)
	}
	now = now.Add(2 * time.Second)
	if n := drain(c); n != 40 {
		t.Errorf("two seconds refilled %d calls, want 40", n)
	}
	for n, params := range map[int][]string{50: nil, 100: {"MaxResults=5"}} { // another action has its own buckets
		for range n {
			c.must(t, "DescribeInstances", params...)
		}
		if got := c.refusal(t, "DescribeInstances", params...); got != "503 RequestLimitExceeded" {
			t.Errorf("DescribeInstances %v: call %d: %s", params, n+1, got)
		}
	}
	client(l, e.Accounts[1], "eu-west-1").must(t, "GetInstanceMetadataDefaults")
}

func TestLogTellsEveryCall(t *testing.T) {
	t.Parallel()
	e := small()
	l := serve(t, e, awssim.Options{})
	c := client(l, e.Accounts[0], "eu-west-1")
	c.sts().must(t, "GetCallerIdentity")
	c.must(t, "DescribeInstances", "MaxResults=5")
	c.refusal(t, "DescribeUnicorns")
	want := []awssim.Call{
		{Account: "111122223333", Region: "eu-west-1", Service: "sts", Action: "GetCallerIdentity", Status: 200},
		{Account: "111122223333", Region: "eu-west-1", Service: "ec2", Action: "DescribeInstances", Status: 200, Items: 5},
		{Account: "111122223333", Region: "eu-west-1", Service: "ec2", Action: "DescribeUnicorns", Status: 400},
	}
	if d := cmp.Diff(want, l.Calls()); d != "" {
		t.Error(d)
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0", "example.com:80", "no port"} {
		if l, err := awssim.Listen(addr, awssim.New(small(), awssim.Options{})); err == nil {
			t.Errorf("%s: listens on %s", addr, l.URL)
		}
	}
}
