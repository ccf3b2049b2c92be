package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// ConnectAccount notes how to sign in to an account, so that it is scanned from
// now on; external is the provider's own id of it. An account that a scan found
// before, or that was disconnected, keeps its number and its evidence. Conflict
// if it is connected already.
func (s *Store) ConnectAccount(ctx context.Context, external string, c listing.Connection, test []listing.Check) (id int64, err error) {
	login, err := json.Marshal(c.Login)
	if err != nil {
		return 0, err
	}
	lines, err := json.Marshal(some(test))
	if err != nil {
		return 0, err
	}
	err = s.on(ctx).QueryRow(ctx, `
		insert into account as a (provider, external_id, joined_at, name, state, login, every, next_at, tested_at, test)
		values ($1, $2, now(), $3, 'connected', $4, $5, now() + $5::interval, now(), $6)
		on conflict (provider, external_id) do update
		set name = excluded.name, state = 'connected', left_at = null, login = excluded.login, every = excluded.every, next_at = excluded.next_at,
			tested_at = excluded.tested_at, test = excluded.test
		where a.state <> 'connected'
		returning id`, c.Provider, external, clean(c.Name), login, interval(c.Every), lines).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, problem.New(problem.Conflict, "The account %s is connected already. Open it to change its name or its schedule. To sign in by other means, disconnect it first: what was found is kept.", external)
	}
	return id, explain(err)
}

// NoteTest stores what a test of an account's permissions said.
func (s *Store) NoteTest(ctx context.Context, account int64, test []listing.Check) error {
	lines, err := json.Marshal(some(test))
	if err != nil {
		return err
	}
	return s.change(ctx, account, `
		update account
		set tested_at = now(), test = $2
		where id = $1`, account, lines)
}

// ChangeAccount names an account anew and sets how often it is scanned; 0 is on
// demand. NotFound if there is no such account.
func (s *Store) ChangeAccount(ctx context.Context, account int64, name string, every time.Duration) error {
	return s.change(ctx, account, `
		update account
		set name = $2, every = $3,
			next_at = case when state <> 'connected' or $3::interval is null then null when every is not distinct from $3 then next_at else now() + $3 end
		where id = $1`, account, clean(name), interval(every))
}

// ReadUserData notes whether scans of an account look through user data.
// NotFound if there is no such account.
func (s *Store) ReadUserData(ctx context.Context, account int64, read bool) error {
	return s.change(ctx, account, `
		update account
		set login = case when $2 then login - 'no_user_data' else jsonb_set(login, '{no_user_data}', 'true') end
		where id = $1`, account, read)
}

// DisconnectAccount forgets how to sign in to an account and scans it no more.
// Its evidence is kept.
func (s *Store) DisconnectAccount(ctx context.Context, account int64) error {
	return s.change(ctx, account, `
		update account
		set state = 'disconnected', left_at = now(), login = '{}', every = null, next_at = null, test = '[]', tested_at = null
		where id = $1`, account)
}

func (s *Store) change(ctx context.Context, account int64, sql string, args ...any) error {
	t, err := s.on(ctx).Exec(ctx, sql, args...)
	if err != nil {
		return explain(err)
	}
	if t.RowsAffected() == 0 {
		return problem.New(problem.NotFound, "There is no account %d.", account)
	}
	return nil
}

// RunningScan is the number of the account's running scan; 0 if none runs.
func (s *Store) RunningScan(ctx context.Context, account int64) (n int64, err error) {
	err = s.on(ctx).QueryRow(ctx, `select number from scan where account_id = $1 and state = 'running'`, account).Scan(&n)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return n, explain(err)
}

func interval(d time.Duration) *time.Duration {
	if d <= 0 {
		return nil
	}
	return &d
}

// ScanAccount is the account that a scan is of; NotFound if there is no such scan.
func (s *Store) ScanAccount(ctx context.Context, number int64) (id int64, err error) {
	err = s.on(ctx).QueryRow(ctx, `select account_id from scan where number = $1`, number).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, problem.New(problem.NotFound, "There is no scan %d.", number)
	}
	return id, explain(err)
}
