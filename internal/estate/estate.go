// Package estate is the vocabulary that rules speak: workloads with their
// metadata service, exposure and identity, and the accounts and regions they
// stand in, in one set of words for every cloud.
//
// It holds facts and never reads them from a document, never judges them and
// imports no provider. A provider's own facts stand beside the common ones.
package estate

import (
	"plumbline/internal/fact"
	"plumbline/internal/reach"
)

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
	Group    string // uid of the group that launched it, whose findings its own are; "" if none
}

// Head returns the subject itself, so that every type that embeds Subject is
// an Object.
func (s *Subject) Head() *Subject { return s }

// An Object is anything that a rule can judge.
type Object interface{ Head() *Subject }

// A Workload holds credentials and answers requests: an instance, a bare metal
// server, and later a node.
type Workload struct {
	Subject
	Type          string          // instance, bare_metal_server; always known
	State         fact.Of[string] // pending, running, stopping, stopped, shutting-down, terminated
	ManagedBy     fact.Of[string] // the service that operates it for the owner, "" if none
	Group         fact.Of[string] // uid of the group that launched it, "" if none
	Image         fact.Of[string] // the provider's id of what it booted from
	ContainerHost fact.Of[bool]   // a container platform that the provider tells of runs on it
	Metadata      Metadata
	Usage         Usage
	Exposure      Exposure
	Identity      Identity
	UserData      UserData
	Patches       Patches
	Volumes       fact.List[Volume]
	Tags          fact.List[Tag]
}

// Metadata is how the workload's metadata service is set. All but Tokens is
// what is in force: unknown while a change is pending.
type Metadata struct {
	Endpoint fact.Of[string] // enabled, disabled
	Tokens   fact.Of[string] // required, optional: as asked for, see Applied
	Protocol fact.Of[string] // http, https: how a client talks to the service; where the provider lets its owner choose
	HopLimit fact.Of[int64]  // 1 to 64: how many network hops a token reply may travel
	Applied  fact.Of[bool]   // the settings are in force, not pending
	IPv6     fact.Of[bool]   // the IPv6 address answers too
	Tags     fact.Of[bool]   // the service tells the workload's tags

	// Class is what it takes to read credentials from the service, by the
	// settings in force: off (nothing answers), unauth_get (a plain request),
	// static_header (a request with a fixed header), session_token (a token has
	// to be fetched first), process_bound (only some processes are answered).
	Class fact.Of[string]
	// Containers says that containers of the host, with a network of their own,
	// can read the host's credentials: a plain request is answered, or a token's
	// reply may travel two hops.
	Containers fact.Of[bool]
	// Unneeded says that somebody attested, and somebody else approved, that
	// nothing on the account's workloads needs the service. No cloud tells it.
	Unneeded fact.Of[bool]
}

// The words of Metadata.Class.
const (
	ClassOff          = "off"
	ClassUnauthGet    = "unauth_get"
	ClassStaticHeader = "static_header"
	ClassSessionToken = "session_token"
	ClassProcessBound = "process_bound"
)

// Usage is how the metadata service was used, as the provider measured it.
type Usage struct {
	NoToken  fact.Of[int64]  // answered requests without a token in the last 14 days
	Rejected fact.Of[int64]  // refused requests without a token in the last 24 hours
	Days     fact.Of[int64]  // of those 14 on which answered requests were counted, zeros too; none is counted while it does not run
	Up       fact.Of[int64]  // whole days since it was last started
	Safe     fact.Of[string] // whether tokens may be required now, as package enforce says it
	Requests fact.Of[int64]  // requests of any kind in 30 days that ended at most 7 days ago, by audit events that people gave us
}

// The words of Usage.Safe.
const (
	SafeNow    = "now"     // nothing asked without a token on any day that counts
	SafeNotYet = "not_yet" // something did, or it was not watched for long enough
)

// Exposure is what can be reached from the internet, and why.
//
// What is certain and what is only possible stand side by side: an Opening
// whose AnySource is known is certain, one whose AnySource is unknown may be
// open, or may not. Internet is unknown where the two lead to different words.
type Exposure struct {
	Internet fact.Of[string] // see the words below
	Reached  fact.Of[bool]   // reachable or via_lb: known as soon as one of them is certain
	Latent   fact.Of[bool]   // it does not run, and would be reached if it did
	Spoofing fact.Of[bool]   // an interface may send from addresses that are not its own
	Public   fact.Of[bool]   // a public address, by a route that leads there, or a load balancer in its zone leads to it, whatever filters say
	TCPPorts fact.Of[int64]  // how many of its ports from 1 to 65535 are open to any source in one family, in whatever pieces; unknown where more may be
	UDPPorts fact.Of[int64]  //
	Open     fact.List[Opening]
	Rules    fact.List[GateRule] // of the security groups attached to it
	Paths    []reach.Path        // every way in that was looked at, gate by gate
}

// The words of Exposure.Internet.
const (
	Reachable  = "reachable"  // from any source on the internet, without a load balancer
	Restricted = "restricted" // from chosen sources on the internet only
	ViaLB      = "via_lb"     // from any source, through a load balancer alone
	Internal   = "internal"   // not from the internet
	Isolated   = "isolated"   // it does not run
)

