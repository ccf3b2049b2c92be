package shard

import (
	"context"
	"errors"

	"plumbline/internal/judge"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
)

// Close ends a scan whose shards have all ended: what is no workload is judged,
// what nobody told is stepped by what was seen in full, and the outcomes are
// counted. nil when it is closed already, or is not ready, or is void because
// another version of the program made it.
func (r *Runner) Close(ctx context.Context, scan int64) error {
	w, c, err := r.Store.TakeClosing(ctx, scan)
	if err != nil || w == nil {
		return err
	}
	if why := r.replaced(w); why != "" {
		return r.fail(ctx, w, why)
	}
	rules, err := r.Rules(ctx, w.Record().Rulebook)
	if err != nil {
		return err
	}
	facts := r.Facts(c.Provider)
	res := judge.NewBench(rules.Set, facts).Close(c)
	j, sight := postgres.Whole(c, &res, facts)
	sight.Off, sight.Unread = rules.Off, rules.Unread
	_, err = w.Close(ctx, j, sight)
	if errors.Is(err, postgres.ErrLost) {
		return nil
	}
	if err != nil {
		return err
	}
	return r.CatchUp(ctx) // the rules may have been changed meanwhile
}

// Sweep looks after shards and scans that nobody works on any more.
func (r *Runner) Sweep(ctx context.Context) error {
	done, err := r.Store.Sweep(ctx, orElse(r.Stale, stale).Seconds(), r.attempts(), r.Queue)
	if done != (postgres.Swept{}) {
		r.Log.InfoContext(ctx, "sweep", "begun_again", done.Begun, "failed", done.Failed, "closed", done.Closed, "interrupted", done.Interrupted)
	}
	return errors.Join(err, r.CatchUp(ctx))
}

// Tick begins the scans that are due. An account that is being scanned is left
// for its next turn.
func (r *Runner) Tick(ctx context.Context) error {
	_, err := r.Store.ClaimDue(ctx, r.now(), func(ctx context.Context, account int64) error {
		_, err := r.Store.OpenScan(ctx, account, r.Engine, "the schedule", r.Queue)
		if problem.Is(err, problem.Conflict) {
			r.Log.InfoContext(ctx, "scheduled scan left out", "account", account, "why", err)
			return nil
		}
		return err
	})
	return err
}
