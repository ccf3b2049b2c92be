package ibmestate

// A Server is a virtual server instance or a bare metal server.
type Server struct {
	Thing
	Region   *Region
	VPC      *VPC
	Zone     string
	Group    *ResourceGroup
	Bare     bool
	Status   string // running, stopped ...
	Profile  string // "bx2-2x8", the kind of machine
	Image    *Image
	Metadata Metadata

	Legacy     bool         // it has network interfaces of the old kind, not attachments of VNIs
	Interfaces []*Interface // the primary one first
	Default    *DefaultProfile
	Member     *InstanceGroup // that launched it, nil if none
	Keys       []*Key
	Extra      map[string]any // members of the document that no SDK knows

	Want   Want // what is true of its network and its metadata; who it may become, see Server.Becomes
	links  []*Link
	number int // in the fleet, -1 if it is held
}

// Metadata is metadata_service. Bare metal has no hop limit.
type Metadata struct {
	Enabled  bool
	Protocol string
	HopLimit int
}

// A DefaultProfile is the trusted profile that a server was made with.
type DefaultProfile struct {
	Profile  *Profile
	AutoLink bool
}

// An Interface is a virtual network interface, or a network interface of the
// old kind.
type Interface struct {
	Thing
	Attachment string // id of the attachment
	Subnet     *Subnet
	Address    string
	Groups     []*SecurityGroup
	Spoofing   bool // allow_ip_spoofing
	NoNAT      bool // enable_infrastructure_nat is false: packets carry the floating address
	Legacy     bool
	Owner      *Server // nil: attached to nothing
}

// Held says that the interface is kept, and so can be changed: those of a fleet
// are made anew each time.
func (i *Interface) Held() bool { return i.Owner == nil || i.Owner.number < 0 }

// A Key is a public key for SSH.
type Key struct {
	Thing
	Group *ResourceGroup
}

// An Image is what a server starts from.
type Image struct {
	Thing
	Group      *ResourceGroup
	Private    bool // visibility is private: it is the account's own
	AllowedUse string
	Status     string
}

// A Template is an instance template.
type Template struct {
	Thing
	Group    *ResourceGroup
	VPC      *VPC
	Subnet   *Subnet
	Security *SecurityGroup
	Image    *Image
	Metadata *Metadata // nil: the document does not say
	Default  *DefaultProfile
	UserData string
	Keys     []*Key
}

// An InstanceGroup keeps a number of servers made of a template.
type InstanceGroup struct {
	Thing
	Group    *ResourceGroup
	Template *Template
	Subnets  []*Subnet
	Pool     *Pool
	Balancer *LoadBalancer
	Count    int
	Status   string
}

// Len is the number of virtual servers of a region.
func (r *Region) Len() int { return len(r.servers) + r.fleet.len() }

// Server is virtual server n as it is now.
func (r *Region) Server(n int) *Server {
	if n < len(r.servers) {
		return r.servers[n]
	}
	return r.fleet.server(n - len(r.servers))
}

// Find is the virtual server of an id, nil if there is none.
func (r *Region) Find(id string) *Server {
	for _, s := range r.servers {
		if s.ID == id {
			return s
		}
	}
	return r.fleet.find(id)
}

// FindBare is the bare metal server of an id, nil if there is none.
func (r *Region) FindBare(id string) *Server {
	for _, s := range r.BareMetal {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// SetMetadata changes the metadata settings of a server.
func (r *Region) SetMetadata(s *Server, change func(*Metadata)) {
	change(&s.Metadata)
	if s.number >= 0 {
		r.fleet.changed[s.number] = s.Metadata
	}
}

// FloatingLen is the number of floating IPs of a region.
func (r *Region) FloatingLen() int { return len(r.floating) + r.fleet.floatingLen() }

// Floating is floating IP n.
func (r *Region) Floating(n int) *FloatingIP {
	if n < len(r.floating) {
		return r.floating[n]
	}
	return r.fleet.floating(n - len(r.floating))
}

// FloatingOf are the floating IPs of an interface.
func (r *Region) FloatingOf(i *Interface) (all []*FloatingIP) {
	for _, f := range r.floating {
		if f.Interface == i {
			all = append(all, f)
		}
	}
	if !i.Held() {
		all = append(all, r.fleet.floatingOf(i.Owner.number)...)
	}
	return all
}

// DropFloating releases a floating IP; false if there is none of that id. Those
// of the fleet stay.
func (r *Region) DropFloating(id string) bool {
	for i, f := range r.floating {
		if f.ID == id {
			r.floating = append(r.floating[:i:i], r.floating[i+1:]...)
			return true
		}
	}
	return false
}

// Loose are the virtual network interfaces that are attached to nothing.
func (r *Region) Loose() []*Interface { return r.loose }

// VNILen is the number of virtual network interfaces of a region, attached or
// not.
func (r *Region) VNILen() int {
	n := len(r.loose)
	for _, all := range [][]*Server{r.servers, r.BareMetal} {
		for _, s := range all {
			if !s.Legacy {
				n += len(s.Interfaces)
			}
		}
	}
	if r.fleet != nil {
		for _, c := range r.fleet.cells {
			if !c.kind.legacy {
				n += c.size()
			}
		}
	}
	return n
}

// TargetLen is the number of interfaces that wear a group.
func (g *SecurityGroup) TargetLen() int {
	if g.cell != nil {
		return len(g.worn) + g.cell.size()
	}
	return len(g.worn)
}

// Target is interface n that wears the group. Of its server only the id and the
// name need be told.
func (g *SecurityGroup) Target(n int) Target {
	if n < len(g.worn) {
		return g.worn[n]
	}
	return g.cell.target(n - len(g.worn))
}

// Balancers and Endpoints are what else wears the group.
func (g *SecurityGroup) Balancers() []*LoadBalancer { return g.balances }

// Endpoints are the endpoint gateways that wear the group.
func (g *SecurityGroup) Endpoints() []*EndpointGateway { return g.endpoint }
