package awsfact_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

func networksIn(c *snapshot.Context) map[string]*estate.Network {
	m := map[string]*estate.Network{}
	for _, o := range awsfact.Objects(c) {
		if n, ok := o.(*estate.Network); ok {
			m[n.ID] = n
		}
	}
	return m
}

func element(pairs ...string) string {
	var b strings.Builder
	b.WriteString("<item>")
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString("<" + pairs[i] + ">" + pairs[i+1] + "</" + pairs[i] + ">")
	}
	return b.String() + "</item>"
}

func vpcs(ids ...string) asked {
	var items []string
	for _, id := range ids {
		items = append(items, element("vpcId", id, "ownerId", account))
	}
	return asked{awsfact.CallVPCs, here, "", set("vpcSet", items...)}
}

// subnetsOf has pairs of a subnet and its VPC.
func subnetsOf(pairs ...string) asked {
	var items []string
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, element("subnetId", pairs[i], "vpcId", pairs[i+1], "ownerId", account, "mapPublicIpOnLaunch", "false"))
	}
	return asked{awsfact.CallSubnets, here, "", set("subnetSet", items...)}
}

func flowLog(id, on, traffic, delivers string) string {
	return element("flowLogId", id, "resourceId", on, "trafficType", traffic, "flowLogStatus", "ACTIVE", "deliverLogsStatus", delivers)
}

func flowLogs(items ...string) asked {
	return asked{awsfact.CallFlowLogs, here, "", set("flowLogSet", items...)}
}

