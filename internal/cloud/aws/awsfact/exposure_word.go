package awsfact

import (
	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/snapshot"
)

const statePath = "/instanceState/name"

// tell says what the ways that were found come to.
func (x *exposing) tell() {
	e, from, running := &x.in.w.Exposure, x.in.s.from, x.in.running()
	e.Paths, e.Public = x.paths, x.leadsTo()
	x.ways.Tell(e, inlet.Place{From: from, Path: interfacesPath}, inlet.Running{
		Must: running.must, May: running.may, Why: running.why, From: running.from, At: inlet.Place{From: from, Path: statePath},
	})
	if !running.may {
		e.Latent = x.latent(e.Latent)
	}
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
			if w.Any {
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
