package awssim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim"
)

// networkChanges are the calls of EC2 that change what stands in a network.
var networkChanges = map[string]queryOp{
	ec2 + "ModifySubnetAttribute":             (*Server).modifySubnet,
	ec2 + "ModifyVpcBlockPublicAccessOptions": (*Server).blockInternet,
	ec2 + "CreateFlowLogs":                    (*Server).createFlowLogs,
	ec2 + "DeleteFlowLogs":                    (*Server).deleteFlowLogs,
	ec2 + "CreateVpcEndpoint":                 (*Server).createEndpoint,
	ec2 + "DeleteVpcEndpoints":                (*Server).deleteEndpoints,
	ec2 + "ModifyClientVpnEndpoint":           (*Server).modifyClientVPN,
}

// change replaces one thing of a list of the network; where it is not there,
// it is refused.
func change[T any](c *caller, list func(*sim.Network) *[]*T, is func(*T) bool, with func(*T), missing *refusal) *refusal {
	no := missing
	c.region.ChangeNetwork(func(n *sim.Network) bool {
		if sim.Replace(list(n), is, with) {
			no = nil
		}
		return no == nil
	})
	return no
}

// modifySubnet sets whether launches get a public address. "You can only modify
// one attribute at a time", API reference of ModifySubnetAttribute.
func (s *Server) modifySubnet(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "SubnetId", "MapPublicIpOnLaunch.Value"); no != nil {
		return nil, no
	}
	on, err := strconv.ParseBool(q.Get("MapPublicIpOnLaunch.Value"))
	if err != nil {
		return nil, badRequest("MissingParameter", "An attribute must be specified")
	}
	id := q.Get("SubnetId")
	no := change(c, func(n *sim.Network) *[]*sim.Subnet { return &n.Subnets }, func(x *sim.Subnet) bool { return x.SubnetId == id },
		func(x *sim.Subnet) { x.MapPublicIpOnLaunch = on }, badRequest("InvalidSubnetID.NotFound", "The subnet ID '"+id+"' does not exist"))
	if no != nil {
		return nil, no
	}
	return c.yes(), nil
}

// madeID is an id for what a call makes.
func (s *Server) madeID(prefix string) string {
	id := strings.ReplaceAll(s.requestID(), "-", "")
	return prefix + id[len(id)-17:]
}

// createFlowLogs makes a flow log for each VPC that is named. What it records
// is delivered at once.
func (s *Server) createFlowLogs(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "ClientToken", "ResourceId.", "ResourceType", "TrafficType", "LogDestinationType", "LogDestination"); no != nil {
		return nil, no
	}
	if q.Get("ResourceType") != "VPC" || q.Get("LogDestinationType") != "s3" || !strings.HasPrefix(q.Get("LogDestination"), "arn:aws:s3:::") {
		return nil, badRequest("InvalidParameter", "The simulated AWS makes flow logs of VPCs to buckets of S3 only.")
	}
	if traffic, no := word(q, "TrafficType", "ALL", "ACCEPT", "REJECT"); no != nil || traffic == "" {
		return nil, badRequest("InvalidParameter", "Value ("+q.Get("TrafficType")+") for parameter TrafficType is invalid.")
	}
	var made []string
	var no *refusal
	c.region.ChangeNetwork(func(n *sim.Network) bool {
		n.FlowLogs = slices.Clone(n.FlowLogs)
		for _, id := range numbered(q, "ResourceId") {
			l := &sim.FlowLog{FlowLogId: s.madeID("fl-"), FlowLogStatus: "ACTIVE", ResourceId: id, TrafficType: q.Get("TrafficType"), LogDestinationType: "s3", LogDestination: q.Get("LogDestination"),
				DeliverLogsStatus: "SUCCESS", MaxAggregationInterval: 600, CreationTime: s.opt.Now()}
			if no = mayLog(n, l); no != nil {
				return false
			}
			n.FlowLogs, made = append(n.FlowLogs, l), append(made, l.FlowLogId)
		}
		return true
	})
	if no != nil {
		return nil, no
	}
	p := c.reply(c.action+"Response", 512)
	p.list("flowLogIdSet", func() {
		for _, id := range made {
			p.text("item", id)
		}
	})
	p.empty("unsuccessful")
	return p.finish(), nil
}

func mayLog(n *sim.Network, l *sim.FlowLog) *refusal {
	if !slices.ContainsFunc(n.VPCs, func(v *sim.VPC) bool { return v.VpcId == l.ResourceId }) {
		return badRequest("InvalidVpcId.NotFound", "The vpc ID '"+l.ResourceId+"' does not exist")
	}
	if slices.ContainsFunc(n.FlowLogs, func(o *sim.FlowLog) bool {
		return o.ResourceId == l.ResourceId && o.LogDestination == l.LogDestination && o.TrafficType == l.TrafficType
	}) {
		return badRequest("FlowLogAlreadyExists", "Error. There is an existing Flow Log with the same configuration and log destination.")
	}
	return nil
}

func (s *Server) deleteFlowLogs(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "FlowLogId."); no != nil {
		return nil, no
	}
	return without(c, numbered(q, "FlowLogId"), func(n *sim.Network) *[]*sim.FlowLog { return &n.FlowLogs }, func(l *sim.FlowLog) string { return l.FlowLogId }, "InvalidFlowLogId.NotFound")
}

