package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// tell says what the ways that were found come to.
func (x *exposing) tell() {
	e, s := &x.in.w.Exposure, x.in.s
	e.Paths = x.paths
	e.Public = x.leadsTo()
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
