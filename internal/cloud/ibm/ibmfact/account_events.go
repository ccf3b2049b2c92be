package ibmfact

import (
	"slices"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A tracker is what the documents of Activity Tracker say of where audit events
// go: rule by rule, of each route, of which the first that fits a location counts
// (Route and Settings in atrackerv2).
type tracker struct {
	works  map[string]yesno // whether a target takes events, by its id
	routes [][]routing
	others []string // targets of whatever no route fits

	unlisted *hole // targets, routes or settings that were not told
	unrouted *hole // routes that were not told, or cannot be read
}

type routing struct{ locations, targets []string }

// eventsKept says that audit events are written to a target that takes them: those
// of services without a region, which have the location global, and those of each
// region that was asked.
func eventsKept(c *snapshot.Context) fact.Of[bool] {
	t := readTracker(c)
	regions, missing := regionsOf(c)
	all := t.keeps("global")
	for _, r := range regions {
		if c.Answer(CallInstances, r, "").Cause == snapshot.OutOfScope {
			continue
		}
		is := t.keeps(r)
		if all.must || !is.may {
			all = is
		}
		if !all.may {
			break
		}
	}
	if all.must && missing != nil {
		all = unsure(missing.why, missing.origin)
	}
	switch {
	case all.must:
		return fact.Known(true, all.from, "/write_status/status")
	case all.may:
		return fact.Unknown[bool](all.why, all.from, "")
	}
	return fact.Known(false, refusal(c.Answer(CallTrackerRoutes, snapshot.Global, "")), "")
}

func readTracker(c *snapshot.Context) *tracker {
	t := &tracker{works: map[string]yesno{}}
	for _, call := range []string{CallTrackerTargets, CallTrackerRoutes, CallTrackerSettings} {
		t.unlisted = either(t.unlisted, unlisted(c, call, snapshot.Global, ""))
	}
	t.unrouted = unlisted(c, CallTrackerRoutes, snapshot.Global, "")
	broken := eachOf(c.Resources(KindTrackerTarget), func(_ *snapshot.Resource, s source, v wire.Value) {
		status := s.word(v.Get("write_status").Get("status"), "/write_status/status", "success", "failed")
		word, known := status.Get()
		t.works[text(v.Get("id"))] = yesno{must: word == "success", may: !known || word == "success", why: status.Why(), from: s.from}
	})
	t.unlisted = either(t.unlisted, broken)
	broken = eachOf(c.Resources(KindTrackerRoute), func(_ *snapshot.Resource, s source, v wire.Value) {
		if !v.Get("rules").IsList() {
			t.unrouted = &hole{s.oddly(v.Get("rules"), "/rules"), s.from}
		}
		var route []routing
		for _, r := range v.Get("rules").Items() {
			if !r.Get("locations").IsList() || !r.Get("target_ids").IsList() {
				t.unrouted = &hole{s.oddly(r.Get("locations"), "/rules/locations or target_ids"), s.from}
				break
			}
			route = append(route, routing{texts(r.Get("locations")), texts(r.Get("target_ids"))})
		}
		t.routes = append(t.routes, route)
	})
	t.unrouted = either(t.unrouted, broken)
	broken = eachOf(c.Resources(KindTrackerSettings), func(_ *snapshot.Resource, s source, v wire.Value) {
		if !v.Get("default_targets").IsList() {
			t.unlisted = either(t.unlisted, &hole{s.oddly(v.Get("default_targets"), "/default_targets"), s.from})
		}
		t.others = texts(v.Get("default_targets"))
	})
	t.unlisted = either(t.unlisted, broken)
	return t
}

// keeps says whether the events of a location go to a target that takes them. What
// was not told may send them somewhere.
func (t *tracker) keeps(location string) yesno {
	kept, routed := yesno{}, false
	for _, route := range t.routes {
		i := slices.IndexFunc(route, func(r routing) bool {
			return slices.Contains(r.locations, location) || slices.Contains(r.locations, "*")
		})
		if i >= 0 {
			routed = routed || len(route[i].targets) > 0
			kept = kept.orTo(t, route[i].targets, nil)
		}
	}
	if !routed {
		kept = kept.orTo(t, t.others, t.unrouted)
	}
	if unseen := either(t.unlisted, t.unrouted); !kept.may && unseen != nil {
		return unsure(unseen.why, unseen.origin)
	}
	return kept
}

// orTo adds targets; a doubt makes of what is certain what may be.
func (y yesno) orTo(t *tracker, targets []string, doubt *hole) yesno {
	for _, id := range targets {
		is := t.works[id]
		if doubt != nil && is.must {
			is = unsure(doubt.why, doubt.origin)
		}
		switch {
		case y.must:
		case is.must:
			y = is
		default:
			y = y.or(is)
		}
	}
	return y
}
