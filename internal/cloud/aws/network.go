package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// network asks a region for everything that is not a workload. What takes
// several steps comes first, so that it does not come last alone.
func (c *Collector) network(ctx context.Context, sink cloud.Sink, region string) error {
	r := c.round(sink, region)
	tasks := []ask.Task{r.launches, r.balancers, r.targets, r.prefixLists, r.clusters, r.detectors}
	for _, some := range [][]listing{networkListings, storageListings, watchListings, balancerListings} {
		for _, l := range some {
			tasks = append(tasks, r.asked(l))
		}
	}
	return ask.All(ctx, r.tried.AtATime(), tasks)
}

// The most that a page may hold is said by the API reference of each call.
var networkListings = []listing{
	single(awsfact.CallDefaults, func(ctx context.Context, api *clients) error {
		_, err := api.ec2.GetInstanceMetadataDefaults(ctx, &ec2.GetInstanceMetadataDefaultsInput{})
		return err
	}),
	{call: awsfact.CallVPCs, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallSubnets, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallRouteTables, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{MaxResults: api.size(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallInternetGateways, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeInternetGateways(ctx, &ec2.DescribeInternetGatewaysInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallEgressGateways, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeEgressOnlyInternetGateways(ctx, &ec2.DescribeEgressOnlyInternetGatewaysInput{MaxResults: api.size(255), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallNATGateways, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallCarrierGateways, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeCarrierGateways(ctx, &ec2.DescribeCarrierGatewaysInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallNetworkACLs, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeNetworkAcls(ctx, &ec2.DescribeNetworkAclsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallGroups, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallGroupRules, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeSecurityGroupRules(ctx, &ec2.DescribeSecurityGroupRulesInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallGroupVPCs, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeSecurityGroupVpcAssociations(ctx, &ec2.DescribeSecurityGroupVpcAssociationsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	single(awsfact.CallBlockAccess, func(ctx context.Context, api *clients) error {
		_, err := api.ec2.DescribeVpcBlockPublicAccessOptions(ctx, &ec2.DescribeVpcBlockPublicAccessOptionsInput{})
		return err
	}),
	{call: awsfact.CallBlockExclusions, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeVpcBlockPublicAccessExclusions(ctx, &ec2.DescribeVpcBlockPublicAccessExclusionsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	single(awsfact.CallAddresses, func(ctx context.Context, api *clients) error {
		_, err := api.ec2.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{})
		return err
	}),
	{call: awsfact.CallFlowLogs, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeFlowLogs(ctx, &ec2.DescribeFlowLogsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallEndpoints, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	single(awsfact.CallVPNs, func(ctx context.Context, api *clients) error {
		_, err := api.ec2.DescribeVpnConnections(ctx, &ec2.DescribeVpnConnectionsInput{})
		return err
	}),
	{call: awsfact.CallClientVPNs, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeClientVpnEndpoints(ctx, &ec2.DescribeClientVpnEndpointsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
}

// prefixLists are read with what stands in each: the account's own, those that
// were shared with it, and AWS's.
func (r *round) prefixLists(ctx context.Context) error {
	type list struct{ id, arn string }
	var lists []list
	err := r.list(ctx, listing{
		call: awsfact.CallPrefixLists,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.ec2.DescribeManagedPrefixLists(ctx, &ec2.DescribeManagedPrefixListsInput{MaxResults: api.size(100), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		each: func(res *snapshot.Resource, v wire.Value) {
			lists = append(lists, list{text(v, "prefixListId"), res.UID})
		},
	})
	if err != nil {
		return err
	}
	return each(ctx, r, lists, func(ctx context.Context, l list) error { return r.prefixEntries(ctx, l.id, l.arn) })
}

func (r *round) prefixEntries(ctx context.Context, id, arn string) error {
	return r.list(ctx, listing{
		call: awsfact.CallPrefixEntries, subject: id,
		about: []label{{awsfact.AboutPrefixList, id}, {awsfact.AboutPrefixListARN, arn}},
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.ec2.GetManagedPrefixListEntries(ctx, &ec2.GetManagedPrefixListEntriesInput{PrefixListId: &id, MaxResults: api.size(100), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
	})
}

// A filter of EC2.
type filter = types.Filter

// matching lets pass what has one of the values.
func matching(name string, values ...string) filter {
	return filter{Name: sdk.String(name), Values: values}
}
