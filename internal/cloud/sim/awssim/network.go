package awssim

import (
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim"
)

// A listing is a call of EC2 that lists things of one kind.
type listing struct {
	action      string
	set         string // the element that holds them
	rows        func(*caller) []any
	least, most int               // bounds of MaxResults; 0 is a call without pages
	id          string            // parameter that picks by id, "VpcId"
	member      string            // the member it picks by
	missing     string            // code of the refusal where an id is not known
	filters     map[string]string // filter names, with the path of the member they look at
}

// rowsOf makes rows of a list of the network.
func rowsOf[T any](of func(*sim.Network) []T) func(*caller) []any {
	return func(c *caller) []any { return anys(of(c.region.Network())) }
}

func anys[T any](l []T) []any {
	out := make([]any, len(l))
	for i := range l {
		out[i] = l[i]
	}
	return out
}

// The listings, with the bounds of MaxResults that the API's model has.
var listings = []listing{
	{action: "DescribeVpcs", set: "vpcSet", rows: rowsOf(func(n *sim.Network) []*sim.VPC { return n.VPCs }),
		least: 5, most: 1000, id: "VpcId", member: "VpcId", missing: "InvalidVpcID.NotFound", filters: map[string]string{"vpc-id": "VpcId", "is-default": "IsDefault", "state": "State"}},
	{action: "DescribeSubnets", set: "subnetSet", rows: rowsOf(func(n *sim.Network) []*sim.Subnet { return n.Subnets }),
		least: 5, most: 1000, id: "SubnetId", member: "SubnetId", missing: "InvalidSubnetID.NotFound", filters: map[string]string{"vpc-id": "VpcId", "subnet-id": "SubnetId", "state": "State"}},
	{action: "DescribeRouteTables", set: "routeTableSet", rows: rowsOf(func(n *sim.Network) []*sim.RouteTable { return n.RouteTables }),
		least: 5, most: 100, id: "RouteTableId", member: "RouteTableId", missing: "InvalidRouteTableID.NotFound", filters: map[string]string{"vpc-id": "VpcId", "route-table-id": "RouteTableId"}},
	{action: "DescribeInternetGateways", set: "internetGatewaySet", rows: rowsOf(func(n *sim.Network) []*sim.InternetGateway { return n.InternetGateways }),
		least: 5, most: 1000, id: "InternetGatewayId", member: "InternetGatewayId", missing: "InvalidInternetGatewayID.NotFound", filters: map[string]string{"attachment.vpc-id": "Attachments.VpcId"}},
	{action: "DescribeEgressOnlyInternetGateways", set: "egressOnlyInternetGatewaySet", rows: rowsOf(func(n *sim.Network) []*sim.EgressOnlyGateway { return n.EgressOnly }),
		least: 5, most: 255, id: "EgressOnlyInternetGatewayId", member: "EgressOnlyInternetGatewayId", missing: "InvalidGatewayID.NotFound"},
	{action: "DescribeNatGateways", set: "natGatewaySet", rows: rowsOf(func(n *sim.Network) []*sim.NATGateway { return n.NATs }),
		least: 5, most: 1000, id: "NatGatewayId", member: "NatGatewayId", missing: "NatGatewayNotFound", filters: map[string]string{"vpc-id": "VpcId", "state": "State", "subnet-id": "SubnetId"}},
	{action: "DescribeCarrierGateways", set: "carrierGatewaySet", rows: rowsOf(func(n *sim.Network) []*sim.CarrierGateway { return n.Carriers }),
		least: 5, most: 1000, id: "CarrierGatewayId", member: "CarrierGatewayId", missing: "InvalidCarrierGatewayID.NotFound", filters: map[string]string{"vpc-id": "VpcId"}},
	{action: "DescribeNetworkAcls", set: "networkAclSet", rows: rowsOf(func(n *sim.Network) []*sim.NetworkACL { return n.ACLs }),
		least: 5, most: 1000, id: "NetworkAclId", member: "NetworkAclId", missing: "InvalidNetworkAclID.NotFound", filters: map[string]string{"vpc-id": "VpcId", "association.subnet-id": "Associations.SubnetId"}},
	{action: "DescribeSecurityGroups", set: "securityGroupInfo", rows: rowsOf(func(n *sim.Network) []*sim.SecurityGroup { return n.SecurityGroups }),
		least: 5, most: 1000, id: "GroupId", member: "GroupId", missing: "InvalidGroup.NotFound", filters: map[string]string{"vpc-id": "VpcId", "group-id": "GroupId", "group-name": "GroupName"}},
	{action: "DescribeSecurityGroupRules", set: "securityGroupRuleSet", rows: func(c *caller) []any { return anys(c.region.Network().GroupRules(c.region.Name)) },
		least: 5, most: 1000, id: "SecurityGroupRuleId", member: "SecurityGroupRuleId", missing: "InvalidSecurityGroupRuleId.NotFound", filters: map[string]string{"group-id": "GroupId", "security-group-rule-id": "SecurityGroupRuleId"}},
	{action: "DescribeSecurityGroupVpcAssociations", set: "securityGroupVpcAssociationSet", rows: rowsOf(func(n *sim.Network) []*sim.GroupAssociation { return n.GroupAssociations }),
		least: 5, most: 1000, filters: map[string]string{"group-id": "GroupId", "vpc-id": "VpcId", "state": "State"}},
	{action: "DescribeManagedPrefixLists", set: "prefixListSet", rows: rowsOf(func(n *sim.Network) []*sim.PrefixList { return n.PrefixLists }),
		least: 1, most: 100, id: "PrefixListId", member: "PrefixListId", missing: "InvalidPrefixListID.NotFound", filters: map[string]string{"owner-id": "OwnerId", "prefix-list-id": "PrefixListId", "prefix-list-name": "PrefixListName"}},
	{action: "DescribeVpcBlockPublicAccessExclusions", set: "vpcBlockPublicAccessExclusionSet", rows: rowsOf(func(n *sim.Network) []*sim.Exclusion { return n.Exclusions }),
		least: 5, most: 1000, id: "ExclusionId", member: "ExclusionId", missing: "InvalidVpcBlockPublicAccessExclusionId.NotFound", filters: map[string]string{"state": "State", "resource-arn": "ResourceArn"}},
	{action: "DescribeAddresses", set: "addressesSet", rows: rowsOf(func(n *sim.Network) []*sim.Address { return n.Addresses }),
		id: "AllocationId", member: "AllocationId", missing: "InvalidAllocationID.NotFound", filters: map[string]string{"instance-id": "InstanceId", "public-ip": "PublicIp", "domain": "Domain"}},
	{action: "DescribeFlowLogs", set: "flowLogSet", rows: rowsOf(func(n *sim.Network) []*sim.FlowLog { return n.FlowLogs }),
		least: 1, most: 1000, id: "FlowLogId", member: "FlowLogId", missing: "InvalidFlowLogId.NotFound", filters: map[string]string{"resource-id": "ResourceId", "traffic-type": "TrafficType"}},
	{action: "DescribeVpcEndpoints", set: "vpcEndpointSet", rows: rowsOf(func(n *sim.Network) []*sim.VPCEndpoint { return n.Endpoints }),
		least: 1, most: 1000, id: "VpcEndpointId", member: "VpcEndpointId", missing: "InvalidVpcEndpointId.NotFound", filters: map[string]string{"vpc-id": "VpcId", "service-name": "ServiceName", "vpc-endpoint-state": "State"}},
	{action: "DescribeVpnConnections", set: "vpnConnectionSet", rows: rowsOf(func(n *sim.Network) []*sim.VPNConnection { return n.VPNConnections }),
		id: "VpnConnectionId", member: "VpnConnectionId", missing: "InvalidVpnConnectionID.NotFound", filters: map[string]string{"state": "State", "vpn-gateway-id": "VpnGatewayId"}},
	{action: "DescribeClientVpnEndpoints", set: "clientVpnEndpoint", rows: rowsOf(func(n *sim.Network) []*sim.ClientVPN { return n.ClientVPNs }),
		least: 5, most: 1000, id: "ClientVpnEndpointId", member: "ClientVpnEndpointId", missing: "InvalidClientVpnEndpointId.NotFound"},
	{action: "DescribeVolumes", set: "volumeSet", rows: rowsOf(func(n *sim.Network) []*sim.Volume { return n.Volumes }),
		least: 5, most: 1000, id: "VolumeId", member: "VolumeId", missing: "InvalidVolume.NotFound", filters: map[string]string{"encrypted": "Encrypted", "attachment.instance-id": "Attachments.InstanceId", "status": "State"}},
}

