package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A home is an ordinary VPC: public and private subnets in three zones, a NAT
// gateway, and groups that admit the company's own networks only. Nobody is
// reached from the internet there, whatever address he has.
type home struct {
	vpc             *VPC
	igw             *InternetGateway
	acl             *NetworkACL
	six56           string // the IPv6 block of the VPC, without its end
	public, private [3]*Subnet
	groups          []*SecurityGroup
	office          *SecurityGroup // SSH from the company's own network
}

// houses builds ordinary VPCs in a region.
func (r *Region) houses(n int, rng *rand.Rand) {
	g := ground{r, rng}
	for k := range n {
		r.Net.homes = append(r.Net.homes, g.home(fmt.Sprintf("main-%d", k+1), k))
	}
	g.beside(r.Net.homes[0])
	r.Net.Storage = Storage{
		EncryptionByDefault: g.coin(), SerialConsole: g.coin(),
		SnapshotBlock: []string{"unblocked", "block-new-sharing", "block-all-sharing"}[rng.IntN(3)], ImageBlock: []string{"unblocked", "block-new-sharing"}[rng.IntN(2)],
	}
}

func (g ground) home(name string, k int) *home {
	six := fmt.Sprintf("2a05:d018:%x:%x00::/56", g.rng.IntN(1<<16), g.rng.IntN(256))
	v := g.vpc(name, fmt.Sprintf("10.%d.0.0/16", 16*k), six)
	second := fmt.Sprintf("10.%d.0.0/16", 16*k+1)
	v.CidrBlockAssociationSet = append(v.CidrBlockAssociationSet, VPCBlock{g.id("vpc-cidr-assoc-"), second, &State{"associated"}})
	h := &home{vpc: v, igw: g.gateway(v), six56: strings.TrimSuffix(six, "00::/56")}
	group, acl := g.defaults(v)
	h.acl = acl
	main, public := g.table(v, name+"-private"), g.table(v, name+"-public")
	g.serve(main)
	for z := range 3 {
		h.public[z] = g.subnet(v, fmt.Sprintf("%s-public-%c", name, 'a'+z), z, fmt.Sprintf("10.%d.%d.0/18", 16*k, 64*z), fmt.Sprintf("%s%02x::/64", h.six56, z))
		h.private[z] = g.subnet(v, fmt.Sprintf("%s-private-%c", name, 'a'+z), z, fmt.Sprintf("10.%d.%d.0/18", 16*k+1, 64*z), fmt.Sprintf("%s%02x::/64", h.six56, 16+z))
		h.public[z].MapPublicIpOnLaunch = true
		g.guard(acl, h.public[z], h.private[z])
	}
	g.serve(public, h.public[:]...)
	public.route("0.0.0.0/0", h.igw.InternetGatewayId)
	public.route("::/0", h.igw.InternetGatewayId)
	main.route("0.0.0.0/0", g.nat(h.public[0]).NatGatewayId)
	for _, s := range services {
		h.groups = append(h.groups, g.group(v, s, onPorts("tcp", 443, 443, "10.0.0.0/8"), onPorts("tcp", 8080, 8090, group.GroupId)))
	}
	h.office = g.group(v, "ssh-from-office", onPorts("tcp", 22, 22, "10.200.0.0/16"))
	return h
}

