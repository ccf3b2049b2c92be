package awssim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

func wrong() []sim.Case {
	for _, c := range sim.Cases() {
		if c.Name == "everything wrong" {
			return []sim.Case{c}
		}
	}
	panic("there is no such case")
}

func TestChangeOfOptionsTouchesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]*sim.Estate{"held whole": sim.Generate(sim.Intent{Seed: 4, Regions: 1, Cases: wrong()}), "large": sim.Big(800)} {
		a := e.Accounts[0]
		r := a.Regions[0]
		id := r.Instance(0).ID
		was := *r.Instance(0).Options
		if name == "held whole" { // everything wrong, and the region enforces nothing
			was = sim.Options{State: "applied", Tokens: "optional", Endpoint: "enabled", IPv6: "enabled", Tags: "enabled", HopLimit: 64}
		}
		c := client(serve(t, e, awssim.Options{}), a, r.Name)
		for _, step := range []struct {
			param  string
			change func(*sim.Options)
		}{
			{"HttpTokens=required", func(o *sim.Options) { o.Tokens = "required" }},
			{"HttpPutResponseHopLimit=2", func(o *sim.Options) { o.HopLimit = 2 }},
			{"HttpProtocolIpv6=disabled", func(o *sim.Options) { o.IPv6 = "disabled" }},
			{"InstanceMetadataTags=disabled", func(o *sim.Options) { o.Tags = "disabled" }},
			{"HttpEndpoint=disabled", func(o *sim.Options) { o.Endpoint = "disabled" }},
		} {
			step.change(&was)
			if got := one(t, c.must(t, "ModifyInstanceMetadataOptions", "InstanceId="+id, step.param), "state"); got != "pending" {
				t.Errorf("%s, %s: the reply says %q", name, step.param, got)
			}
			if d := cmp.Diff(was, *r.Instance(r.Find(id)).Options); d != "" {
				t.Errorf("%s, %s: %s", name, step.param, d)
			}
			if got := one(t, c.must(t, "DescribeInstances", "InstanceId.1="+id), "httpTokens"); got != was.Tokens {
				t.Errorf("%s: described as %q", name, got)
			}
		}
	}
}

func TestChangeOfDefaults(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 4, Regions: 5})
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{})
	c, r := client(l, a, "eu-west-1"), a.Region("eu-west-1")
	for _, step := range []struct {
		params []string
		want   sim.Defaults
	}{
		{[]string{"HttpTokens=required"}, sim.Defaults{Tokens: "required", ManagedBy: "account"}},
		{[]string{"HttpTokensEnforced=enabled", "HttpPutResponseHopLimit=1"}, sim.Defaults{Tokens: "required", Enforced: "enabled", HopLimit: 1, ManagedBy: "account"}},
		{[]string{"HttpTokens=no-preference", "HttpPutResponseHopLimit=-1"}, sim.Defaults{Enforced: "enabled", ManagedBy: "account"}},
	} {
		if b := c.must(t, "ModifyInstanceMetadataDefaults", step.params...); one(t, b, "return") != "true" {
			t.Error(b)
		}
		if d := cmp.Diff(step.want, r.Defaults()); d != "" {
			t.Error(step.params, d)
		}
		if got := one(t, c.must(t, "GetInstanceMetadataDefaults"), "httpTokens"); got != step.want.Tokens {
			t.Errorf("read back as %q", got)
		}
	}
	if got := c.refusal(t, "ModifyInstanceMetadataOptions", "InstanceId="+r.Instance(0).ID, "HttpTokens=optional"); got != "400 UnsupportedOperation" {
		t.Error("tokens made optional under enforcement: ", got)
	}
	if got := client(l, a, "eu-central-1").refusal(t, "ModifyInstanceMetadataDefaults", "HttpTokens=optional"); got != "403 UnauthorizedOperation" {
		t.Error("defaults of a declarative policy changed: ", got)
	}
}
