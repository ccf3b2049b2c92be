package ibm

import (
	"context"

	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// balancers are read with what each listens on, and where it forwards to.
func (r *round) balancers(ctx context.Context) error {
	var balancers []parent
	err := r.list(ctx, listing{
		call: ibmfact.CallLoadBalancers,
		send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListLoadBalancersWithContext(ctx, &vpcv1.ListLoadBalancersOptions{Start: token, Limit: r.size()}))
		},
		each: noting(&balancers),
	})
	if err != nil {
		return err
	}
	return each(ctx, r, balancers, r.balancer)
}

// whole makes a listing of what stands below a thing, which comes in one page.
func whole(call string, of parent, about []label, send func(context.Context, *round) error) listing {
	l := single(call, send)
	l.subject, l.about = of.uid, about
	return l
}

func (r *round) balancer(ctx context.Context, lb parent) error {
	if err := r.listeners(ctx, lb); err != nil {
		return err
	}
	var all []parent
	about := []label{{ibmfact.AboutLoadBalancer, lb.uid}}
	pools := whole(ibmfact.CallPools, lb, about, func(ctx context.Context, r *round) error {
		return sent(r.vpc.ListLoadBalancerPoolsWithContext(ctx, &vpcv1.ListLoadBalancerPoolsOptions{LoadBalancerID: &lb.id}))
	})
	pools.each = noting(&all)
	if err := r.list(ctx, pools); err != nil {
		return err
	}
	return each(ctx, r, all, func(ctx context.Context, pool parent) error {
		return r.list(ctx, whole(ibmfact.CallPoolMembers, pool, append(about[:1:1], label{ibmfact.AboutPool, pool.uid}), func(ctx context.Context, r *round) error {
			return sent(r.vpc.ListLoadBalancerPoolMembersWithContext(ctx, &vpcv1.ListLoadBalancerPoolMembersOptions{LoadBalancerID: &lb.id, PoolID: &pool.id}))
		}))
	})
}

// notingWith collects those that name some things below them: of the others
// nothing need be asked.
func notingWith(list *[]parent, below string) func(*snapshot.Resource, wire.Value) {
	note := noting(list)
	return func(res *snapshot.Resource, v wire.Value) {
		if v.Get(below).Len() > 0 {
			note(res, v)
		}
	}
}

// listeners are read with their policies, and each of those with its rules.
func (r *round) listeners(ctx context.Context, lb parent) error {
	var all []parent
	about := []label{{ibmfact.AboutLoadBalancer, lb.uid}}
	l := whole(ibmfact.CallListeners, lb, about, func(ctx context.Context, r *round) error {
		return sent(r.vpc.ListLoadBalancerListenersWithContext(ctx, &vpcv1.ListLoadBalancerListenersOptions{LoadBalancerID: &lb.id}))
	})
	l.each = notingWith(&all, "policies")
	if err := r.list(ctx, l); err != nil {
		return err
	}
	return each(ctx, r, all, func(ctx context.Context, at parent) error {
		return r.listenerPolicies(ctx, lb, at, append(about[:1:1], label{ibmfact.AboutListener, at.uid}))
	})
}

func (r *round) listenerPolicies(ctx context.Context, lb, at parent, about []label) error {
	var all []parent
	l := whole(ibmfact.CallListenerPolicies, at, about, func(ctx context.Context, r *round) error {
		return sent(r.vpc.ListLoadBalancerListenerPoliciesWithContext(ctx, &vpcv1.ListLoadBalancerListenerPoliciesOptions{LoadBalancerID: &lb.id, ListenerID: &at.id}))
	})
	l.each = notingWith(&all, "rules")
	if err := r.list(ctx, l); err != nil {
		return err
	}
	return each(ctx, r, all, func(ctx context.Context, policy parent) error {
		return r.list(ctx, whole(ibmfact.CallListenerRules, policy, append(about[:2:2], label{ibmfact.AboutPolicy, policy.uid}), func(ctx context.Context, r *round) error {
			return sent(r.vpc.ListLoadBalancerListenerPolicyRulesWithContext(ctx, &vpcv1.ListLoadBalancerListenerPolicyRulesOptions{
				LoadBalancerID: &lb.id, ListenerID: &at.id, PolicyID: &policy.id,
			}))
		}))
	})
}
