package walker_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/walker"
)

// TestEverySceneIsTrue holds the answer of each scene, written by hand, against
// walked packets: at the ends of every rule's ports and blocks, and one beyond.
func TestEverySceneIsTrue(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		answered := holds(t, sim.Generate(sim.Intent{Seed: seed, Scenes: sim.Scenes()}))
		for _, s := range sim.Scenes() {
			if len(s.V4.Open)+len(s.V6.Open) > 0 && answered[s.Name] == 0 && s.Name != "A26 UDP in, nothing out" {
				t.Errorf("%s: no packet was answered", s.Name)
			}
		}
	}
}

func TestTheDemonstrationIsTrue(t *testing.T) {
	t.Parallel()
	day := sim.Demo()
	for range 3 {
		answered := holds(t, day)
		for _, way := range []string{"behind the shop", "SSH from the office", "SSH from the world", "everything from the world"} {
			if answered[way] == 0 {
				t.Errorf("day %d: nobody answers %s", day.Step, way)
			}
		}
		day = day.Next()
	}
}

func TestNobodyOfTheOrdinaryKindIsReached(t *testing.T) {
	t.Parallel()
	for _, e := range []*sim.Estate{sim.Generate(sim.Intent{Seed: 7, Regions: 1, Plain: true}), sim.Big(40)} {
		if answered := holds(t, e); len(answered) > 0 {
			t.Error("packets were answered: ", answered)
		}
	}
}

// holds compares every answer of an estate with walked packets, and counts
// those that came back, by scene.
func holds(t *testing.T, e *sim.Estate) map[string]int {
	t.Helper()
	want, answered := map[string]sim.ExposureOf{}, map[string]int{}
	for _, x := range e.ExpectedExposure() {
		want[x.UID] = x
	}
	if len(want) == 0 {
		t.Fatal("no answers")
	}
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			for k := range r.Len() {
				i := r.Instance(k)
				if x, ok := want[e.InstanceUID(a.ID, r.Name, i.ID)]; ok {
					c := &check{t, r, &i, x, answered}
					c.family(x.V4, false)
					c.family(x.V6, true)
				}
			}
		}
	}
	return answered
}

// A check holds one instance against its answer.
type check struct {
	t        *testing.T
	r        *sim.Region
	i        *sim.Instance
	want     sim.ExposureOf
	answered map[string]int
}

func (c *check) family(want sim.Reach, six bool) {
	if want.State == sim.Uncertain {
		return
	}
	own, balanced, others := c.addresses(six)
	ports, clients, sources := c.ports(), c.clients(), c.sources(six)
	send := func(to netip.Addr, want sim.Reach, through bool) {
		for _, from := range sources {
			for _, protocol := range []int{walker.TCP, walker.UDP, walker.ICMP, walker.ICMP6, 50, 47} {
				p := walker.Packet{From: from, To: to, Protocol: protocol, FromPort: 40000, Type: 8}
				if six {
					p.Type = 128
				}
				if !ported(p) {
					c.one(want, p, through)
					continue
				}
				for _, port := range ports {
					for _, client := range clients {
						p.ToPort, p.FromPort = port, client
						c.one(want, p, through)
					}
				}
			}
		}
	}
	for _, a := range own {
		send(a, want, false)
	}
	for _, a := range balanced {
		send(a, want, true)
	}
	for _, a := range others {
		send(a, sim.Reach{}, false) // nothing is behind them
	}
}

// one walks a packet and compares what became of it.
func (c *check) one(want sim.Reach, p walker.Packet, balanced bool) {
	c.t.Helper()
	got := walker.Walk(c.r, c.i, p)
	if got.Answered {
		c.answered[c.want.Scene]++
	}
	arrives, answered, back := expected(want, p, balanced)
	switch {
	case answered != got.Answered, arrives && !got.Arrived && want.State != sim.Isolated:
		c.t.Errorf("%s: %+v: %+v; the answer says: arrives %t, answered %t", c.want.Scene, p, got, arrives, answered)
	case got.Answered && back != got.Port:
		c.t.Errorf("%s: %+v: arrives at port %d, the answer says %d", c.want.Scene, p, got.Port, back)
	}
}

