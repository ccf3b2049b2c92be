package ibm

import (
	"context"
	"strconv"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/atrackerv2"
	"github.com/IBM/platform-services-go-sdk/enterprisemanagementv1"
	"github.com/IBM/platform-services-go-sdk/iamaccessgroupsv2"
	"github.com/IBM/platform-services-go-sdk/iamidentityv1"
	"github.com/IBM/platform-services-go-sdk/iampolicymanagementv1"
	"github.com/IBM/platform-services-go-sdk/resourcemanagerv2"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
)

// theAccount asks what belongs to no region: who may do what, which trusted
// profiles a server may become, and what is written down.
func (c *Collector) theAccount(ctx context.Context, sink cloud.Sink) error {
	r, err := c.ofAccount(sink)
	if err != nil {
		return err
	}
	tasks := []ask.Task{r.profiles, r.credentials, r.accessGroups, r.enterprises}
	for _, l := range accountListings {
		tasks = append(tasks, r.asked(l))
	}
	return ask.All(ctx, r.tried.AtATime(), tasks)
}

// active policies are those that allow something.
var active = iampolicymanagementv1.ListV2PoliciesOptionsStateActiveConst

var accountListings = []listing{
	single(ibmfact.CallAccountSettings, func(ctx context.Context, r *round) error {
		return sent(r.api.identity.GetAccountSettingsWithContext(ctx, &iamidentityv1.GetAccountSettingsOptions{AccountID: &r.account}))
	}),
	{call: ibmfact.CallPolicies, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.api.policies.ListV2PoliciesWithContext(ctx, &iampolicymanagementv1.ListV2PoliciesOptions{
			AccountID: &r.account, State: &active, Limit: r.size(), Start: token,
		}))
	}},
	single(ibmfact.CallRoles, func(ctx context.Context, r *round) error {
		return sent(r.api.policies.ListRolesWithContext(ctx, &iampolicymanagementv1.ListRolesOptions{AccountID: &r.account}))
	}),
	single(ibmfact.CallResourceGroups, func(ctx context.Context, r *round) error {
		return sent(r.api.resources.ListResourceGroupsWithContext(ctx, &resourcemanagerv2.ListResourceGroupsOptions{AccountID: &r.account}))
	}),
	single(ibmfact.CallTrackerTargets, func(ctx context.Context, r *round) error {
		return sent(r.api.tracker.ListTargetsWithContext(ctx, &atrackerv2.ListTargetsOptions{}))
	}),
	single(ibmfact.CallTrackerRoutes, func(ctx context.Context, r *round) error {
		return sent(r.api.tracker.ListRoutesWithContext(ctx, &atrackerv2.ListRoutesOptions{}))
	}),
	single(ibmfact.CallTrackerSettings, func(ctx context.Context, r *round) error {
		return sent(r.api.tracker.GetSettingsWithContext(ctx, &atrackerv2.GetSettingsOptions{}))
	}),
}

// profiles are read with who may become each: links, claim rules, and the
// identities that are named one by one.
func (r *round) profiles(ctx context.Context) error {
	var profiles []parent
	err := r.list(ctx, listing{
		call: ibmfact.CallProfiles, param: "pagetoken",
		send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.api.identity.ListProfilesWithContext(ctx, &iamidentityv1.ListProfilesOptions{
				AccountID: &r.account, Pagesize: r.size(), Pagetoken: token,
			}))
		},
		each: noting(&profiles),
	})
	if err != nil {
		return err
	}
	return each(ctx, r, profiles, r.profile)
}

