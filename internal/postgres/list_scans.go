package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
)

var scanOrder = order{mark: "s", columns: []string{"s.number"}, types: []string{"bigint"}, down: true}

// scans lists a page of the scans of an account, or of all for 0, the last
// begun first, without their answers and counts.
func (s *Store) scans(ctx context.Context, account int64, at listing.Place) ([]scan.Record, listing.Cursors, error) {
	w, err := scanOrder.window(at)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	var f filter
	if account != 0 {
		f.and("s.account_id = " + f.arg(account))
	}
	if c := w.cond(&f); c != "" {
		f.and(c)
	}
	rows, err := s.on(ctx).Query(ctx, scanQuery+f.where()+`
	order by `+w.orderBy()+`
	limit `+f.arg(w.limit+1), f.args...)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, err := pgx.CollectRows(rows, readScan)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, c := cut(&w, all, func(s *scan.Record) []any { return []any{s.Number} })
	return all, c, nil
}

// ScanShards lists the units of a scan's work: the account, then the networks,
// then the workloads, by region.
func (s *Store) ScanShards(ctx context.Context, number int64) ([]listing.ScanShard, error) {
	if err := s.there(ctx, number); err != nil {
		return nil, err
	}
	rows, err := s.on(ctx).Query(ctx, `
		select part, region, state, reason, worker, attempt, pages, items, started_at, ended_at, heartbeat_at
		from shard
		where scan = $1
		order by array_position(array['whole', 'account', 'network', 'workloads', 'again'], part), region`, number)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s listing.ScanShard, err error) {
		var started, ended *time.Time
		err = row.Scan(&s.Part, &s.Region, &s.State, &s.Reason, &s.Worker, &s.Attempt, &s.Pages, &s.Items, &started, &ended, &s.BeatAt)
		s.StartedAt, s.EndedAt, s.BeatAt = utc(started), utc(ended), s.BeatAt.UTC()
		return s, err
	})
	return all, explain(err)
}

// mostEvents are told at a time.
const mostEvents = 1000

// ScanEvents lists what happened during a scan after the event of a given id,
// in order.
func (s *Store) ScanEvents(ctx context.Context, number, after int64, limit int) ([]listing.ScanEvent, error) {
	if err := s.there(ctx, number); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > mostEvents {
		limit = mostEvents
	}
	rows, err := s.on(ctx).Query(ctx, `
		select id, at, kind, part, region, state, pages, items, failing, say
		from scan_event
		where scan = $1 and id > $2
		order by id
		limit $3`, number, after, limit)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e listing.ScanEvent, err error) {
		err = row.Scan(&e.ID, &e.At, &e.Kind, &e.Part, &e.Region, &e.State, &e.Pages, &e.Items, &e.Failing, &e.Say)
		e.At = e.At.UTC()
		return e, err
	})
	return all, explain(err)
}

// there says NotFound where the viewer sees no scan of that number.
func (s *Store) there(ctx context.Context, number int64) error {
	var is bool
	err := s.on(ctx).QueryRow(ctx, `select exists (select from scan where number = $1)`, number).Scan(&is)
	if err == nil && !is {
		return problem.New(problem.NotFound, "There is no scan %d.", number)
	}
	return explain(err)
}
