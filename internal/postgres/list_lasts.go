package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// A lastScan is an account's last finished scan, and what lies about it.
type lastScan struct {
	Account  int64
	Number   int64 // 0: none was ever finished
	At       time.Time
	Former   int64 // the finished one before; 0 if there is none
	FormerAt time.Time
	Latest   int64 // the last one that began, finished or not; 0 if there is none
}

// lasts are the last finished scans of all accounts that the viewer sees.
func (s *Store) lasts(ctx context.Context) ([]lastScan, error) {
	l := lookOf(ctx)
	if l != nil && l.still && l.lasts != nil {
		return l.lasts, nil
	}
	rows, err := s.on(ctx).Query(ctx, `
		select a.id, coalesce(l.numbers[1], 0), coalesce(l.starts[1], 'epoch'), coalesce(l.numbers[2], 0), coalesce(l.starts[2], 'epoch'), coalesce(b.number, 0)
		from account a
		cross join lateral (
			select array_agg(number order by started_at desc) as numbers, array_agg(started_at order by started_at desc) as starts
			from (
				select number, started_at
				from scan
				where account_id = a.id and state = 'finished'
				order by started_at desc
				limit 2) s) l
		left join lateral (
			select number
			from scan
			where account_id = a.id
			order by number desc
			limit 1) b on true
		order by a.id`)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[lastScan])
	if err == nil && l != nil && l.still {
		l.lasts = all
	}
	return all, explain(err)
}

// names are the accounts that the viewer sees.
func (s *Store) names(ctx context.Context) ([]accountKey, error) {
	l := lookOf(ctx)
	if l != nil && l.still && l.names != nil {
		return l.names, nil
	}
	rows, err := s.on(ctx).Query(ctx, `
		select id, provider, external_id, name
		from account
		order by id`)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a accountKey, err error) {
		return a, row.Scan(&a.id, &a.provider, &a.external, &a.name)
	})
	if err == nil && l != nil && l.still {
		l.names = all
	}
	return all, explain(err)
}