// networkOps are the calls of EC2 about the network and what stands beside it.
var networkOps = func() map[string]queryOp {
	ops := map[string]queryOp{
		ec2 + "GetManagedPrefixListEntries":         (*Server).prefixListEntries,
		ec2 + "DescribeVpcBlockPublicAccessOptions": (*Server).blockPublicAccess,
		ec2 + "DescribeNetworkInterfaces":           (*Server).describeInterfaces,
		ec2 + "DescribeSnapshots":                   (*Server).describeSnapshots,
		ec2 + "GetEbsEncryptionByDefault":           (*Server).encryptionByDefault,
		ec2 + "GetSnapshotBlockPublicAccessState":   (*Server).snapshotBlock,
		ec2 + "GetImageBlockPublicAccessState":      (*Server).imageBlock,
		ec2 + "GetSerialConsoleAccessStatus":        (*Server).serialConsole,
	}
	for i := range listings {
		ops[ec2+listings[i].action] = listings[i].answer
	}
	return ops
}()

// answer lists what fits ids and filters, page by page.
func (l *listing) answer(s *Server, c *caller, q url.Values) (*page, *refusal) {
	known := []string{"DryRun", "Filter."}
	if l.most > 0 {
		known = append(known, "MaxResults", "NextToken")
	}
	if l.id != "" {
		known = append(known, l.id+".")
	}
	if no := only(q, known...); no != nil {
		return nil, no
	}
	rows, no := l.pick(l.rows(c), q)
	if no != nil {
		return nil, no
	}
	return l.send(s, c, q, rows)
}

