package awsfact

import (
	"math"
	"strconv"
	"time"

	"plumbline/internal/enforce"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// usage reads the two metrics that EC2 writes to CloudWatch of requests
// without a token: those answered, and those refused.
func (in *reading) usage() {
	u, answered := &in.w.Usage, in.metric(MetricNoToken)
	u.NoToken = fact.Map(answered, series.times)
	u.Days = fact.Map(answered, series.points) // it was asked for by the day
	u.Rejected = fact.Map(in.metric(MetricNoTokenRejected), series.times)
	u.Up = in.up()
	u.Safe = enforce.Tokens(u)
}

// up reads how long the instance has been running: launchTime is set anew at
// each start (Instance in the EC2 API reference).
func (in *reading) up() fact.Of[int64] {
	const path = "/launchTime"
	v := in.v.Get("launchTime")
	text, ok := filled(v)
	if !ok {
		return fact.Unknown[int64](in.s.why(snapshot.Absent, path), in.s.from, path)
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fact.Unknown[int64](in.s.strange(v), in.s.from, path)
	}
	return fact.Known(max(0, int64(in.c.TakenAt.Sub(t)/(24*time.Hour))), in.s.from, path)
}

// A series is what a metric came to: its sum, and how many datapoints it had.
type series struct{ sum, of int64 }

func (n series) times() int64  { return n.sum }
func (n series) points() int64 { return n.of }

// metric sums one metric over the time that was asked for. A metric without a
// datapoint tells nothing: it is written while the instance runs, zeros too.
func (in *reading) metric(name string) fact.Of[series] {
	v, s, why := in.besides(KindMetric, MetricUID(in.res.UID, name), CallMetrics)
	if why != nil {
		return fact.Unknown[series](why.why, why.origin, "")
	}
	status := s.word(v.Get("StatusCode"), "/StatusCode", "Complete")
	if !status.Known() { // PartialData, InternalError, Forbidden
		return fact.Unknown[series](status.Why(), s.from, "/StatusCode")
	}
	values := v.Get("Values")
	if !values.IsList() || values.Len() == 0 {
		return fact.Unknown[series](s.why(snapshot.Absent, "no datapoint"), s.from, "/Values")
	}
	sum := 0.0
	for _, item := range values.Items() {
		n, err := strconv.ParseFloat(string(item.Raw()), 64)
		if err != nil || n < 0 || n != math.Trunc(n) {
			return fact.Unknown[series](s.strange(item), s.from, "/Values")
		}
		sum += n
	}
	if sum > 1<<53 { // beyond what is series exactly
		return fact.Unknown[series](s.strange(values), s.from, "/Values")
	}
	return fact.Known(series{int64(sum), int64(values.Len())}, s.from, "/Values")
}

// besides finds a document that stands beside the instance, or says why there
// is none. The value is good until the next document is read.
func (in *reading) besides(kind, uid, call string) (v wire.Value, s source, missing *hole) {
	res, ok := in.c.Resource(kind, in.res.Region, uid)
	if !ok {
		return v, s, in.notTold(call)
	}
	s = source{originOf(res)}
	v, err := in.wire.Read(res.Doc)
	if err != nil {
		return v, s, &hole{s.why(snapshot.Unreadable, res.UID), s.from}
	}
	return v, s, nil
}

// notTold says why a call told nothing of the instance.
func (in *reading) notTold(call string) *hole {
	a := in.answered(call)
	if a.Whole() { // answered, and nothing of this instance
		return &hole{&fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: in.w.ID}, refusal(a)}
	}
	return holeOf(a)
}
