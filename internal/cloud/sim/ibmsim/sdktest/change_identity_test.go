package sdktest

import (
	"testing"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/iamidentityv1"
	"github.com/IBM/platform-services-go-sdk/iampolicymanagementv1"

	"plumbline/internal/cloud/sim/ibmestate"
)

func TestTheSDKChangesWhoMayBecomeAProfile(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	c := must[*iamidentityv1.IamIdentityV1](t)(iamidentityv1.NewIamIdentityV1(&iamidentityv1.IamIdentityV1Options{Authenticator: who, URL: url}))
	p := e.Accounts[0].Profiles[0]
	l := took[*iamidentityv1.ProfileLink, *core.DetailedResponse](t)(c.CreateLink(&iamidentityv1.CreateLinkOptions{ProfileID: &p.ID, CrType: core.StringPtr("VSI"), Name: core.StringPtr("web"), Link: &iamidentityv1.CreateProfileLinkRequestLink{CRN: &e.Named("web-1").CRN}}))
	whole(t, "link", l)
	answered(t, 204)(c.DeleteLink(&iamidentityv1.DeleteLinkOptions{ProfileID: &p.ID, LinkID: l.ID}))
	rule := &iamidentityv1.CreateClaimRuleOptions{ProfileID: &p.ID, Type: core.StringPtr("Profile-CR"), CrType: core.StringPtr("VSI"), Name: core.StringPtr("one"),
		Conditions: []iamidentityv1.ProfileClaimRuleConditions{{Claim: core.StringPtr("vpc_id"), Operator: core.StringPtr("EQUALS"), Value: core.StringPtr(`"r006-1"`)}}}
	r := took[*iamidentityv1.ProfileClaimRule, *core.DetailedResponse](t)(c.CreateClaimRule(rule))
	whole(t, "claim rule", r)
	if *r.Conditions[0].Value != `"r006-1"` || len(p.Rules) != 2 {
		t.Error(*r.Conditions[0].Value, len(p.Rules))
	}
	rule.Conditions[0].Value = core.StringPtr("r006-1")
	if _, r, err := c.CreateClaimRule(rule); err == nil || r.StatusCode != 400 {
		t.Error("a value that is no JSON: ", r)
	}
	answered(t, 204)(c.DeleteClaimRule(&iamidentityv1.DeleteClaimRuleOptions{ProfileID: &p.ID, RuleID: r.ID}))
}

func TestTheSDKEndsAndDisablesAPIKeys(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	c := must[*iamidentityv1.IamIdentityV1](t)(iamidentityv1.NewIamIdentityV1(&iamidentityv1.IamIdentityV1Options{Authenticator: who, URL: url}))
	key := e.Accounts[0].APIKeys[1]
	update := &iamidentityv1.UpdateAPIKeyOptions{ID: &key.ID, IfMatch: core.StringPtr("*"), ExpiresAt: core.StringPtr("2031-01-31T00:00+0000")}
	k := took[*iamidentityv1.APIKey, *core.DetailedResponse](t)(c.UpdateAPIKey(update))
	whole(t, "API key", k)
	if k.ExpiresAt == nil || key.Expires.IsZero() {
		t.Error(k.ExpiresAt)
	}
	if _, r, err := c.UpdateAPIKey(update.SetIfMatch("0-none")); err == nil || r.StatusCode != 409 {
		t.Error("another version: ", r)
	}
	if _, r, err := c.UpdateAPIKey(update.SetIfMatch(*k.EntityTag).SetExpiresAt("tomorrow")); err == nil || r.StatusCode != 400 {
		t.Error("what is no time: ", r)
	}
	answered(t, 204)(c.DisableAPIKey(&iamidentityv1.DisableAPIKeyOptions{ID: &key.ID}))
	if !key.Disabled {
		t.Error("not disabled")
	}
	answered(t, 204)(c.EnableAPIKey(&iamidentityv1.EnableAPIKeyOptions{ID: &key.ID}))
	if key.Disabled {
		t.Error("not enabled")
	}
}

func TestTheSDKGrantsRevokesAndRestores(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	m := must[*iampolicymanagementv1.IamPolicyManagementV1](t)(iampolicymanagementv1.NewIamPolicyManagementV1(&iampolicymanagementv1.IamPolicyManagementV1Options{Authenticator: who, URL: url}))
	a := e.Accounts[0]
	equals := core.StringPtr("stringEquals")
	grant := &iampolicymanagementv1.CreateV2PolicyOptions{Type: core.StringPtr("access"),
		Subject:  &iampolicymanagementv1.V2PolicySubject{Attributes: []iampolicymanagementv1.V2PolicySubjectAttribute{{Key: core.StringPtr("iam_id"), Operator: equals, Value: a.Profiles[0].IAMID}}},
		Resource: &iampolicymanagementv1.V2PolicyResource{Attributes: []iampolicymanagementv1.V2PolicyResourceAttribute{{Key: core.StringPtr("accountId"), Operator: equals, Value: a.ID}, {Key: core.StringPtr("serviceName"), Operator: equals, Value: "kms"}}},
		Control:  &iampolicymanagementv1.Control{Grant: &iampolicymanagementv1.Grant{Roles: []iampolicymanagementv1.Roles{{RoleID: core.StringPtr("crn:v1:bluemix:public:iam::::serviceRole:Reader")}}}}}
	p := took[*iampolicymanagementv1.V2Policy, *core.DetailedResponse](t)(m.CreateV2Policy(grant))
	whole(t, "policy", p)
	if _, r, err := m.CreateV2Policy(grant); err == nil || r.StatusCode != 409 {
		t.Error("the same once more: ", r)
	}
	answered(t, 204)(m.DeleteV2Policy(&iampolicymanagementv1.DeleteV2PolicyOptions{ID: p.ID}))
	old, r, err := m.GetPolicy(&iampolicymanagementv1.GetPolicyOptions{PolicyID: p.ID})
	if err != nil || *old.State != "deleted" {
		t.Fatal(old, err)
	}
	whole(t, "policy of the first version", old)
	restore := &iampolicymanagementv1.UpdatePolicyStateOptions{PolicyID: p.ID, IfMatch: core.StringPtr(r.GetHeaders().Get("ETag")), State: core.StringPtr("active")}
	if back := took[*iampolicymanagementv1.Policy, *core.DetailedResponse](t)(m.UpdatePolicyState(restore)); *back.State != "active" {
		t.Error(*back.State)
	}
	if _, r, err := m.UpdatePolicyState(restore); err == nil || r.StatusCode != 412 {
		t.Error("a version that has passed: ", r)
	}
}
