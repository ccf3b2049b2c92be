package awsfact

import (
	"cmp"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A trail is one of the account's, with what its alarms need to know.
type trail struct {
	estate.Trail
	arn    string
	writes fact.Of[bool]   // it records every management event that changes something
	group  fact.Of[string] // ARN of the log group it writes to, "" if none
}

// trailsOf reads the trails that the account sees, by ARN. A trail of all
// regions is told once for each region that was asked, as a "shadow" of itself,
// and a trail of the organisation stands in the list of every member account.
func trailsOf(c *snapshot.Context) (trails []trail, gaps []*fact.Reason, from *fact.Origin) {
	answer := c.Answer(CallTrails, snapshot.Global, "")
	status, selectors := aboutTrails(c, KindTrailStatus), aboutTrails(c, KindTrailSelectors)
	seen := map[string]bool{}
	broken := eachOf(c.Resources(KindTrail), func(s source, v wire.Value) {
		arn, ok := filled(v.Get("TrailARN"))
		if !ok {
			gaps = append(gaps, s.why(snapshot.Absent, "/TrailARN"))
			return
		}
		if seen[arn] {
			return
		}
		seen[arn] = true
		t := s.trail(v, arn)
		t.Logging = trailFact(c, CallTrailStatus, arn, status[arn], source.isLogging)
		reads := trailFact(c, CallTrailSelectors, arn, selectors[arn], source.recordsReads)
		t.writes = trailFact(c, CallTrailSelectors, arn, selectors[arn], source.recordsWrites)
		t.Management = both(reads, t.writes)
		trails = append(trails, t)
	})
	slices.SortFunc(trails, func(a, b trail) int { return cmp.Compare(a.arn, b.arn) })
	if broken != nil {
		gaps = append(gaps, broken.why)
	}
	if !answer.Whole() {
		gaps = append(gaps, reasonOf(answer))
	}
	return trails, gaps, refusal(answer)
}

// trail reads what DescribeTrails tells. A trail that writes to no log group
// has no such member (Trail in the CloudTrail API reference).
func (s source) trail(v wire.Value, arn string) trail {
	t := trail{arn: arn, Trail: estate.Trail{
		Name:      arn,
		Regions:   s.truth(v.Get("IsMultiRegionTrail"), "/IsMultiRegionTrail"),
		Global:    s.truth(v.Get("IncludeGlobalServiceEvents"), "/IncludeGlobalServiceEvents"),
		Validated: s.truth(v.Get("LogFileValidationEnabled"), "/LogFileValidationEnabled"),
	}}
	if name, ok := filled(v.Get("Name")); ok {
		t.Name = name
	}
	const path = "/CloudWatchLogsLogGroupArn"
	group := v.Get("CloudWatchLogsLogGroupArn")
	if text, ok := group.Text(); ok || !group.Exists() || group.IsNull() {
		t.group = fact.Known(text, s.from, path)
	} else {
		t.group = fact.Unknown[string](s.strange(group), s.from, path)
	}
	return t
}

// aboutTrails finds the documents that are about one trail each, by its ARN,
// which a status does not say itself.
func aboutTrails(c *snapshot.Context, kind string) map[string]*snapshot.Resource {
	m := map[string]*snapshot.Resource{}
	rs := c.Resources(kind)
	var rd wire.Reader
	for i := range rs {
		v, err := rd.Read(rs[i].Doc)
		if err != nil {
			continue // then its trail has no document
		}
		arn, ok := about(v, AboutTrail)
		if !ok {
			arn, ok = filled(v.Get("TrailARN"))
		}
		if ok {
			m[arn] = &rs[i]
		}
	}
	return m
}

// trailFact reads a fact of a document about one trail, or says why there is none.
func trailFact(c *snapshot.Context, call, arn string, res *snapshot.Resource, read func(source, wire.Value) fact.Of[bool]) fact.Of[bool] {
	if res == nil {
		return unknownBy[bool](unanswered(aboutTrail(c, call, arn)))
	}
	var f fact.Of[bool]
	if broken := eachOf([]snapshot.Resource{*res}, func(s source, v wire.Value) { f = read(s, v) }); broken != nil {
		return unknownBy[bool](broken)
	}
	return f
}

// aboutTrail is the answer to a question about a trail, wherever it was put.
func aboutTrail(c *snapshot.Context, call, arn string) snapshot.Answer {
	for _, a := range c.Answers() {
		if a.Call == call && a.Subject == arn {
			return a
		}
	}
	return c.Answer(call, snapshot.Global, arn)
}

func (s source) isLogging(v wire.Value) fact.Of[bool] {
	return s.truth(v.Get("IsLogging"), "/IsLogging")
}

func (s source) recordsReads(v wire.Value) fact.Of[bool]  { return s.records(v, true) }
func (s source) recordsWrites(v wire.Value) fact.Of[bool] { return s.records(v, false) }

// records says whether every management event of a trail that reads, or that
// changes something, is recorded. A trail has selectors of one sort or the
// other, and always some (GetEventSelectors in the CloudTrail API reference).
func (s source) records(v wire.Value, reads bool) fact.Of[bool] {
	const basic, advanced = "EventSelectors", "AdvancedEventSelectors"
	var all search
	narrow, selectors := 0, 0
	for _, one := range []struct {
		member string
		read   func(source, wire.Value, bool) (covers fact.Of[bool], part bool)
	}{{basic, source.basicSelector}, {advanced, source.advancedSelector}} {
		list := v.Get(one.member)
		if list.Exists() && !list.IsNull() && !list.IsList() {
			all.add(fact.Unknown[bool](s.strange(list), s.from, "/"+one.member))
		}
		for _, selector := range list.Items() {
			selectors++
			covers, part := one.read(s, selector, reads)
			all.add(covers)
			if part {
				narrow++
			}
		}
	}
	switch {
	case selectors == 0:
		all.add(fact.Unknown[bool](s.why(snapshot.Absent, "/"+basic), s.from, "/"+basic))
	case narrow > 1: // together they may leave nothing out
		all.add(fact.Unknown[bool](s.why(snapshot.UnknownValue, "several selectors that each record a part"), s.from, "/"+advanced))
	}
	return all.answer(s.from)
}

// basicSelector says whether a basic selector records all management events of
// a sort. One that leaves services out (AWS KMS, the RDS Data API) records a
// part.
func (s source) basicSelector(v wire.Value, reads bool) (covers fact.Of[bool], part bool) {
	const path = "/EventSelectors"
	sort := "WriteOnly"
	if reads {
		sort = "ReadOnly"
	}
	covers = both(s.truth(v.Get("IncludeManagementEvents"), path),
		fact.Map(s.word(v.Get("ReadWriteType"), path, "All", "ReadOnly", "WriteOnly"), func(w string) bool { return w == "All" || w == sort }))
	without := v.Get("ExcludeManagementEventSources")
	switch is, known := covers.Get(); {
	case known && !is:
		return covers, false
	case without.Exists() && !without.IsNull() && !without.IsList():
		return fact.Unknown[bool](s.strange(without), s.from, path), false
	case without.Len() > 0:
		return fact.Known(false, s.from, path), true
	}
	return covers, false
}

// advancedSelector says the same of an advanced selector: the fields of one
// selector must all match. Any field beside the category and readOnly narrows it.
func (s source) advancedSelector(v wire.Value, reads bool) (covers fact.Of[bool], part bool) {
	const path = "/AdvancedEventSelectors"
	management, sorted := false, true
	fields := v.Get("FieldSelectors")
	if !fields.IsList() {
		return fact.Unknown[bool](s.strange(fields), s.from, path), false
	}
	for _, f := range fields.Items() {
		name, _ := f.Get("Field").Text()
		switch values, only := onlyEquals(f); {
		case !only && (name == "eventCategory" || name == "readOnly"), name == "":
			return fact.Unknown[bool](s.strange(f), s.from, path), false
		case name == "eventCategory":
			management = slices.Contains(values, "Management")
		case name == "readOnly":
			sorted = slices.Contains(values, map[bool]string{true: "true", false: "false"}[reads])
		default:
			part = true
		}
	}
	if !management || !sorted {
		return fact.Known(false, s.from, path), false
	}
	return fact.Known(!part, s.from, path), part
}

// onlyEquals reads a field selector that asks for certain values and nothing else.
func onlyEquals(f wire.Value) (values []string, only bool) {
	for _, op := range []string{"StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith"} {
		if f.Get(op).Exists() && !f.Get(op).IsNull() && f.Get(op).Len() > 0 {
			return nil, false
		}
	}
	for _, v := range f.Get("Equals").Items() {
		text, ok := v.Text()
		if !ok {
			return nil, false
		}
		values = append(values, text)
	}
	return values, len(values) > 0
}

// logGroup splits the ARN of a log group:
// arn:partition:logs:region:account:log-group:name:*
func logGroup(arn string) (region, account, name string, ok bool) {
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) < 7 || parts[2] != "logs" || parts[5] != "log-group" {
		return "", "", "", false
	}
	return parts[3], parts[4], strings.TrimSuffix(parts[6], ":*"), true
}
