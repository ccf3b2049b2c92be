// Package shard does the work of a scan that is made in pieces, by as many
// processes as there are: it asks one part of one account, judges what came and
// stores it, and closes the scan when the last part has ended.
//
// It hands out no work and knows no queue: who calls it, and how often, does
// not matter, for the store decides which attempt counts. It knows no provider.
package shard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/judge"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/rulebook"
	"plumbline/internal/snapshot"
)

// A Runner works on shards. It is safe for concurrent use.
type Runner struct {
	Store *postgres.Store
	Queue postgres.Queue
	// Rules gives those that hold at a revision of the rulebook: all of a scan is
	// judged by the revision at which it began.
	Rules func(ctx context.Context, revision int64) (*rulebook.Edition, error)
	Facts func(provider string) judge.Facts // makes a reader for one goroutine
	// Connect signs in to an account. Its error is told to people: the login is
	// not accepted, the account is another one.
	Connect func(context.Context, listing.Account) (cloud.Collector, error)
	Engine  string           // version of the program
	Now     func() time.Time // time.Now
	Log     *slog.Logger

	Beat     time.Duration // between two signs of life; 5 s
	Stale    time.Duration // without one, after which a shard is begun again; 1 min
	Attempts int           // at one shard, after which the scan is void; 5
}

const (
	beat     = 5 * time.Second
	stale    = time.Minute
	attempts = 5
)

// Shard asks what a shard is about and stores what came. nil when there is
// nothing to do: the shard was taken, ended or cancelled. An error means that
// it was given back, and may be tried again.
func (r *Runner) Shard(ctx context.Context, id int64, worker string) error {
	w, err := r.Store.TakeShard(ctx, id, worker)
	if err != nil || w == nil {
		return err
	}
	if why := r.replaced(w); why != "" {
		return r.fail(ctx, w, why)
	}
	err = r.kept(ctx, w, func(ctx context.Context) error { return r.work(ctx, w) })
	var void *voidError
	switch {
	case err == nil, errors.Is(err, postgres.ErrLost):
		return nil
	case errors.Is(ctx.Err(), context.Canceled): // out of time is another thing: that counts
		return errors.Join(context.Cause(ctx), r.giveBack(ctx, w, "Begun again: its worker was stopped.", false))
	case errors.As(err, &void):
		return r.fail(ctx, w, void.Error())
	case w.Failures()+1 >= r.attempts():
		r.Log.ErrorContext(ctx, "shard given up", "scan", w.Number(), "shard", id, "err", err)
		return r.fail(ctx, w, "A part of it failed "+fmt.Sprint(w.Failures()+1)+" times: "+err.Error())
	}
	r.Log.WarnContext(ctx, "shard will be begun again", "scan", w.Number(), "shard", id, "attempt", w.Attempt(), "err", err)
	return errors.Join(err, r.giveBack(ctx, w, "Begun again after an error; the log of the worker says which.", true))
}

func (r *Runner) attempts() int {
	if r.Attempts > 0 {
		return r.Attempts
	}
	return attempts
}

// giveBack does so even when the worker is being stopped.
func (r *Runner) giveBack(ctx context.Context, w *postgres.Writer, reason string, failed bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return w.Release(ctx, reason, failed)
}

// replaced says why a scan that another version of the program began cannot be
// gone on with; "" if it can. The other asks other questions, and where only one
// of the two looked, what the other would have found passes for gone or good.
func (r *Runner) replaced(w *postgres.Writer) string {
	if began := w.Record().Engine; began != r.Engine {
		return fmt.Sprintf("The program was replaced in the middle of this scan: version %s began it, and version %s was to go on with it. "+
			"What the two say does not add up. Scan again. If this comes back, workers of both versions are running: stop the older ones.", began, r.Engine)
	}
	return ""
}

// fail does so even when the time for the shard is over.
func (r *Runner) fail(ctx context.Context, w *postgres.Writer, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := w.Fail(ctx, reason)
	if errors.Is(err, postgres.ErrLost) {
		return nil
	}
	return err
}

