package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

const metadataOptions = "/metadataOptions"

// class says what it takes to read the instance's credentials, by the options
// in force, and whether its containers can.
//
// While a change is pending on a running instance the old options are in
// force, and they are not told. An endpoint that is asked to be enabled, with a
// change pending, counts as answering without a token: a closed endpoint and
// required tokens are protections only once they are applied.
func (in *reading) class() {
	m := &in.w.Metadata
	asked := in.s.word(in.v.Get("metadataOptions").Get("httpEndpoint"), metadataOptions+"/httpEndpoint", "enabled", "disabled")
	late := in.s.notInForce(m.Applied, in.w.State)
	m.Class = in.s.classOf(asked, m, late)
	m.Containers = in.s.containersReach(asked, m, late)
}

// classOf is the table of classes. late says why the options may not be those
// in force, nil if they are.
func (s source) classOf(asked fact.Of[string], m *estate.Metadata, late *fact.Reason) fact.Of[string] {
	is := func(class string) fact.Of[string] { return fact.Known(class, s.from, metadataOptions) }
	endpoint, known := asked.Get()
	tokens, tokensKnown := m.Tokens.Get()
	applied, appliedKnown := m.Applied.Get()
	switch {
	case !known:
		return asked
	case endpoint == "disabled" && late == nil:
		return is(estate.ClassOff)
	case endpoint == "disabled":
		return fact.Unknown[string](late, s.from, metadataOptions)
	case tokens == "optional", late != nil && appliedKnown && !applied:
		return is(estate.ClassUnauthGet)
	case !tokensKnown:
		return m.Tokens
	case late != nil:
		return fact.Unknown[string](late, s.from, metadataOptions)
	}
	return is(estate.ClassSessionToken)
}

// containersReach says whether a container with a network of its own, one hop
// away from its host, is answered: by a plain request where one is, or by a
// token whose reply may travel two hops. What is not known matters only where
// the rest leaves the question open.
func (s source) containersReach(asked fact.Of[string], m *estate.Metadata, late *fact.Reason) fact.Of[bool] {
	is := func(yes bool) fact.Of[bool] { return fact.Known(yes, s.from, metadataOptions) }
	class, known := m.Class.Get()
	switch {
	case known && class == estate.ClassOff:
		return is(false)
	case known && class == estate.ClassUnauthGet:
		return is(true)
	case known:
		return fact.Map(m.HopLimit, func(n int64) bool { return n >= 2 })
	}
	hops, hopsKnown := m.HopLimit.Get()
	tokens, _ := m.Tokens.Get()
	endpoint, _ := asked.Get()
	switch {
	case late != nil || !hopsKnown:
	case hops < 2 && tokens == "required":
		return is(false) // whether the endpoint is on or off
	case hops >= 2 && endpoint == "enabled":
		return is(true) // whether tokens are required or not
	}
	return fact.Unknown[bool](m.Class.Why(), m.Class.From(), m.Class.Path())
}
