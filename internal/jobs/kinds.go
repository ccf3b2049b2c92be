package jobs

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// How long jobs may take and how often they are tried. A job without a limit
// would never be rescued after its worker was killed, so each has one. A shard
// whose worker was killed does not wait for that: a sweep queues it again.
const (
	rescueAfter = 10 * time.Minute
	shardTime   = time.Hour // one listing
	closeTime   = 10 * time.Minute
	minuteTime  = 5 * time.Minute // a sweep, a tick, a catching up
	attempts    = 5               // then the shard table decides
)

// pending are the states in which a job need not be queued again.
var pending = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

type shardArgs struct {
	Shard int64 `json:"shard"`
}

// Kind is the name in River's table.
func (shardArgs) Kind() string { return "shard" }

// InsertOpts queues a shard once.
func (shardArgs) InsertOpts() river.InsertOpts { return once(shardQueue) }

type closeArgs struct {
	Scan int64 `json:"scan"`
}

// Kind is the name in River's table.
func (closeArgs) Kind() string { return "close" }

// InsertOpts queues the closing of a scan once.
func (closeArgs) InsertOpts() river.InsertOpts { return once(keepQueue) }

func once(queue string) river.InsertOpts {
	return river.InsertOpts{Queue: queue, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: pending}}
}

type sweepArgs struct{}

// Kind is the name in River's table.
func (sweepArgs) Kind() string { return "sweep" }

type tickArgs struct{}

// Kind is the name in River's table.
func (tickArgs) Kind() string { return "tick" }

type catchUpArgs struct{}

// Kind is the name in River's table.
func (catchUpArgs) Kind() string { return "catch_up" }

// InsertOpts queues it each time: one that runs may have looked already, and
// changes of rules are rare.
func (catchUpArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: keepQueue} }

// minutely are the jobs that come round, each once in a period however many
// processes queue it. One that fails is not tried again: the next is near.
func minutely(every time.Duration) []river.InsertManyParams {
	opts := &river.InsertOpts{Queue: keepQueue, Priority: 1, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: every}}
	return []river.InsertManyParams{{Args: sweepArgs{}, InsertOpts: opts}, {Args: tickArgs{}, InsertOpts: opts}}
}

func workers(o Options) *river.Workers {
	all := river.NewWorkers()
	river.AddWorker(all, worker[shardArgs]{limit: shardTime, do: func(ctx context.Context, a shardArgs) error { return o.Work.Shard(ctx, a.Shard, o.Name) }})
	river.AddWorker(all, worker[closeArgs]{limit: closeTime, do: func(ctx context.Context, a closeArgs) error { return o.Work.Close(ctx, a.Scan) }})
	river.AddWorker(all, worker[sweepArgs]{limit: minuteTime, do: func(ctx context.Context, _ sweepArgs) error { return o.Work.Sweep(ctx) }})
	river.AddWorker(all, worker[tickArgs]{limit: minuteTime, do: func(ctx context.Context, _ tickArgs) error { return o.Work.Tick(ctx) }})
	river.AddWorker(all, worker[catchUpArgs]{limit: minuteTime, do: func(ctx context.Context, _ catchUpArgs) error { return o.Work.CatchUp(ctx) }})
	return all
}

// A worker does one kind of job, each within its limit.
type worker[A river.JobArgs] struct {
	river.WorkerDefaults[A]
	limit time.Duration
	do    func(context.Context, A) error
}

// Timeout is the limit.
func (w worker[A]) Timeout(*river.Job[A]) time.Duration { return w.limit }

// Work does the job. One that was told to stop is no failure: it counts no
// attempt and is there for the next worker at once.
func (w worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	err := w.do(ctx, job.Args)
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return river.JobSnooze(0)
	}
	return err
}

// backoff waits 5, 15, 45 and 135 seconds between attempts, a little more or
// less so that jobs which failed together do not come back together.
type backoff struct{}

// NextRetry is when a job that failed is tried again.
func (backoff) NextRetry(job *rivertype.JobRow) time.Time {
	wait := 5 * time.Second
	for range min(max(job.Attempt, 1), attempts) - 1 {
		wait *= 3
	}
	return time.Now().Add(time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64()))) //nolint:gosec // spreads load, guards nothing
}
