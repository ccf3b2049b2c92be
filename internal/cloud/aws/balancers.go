package aws

import (
	"context"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// balancerListings are those of the first generation, which lead nowhere else.
var balancerListings = []listing{
	{call: awsfact.CallLoadBalancers, subject: awsfact.SubjectClassic, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.classic.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{PageSize: api.size(400), Marker: token})
		if err != nil {
			return nil, err
		}
		return out.NextMarker, nil
	}},
}

// balancers are read with their listeners and these with their rules.
func (r *round) balancers(ctx context.Context) error {
	var found []loadBalancer
	err := r.list(ctx, listing{
		call: awsfact.CallLoadBalancers,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.elb.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{PageSize: api.size(400), Marker: token})
			if err != nil {
				return nil, err
			}
			return out.NextMarker, nil
		},
		each: func(res *snapshot.Resource, doc wire.Value) {
			found = append(found, loadBalancer{res.UID, awsfact.HasRules(doc)})
		},
	})
	if err != nil {
		return err
	}
	return each(ctx, r, found, r.listeners)
}

// A loadBalancer is what has to be known of one to ask on.
type loadBalancer struct {
	arn   string
	rules bool // its listeners have rules that are asked for
}

func (r *round) listeners(ctx context.Context, b loadBalancer) error {
	var arns []string
	err := r.list(ctx, listing{
		call: awsfact.CallListeners, subject: b.arn,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.elb.DescribeListeners(ctx, &elbv2.DescribeListenersInput{LoadBalancerArn: &b.arn, PageSize: api.size(400), Marker: token})
			if err != nil {
				return nil, err
			}
			return out.NextMarker, nil
		},
		each: func(res *snapshot.Resource, _ wire.Value) { arns = append(arns, res.UID) },
	})
	if err != nil || !b.rules {
		return err
	}
	return each(ctx, r, arns, func(ctx context.Context, arn string) error {
		return r.list(ctx, listing{
			call: awsfact.CallListenerRules, subject: arn, about: []label{{awsfact.AboutListener, arn}},
			send: func(ctx context.Context, api *clients, token *string) (*string, error) {
				out, err := api.elb.DescribeRules(ctx, &elbv2.DescribeRulesInput{ListenerArn: &arn, PageSize: api.size(400), Marker: token})
				if err != nil {
					return nil, err
				}
				return out.NextMarker, nil
			},
		})
	})
}

// targets are read group by group.
func (r *round) targets(ctx context.Context) error {
	var arns []string
	err := r.list(ctx, listing{
		call: awsfact.CallTargetGroups,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.elb.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{PageSize: api.size(400), Marker: token})
			if err != nil {
				return nil, err
			}
			return out.NextMarker, nil
		},
		each: func(res *snapshot.Resource, _ wire.Value) { arns = append(arns, res.UID) },
	})
	if err != nil {
		return err
	}
	return each(ctx, r, arns, func(ctx context.Context, arn string) error {
		health := single(awsfact.CallTargetHealth, func(ctx context.Context, api *clients) error {
			_, err := api.elb.DescribeTargetHealth(ctx, &elbv2.DescribeTargetHealthInput{TargetGroupArn: &arn})
			return err
		})
		config := single(awsfact.CallTargetConfig, func(ctx context.Context, api *clients) error {
			_, err := api.elb.DescribeTargetGroupAttributes(ctx, &elbv2.DescribeTargetGroupAttributesInput{TargetGroupArn: &arn})
			return err
		})
		for _, l := range []listing{health, config} {
			l.subject, l.about = arn, []label{{awsfact.AboutTargetGroup, arn}}
			if err := r.list(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}
