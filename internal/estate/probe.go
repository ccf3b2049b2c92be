package estate

import "plumbline/internal/fact"

// A Host is what a probe saw inside a workload that runs Linux: no cloud tells
// it. Where what the probe brought is older than FirewallDays, the facts of the
// firewall are unknown, for rules of packets come and go.
type Host struct {
	Subject
	Age      fact.Of[int64]  // whole days since the probe looked
	Endpoint fact.Of[string] // the workload's metadata service, as the probe found it: enabled, disabled
	Firewall HostFirewall
	SSH      SSH
	UserData fact.List[HostFile] // files that hold the workload's user data and that others than root can read
	Openings fact.List[HostOpening]
}

// A HostOpening is a range of the host's own ports that any source on the
// internet reaches for certain, as the workload's exposure has it, with what the
// probe saw there.
type HostOpening struct {
	Protocol string        // tcp, udp
	From, To int64         // ports
	Listens  fact.Of[bool] // a program of the host listens on one of them at an address that others reach
}

// FirewallDays is how many days what a probe saw of a firewall counts.
const FirewallDays = 30

// HostFirewall is what becomes of a packet to the metadata service's TCP ports,
// 80 and 443, on its way out: by the rules of nftables and iptables in the order
// in which the kernel asks them, and by routes. Chosen users, root among them,
// may be let through in each.
type HostFirewall struct {
	Local   fact.Of[string] // of a user who was not chosen, over IPv4
	IPv6    fact.Of[string] // of a user who was not chosen, over IPv6; unused where the service does not answer there
	Forward fact.Of[string] // that the host forwards, from containers or guests, over either; unused where it forwards nothing
}

// The words of a HostFirewall's facts.
const (
	PacketRefused  = "refused"  // rejected or dropped
	PacketShadowed = "shadowed" // a rule would refuse it, and one before that rule lets it through
	PacketOpen     = "open"     // no rule is about it
	PacketUnused   = "unused"   // there is no such packet
)

// SSH is how the host's SSH server lets people in, as "sshd -T" tells it for
// every connection: unknown where a Match block says otherwise for some.
type SSH struct {
	Runs        fact.Of[bool]   // a server is running
	Password    fact.Of[bool]   // PasswordAuthentication
	Interactive fact.Of[bool]   // KbdInteractiveAuthentication, where it is enough by itself
	Root        fact.Of[string] // PermitRootLogin: yes, prohibit-password, forced-commands-only, no
}

// A HostFile is a file of a host.
type HostFile struct {
	Path string // "/var/lib/cloud/instance/user-data.txt"
	Mode string // in octal: "0644"
}

// An Endpoint is an address that an application answers on, and what it did
// with a request that was made to have it ask the metadata service.
type Endpoint struct {
	Subject
	Authorised fact.Of[bool]   // its owner agreed in writing to have it asked, and the time agreed on was kept
	Age        fact.Of[int64]  // whole days since it was asked
	Result     fact.Of[string] // see the words below; unknown where the attempt told nothing
	Way        fact.Of[string] // by which the result was got: parameter, redirect, host_header, proxy; "" where nothing was
}

// The words of Endpoint.Result. What was tried and told nothing is no result.
const (
	ResultReturned = "returned" // content of the metadata service came back
	ResultFetched  = "fetched"  // it fetched an address that a stranger gave it, and no metadata came back
	ResultRefused  = "refused"  // it fetched nothing that a stranger named
)
