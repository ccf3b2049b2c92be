package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
)

// ClaimDue begins what is due: for each connected account whose time has come
// it calls begin, in the transaction that moves the account's clock to its next
// run, so that however many processes claim at once, each run is begun by one.
// Runs that were missed while nobody worked are made up by one.
//
// begin finds the transaction in its context, see Tx. Where it answers with a
// problem, as when the account is being scanned already, that run is left out;
// any other error leaves the account due, and is returned when the rest was
// claimed. n counts what was begun.
func (s *Store) ClaimDue(ctx context.Context, now time.Time, begin func(ctx context.Context, account int64) error) (n int, err error) {
	failed := []int64{} // not null, which would be no list
	for {
		account, begun, e := s.claimOne(ctx, now, failed, begin)
		switch {
		case errors.Is(e, pgx.ErrNoRows):
			return n, err
		case e != nil && account == 0: // the database itself
			return n, errors.Join(err, explain(e))
		case e != nil:
			failed = append(failed, account)
			err = errors.Join(err, fmt.Errorf("the scan of account %d that is due was not begun: %w", account, e))
		case begun:
			n++
		}
	}
}

// claimOne begins the scan that is due longest. An account that another process
// holds at the moment is passed over; it is due still at the next tick.
func (s *Store) claimOne(ctx context.Context, now time.Time, but []int64, begin func(context.Context, int64) error) (account int64, begun bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var at time.Time
		var every float64
		row := tx.QueryRow(ctx, `
			select id, next_at, coalesce(extract(epoch from every), 0)::float8
			from account
			where state = 'connected' and next_at <= $1 and id <> all($2)
			order by next_at, id
			limit 1
			for no key update skip locked`, now, but)
		if err := row.Scan(&account, &at, &every); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update account set next_at = $2 where id = $1`, account, nextRun(at, time.Duration(every*float64(time.Second)), now))
		if err != nil {
			return err
		}
		begun, err = beginWithin(ctx, tx, account, begin)
		return err
	})
	return account, begun, err
}

// beginWithin lets begin fail for itself: what it wrote before a problem is
// undone, and the clock stays moved.
func beginWithin(ctx context.Context, tx pgx.Tx, account int64, begin func(context.Context, int64) error) (bool, error) {
	err := pgx.BeginFunc(ctx, tx, func(inner pgx.Tx) error {
		return begin(context.WithValue(ctx, txKey{}, inner), account)
	})
	if _, said := problem.KindOf(err); said {
		return false, nil
	}
	return err == nil, err
}

// nextRun is the first time after now that lies a whole number of intervals
// after at; nil where there is no interval.
func nextRun(at time.Time, every time.Duration, now time.Time) *time.Time {
	if every <= 0 {
		return nil
	}
	next := at.Add(every * (1 + now.Sub(at)/every))
	return &next
}