// without takes things out of a list of the network, all or none.
func without[T any](c *caller, ids []string, list func(*sim.Network) *[]*T, id func(*T) string, missing string) (*page, *refusal) {
	var no *refusal
	c.region.ChangeNetwork(func(n *sim.Network) bool {
		l := slices.Clone(*list(n))
		for _, gone := range ids {
			k := slices.IndexFunc(l, func(x *T) bool { return id(x) == gone })
			if k < 0 {
				no = badRequest(missing, "The ID '"+gone+"' does not exist")
				return false
			}
			l = slices.Delete(l, k, k+1)
		}
		*list(n) = l
		return true
	})
	if no != nil {
		return nil, no
	}
	p := c.reply(c.action+"Response", 256)
	p.empty("unsuccessful")
	return p.finish(), nil
}

// createEndpoint makes a private way to a service. The reply says pending; it
// is available when it is next asked for.
func (s *Server) createEndpoint(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "ClientToken", "VpcId", "VpcEndpointType", "ServiceName", "PrivateDnsEnabled", "SubnetId.", "SecurityGroupId.", "RouteTableId."); no != nil {
		return nil, no
	}
	e := &sim.VPCEndpoint{VpcEndpointId: s.madeID("vpce-"), VpcEndpointType: q.Get("VpcEndpointType"), VpcId: q.Get("VpcId"), ServiceName: q.Get("ServiceName"), State: "available", OwnerId: c.account.ID,
		IpAddressType: "ipv4", PrivateDnsEnabled: q.Get("PrivateDnsEnabled") == "true", CreationTimestamp: s.opt.Now(), RouteTableIds: numbered(q, "RouteTableId"), SubnetIds: numbered(q, "SubnetId"),
		PolicyDocument: `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`}
	for _, g := range numbered(q, "SecurityGroupId") {
		e.Groups = append(e.Groups, sim.GroupName{GroupId: g})
	}
	no := badRequest("InvalidVpcId.NotFound", "The Vpc Id "+e.VpcId+" does not exist")
	c.region.ChangeNetwork(func(n *sim.Network) bool {
		if !slices.ContainsFunc(n.VPCs, func(v *sim.VPC) bool { return v.VpcId == e.VpcId }) {
			return false
		}
		if no = mayStand(n, e); no != nil {
			return false
		}
		n.Endpoints = append(slices.Clone(n.Endpoints), e)
		return true
	})
	if no != nil {
		return nil, no
	}
	p := c.reply(c.action+"Response", 512)
	p.open("vpcEndpoint")
	p.text("vpcEndpointId", e.VpcEndpointId)
	p.text("vpcId", e.VpcId)
	p.text("serviceName", e.ServiceName)
	p.text("state", "pending")
	p.close("vpcEndpoint")
	return p.finish(), nil
}

// mayStand refuses an endpoint that names what is not there, a second gateway
// on one route table, and a second private name for one service.
func mayStand(n *sim.Network, e *sim.VPCEndpoint) *refusal {
	for _, id := range e.SubnetIds {
		if !slices.ContainsFunc(n.Subnets, func(x *sim.Subnet) bool { return x.SubnetId == id && x.VpcId == e.VpcId }) {
			return badRequest("InvalidSubnetId.NotFound", "The subnet ID '"+id+"' does not exist")
		}
	}
	for _, id := range e.RouteTableIds {
		if !slices.ContainsFunc(n.RouteTables, func(x *sim.RouteTable) bool { return x.RouteTableId == id && x.VpcId == e.VpcId }) {
			return badRequest("InvalidRouteTableId.NotFound", "The routeTable ID '"+id+"' does not exist")
		}
	}
	for _, o := range n.Endpoints {
		if o.VpcId != e.VpcId || o.ServiceName != e.ServiceName || o.VpcEndpointType != e.VpcEndpointType {
			continue
		}
		if slices.ContainsFunc(e.RouteTableIds, func(id string) bool { return slices.Contains(o.RouteTableIds, id) }) {
			return badRequest("RouteAlreadyExists", "route table already has a route with destination-prefix-list-id of "+e.ServiceName)
		}
		if e.PrivateDnsEnabled && o.PrivateDnsEnabled {
			return badRequest("InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS domain in the VPC "+e.VpcId)
		}
	}
	return nil
}

func (s *Server) deleteEndpoints(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "VpcEndpointId."); no != nil {
		return nil, no
	}
	return without(c, numbered(q, "VpcEndpointId"), func(n *sim.Network) *[]*sim.VPCEndpoint { return &n.Endpoints }, func(e *sim.VPCEndpoint) string { return e.VpcEndpointId }, "InvalidVpcEndpointId.NotFound")
}

// modifyClientVPN sets whether connections are logged.
func (s *Server) modifyClientVPN(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "DryRun", "ClientVpnEndpointId", "ConnectionLogOptions.Enabled", "ConnectionLogOptions.CloudwatchLogGroup"); no != nil {
		return nil, no
	}
	on, err := strconv.ParseBool(q.Get("ConnectionLogOptions.Enabled"))
	group := q.Get("ConnectionLogOptions.CloudwatchLogGroup")
	if err != nil || on && group == "" {
		return nil, badRequest("MissingParameter", "A log group must be specified where connections are logged.")
	}
	id := q.Get("ClientVpnEndpointId")
	no := change(c, func(n *sim.Network) *[]*sim.ClientVPN { return &n.ClientVPNs }, func(v *sim.ClientVPN) bool { return v.ClientVpnEndpointId == id },
		func(v *sim.ClientVPN) {
			v.ConnectionLogOptions = &sim.ConnectionLog{Enabled: on, CloudwatchLogGroup: group}
		},
		badRequest("InvalidClientVpnEndpointId.NotFound", "Endpoint "+id+" does not exist"))
	if no != nil {
		return nil, no
	}
	return c.yes(), nil
}