// expected reads the scene's answer for one packet.
func expected(want sim.Reach, p walker.Packet, balanced bool) (arrives, answered bool, port int) {
	if want.State == sim.Isolated {
		return false, false, 0
	}
	for _, o := range want.Open {
		if o.Balanced != balanced || !spoken(o.Protocol, p.Protocol) || within(o.Except, p.From) || o.Sources != nil && !within(o.Sources, p.From) {
			continue
		}
		if ported(p) && (p.ToPort < o.FrontFrom || p.ToPort > o.FrontTo) {
			continue
		}
		port = o.From + p.ToPort - o.FrontFrom
		switch o.Return {
		case sim.Full:
			return true, true, port
		case sim.Partial:
			return true, slices.ContainsFunc(o.ClientPorts, func(x sim.Ports) bool { return x.From <= p.FromPort && p.FromPort <= x.To }), port
		default:
			return true, false, port
		}
	}
	return false, false, 0
}

func ported(p walker.Packet) bool { return p.Protocol == walker.TCP || p.Protocol == walker.UDP }

func spoken(name string, protocol int) bool {
	known := map[int]string{walker.TCP: "tcp", walker.UDP: "udp", walker.ICMP: "icmp", walker.ICMP6: "icmpv6"}
	if name == sim.Others {
		return protocol == 47 || protocol == 50 || protocol == walker.ICMP6
	}
	return name == known[protocol] || name == fmt.Sprint(protocol)
}

func within(blocks []string, a netip.Addr) bool {
	return slices.ContainsFunc(blocks, func(b string) bool { return netip.MustParsePrefix(b).Contains(a) })
}

// addresses are those of the instance that are public, those of load balancers
// of its VPC, and those of other services there.
func (c *check) addresses(six bool) (own, balanced, others []netip.Addr) {
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

// around adds the numbers beside the ends of a range.
func around(l []int, from, to int) []int {
	for _, n := range []int{from - 1, from, from + 1, to - 1, to, to + 1} {
		if n >= 0 && n <= 65535 {
			l = append(l, n)
		}
	}
	return l
}

func sorted(l []int) []int { slices.Sort(l); return slices.Compact(l) }

func (c *check) ports() []int {
	l := []int{0, 22, 65535}
	for _, g := range c.r.Net.SecurityGroups {
		for _, p := range g.IpPermissions {
			if g.VpcId == c.i.VPC && p.FromPort != nil {
				l = around(l, *p.FromPort, *p.ToPort)
			}
		}
	}
	for _, a := range c.r.Net.ACLs {
		for _, e := range a.Entries {
			if a.VpcId == c.i.VPC && e.PortRange != nil && !e.Egress {
				l = around(l, e.PortRange.From, e.PortRange.To)
			}
		}
	}
	for _, x := range c.r.Net.Listeners {
		if slices.ContainsFunc(c.r.Net.LoadBalancers, func(b *sim.LoadBalancer) bool { return b.VpcId == c.i.VPC && b.LoadBalancerArn == x.LoadBalancerArn }) {
			l = around(l, x.Port, x.Port)
		}
	}
	return sorted(l)
}

// clients are ports that packets come from: those of the range that a full way
// back covers, and, where an ACL is narrower, the ends of its entries.
func (c *check) clients() []int {
	l := []int{1024, 40000, 65535}
	for _, a := range c.r.Net.ACLs {
		for _, e := range a.Entries {
			if a.VpcId == c.i.VPC && e.PortRange != nil && e.Egress {
				for _, n := range around(nil, e.PortRange.From, e.PortRange.To) {
					if n >= 1024 || partial(c.want.V4) {
						l = append(l, n)
					}
				}
			}
		}
	}
	return sorted(l)
}

func partial(r sim.Reach) bool {
	return slices.ContainsFunc(r.Open, func(o sim.Opening) bool { return o.Return == sim.Partial })
}

// sources are public addresses at the ends of every block that anything of the
// VPC names, and some elsewhere.
func (c *check) sources(six bool) []netip.Addr {
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
func (c *check) own(a netip.Addr) bool {
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
