package awsfact

import (
	"math"
	"strconv"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// usage reads the two metrics that EC2 writes to CloudWatch of requests
// without a token: those answered, and those refused.
func (in *reading) usage() {
	in.w.Usage.NoToken = in.metric(MetricNoToken)
	in.w.Usage.Rejected = in.metric(MetricNoTokenRejected)
}

// metric sums one metric over the time that was asked for. A metric without a
// datapoint tells nothing: it is written while the instance runs, zeros too.
func (in *reading) metric(name string) fact.Of[int64] {
	v, s, why := in.besides(KindMetric, MetricUID(in.res.UID, name), CallMetrics)
	if why != nil {
		return fact.Unknown[int64](why.why, why.origin, "")
	}
	status := s.word(v.Get("StatusCode"), "/StatusCode", "Complete")
	if !status.Known() { // PartialData, InternalError, Forbidden
		return fact.Unknown[int64](status.Why(), s.from, "/StatusCode")
	}
	values := v.Get("Values")
	if !values.IsList() || values.Len() == 0 {
		return fact.Unknown[int64](s.why(snapshot.Absent, "no datapoint"), s.from, "/Values")
	}
	sum := 0.0
	for _, item := range values.Items() {
		n, err := strconv.ParseFloat(string(item.Raw()), 64)
		if err != nil || n < 0 || n != math.Trunc(n) {
			return fact.Unknown[int64](s.strange(item), s.from, "/Values")
		}
		sum += n
	}
	if sum > 1<<53 { // beyond what is counted exactly
		return fact.Unknown[int64](s.strange(values), s.from, "/Values")
	}
	return fact.Known(int64(sum), s.from, "/Values")
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
