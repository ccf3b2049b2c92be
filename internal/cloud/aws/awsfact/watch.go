package awsfact

import (
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// watchRegion fills in how a region is guarded and watched.
func watchRegion(c *snapshot.Context, r *estate.AccountRegion) {
	p := areaOf(c, r)
	watch := alarmsIn(p)
	r.BlockMode = setting(p, KindBlockAccess, CallBlockAccess, source.blockMode)
	r.Paths = publicPaths(p)
	r.Storage = storage(p)
	r.Vaults = vaults(p)
	r.Watch = estate.Watch{
		Detector:  detector(p),
		Analyzer:  analyzer(p),
		Recorder:  recorder(p),
		MetaAlarm: watch.watching("AWS/EC2", "MetadataNoToken", "MetadataNoTokenRejected"),
	}
}

// watchAccount fills in the account's trails and alarms.
func watchAccount(c *snapshot.Context, a *estate.Account) {
	trails, gaps, from := trailsOf(c)
	list := make([]estate.Trail, len(trails))
	for i, t := range trails {
		list[i] = t.Trail
	}
	a.Trails = fact.Listed(list, from, "", gaps...)
	a.ChangeAlarm = changeAlarm(c, trails, gaps, from)
}

// blockMode reads the mode of Block Public Access. While a change is on its way
// the mode that is in force is not told.
func (s source) blockMode(v wire.Value) fact.Of[string] {
	const path = "/internetGatewayBlockMode"
	mode := s.word(v.Get("internetGatewayBlockMode"), path, "off", "block-ingress", "block-bidirectional")
	state := s.word(v.Get("state"), "/state", "default-state", "update-complete", "update-in-progress")
	switch word, known := state.Get(); {
	case !known:
		return doubted(mode, state.Why())
	case word == "update-in-progress":
		return doubted(mode, s.why(snapshot.Pending, path))
	}
	return mode
}

// publicPaths says whether a route leads to an internet gateway. A route whose
// gateway is attached to nothing is a "blackhole" and leads nowhere; the gateway
// itself is asked too, so that neither list decides alone.
func publicPaths(p area) fact.Of[bool] {
	attached := map[string]fact.Of[bool]{}
	var gateways search
	gateways.mayMiss(p.each(KindInternetGateway, func(s source, v wire.Value) {
		id, ok := filled(v.Get("internetGatewayId"))
		if !ok {
			gateways.add(fact.Unknown[bool](s.why(snapshot.Absent, "/internetGatewayId"), s.from, ""))
			return
		}
		f := s.isAttached(v)
		attached[id] = f
		gateways.add(f)
	}))
	gateways.mayMiss(p.missing(CallInternetGateways))

	var routes search
	routes.mayMiss(p.each(KindRouteTable, func(s source, v wire.Value) { s.routesOut(v, &routes, attached, gateways.doubt) }))
	routes.mayMiss(p.missing(CallRouteTables))
	return both(gateways.answer(p.answer(CallInternetGateways)), routes.answer(p.answer(CallRouteTables)))
}

// isAttached reads an internet gateway's attachment. EC2 tells the state
// "available" of one that is attached, and lists nothing for one that is not
// (InternetGatewayAttachment in the EC2 API reference).
func (s source) isAttached(v wire.Value) fact.Of[bool] {
	const path = "/attachmentSet"
	list := v.Get("attachmentSet")
	if why := s.noList(list, path); why != nil {
		return fact.Unknown[bool](why, s.from, path)
	}
	var attached search
	for _, at := range list.Items() {
		state := s.word(at.Get("state"), path, "available", "attached", "attaching", "detaching", "detached")
		attached.add(fact.Map(state, func(w string) bool { return w == "available" || w == "attached" }))
	}
	return attached.answer(s.from)
}

// routesOut looks for routes to an internet gateway in one route table. A
// gateway that no list names counts as unknown if the list may lack some, and
// as not there if not.
func (s source) routesOut(v wire.Value, routes *search, attached map[string]fact.Of[bool], unlisted *fact.Of[bool]) {
	const path = "/routeSet"
	list := v.Get("routeSet")
	if why := s.noList(list, path); why != nil {
		routes.add(fact.Unknown[bool](why, s.from, path))
		return
	}
	for _, route := range list.Items() {
		id, ok := route.Get("gatewayId").Text()
		if !ok || !strings.HasPrefix(id, "igw-") {
			continue
		}
		leads, known := attached[id]
		switch {
		case !known && unlisted != nil:
			leads = *unlisted
		case !known:
			leads = fact.Known(false, s.from, path)
		}
		routes.add(both(leads, s.flag(route.Get("state"), path, "active", "blackhole")))
	}
}

// detector says whether GuardDuty is on. A region has one detector at most, and
// ListDetectors names it, whatever its status.
func detector(p area) fact.Of[bool] {
	status := map[string]fact.Of[bool]{}
	var on search
	on.mayMiss(p.each(KindDetector, func(s source, v wire.Value) {
		f := s.flag(v.Get("status"), "/status", "ENABLED", "DISABLED")
		on.add(f)
		if id, ok := about(v, AboutDetector); ok {
			status[id] = f
		}
	}))
	on.mayMiss(p.each(KindDetectorID, func(s source, v wire.Value) {
		id, ok := filled(v.Get("value"))
		switch {
		case !ok:
			on.add(fact.Unknown[bool](s.why(snapshot.Absent, "/value"), s.from, "/value"))
		case !hasKey(status, id):
			on.mayMiss(unanswered(p.c.Answer(CallDetector, p.name, id)))
		}
	}))
	on.mayMiss(p.missing(CallDetectors))
	return on.answer(p.answer(CallDetectors))
}

// about is what a document's request named, where the reply does not say it.
func about(v wire.Value, name string) (string, bool) { return filled(v.Get("^").Get(name)) }

func hasKey[V any](m map[string]V, key string) bool {
	_, ok := m[key]
	return ok
}

// unanswered is the hole of a question about one thing, of which there is no
// document.
func unanswered(a snapshot.Answer) *hole {
	h := holeOf(a)
	if a.Whole() {
		h.why = &fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region}
	}
	return h
}

