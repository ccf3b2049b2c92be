package ibmfact

import (
	"cmp"
	"fmt"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/reach"
)

// A passage is packets on their way in, from gate to gate: those that came this
// far, and the replies that get out.
type passage struct {
	came   reach.Both
	back   reach.Both
	sender string // whose packets they are, where they are not the internet's
	gates  []reach.Gate
	doubts []doubtful
}

// A doubtful gate could not be looked at, in whole or in part.
type doubtful struct {
	packets reach.Flow // that it may let through or not
	why     *fact.Reason
	from    *fact.Origin
}

// enter is every packet from the internet, from any port that its client likes.
func enter() *passage {
	all := reach.Sure(reach.Box(reach.AllProtocols, reach.AllPorts, reach.ClientPorts, reach.Internet(reach.IPv4)))
	return &passage{came: all, back: reach.Sure(allPackets)}
}

// pass takes the packets past a gate, with what it says of them.
func (p *passage) pass(kind, id, says string, v sieve, from *fact.Origin, path string) {
	p.gates = append(p.gates, reach.Gate{Kind: kind, ID: id, Says: says, Passes: p.came.Passing(v.Both), From: from, Path: path})
	if d := v.Doubt(); !d.Empty() {
		p.doubts = append(p.doubts, doubtful{d, v.why, v.from})
	}
	p.came = p.came.Intersect(v.Both)
}

// filter is pass with the sentence made of what it lets through.
func (p *passage) filter(kind, id string, v sieve, from *fact.Origin, path string) {
	p.pass(kind, id, p.lets(v), v, from, path)
}

// connections are packets that come to nothing without replies.
var connections = reach.Box(reach.One(reach.TCP), reach.AllPorts, reach.AllPorts, reach.All(reach.IPv4))

// replies takes the replies past a gate: connections whose replies it stops come
// to nothing, datagrams arrive all the same.
func (p *passage) replies(kind, id string, v sieve, from *fact.Origin, path string) {
	p.back = p.back.Intersect(v.Both)
	says := "lets replies out"
	switch p.came.Passing(v.Both) {
	case reach.Closed:
		says = "lets no reply out"
	case reach.Partly:
		says = "lets replies out to some of the ports and addresses that ask"
	case reach.Unknown:
		says = "may let replies out or not: " + reasonText(v.why)
	}
	v.Both = v.Union(reach.Sure(allPackets.Subtract(connections)))
	p.pass(kind, id, says, v, from, path)
}

// mostTold is how many openings a sentence names.
const mostTold = 3

// lets says what a gate lets in, of what came.
func (p *passage) lets(v sieve) string {
	var told []string
	spans := reach.Spans(p.came.Intersect(v.Both), p.back, reach.IPv4)
	for i, s := range spans {
		if i == mostTold {
			told = append(told, fmt.Sprintf("and %d more", len(spans)-i))
			break
		}
		word := reach.SayPorts(s.Protocol, s.Ports) + " from " + cmp.Or(p.sender, reach.Say(s.Sources, reach.IPv4))
		if !s.Certain {
			word = "perhaps " + word
		}
		told = append(told, word)
	}
	what := "lets nothing in of what comes this far"
	if len(told) > 0 {
		what = "lets in " + strings.Join(told, ", ")
	}
	if v.why != nil && p.came.Passing(v.Both) == reach.Unknown {
		what += "; not all of it is known: " + reasonText(v.why)
	}
	return what
}

// whyOf is the first gate's reason that leaves packets in doubt.
func (p *passage) whyOf(packets reach.Flow) (*fact.Reason, *fact.Origin) {
	for i := range p.doubts {
		if d := &p.doubts[i]; !d.packets.Intersect(packets).Empty() {
			return d.why, d.from
		}
	}
	return fact.NobodyAsked, nil
}

// A front is what a client connects to in place of the server.
type front struct {
	layer, via, address string
	ports               Range // of the load balancer; all where it is not known which
}

// ways are the openings that are left at the end of a passage.
func (p *passage) ways(f front) inlet.Ways {
	spans := reach.Spans(p.came, p.back, reach.IPv4)
	out := make(inlet.Ways, 0, len(spans))
	for _, s := range spans {
		w := inlet.Way{Certain: s.Certain, Any: s.Any, Opening: estate.Opening{
			Family: reach.IPv4, Protocol: s.Protocol, From: int64(s.Ports.From), To: int64(s.Ports.To),
			FrontFrom: int64(s.Ports.From), FrontTo: int64(s.Ports.To),
			Layer: f.layer, Via: f.via, Address: f.address, Return: string(s.Return), Sources: reach.Say(s.Sources, reach.IPv4),
		}}
		if f.via != "" && (f.ports.From == f.ports.To || f.ports == reach.AllPorts) {
			w.FrontFrom, w.FrontTo = int64(f.ports.From), int64(f.ports.To)
		}
		if !s.Certain {
			w.Why, w.Origin = p.whyOf(s.Flow)
		}
		out = append(out, w)
	}
	return out
}