func (r *round) profile(ctx context.Context, p parent) error {
	for _, l := range []listing{
		single(ibmfact.CallLinks, func(ctx context.Context, r *round) error {
			return sent(r.api.identity.ListLinksWithContext(ctx, &iamidentityv1.ListLinksOptions{ProfileID: &p.id}))
		}),
		single(ibmfact.CallClaimRules, func(ctx context.Context, r *round) error {
			return sent(r.api.identity.ListClaimRulesWithContext(ctx, &iamidentityv1.ListClaimRulesOptions{ProfileID: &p.id}))
		}),
		single(ibmfact.CallProfileIdentities, func(ctx context.Context, r *round) error {
			return sent(r.api.identity.GetProfileIdentitiesWithContext(ctx, &iamidentityv1.GetProfileIdentitiesOptions{ProfileID: &p.id}))
		}),
	} {
		l.subject, l.about = p.uid, []label{{ibmfact.AboutProfileID, p.id}, {ibmfact.AboutProfile, p.uid}}
		if err := r.list(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// accessGroups are read with their members. Those who become members by what
// their login says of them are in no list; that there are such rules, each group
// says where it is asked to.
func (r *round) accessGroups(ctx context.Context) error {
	var groups []parent
	err := r.list(ctx, listing{
		call: ibmfact.CallAccessGroups, param: "offset",
		send: func(ctx context.Context, r *round, token *string) error {
			offset, err := number(token)
			if err != nil {
				return err
			}
			return sent(r.api.groups.ListAccessGroupsWithContext(ctx, &iamaccessgroupsv2.ListAccessGroupsOptions{
				AccountID: &r.account, Limit: r.size(), Offset: offset, ShowCRN: core.BoolPtr(true), ShowFederated: core.BoolPtr(true),
			}))
		},
		each: noting(&groups),
	})
	if err != nil {
		return err
	}
	return each(ctx, r, groups, r.groupMembers)
}

func (r *round) groupMembers(ctx context.Context, g parent) error {
	return r.list(ctx, listing{
		call: ibmfact.CallGroupMembers, subject: g.uid, param: "offset",
		about: []label{{ibmfact.AboutGroupID, g.id}, {ibmfact.AboutGroup, g.uid}},
		send: func(ctx context.Context, r *round, token *string) error {
			offset, err := number(token)
			if err != nil {
				return err
			}
			return sent(r.api.groups.ListAccessGroupMembersWithContext(ctx, &iamaccessgroupsv2.ListAccessGroupMembersOptions{
				AccessGroupID: &g.id, Limit: r.size(), Offset: offset,
			}))
		},
	})
}

// number reads an offset.
func number(token *string) (*int64, error) {
	if token == nil {
		return nil, nil
	}
	n, err := strconv.ParseInt(*token, 10, 64)
	if err != nil || n < 0 {
		return nil, &ask.BadReply{Code: snapshot.CodeUnreadable, Err: errWhichPage}
	}
	return &n, nil
}

// enterprises are asked for first: an account that belongs to none has no
// account groups, and nobody is asked for them.
func (r *round) enterprises(ctx context.Context) error {
	var all []parent
	err := r.list(ctx, listing{
		call: ibmfact.CallEnterprises, param: "next_docid",
		send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.api.enterprise.ListEnterprisesWithContext(ctx, &enterprisemanagementv1.ListEnterprisesOptions{
				AccountID: &r.account, Limit: r.size(), NextDocid: token,
			}))
		},
		each: noting(&all),
	})
	if err != nil || len(all) == 0 {
		return err
	}
	of := all[0].id // an account belongs to one
	for _, l := range []listing{
		{call: ibmfact.CallAccountGroups, send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.api.enterprise.ListAccountGroupsWithContext(ctx, &enterprisemanagementv1.ListAccountGroupsOptions{
				EnterpriseID: &of, Limit: r.size(), NextDocid: token,
			}))
		}},
		{call: ibmfact.CallMemberAccounts, send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.api.enterprise.ListAccountsWithContext(ctx, &enterprisemanagementv1.ListAccountsOptions{
				EnterpriseID: &of, Limit: r.size(), NextDocid: token,
			}))
		}},
	} {
		l.param = "next_docid"
		if err := r.list(ctx, l); err != nil {
			return err
		}
	}
	return nil
}
