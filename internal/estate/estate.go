// Package estate is the vocabulary that rules speak: workloads with their
// metadata service, exposure and identity, and the accounts and regions they
// stand in, in one set of words for every cloud.
//
// It holds facts and never reads them from a document, never judges them and
// imports no provider. A provider's own facts stand beside the common ones.
package estate

import "plumbline/internal/fact"

// A Kind is what a rule may be for. The list is closed.
type Kind string

// The kinds, each a Go type with a parent chain (see Parents).
const (
	KindWorkload      Kind = "workload"
	KindTemplate      Kind = "template"
	KindImage         Kind = "image"
	KindPrincipal     Kind = "principal"
	KindCredential    Kind = "credential"
	KindNetwork       Kind = "network"
	KindGate          Kind = "gate" // a security group, network ACL or firewall
	KindAccount       Kind = "account"
	KindAccountRegion Kind = "account_region"
	KindOrganisation  Kind = "organisation"
	KindHost          Kind = "host"
	KindEndpoint      Kind = "endpoint"
)

// A Subject is the thing a verdict is about. All of it is always known: a
// thing that was not seen has no Subject, only a gap at its parent.
type Subject struct {
	Kind     Kind
	Provider string // "aws"
	Account  string
	Region   string
	UID      string // stable for ever, see decision 4
	ID       string // the provider's short id, "i-0abc"
	Name     string // what its owner calls it, "" if nothing
	Parent   string // uid of the parent, "" at the top
}

// Head returns the subject itself, so that every type that embeds Subject is
// an Object.
func (s *Subject) Head() *Subject { return s }

// An Object is anything that a rule can judge.
type Object interface{ Head() *Subject }

// A Workload holds credentials and answers requests: an instance, and later a
// template's or group's member, a bare metal server, a node.
type Workload struct {
	Subject
	Type      string          // "instance"; always known
	State     fact.Of[string] // pending, running, stopping, stopped, shutting-down, terminated
	ManagedBy fact.Of[string] // the service that operates it for the owner, "" if none
	Metadata  Metadata
	Exposure  Exposure
	Identity  Identity
	Tags      fact.List[Tag]
}

// Metadata is how the workload's metadata service is set. All but Tokens is
// what is in force: unknown while a change is pending.
type Metadata struct {
	Endpoint fact.Of[string] // enabled, disabled
	Tokens   fact.Of[string] // required, optional: as asked for, see Applied
	HopLimit fact.Of[int64]  // 1 to 64: how many network hops a token reply may travel
	Applied  fact.Of[bool]   // the settings are in force, not pending
	IPv6     fact.Of[bool]   // the IPv6 address answers too
	Tags     fact.Of[bool]   // the service tells the workload's tags
}

// Exposure is what can be reached from the internet.
type Exposure struct {
	Internet fact.Of[string] // reachable, via_lb, internal, isolated
}

// Identity is what the workload may become.
type Identity struct {
	Name      fact.Of[string] // ARN of what is bound, "" if nothing is
	Mechanism fact.Of[string] // instance_profile, none
	Power     fact.Of[string] // admin, escalation, write, data_read, read, limited, none
}

// A Tag is a label somebody gave a thing.
type Tag struct {
	Key, Value string // a value that is a secret is replaced, see package wire
	Sensitive  bool   // key or value looks like something not to be told to every process
	Path       string // JSON pointer in the document
}

// An AccountRegion is one region of an account.
type AccountRegion struct {
	Subject
	OptIn    fact.Of[string] // opt-in-not-required, opted-in, not-opted-in
	Defaults MetadataDefaults
}

// MetadataDefaults is what a new workload of a region gets where its launch
// says nothing. "no-preference" means that the account expresses none.
type MetadataDefaults struct {
	Tokens    fact.Of[string] // required, optional, no-preference
	Enforced  fact.Of[string] // enabled, disabled, no-preference
	Endpoint  fact.Of[string] // enabled, disabled, no-preference
	Tags      fact.Of[string] // enabled, disabled, no-preference
	HopLimit  fact.Of[int64]  // 1 to 64; -1 is no preference
	ManagedBy fact.Of[string] // account, declarative-policy
}

// An Account is one account with the questions that were asked about it.
type Account struct {
	Subject
	Questions fact.List[Question]
}

// A Question is one line of the coverage ledger, as a rule sees it.
type Question struct {
	Call, Region, Status, Cause, Code string

	From *fact.Origin // the answer, a refusal if it is not whole; nil where nobody asked
}

// The kinds below carry no facts of their own yet; they come with the
// collectors that can fill them.
type (
	// A Template is what new workloads are made from.
	Template struct{ Subject }
	// An Image is what a workload boots from.
	Image struct{ Subject }
	// A Principal is a role, service account or trusted profile.
	Principal struct{ Subject }
	// A Credential is a key that somebody holds.
	Credential struct{ Subject }
	// A Network is a VPC or subnet.
	Network struct{ Subject }
	// A Gate is a security group, network ACL or firewall.
	Gate struct{ Subject }
	// An Organisation is what accounts belong to.
	Organisation struct{ Subject }
	// A Host is what a probe saw inside a workload.
	Host struct{ Subject }
	// An Endpoint is an address that an application answers on.
	Endpoint struct{ Subject }
)
