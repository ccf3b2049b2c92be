package postgres

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/problem"
	"plumbline/migrations"
)

// CheckURL says whether the address of a database can be read. What it says
// quotes nothing of the address, for a password may stand in it.
func CheckURL(url string) error {
	_, err := parse(url)
	return err
}

// OpenWithin is Open for a program that runs for long: with so many
// connections, unless the address says how many by pool_max_conns, and waiting
// for a server that does not answer yet, as one may that starts at the same
// time. waits is called once where that is so.
func OpenWithin(ctx context.Context, url string, connections int32, wait time.Duration, waits func()) (*Store, error) {
	cfg, err := parse(url)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = connections
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, explain(err)
	}
	for end, told := time.Now().Add(wait), false; ; told = true {
		err := pool.Ping(ctx)
		if err == nil {
			return New(pool), nil
		}
		if !silent(err) || !time.Now().Before(end) {
			pool.Close()
			return nil, explain(err)
		}
		if !told {
			waits()
		}
		if err := rest(ctx); err != nil {
			pool.Close()
			return nil, err
		}
	}
}

// silent says whether nobody answers, or somebody who is just starting; a
// refused login will not get better.
func silent(err error) bool {
	switch codeOf(err) {
	case "57P03":
		return true
	case "":
		return errors.As(err, new(*pgconn.ConnectError)) || errors.As(err, new(*net.OpError))
	}
	return false
}

func rest(ctx context.Context) error {
	t := time.NewTimer(200 * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Pool is the store's connections, for those who keep tables of their own in
// the same database.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Steps says at which step the database's shape stands, 0 where it has none
// yet, and which is the newest that this program knows.
func (s *Store) Steps(ctx context.Context) (at, newest int64, err error) {
	if newest, err = newestStep(); err != nil {
		return 0, 0, err
	}
	var has bool
	if err := s.pool.QueryRow(ctx, `select to_regclass('public.goose_db_version') is not null`).Scan(&has); err != nil || !has {
		return 0, newest, explain(err)
	}
	err = s.pool.QueryRow(ctx, `select coalesce(max(version_id), 0) from public.goose_db_version where is_applied`).Scan(&at)
	return at, newest, explain(err)
}

// Current says whether the database has the shape of this program; Conflict if
// a newer program has shaped it.
func (s *Store) Current(ctx context.Context) (bool, error) {
	at, newest, err := s.Steps(ctx)
	if err == nil && at > newest {
		err = problem.New(problem.Conflict, "The database was made by a newer Plumbline: its shape is number %d, and this program knows only up to %d. Use the newer program; nothing was changed.", at, newest)
	}
	return at == newest, err
}

func newestStep() (newest int64, err error) {
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		number, _, _ := strings.Cut(name, "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, err
		}
		newest = max(newest, n)
	}
	return newest, nil
}
