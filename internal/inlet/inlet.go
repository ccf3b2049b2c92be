// Package inlet says what the ways into a workload from the internet come to,
// whatever cloud they lead through.
package inlet

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
)

// A Way is one opening, with what it means for the whole.
type Way struct {
	estate.Opening              // but for AnySource
	Certain, Any   bool         // it is there; from any source
	Why            *fact.Reason // where it is not certain
	Origin         *fact.Origin // of that reason
}

// Ways are those that lead to one workload, as if it ran.
type Ways []Way

// Certain says that one of them is.
func (ws Ways) Certain() bool { return slices.ContainsFunc(ws, func(w Way) bool { return w.Certain }) }

// Weakened are the ways while it is not certain that they are there: those that
// were get this reason. ws stays as it is.
func (ws Ways) Weakened(why *fact.Reason, from *fact.Origin) Ways {
	out := slices.Clone(ws)
	for i := range out {
		if out[i].Certain {
			out[i].Certain, out[i].Why, out[i].Origin = false, why, from
		}
	}
	return out
}

// A Place is where a fact stands: in a document, at a path.
type Place struct {
	From *fact.Origin
	Path string
}

// Running says whether a workload takes packets.
type Running struct {
	Must, May bool
	Why       *fact.Reason // where the two differ
	From      *fact.Origin // of that
	At        Place        // where its state stands
}

// Tell fills in what the ways come to, of a workload whose addresses and load
// balancers stand at a place: Internet, Reached, Latent, Open and the numbers of
// ports. Of one that does not run, Latent is what would be if it ran as it
// stands.
func (ws Ways) Tell(e *estate.Exposure, at Place, running Running) {
	reached, state := ws.reached(at), running.At
	switch {
	case running.Must:
		e.Internet, e.Reached, e.Latent = ws.internet(at), reached, fact.Known(false, state.From, state.Path)
	case !running.May:
		e.Internet, e.Reached, e.Latent = fact.Known(estate.Isolated, state.From, state.Path), fact.Known(false, state.From, state.Path), reached
		e.TCPPorts, e.UDPPorts = fact.Known[int64](0, state.From, state.Path), fact.Known[int64](0, state.From, state.Path)
		e.Open = fact.Listed[estate.Opening](nil, state.From, state.Path)
		return
	default: // what would reach it may, and nothing is certain
		e.Internet = fact.Unknown[string](running.Why, running.From, state.Path)
		e.Reached, e.Latent = reached, reached
		if is, known := reached.Get(); !known || is {
			e.Reached = fact.Unknown[bool](running.Why, running.From, state.Path)
			e.Latent = e.Reached
		}
		ws = ws.Weakened(running.Why, running.From)
	}
	e.Open = ws.openings(at)
	e.TCPPorts, e.UDPPorts = ws.count("tcp", at), ws.count("udp", at)
}

// internet is the word, where what is certain and what is possible come to the
// same.
func (ws Ways) internet(at Place) fact.Of[string] {
	certain := ws.word(true)
	if certain == ws.word(false) {
		return fact.Known(certain, at.From, at.Path)
	}
	why, from := ws.whyNot(certain)
	return fact.Unknown[string](why, from, at.Path)
}

// word is what the ways come to: those that are certain, or all.
func (ws Ways) word(certain bool) string {
	word := estate.Internal
	for i := range ws {
		w := &ws[i]
		switch {
		case certain && !w.Certain:
		case w.Any && w.Via == "":
			return estate.Reachable
		case w.Any:
			word = estate.ViaLB
		case word == estate.Internal:
			word = estate.Restricted
		}
	}
	return word
}

// whyNot is the reason of the first way that may change the word.
func (ws Ways) whyNot(word string) (*fact.Reason, *fact.Origin) {
	for i := range ws {
		w := &ws[i]
		if w.Certain || word == estate.ViaLB && (!w.Any || w.Via != "") || word == estate.Restricted && !w.Any {
			continue
		}
		return w.Why, w.Origin
	}
	return fact.NobodyAsked, nil
}

// reached is known as soon as one way is certain that anybody may take.
func (ws Ways) reached(at Place) fact.Of[bool] {
	var why *fact.Reason
	var from *fact.Origin
	for i := range ws {
		switch w := &ws[i]; {
		case w.Any && w.Certain:
			return fact.Known(true, at.From, at.Path)
		case w.Any && why == nil:
			why, from = w.Why, w.Origin
		}
	}
	if why != nil {
		return fact.Unknown[bool](why, from, at.Path)
	}
	return fact.Known(false, at.From, at.Path)
}

// openings are the ways as facts.
func (ws Ways) openings(at Place) fact.List[estate.Opening] {
	list := make([]estate.Opening, len(ws))
	for i := range ws {
		w := &ws[i]
		list[i] = w.Opening
		list[i].AnySource = fact.Known(w.Any, at.From, at.Path)
		if !w.Certain {
			list[i].AnySource = fact.Unknown[bool](w.Why, w.Origin, at.Path)
		}
	}
	return fact.Listed(list, at.From, at.Path)
}

// count says how many ports of a protocol are open to any source, of the family
// in which most are. A load balancer that speaks the application's protocol
// opens none.
func (ws Ways) count(protocol string, at Place) fact.Of[int64] {
	var certain, possible int64
	for _, family := range []string{reach.IPv4, reach.IPv6} {
		certain, possible = max(certain, ws.ports(family, protocol, true)), max(possible, ws.ports(family, protocol, false))
	}
	if certain == possible {
		return fact.Known(certain, at.From, at.Path)
	}
	for i := range ws {
		if w := &ws[i]; !w.Certain && w.Any && w.Protocol == protocol && w.Layer == "l4" {
			return fact.Unknown[int64](w.Why, w.Origin, at.Path)
		}
	}
	return fact.Unknown[int64](fact.NobodyAsked, nil, at.Path)
}

// ports counts those that ways lead to, each once. Nobody listens on port 0.
func (ws Ways) ports(family, protocol string, certain bool) (n int64) {
	var open [][2]int64
	for i := range ws {
		if w := &ws[i]; w.Family == family && w.Protocol == protocol && w.Layer == "l4" && w.Any && (w.Certain || !certain) {
			open = append(open, [2]int64{w.From, w.To})
		}
	}
	slices.SortFunc(open, func(a, b [2]int64) int { return cmp.Compare(a[0], b[0]) })
	next := int64(1)
	for _, r := range open {
		if from := max(r[0], next); r[1] >= from {
			n, next = n+r[1]-from+1, r[1]+1
		}
	}
	return n
}
