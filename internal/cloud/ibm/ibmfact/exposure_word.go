package ibmfact

import (
	"plumbline/internal/fact"
	"plumbline/internal/inlet"
	"plumbline/internal/reach"
	"plumbline/internal/snapshot"
)

// path notes how a path ends: at the server, which has to run.
func (x *exposing) path(p reach.Path, ways inlet.Ways) reach.Path {
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
	p.Open = running.must && ways.Certain()
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

// tell says what the ways that were found come to. Floating IPs and load balancers
// stay where they are when a server stops.
func (x *exposing) tell() {
	e, from, running := &x.in.w.Exposure, x.in.s.from, x.in.running()
	e.Paths, e.Public = x.paths, x.leadsTo()
	x.ways.Tell(e, inlet.Place{From: from, Path: attachmentsPath}, inlet.Running{
		Must: running.must, May: running.may, Why: running.why, From: running.from, At: inlet.Place{From: from, Path: statePath},
	})
}

// leadsTo says that an address or a load balancer leads to the server.
func (x *exposing) leadsTo() fact.Of[bool] {
	if x.leads.must != x.leads.may {
		return fact.Unknown[bool](x.leads.why, x.leads.from, attachmentsPath)
	}
	return fact.Known(x.leads.must, x.in.s.from, attachmentsPath)
}
