package reach_test

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/reach"
)

// The small universe in which every packet can be tried: two protocols, the
// ports at the borders of what is drawn, a handful of addresses of each family.
var (
	protocolsTried = []uint16{0, 1, 6, 7, 17, 255}
	portsTried     = []uint16{0, 1, 2, 3, 4, 5, 65535}
	addrsTried     = func() (as []netip.Addr) {
		for _, base := range []string{"255.255.255.240", "2001:db8::", "0.0.0.0", "10.0.0.0"} {
			for a, i := netip.MustParseAddr(base), 0; i < 16 && a.IsValid(); a, i = a.Next(), i+1 {
				as = append(as, a)
			}
		}
		return as
	}()
)

func drawRange(t *rapid.T, label string, from []uint16) reach.Range {
	a, b := rapid.SampledFrom(from).Draw(t, label), rapid.SampledFrom(from).Draw(t, label)
	return reach.Range{From: min(a, b), To: max(a, b)}
}

func drawAddrs(t *rapid.T) reach.Addrs {
	var all reach.Addrs
	for range rapid.IntRange(0, 4).Draw(t, "blocks") {
		a := rapid.SampledFrom(addrsTried).Draw(t, "addr")
		all = all.Union(reach.Prefixes(netip.PrefixFrom(a, a.BitLen()-rapid.SampledFrom([]int{0, 1, 2, 3, 4, a.BitLen()}).Draw(t, "host bits"))))
	}
	return all
}

func drawFlow(t *rapid.T) reach.Flow {
	var f reach.Flow
	for range rapid.IntRange(0, 3).Draw(t, "boxes") {
		b := reach.Box(drawRange(t, "protocols", protocolsTried), drawRange(t, "ports", portsTried), drawRange(t, "clients", portsTried), drawAddrs(t))
		if rapid.Bool().Draw(t, "take away") {
			f = f.Subtract(b)
		} else {
			f = f.Union(b)
		}
	}
	return f
}

func everyPacket(try func(reach.Packet)) {
	for _, protocol := range protocolsTried {
		for _, port := range portsTried {
			for _, client := range portsTried {
				for _, a := range addrsTried {
					try(reach.Packet{Protocol: protocol, Port: port, Client: client, Source: a})
				}
			}
		}
	}
}

func TestFlowsAreSetsOfPackets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f, g := drawFlow(t), drawFlow(t)
		u, i, s := f.Union(g), f.Intersect(g), f.Subtract(g)
		everyPacket(func(p reach.Packet) {
			a, b := f.Has(p), g.Has(p)
			if u.Has(p) != (a || b) || i.Has(p) != (a && b) || s.Has(p) != (a && !b) {
				t.Fatalf("packet %+v, in f %v, in g %v: union %v, both %v, without %v", p, a, b, u.Has(p), i.Has(p), s.Has(p))
			}
		})
		if f.Covers(g) != g.Subtract(f).Empty() || !u.Covers(f) || !f.Covers(i) {
			t.Fatal("covers does not mean that nothing is left")
		}
	})
}

func TestAFlowHasOneForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f, g := drawFlow(t), drawFlow(t)
		for name, same := range map[string][2]reach.Flow{
			"union either way":          {f.Union(g), g.Union(f)},
			"intersection either way":   {f.Intersect(g), g.Intersect(f)},
			"taken apart and put back":  {f.Subtract(g).Union(f.Intersect(g)), f},
			"in pieces by source":       {f, f.Intersect(reach.From(reach.All(reach.IPv4))).Union(f.Intersect(reach.From(reach.All(reach.IPv6))))},
			"de Morgan":                 {f.Subtract(g.Union(f)), reach.Flow{}},
			"both by what is left over": {f.Subtract(f.Subtract(g)), f.Intersect(g)},
		} {
			if !same[0].Equal(same[1]) {
				t.Fatalf("%s: two forms of the same packets:\n%+v\n%+v", name, same[0], same[1])
			}
		}
	})
}

func TestTheFirstLineThatFitsDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var lines []reach.Line
		for range rapid.IntRange(0, 5).Draw(t, "lines") {
			outer := drawFlow(t)
			l := reach.Line{Outer: outer, Inner: outer, Allow: rapid.Bool().Draw(t, "allows")}
			l.Deny = !l.Allow || rapid.Bool().Draw(t, "or perhaps denies")
			if rapid.Bool().Draw(t, "vague") {
				l.Inner = outer.Intersect(drawFlow(t))
			}
			lines = append(lines, l)
		}
		asked := drawFlow(t)
		got := reach.FirstMatch(asked, lines)
		if !got.May.Covers(got.Must) {
			t.Fatal("something must pass that may not")
		}
		everyPacket(func(p reach.Packet) {
			must, may := walk(lines, p)
			must, may = must && asked.Has(p), may && asked.Has(p)
			if got.Must.Has(p) != must || got.May.Has(p) != may {
				t.Fatalf("%+v: want must %v and may %v, got %v and %v", p, must, may, got.Must.Has(p), got.May.Has(p))
			}
		})
	})
}

// walk tries every meaning of what is vague: must is that all of them let the
// packet through, may that one does.
func walk(lines []reach.Line, p reach.Packet) (must, may bool) {
	if len(lines) == 0 {
		return false, false
	}
	l := lines[0]
	must, may = true, false
	if l.Outer.Has(p) {
		if l.Allow {
			may = true
		}
		if l.Deny {
			must = false
		}
	}
	if !l.Inner.Has(p) {
		restMust, restMay := walk(lines[1:], p)
		must, may = must && restMust, may || restMay
	}
	return must, may
}

func TestAddressesAreCounted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawAddrs(t), drawAddrs(t)
		sum := func(x, y reach.Addrs) (uint64, uint64) {
			x4, x6 := x.Size()
			y4, y6 := y.Size()
			return x4.Lo + y4.Lo, x6.Lo + y6.Lo
		}
		w4, w6 := sum(a, b)
		g4, g6 := sum(a.Union(b), a.Intersect(b))
		if w4 != g4 || w6 != g6 {
			t.Fatalf("%v and %v: %d and %d addresses, apart %d and %d", a.Prefixes(), b.Prefixes(), g4, g6, w4, w6)
		}
		if !reach.Prefixes(a.Prefixes()...).Equal(a) {
			t.Fatalf("%v are not the set's blocks", a.Prefixes())
		}
	})
}
