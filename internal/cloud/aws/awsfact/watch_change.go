package awsfact

import (
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// gateChanges are the events by which security groups and network ACLs are
// changed: those of CIS AWS Foundations 4.10 and 4.11.
var gateChanges = []string{
	"AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress",
	"RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress",
	"CreateSecurityGroup", "DeleteSecurityGroup",
	"CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
	"ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation",
}

// changeAlarm says whether somebody is told when a security group or a network
// ACL is changed: a trail of all regions writes to a log group, and for each of
// the events a metric filter on it feeds a metric that an alarm watches.
func changeAlarm(c *snapshot.Context, trails []trail, gaps []*fact.Reason, from *fact.Origin) fact.Of[bool] {
	ways := make([]way, len(trails))
	for i := range trails {
		ways[i] = wayOf(c, &trails[i])
	}
	told := make([]fact.Of[bool], len(gateChanges))
	for i, event := range gateChanges {
		var one search
		for _, w := range ways {
			one.add(both(w.open, w.tells(event)))
		}
		for _, why := range gaps {
			one.add(fact.Unknown[bool](why, from, ""))
		}
		told[i] = one.answer(from)
	}
	return both(told...)
}

// A way leads from a trail to somebody who is told.
type way struct {
	open    fact.Of[bool] // the trail records every change in every region, and writes it to a log group
	filters []metricFilter
	gaps    []*hole
	none    *fact.Origin // what it rests on that no filter is there
}

// A metricFilter counts events of a log group.
type metricFilter struct {
	s       source
	pattern *pattern // nil: not understood
	text    string
	tells   fact.Of[bool] // an alarm watches what it counts
}

func wayOf(c *snapshot.Context, t *trail) way {
	arn, known := t.group.Get()
	hasGroup := fact.Map(t.group, func(arn string) bool { return arn != "" })
	w := way{open: both(hasGroup, t.Regions, t.Logging, t.writes), none: t.group.From()}
	if !known || arn == "" {
		return w
	}
	region, owner, name, ok := logGroup(arn)
	switch {
	case !ok:
		w.gaps = append(w.gaps, &hole{&fact.Reason{Cause: snapshot.UnknownValue, Call: CallTrails, Detail: shorten(arn)}, t.group.From()})
	case owner != c.Account:
		w.gaps = append(w.gaps, &hole{&fact.Reason{Cause: snapshot.NotCollected, Call: CallMetricFilters, Region: region, Detail: "a log group of account " + owner}, t.group.From()})
	default:
		w.read(area{c: c, name: region}, name)
	}
	return w
}

// read reads the metric filters of a log group.
func (w *way) read(p area, group string) {
	watch := alarmsIn(p)
	broken := p.each(KindMetricFilter, func(s source, v wire.Value) {
		name, ok := filled(v.Get("logGroupName"))
		switch {
		case !ok:
			w.gaps = append(w.gaps, &hole{s.why(snapshot.Absent, "/logGroupName"), s.from})
		case name == group:
			w.filters = append(w.filters, s.metricFilter(v, &watch))
		}
	})
	w.none = p.answer(CallMetricFilters)
	for _, h := range []*hole{broken, p.missing(CallMetricFilters)} {
		if h != nil {
			w.gaps = append(w.gaps, h)
		}
	}
}

func (s source) metricFilter(v wire.Value, watch *alarms) metricFilter {
	f := metricFilter{s: s}
	f.text, _ = v.Get("filterPattern").Text()
	narrowed, _ := filled(v.Get("fieldSelectionCriteria")) // over accounts and regions
	if tree, err := parsePattern(f.text); err == nil && narrowed == "" {
		f.pattern = tree
	}
	const path = "/metricTransformations"
	list := v.Get("metricTransformations")
	var told search
	if why := s.noList(list, path); why != nil {
		told.add(fact.Unknown[bool](why, s.from, path))
	}
	for _, t := range list.Items() {
		namespace, _ := t.Get("metricNamespace").Text()
		name, _ := t.Get("metricName").Text()
		told.add(watch.counting(metric{namespace, name}))
	}
	f.tells = told.answer(s.from)
	return f
}

// counting says whether an alarm watches a metric of a filter and tells
// somebody. Such a metric has no dimensions of its own, and an alarm with some
// watches another.
func (a *alarms) counting(m metric) fact.Of[bool] {
	var one search
	for i := range a.list {
		f := both(a.list[i].watches(m), a.list[i].tells)
		if is, _ := f.Get(); is && !a.list[i].plain {
			f = fact.Unknown[bool](a.list[i].s.why(snapshot.UnknownValue, "dimensions, or an expression over "+m.name), a.list[i].s.from, "/Dimensions")
		}
		one.add(f)
	}
	for _, h := range a.gaps {
		one.mayMiss(h)
	}
	return one.answer(a.none)
}

// tells says whether an alarm goes off for an event.
func (w *way) tells(event string) fact.Of[bool] {
	var one search
	for i := range w.filters {
		one.add(both(w.filters[i].takes(event), w.filters[i].tells))
	}
	for _, h := range w.gaps {
		one.mayMiss(h)
	}
	return one.answer(w.none)
}

// takes says whether a filter counts every event of a name that succeeded. One
// that failed carries an errorCode and has changed nothing.
func (f *metricFilter) takes(event string) fact.Of[bool] {
	const path = "/filterPattern"
	got := someEvents
	if f.pattern != nil {
		got = f.pattern.matches(map[string]string{"eventName": event, "eventSource": "ec2.amazonaws.com", "errorCode": "", "errorMessage": ""})
	}
	if got == someEvents {
		return fact.Unknown[bool](f.s.why(snapshot.UnknownValue, f.text), f.s.from, path)
	}
	return fact.Known(got == everyEvent, f.s.from, path)
}
