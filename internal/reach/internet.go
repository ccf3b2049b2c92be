package reach

import "net/netip"

// The families, as facts spell them.
const (
	IPv4 = "ipv4"
	IPv6 = "ipv6"
)

// All is every address of a family.
func All(family string) Addrs {
	if family == IPv6 {
		return all6
	}
	return all4
}

// Internet is every address of a family that packets from the internet may
// bear: of IPv4 all but those that the IANA registries of special purpose
// addresses keep from being routed globally, of IPv6 the global unicast block
// 2000::/3. Blocks for documentation count as the internet: nobody has them,
// and it makes examples possible.
func Internet(family string) Addrs {
	if family == IPv6 {
		return internet6
	}
	return internet4
}

var (
	all4, all6 = blocks("0.0.0.0/0"), blocks("::/0")

	internet4 = all4.Subtract(blocks(
		"0.0.0.0/8",      // this network
		"10.0.0.0/8",     // private
		"100.64.0.0/10",  // shared by carriers
		"127.0.0.0/8",    // loopback
		"169.254.0.0/16", // link local
		"172.16.0.0/12",  // private
		"192.0.0.0/24",   // protocol assignments
		"192.168.0.0/16", // private
		"198.18.0.0/15",  // benchmarks
		"224.0.0.0/4",    // multicast
		"240.0.0.0/4",    // reserved, and broadcast
	))
	internet6 = blocks("2000::/3")
)

func blocks(texts ...string) Addrs {
	ps := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		ps[i] = netip.MustParsePrefix(t)
	}
	return Prefixes(ps...)
}

// manyIPv4 and manyIPv6 are what counts as any source: 2^24 addresses, and the
// worth of a /16.
var manyIPv4, manyIPv6 = Count{Lo: 1 << 24}, Count{Hi: 1 << 48}

// AnySource says that a set of sources is no choice of anybody's: what is in it
// of the internet is at least 2^24 IPv4 addresses, or the worth of a /16 of
// IPv6. So one blocked address does not make a service look guarded.
func AnySource(a Addrs) bool {
	v4, _ := a.Intersect(internet4).Size()
	_, v6 := a.Intersect(internet6).Size()
	return !v4.Less(manyIPv4) || !v6.Less(manyIPv6)
}
