package aws

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// lastWrite is how long a stopped scan may take to note that it was stopped.
const lastWrite = 5 * time.Second

// A question is one question while it is asked: its answer so far, and the tap
// through which its pages come.
type question struct {
	answer snapshot.Answer
	tap    *tap
	now    func() time.Time
}

// A request is one call of the SDK. Its context leads to the question's tap.
type request func(context.Context) error

var taps = sync.Pool{New: func() any { return new(tap) }}

// ask begins a question about a region, or about snapshot.Global.
func (c *Collector) ask(call, region string) *question { return c.askOf(call, "", region) }

// askOf begins a question with a subject.
func (c *Collector) askOf(call, subject, region string) *question {
	t := taps.Get().(*tap)
	shape := c.shapeOf(call, subject)
	_, t.operation, _ = strings.Cut(call, ":")
	t.shape, t.redact, t.whole, t.about = shape, c.options.Redactor, true, nil
	t.bucket = c.bucketOf(call, region)
	t.make = func(d wire.Doc, r *wire.Reader) (snapshot.Resource, error) {
		if shape.Kind == "" {
			return snapshot.Resource{}, nil
		}
		return c.resource(call, region, shape.KindOf(d.List), d, r)
	}
	now := c.options.Now
	return &question{tap: t, now: now, answer: snapshot.Answer{
		Key:     snapshot.Key{Call: call, Scope: c.in(region), Subject: subject},
		Lists:   shape.Kind,
		AskedAt: now(),
	}}
}

// shapeOf is how the reply to a question becomes documents. User data is read
// only where whoever runs the scan allows it.
func (c *Collector) shapeOf(call, subject string) *wire.Shape {
	if c.options.UserData {
		return awsfact.ShapeOf(call, subject)
	}
	return awsfact.ClosedShapeOf(call, subject)
}

// bucketOf holds a call in a region to its pace.
func (c *Collector) bucketOf(call, region string) *ask.Bucket {
	p := paceOf(call)
	if c.options.rush {
		return ask.NewBucket(ask.Pace{Burst: 1e9, PerSecond: 1e9})
	}
	if call == awsfact.CallUserData {
		p = ask.Pace{Burst: c.options.UserDataPerSecond, PerSecond: c.options.UserDataPerSecond}
	}
	return ask.BucketOf(ask.BucketKey{Endpoint: c.where(), Account: c.account, Region: region, Call: call}, p)
}

// resource makes a resource of a document. Its bytes are lent by the tap.
func (c *Collector) resource(call, region, kind string, d wire.Doc, reader *wire.Reader) (snapshot.Resource, error) {
	scope := c.in(region)
	uid, name, err := awsfact.Identify(kind, c.partition, scope, d.JSON, reader)
	if err != nil {
		return snapshot.Resource{}, fmt.Errorf("a document without identity: %w", err)
	}
	r := snapshot.Resource{Kind: kind, Scope: scope, UID: uid, Name: name, Call: call, Doc: d.JSON, Redacted: d.Redacted}
	r.Seal()
	return r, nil
}

// page sends one request, with its retries, and counts what came. The
// resources of the page are then in the tap.
func (q *question) page(ctx context.Context, send request) error {
	q.tap.begin()
	err := send(withTap(ctx, q.tap))
	a := &q.answer
	a.Attempts += q.tap.attempts
	a.HTTP, a.RequestID = q.tap.http, q.tap.requestID
	if err != nil {
		return err
	}
	a.Pages++
	a.Items += len(q.tap.resources)
	return nil
}

// deliver lends the page to the sink.
func (q *question) deliver(ctx context.Context, sink cloud.Sink) error {
	if len(q.tap.resources) == 0 {
		return nil
	}
	return sink.Resources(ctx, q.tap.resources)
}

// complete ends a question whose last page came.
func (q *question) complete(ctx context.Context, sink cloud.Sink) error {
	q.answer.Status = snapshot.Complete
	return q.end(ctx, sink)
}

// refuse ends a question with a refusal, or, if the scan was stopped, notes
// that and returns why.
func (q *question) refuse(ctx context.Context, sink cloud.Sink, err error) error {
	if ctx.Err() != nil {
		return q.interrupt(ctx, sink)
	}
	q.note(refused(err, q.answer.Attempts, q.answer.HTTP))
	return q.end(ctx, sink)
}

// interrupt notes that the scan was stopped while the question was open. The
// sink gets a little time of its own: ctx is over.
func (q *question) interrupt(ctx context.Context, sink cloud.Sink) error {
	q.note(refusal{code: codeInterrupted, cause: snapshot.Interrupted, message: "The scan was stopped before the answer was complete."})
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrite)
	defer cancel()
	if err := q.end(late, sink); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// void ends a question whose sink failed. The sink's error is the one to tell,
// unless the scan was stopped, which a sink may notice first.
func (q *question) void(ctx context.Context, sink cloud.Sink, err error) error {
	if ctx.Err() != nil {
		return q.interrupt(ctx, sink)
	}
	q.close()
	return err
}

func (q *question) note(r refusal) { q.answer = noted(q.answer, r) }

// noted is an answer that ends with a refusal.
func noted(a snapshot.Answer, r refusal) snapshot.Answer {
	a.Code, a.Message, a.Cause = r.code, r.message, r.cause
	a.Status = snapshot.Refused
	if a.Pages > 0 {
		a.Status = snapshot.Partial
	}
	return a
}

// end writes the answer down.
func (q *question) end(ctx context.Context, sink cloud.Sink) error {
	q.close()
	return sink.Answer(ctx, q.answer)
}

// close notes the time and gives the tap back.
func (q *question) close() {
	q.answer.EndedAt = q.now()
	if q.tap != nil {
		q.tap.make, q.tap.redact, q.tap.bucket = nil, nil, nil
		clear(q.tap.resources)
		taps.Put(q.tap)
		q.tap = nil
	}
}
