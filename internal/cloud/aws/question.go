package aws

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A question is one question while it is asked, with the tap through which its
// pages come.
type question struct {
	*ask.Question
	tap *tap // nil after the end
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
	t.Shape, t.Redact, t.Whole, t.About = shape, c.options.Redactor, true, nil
	t.Bucket = c.bucketOf(call, region)
	t.Make = func(d wire.Doc, r *wire.Reader) (snapshot.Resource, error) {
		if shape.Kind == "" {
			return snapshot.Resource{}, nil
		}
		return c.resource(call, region, shape.KindOf(d.List), d, r)
	}
	q := &question{tap: t}
	q.Question = ask.Begin(snapshot.Key{Call: call, Scope: c.in(region), Subject: subject}, &t.Tap, c.options.Now, q.why, func() {
		taps.Put(t)
		q.tap = nil
	})
	return q
}

// why the last request was refused.
func (q *question) why(err error) ask.Refusal { return refused(err, q.Answer.Attempts, q.Answer.HTTP) }

// page sends one request, with its retries, through the tap.
func (q *question) page(ctx context.Context, send request) error {
	return q.Page(func() error { return send(withTap(ctx, q.tap)) })
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
