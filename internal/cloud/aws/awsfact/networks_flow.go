package awsfact

import (
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A vicinity is what a region's networks share: subnets, flow logs, endpoints.
type vicinity struct {
	area    area
	subnets map[string][]string // ids, by VPC
	unsure  *hole               // set if there may be more subnets
	logs    map[string]traffic  // by the id of what is logged
	single  traffic             // of single interfaces, wherever they are
	below   traffic             // of subnets, wherever they are
	noLogs  *hole               // set if there may be more flow logs
	ways    map[string][]estate.PrivateEndpoint
	waysGap []*fact.Reason
}

func vicinityOf(c *snapshot.Context, region string) *vicinity {
	t := &vicinity{area: area{c: c, name: region}, subnets: map[string][]string{}, logs: map[string]traffic{}}
	t.readSubnets()
	t.readLogs()
	t.ways, t.waysGap = endpointsOf(t.area)
	return t
}

func (t *vicinity) readSubnets() {
	t.unsure = t.area.missing(CallSubnets)
	broken := t.area.each(KindSubnet, func(s source, v wire.Value) {
		id, ok := filled(v.Get("subnetId"))
		vpc, ok2 := filled(v.Get("vpcId"))
		if !ok || !ok2 {
			t.unsure = &hole{s.why(snapshot.Absent, "/vpcId"), s.from}
			return
		}
		t.subnets[vpc] = append(t.subnets[vpc], id)
	})
	if broken != nil {
		t.unsure = broken
	}
}

// used says whether a VPC has a subnet. What stands in a subnet is not asked.
func (t *vicinity) used(vpc string) fact.Of[bool] {
	from := t.area.answer(CallSubnets)
	switch {
	case len(t.subnets[vpc]) > 0:
		return fact.Known(true, from, "")
	case t.unsure != nil:
		return unknownBy[bool](t.unsure)
	}
	return fact.Known(false, from, "")
}

func (t *vicinity) endpoints(vpc string) fact.List[estate.PrivateEndpoint] {
	return fact.Listed(t.ways[vpc], t.area.answer(CallEndpoints), "", t.waysGap...)
}

// The traffic that a flow log tells of.
const (
	accepted = 1 << iota
	rejected
	everything = accepted | rejected
)

// A traffic is what flow logs tell for certain, and what they may tell.
type traffic struct {
	must, may int
	from      *fact.Origin // of a log that tells
	why       *fact.Reason // why may is more than must
	doubtful  *fact.Origin
}

// and adds what other logs of the same interfaces tell.
func (t traffic) and(o traffic) traffic {
	t.must, t.may = t.must|o.must, t.may|o.may
	if t.from == nil {
		t.from = o.from
	}
	return t.doubt(o)
}

// onlyWith leaves what logs of other interfaces tell as well.
func (t traffic) onlyWith(o traffic) traffic {
	t.must, t.may = t.must&o.must, t.may&o.may
	return t.doubt(o)
}

func (t traffic) doubt(o traffic) traffic {
	if t.why == nil {
		t.why, t.doubtful = o.why, o.doubtful
	}
	return t
}

// perhaps is the same without certainty.
func (t traffic) perhaps(why *fact.Reason, from *fact.Origin) traffic {
	if t.may == 0 {
		return traffic{}
	}
	return traffic{may: t.may, why: why, doubtful: from}
}

func (t *vicinity) readLogs() {
	t.noLogs = t.area.missing(CallFlowLogs)
	broken := t.area.each(KindFlowLog, func(s source, v wire.Value) {
		id, ok := filled(v.Get("resourceId"))
		if !ok {
			t.noLogs = &hole{s.why(snapshot.Absent, "/resourceId"), s.from}
			return
		}
		log := s.flowLog(v)
		t.logs[id] = t.logs[id].and(log)
		switch {
		case strings.HasPrefix(id, "eni-"):
			t.single = t.single.and(log)
		case strings.HasPrefix(id, "subnet-"):
			t.below = t.below.and(log)
		}
	})
	if broken != nil {
		t.noLogs = broken
	}
}

// flowLog reads what one flow log tells. It tells for certain if it is active
// and delivers. EC2 leaves the status of the delivery out before the first one,
// and ACTIVE is the only status that it documents (FlowLog in the EC2 API reference).
func (s source) flowLog(v wire.Value) traffic {
	kind := s.word(v.Get("trafficType"), "/trafficType", "ALL", "ACCEPT", "REJECT")
	word, _ := kind.Get()
	bits := map[string]int{"ALL": everything, "ACCEPT": accepted, "REJECT": rejected, "": everything}[word]
	delivers := s.flag(v.Get("deliverLogsStatus"), "/deliverLogsStatus", "SUCCESS", "FAILED")
	active := fact.Map(s.word(v.Get("flowLogStatus"), "/flowLogStatus", "ACTIVE"), func(string) bool { return true })
	works := both(active, delivers)
	switch is, known := works.Get(); {
	case known && !is:
		return traffic{}
	case !known:
		return traffic{may: bits, why: works.Why(), doubtful: s.from}
	case !kind.Known():
		return traffic{may: bits, why: kind.Why(), doubtful: s.from}
	}
	return traffic{must: bits, may: bits, from: s.from}
}

// flowLogs says what is logged of a VPC: by a flow log of its own, or by flow
// logs of all its subnets, or of every interface in them. Which interfaces a
// subnet has is not asked, so that logs of single interfaces leave it open.
func (t *vicinity) flowLogs(vpc string) fact.Of[string] {
	got := t.logs[vpc].and(t.ofSubnets(vpc))
	if h := t.noLogs; h != nil {
		got = got.and(traffic{may: everything, why: h.why, doubtful: h.origin})
	}
	if got.must != got.may {
		return fact.Unknown[string](got.why, got.doubtful, "")
	}
	from := got.from
	if got.must == 0 {
		from = t.area.answer(CallFlowLogs)
	}
	return fact.Known(map[int]string{everything: "all", rejected: "rejected_only", accepted: "accepted_only", 0: "none"}[got.must], from, "")
}

// ofSubnets is what is logged of every subnet of a VPC.
func (t *vicinity) ofSubnets(vpc string) traffic {
	single := t.single.perhaps(&fact.Reason{Cause: snapshot.NotCollected, Call: CallInterfaces, Region: t.area.name,
		Detail: "flow logs of single interfaces"}, t.single.from)
	all := traffic{must: everything, may: everything}
	for i, id := range t.subnets[vpc] {
		one := t.logs[id].and(single)
		if i == 0 {
			all.from = one.from
		}
		all = all.onlyWith(one)
	}
	switch h := t.unsure; {
	case h != nil && len(t.subnets[vpc]) == 0: // any subnet that is logged may be its own
		all = t.below.and(single).perhaps(h.why, h.origin)
	case h != nil:
		all = all.perhaps(h.why, h.origin)
	case len(t.subnets[vpc]) == 0: // nothing in it is logged
		all = traffic{}
	}
	return all
}
