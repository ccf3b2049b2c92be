package sdktest

import (
	"testing"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/iamidentityv1"
	"github.com/IBM/platform-services-go-sdk/iampolicymanagementv1"
	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
)

func TestTheSDKMakesTheChangesThatFixesNeed(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	v := vpcIn(t, url, "us-south", who)
	web, metal, router := e.Named("web-1"), e.Named("metal-1"), e.Named("router-1")

	patch := must[map[string]any](t)((&vpcv1.InstancePatch{MetadataService: &vpcv1.InstanceMetadataServicePatch{Protocol: core.StringPtr("https")}}).AsPatch())
	i := took[*vpcv1.Instance, *core.DetailedResponse](t)(v.UpdateInstance(&vpcv1.UpdateInstanceOptions{ID: &web.ID, InstancePatch: patch}))
	if *i.MetadataService.Protocol != "https" || !*i.MetadataService.Enabled || *i.MetadataService.ResponseHopLimit != 1 {
		t.Error(*i.MetadataService)
	}
	patch = must[map[string]any](t)((&vpcv1.BareMetalServerPatch{MetadataService: &vpcv1.BareMetalServerMetadataServicePatch{Enabled: core.BoolPtr(false)}}).AsPatch())
	b := took[*vpcv1.BareMetalServer, *core.DetailedResponse](t)(v.UpdateBareMetalServer(&vpcv1.UpdateBareMetalServerOptions{ID: &metal.ID, BareMetalServerPatch: patch}))
	if *b.MetadataService.Enabled || *b.MetadataService.Protocol != "http" {
		t.Error(*b.MetadataService)
	}
	patch = must[map[string]any](t)((&vpcv1.VirtualNetworkInterfacePatch{AllowIPSpoofing: core.BoolPtr(false)}).AsPatch())
	n := took[*vpcv1.VirtualNetworkInterface, *core.DetailedResponse](t)(v.UpdateVirtualNetworkInterface(&vpcv1.UpdateVirtualNetworkInterfaceOptions{ID: &router.Interfaces[0].ID, VirtualNetworkInterfacePatch: patch}))
	if *n.AllowIPSpoofing {
		t.Error("still spoofing")
	}
	g := web.Interfaces[0].Groups[0]
	if _, err := v.DeleteSecurityGroupRule(&vpcv1.DeleteSecurityGroupRuleOptions{SecurityGroupID: &g.ID, ID: &g.Rules[1].ID}); err != nil {
		t.Error(err)
	}
	rule := took[vpcv1.SecurityGroupRuleIntf, *core.DetailedResponse](t)(v.CreateSecurityGroupRule(&vpcv1.CreateSecurityGroupRuleOptions{SecurityGroupID: &g.ID, SecurityGroupRulePrototype: &vpcv1.SecurityGroupRulePrototype{
		Direction: core.StringPtr("inbound"), Protocol: core.StringPtr("tcp"), PortMin: core.Int64Ptr(22), PortMax: core.Int64Ptr(22), Remote: &vpcv1.SecurityGroupRuleRemotePrototype{CIDRBlock: core.StringPtr("62.112.16.0/24")},
	}}))
	whole(t, "rule", rule)
	if x := g.Rules[len(g.Rules)-1]; len(g.Rules) != 3 || x.Remote != "62.112.16.0/24" || x.PortMin != 22 {
		t.Error(x)
	}
}

func TestTheSDKMakesTheAccountsChanges(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	a := e.Accounts[0]
	c := must[*iamidentityv1.IamIdentityV1](t)(iamidentityv1.NewIamIdentityV1(&iamidentityv1.IamIdentityV1Options{Authenticator: who, URL: url}))
	p := a.Profiles[0]
	if _, err := c.DeleteClaimRule(&iamidentityv1.DeleteClaimRuleOptions{ProfileID: &p.ID, RuleID: &p.Rules[0].ID}); err != nil || len(p.Rules) != 0 {
		t.Error(err)
	}
	jump := e.Named("jump-1").Becomes()[0]
	if _, err := c.DeleteLink(&iamidentityv1.DeleteLinkOptions{ProfileID: &jump.Profile.ID, LinkID: &jump.Links[0].ID}); err != nil {
		t.Error(err)
	}
	set := took[*iamidentityv1.AccountSettingsResponse, *core.DetailedResponse](t)(c.UpdateAccountSettings(&iamidentityv1.UpdateAccountSettingsOptions{IfMatch: core.StringPtr("*"), AccountID: &a.ID, Mfa: core.StringPtr("TOTP4ALL")}))
	if *set.Mfa != "TOTP4ALL" {
		t.Error(*set.Mfa)
	}
	m := must[*iampolicymanagementv1.IamPolicyManagementV1](t)(iampolicymanagementv1.NewIamPolicyManagementV1(&iampolicymanagementv1.IamPolicyManagementV1Options{Authenticator: who, URL: url}))
	if _, err := m.DeleteV2Policy(&iampolicymanagementv1.DeleteV2PolicyOptions{ID: &a.Policies[0].ID}); err != nil || a.Policies[0].State != "deleted" {
		t.Error(err)
	}
}

func TestTheSDKTellsARefusal(t *testing.T) {
	t.Parallel()
	s, url, who := serve(t, ibmestate.Demo())
	for kind, status := range map[ibmsim.Kind]int{ibmsim.Forbidden: 403, ibmsim.Throttled: 429, ibmsim.Internal: 500, ibmsim.NotFound: 404} {
		s.Reset()
		s.Fail(ibmsim.Fault{Call: "is:ListVpcs", Kind: kind})
		_, r, err := vpcIn(t, url, "us-south", who).ListVpcs(&vpcv1.ListVpcsOptions{})
		if err == nil || r == nil || r.StatusCode != status {
			t.Error(kind, r, err)
		}
	}
	if _, _, err := vpcIn(t, url, "us-south", &core.IamAuthenticator{ApiKey: "nobody's", URL: url}).ListVpcs(&vpcv1.ListVpcsOptions{}); err == nil {
		t.Error("a key that nobody has")
	}
}
