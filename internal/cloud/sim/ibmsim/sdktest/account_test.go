package sdktest

import (
	"testing"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/atrackerv2"
	"github.com/IBM/platform-services-go-sdk/enterprisemanagementv1"
	"github.com/IBM/platform-services-go-sdk/iamaccessgroupsv2"
	"github.com/IBM/platform-services-go-sdk/iamidentityv1"
	"github.com/IBM/platform-services-go-sdk/iampolicymanagementv1"
	"github.com/IBM/platform-services-go-sdk/resourcemanagerv2"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestTheSDKReadsIdentities(t *testing.T) {
	t.Parallel()
	for name, e := range estates() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, url, who := serve(t, e, ibmsim.MaxPage(3))
			a := e.Accounts[0]
			c := must[*iamidentityv1.IamIdentityV1](t)(iamidentityv1.NewIamIdentityV1(&iamidentityv1.IamIdentityV1Options{Authenticator: who, URL: url}))
			profiles, token := []iamidentityv1.TrustedProfile{}, (*string)(nil)
			for pages := 0; ; pages++ {
				l := took[*iamidentityv1.TrustedProfilesList, *core.DetailedResponse](t)(c.ListProfiles(&iamidentityv1.ListProfilesOptions{AccountID: &a.ID, Pagetoken: token}))
				whole(t, "profiles", l)
				profiles = append(profiles, l.Profiles...)
				if l.Next == nil {
					break
				}
				if token = must[*string](t)(core.GetQueryParam(l.Next, "pagetoken")); token == nil || pages > 10 {
					t.Fatal("no token in ", *l.Next)
				}
			}
			if len(profiles) != len(a.Profiles) {
				t.Error(len(profiles), " profiles")
			}
			for i, p := range profiles {
				links := took[*iamidentityv1.ProfileLinkList, *core.DetailedResponse](t)(c.ListLinks(&iamidentityv1.ListLinksOptions{ProfileID: p.ID}))
				rules := took[*iamidentityv1.ProfileClaimRuleList, *core.DetailedResponse](t)(c.ListClaimRules(&iamidentityv1.ListClaimRulesOptions{ProfileID: p.ID}))
				named := took[*iamidentityv1.ProfileIdentitiesResponse, *core.DetailedResponse](t)(c.GetProfileIdentities(&iamidentityv1.GetProfileIdentitiesOptions{ProfileID: p.ID}))
				whole(t, "links", links)
				whole(t, "rules", rules)
				whole(t, "identities", named)
				if x := a.Profiles[i]; *p.CRN != x.CRN || len(links.Links) != x.LinkLen() || len(rules.Rules) != len(x.Rules) || len(named.Identities) != len(x.Identities) {
					t.Error(*p.Name, len(links.Links), len(rules.Rules), len(named.Identities))
				}
			}
			keys := took[*iamidentityv1.APIKeyList, *core.DetailedResponse](t)(c.ListAPIKeys(&iamidentityv1.ListAPIKeysOptions{AccountID: &a.ID}))
			whole(t, "API keys", keys)
			if len(keys.Apikeys) != 1 {
				t.Error("of the caller: ", len(keys.Apikeys))
			}
			whole(t, "settings", took[*iamidentityv1.AccountSettingsResponse, *core.DetailedResponse](t)(c.GetAccountSettings(&iamidentityv1.GetAccountSettingsOptions{AccountID: &a.ID})))
		})
	}
}