// kept runs do while it gives signs of life; do is stopped when the shard is
// no longer ours.
func (r *Runner) kept(ctx context.Context, w *postgres.Writer, do func(context.Context) error) error {
	inner, cancel := context.WithCancelCause(ctx)
	var beats sync.WaitGroup
	beats.Go(func() {
		every := time.NewTicker(orElse(r.Beat, beat))
		defer every.Stop()
		for {
			select {
			case <-inner.Done():
				return
			case <-every.C:
				if err := w.Beat(inner); errors.Is(err, postgres.ErrLost) {
					cancel(err)
					return
				}
			}
		}
	})
	err := do(inner)
	lost := context.Cause(inner)
	cancel(nil)
	beats.Wait()
	if errors.Is(lost, postgres.ErrLost) {
		return lost
	}
	return err
}

func orElse(d, habit time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return habit
}

// A voidError is why no attempt at all would help.
type voidError struct{ err error }

func (e *voidError) Error() string { return e.err.Error() }
func (e *voidError) Unwrap() error { return e.err }

// A storeError is one of the store, not of the cloud.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

// work connects, asks and ends the shard.
func (r *Runner) work(ctx context.Context, w *postgres.Writer) error {
	part, region := w.Part()
	if part == postgres.PartAgain {
		return r.again(ctx, w)
	}
	account, err := r.Store.Account(ctx, w.Account())
	if err != nil {
		return err
	}
	col, err := r.connect(ctx, account)
	if err != nil {
		return err
	}
	s := &sink{w: w}
	if part == string(cloud.PartWorkloads) {
		if s.context, err = w.Context(ctx); err != nil {
			return err
		}
		rules, err := r.Rules(ctx, w.Record().Rulebook)
		if err != nil {
			return err
		}
		s.bench = judge.NewBench(rules.Set, r.Facts(account.Provider))
	}
	var regions []string
	if part == string(cloud.PartAccount) {
		if err := r.tell(ctx, w, s, col.Scope()); err != nil {
			return err
		}
		regions, err = col.Account(ctx, s)
	} else {
		err = col.Ask(ctx, s, cloud.Part(part), region)
	}
	if err != nil {
		return void(ctx, err)
	}
	return w.EndShard(ctx, r.Queue, regions)
}

func (r *Runner) connect(ctx context.Context, a listing.Account) (cloud.Collector, error) {
	col, err := r.Connect(ctx, a)
	if err != nil {
		return nil, void(ctx, err)
	}
	if got := col.Scope().Account; got != a.External {
		return nil, &voidError{fmt.Errorf("The login of account %s now leads to account %s. Nothing was asked there. Correct the login, or connect that account by itself.", a.External, got)}
	}
	return col, nil
}

// void marks what the cloud said of the scan as a whole; not an error of our
// own store, and not that we were stopped.
func void(ctx context.Context, err error) error {
	var ours *storeError
	if errors.As(err, &ours) || ctx.Err() != nil {
		return err
	}
	return &voidError{err}
}

// A sink judges and stores what a collector was told.
type sink struct {
	w       *postgres.Writer
	context *snapshot.Context // nil in a shard of the context, which judges nothing
	bench   *judge.Bench
	late    []snapshot.Answer // to questions of this shard, so far; the last to each
	one     sync.Mutex
}

// Answer notes how a question ended, or how it stands so far.
func (s *sink) Answer(ctx context.Context, a snapshot.Answer) error {
	s.one.Lock()
	defer s.one.Unlock()
	if s.bench != nil {
		s.late = slices.DeleteFunc(s.late, func(b snapshot.Answer) bool { return b.Key == a.Key })
		s.late = append(s.late, a)
	}
	return stored(s.w.Answers(ctx, []snapshot.Answer{a}))
}

// Resources judges and stores a page.
func (s *sink) Resources(ctx context.Context, rs []snapshot.Resource) error {
	s.one.Lock()
	defer s.one.Unlock()
	var j postgres.Judged
	if s.bench != nil {
		res := s.bench.Page(s.context.Beside(nil, s.late), rs)
		j = postgres.JudgedOf(&res)
	}
	return stored(s.w.Page(ctx, rs, j))
}

func stored(err error) error {
	if err == nil {
		return nil
	}
	return &storeError{err}
}

func (r *Runner) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}
