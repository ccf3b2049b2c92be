package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"plumbline/internal/problem"
	"plumbline/migrations"
)

// oldestServer is the oldest PostgreSQL that has all we use.
const oldestServer = 150000

// Migrate brings the database to the shape of this program. Two processes may
// do so at once: the second waits for the first. A database that a newer
// program has shaped is refused and left as it is.
func Migrate(ctx context.Context, url string) error { return MigrateAs(ctx, url, DefaultRoles) }

// MigrateAs is Migrate for roles of other names.
func MigrateAs(ctx context.Context, url string, r Roles) (err error) {
	cfg, err := parse(url)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*cfg.ConnConfig)
	defer db.Close()
	if err := reach(ctx, db); err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files, goose.WithSessionLocker(locker{}), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	c, err := db.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	defer func() { _ = c.Close() }() // and the lock with it
	if _, err := c.ExecContext(ctx, `select pg_advisory_lock($1)`, int64(lockRoles)); err != nil {
		return explain(err)
	}
	if err := refuseNewer(ctx, db, p); err != nil {
		return err
	}
	if err := r.make(ctx, c); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", explain(err))
	}
	if err := r.grant(ctx, c); err != nil {
		return err
	}
	return r.fill(ctx, c, cfg)
}

// fill works out what a step of the shape added to findings that stand already.
func (r Roles) fill(ctx context.Context, c *sql.Conn, cfg *pgxpool.Config) error {
	var lacks bool
	err := c.QueryRowContext(ctx, `select exists (select from finding) and not exists (select from term)`).Scan(&lacks)
	if err != nil || !lacks {
		return explain(err)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return explain(err)
	}
	defer pool.Close()
	return NewAs(pool, r).Recount(ctx)
}

func reach(ctx context.Context, db *sql.DB) error {
	var version int
	if err := db.QueryRowContext(ctx, `select current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return explain(err)
	}
	if version < oldestServer {
		return problem.New(problem.Invalid, "The database server is PostgreSQL %d; version %d or newer is needed.", version/10000, oldestServer/10000)
	}
	return nil
}

func refuseNewer(ctx context.Context, db *sql.DB, p *goose.Provider) error {
	var has bool
	err := db.QueryRowContext(ctx, `select to_regclass('goose_db_version') is not null`).Scan(&has)
	if err != nil || !has {
		return explain(err)
	}
	at, newest, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if at > newest {
		return problem.New(problem.Conflict, "The database was made by a newer Plumbline: its shape is number %d, and this program knows only up to %d. Use the newer program; nothing was changed.", at, newest)
	}
	return nil
}

// lockNumber is any number that nobody else locks by.
const (
	lockNumber = 0x706c756d62 // "plumb"
	lockRoles  = 0x726f6c6573 // "roles"
)

// locker makes migrating processes wait for one another. The lock ends with
// the connection, so a killed process leaves none behind.
type locker struct{}

// SessionLock waits for the lock.
func (locker) SessionLock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, `select pg_advisory_lock($1)`, int64(lockNumber))
	return err
}

// SessionUnlock gives it free.
func (locker) SessionUnlock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, `select pg_advisory_unlock($1)`, int64(lockNumber))
	return err
}