// Service IDs and their keys are told by the groups of service IDs that they are
// in, the keys of users whatever the group, and of each key when it was used.
func TestTheSDKReadsServiceIDsByTheirGroups(t *testing.T) {
	t.Parallel()
	for name, e := range estates() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, url, who := serve(t, e)
			a := e.Accounts[0]
			c := must[*iamidentityv1.IamIdentityV1](t)(iamidentityv1.NewIamIdentityV1(&iamidentityv1.IamIdentityV1Options{Authenticator: who, URL: url}))
			groups := took[*iamidentityv1.ServiceIDGroupList, *core.DetailedResponse](t)(c.ListServiceIDGroup(&iamidentityv1.ListServiceIDGroupOptions{AccountID: &a.ID}))
			whole(t, "groups", groups)
			services, keys := map[string]int{}, map[string]int{}
			read := func(group, kind *string) {
				ids := took[*iamidentityv1.ServiceIDList, *core.DetailedResponse](t)(c.ListServiceIds(&iamidentityv1.ListServiceIdsOptions{AccountID: &a.ID, GroupID: group, ShowGroupID: core.StringPtr("true")}))
				whole(t, "service ids", ids)
				for _, x := range ids.Serviceids {
					services[*x.ID]++
					if x.GroupID == nil || group != nil && *x.GroupID != *group {
						t.Error(*x.Name, " is in another group")
					}
				}
				list := took[*iamidentityv1.APIKeyList, *core.DetailedResponse](t)(c.ListAPIKeys(&iamidentityv1.ListAPIKeysOptions{
					AccountID: &a.ID, GroupID: group, Type: kind, Scope: core.StringPtr("account"), Pagesize: core.Int64Ptr(100)}))
				whole(t, "API keys", list)
				for _, k := range list.Apikeys {
					keys[*k.ID]++
				}
			}
			read(nil, nil)
			for i, g := range groups.ServiceidGroups {
				if *g.CRN != a.ServiceGroups[i].CRN {
					t.Error(*g.Name)
				}
				if !a.ServiceGroups[i].Default {
					read(g.ID, core.StringPtr("serviceid"))
				}
			}
			if len(services) != len(a.Services) || len(keys) != len(a.APIKeys) {
				t.Error(len(services), " service ids, ", len(keys), " keys")
			}
			for id, n := range keys {
				k := took[*iamidentityv1.APIKey, *core.DetailedResponse](t)(c.GetAPIKey(&iamidentityv1.GetAPIKeyOptions{ID: &id, IncludeActivity: core.BoolPtr(true)}))
				whole(t, "API key", k)
				if n != 1 || *k.ID != id || k.Activity == nil || (k.Activity.LastAuthn == nil) != (*k.Activity.AuthnCount == 0) {
					t.Error(n, id, k.Activity)
				}
			}
		})
	}
}

func TestTheSDKReadsAccess(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e, ibmsim.MaxPage(2))
	a := e.Accounts[0]
	p := must[*iampolicymanagementv1.IamPolicyManagementV1](t)(iampolicymanagementv1.NewIamPolicyManagementV1(&iampolicymanagementv1.IamPolicyManagementV1Options{Authenticator: who, URL: url}))
	pager, err := p.NewV2PoliciesPager(&iampolicymanagementv1.ListV2PoliciesOptions{AccountID: &a.ID})
	active := 0
	for _, x := range a.Policies {
		if x.State == "active" {
			active++
		}
	}
	if all := every[iampolicymanagementv1.V2PolicyTemplateMetaData](t, "policies", pager, err); len(all) != active || active == len(a.Policies) {
		t.Error(len(all), " policies of ", len(a.Policies))
	}
	pager, err = p.NewV2PoliciesPager(&iampolicymanagementv1.ListV2PoliciesOptions{AccountID: &a.ID, IamID: &a.Profiles[0].IAMID})
	if all := every[iampolicymanagementv1.V2PolicyTemplateMetaData](t, "policies", pager, err); len(all) != 1 || *all[0].Control.(*iampolicymanagementv1.ControlResponse).Grant.Roles[0].RoleID != "crn:v1:bluemix:public:iam::::role:Administrator" {
		t.Error(all)
	}
	roles := took[*iampolicymanagementv1.RoleCollection, *core.DetailedResponse](t)(p.ListRoles(&iampolicymanagementv1.ListRolesOptions{AccountID: &a.ID}))
	whole(t, "roles", roles)
	if len(roles.CustomRoles) != len(a.CustomRoles) {
		t.Error(roles.CustomRoles)
	}
	g := must[*iamaccessgroupsv2.IamAccessGroupsV2](t)(iamaccessgroupsv2.NewIamAccessGroupsV2(&iamaccessgroupsv2.IamAccessGroupsV2Options{Authenticator: who, URL: url}))
	groups, err := g.NewAccessGroupsPager(&iamaccessgroupsv2.ListAccessGroupsOptions{AccountID: &a.ID, ShowCRN: core.BoolPtr(true)})
	for i, x := range every[iamaccessgroupsv2.Group](t, "groups", groups, err) {
		members, err := g.NewAccessGroupMembersPager(&iamaccessgroupsv2.ListAccessGroupMembersOptions{AccessGroupID: x.ID})
		if all := every[iamaccessgroupsv2.ListGroupMembersResponseMember](t, "members", members, err); len(all) != len(a.AccessGroups[i].Members) || *all[0].IamID != a.AccessGroups[i].Members[0].IAMID || *x.CRN != a.AccessGroups[i].CRN {
			t.Error(all)
		}
	}
	m := must[*resourcemanagerv2.ResourceManagerV2](t)(resourcemanagerv2.NewResourceManagerV2(&resourcemanagerv2.ResourceManagerV2Options{Authenticator: who, URL: url}))
	rg := took[*resourcemanagerv2.ResourceGroupList, *core.DetailedResponse](t)(m.ListResourceGroups(&resourcemanagerv2.ListResourceGroupsOptions{AccountID: &a.ID}))
	if len(rg.Resources) != len(a.Groups) || *rg.Resources[0].ID != a.Groups[0].ID {
		t.Error(rg)
	}
}

