package walker

import (
	"net/netip"
	"slices"
	"strings"

	"plumbline/internal/cloud/sim"
)

// Packets are what to make packets of that try all that a network says of an
// instance: the ends of every rule's ports and blocks, and what lies beside them.
type Packets struct {
	Own      []netip.Addr // public addresses of the instance
	Balanced []netip.Addr // of load balancers of its VPC
	Others   []netip.Addr // of other services there
	Ports    []int        // to send to
	Sources  []netip.Addr // to send from, of the internet
}

// About makes them for one family.
func About(r *sim.Region, i *sim.Instance, six bool) Packets {
	c := &around{r, i}
	p := Packets{Ports: c.ports(), Sources: c.sources(six)}
	p.Own, p.Balanced, p.Others = c.addresses(six)
	return p
}

type around struct {
	r *sim.Region
	i *sim.Instance
}

// addresses are those of the instance that are public, those of load balancers
// of its VPC, and those of other services there.
func (c *around) addresses(six bool) (own, balanced, others []netip.Addr) {
	add := func(l []netip.Addr, a string) []netip.Addr {
		if p, err := netip.ParseAddr(a); err == nil && p.Is6() == six {
			l = append(l, p)
		}
		return l
	}
	for _, n := range c.i.Interfaces {
		own = add(own, n.Public)
		for _, s := range n.Secondary {
			own = add(own, s.Public)
		}
		for _, a := range n.Sixes() {
			own = add(own, a)
		}
		for _, p := range n.Prefixes {
			own = add(own, netip.MustParsePrefix(p).Addr().Next().String())
		}
	}
	for _, n := range c.r.Net.Interfaces {
		switch {
		case n.VpcId != c.i.VPC || n.Association == nil:
		case strings.HasPrefix(n.Description, "ELB "):
			balanced = add(add(balanced, n.Association.PublicIp), n.Ipv6Address)
		default:
			others = add(others, n.Association.PublicIp)
		}
	}
	return own, balanced, others
}

// Around adds the numbers beside the ends of a range.
func Around(l []int, from, to int) []int {
	for _, n := range []int{from - 1, from, from + 1, to - 1, to, to + 1} {
		if n >= 0 && n <= 65535 {
			l = append(l, n)
		}
	}
	return l
}

func sorted(l []int) []int { slices.Sort(l); return slices.Compact(l) }

func (c *around) ports() []int {
	l := []int{0, 22, 65535}
	for _, g := range c.r.Net.SecurityGroups {
		for _, p := range g.IpPermissions {
			if g.VpcId == c.i.VPC && p.FromPort != nil {
				l = Around(l, *p.FromPort, *p.ToPort)
			}
		}
	}
	for _, a := range c.r.Net.ACLs {
		for _, e := range a.Entries {
			if a.VpcId == c.i.VPC && e.PortRange != nil && !e.Egress {
				l = Around(l, e.PortRange.From, e.PortRange.To)
			}
		}
	}
	for _, x := range c.r.Net.Listeners {
		if slices.ContainsFunc(c.r.Net.LoadBalancers, func(b *sim.LoadBalancer) bool { return b.VpcId == c.i.VPC && b.LoadBalancerArn == x.LoadBalancerArn }) {
			l = Around(l, x.Port, x.Port)
		}
	}
	return sorted(l)
}

// sources are public addresses at the ends of every block that anything of the
// VPC names, and some elsewhere.
func (c *around) sources(six bool) []netip.Addr {
	l := []string{"8.8.8.8/32", "62.112.16.9/32", "203.0.113.9/32", "198.51.100.7/32", "2600::1/128", "2a00::1/128", "2a00:8000::1/128", "2a00:1450:4001::1/128"}
	add := func(b string) {
		if b != "" {
			l = append(l, b)
		}
	}
	for _, g := range c.r.Net.SecurityGroups {
		if g.VpcId != c.i.VPC && !slices.Contains(c.i.Groups, sim.Group{ID: g.GroupId, Name: g.GroupName}) {
			continue
		}
		for _, p := range g.IpPermissions {
			for _, r := range p.IpRanges {
				add(r.CidrIp)
			}
			for _, r := range p.Ipv6Ranges {
				add(r.CidrIpv6)
			}
		}
	}
	for _, a := range c.r.Net.ACLs {
		for _, e := range a.Entries {
			if a.VpcId == c.i.VPC {
				add(e.CidrBlock + e.Ipv6CidrBlock)
			}
		}
	}
	for _, t := range c.r.Net.RouteTables {
		for _, r := range t.Routes {
			if t.VpcId == c.i.VPC {
				add(r.DestinationCidrBlock + r.DestinationIpv6CidrBlock)
			}
		}
	}
	for _, p := range c.r.Net.PrefixLists {
		for _, e := range p.Entries {
			add(e.Cidr)
		}
	}
	slices.Sort(l)
	return slices.DeleteFunc(ends(slices.Compact(l), six), c.own)
}

// own says that an address is of the VPC itself: such packets do not come from
// the internet.
func (c *around) own(a netip.Addr) bool {
	for _, v := range c.r.Net.VPCs {
		for _, b := range v.Ipv6CidrBlockAssociationSet {
			if v.VpcId == c.i.VPC && netip.MustParsePrefix(b.Ipv6CidrBlock).Contains(a) {
				return true
			}
		}
	}
	return false
}

// ends are the first and last addresses of blocks, and those beside them, as
// far as they are public.
func ends(blocks []string, six bool) []netip.Addr {
	var out []netip.Addr
	for _, b := range blocks {
		p := netip.MustParsePrefix(b)
		if p.Addr().Is6() != six {
			continue
		}
		last := lastOf(p)
		for _, a := range []netip.Addr{p.Masked().Addr().Prev(), p.Masked().Addr(), last, last.Next()} {
			if public(a) {
				out = append(out, a)
			}
		}
	}
	slices.SortFunc(out, netip.Addr.Compare)
	return slices.Compact(out)
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for n := p.Bits(); n < len(b)*8; n++ {
		b[n/8] |= 1 << (7 - n%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// public says that packets of the internet may come from an address.
func public(a netip.Addr) bool {
	if !a.IsValid() {
		return false
	}
	for _, b := range []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"} {
		if netip.MustParsePrefix(b).Contains(a) {
			return false
		}
	}
	return a.Is4() || netip.MustParsePrefix("2000::/3").Contains(a)
}
