package ask

import (
	"context"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
)

// lastWrite is how long a stopped scan may take to note that it was stopped.
const lastWrite = 5 * time.Second

// A Question is one question while it is asked: its answer so far, and the tap
// through which its pages come. Begin makes it. It ends once: with Complete,
// Refuse, RefuseFor or Void, or, if nobody is to be told, with Close.
type Question struct {
	Answer snapshot.Answer

	tap  *Tap // nil after the end
	now  func() time.Time
	why  func(error) Refusal
	free func()
}

// Begin begins a question. why reads an error of the last request, and free is
// told once that the tap is no longer used.
func Begin(key snapshot.Key, t *Tap, now func() time.Time, why func(error) Refusal, free func()) *Question {
	return &Question{
		tap: t, now: now, why: why, free: free,
		Answer: snapshot.Answer{Key: key, Lists: t.Shape.Kind, AskedAt: now()},
	}
}

// Page sends one request, with its retries, and counts what came. The
// resources of the page are then in the tap.
func (q *Question) Page(send func() error) error {
	q.tap.Begin()
	err := send()
	a := &q.Answer
	a.Attempts += q.tap.Attempts
	a.HTTP, a.RequestID = q.tap.HTTP, q.tap.RequestID
	if err != nil {
		return err
	}
	a.Pages++
	a.Items += len(q.tap.Resources)
	return nil
}

// Deliver lends the page to the sink.
func (q *Question) Deliver(ctx context.Context, sink cloud.Sink) error {
	if len(q.tap.Resources) == 0 {
		return nil
	}
	return sink.Resources(ctx, q.tap.Resources)
}

// Complete ends a question whose last page came.
func (q *Question) Complete(ctx context.Context, sink cloud.Sink) error {
	q.Answer.Status = snapshot.Complete
	return q.end(ctx, sink)
}

// Refuse ends a question whose last request failed, or, if the scan was
// stopped, notes that and returns why.
func (q *Question) Refuse(ctx context.Context, sink cloud.Sink, err error) error {
	return q.RefuseFor(ctx, sink, q.why(err))
}

// RefuseFor does the same for a reason that is known.
func (q *Question) RefuseFor(ctx context.Context, sink cloud.Sink, why Refusal) error {
	if ctx.Err() != nil {
		return q.interrupt(ctx, sink)
	}
	q.Answer = why.ends(q.Answer)
	return q.end(ctx, sink)
}

// interrupt notes that the scan was stopped while the question was open. The
// sink gets a little time of its own: ctx is over.
func (q *Question) interrupt(ctx context.Context, sink cloud.Sink) error {
	q.Answer = Refusal{snapshot.CodeInterrupted, "The scan was stopped before the answer was complete.", snapshot.Interrupted}.ends(q.Answer)
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrite)
	defer cancel()
	if err := q.end(late, sink); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// Void ends a question whose sink failed. The sink's error is the one to tell,
// unless the scan was stopped, which a sink may notice first.
func (q *Question) Void(ctx context.Context, sink cloud.Sink, err error) error {
	if ctx.Err() != nil {
		return q.interrupt(ctx, sink)
	}
	q.Close()
	return err
}

// end writes the answer down.
func (q *Question) end(ctx context.Context, sink cloud.Sink) error {
	q.Close()
	return sink.Answer(ctx, q.Answer)
}

// Close notes the time and gives the tap back.
func (q *Question) Close() {
	q.Answer.EndedAt = q.now()
	if q.tap != nil {
		q.tap.release()
		q.tap = nil
		q.free()
	}
}
