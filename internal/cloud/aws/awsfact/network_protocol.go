package awsfact

import (
	"net/netip"
	"strconv"

	"plumbline/internal/reach"
	"plumbline/internal/wire"
)

// A span of packets as a rule or an entry names them: protocols and ports. What
// cannot be read is known by its bounds alone.
type selector struct {
	protocol Range      // the numbers
	ports    Range      // of ICMP the type times 256 plus the code
	exact    bool       // false: it is only known to be no more than that
	why      wire.Value // what could not be read
}

// Range is reach's, which is named often here.
type Range = reach.Range

// EC2 spells protocols by word or by number; -1 is all of them (IpPermission and
// NetworkAclEntry in the EC2 API reference).
func protocolOf(word string) (Range, bool) {
	switch word {
	case "-1":
		return reach.AllProtocols, true
	case "tcp":
		return reach.One(reach.TCP), true
	case "udp":
		return reach.One(reach.UDP), true
	case "icmp":
		return reach.One(reach.ICMP), true
	case "icmpv6":
		return reach.One(reach.ICMPv6), true
	}
	n, err := strconv.ParseUint(word, 10, 8)
	return reach.One(uint16(n)), err == nil
}

// wordOf is a protocol as facts spell it.
func wordOf(protocol Range) string {
	switch protocol {
	case reach.AllProtocols:
		return "all"
	case reach.One(reach.TCP):
		return "tcp"
	case reach.One(reach.UDP):
		return "udp"
	case reach.One(reach.ICMP), reach.One(reach.ICMPv6):
		return "icmp"
	}
	return strconv.Itoa(int(protocol.From))
}

// selectorOf reads protocol and numbers. from and to are the first and the last
// port; of ICMP they are type and code.
func selectorOf(protocol, from, to wire.Value) selector {
	p, ok := protocolOf(text(protocol))
	if !ok {
		return selector{reach.AllProtocols, reach.AllPorts, false, protocol}
	}
	switch p {
	case reach.One(reach.TCP), reach.One(reach.UDP):
		first, ok1 := portOf(from)
		last, ok2 := portOf(to)
		if !ok1 || !ok2 || last < first {
			return selector{p, reach.AllPorts, false, from}
		}
		return selector{p, Range{From: first, To: last}, true, wire.Value{}}
	case reach.One(reach.ICMP), reach.One(reach.ICMPv6):
		return icmpOf(p, from, to)
	}
	return selector{p, reach.AllPorts, true, wire.Value{}}
}

func portOf(v wire.Value) (uint16, bool) {
	n, err := strconv.ParseUint(text(v), 10, 16)
	return uint16(n), err == nil
}

// icmpOf reads a type and a code, of which -1 is all.
func icmpOf(p Range, kind, code wire.Value) selector {
	if kind.Is("-1") {
		return selector{p, reach.AllPorts, true, wire.Value{}}
	}
	t, err := strconv.ParseUint(text(kind), 10, 8)
	if err != nil {
		return selector{p, reach.AllPorts, false, kind}
	}
	first := uint16(t) << 8
	if code.Is("-1") {
		return selector{p, Range{From: first, To: first | 255}, true, wire.Value{}}
	}
	c, err := strconv.ParseUint(text(code), 10, 8)
	if err != nil {
		return selector{p, Range{From: first, To: first | 255}, false, code}
	}
	return selector{p, reach.One(first | uint16(c)), true, wire.Value{}}
}

// familyOf is a block's family.
func familyOf(p netip.Prefix) string {
	if p.Addr().Is4() {
		return reach.IPv4
	}
	return reach.IPv6
}
