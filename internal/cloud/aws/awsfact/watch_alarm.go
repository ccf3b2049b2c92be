package awsfact

import (
	"bytes"
	"regexp"
	"slices"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An alarm watches metrics, and tells somebody when they rise.
type alarm struct {
	direct  []metric // that it names itself
	queries []string // expressions over metrics
	raw     []byte   // the document, for what is not understood
	plain   bool     // it watches one metric by name, without dimensions
	other   bool     // it watches something that is no metric of CloudWatch, such as a PromQL query
	tells   fact.Of[bool]
	s       source
}

type metric struct{ namespace, name string }

// alarms are those of a region.
type alarms struct {
	list []alarm
	gaps []*hole
	none *fact.Origin
}

// alarmsIn reads the metric alarms of a region. Composite alarms, which speak
// for others, are not asked for: DescribeAlarms leaves them out by itself.
func alarmsIn(p area) alarms {
	out := alarms{none: p.answer(CallAlarms)}
	out.gap(p.each(KindAlarm, func(s source, v wire.Value) { out.list = append(out.list, s.alarm(v)) }))
	out.gap(p.missing(CallAlarms))
	return out
}

func (a *alarms) gap(h *hole) {
	if h != nil {
		a.gaps = append(a.gaps, h)
	}
}

// alarm reads a metric alarm: CloudWatch names the one metric, or a list of
// metrics and expressions.
func (s source) alarm(v wire.Value) alarm {
	a := alarm{s: s, raw: bytes.Clone(v.Raw()), tells: both(s.acts(v), s.rises(v))}
	if name, ok := filled(v.Get("MetricName")); ok {
		namespace, _ := v.Get("Namespace").Text()
		a.direct = []metric{{namespace, name}}
		a.plain = v.Get("Dimensions").Len() == 0
		return a
	}
	a.other = v.Get("EvaluationCriteria").IsObject()
	for _, q := range v.Get("Metrics").Items() {
		if m := q.Get("MetricStat").Get("Metric"); m.Exists() {
			namespace, _ := m.Get("Namespace").Text()
			name, _ := m.Get("MetricName").Text()
			a.direct = append(a.direct, metric{namespace, name})
		}
		if text, ok := filled(q.Get("Expression")); ok {
			a.queries = append(a.queries, text)
		}
	}
	return a
}

// acts says whether an alarm does something when it goes off.
func (s source) acts(v wire.Value) fact.Of[bool] {
	const path = "/AlarmActions"
	list := v.Get("AlarmActions")
	some := fact.Known(list.Len() > 0, s.from, path)
	if why := s.noList(list, path); why != nil {
		some = fact.Unknown[bool](why, s.from, path)
	}
	return both(s.truth(v.Get("ActionsEnabled"), "/ActionsEnabled"), some)
}

// rises says whether an alarm goes off when its metric is above something.
func (s source) rises(v wire.Value) fact.Of[bool] {
	above := []string{"GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "GreaterThanUpperThreshold", "LessThanLowerOrGreaterThanUpperThreshold"}
	op := s.word(v.Get("ComparisonOperator"), "/ComparisonOperator",
		append(above, "LessThanThreshold", "LessThanOrEqualToThreshold", "LessThanLowerThreshold")...)
	return fact.Map(op, func(w string) bool { return slices.Contains(above, w) })
}

// watching says whether an alarm watches one of the metrics and tells somebody.
func (a *alarms) watching(namespace string, names ...string) fact.Of[bool] {
	var one search
	for i := range a.list {
		for _, name := range names {
			one.add(both(a.list[i].watches(metric{namespace, name}), a.list[i].tells))
		}
	}
	for _, h := range a.gaps {
		one.mayMiss(h)
	}
	return one.answer(a.none)
}

// insights is a query of CloudWatch Metrics Insights over one metric of a
// namespace and all that has it, which is the one way to watch all instances
// with one alarm: SELECT SUM(m) FROM SCHEMA("AWS/EC2", InstanceId).
var insights = regexp.MustCompile(`(?i)^\s*SELECT\s+(?:SUM|MAX|AVG|COUNT)\s*\(\s*"?([A-Za-z0-9_]+)"?\s*\)\s+FROM\s+(?:SCHEMA\s*\(\s*)?"([^"]+)"(?:\s*,[^()]*)?\s*\)?(?:\s+GROUP\s+BY\s+[\w",\s]+)?\s*$`)

// watches says whether the alarm looks at a metric.
func (a *alarm) watches(m metric) fact.Of[bool] {
	yes, no := fact.Known(true, a.s.from, "/MetricName"), fact.Known(false, a.s.from, "/MetricName")
	if slices.Contains(a.direct, m) {
		return yes
	}
	for _, q := range a.queries {
		if got := insights.FindStringSubmatch(q); got != nil && got[1] == m.name && got[2] == m.namespace {
			return yes
		}
	}
	if len(a.direct)+len(a.queries) == 0 && !a.other {
		return fact.Unknown[bool](a.s.why(snapshot.Absent, "/MetricName"), a.s.from, "/MetricName")
	}
	named := slices.ContainsFunc(a.queries, func(q string) bool { return mentions([]byte(q), m.name) })
	if named || a.other && mentions(a.raw, m.name) {
		return fact.Unknown[bool](a.s.why(snapshot.UnknownValue, "an expression over "+m.name), a.s.from, "/Metrics")
	}
	return no
}

// mentions finds a metric's name as a word of its own.
func mentions(text []byte, name string) bool {
	for rest := text; ; {
		i := bytes.Index(rest, []byte(name))
		if i < 0 {
			return false
		}
		after := rest[i+len(name):]
		if len(after) == 0 || !letter(after[0]) {
			return true
		}
		rest = after
	}
}

func letter(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}
