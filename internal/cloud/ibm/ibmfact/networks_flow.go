package ibmfact

import (
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// collecting is the flow log collectors of a region, by the id of what they
// collect of.
type collecting struct {
	works map[string]fact.Of[bool]
	vpcs  map[string]string // they stand in, "" where that is not told
	hole  *hole
}

func (a *terrain) collectors() collecting {
	type key struct{}
	return once(a, key{}, func() collecting {
		f := collecting{map[string]fact.Of[bool]{}, map[string]string{}, a.hole(CallFlowLogs, "")}
		broken := eachOf(inRegion(a.c.Resources(KindFlowLog), a.region), func(_ *snapshot.Resource, s source, v wire.Value) {
			to := text(v.Get("target").Get("id"))
			if v.Get("target").Get("deleted").IsObject() {
				return // it collects of nothing, and hides nothing
			}
			is := s.truth(v.Get("active"), "/active")
			if on, _ := is.Get(); on {
				is = fact.Map(s.word(v.Get("lifecycle_state"), "/lifecycle_state", "stable", "failed", "suspended", "deleting"),
					func(word string) bool { return word == "stable" })
			}
			if to == "" {
				f.hole = either(f.hole, &hole{s.oddly(v.Get("target").Get("id"), "/target/id"), s.from})
			}
			if on, _ := f.works[to].Get(); !on {
				f.works[to] = is
			}
			f.vpcs[to] = text(v.Get("vpc").Get("id"))
		})
		f.hole = either(f.hole, broken)
		return f
	})
}

// hidden says whether the flow logs of a part of a VPC are hidden by a collector
// that does not work: of a server, an interface or a subnet that is itself the
// target of one the wider ones tell nothing (FlowLogCollector.target in vpcv1).
// Whether the server or the interface is still there is not asked.
func (a *terrain) hidden(vpcID string, f collecting) fact.Of[bool] {
	var doubt *fact.Of[bool]
	for _, to := range sortedKeys(f.works) {
		is := f.works[to]
		if on, _ := is.Get(); on || to == vpcID || a.vpcs[to] != nil {
			continue
		}
		sub, in := a.subnets[to], f.vpcs[to]
		if sub != nil {
			in = sub.vpc
		}
		switch {
		case in != "" && in != vpcID:
			continue
		case is.Known() && sub != nil:
			return fact.Known(true, is.From(), is.Path())
		case is.Known():
			is = fact.Unknown[bool](source{is.From()}.why(snapshot.NotCollected, "what stands behind "+to+", whose collector is off"), is.From(), is.Path())
		}
		doubt = &is
	}
	switch {
	case doubt != nil:
		return *doubt
	case f.hole != nil:
		return unknownBy[bool](f.hole)
	}
	return fact.Known(false, nil, "")
}

// flowLogs says whether flow logs tell of all packets of a VPC: a collector of
// the VPC works, or one of each of its subnets, and none that does not work hides
// a part. One of a server or of an interface tells of no other.
func (a *terrain) flowLogs(vpcID string) fact.Of[string] {
	f := a.collectors()
	works, h := f.works, f.hole
	word := func(on bool) string {
		if on {
			return "all"
		}
		return "none"
	}
	own, below := works[vpcID], a.everySubnet(vpcID, works)
	for _, is := range []fact.Of[bool]{own, below} {
		if on, _ := is.Get(); !on {
			continue
		}
		hidden := a.hidden(vpcID, f)
		if parts, known := hidden.Get(); known && !parts {
			return fact.Map(is, word)
		}
		return fact.Map(hidden, func(bool) string { return "none" })
	}
	_, collected := works[vpcID]
	switch {
	case h != nil:
		return unknownBy[string](h)
	case collected && !own.Known():
		return fact.Map(own, word)
	case !below.Known():
		return fact.Map(below, word)
	}
	return fact.Known("none", refusal(a.c.Answer(CallFlowLogs, a.region, "")), "")
}

func (a *terrain) everySubnet(vpcID string, works map[string]fact.Of[bool]) fact.Of[bool] {
	all := fact.Known(false, nil, "") // a VPC without subnets has no packets, and nobody collects them
	var doubt fact.Of[bool]
	first, unsure := true, false
	for _, id := range sortedKeys(a.subnets) {
		if a.subnets[id].vpc != vpcID {
			continue
		}
		is, collected := works[id]
		on, known := is.Get()
		switch {
		case !collected, known && !on:
			return fact.Known(false, is.From(), "")
		case !known:
			doubt, unsure = is, true
		case first:
			all, first = is, false
		}
	}
	if unsure {
		return doubt
	}
	if h := a.hole(CallSubnets, ""); h != nil {
		return unknownBy[bool](h)
	}
	return all
}
