package ibmestate

// A VPC is a network of its own, with the access list, the group and the
// routing table that it came with.
type VPC struct {
	Thing
	Region       *Region
	Group        *ResourceGroup
	DefaultACL   *ACL
	DefaultGroup *SecurityGroup
	Tables       []*RoutingTable // the default one first

	next byte // of the third octet of the next subnet
}

// A Subnet is a block of addresses in one zone of a VPC.
type Subnet struct {
	Thing
	VPC     *VPC
	Zone    string
	CIDR    string
	ACL     *ACL
	Gateway *PublicGateway // nil: none
	Table   *RoutingTable

	prefix string // "10.240.1.", before the last octet
	last   int    // the last octet that was given out
}

// A SecurityGroup says which packets pass at an interface that wears it. What
// no rule allows does not.
type SecurityGroup struct {
	Thing
	VPC   *VPC
	Group *ResourceGroup
	Rules []*Rule

	worn     []Target
	balances []*LoadBalancer
	endpoint []*EndpointGateway
	cell     *cell // the part of the fleet that wears it, nil if none
	added    int   // rules, since the estate was made
}

// A Target is an interface that wears a group, and whose it is.
type Target struct {
	Interface *Interface
	Server    *Server // nil: the interface is attached to nothing
}

// A Rule is one rule of a security group. RemoteGroup goes before Remote.
type Rule struct {
	ID, Name         string
	Direction        string // inbound or outbound
	Protocol         string // tcp, udp, icmp, icmp_tcp_udp, any, number_47 ...
	PortMin, PortMax int    // of tcp and udp; 0 and 0 are all, which the document does not say
	ICMPType         *int
	ICMPCode         *int
	Local, Remote    string // a block or an address
	RemoteGroup      *SecurityGroup
}

// An ACL is the access list of subnets: its rules are asked in order, the first
// that fits decides, and what none fits is denied.
type ACL struct {
	Thing
	VPC   *VPC
	Group *ResourceGroup
	Rules []*ACLRule

	added int // rules, since the estate was made
}

// An ACLRule is one rule of an ACL. Ports of 0 and 0 are all.
type ACLRule struct {
	ID, Name             string
	Action, Direction    string
	Protocol             string
	Source, Destination  string
	SourceMin, SourceMax int
	DestMin, DestMax     int
}

// A FloatingIP is a public address. At most one of Interface and Gateway is
// set.
type FloatingIP struct {
	Thing
	Region    *Region
	Group     *ResourceGroup
	Zone      string
	Address   string
	Status    string // available, pending ...
	Interface *Interface
	Gateway   *PublicGateway
}

// A PublicGateway lets subnets of a zone out, and nobody in.
type PublicGateway struct {
	Thing
	VPC     *VPC
	Zone    string
	Address *FloatingIP
}

// A PublicRange is a block of public addresses that is routed into a VPC.
type PublicRange struct {
	Thing
	Region *Region
	Group  *ResourceGroup
	CIDR   string
	VPC    *VPC // nil: bound to none
	Zone   string
	Status string // lifecycle_state
}

// A RoutingTable says where packets of its subnets go, or, with an ingress,
// those that come in.
type RoutingTable struct {
	Thing
	VPC             *VPC
	Default         bool
	InternetIngress bool
	Routes          []*Route
}

// A Route is one route. Hop is an address, "0.0.0.0" where the action needs
// none.
type Route struct {
	ID, Name    string
	Zone        string
	Destination string
	Action      string // deliver, drop, delegate, delegate_vpc
	Hop         string
	Priority    int
}

// A LoadBalancer is an application load balancer or a network load balancer.
type LoadBalancer struct {
	Thing
	Region    *Region
	Group     *ResourceGroup
	Subnets   []*Subnet
	Public    bool
	Network   bool // a network load balancer
	Addresses []string
	Private   []string
	Groups    []*SecurityGroup
	Listeners []*Listener
	Pools     []*Pool
	Status    string // operating_status
}

// A Listener is a port, or a range of them, that a load balancer answers at.
type Listener struct {
	ID               string
	Protocol         string
	PortMin, PortMax int
	Pool             *Pool
	Policies         []*ListenerPolicy
}

// A ListenerPolicy picks requests out by its rules, and says what becomes of
// them: that they go to one of Pool, Listener and URL, or are rejected.
type ListenerPolicy struct {
	ID, Name string
	Action   string // forward_to_pool, forward_to_listener, https_redirect, redirect, reject
	Priority int
	Rules    []*ListenerRule
	Pool     *Pool
	Listener *Listener
	URL      string
}

// A ListenerRule says what a request has to bear, see its Type.
type ListenerRule struct {
	ID                            string
	Type, Condition, Field, Value string
}

// A Pool is the servers behind a load balancer.
type Pool struct {
	ID, Name string
	Protocol string
	Members  []*PoolMember
}

// A PoolMember is a port of one server: of an address, or, behind a network
// load balancer, of the server itself.
type PoolMember struct {
	ID      string
	Port    int
	Address string
	Server  *Server
	Health  string
}

// A VPNGateway joins a VPC with a site.
type VPNGateway struct {
	Thing
	Subnet *Subnet
	Mode   string // route or policy
	Status string // lifecycle_state
}

// A VPNServer lets people into a VPC.
type VPNServer struct {
	Thing
	Subnets []*Subnet
	Group   *SecurityGroup
	Status  string // lifecycle_state
}

// An EndpointGateway is a private address of an IBM service in a VPC.
type EndpointGateway struct {
	Thing
	VPC     *VPC
	Target  string // CRN of the service
	Groups  []*SecurityGroup
	Status  string // lifecycle_state
	Address string
	Subnet  *Subnet
}

// A FlowLog is a flow log collector. One of VPC, Subnet, Server and Interface
// is set: what it collects of.
type FlowLog struct {
	Thing
	Active    bool
	Status    string // lifecycle_state
	Bucket    string
	VPC       *VPC
	Subnet    *Subnet
	Server    *Server
	Interface *Interface
}

// A BackupPolicy makes backups of what wears its tags.
type BackupPolicy struct {
	Thing
	Group  *ResourceGroup
	Tags   []string
	Plans  []string
	Status string // lifecycle_state
}
