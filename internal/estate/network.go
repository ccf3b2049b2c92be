package estate

import "plumbline/internal/fact"

// A Network is a VPC, a subnet, or a way into a VPC from outside.
type Network struct {
	Subject
	Type      string          // vpc, subnet, vpn_connection, client_vpn; always known
	PublicIP  fact.Of[bool]   // of a subnet: a new interface gets a public address
	Used      fact.Of[bool]   // of a VPC: a subnet stands in it
	FlowLogs  fact.Of[string] // of a VPC: all, rejected_only, accepted_only, none
	Endpoints fact.List[PrivateEndpoint]
	Tunnels   fact.List[Tunnel]
	Logged    fact.Of[bool] // of a client VPN: its connections are logged
	Admin     fact.Of[bool] // of a VPC: a floating IP lets SSH or RDP in from any source, to an interface in it, whether its server runs or not
	VPN       fact.Of[bool] // of a VPC: a VPN gateway or server stands in it
}

// A PrivateEndpoint is a way from a network to a service of the provider that
// does not cross the internet.
type PrivateEndpoint struct {
	Service string // its last part: "ssm"
	State   fact.Of[string]
}

// A Tunnel is one of a VPN connection's.
type Tunnel struct {
	Address string
	Up      fact.Of[bool]
}

// A Gate is a security group, network ACL or firewall.
type Gate struct {
	Subject
	Type    string              // security_group, network_acl; always known
	Default fact.Of[bool]       // made with its network, and attached where nothing else is
	Used    fact.Of[bool]       // a network ACL: subnets are associated with it
	Targets fact.Of[int64]      // a security group: how many interfaces and others wear it
	Rules   fact.List[GateRule] // of an ACL: those that still decide something after those before them
}

// An Organisation is what accounts belong to. It carries no facts of its own
// yet.
type Organisation struct{ Subject }
