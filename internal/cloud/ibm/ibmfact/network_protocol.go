package ibmfact

import (
	"strconv"
	"strings"

	"plumbline/internal/reach"
	"plumbline/internal/wire"
)

// Range is reach's, which is named often here.
type Range = reach.Range

// A selector is packets as a rule names them: protocols and ports. What cannot
// be read is known by its bounds alone.
type selector struct {
	protocols []Range
	word      string // as facts spell it
	ports     Range  // of ICMP the type times 256 plus the code
	clients   Range  // the ports on the other side, where a rule names them
	exact     bool   // false: it is only known to be no more than that
	odd       wire.Value
}

// named are the numbers of the protocols that the VPC API has words for, as IANA
// gives them.
var named = map[string]uint16{
	"icmp": reach.ICMP, "tcp": reach.TCP, "udp": reach.UDP,
	"ip_in_ip": 4, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "vrrp": 112, "l2tp": 115, "sctp": 132,
}

var (
	everyProtocol = []Range{reach.AllProtocols}
	// threeProtocols are what "icmp_tcp_udp" means, and "all" before the version
	// of 2025-12-09 of the VPC API. A rule of an access list that was written to
	// deny "all" is told as "any".
	threeProtocols = []Range{reach.One(reach.ICMP), reach.One(reach.TCP), reach.One(reach.UDP)}
)

// protocolsOf reads a protocol and says how facts spell it: a word, or numbers.
func protocolsOf(word string) (protocols []Range, spelled string, ok bool) {
	switch word {
	case "any":
		return everyProtocol, "all", true
	case "all", "icmp_tcp_udp":
		return threeProtocols, "icmp_tcp_udp", true
	}
	n, ok := named[word]
	if !ok {
		number, is := strings.CutPrefix(word, "number_")
		u, err := strconv.ParseUint(number, 10, 8)
		if n, ok = uint16(u), is && err == nil; !ok {
			return everyProtocol, word, false
		}
	}
	switch n {
	case reach.ICMP, reach.TCP, reach.UDP:
		return []Range{reach.One(n)}, map[uint16]string{reach.ICMP: "icmp", reach.TCP: "tcp", reach.UDP: "udp"}[n], true
	}
	return []Range{reach.One(n)}, strconv.Itoa(int(n)), true
}

// selectorOf reads a rule's protocol and ports. Ports that are not named are all
// of them, and so is a type or a code of ICMP (SecurityGroupRule and
// NetworkACLRuleItem in vpcv1).
func selectorOf(v wire.Value, min, max string) selector {
	s := selector{ports: reach.AllPorts, clients: reach.AllPorts}
	s.protocols, s.word, s.exact = protocolsOf(text(v.Get("protocol")))
	if !s.exact {
		s.odd = v.Get("protocol")
		return s
	}
	switch s.word {
	case "tcp", "udp":
		s.ports = s.portsIn(v, min, max)
	case "icmp":
		s.icmp(v.Get("type"), v.Get("code"))
	}
	return s
}

// portsIn reads a range of ports.
func (s *selector) portsIn(v wire.Value, min, max string) Range {
	from, to := v.Get(min), v.Get(max)
	if nothing(from) && nothing(to) {
		return reach.AllPorts
	}
	first, ok := number(from)
	last, ok2 := number(to)
	if !ok || !ok2 || first < 0 || last > 65535 || last < first {
		if s.exact = false; !s.odd.Exists() {
			s.odd = from
		}
		return reach.AllPorts
	}
	return Range{From: uint16(first), To: uint16(last)} //nolint:gosec // within bounds: see above
}

func (s *selector) icmp(kind, code wire.Value) {
	if nothing(kind) {
		return
	}
	t, ok := number(kind)
	if !ok || t < 0 || t > 255 {
		s.exact, s.odd = false, kind
		return
	}
	first := uint16(t) << 8 // within bounds: see above
	s.ports = Range{From: first, To: first | 255}
	if nothing(code) {
		return
	}
	c, ok := number(code)
	if !ok || c < 0 || c > 255 {
		s.exact, s.odd = false, code
		return
	}
	s.ports = reach.One(first | uint16(c)) // within bounds: see above
}

// flow is the packets that the selector names, from some addresses. Turned
// round, it is those that are answered by them.
func (s *selector) flow(from reach.Addrs, turned bool) reach.Flow {
	ports, clients := s.ports, s.clients
	if turned && s.word != "icmp" {
		ports, clients = clients, ports
	}
	var all reach.Flow
	for _, p := range s.protocols {
		all = all.Union(reach.Box(p, ports, clients, from))
	}
	return all
}

// told are a rule's ports as facts spell them: none for a protocol without, all
// for several protocols at once.
func (s *selector) told() (from, to int64) {
	switch s.word {
	case "tcp", "udp", "all", "icmp_tcp_udp":
		return int64(s.ports.From), int64(s.ports.To)
	}
	return 0, 0
}
