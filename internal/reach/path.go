package reach

import "plumbline/internal/fact"

// A Path is one way from the internet to a workload: through one of its public
// addresses, or through a load balancer, past every gate on the way.
type Path struct {
	Family    string // ipv4, ipv6
	Address   string // that clients connect to
	Interface string // of the workload
	Via       string // uid of the load balancer; "" where there is none
	Gates     []Gate // from the internet inwards
	Open      bool   // something passes for certain
	Maybe     bool   // something passes, or may
}

// A Gate is something on a path that lets packets through or stops them.
type Gate struct {
	Kind   string       // address, route, block_public_access, network_acl_in, network_acl_out, security_group, load_balancer, target, interface, state
	ID     string       // the provider's short id: "acl-0a", "sg-0b"
	Says   string       // what it does to packets from the internet, in words: "rule 100 allows tcp 22 from 0.0.0.0/0"
	Passes Passing      // what becomes of packets at it
	From   *fact.Origin // the document that says so; nil where nobody asked
	Path   string       // JSON pointer in it
}

// Passing says what becomes of packets at a gate.
type Passing string

// The ways of a gate.
const (
	Open    Passing = "open"    // all that came this far pass
	Partly  Passing = "partly"  // some do
	Closed  Passing = "closed"  // none does
	Unknown Passing = "unknown" // it could not be looked at, in whole or in part
)