func TestFlowLogsOfAVPC(t *testing.T) {
	t.Parallel()
	two := subnetsOf("subnet-1", "vpc-1", "subnet-2", "vpc-1", "subnet-9", "vpc-9")
	for about, c := range map[string]struct {
		qs   []asked
		want any
	}{
		"all traffic":               {[]asked{two, flowLogs(flowLog("fl-1", "vpc-1", "ALL", "SUCCESS"))}, "all"},
		"refused traffic":           {[]asked{two, flowLogs(flowLog("fl-1", "vpc-1", "REJECT", "SUCCESS"))}, "rejected_only"},
		"passed traffic":            {[]asked{two, flowLogs(flowLog("fl-1", "vpc-1", "ACCEPT", "SUCCESS"))}, "accepted_only"},
		"two logs that add up":      {[]asked{two, flowLogs(flowLog("fl-1", "vpc-1", "ACCEPT", "SUCCESS"), flowLog("fl-2", "vpc-1", "REJECT", "SUCCESS"))}, "all"},
		"none":                      {[]asked{two, flowLogs()}, "none"},
		"of another VPC":            {[]asked{two, flowLogs(flowLog("fl-1", "vpc-9", "ALL", "SUCCESS"))}, "none"},
		"it fails to deliver":       {[]asked{two, flowLogs(flowLog("fl-1", "vpc-1", "ALL", "FAILED"))}, "none"},
		"it never delivered yet":    {[]asked{two, flowLogs(element("flowLogId", "fl-1", "resourceId", "vpc-1", "trafficType", "ALL", "flowLogStatus", "ACTIVE"))}, "? absent /deliverLogsStatus"},
		"a status of tomorrow":      {[]asked{two, flowLogs(strings.Replace(flowLog("fl-1", "vpc-1", "ALL", "SUCCESS"), "ACTIVE", "ASLEEP", 1))}, "? unknown_value ASLEEP"},
		"traffic of tomorrow":       {[]asked{two, flowLogs(flowLog("fl-1", "vpc-1", "SOME", "SUCCESS"))}, "? unknown_value SOME"},
		"of all its subnets":        {[]asked{two, flowLogs(flowLog("fl-1", "subnet-1", "ALL", "SUCCESS"), flowLog("fl-2", "subnet-2", "ALL", "SUCCESS"))}, "all"},
		"of one of its subnets":     {[]asked{two, flowLogs(flowLog("fl-1", "subnet-1", "ALL", "SUCCESS"))}, "none"},
		"its subnets differ":        {[]asked{two, flowLogs(flowLog("fl-1", "subnet-1", "ALL", "SUCCESS"), flowLog("fl-2", "subnet-2", "REJECT", "SUCCESS"))}, "rejected_only"},
		"the VPC and a subnet":      {[]asked{two, flowLogs(flowLog("fl-1", "vpc-1", "REJECT", "SUCCESS"), flowLog("fl-2", "subnet-1", "ALL", "SUCCESS"))}, "rejected_only"},
		"of a single interface":     {[]asked{two, flowLogs(flowLog("fl-1", "eni-1", "ALL", "SUCCESS"))}, "? not_collected flow logs of single interfaces"},
		"an interface that fails":   {[]asked{two, flowLogs(flowLog("fl-1", "eni-1", "ALL", "FAILED"))}, "none"},
		"of a transit gateway":      {[]asked{two, flowLogs(flowLog("fl-1", "tgw-1", "ALL", "SUCCESS"))}, "none"},
		"an interface beside all":   {[]asked{two, flowLogs(flowLog("fl-1", "eni-1", "ALL", "SUCCESS"), flowLog("fl-2", "vpc-1", "ALL", "SUCCESS"))}, "all"},
		"refused":                   {[]asked{two, {awsfact.CallFlowLogs, here, "", ""}}, "? denied denied"},
		"not asked":                 {[]asked{two}, "? not_collected"},
		"subnets refused, VPC all":  {[]asked{{awsfact.CallSubnets, here, "", ""}, flowLogs(flowLog("fl-1", "vpc-1", "ALL", "SUCCESS"))}, "all"},
		"subnets refused, one log":  {[]asked{{awsfact.CallSubnets, here, "", ""}, flowLogs(flowLog("fl-1", "subnet-1", "ALL", "SUCCESS"))}, "? denied denied"},
		"subnets refused, no log":   {[]asked{{awsfact.CallSubnets, here, "", ""}, flowLogs()}, "none"},
		"no subnet and no log":      {[]asked{subnetsOf(), flowLogs(flowLog("fl-1", "eni-1", "ALL", "SUCCESS"))}, "none"},
		"a log without its subject": {[]asked{two, flowLogs(element("flowLogId", "fl-1", "trafficType", "ALL"))}, "? absent /resourceId"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			n := networksIn(scanned(t, append([]asked{vpcs("vpc-1")}, c.qs...)...))["vpc-1"]
			if n == nil {
				t.Fatal("there is no vpc-1")
			}
			if diff := cmp.Diff(c.want, told(n.FlowLogs)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVPCsAndSubnets(t *testing.T) {
	t.Parallel()
	endpoint := func(id, vpc, service, state string) string {
		return element("vpcEndpointId", id, "vpcId", vpc, "serviceName", service, "state", state, "vpcEndpointType", "Interface")
	}
	c := scanned(t, vpcs("vpc-1", "vpc-2"),
		asked{awsfact.CallSubnets, here, "", set("subnetSet",
			element("subnetId", "subnet-1", "vpcId", "vpc-1", "ownerId", account, "mapPublicIpOnLaunch", "true"),
			element("subnetId", "subnet-2", "vpcId", "vpc-1", "ownerId", account),
			element("subnetId", "subnet-3", "vpcId", "vpc-shared", "ownerId", "999988887777", "mapPublicIpOnLaunch", "true"))},
		asked{awsfact.CallEndpoints, here, "", set("vpcEndpointSet",
			endpoint("vpce-1", "vpc-1", "com.amazonaws.eu-west-1.ssm", "available"),
			endpoint("vpce-2", "vpc-1", "com.amazonaws.eu-west-1.ecr.api", "PendingAcceptance"),
			endpoint("vpce-3", "vpc-1", "com.amazonaws.eu-west-1.sts", "dreaming"),
			element("vpcEndpointId", "vpce-4", "vpcId", "vpc-1", "state", "available", "vpcEndpointType", "Resource"))})
	ns := networksIn(c)
	if len(ns) != 4 {
		t.Errorf("%d networks; what another account shares is judged there", len(ns))
	}
	one := ns["vpc-1"]
	if one.UID != "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1" || one.Parent != "aws:111122223333:eu-west-1" || one.Kind != estate.KindNetwork || one.Type != "vpc" {
		t.Errorf("%+v", one.Subject)
	}
	var got [][]any
	for _, e := range one.Endpoints.Items() {
		got = append(got, []any{e.Service, told(e.State)})
	}
	if diff := cmp.Diff([][]any{{"ssm", "available"}, {"ecr.api", "pendingacceptance"}, {"sts", "? unknown_value dreaming"}}, got); diff != "" || !one.Endpoints.Whole() {
		t.Errorf("%v %s", one.Endpoints.Gaps(), diff)
	}
	if diff := cmp.Diff([]any{true, false, true, "? absent /mapPublicIpOnLaunch", "? not_collected"},
		[]any{told(one.Used), told(ns["vpc-2"].Used), told(ns["subnet-1"].PublicIP), told(ns["subnet-2"].PublicIP), told(ns["subnet-1"].Used)}); diff != "" {
		t.Error(diff)
	}
	alone := networksIn(scanned(t, vpcs("vpc-1")))["vpc-1"]
	if alone.Used.Known() || alone.Endpoints.Whole() || alone.FlowLogs.Known() {
		t.Errorf("of a VPC alone it is known: %v %v %v", told(alone.Used), alone.Endpoints.Gaps(), told(alone.FlowLogs))
	}
}

func TestVPNs(t *testing.T) {
	t.Parallel()
	tunnel := func(address, status string) string { return element("outsideIpAddress", address, "status", status) }
	connection := func(id, state, tunnels string) string {
		return element("vpnConnectionId", id, "state", state, "vgwTelemetry", tunnels)
	}
	client := func(id, state, log string) string {
		return element("clientVpnEndpointId", id, "status", "<code>"+state+"</code>", "connectionLogOptions", log)
	}
	ns := networksIn(scanned(t,
		asked{awsfact.CallVPNs, here, "", set("vpnConnectionSet",
			connection("vpn-1", "available", tunnel("203.0.113.1", "UP")+tunnel("203.0.113.2", "DOWN")),
			connection("vpn-2", "pending", tunnel("203.0.113.3", "DOWN")),
			connection("vpn-3", "deleted", tunnel("203.0.113.4", "DOWN")),
			connection("vpn-4", "available", ""),
			connection("vpn-5", "available", tunnel("203.0.113.5", "WOBBLY")))},
		asked{awsfact.CallClientVPNs, here, "", set("clientVpnEndpoint",
			client("cvpn-endpoint-1", "available", "<Enabled>true</Enabled>"),
			client("cvpn-endpoint-2", "available", "<Enabled>false</Enabled>"),
			client("cvpn-endpoint-3", "deleting", "<Enabled>false</Enabled>"),
			client("cvpn-endpoint-4", "pending-associate", ""))}))
	got := map[string][]any{}
	for id, n := range ns {
		list := []any{n.Type, told(n.Logged)}
		for _, x := range n.Tunnels.Items() {
			list = append(list, x.Address, told(x.Up))
		}
		for _, g := range n.Tunnels.Gaps() {
			list = append(list, string(g.Cause))
		}
		got[id] = list
	}
	const nobody = "not_collected"
	if diff := cmp.Diff(map[string][]any{
		"vpn-1":           {"vpn_connection", "? " + nobody, "203.0.113.1", true, "203.0.113.2", false},
		"vpn-2":           {"vpn_connection", "? " + nobody, "pending"},
		"vpn-4":           {"vpn_connection", "? " + nobody, "absent"},
		"vpn-5":           {"vpn_connection", "? " + nobody, "203.0.113.5", "? unknown_value WOBBLY"},
		"cvpn-endpoint-1": {"client_vpn", true, nobody},
		"cvpn-endpoint-2": {"client_vpn", false, nobody},
		"cvpn-endpoint-4": {"client_vpn", "? absent /connectionLogOptions/Enabled", nobody},
	}, got); diff != "" {
		t.Error(diff)
	}
}
