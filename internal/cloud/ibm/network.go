package ibm

import (
	"context"

	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// network asks a region for everything that is not a workload. What takes
// several steps comes first, so that it does not come last alone.
func (c *Collector) network(ctx context.Context, sink cloud.Sink, region string) error {
	r, err := c.inRegion(sink, region)
	if err != nil {
		return err
	}
	tasks := []ask.Task{r.vpcs, r.balancers}
	for _, l := range networkListings {
		tasks = append(tasks, r.asked(l))
	}
	return ask.All(ctx, r.tried.AtATime(), tasks)
}

// size of a page.
func (r *round) size() *int64 { return &r.options.page }

// privately are the images of the account: what IBM offers to everybody says
// nothing about it.
var privately = vpcv1.ListImagesOptionsVisibilityPrivateConst

var networkListings = []listing{
	{call: ibmfact.CallSubnets, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListSubnetsWithContext(ctx, &vpcv1.ListSubnetsOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallSecurityGroups, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListSecurityGroupsWithContext(ctx, &vpcv1.ListSecurityGroupsOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallNetworkACLs, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListNetworkAclsWithContext(ctx, &vpcv1.ListNetworkAclsOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallFloatingIPs, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListFloatingIpsWithContext(ctx, &vpcv1.ListFloatingIpsOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallPublicGateways, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListPublicGatewaysWithContext(ctx, &vpcv1.ListPublicGatewaysOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallPublicRanges, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListPublicAddressRangesWithContext(ctx, &vpcv1.ListPublicAddressRangesOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallVPNGateways, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListVPNGatewaysWithContext(ctx, &vpcv1.ListVPNGatewaysOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallVPNServers, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListVPNServersWithContext(ctx, &vpcv1.ListVPNServersOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallEndpointGateways, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListEndpointGatewaysWithContext(ctx, &vpcv1.ListEndpointGatewaysOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallFlowLogs, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListFlowLogCollectorsWithContext(ctx, &vpcv1.ListFlowLogCollectorsOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallBackupPolicies, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListBackupPoliciesWithContext(ctx, &vpcv1.ListBackupPoliciesOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallKeys, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListKeysWithContext(ctx, &vpcv1.ListKeysOptions{Start: token, Limit: r.size()}))
	}},
	{call: ibmfact.CallImages, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListImagesWithContext(ctx, &vpcv1.ListImagesOptions{Start: token, Limit: r.size(), Visibility: &privately}))
	}},
	{call: ibmfact.CallInstanceGroups, send: func(ctx context.Context, r *round, token *string) error {
		return sent(r.vpc.ListInstanceGroupsWithContext(ctx, &vpcv1.ListInstanceGroupsOptions{Start: token, Limit: r.size()}))
	}},
	single(ibmfact.CallTemplates, func(ctx context.Context, r *round) error {
		return sent(r.vpc.ListInstanceTemplatesWithContext(ctx, &vpcv1.ListInstanceTemplatesOptions{}))
	}),
}

// A parent is a thing whose parts are asked for one thing at a time.
type parent struct{ id, uid string }

// noting collects parents as they are listed.
func noting(list *[]parent) func(*snapshot.Resource, wire.Value) {
	return func(res *snapshot.Resource, v wire.Value) { *list = append(*list, parent{text(v, "id"), res.UID}) }
}

// vpcs are read with their routing tables, and each of those with its routes.
func (r *round) vpcs(ctx context.Context) error {
	var vpcs []parent
	err := r.list(ctx, listing{
		call: ibmfact.CallVPCs,
		send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListVpcsWithContext(ctx, &vpcv1.ListVpcsOptions{Start: token, Limit: r.size()}))
		},
		each: noting(&vpcs),
	})
	if err != nil {
		return err
	}
	return each(ctx, r, vpcs, r.routingTables)
}

func (r *round) routingTables(ctx context.Context, vpc parent) error {
	var tables []parent
	err := r.list(ctx, listing{
		call: ibmfact.CallRoutingTables, subject: vpc.uid, about: []label{{ibmfact.AboutVPC, vpc.uid}},
		send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListVPCRoutingTablesWithContext(ctx, &vpcv1.ListVPCRoutingTablesOptions{VPCID: &vpc.id, Start: token, Limit: r.size()}))
		},
		each: noting(&tables),
	})
	if err != nil {
		return err
	}
	return each(ctx, r, tables, func(ctx context.Context, table parent) error { return r.routes(ctx, vpc, table) })
}

func (r *round) routes(ctx context.Context, vpc, table parent) error {
	return r.list(ctx, listing{
		call: ibmfact.CallRoutes, subject: table.uid, about: []label{{ibmfact.AboutVPC, vpc.uid}, {ibmfact.AboutRoutingTable, table.uid}},
		send: func(ctx context.Context, r *round, token *string) error {
			return sent(r.vpc.ListVPCRoutingTableRoutesWithContext(ctx, &vpcv1.ListVPCRoutingTableRoutesOptions{
				VPCID: &vpc.id, RoutingTableID: &table.id, Start: token, Limit: r.size(),
			}))
		},
	})
}
