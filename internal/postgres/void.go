package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
	"plumbline/internal/scan"
)

// CancelScan ends a running scan because a person, who, wants it. What its
// pages have stored stays; nothing is retired and nothing is counted. Workers
// notice at their next page or sign of life.
func (s *Store) CancelScan(ctx context.Context, number int64, who string) error {
	err := s.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var state scan.State
		var alone bool
		err := tx.QueryRow(ctx, `
			select state, exists (select from shard where scan = number and part = 'whole')
			from scan
			where number = $1
			for no key update`, number).Scan(&state, &alone)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return problem.New(problem.NotFound, "There is no scan %d.", number)
		case err != nil:
			return err
		case state != scan.Running:
			return problem.New(problem.Conflict, "Scan %d has ended already: it is %s. There is nothing to cancel.", number, state)
		case alone:
			return problem.New(problem.Conflict, "Scan %d runs from the command line. Stop it there, with Ctrl-C.", number)
		}
		return endVoid(ctx, tx, number, scan.Cancelled, "Cancelled by "+who+".")
	})
	return explain(err)
}

// endVoid ends a scan in shards without a result. The caller holds its row.
func endVoid(ctx context.Context, tx pgx.Tx, number int64, state scan.State, reason string) error {
	left := "cancelled"
	if state == scan.Failed {
		left = "interrupted"
	}
	if _, err := tx.Exec(ctx, `
		update shard
		set state = $2, ended_at = now()
		where scan = $1 and state in ('waiting', 'running')`, number, left); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		update scan
		set state = $2, reason = $3, ended_at = greatest(now(), started_at), open = 0,
			workloads = coalesce(p.workloads, 0), written = coalesce(p.written, 0)
		from (
			select sum(shard_page.workloads) as workloads, sum(shard_page.written) as written
			from shard_page
			join shard on shard.id = shard_page.shard
			where shard.scan = $1) p
		where number = $1`, number, string(state), clean(reason)); err != nil {
		return err
	}
	if err := emptyPages(ctx, tx, number); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into scan_event (scan, account_id, kind, state, say)
		select number, account_id, 'done', state, reason
		from scan
		where number = $1`, number)
	return err
}

func emptyPages(ctx context.Context, q Querier, number int64) error {
	_, err := q.Exec(ctx, `
		delete from shard_page
		using shard
		where shard.id = shard_page.shard and shard.scan = $1`, number)
	return err
}

// Swept is what a sweep did.
type Swept struct{ Begun, Failed, Closed, Interrupted int }

// Sweep looks after shards whose worker gave no sign of life for as long as
// stale: they are begun again, and after attempts of them the scan is void. It
// offers once more what waits for longer than that, and interrupts scans of the
// command line whose process is gone.
func (s *Store) Sweep(ctx context.Context, stale float64, attempts int, q Queue) (done Swept, err error) {
	steps := []func(context.Context, pgx.Tx) error{
		func(ctx context.Context, tx pgx.Tx) error { return s.sweepGivenUp(ctx, tx, stale, attempts, &done) },
		func(ctx context.Context, tx pgx.Tx) error { return s.sweepStale(ctx, tx, stale, q, &done) },
		func(ctx context.Context, tx pgx.Tx) error { return s.sweepEnded(ctx, tx, stale, q, &done) },
		func(ctx context.Context, tx pgx.Tx) error { return s.sweepAlone(ctx, tx, &done) },
	}
	for _, step := range steps {
		if err := s.within(ctx, step); err != nil {
			return done, fmt.Errorf("sweep: %w", explain(err))
		}
	}
	return done, nil
}