// beside adds what stands beside a network without any part in who is
// reached: logs, endpoints, tunnels, disks.
func (g ground) beside(h *home) {
	n, v := g.net(), h.vpc.VpcId
	n.FlowLogs = append(n.FlowLogs, &FlowLog{FlowLogId: g.id("fl-"), FlowLogStatus: "ACTIVE", ResourceId: v, TrafficType: "ALL", LogDestinationType: "cloud-watch-logs", LogGroupName: "vpc-flow",
		DeliverLogsStatus: "SUCCESS", DeliverLogsPermissionArn: "arn:aws:iam::" + g.r.Account + ":role/flow-logs", MaxAggregationInterval: 600, CreationTime: epoch})
	n.Endpoints = append(n.Endpoints, &VPCEndpoint{VpcEndpointId: g.id("vpce-"), VpcEndpointType: "Gateway", VpcId: v, ServiceName: "com.amazonaws." + g.r.Name + ".s3", State: "available", OwnerId: g.r.Account,
		IpAddressType: "ipv4", PolicyDocument: `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`, CreationTimestamp: epoch, RouteTableIds: []string{n.RouteTables[0].RouteTableId}})
	n.VPNConnections = append(n.VPNConnections, &VPNConnection{VpnConnectionId: g.id("vpn-"), VpnGatewayId: g.id("vgw-"), CustomerGatewayId: g.id("cgw-"), State: "available", Type: "ipsec.1", Category: "VPN",
		VgwTelemetry: []Tunnel{{"198.18.0.1", "UP", "", 4, epoch}, {"198.18.0.2", "DOWN", "IPSEC IS DOWN", 0, epoch}}})
	n.ClientVPNs = append(n.ClientVPNs, &ClientVPN{ClientVpnEndpointId: g.id("cvpn-endpoint-"), Description: "staff", VpcId: v, ClientCidrBlock: "10.250.0.0/22", DnsName: "*.cvpn.example", TransportProtocol: "udp", VpnProtocol: "openvpn",
		ServerCertificateArn: "arn:aws:acm:" + g.r.Name + ":" + g.r.Account + ":certificate/1", CreationTime: "2025-03-01T08:00:00", VpnPort: 443, SessionTimeoutHours: 24, SplitTunnel: true,
		Status: &ClientVPNStatus{Code: "available"}, ConnectionLogOptions: &ConnectionLog{true, "client-vpn", "all"}, SecurityGroupIds: []string{h.groups[0].GroupId}})
	n.EgressOnly = append(n.EgressOnly, &EgressOnlyGateway{EgressOnlyInternetGatewayId: g.id("eigw-"), Attachments: []GatewayAttachment{{"attached", v}}})
	n.Carriers = append(n.Carriers, &CarrierGateway{CarrierGatewayId: g.id("cagw-"), VpcId: v, OwnerId: g.r.Account, State: "available"})
	for k, public := range []bool{false, true} {
		n.Snapshots = append(n.Snapshots, &Snapshot{SnapshotId: g.id("snap-"), VolumeId: g.id("vol-"), OwnerId: g.r.Account, Description: "nightly", Progress: "100%", StorageTier: "standard", State: "completed",
			Encrypted: !public, VolumeSize: 20 * (k + 1), StartTime: epoch, Public: public})
	}
	n.PrefixLists = append(n.PrefixLists, &PrefixList{PrefixListId: g.id("pl-"), PrefixListArn: g.arn("prefix-list", "s3"), PrefixListName: "com.amazonaws." + g.r.Name + ".s3", AddressFamily: "IPv4", OwnerId: "AWS", State: "create-complete", MaxEntries: 20, Version: 1,
		Entries: []PrefixListEntry{{"52.218.0.0/17", ""}, {"3.5.64.0/21", "second"}}})
}

// settle puts an instance of the ordinary kind into a home: half of them have
// a public address, and some an IPv6 address and a second interface.
func (r *Region) settle(i *Instance, rng *rand.Rand) {
	g := ground{r, rng}
	h := r.Net.homes[rng.IntN(len(r.Net.homes))]
	z, public := rng.IntN(3), rng.IntN(2) == 0
	groups := []*SecurityGroup{h.groups[rng.IntN(len(h.groups))]}
	if rng.IntN(3) == 0 {
		groups = append(groups, h.office)
	}
	at := h.private[z]
	if public {
		at = h.public[z]
	}
	w := g.wire(i, at, groups...)
	if public {
		w.Public = g.takePublic()
	}
	if rng.IntN(3) == 0 {
		w.IPv6 = g.six(at)
	}
	if rng.IntN(4) == 0 {
		g.wire(i, h.private[z], groups[0])
	}
}

// retake remembers which addresses are taken.
func (r *Region) retake(list []Instance) {
	for k := range list {
		for _, w := range list[k].Interfaces {
			for _, a := range append(w.Sixes(), w.Private) {
				r.taken[list[k].VPC+" "+a] = true
			}
			if w.Public != "" {
				r.taken[w.Public] = true
			}
		}
	}
	for _, w := range r.Net.Interfaces {
		r.taken[w.VpcId+" "+w.PrivateIpAddress] = true
	}
	for _, a := range r.Net.Addresses {
		r.taken[a.PublicIp] = true
	}
}
