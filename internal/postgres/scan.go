package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
	"plumbline/internal/scan"
)

const scanColumns = `
	select s.number, a.provider, a.external_id, s.state, s.reason, s.started_at, s.ended_at, s.engine, s.asker, s.workloads, s.written, s.changes,
		s.rulebook, coalesce(s.look, 0), (select ended_at from scan l where l.number = s.look)`

const scanQuery = scanColumns + `
	from scan s
	join account a on a.id = s.account_id`

func readScan(row pgx.CollectableRow) (scan.Record, error) { return readScanAnd(row) }

// readScanAnd reads a scan and the columns that follow.
func readScanAnd(row pgx.CollectableRow, more ...any) (r scan.Record, err error) {
	var ended, looked *time.Time
	err = row.Scan(append([]any{&r.Number, &r.Provider, &r.Account, &r.State, &r.Reason, &r.StartedAt, &ended, &r.Engine, &r.Asker, &r.Workloads, &r.Written, &r.Changes,
		&r.Rulebook, &r.Look, &looked}, more...)...)
	r.StartedAt = r.StartedAt.UTC()
	if ended != nil {
		r.EndedAt = ended.UTC()
	}
	r.LookEnded = utc(looked)
	return r, err
}

// Scan returns one scan with its answers and, if it was finished, its counts;
// NotFound if there is none of that number.
func (s *Store) Scan(ctx context.Context, number int64) (scan.Record, error) {
	r, err := readWhole(ctx, s.on(ctx), number)
	return r, explain(err)
}

// readScanRow reads a scan without its answers and counts; pgx.ErrNoRows if
// there is none.
func readScanRow(ctx context.Context, q Querier, number int64) (scan.Record, error) {
	rows, err := q.Query(ctx, scanQuery+`
	where s.number = $1`, number)
	if err != nil {
		return scan.Record{}, err
	}
	return pgx.CollectExactlyOneRow(rows, readScan)
}

func readWhole(ctx context.Context, q Querier, number int64) (scan.Record, error) {
	r, err := readScanRow(ctx, q, number)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, problem.New(problem.NotFound, "There is no scan %d.", number)
	}
	if err != nil {
		return r, err
	}
	asked := number
	if r.Look != 0 {
		asked = r.Look
	}
	if r.Answers, err = answers(ctx, q, asked); err != nil {
		return r, err
	}
	if r.State == scan.Finished {
		r.Tally, err = tally(ctx, q, r.Provider, r.Account, r.StartedAt)
	}
	return r, err
}

// Scans returns the latest scans, the last begun first, without their answers
// and counts.
func (s *Store) Scans(ctx context.Context, limit int) ([]scan.Record, error) {
	rows, err := s.on(ctx).Query(ctx, scanQuery+`
	order by s.started_at desc, s.number desc
	limit $1`, limit)
	if err != nil {
		return nil, explain(err)
	}
	l, err := pgx.CollectRows(rows, readScan)
	return l, explain(err)
}

// LatestScans returns the last finished scan of each account, the last begun
// first, without their answers and counts.
func (s *Store) LatestScans(ctx context.Context) ([]scan.Record, error) {
	rows, err := s.on(ctx).Query(ctx, scanQuery+`
	where s.number in (
		select distinct on (account_id) number
		from scan
		where state = 'finished'
		order by account_id, started_at desc)
	order by s.started_at desc, s.number desc`)
	if err != nil {
		return nil, explain(err)
	}
	l, err := pgx.CollectRows(rows, readScan)
	return l, explain(err)
}

// FormerScan returns the finished scan of an account before the one of the
// given number, without its answers and counts; NotFound if there is none.
func (s *Store) FormerScan(ctx context.Context, number int64) (scan.Record, error) {
	rows, err := s.on(ctx).Query(ctx, scanQuery+`
	where s.state = 'finished' and s.number < $1 and s.account_id = (select account_id from scan where number = $1)
	order by s.started_at desc
	limit 1`, number)
	if err != nil {
		return scan.Record{}, explain(err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, readScan)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, problem.New(problem.NotFound, "No scan of the same account was finished before scan %d.", number)
	}
	return r, explain(err)
}

// FinishedScans counts the scans of a provider's accounts, of all for "", that
// were finished and asked a cloud.
func (s *Store) FinishedScans(ctx context.Context, provider string) (n int, err error) {
	err = s.on(ctx).QueryRow(ctx, `
		select count(*)
		from scan s
		join account a on a.id = s.account_id
		where s.state = 'finished' and s.look is null and $1 in (a.provider, '')`, provider).Scan(&n)
	return n, explain(err)
}

// LatestScan returns the finished scan that began last, with its answers and
// counts; NotFound if none was ever finished.
func (s *Store) LatestScan(ctx context.Context) (scan.Record, error) {
	var n int64
	err := s.on(ctx).QueryRow(ctx, `
		select number
		from scan
		where state = 'finished'
		order by started_at desc, number desc
		limit 1`).Scan(&n)
	if errors.Is(err, pgx.ErrNoRows) {
		return scan.Record{}, problem.New(problem.NotFound, "No scan is finished yet.")
	}
	if err != nil {
		return scan.Record{}, explain(err)
	}
	return s.Scan(ctx, n)
}
