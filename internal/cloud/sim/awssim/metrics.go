package awssim

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"time"

	"plumbline/internal/cloud/sim"
)

// metricOps are the calls of CloudWatch.
var metricOps = map[string]jsonOp{
	"cloudwatch:GetMetricData":  (*Server).getMetricData,
	"cloudwatch:DescribeAlarms": (*Server).describeAlarms,
}

// A metricQuery is one of GetMetricData, as far as the simulated AWS knows
// them: one metric of one instance.
type metricQuery struct {
	ID         string `json:"Id"`
	Label      string
	ReturnData *bool
	MetricStat struct {
		Metric struct {
			Namespace, MetricName string
			Dimensions            []struct{ Name, Value string }
		}
		Period int
		Stat   string
		Unit   string
	}
}

type metricRequest struct {
	MetricDataQueries  []metricQuery
	StartTime, EndTime json.Number
	NextToken, ScanBy  string
	MaxDatapoints      int
	LabelOptions       any
}

// A series is the answer to one query, or a part of it.
type series struct {
	ID         string `json:"Id"`
	Label      string
	Timestamps []json.Number
	Values     []float64
	StatusCode string
}

// mostQueries is how many one call may have, and seriesPerPage how many series
// the simulated AWS puts on a page.
const (
	mostQueries   = 500
	seriesPerPage = 300
)

var metricID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)

// getMetricData tells the metrics of requests without a token. A series may go
// on on the last page: then its first part says PartialData.
func (s *Server) getMetricData(c *caller, a ask) (any, *refusal) {
	var q metricRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	from, until, no := window(q)
	if no != nil {
		return nil, no
	}
	if no := checkQueries(q.MetricDataQueries); no != nil {
		return nil, no
	}
	var heads, tails []series
	for _, x := range q.MetricDataQueries {
		if x.ReturnData != nil && !*x.ReturnData {
			continue
		}
		head, tail := c.series(x, from, until)
		if heads = append(heads, head); tail != nil {
			tails = append(tails, *tail)
		}
	}
	pages := slices.Collect(slices.Chunk(heads, seriesPerPage))
	if len(tails) > 0 {
		pages = append(pages, tails)
	}
	at := place{}
	if q.NextToken != "" {
		var ok bool
		if at, ok = s.readToken(c, q.NextToken); !ok || at.from >= len(pages) {
			return nil, badRequest("InvalidNextToken", "The next token is not valid.")
		}
	}
	out := object{"MetricDataResults": []series{}, "Messages": []any{}}
	if at.from < len(pages) {
		out["MetricDataResults"], c.items = pages[at.from], len(pages[at.from])
	}
	if at.from+1 < len(pages) {
		out["NextToken"] = s.token(c, place{0, at.from + 1})
	}
	return out, nil
}

