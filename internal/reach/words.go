package reach

import (
	"fmt"
	"net/netip"
	"strconv"
)

// Say tells the sources of a set in few words: "0.0.0.0/0", "203.0.113.0/24 and
// 2 more", "0.0.0.0/0 but 198.51.100.7/32". It tells of the internet only: what
// a set holds beside is left out, and may fill a block up.
func Say(a Addrs, family string) string {
	net := Internet(family)
	in := a.Intersect(net)
	if in.Empty() {
		return "nobody"
	}
	out := shown(net.Subtract(in), family)
	if len(out) == 0 {
		return everybody(family)
	}
	is := shown(in, family)
	if len(out) <= mostLeftOut && len(out) < len(is) {
		return everybody(family) + " but " + first(out)
	}
	return first(is)
}

// mostLeftOut is how many blocks may be missing from everybody for that to be
// the shorter way to say it.
const mostLeftOut = 3

func everybody(family string) string {
	if family == IPv6 {
		return "::/0"
	}
	return "0.0.0.0/0"
}

func first(ps []netip.Prefix) string {
	switch len(ps) {
	case 1:
		return ps[0].String()
	case 2:
		return ps[0].String() + " and " + ps[1].String()
	}
	return fmt.Sprintf("%s and %d more", ps[0], len(ps)-1)
}

// shown are the fewest blocks that hold this much of the internet and no more
// of it.
func shown(in Addrs, family string) []netip.Prefix {
	net := Internet(family)
	var out []netip.Prefix
	for _, p := range in.Union(All(family).Subtract(net)).Prefixes() {
		if Prefixes(p).Intersect(in).Empty() {
			continue
		}
		out = append(out, shrunk(p, in))
	}
	return out
}

// shrunk is the smallest block that holds as much of a set as p.
func shrunk(p netip.Prefix, in Addrs) netip.Prefix {
	for p.Bits() < p.Addr().BitLen() {
		low := netip.PrefixFrom(p.Addr(), p.Bits()+1)
		high := netip.PrefixFrom(lastOf(low).Next(), p.Bits()+1)
		switch {
		case Prefixes(high).Intersect(in).Empty():
			p = low
		case Prefixes(low).Intersect(in).Empty():
			p = high
		default:
			return p
		}
	}
	return p
}

// SayPorts tells a range of ports of a protocol: "tcp 22", "tcp 8000–8010",
// "udp", which is all of them.
func SayPorts(protocol string, r Range) string {
	switch {
	case protocol != "tcp" && protocol != "udp", r == AllPorts:
		return protocol
	case r.From == r.To:
		return protocol + " " + strconv.Itoa(int(r.From))
	}
	return protocol + " " + numbers(r, "–")
}
