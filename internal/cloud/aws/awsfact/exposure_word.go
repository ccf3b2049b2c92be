package awsfact

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// tell says what the ways that were found come to.
func (x *exposing) tell() {
	e, s := &x.in.w.Exposure, x.in.s
	e.Paths = x.paths
	e.Public = x.leadsTo()
	e.TCPPorts, e.UDPPorts = fact.Known[int64](0, s.from, statePath), fact.Known[int64](0, s.from, statePath)
	certain, possible := x.word(true), x.word(false)
	reached := x.reached()
	switch running := x.in.running(); {
	case running.must:
		e.Internet = fact.Known(certain, s.from, interfacesPath)
		if certain != possible {
			why, from := x.whyNot(certain)
			e.Internet = fact.Unknown[string](why, from, interfacesPath)
		}
		e.Reached, e.Latent = reached, fact.Known(false, s.from, statePath)
		e.Open = x.openings()
		e.TCPPorts, e.UDPPorts = x.count("tcp"), x.count("udp")
	case !running.may:
		e.Internet = fact.Known(estate.Isolated, s.from, statePath)
		e.Reached = fact.Known(false, s.from, statePath)
		e.Latent = x.latent(reached)
		e.Open = fact.Listed[estate.Opening](nil, s.from, statePath)
	default:
		x.between(running, reached)
	}
}

const statePath = "/instanceState/name"

// count says how many ports of a protocol are open to any source, of the family
// in which most are. A load balancer that speaks the application's protocol
// opens none.
func (x *exposing) count(protocol string) fact.Of[int64] {
	var certain, possible int64
	for _, family := range []string{reach.IPv4, reach.IPv6} {
		must, may := x.ports(family, protocol, true), x.ports(family, protocol, false)
		certain, possible = max(certain, must), max(possible, may)
	}
	if certain == possible {
		return fact.Known(certain, x.in.s.from, interfacesPath)
	}
	for i := range x.ways {
		if w := &x.ways[i]; !w.certain && w.any && w.Protocol == protocol {
			return fact.Unknown[int64](w.why, w.from, interfacesPath)
		}
	}
	return fact.Unknown[int64](fact.NobodyAsked, nil, interfacesPath)
}

// ports counts those that ways lead to, each once. Nobody listens on port 0.
func (x *exposing) ports(family, protocol string, certain bool) (n int64) {
	var open [][2]int64
	for i := range x.ways {
		w := &x.ways[i]
		if w.Family == family && w.Protocol == protocol && w.Layer == "l4" && w.any && (w.certain || !certain) {
			open = append(open, [2]int64{w.From, w.To})
		}
	}
	slices.SortFunc(open, func(a, b [2]int64) int { return cmp.Compare(a[0], b[0]) })
	next := int64(1)
	for _, r := range open {
		from := max(r[0], next)
		if r[1] >= from {
			n += r[1] - from + 1
			next = r[1] + 1
		}
	}
	return n
}

// between tells of an instance that may run or not: what would reach it may, and
// nothing is certain.
func (x *exposing) between(running yesno, reached fact.Of[bool]) {
	e := &x.in.w.Exposure
	e.Internet = fact.Unknown[string](running.why, running.from, statePath)
	e.Reached, e.Latent = reached, reached
	if is, known := reached.Get(); !known || is {
		e.Reached = fact.Unknown[bool](running.why, running.from, statePath)
		e.Latent = e.Reached
	}
	x.ways = weakened(x.ways, running.why, running.from)
	e.Open = x.openings()
	e.TCPPorts, e.UDPPorts = x.count("tcp"), x.count("udp")
}

// latent is what would be if a stopped instance ran. One that is terminated
// never will. One that has no public address may be given one when it starts:
// no document of a stopped instance says whether.
func (x *exposing) latent(reached fact.Of[bool]) fact.Of[bool] {
	from := x.in.s.from
	if !x.in.alive() {
		return fact.Known(false, from, statePath)
	}
	if is, known := reached.Get(); !known || is || x.address {
		return reached
	}
	for i := range x.nics {
		n := &x.nics[i]
		if !n.primary {
			continue
		}
		for _, w := range x.a.direct(stand{n.subnet, n.vpc, n.groups, "ipv4", false}).ways {
			if w.any {
				return fact.Unknown[bool](x.in.s.why(snapshot.Absent, "whether it is given a public address when it starts"), from, interfacesPath)
			}
		}
	}
	return reached
}

// leadsTo says that an address, by a route, or a load balancer leads to the
// instance.
func (x *exposing) leadsTo() fact.Of[bool] {
	to := x.routed.or(x.through)
	switch {
	case to.must:
		return fact.Known(true, x.in.s.from, interfacesPath)
	case to.may:
		return fact.Unknown[bool](to.why, to.from, interfacesPath)
	}
	return fact.Known(false, x.in.s.from, interfacesPath)
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
			return fact.Known(true, x.in.s.from, interfacesPath)
		case w.any && why == nil:
			why, from = w.why, w.from
		}
	}
	if why != nil {
		return fact.Unknown[bool](why, from, interfacesPath)
	}
	return fact.Known(false, x.in.s.from, interfacesPath)
}

// openings are the ways as facts.
func (x *exposing) openings() fact.List[estate.Opening] {
	list := make([]estate.Opening, len(x.ways))
	for i := range x.ways {
		w := &x.ways[i]
		list[i] = w.Opening
		list[i].AnySource = fact.Known(w.any, x.in.s.from, interfacesPath)
		if !w.certain {
			list[i].AnySource = fact.Unknown[bool](w.why, w.from, interfacesPath)
		}
	}
	return fact.Listed(list, x.in.s.from, interfacesPath)
}
