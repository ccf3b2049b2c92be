package walker_test

import (
	"fmt"
	"net/netip"
	"slices"
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
	at := walker.About(c.r, c.i, six)
	own, balanced, others := at.Own, at.Balanced, at.Others
	ports, clients, sources := at.Ports, c.clients(), at.Sources
	send := func(to []netip.Addr, want sim.Reach, through bool) {
		if len(to) == 0 {
			return
		}
		for _, from := range sources {
			for _, protocol := range []int{walker.TCP, walker.UDP, walker.ICMP, walker.ICMP6, 50, 47} {
				p := walker.Packet{From: from, Protocol: protocol, FromPort: 40000, Type: 8}
				if six {
					p.Type = 128
				}
				if !ported(p) {
					c.one(want, p, to, through)
					continue
				}
				for _, port := range ports {
					for _, client := range clients {
						p.ToPort, p.FromPort = port, client
						c.one(want, p, to, through)
					}
				}
			}
		}
	}
	for _, a := range own {
		send([]netip.Addr{a}, want, false)
	}
	send(balanced, want, true) // a client takes whichever of them gets it there
	for _, a := range others {
		send([]netip.Addr{a}, sim.Reach{}, false) // nothing is behind them
	}
}

// one walks a packet to each of some addresses and compares what became of it
// at best.
func (c *check) one(want sim.Reach, p walker.Packet, to []netip.Addr, balanced bool) {
	c.t.Helper()
	var got walker.Result
	for _, p.To = range to {
		if got = walker.Walk(c.r, c.i, p); got.Answered {
			break
		}
	}
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

// clients are ports that packets come from: those of the range that a full way
// back covers, and, where an ACL is narrower, the ends of its entries.
func (c *check) clients() []int {
	l := []int{1024, 40000, 65535}
	for _, a := range c.r.Net.ACLs {
		for _, e := range a.Entries {
			if a.VpcId == c.i.VPC && e.PortRange != nil && e.Egress {
				for _, n := range walker.Around(nil, e.PortRange.From, e.PortRange.To) {
					if n >= 1024 || partial(c.want.V4) {
						l = append(l, n)
					}
				}
			}
		}
	}
	slices.Sort(l)
	return slices.Compact(l)
}

func partial(r sim.Reach) bool {
	return slices.ContainsFunc(r.Open, func(o sim.Opening) bool { return o.Return == sim.Partial })
}