func TestTheSDKReadsTheTracker(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	c := must[*atrackerv2.AtrackerV2](t)(atrackerv2.NewAtrackerV2(&atrackerv2.AtrackerV2Options{Authenticator: who, URL: url}))
	targets := took[*atrackerv2.TargetList, *core.DetailedResponse](t)(c.ListTargets(&atrackerv2.ListTargetsOptions{}))
	routes := took[*atrackerv2.RouteList, *core.DetailedResponse](t)(c.ListRoutes(&atrackerv2.ListRoutesOptions{}))
	whole(t, "targets", targets)
	whole(t, "routes", routes)
	whole(t, "settings", took[*atrackerv2.Settings, *core.DetailedResponse](t)(c.GetSettings(&atrackerv2.GetSettingsOptions{})))
	if len(targets.Targets) != 1 || len(routes.Routes) != 1 || routes.Routes[0].Rules[0].TargetIds[0] != *targets.Targets[0].ID {
		t.Error(targets, routes)
	}
}

func TestTheSDKReadsTheEnterprise(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e, ibmsim.MaxPage(1))
	c := must[*enterprisemanagementv1.EnterpriseManagementV1](t)(enterprisemanagementv1.NewEnterpriseManagementV1(&enterprisemanagementv1.EnterpriseManagementV1Options{Authenticator: who, URL: url + "/v1"}))
	pe, err := c.NewEnterprisesPager(&enterprisemanagementv1.ListEnterprisesOptions{})
	enterprises := every[enterprisemanagementv1.Enterprise](t, "enterprises", pe, err)
	pg, err := c.NewAccountGroupsPager(&enterprisemanagementv1.ListAccountGroupsOptions{EnterpriseID: enterprises[0].ID})
	groups := every[enterprisemanagementv1.AccountGroup](t, "account groups", pg, err)
	pa, err := c.NewAccountsPager(&enterprisemanagementv1.ListAccountsOptions{EnterpriseID: enterprises[0].ID})
	accounts := every[enterprisemanagementv1.Account](t, "accounts", pa, err)
	if len(enterprises) != 1 || len(groups) != 1 || len(accounts) != len(e.Enterprise.Members) || *accounts[0].Parent != *enterprises[0].CRN || *accounts[1].Parent != *groups[0].CRN {
		t.Error(len(enterprises), len(groups), len(accounts))
	}
}
