// Package ibmestate makes up what stands in accounts of a simulated IBM Cloud,
// each workload with the answers that are true of it.
//
// Three estates are there to be had:
//
//	ibmestate.Demo()           // one account, by hand: a way in from the internet to an administrator, and sound servers beside it
//	ibmestate.Corners()        // one account with every scene of Scenes: one corner case of reachability or identity each
//	ibmestate.Generate(Intent) // accounts of any size, the same for the same intent
//
// What is true of a server stands in Server.Metadata, Want (how it can be
// reached, and at which ports), Becomes (the trusted profiles that it may
// become, and how), Power and Stale; Estate.Workloads goes through all of them.
//
// An estate is made from intent: what a builder meant by "the group admits SSH
// from the world, and a floating IP leads there" is written down together with
// what is true then, see Want. No answer is worked out from settings, and
// nothing of rules, facts, collectors, reach or power is imported, so that a
// fault there cannot hide here.
//
// A large estate holds its networks and identities, not its servers: server n
// is made when it is asked for, see fleet.
package ibmestate

import (
	"iter"
	"time"
)

// An Estate is everything that a simulated IBM Cloud holds. Who serves it keeps
// readers and writers apart: package ibmsim holds a lock.
type Estate struct {
	Accounts   []*Account
	Enterprise *Enterprise // nil: no account is in one
}

// A Thing is what everything in IBM Cloud has: an id, a name that its owner
// gave it, and, most of it, a CRN.
type Thing struct {
	ID, Name, CRN string
	Created       time.Time
}

// An Account is one account, its regions, and who may do what in it.
type Account struct {
	ID, Name string // ID is 32 hexadecimal digits
	Key      string // the API key of the service id that scanners use
	IAMID    string // of that service id
	Regions  []*Region

	Groups        []*ResourceGroup
	Profiles      []*Profile
	ServiceGroups []*ServiceGroup
	Services      []*ServiceID
	APIKeys       []*APIKey
	Settings      Settings
	Policies      []*Policy
	CustomRoles   []*Role
	AccessGroups  []*AccessGroup
	Tracker       Tracker
}

// A Region is one region of an account: what stands in it, by IBM's lists.
type Region struct {
	Account *Account
	Name    string
	Status  string // "available"; a region that is not takes no calls

	VPCs             []*VPC
	Subnets          []*Subnet
	SecurityGroups   []*SecurityGroup
	ACLs             []*ACL
	PublicGateways   []*PublicGateway
	PublicRanges     []*PublicRange
	LoadBalancers    []*LoadBalancer
	VPNGateways      []*VPNGateway
	VPNServers       []*VPNServer
	EndpointGateways []*EndpointGateway
	FlowLogs         []*FlowLog
	BackupPolicies   []*BackupPolicy
	Keys             []*Key
	Images           []*Image
	Templates        []*Template
	InstanceGroups   []*InstanceGroup
	BareMetal        []*Server

	servers   []*Server // those that are held; the fleet's come after them
	floating  []*FloatingIP
	loose     []*Interface // that no server has
	fleet     *fleet       // nil: there is none
	addresses uint32       // how many floating addresses were given out
}

// A ResourceGroup is what access is granted by and bills are split by.
type ResourceGroup struct {
	Thing
	Default bool
}

// An Enterprise is a tree of accounts.
type Enterprise struct {
	Thing
	Account string // that manages it
	Groups  []*AccountGroup
	Members []*Member
}

// An AccountGroup is a branch of an enterprise.
type AccountGroup struct {
	Thing
	Parent *AccountGroup // nil: the enterprise itself
}

// A Member is an account of an enterprise.
type Member struct {
	Account string
	Name    string
	Parent  *AccountGroup // nil: the enterprise itself
	State   string        // "ACTIVE"
}

// Account finds an account by id, nil if there is none.
func (e *Estate) Account(id string) *Account {
	for _, a := range e.Accounts {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// Region finds a region by name, nil if the account has none of that name.
func (a *Account) Region(name string) *Region {
	for _, r := range a.Regions {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Workloads goes through every server of every account, bare metal last in
// each region.
func (e *Estate) Workloads() iter.Seq2[*Region, *Server] {
	return func(yield func(*Region, *Server) bool) {
		for _, a := range e.Accounts {
			for _, r := range a.Regions {
				for n := range r.Len() {
					if !yield(r, r.Server(n)) {
						return
					}
				}
				for _, s := range r.BareMetal {
					if !yield(r, s) {
						return
					}
				}
			}
		}
	}
}

// Named finds a server, of either type, by its name, nil if there is none.
func (e *Estate) Named(name string) *Server {
	for _, s := range e.Workloads() {
		if s.Name == name {
			return s
		}
	}
	return nil
}
