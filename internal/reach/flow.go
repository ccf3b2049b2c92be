package reach

import "net/netip"

// A Range is the numbers from the first to the last: ports, or protocols.
type Range struct{ From, To uint16 }

// Ranges that are needed often.
var (
	AllProtocols = Range{0, 255}
	AllPorts     = Range{0, most}
	ClientPorts  = Range{1, most}    // that a client may speak from: it chooses
	Ephemeral    = Range{1024, most} // that clients speak from by themselves
)

// One is the range of a single number.
func One(n uint16) Range { return Range{n, n} }

// Contains says that a number is in the range.
func (r Range) Contains(n uint16) bool { return r.From <= n && n <= r.To }

// The numbers of protocols, as IANA gives them.
const (
	ICMP   = 1
	TCP    = 6
	UDP    = 17
	ICMPv6 = 58
)

// A Packet is one that a client sends. Of ICMP the port is the type times 256
// plus the code; of other protocols without ports it means nothing.
type Packet struct {
	Protocol, Port, Client uint16
	Source                 netip.Addr
}

// A Flow is a set of packets that clients send: by protocol, by the port that
// they are sent to, by the port that the client speaks from, by the client's
// address. The zero Flow is empty. A flow is never changed once it is made.
//
// Flows are kept as boxes that do not overlap, in one form: two flows of the
// same packets are the same.
type Flow struct{ by strip[strip[strip[Addrs]]] }

// Box is the flow of all packets of the given protocols, to the given ports,
// from the given client ports and addresses.
func Box(protocols, ports, clients Range, from Addrs) Flow {
	return Flow{banded(protocols, banded(ports, banded(clients, from)))}
}

// From is every packet from the given addresses.
func From(a Addrs) Flow { return Box(AllProtocols, AllPorts, AllPorts, a) }

// Empty says that no packet is in the flow.
func (f Flow) Empty() bool { return f.by.Empty() }

// Equal says that two flows hold the same packets.
func (f Flow) Equal(g Flow) bool { return f.by.Equal(g.by) }

// Union is the packets of either.
func (f Flow) Union(g Flow) Flow { return Flow{f.by.Union(g.by)} }

// Intersect is the packets of both.
func (f Flow) Intersect(g Flow) Flow { return Flow{f.by.Intersect(g.by)} }

// Subtract is the packets of f that are not in g.
func (f Flow) Subtract(g Flow) Flow { return Flow{f.by.Subtract(g.by)} }

// Covers says that all packets of g are in f.
func (f Flow) Covers(g Flow) bool { return g.Subtract(f).Empty() }

// Has says that a packet is in the flow.
func (f Flow) Has(p Packet) bool {
	return f.by.at(p.Protocol).at(p.Port).at(p.Client).Contains(p.Source)
}

// Sources are the addresses that packets of the flow come from.
func (f Flow) Sources() Addrs {
	var all Addrs
	for _, protocol := range f.by {
		for _, port := range protocol.of {
			all = all.Union(sources(port.of))
		}
	}
	return all
}

// sources are the addresses from which any client port is in.
func sources(clients strip[Addrs]) Addrs {
	var all Addrs
	for _, c := range clients {
		all = all.Union(c.of)
	}
	return all
}

// everyClient is the addresses from which every client port of a range is in.
func everyClient(clients strip[Addrs], r Range) Addrs {
	all, at := Addrs{}, int(r.From)
	for _, c := range clients {
		if int(c.to) < at {
			continue
		}
		if int(c.from) > at {
			return Addrs{}
		}
		if at == int(r.From) {
			all = c.of
		} else {
			all = all.Intersect(c.of)
		}
		if at = int(c.to) + 1; at > int(r.To) {
			return all
		}
		if all.Empty() {
			return Addrs{}
		}
	}
	return Addrs{}
}

// Readdressed are the packets to one port, as they are when somebody in between
// has sent them on to another.
func (f Flow) Readdressed(protocol, port, to uint16) Flow {
	return Flow{banded(One(protocol), banded(One(to), f.by.at(protocol).at(port)))}
}