// An Opening is a range of ports that packets from the internet reach.
type Opening struct {
	Family    string        // ipv4, ipv6
	Protocol  string        // tcp, udp, icmp (of either family), or the numbers of all other protocols, told together: "47", "0, 2-5"
	From, To  int64         // of the workload's own ports; 0 and 65535 are all, both 0 where the protocol has none
	FrontFrom int64         // what a client connects to; as From unless a load balancer stands in between
	FrontTo   int64         //
	Layer     string        // l4, or l7 where a load balancer speaks the application's protocol
	Via       string        // uid of the load balancer, "" where there is none
	Address   string        // that clients connect to: the public address, the load balancer's name
	Return    string        // full, partial (replies reach some client ports only), one_way (none)
	AnySource fact.Of[bool] // from any source, and not only from chosen ones; unknown where it may not be open at all
	Sources   string        // in words: "0.0.0.0/0", "203.0.113.0/24 and 2 more"
}

// A GateRule is a rule of a security group, or an entry of a network ACL.
type GateRule struct {
	Gate       string // uid of the group or list
	ID         string // of the rule, "" where the provider gives it none; an entry's number
	Direction  string // in, out
	Action     string // allow, deny
	Protocol   string // tcp, udp, icmp, icmp_tcp_udp, all, or a number; "unknown" is never a word here: such a rule is a gap
	From, To   int64  // ports
	AnyAddress bool   // the other side may be any address of a family
	Peer       string // the other side, in the provider's words

	// Needed says, of a rule of a workload's groups that lets any address in, that
	// a public address leads to the workload, or that load balancers hand on to it
	// all that the rule lets in. Told of IBM Cloud.
	Needed fact.Of[bool]
}

// Identity is what the workload may become, and what that may do.
type Identity struct {
	Name      fact.Of[string]  // full name of what is bound, "" if nothing is; the strongest where it may choose
	Mechanism fact.Of[string]  // instance_profile, default_profile, link, claim_rule, none
	Role      fact.Of[string]  // uid of the principal behind it, "" if there is none
	Power     fact.Of[string]  // what it may do at most: see package power for the words
	AtLeast   fact.Of[string]  // what it may do for certain; known where Power is
	Grants    fact.List[Grant] // the statements that give it, the strongest first

	// Of a workload that may choose among principals, as on IBM Cloud:
	Profiles fact.List[Becomes] // those that it may become; a gap where another may be among them
	Count    fact.Of[int64]     // how many
	Default  fact.Of[string]    // uid of the one that it was created with, "" if none
	AutoLink fact.Of[bool]      // that one was linked when it was created, without anybody's further doing
	Stale    fact.Of[bool]      // that one is gone, or is not bound to it any more
}

// Becomes is a principal that a workload may become, and why.
type Becomes struct {
	Principal string          // its uid
	Name      string          //
	Mechanism string          // default_profile, link, claim_rule
	By        string          // name or id of the link or the claim rule
	Power     fact.Of[string] // of the principal, at most
	AtLeast   fact.Of[string] // for certain
	Path      string          // JSON pointer in the document of the link or the claim rule
	From      *fact.Origin
}

// The words of a mechanism by which a workload becomes a trusted profile.
const (
	ByDefault   = "default_profile" // it was created with it, and is linked to it
	ByLink      = "link"            // a link names it
	ByClaimRule = "claim_rule"      // the conditions of a claim rule fit it
)

// A Grant is a statement of a policy, with what it gives.
type Grant struct {
	Level     string // the power that it gives: admin, escalation, write, data_read, read, limited
	Action    string // the actions that give it, in the policy's words, shortened
	Resource  string // on what
	Policy    string // name or ARN of the policy
	Statement string // its Sid, or its place in the policy: "#2"; on IBM Cloud the access group that the policy is given to
	Holder    string // of IBM Cloud the name of the trusted profile that is given it; "" where a workload has one identity alone
	Why       string // what the actions allow, in a few words: "passes a role to a new instance"
	Inferred  bool   // a condition stands beside it that was not worked out: it is taken to be met
	Path      string // JSON pointer in the document of the policy
	From      *fact.Origin
}

// UserData is what a workload is given to run when it starts, as far as it may
// be told: which kinds of secrets stand in it and where, never what they are.
type UserData struct {
	Present fact.Of[bool] // there is any
	Secrets fact.List[Secret]
}

// A Secret is one that was found.
type Secret struct {
	Kind  string // "aws_access_key", "private_key"
	Place string // "part 2, /etc/app.env"
	Line  int64  // in that place, from 1
	Hash  string // keyed: the same secret has the same hash under one key
	Path  string // JSON pointer in the document
}

// Patches is what the provider's management agent tells.
type Patches struct {
	Managed fact.Of[bool]   // an agent of the provider's management service reports
	State   fact.Of[string] // compliant, non_compliant, none: no patch was ever looked for
}

// A Volume is a disk of a workload.
type Volume struct {
	ID        string
	BackedUp  fact.Of[bool] // a backup plan holds it, or the workload itself
	Encrypted fact.Of[bool]
}

// A Tag is a label somebody gave a thing.
type Tag struct {
	Key, Value string // a value that is a secret is replaced, see package wire
	Sensitive  bool   // key or value looks like something not to be told to every process
	Path       string // JSON pointer in the document
}
