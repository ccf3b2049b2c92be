package awsfact

import (
	"fmt"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/reach"
)

// A passage is packets on their way in, from gate to gate: those that came this
// far, and the replies that get out.
type passage struct {
	family string
	came   reach.Both
	back   reach.Both
	gates  []reach.Gate
	doubts []doubtful
	own    reach.Addrs // the network's own addresses, whose packets come from within
	routed yesno       // a route leads to the internet, for somebody
}

// A doubtful gate could not be looked at, in whole or in part.
type doubtful struct {
	packets reach.Flow // that it may let through or not
	why     *fact.Reason
	from    *fact.Origin
}

// enter is every packet from the internet, from any port that its client likes.
func enter(family string) *passage {
	all := reach.Sure(reach.Box(reach.AllProtocols, reach.AllPorts, reach.ClientPorts, reach.Internet(family)))
	return &passage{family: family, came: all, back: reach.Sure(reach.From(reach.All(family)))}
}

// pass takes the packets past a gate. What it says of them is added to says.
func (p *passage) pass(kind, id, says string, v sieve, from *fact.Origin, path string) {
	p.gates = append(p.gates, reach.Gate{Kind: kind, ID: id, Says: says, Passes: p.came.Passing(v.Both), From: from, Path: path})
	p.take(v)
}

func (p *passage) take(v sieve) {
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
func connections(family string) reach.Flow {
	return reach.Box(reach.One(reach.TCP), reach.AllPorts, reach.AllPorts, reach.All(family))
}

// replies takes the replies past a gate: connections whose replies it stops come
// to nothing, datagrams arrive all the same.
func (p *passage) replies(kind, id string, v sieve, from *fact.Origin, path string) {
	others := reach.Sure(reach.From(reach.All(p.family)).Subtract(connections(p.family)))
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
	v.Both = v.Union(others)
	p.pass(kind, id, says, v, from, path)
}

// from tells sources. Where anybody may come it is not worth a word that the
// network's own addresses do so by another way.
func (p *passage) from(a reach.Addrs) string {
	if reach.AnySource(a) {
		a = a.Union(p.own)
	}
	return reach.Say(a, p.family)
}

// mostTold is how many openings a sentence names.
const mostTold = 3

// lets says what a gate lets in, of what came.
func (p *passage) lets(v sieve) string {
	left := p.came.Intersect(v.Both)
	var told []string
	spans := reach.Spans(left, p.back, p.family)
	for i, s := range spans {
		if i == mostTold {
			told = append(told, fmt.Sprintf("and %d more", len(spans)-i))
			break
		}
		word := reach.SayPorts(s.Protocol, s.Ports) + " from " + p.from(s.Sources)
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

func reasonText(r *fact.Reason) string {
	if r == nil {
		return fact.NobodyAsked.String()
	}
	return r.String()
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
