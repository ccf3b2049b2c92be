package reach

import (
	"slices"
	"strconv"
	"strings"
)

// Return says how far replies come back.
type Return string

// The ways of replies.
const (
	Full   Return = "full"    // to every port that clients speak from by themselves
	Some   Return = "partial" // to some client ports, which an attacker chooses
	OneWay Return = "one_way" // to none: what comes in is heard and not answered
)

// A Span is a range of ports of one protocol that packets reach.
type Span struct {
	Protocol string // tcp, udp, icmp, or the numbers of others: "47", "0, 2-5"
	Ports    Range  // both 0 where the protocol has none
	Sources  Addrs
	Return   Return
	Certain  bool // false: it may be so
	Any      bool // from any source, if it is so
	Flow     Flow // the packets
}

// Spans tells what comes in, port by port: first what is certain, then what may
// come beyond that. in is what reaches the workload, replies included where the
// protocol needs them; back is whose replies leave it. A port of which less is
// certain than may be stands twice.
func Spans(in, back Both, family string) []Span {
	out := spans(in.Must, back.Must, family, true)
	for _, s := range spans(in.Doubt(), back.May, family, false) {
		s.Any = AnySource(in.May.Intersect(s.everywhere()).Sources())
		out = append(out, s)
	}
	return out
}

func spans(f, back Flow, family string, certain bool) []Span {
	var out []Span
	if others := f.Subtract(named(family)); !others.Empty() {
		out = append(out, othersSpan(others, back, certain))
	}
	for _, p := range protocols(family) {
		if p.ports {
			out = append(out, portSpans(p, f, back, certain)...)
			continue
		}
		if g := f.Intersect(protocol(One(p.number))); !g.Empty() {
			out = append(out, whole(p.word, g, back, certain))
		}
	}
	slices.SortStableFunc(out, func(a, b Span) int { return order(a.Protocol) - order(b.Protocol) })
	return out
}

// everywhere is all that has the span's protocol and ports, from anywhere.
func (s Span) everywhere() Flow {
	var all Flow
	for _, b := range s.Flow.by {
		for _, p := range b.of {
			all = all.Union(Box(Range{b.from, b.to}, Range{p.from, p.to}, AllPorts, allAddrs))
		}
	}
	return all
}

var allAddrs = all4.Union(all6)

// A proto is a protocol that has a word.
type proto struct {
	number uint16
	word   string
	ports  bool
}

var (
	protocols4 = []proto{{TCP, "tcp", true}, {UDP, "udp", true}, {ICMP, "icmp", false}}
	protocols6 = []proto{{TCP, "tcp", true}, {UDP, "udp", true}, {ICMPv6, "icmp", false}}

	named4 = protocol(One(TCP)).Union(protocol(One(UDP))).Union(protocol(One(ICMP)))
	named6 = protocol(One(TCP)).Union(protocol(One(UDP))).Union(protocol(One(ICMPv6)))
)

func protocols(family string) []proto {
	if family == IPv6 {
		return protocols6
	}
	return protocols4
}

func named(family string) Flow {
	if family == IPv6 {
		return named6
	}
	return named4
}

func order(word string) int {
	if i := slices.Index([]string{"tcp", "udp", "icmp"}, word); i >= 0 {
		return i
	}
	return 3
}

// protocol is every packet of some protocols.
func protocol(r Range) Flow { return Box(r, AllPorts, AllPorts, all4.Union(all6)) }

// portSpans joins neighbouring ports that say the same.
func portSpans(p proto, f, back Flow, certain bool) []Span {
	var out []Span
	replies := back.by.at(p.number)
	for _, b := range f.by.at(p.number) {
		for _, piece := range pieces(b, replies) {
			s := Span{Protocol: p.word, Ports: Range{piece.from, piece.to}, Sources: sources(b.of), Certain: certain}
			s.Any = AnySource(s.Sources)
			s.Return = returned(b.of, piece.of, p.number != TCP)
			s.Flow = Box(One(p.number), s.Ports, AllPorts, s.Sources)
			if n := len(out); n > 0 && out[n-1].continues(s) {
				out[n-1].Ports.To, out[n-1].Flow = s.Ports.To, out[n-1].Flow.Union(s.Flow)
				continue
			}
			out = append(out, s)
		}
	}
	return out
}

func (s Span) continues(t Span) bool {
	return s.Ports.To+1 == t.Ports.From && s.Return == t.Return && s.Sources.Equal(t.Sources)
}

// pieces cuts a band where the replies to its ports change.
func pieces(b band[strip[Addrs]], replies strip[strip[Addrs]]) strip[strip[Addrs]] {
	var out strip[strip[Addrs]]
	for at := int(b.from); at <= int(b.to); {
		for len(replies) > 0 && int(replies[0].to) < at {
			replies = replies[1:]
		}
		of, end := replies.stretch(at)
		end = min(end, int(b.to))
		out = append(out, band[strip[Addrs]]{uint16(at), uint16(end), of}) //nolint:gosec // at most 65535
		at = end + 1
	}
	return out
}

// returned says how far replies come back to those that may ask.
func returned(asking, replies strip[Addrs], mayBeDumb bool) Return {
	heard := asking.Intersect(replies)
	if heard.Empty() && mayBeDumb {
		return OneWay
	}
	all, full := sources(asking), everyClient(heard, Ephemeral)
	if full.Equal(all) || AnySource(full) {
		return Full
	}
	return Some
}

// whole is the span of a protocol without ports.
func whole(word string, f, back Flow, certain bool) Span {
	s := Span{Protocol: word, Sources: f.Sources(), Return: OneWay, Certain: certain, Flow: f}
	s.Any = AnySource(s.Sources)
	if heard := f.Intersect(back).Sources(); AnySource(heard) || !heard.Empty() && heard.Equal(s.Sources) {
		s.Return = Full
	} else if !heard.Empty() {
		s.Return = Some
	}
	return s
}

// othersSpan is the span of all protocols that have no word.
func othersSpan(f, back Flow, certain bool) Span {
	var names []string
	for i := 0; i < len(f.by); i++ {
		r := Range{f.by[i].from, f.by[i].to}
		for i+1 < len(f.by) && f.by[i+1].from == r.To+1 {
			i++
			r.To = f.by[i].to
		}
		names = append(names, numbers(r, "-"))
	}
	return whole(strings.Join(names, ", "), f, back, certain)
}

func numbers(r Range, dash string) string {
	if r.From == r.To {
		return strconv.Itoa(int(r.From))
	}
	return strconv.Itoa(int(r.From)) + dash + strconv.Itoa(int(r.To))
}
