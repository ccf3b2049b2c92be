package sim

import "time"

// An Address is an elastic address.
type Address struct {
	AllocationId, AssociationId, Domain, PublicIp, PublicIpv4Pool, NetworkBorderGroup         string
	InstanceId, NetworkInterfaceId, NetworkInterfaceOwnerId, PrivateIpAddress, ServiceManaged string
	Tags                                                                                      []Tag `aws:"tagSet"`
}

// A NetworkInterface is an interface as DescribeNetworkInterfaces tells it.
type NetworkInterface struct {
	NetworkInterfaceId, SubnetId, VpcId, AvailabilityZone, OwnerId   string
	Description, InterfaceType, Status, RequesterId                  string
	MacAddress, PrivateIpAddress, PrivateDnsName, Ipv6Address        string
	RequesterManaged, SourceDestCheck, DenyAllIgwTraffic, Ipv6Native bool
	Association                                                      *InterfaceAssociation
	Attachment                                                       *InterfaceAttachment
	Groups                                                           []GroupName         `aws:"groupSet"`
	PrivateIpAddresses                                               []InterfaceAddress  `aws:"privateIpAddressesSet"`
	Ipv6Addresses                                                    []InterfaceAddress6 `aws:"ipv6AddressesSet"`
	Ipv6Prefixes                                                     []Prefix6           `aws:"ipv6PrefixSet"`
	Operator                                                         *Operator
	TagSet                                                           []Tag
}

// A GroupName is a group that an interface wears.
type GroupName struct{ GroupId, GroupName string }

// An InterfaceAssociation is the public address of a private one.
type InterfaceAssociation struct{ AllocationId, AssociationId, IpOwnerId, PublicDnsName, PublicIp, CarrierIp string }

// An InterfaceAttachment says what an interface is attached to. Those of
// services have no instance.
type InterfaceAttachment struct {
	AttachmentId, InstanceId, InstanceOwnerId, Status string
	AttachTime                                        time.Time
	DeleteOnTermination                               bool
	DeviceIndex, NetworkCardIndex                     int
}

// An InterfaceAddress is one private IPv4 address of an interface.
type InterfaceAddress struct {
	PrivateIpAddress, PrivateDnsName string
	Primary                          bool
	Association                      *InterfaceAssociation
}

// An InterfaceAddress6 is one IPv6 address of an interface.
type InterfaceAddress6 struct {
	Ipv6Address   string
	IsPrimaryIpv6 bool
}

// A Prefix6 is a block of IPv6 addresses that belong to an interface.
type Prefix6 struct{ Ipv6Prefix string }

// An Operator is a service that manages a thing for its owner.
type Operator struct {
	Managed   bool
	Principal string
}

// A FlowLog records what a VPC, a subnet or an interface sends and gets.
type FlowLog struct {
	FlowLogId, FlowLogStatus, ResourceId, TrafficType, LogDestinationType, LogDestination string
	LogGroupName, LogFormat, DeliverLogsStatus, DeliverLogsErrorMessage                   string
	DeliverLogsPermissionArn                                                              string
	MaxAggregationInterval                                                                int
	CreationTime                                                                          time.Time
	Tags                                                                                  []Tag `aws:"tagSet"`
}

// A VPCEndpoint is a private way to a service.
type VPCEndpoint struct {
	VpcEndpointId, VpcEndpointType, VpcId, ServiceName, State, PolicyDocument, OwnerId, IpAddressType string
	PrivateDnsEnabled, RequesterManaged                                                               bool
	CreationTimestamp                                                                                 time.Time
	RouteTableIds                                                                                     []string    `aws:"routeTableIdSet"`
	SubnetIds                                                                                         []string    `aws:"subnetIdSet"`
	NetworkInterfaceIds                                                                               []string    `aws:"networkInterfaceIdSet"`
	Groups                                                                                            []GroupName `aws:"groupSet"`
	Tags                                                                                              []Tag       `aws:"tagSet"`
}

// A VPNConnection is a site's tunnel pair.
type VPNConnection struct {
	VpnConnectionId, VpnGatewayId, CustomerGatewayId, TransitGatewayId, State, Type, Category string
	VgwTelemetry                                                                              []Tunnel
	Tags                                                                                      []Tag `aws:"tagSet"`
}

// A Tunnel is one of the two of a VPN connection.
type Tunnel struct {
	OutsideIpAddress, Status, StatusMessage string
	AcceptedRouteCount                      int
	LastStatusChange                        time.Time
}

// A ClientVPN is an endpoint for people's machines.
type ClientVPN struct {
	ClientVpnEndpointId, Description, VpcId, ClientCidrBlock, DnsName, TransportProtocol, VpnProtocol string
	ServerCertificateArn, CreationTime                                                                string
	SplitTunnel                                                                                       bool
	VpnPort, SessionTimeoutHours                                                                      int
	Status                                                                                            *ClientVPNStatus
	ConnectionLogOptions                                                                              *ConnectionLog
	SecurityGroupIds                                                                                  []string `aws:"securityGroupIdSet"`
	Tags                                                                                              []Tag    `aws:"tagSet"`
}

// A ClientVPNStatus is how far an endpoint has come.
type ClientVPNStatus struct{ Code, Message string }

// A ConnectionLog says whether connections are logged. Its members begin with
// a capital on the wire too.
type ConnectionLog struct {
	Enabled             bool   `aws:"Enabled"`
	CloudwatchLogGroup  string `aws:"CloudwatchLogGroup"`
	CloudwatchLogStream string `aws:"CloudwatchLogStream"`
}

// A Volume is a disk.
type Volume struct {
	VolumeId, VolumeType, AvailabilityZone, SnapshotId, KmsKeyId string
	State                                                        string `aws:"status"`
	Encrypted, MultiAttachEnabled                                bool
	Size, Iops                                                   int
	CreateTime                                                   time.Time
	Attachments                                                  []VolumeAttachment `aws:"attachmentSet"`
	Tags                                                         []Tag              `aws:"tagSet"`
}

// A VolumeAttachment says which instance uses a volume.
type VolumeAttachment struct {
	VolumeId, InstanceId, Device string
	State                        string `aws:"status"`
	DeleteOnTermination          bool
	AttachTime                   time.Time
}

// A Snapshot is a copy of a volume.
type Snapshot struct {
	SnapshotId, VolumeId, OwnerId, Description, Progress, StorageTier, KmsKeyId string
	State                                                                       string `aws:"status"`
	Encrypted                                                                   bool
	VolumeSize                                                                  int
	StartTime                                                                   time.Time
	Tags                                                                        []Tag `aws:"tagSet"`
	Public                                                                      bool  `aws:"-"` // anybody may restore it
}

// Storage is how a region treats disks, snapshots, images and consoles.
type Storage struct {
	EncryptionByDefault bool
	SnapshotBlock       string // "unblocked", "block-new-sharing" or "block-all-sharing"
	ImageBlock          string // "unblocked" or "block-new-sharing"
	SerialConsole       bool
}