// send writes one page of rows.
func (l *listing) send(s *Server, c *caller, q url.Values, rows []any) (*page, *refusal) {
	next := ""
	if l.most > 0 {
		var no *refusal
		if rows, next, no = ec2Page(s, c, q, rows, l.least, l.most); no != nil {
			return nil, no
		}
	} else if rows, _, _ = pageOf(s, c, rows, len(rows), ""); rows == nil {
		rows = []any{}
	}
	p := c.reply(c.action+"Response", len(rows)*1024)
	p.rows(l.set, rows, s.rng())
	if next != "" {
		p.text("nextToken", next)
	}
	return p.finish(), nil
}

// rng orders the lists inside a reply; nil keeps them.
func (s *Server) rng() *rand.Rand {
	seed := s.newWalk()
	if seed == 0 {
		return nil
	}
	return rand.New(rand.NewPCG(seed, 5))
}

func (p *page) rows(set string, rows []any, rng *rand.Rand) {
	if len(rows) == 0 {
		p.empty(set)
		return
	}
	w := writer{p, ec2Style, rng}
	p.open(set)
	for _, r := range rows {
		w.value(w.item, reflect.ValueOf(r))
	}
	p.close(set)
}

// pick keeps the rows that ids and filters name.
func (l *listing) pick(rows []any, q url.Values) ([]any, *refusal) {
	if l.id != "" {
		if ids := numbered(q, l.id); len(ids) > 0 {
			var no *refusal
			if rows, no = l.byID(rows, ids); no != nil {
				return nil, no
			}
		}
	}
	for name, values := range filters(q) {
		path, ok := l.filters[name]
		if !ok {
			return nil, badRequest("InvalidParameterValue", "The filter '"+name+"' is invalid")
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r any) bool {
			return !slices.ContainsFunc(at(reflect.ValueOf(r), path), func(v string) bool { return slices.Contains(values, v) })
		})
	}
	return rows, nil
}

func (l *listing) byID(rows []any, ids []string) ([]any, *refusal) {
	var out []any
	for _, id := range ids {
		n := slices.IndexFunc(rows, func(r any) bool { return slices.Contains(at(reflect.ValueOf(r), l.member), id) })
		if n < 0 {
			return nil, badRequest(l.missing, "The ID '"+id+"' does not exist")
		}
		out = append(out, rows[n])
	}
	return out, nil
}

// numbered are the values of a list parameter, "VpcId.1", "VpcId.2" …
func numbered(q url.Values, name string) []string {
	var out []string
	for i := 1; q.Has(name + "." + strconv.Itoa(i)); i++ {
		out = append(out, q.Get(name+"."+strconv.Itoa(i)))
	}
	return out
}

// filters are the filters of a call of EC2, by name.
func filters(q url.Values) map[string][]string {
	out := map[string][]string{}
	for name, v := range q {
		if n, ok := strings.CutSuffix(name, ".Name"); ok && strings.HasPrefix(name, "Filter.") {
			out[v[0]] = append(out[v[0]], numbered(q, n+".Value")...)
		}
	}
	return out
}
