// Package jobs hands work to whichever process has a hand free: shards of
// scans, the closing of scans, and what is done every minute. It keeps its
// queue in PostgreSQL with River, in schema river.
//
// It decides nothing: the shard table says what is left to do, and a job is
// only a reason to look there. A job may come twice, or late, and does no harm.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Work is what jobs do.
type Work interface {
	// Shard asks, judges and stores. It gives nil when there is nothing to do,
	// or nothing more, so that a job may come twice. When ctx ends it lets go
	// of the shard, so that the next worker need not wait for a sweep.
	Shard(ctx context.Context, shard int64, worker string) error
	// Close ends a scan whose shards have all ended; nil when it is closed
	// already.
	Close(ctx context.Context, scan int64) error
	// Sweep fails or requeues shards without a sign of life.
	Sweep(ctx context.Context) error
	// Tick begins the scans that are due.
	Tick(ctx context.Context) error
	// CatchUp begins to judge again what was judged by rules that were changed
	// since.
	CatchUp(ctx context.Context) error
}

// Options say how a client works.
type Options struct {
	Work    Work          // what jobs do; may be nil where Workers is 0
	Workers int           // shards at once; 0 only inserts jobs
	Name    string        // of this worker, handed to Work.Shard
	Log     *slog.Logger  // told of what goes wrong; nil is silence
	Every   time.Duration // between sweeps and between ticks; 0 is a minute, at least a second
}

// Schema is where River's tables are.
const Schema = "river"

// Kinds of queue. Sweeping and closing never wait behind long shards.
const (
	shardQueue = "shard"
	keepQueue  = "keep"
	keepers    = 3
)

// stopping is how long Stop waits for jobs that were told to end.
const stopping = 20 * time.Second

// A Client inserts jobs and, where it has workers, does them. It is safe for
// concurrent use.
type Client struct {
	river *river.Client[pgx.Tx]
	works bool
	every time.Duration
	log   *slog.Logger

	mu    sync.Mutex
	still func() // ends the rounds; nil where nothing is started
}

// New makes a client. It does nothing before Start; inserting needs no Start.
func New(pool *pgxpool.Pool, o Options) (*Client, error) {
	o, err := o.tidy()
	if err != nil {
		return nil, err
	}
	log := slog.New(newCalm(o.Log.Handler()))
	cfg := &river.Config{Schema: Schema, Logger: log, MaxAttempts: attempts}
	if o.Workers > 0 {
		o.configure(cfg)
	}
	c, err := river.NewClient(riverpgxv5.New(pool), cfg)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return &Client{river: c, works: o.Workers > 0, every: o.Every, log: log}, nil
}

func (o Options) tidy() (Options, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Every == 0 {
		o.Every = time.Minute
	}
	switch {
	case o.Workers < 0:
		return o, errors.New("jobs: a number of workers below 0")
	case o.Workers > 0 && o.Work == nil:
		return o, errors.New("jobs: workers without work")
	case o.Every < time.Second:
		return o, errors.New("jobs: sweeps come at most once a second")
	}
	return o, nil
}

// configure adds what only a client needs that works.
func (o Options) configure(cfg *river.Config) {
	cfg.Queues = map[string]river.QueueConfig{shardQueue: {MaxWorkers: o.Workers}, keepQueue: {MaxWorkers: keepers}}
	cfg.Workers = workers(o)
	cfg.RetryPolicy = backoff{}
	cfg.RescueStuckJobsAfter = rescueAfter
	// What is done is told by the shard table; River's rows are of no use after.
	cfg.CompletedJobRetentionPeriod = time.Hour
	cfg.DiscardedJobRetentionPeriod = 24 * time.Hour
}

// Start begins to work. Only Stop ends it, not the end of ctx, so that whoever
// stops decides the order.
func (c *Client) Start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.works || c.still != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if err := c.river.Start(context.WithoutCancel(ctx)); err != nil {
		cancel()
		return fmt.Errorf("the jobs could not be started: %w", err)
	}
	var rounds sync.WaitGroup
	rounds.Go(func() { c.goRound(ctx) })
	c.still = func() { cancel(); rounds.Wait() }
	return nil
}

// goRound queues the jobs of every minute, at once and then each time it has
// passed. Every process does, and one job a minute comes of it: River's own
// clock is kept by a leader, and stands still for a while when that is killed.
func (c *Client) goRound(ctx context.Context) {
	for tick := time.NewTicker(c.every); ; {
		if err := c.queueRound(ctx); err != nil {
			c.log.WarnContext(ctx, "sweep and tick could not be queued; they are tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// queueRound is not cut short by a stop: it is done in a moment.
func (c *Client) queueRound(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := c.river.InsertMany(ctx, minutely(c.every))
	return err
}

// Stop takes no more jobs, ends the contexts of those that run and waits for
// them, twenty seconds at most. Jobs that were cut short are there for the next
// worker at once.
func (c *Client) Stop(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.still == nil {
		return nil
	}
	c.still()
	c.still = nil
	ctx, cancel := context.WithTimeout(ctx, stopping)
	defer cancel()
	if err := c.river.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("not every job ended within %s; what they had stored is kept, and others take them up: %w", stopping, err)
	}
	return nil
}