// analyzer says whether IAM Access Analyzer looks for access from outside. The
// analyzers of unused and of internal access do not.
func analyzer(p area) fact.Of[bool] {
	var active search
	active.mayMiss(p.each(KindAnalyzer, func(s source, v wire.Value) {
		kind := s.word(v.Get("type"), "/type", "ACCOUNT", "ORGANIZATION", "ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS",
			"ACCOUNT_INTERNAL_ACCESS", "ORGANIZATION_INTERNAL_ACCESS")
		outside := fact.Map(kind, func(k string) bool { return k == "ACCOUNT" || k == "ORGANIZATION" })
		state := s.word(v.Get("status"), "/status", "ACTIVE", "CREATING", "DISABLED", "FAILED")
		active.add(both(outside, fact.Map(state, func(w string) bool { return w == "ACTIVE" })))
	}))
	active.mayMiss(p.missing(CallAnalyzers))
	return active.answer(p.answer(CallAnalyzers))
}

// recorder says whether AWS Config records for the account. A recorder that
// belongs to another service records for that service alone, and one whose
// last delivery failed records for nobody.
func recorder(p area) fact.Of[bool] {
	var on search
	on.mayMiss(p.each(KindRecorder, func(s source, v wire.Value) {
		if service, ok := filled(v.Get("servicePrincipal")); ok && service != "" {
			on.add(fact.Known(false, s.from, "/servicePrincipal"))
			return
		}
		on.add(both(s.truth(v.Get("recording"), "/recording"), s.delivers(v)))
	}))
	on.mayMiss(p.missing(CallRecorder))
	return on.answer(p.answer(CallRecorder))
}

// delivers reads a recorder's last status. It is absent before the first
// delivery, and its words come in several spellings.
func (s source) delivers(v wire.Value) fact.Of[bool] {
	const path = "/lastStatus"
	last := v.Get("lastStatus")
	if !last.Exists() {
		return fact.Known(true, s.from, path)
	}
	word, _ := last.Text()
	switch strings.ToLower(strings.ReplaceAll(word, "_", "")) {
	case "success", "pending", "notapplicable":
		return fact.Known(true, s.from, path)
	case "failure":
		return fact.Known(false, s.from, path)
	default:
		return fact.Unknown[bool](s.strange(last), s.from, path)
	}
}
