package ibm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/ibm/ibmfact"
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

// ask begins a question about a region or about snapshot.Global. about are
// things that the documents do not say themselves.
func (c *Collector) ask(call, subject, region string, about ...label) *question {
	t := taps.Get().(*tap)
	shape := ibmfact.ClosedShapeOf(call)
	if c.options.UserData {
		shape = ibmfact.ShapeOf(call)
	}
	t.Shape, t.Redact, t.Whole, t.About = shape, c.options.Redactor, c.options.whole, about
	t.Bucket = c.bucketOf(call, region)
	t.Make = func(d wire.Doc, r *wire.Reader) (snapshot.Resource, error) {
		return c.resource(call, region, shape.Kind, d, r)
	}
	q := &question{tap: t}
	q.Question = ask.Begin(snapshot.Key{Call: call, Scope: c.in(region), Subject: subject}, &t.Tap, c.options.Now, q.why, func() {
		t.failed = nil
		taps.Put(t)
		q.tap = nil
	})
	return q
}

// why the last request was refused.
func (q *question) why(err error) ask.Refusal { return refused(err, q.tap) }

// page sends one request, with its retries, through the tap.
func (q *question) page(ctx context.Context, send request) error {
	return q.Page(func() error {
		q.tap.failed, q.tap.next = nil, nextPage{}
		err := send(withTap(ctx, q.tap))
		if err == nil && q.tap.Attempts > 0 && q.tap.failed != nil {
			err = q.tap.failed // whatever the SDK made of it
		}
		return err
	})
}

// A pace of VPC's API, and of the others. IBM Cloud tells no figures; these are
// far below what its users report, and whoever is throttled asks more slowly.
var (
	pacesVPC   = ask.Pace{Burst: 50, PerSecond: 20}
	pacesOther = ask.Pace{Burst: 20, PerSecond: 10}
)

// oneByOne are the calls that are made for one server at a time.
var oneByOne = []string{
	ibmfact.CallInitialization, ibmfact.CallBareMetalInitialization, ibmfact.CallInterfaces, ibmfact.CallBareMetalInterfaces,
}

// bucketOf holds a call in a region to its pace.
func (c *Collector) bucketOf(call, region string) *ask.Bucket {
	if c.options.rush {
		return ask.NewBucket(ask.Pace{Burst: 1e9, PerSecond: 1e9})
	}
	pace := pacesOther
	switch {
	case slices.Contains(oneByOne, call):
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
