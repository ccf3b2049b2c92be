package ibmfact

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// path notes how a path ends: at the server, which has to run.
func (x *exposing) path(p reach.Path, ways []inlet) reach.Path {
	running := x.in.running()
	g := reach.Gate{Kind: "state", ID: x.in.w.ID, Says: "the server runs", Passes: reach.Open, From: x.in.s.from, Path: statePath}
	switch {
	case running.must:
	case running.may:
		g.Says, g.Passes = "it is not known whether the server runs", reach.Unknown
	default:
		g.Says, g.Passes = "the server does not run", reach.Closed
	}
	p.Gates = append(p.Gates, g)
	p.Maybe = len(ways) > 0 && running.may
	p.Open = running.must && slices.ContainsFunc(ways, func(w inlet) bool { return w.certain })
	return p
}

// running says that the server takes packets. One that is being started or
// stopped may, or may not.
func (in *reading) running() yesno {
	switch state, known := in.w.State.Get(); {
	case !known:
		return unsure(in.w.State.Why(), in.w.State.From())
	case state == "running":
		return sure(true)
	case state == "stopped":
		return sure(false)
	default:
		return unsure(in.s.why(snapshot.Pending, statePath+" "+text(in.v.Get("status"))), in.s.from)
	}
}

// tell says what the ways that were found come to.
func (x *exposing) tell() {
	e, from := &x.in.w.Exposure, x.in.s.from
	e.Paths, e.Public = x.paths, x.leadsTo()
	reached := x.reached()
	switch running := x.in.running(); {
	case running.must:
		certain, possible := x.word(true), x.word(false)
		e.Internet = fact.Known(certain, from, attachmentsPath)
		if certain != possible {
			why, at := x.whyNot(certain)
			e.Internet = fact.Unknown[string](why, at, attachmentsPath)
		}
		e.Reached, e.Latent = reached, fact.Known(false, from, statePath)
	case !running.may:
		// Floating IPs and load balancers stay where they are when a server stops.
		e.Internet, e.Reached, e.Latent = fact.Known(estate.Isolated, from, statePath), fact.Known(false, from, statePath), reached
		e.TCPPorts, e.UDPPorts = fact.Known[int64](0, from, statePath), fact.Known[int64](0, from, statePath)
		e.Open = fact.Listed[estate.Opening](nil, from, statePath)
		return
	default:
		e.Internet = fact.Unknown[string](running.why, running.from, statePath)
		e.Reached, e.Latent = reached, reached
		if is, known := reached.Get(); !known || is {
			e.Reached = fact.Unknown[bool](running.why, running.from, statePath)
			e.Latent = e.Reached
		}
		x.ways = weakened(x.ways, running.why, running.from)
	}
	e.Open = x.openings()
	e.TCPPorts, e.UDPPorts = x.count("tcp"), x.count("udp")
}

// leadsTo says that an address or a load balancer leads to the server.
func (x *exposing) leadsTo() fact.Of[bool] {
	if x.leads.must != x.leads.may {
		return fact.Unknown[bool](x.leads.why, x.leads.from, attachmentsPath)
	}
	return fact.Known(x.leads.must, x.in.s.from, attachmentsPath)
}

// word is what the ways come to: those that are certain, or all.
func (x *exposing) word(certain bool) string {
	word := estate.Internal
	for i := range x.ways {
		w := &x.ways[i]
		switch {
		case certain && !w.certain:
		case w.any && w.Via == "":
			return estate.Reachable
		case w.any:
			word = estate.ViaLB
		case word == estate.Internal:
			word = estate.Restricted
		}
	}
	return word
}

// whyNot is the reason of the first way that may change the word.
func (x *exposing) whyNot(word string) (*fact.Reason, *fact.Origin) {
	for i := range x.ways {
		w := &x.ways[i]
		if w.certain || word == estate.ViaLB && (!w.any || w.Via != "") || word == estate.Restricted && !w.any {
			continue
		}
		return w.why, w.from
	}
	return fact.NobodyAsked, nil
}

// reached is known as soon as one way is certain that anybody may take.
func (x *exposing) reached() fact.Of[bool] {
	var why *fact.Reason
	var from *fact.Origin
	for i := range x.ways {
		switch w := &x.ways[i]; {
		case w.any && w.certain:
			return fact.Known(true, x.in.s.from, attachmentsPath)
		case w.any && why == nil:
			why, from = w.why, w.from
		}
	}
	if why != nil {
		return fact.Unknown[bool](why, from, attachmentsPath)
	}
	return fact.Known(false, x.in.s.from, attachmentsPath)
}

// openings are the ways as facts.
func (x *exposing) openings() fact.List[estate.Opening] {
	list := make([]estate.Opening, len(x.ways))
	for i := range x.ways {
		w := &x.ways[i]
		list[i] = w.Opening
		list[i].AnySource = fact.Known(w.any, x.in.s.from, attachmentsPath)
		if !w.certain {
			list[i].AnySource = fact.Unknown[bool](w.why, w.from, attachmentsPath)
		}
	}
	return fact.Listed(list, x.in.s.from, attachmentsPath)
}

// count says how many ports of a protocol are open to any source. A load
// balancer that speaks the application's protocol opens none.
func (x *exposing) count(protocol string) fact.Of[int64] {
	certain, possible := x.ports(protocol, true), x.ports(protocol, false)
	if certain == possible {
		return fact.Known(certain, x.in.s.from, attachmentsPath)
	}
	for i := range x.ways {
		if w := &x.ways[i]; !w.certain && w.any && w.Protocol == protocol {
			return fact.Unknown[int64](w.why, w.from, attachmentsPath)
		}
	}
	return fact.Unknown[int64](fact.NobodyAsked, nil, attachmentsPath)
}

// ports counts those that ways lead to, each once. Nobody listens on port 0.
func (x *exposing) ports(protocol string, certain bool) (n int64) {
	var open [][2]int64
	for i := range x.ways {
		if w := &x.ways[i]; w.Protocol == protocol && w.Layer == "l4" && w.any && (w.certain || !certain) {
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
