package ibm

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
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

// ask begins a question about a region or about snapshot.Global. about are
// things that the documents do not say themselves.
func (c *Collector) ask(call, subject, region string, about ...label) *question {
	t := taps.Get().(*tap)
	shape := ibmfact.ClosedShapeOf(call)
	if c.options.UserData {
		shape = ibmfact.ShapeOf(call)
	}
	t.shape, t.redact, t.whole, t.about = shape, c.options.Redactor, c.options.whole, about
	t.bucket = c.bucketOf(call, region)
	t.make = func(d wire.Doc, r *wire.Reader) (snapshot.Resource, error) {
		return c.resource(call, region, shape.Kind, d, r)
	}
	now := c.options.Now
	return &question{tap: t, now: now, answer: snapshot.Answer{
		Key:     snapshot.Key{Call: call, Scope: c.in(region), Subject: subject},
		Lists:   shape.Kind,
		AskedAt: now(),
	}}
}

// A pace of VPC's API, and of the others. IBM Cloud tells no figures; these are
// far below what its users report, and whoever is throttled asks more slowly.
var (
	pacesVPC   = ask.Pace{Burst: 50, PerSecond: 20}
	pacesOther = ask.Pace{Burst: 20, PerSecond: 10}
)

// bucketOf holds a call in a region to its pace.
func (c *Collector) bucketOf(call, region string) *ask.Bucket {
	if c.options.rush {
		return ask.NewBucket(ask.Pace{Burst: 1e9, PerSecond: 1e9})
	}
	pace := pacesOther
	switch {
	case call == ibmfact.CallInitialization || call == ibmfact.CallBareMetalInitialization:
		pace = ask.Pace{Burst: c.options.PerSecond, PerSecond: c.options.PerSecond}
	case strings.HasPrefix(call, "is:"):
		pace = pacesVPC
	}
	return ask.BucketOf(ask.BucketKey{Endpoint: c.options.Endpoint, Account: c.account, Region: region, Call: call}, pace)
}

// resource makes a resource of a document. Its bytes are lent by the tap.
func (c *Collector) resource(call, region, kind string, d wire.Doc, reader *wire.Reader) (snapshot.Resource, error) {
	scope := c.in(region)
	uid, name, err := ibmfact.Identify(kind, scope, d.JSON, reader)
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
	if err == nil && q.tap.attempts > 0 && q.tap.failed != nil {
		err = q.tap.failed // whatever the SDK made of it
	}
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
	q.answer = noted(q.answer, q.why(err))
	return q.end(ctx, sink)
}

// why the last request was refused.
func (q *question) why(err error) refusal { return refused(err, q.tap) }

// interrupt notes that the scan was stopped while the question was open. The
// sink gets a little time of its own: ctx is over.
func (q *question) interrupt(ctx context.Context, sink cloud.Sink) error {
	q.answer = noted(q.answer, refusal{code: ibmfact.CodeInterrupted, cause: snapshot.Interrupted,
		message: "The scan was stopped before the answer was complete."})
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
		q.tap.make, q.tap.redact, q.tap.bucket, q.tap.failed = nil, nil, nil, nil
		clear(q.tap.resources)
		taps.Put(q.tap)
		q.tap = nil
	}
}

// reply is an answer with its resources, kept until a sink is there.
type reply struct {
	answer    snapshot.Answer
	resources []snapshot.Resource
}

func (r *reply) write(ctx context.Context, sink cloud.Sink) error {
	if err := sink.Resources(ctx, r.resources); err != nil {
		return err
	}
	return sink.Answer(ctx, r.answer)
}
