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

// balancers are read with their listeners.
func (r *round) balancers(ctx context.Context) error {
	var arns []string
	err := r.list(ctx, listing{
		call: awsfact.CallLoadBalancers,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.elb.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{PageSize: api.size(400), Marker: token})
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
		return r.list(ctx, listing{
			call: awsfact.CallListeners, subject: arn,
			send: func(ctx context.Context, api *clients, token *string) (*string, error) {
				out, err := api.elb.DescribeListeners(ctx, &elbv2.DescribeListenersInput{LoadBalancerArn: &arn, PageSize: api.size(400), Marker: token})
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
		l := single(awsfact.CallTargetHealth, func(ctx context.Context, api *clients) error {
			_, err := api.elb.DescribeTargetHealth(ctx, &elbv2.DescribeTargetHealthInput{TargetGroupArn: &arn})
			return err
		})
		l.subject, l.about = arn, []label{{awsfact.AboutTargetGroup, arn}}
		return r.list(ctx, l)
	})
}
