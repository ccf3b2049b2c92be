package aws

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// noOrganisation is what AWS says of an account that belongs to none: an
// answer, and no refusal.
const noOrganisation = "AWSOrganizationsNotInUseException"

// noPolicy is what AWS says where no policy of the kind is in force
// (Organizations API reference, DescribeEffectivePolicy).
const noPolicy = "EffectivePolicyNotFoundException"

// organisation asks what the account's organisation allows it. Who may ask is
// up to the organisation: a member sees itself, the management account and who
// acts for it see the policies.
func (r *round) organisation(ctx context.Context) error {
	whole := single(awsfact.CallOrganization, func(ctx context.Context, api *clients) error {
		_, err := api.orgs.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
		return err
	})
	effective := single(awsfact.CallEffectivePolicy, func(ctx context.Context, api *clients) error {
		_, err := api.orgs.DescribeEffectivePolicy(ctx, &organizations.DescribeEffectivePolicyInput{PolicyType: types.EffectivePolicyTypeDeclarativePolicyEc2})
		return err
	})
	whole.nothing, effective.nothing = []string{noOrganisation}, []string{noOrganisation, noPolicy}
	for _, l := range []listing{whole, effective} {
		if err := r.list(ctx, l); err != nil {
			return err
		}
	}
	above, err := r.parents(ctx)
	if err != nil {
		return err
	}
	return r.controlPolicies(ctx, append([]string{r.account}, above...))
}

// mostParents stand above an account: five levels of units, and the root
// (Organizations quotas).
const mostParents = 6

// parents names the units above the account, the nearest first, and the root
// last.
func (r *round) parents(ctx context.Context) (above []string, err error) {
	for child := r.account; child != "" && len(above) < mostParents; {
		var parent, kind string
		err := r.list(ctx, listing{
			call: awsfact.CallParents, subject: child, about: []label{{awsfact.AboutChild, child}}, nothing: []string{noOrganisation},
			send: func(ctx context.Context, api *clients, token *string) (*string, error) {
				out, err := api.orgs.ListParents(ctx, &organizations.ListParentsInput{ChildId: &child, MaxResults: api.size(20), NextToken: token})
				if err != nil {
					return nil, err
				}
				return out.NextToken, nil
			},
			each: func(_ *snapshot.Resource, v wire.Value) { parent, kind = text(v, "Id"), text(v, "Type") },
		})
		if err != nil || parent == "" {
			return above, err
		}
		above = append(above, parent)
		if child = parent; kind == string(types.ParentTypeRoot) || r.trial() {
			return above, nil
		}
	}
	return above, nil
}

// controlPolicies are read where they are attached, each of them once.
func (r *round) controlPolicies(ctx context.Context, targets []string) error {
	var mu sync.Mutex
	ids := map[string]bool{}
	err := each(ctx, r, targets, func(ctx context.Context, target string) error {
		return r.list(ctx, listing{
			call: awsfact.CallPoliciesForTarget, subject: target, about: []label{{awsfact.AboutTarget, target}}, nothing: []string{noOrganisation},
			send: func(ctx context.Context, api *clients, token *string) (*string, error) {
				out, err := api.orgs.ListPoliciesForTarget(ctx, &organizations.ListPoliciesForTargetInput{
					TargetId: &target, Filter: types.PolicyTypeServiceControlPolicy, MaxResults: api.size(20), NextToken: token,
				})
				if err != nil {
					return nil, err
				}
				return out.NextToken, nil
			},
			each: func(_ *snapshot.Resource, v wire.Value) {
				mu.Lock()
				defer mu.Unlock()
				ids[text(v, "Id")] = true
			},
		})
	})
	if err != nil {
		return err
	}
	return each(ctx, r, slices.Sorted(maps.Keys(ids)), func(ctx context.Context, id string) error {
		l := single(awsfact.CallControlPolicy, func(ctx context.Context, api *clients) error {
			_, err := api.orgs.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &id})
			return err
		})
		l.subject = id
		return r.list(ctx, l)
	})
}

// trails are those that write down what happens in the region that is asked,
// wherever they were made: all that cover the whole account are among them.
// Each is asked in the region where it was made.
func (r *round) trails(ctx context.Context) error {
	type trail struct{ arn, home string }
	var list []trail
	here := *r
	here.api = r.clientsIn(r.config.Region)
	l := single(awsfact.CallTrails, func(ctx context.Context, api *clients) error {
		_, err := api.trail.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{})
		return err
	})
	l.each = func(res *snapshot.Resource, v wire.Value) { list = append(list, trail{res.UID, text(v, "HomeRegion")}) }
	if err := here.list(ctx, l); err != nil {
		return err
	}
	return each(ctx, r, list, func(ctx context.Context, t trail) error {
		there := here
		if t.home != "" && t.home != r.config.Region {
			there.api = r.clientsIn(t.home)
		}
		return there.trail(ctx, t.arn)
	})
}

func (r *round) trail(ctx context.Context, arn string) error {
	status := single(awsfact.CallTrailStatus, func(ctx context.Context, api *clients) error {
		_, err := api.trail.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: &arn})
		return err
	})
	status.about = []label{{awsfact.AboutTrail, arn}}
	selectors := single(awsfact.CallTrailSelectors, func(ctx context.Context, api *clients) error {
		_, err := api.trail.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: &arn})
		return err
	})
	for _, l := range []listing{status, selectors} {
		l.subject = arn
		if err := r.list(ctx, l); err != nil {
			return err
		}
	}
	return nil
}
