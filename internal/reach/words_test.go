package reach_test

import (
	"net/netip"
	"testing"

	"plumbline/internal/reach"
)

func addrs(texts ...string) reach.Addrs {
	var all reach.Addrs
	for _, s := range texts {
		all = all.Union(reach.Prefixes(netip.MustParsePrefix(s)))
	}
	return all
}

func TestSourcesInWords(t *testing.T) {
	t.Parallel()
	all4, all6 := reach.Internet(reach.IPv4), reach.Internet(reach.IPv6)
	for _, c := range []struct {
		name, family string
		set          reach.Addrs
		any          bool
		want         string
	}{
		{"everybody", reach.IPv4, addrs("0.0.0.0/0"), true, "0.0.0.0/0"},
		{"everybody in halves", reach.IPv4, addrs("0.0.0.0/1", "128.0.0.0/1"), true, "0.0.0.0/0"},
		{"everybody of the internet", reach.IPv4, all4, true, "0.0.0.0/0"},
		{"one address is blocked", reach.IPv4, all4.Subtract(addrs("198.51.100.7/32")), true, "0.0.0.0/0 but 198.51.100.7/32"},
		{"a half", reach.IPv4, addrs("0.0.0.0/1").Intersect(all4), true, "0.0.0.0/1"},
		{"an eighth, beside a private block", reach.IPv4, addrs("11.0.0.0/8"), true, "11.0.0.0/8"},
		{"just too few", reach.IPv4, addrs("11.0.0.0/8").Subtract(addrs("11.0.0.0/32")), false, "11.0.0.1/32 and 23 more"},
		{"one block", reach.IPv4, addrs("203.0.113.0/24"), false, "203.0.113.0/24"},
		{"two blocks", reach.IPv4, addrs("203.0.113.0/24", "198.51.100.0/24"), false, "198.51.100.0/24 and 203.0.113.0/24"},
		{"four blocks", reach.IPv4, addrs("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", "8.8.8.8/32"), false, "8.8.8.8/32 and 3 more"},
		{"private addresses alone", reach.IPv4, addrs("10.0.0.0/8", "192.168.0.0/16", "100.64.0.0/10"), false, "nobody"},
		{"everybody of IPv6", reach.IPv6, addrs("::/0"), true, "::/0"},
		{"all of the internet's IPv6", reach.IPv6, all6, true, "::/0"},
		{"an IPv6 block", reach.IPv6, addrs("2001:db8::/32"), false, "2001:db8::/32"},
		{"a /16 of IPv6", reach.IPv6, addrs("2600::/16"), true, "2600::/16"},
		{"unique local addresses", reach.IPv6, addrs("fc00::/7"), false, "nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := reach.Say(c.set, c.family); got != c.want {
				t.Errorf("want %q, got %q", c.want, got)
			}
			if got := reach.AnySource(c.set); got != c.any {
				t.Errorf("any source: want %v, got %v", c.any, got)
			}
		})
	}
}

func TestPortsInWords(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		protocol string
		r        reach.Range
	}{
		"tcp 22":        {"tcp", reach.One(22)},
		"tcp 8000–8010": {"tcp", reach.Range{From: 8000, To: 8010}},
		"udp":           {"udp", reach.AllPorts},
		"icmp":          {"icmp", reach.Range{}},
		"47":            {"47", reach.Range{}},
	} {
		if got := reach.SayPorts(c.protocol, c.r); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}

func TestAnIPv4BlockInIPv6SpellingIsIPv4(t *testing.T) {
	t.Parallel()
	if got := addrs("::ffff:203.0.113.0/120"); !got.Equal(addrs("203.0.113.0/24")) {
		t.Errorf("got %v", got.Prefixes())
	}
}