func (s *Store) sweepGivenUp(ctx context.Context, tx pgx.Tx, stale float64, attempts int, done *Swept) error {
	rows, err := tx.Query(ctx, `
		select sc.number, sh.part, sh.region
		from scan sc
		join lateral (
			select part, region
			from shard
			where scan = sc.number and part <> 'whole' and state = 'running' and failures + 1 >= $2 and heartbeat_at < now() - make_interval(secs => $1)
			limit 1) sh on true
		where sc.state = 'running'
		for no key update of sc skip locked`, stale, attempts)
	if err != nil {
		return err
	}
	type given struct {
		Number       int64
		Part, Region string
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[given])
	if err != nil {
		return err
	}
	for _, g := range all {
		if gone, err := givenUp(ctx, tx, g.Number, stale, attempts); err != nil || !gone {
			if err != nil {
				return err
			}
			continue
		}
		part := "The part " + g.Part + " of " + g.Region
		if g.Part == PartAgain {
			part = "Judging again what is stored"
		}
		reason := fmt.Sprintf("%s failed %d times, and the last time its worker stopped without a word. The log of the worker says why.", part, attempts)
		if err := endVoid(ctx, tx, g.Number, scan.Failed, reason); err != nil {
			return err
		}
		done.Failed++
	}
	return nil
}

// givenUp looks again, now that the scan is held: the shard may have ended in
// the same moment.
func givenUp(ctx context.Context, q Querier, number int64, stale float64, attempts int) (yes bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (
			select
			from shard
			where scan = $1 and part <> 'whole' and state = 'running' and failures + 1 >= $3 and heartbeat_at < now() - make_interval(secs => $2))`,
		number, stale, attempts).Scan(&yes)
	return yes, err
}

func (s *Store) sweepStale(ctx context.Context, tx pgx.Tx, stale float64, q Queue, done *Swept) error {
	rows, err := tx.Query(ctx, `
		update shard
		set state = 'waiting', heartbeat_at = now(),
			failures = failures + (state = 'running')::int,
			reason = case when state = 'running' then 'Begun again: its worker gave no sign of life.' else reason end
		where id in (
			select shard.id
			from shard
			join scan on scan.number = shard.scan
			where shard.state in ('waiting', 'running') and shard.part <> 'whole' and scan.state = 'running'
				and shard.heartbeat_at < now() - make_interval(secs => $1)
			for no key update of shard skip locked)
		returning id`, stale)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return err
	}
	done.Begun = len(ids)
	return q.Shards(ctx, tx, ids)
}

// sweepEnded offers scans for closing whose last shard has ended a while ago.
func (s *Store) sweepEnded(ctx context.Context, tx pgx.Tx, stale float64, q Queue, done *Swept) error {
	rows, err := tx.Query(ctx, `
		select number
		from scan
		where state = 'running' and open = 0
			and exists (select from shard where scan = number)
			and not exists (select from shard where scan = number and (part = 'whole' or state in ('waiting', 'running')
				or heartbeat_at > now() - make_interval(secs => $1)))
		for no key update skip locked`, stale)
	if err != nil {
		return err
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if err := q.Close(ctx, tx, n); err != nil {
			return err
		}
		done.Closed++
	}
	return nil
}

// sweepAlone interrupts scans of the command line whose process is gone: nobody
// holds their lock.
func (s *Store) sweepAlone(ctx context.Context, tx pgx.Tx, done *Swept) error {
	t, err := tx.Exec(ctx, `
		with old as (
			update scan
			set state = 'interrupted', ended_at = now(), reason = 'The program stopped in the middle of this scan.'
			where state = 'running' and exists (select from shard where scan = number and part = 'whole')
				and pg_try_advisory_xact_lock($1, account_id::int)
			returning number)
		, told as (
			insert into scan_event (scan, account_id, kind, state, say)
			select scan.number, scan.account_id, 'done', 'interrupted', 'The program stopped in the middle of this scan.'
			from old
			join scan on scan.number = old.number)
		update shard
		set state = 'interrupted', ended_at = now()
		from old
		where shard.scan = old.number and shard.state = 'running'`, lockScan)
	done.Interrupted = int(t.RowsAffected())
	return err
}