func window(q metricRequest) (from, until time.Time, no *refusal) {
	a, err1 := q.StartTime.Float64()
	b, err2 := q.EndTime.Float64()
	if err1 != nil || err2 != nil || a >= b {
		return from, until, badRequest("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
	}
	return time.Unix(int64(a), 0).UTC(), time.Unix(int64(b), 0).UTC(), nil
}

func checkQueries(all []metricQuery) *refusal {
	if len(all) == 0 || len(all) > mostQueries {
		return badRequest("ValidationError", "The collection MetricDataQueries must have a size from 1 to 500.")
	}
	seen := map[string]bool{}
	for _, x := range all {
		switch p := x.MetricStat.Period; {
		case !metricID.MatchString(x.ID) || seen[x.ID]:
			return badRequest("ValidationError", "The value '"+x.ID+"' for parameter MetricDataQueries.member.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$, or is not unique.")
		case p <= 0 || p%60 != 0:
			return badRequest("ValidationError", "The period must be a multiple of 60.")
		case x.MetricStat.Stat != "Sum":
			return badRequest("ValidationError", "The simulated AWS knows the statistic Sum only.")
		}
		seen[x.ID] = true
	}
	return nil
}

// series is the answer to a query, and what of it is on a later page.
func (c *caller) series(x metricQuery, from, until time.Time) (series, *series) {
	m := x.MetricStat.Metric
	out := series{ID: x.ID, Label: m.MetricName, Timestamps: []json.Number{}, Values: []float64{}, StatusCode: "Complete"}
	if len(m.Dimensions) == 1 {
		out.Label = m.Dimensions[0].Value + " " + m.MetricName
	}
	u := c.usage(x)
	if u == nil || u.State == "none" {
		return out, nil
	}
	if u.State == "failed" {
		out.StatusCode = "InternalError"
		return out, nil
	}
	counts := u.NoToken
	if m.MetricName == "MetadataNoTokenRejected" {
		counts = u.Rejected
	}
	fill(&out, counts, from, until, time.Duration(x.MetricStat.Period)*time.Second)
	switch {
	case u.State == "partial":
		out.StatusCode = "PartialData"
	case u.State == "paged" && len(out.Values) > 1:
		tail := out
		out.Timestamps, out.Values, out.StatusCode = out.Timestamps[:1], out.Values[:1], "PartialData"
		tail.Timestamps, tail.Values = tail.Timestamps[1:], tail.Values[1:]
		return out, &tail
	}
	return out, nil
}

// usage is how the instance of a query is used, nil if it is none that is
// known, or the metric is none of those told here.
func (c *caller) usage(x metricQuery) *sim.UsageCase {
	m := x.MetricStat.Metric
	if m.Namespace != "AWS/EC2" || m.MetricName != "MetadataNoToken" && m.MetricName != "MetadataNoTokenRejected" || len(m.Dimensions) != 1 || m.Dimensions[0].Name != "InstanceId" {
		return nil
	}
	n := c.region.Find(m.Dimensions[0].Value)
	if n < 0 {
		return nil
	}
	i := c.region.Instance(n)
	return sim.UsageNamed(i.Usage)
}

// fill sums counts by period, the latest first, as "TimestampDescending" says.
// A count on the edge belongs to the period that it begins.
func fill(out *series, counts []sim.Count, from, until time.Time, period time.Duration) {
	sums := map[time.Time]float64{}
	for _, n := range counts {
		if at := until.Add(-time.Duration(n.HoursAgo) * time.Hour); !at.Before(from) && at.Before(until) {
			sums[at.Truncate(period)] += float64(n.N)
		}
	}
	var at []time.Time
	for t := range sums {
		at = append(at, t)
	}
	slices.SortFunc(at, func(a, b time.Time) int { return b.Compare(a) })
	for _, t := range at {
		out.Timestamps = append(out.Timestamps, json.Number(strconv.FormatInt(t.Unix(), 10)))
		out.Values = append(out.Values, sums[t])
	}
}

type alarmsRequest struct {
	AlarmNames, AlarmTypes     []string
	AlarmNamePrefix, NextToken string
	StateValue                 string
	MaxRecords                 int
}

func (s *Server) describeAlarms(c *caller, a ask) (any, *refusal) {
	var q alarmsRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	size, no := sized(c, q.MaxRecords, 1, 100, 50)
	if no != nil {
		return nil, no
	}
	var all []object
	c.region.Watch().View(func(w *sim.Watch) {
		for _, x := range w.Alarms {
			all = append(all, c.alarm(x))
		}
	})
	return paged(s, c, object{"CompositeAlarms": []any{}}, "MetricAlarms", all, size, q.NextToken, "NextToken")
}

func (c *caller) alarm(x sim.Alarm) object {
	actions := append([]string{}, x.Actions...)
	o := object{
		"AlarmName": x.Name, "AlarmArn": "arn:aws:cloudwatch:" + c.region.Name + ":" + c.account.ID + ":alarm:" + x.Name, "ActionsEnabled": x.ActionsEnabled, "AlarmActions": actions,
		"OKActions": []string{}, "InsufficientDataActions": []string{}, "StateValue": x.State, "EvaluationPeriods": 1, "Threshold": x.Threshold, "ComparisonOperator": cmp.Or(x.Comparison, "GreaterThanThreshold"),
	}
	if x.Metric != "" {
		o["Namespace"], o["MetricName"], o["Statistic"], o["Period"], o["Dimensions"] = x.Namespace, x.Metric, "Sum", 300, []any{}
		return o
	}
	var of []object
	for _, e := range x.Queries {
		of = append(of, object{"Id": e.ID, "ReturnData": e.Returned, "Expression": e.Expression, "Period": e.Period})
	}
	for n, m := range x.Of {
		of = append(of, object{"Id": "m" + strconv.Itoa(n+1), "ReturnData": n == 0, "MetricStat": object{"Metric": object{"Namespace": m.Namespace, "MetricName": m.Name, "Dimensions": []any{}}, "Period": 300, "Stat": "Sum"}})
	}
	o["Metrics"] = of
	return o
}
