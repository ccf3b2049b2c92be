package sim

import "time"

// A Network is everything of a region that packets meet, and the settings that
// stand beside it. Its types have the members of the EC2 API: a member is
// written under its Go name with a small first letter, unless the tag aws names
// it otherwise; "-" is kept from the wire. An empty string, a zero time and a
// nil pointer are members that a reply leaves out. Everything is read only once
// the estate is served.
type Network struct {
	VPCs              []*VPC
	Subnets           []*Subnet
	RouteTables       []*RouteTable
	InternetGateways  []*InternetGateway
	EgressOnly        []*EgressOnlyGateway
	NATs              []*NATGateway
	Carriers          []*CarrierGateway
	ACLs              []*NetworkACL
	SecurityGroups    []*SecurityGroup
	GroupAssociations []*GroupAssociation
	PrefixLists       []*PrefixList
	BlockPublicAccess *BlockPublicAccess
	Exclusions        []*Exclusion
	Addresses         []*Address
	Interfaces        []*NetworkInterface // of services: nobody's instance has them
	FlowLogs          []*FlowLog
	Endpoints         []*VPCEndpoint
	VPNConnections    []*VPNConnection
	ClientVPNs        []*ClientVPN
	Volumes           []*Volume // that are not encrypted
	Snapshots         []*Snapshot
	Storage           Storage

	LoadBalancers []*LoadBalancer
	Listeners     []*Listener
	Rules         []*ListenerRule
	TargetGroups  []*TargetGroup
	Classic       []*ClassicBalancer

	homes []*home // where instances of the ordinary kind settle
}

// A VPC is a virtual network.
type VPC struct {
	VpcId, OwnerId, State       string
	CidrBlock, InstanceTenancy  string
	DhcpOptionsId               string
	IsDefault                   bool
	CidrBlockAssociationSet     []VPCBlock
	Ipv6CidrBlockAssociationSet []VPCBlock6
	BlockPublicAccessStates     *BlockMode
	Tags                        []Tag `aws:"tagSet"`
}

// A VPCBlock is one of a VPC's IPv4 blocks.
type VPCBlock struct {
	AssociationId, CidrBlock string
	CidrBlockState           *State
}

// A VPCBlock6 is one of a VPC's IPv6 blocks.
type VPCBlock6 struct {
	AssociationId, Ipv6CidrBlock, Ipv6Pool, NetworkBorderGroup string
	Ipv6CidrBlockState                                         *State
}

// A State is how far a thing has come: "associated".
type State struct{ State string }

// A BlockMode is what blocking public access means for one VPC or subnet, as
// EC2 works it out: "off", "block-ingress" or "block-bidirectional".
type BlockMode struct{ InternetGatewayBlockMode string }

// A Subnet is a part of a VPC in one zone.
type Subnet struct {
	SubnetId, SubnetArn, VpcId, OwnerId, State           string
	AvailabilityZone, AvailabilityZoneId, CidrBlock      string
	AvailableIpAddressCount                              int
	MapPublicIpOnLaunch, AssignIpv6AddressOnCreation     bool
	DefaultForAz, Ipv6Native, MapCustomerOwnedIpOnLaunch bool
	Ipv6CidrBlockAssociationSet                          []SubnetBlock6
	BlockPublicAccessStates                              *BlockMode
	Tags                                                 []Tag `aws:"tagSet"`
}

// A SubnetBlock6 is one of a subnet's IPv6 blocks.
type SubnetBlock6 struct {
	AssociationId, Ipv6CidrBlock string
	Ipv6CidrBlockState           *State
}

// A RouteTable says where packets of its subnets go, or those that come in
// through its gateway.
type RouteTable struct {
	RouteTableId, VpcId, OwnerId string
	Associations                 []RouteAssociation `aws:"associationSet"`
	PropagatingVgws              []VirtualGateway   `aws:"propagatingVgwSet"`
	Routes                       []Route            `aws:"routeSet"`
	Tags                         []Tag              `aws:"tagSet"`
}

// A RouteAssociation ties a route table to a subnet, to a gateway, or to every
// subnet that has none of its own (Main).
type RouteAssociation struct {
	RouteTableAssociationId, RouteTableId string
	SubnetId, GatewayId                   string
	Main                                  bool
	AssociationState                      *State
}

// A VirtualGateway is one that propagates its routes.
type VirtualGateway struct{ GatewayId string }

// A Route is one line of a route table: a destination, a target, and whether
// the target is there ("active" or "blackhole").
type Route struct {
	DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId string
	GatewayId, NatGatewayId, EgressOnlyInternetGatewayId, CarrierGatewayId  string
	TransitGatewayId, VpcPeeringConnectionId, LocalGatewayId                string
	NetworkInterfaceId, InstanceId, InstanceOwnerId                         string
	Origin, State                                                           string
}

// A GatewayAttachment ties a gateway to a VPC.
type GatewayAttachment struct{ State, VpcId string }

// An InternetGateway lets both ways.
type InternetGateway struct {
	InternetGatewayId, OwnerId string
	Attachments                []GatewayAttachment `aws:"attachmentSet"`
	Tags                       []Tag               `aws:"tagSet"`
}

// An EgressOnlyGateway lets IPv6 out, and only what answers back in.
type EgressOnlyGateway struct {
	EgressOnlyInternetGatewayId string
	Attachments                 []GatewayAttachment `aws:"attachmentSet"`
	Tags                        []Tag               `aws:"tagSet"`
}

// A NATGateway lets IPv4 out, and only what answers back in.
type NATGateway struct {
	NatGatewayId, SubnetId, VpcId, State, ConnectivityType string
	CreateTime                                             time.Time
	NatGatewayAddresses                                    []NATAddress `aws:"natGatewayAddressSet"`
	Tags                                                   []Tag        `aws:"tagSet"`
}

// A NATAddress is an address that a NAT gateway speaks from.
type NATAddress struct {
	AllocationId, AssociationId, NetworkInterfaceId, PrivateIp, PublicIp, Status string
	IsPrimary                                                                    bool
}

// A CarrierGateway is the internet gateway of a Wavelength zone.
type CarrierGateway struct {
	CarrierGatewayId, VpcId, OwnerId, State string
	Tags                                    []Tag `aws:"tagSet"`
}

// BlockPublicAccess is a region's setting for all its VPCs.
type BlockPublicAccess struct {
	AwsAccountId, AwsRegion, State, InternetGatewayBlockMode string
	Reason, ManagedBy, ExclusionsAllowed                     string
	LastUpdateTimestamp                                      time.Time
}

// An Exclusion takes a VPC or a subnet out of BlockPublicAccess, wholly
// ("allow-bidirectional") or for what goes out ("allow-egress").
type Exclusion struct {
	ExclusionId, InternetGatewayExclusionMode, ResourceArn, State, Reason string
	CreationTimestamp, LastUpdateTimestamp                                time.Time
	Tags                                                                  []Tag `aws:"tagSet"`
}
