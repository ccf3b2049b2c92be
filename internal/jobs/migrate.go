package jobs

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// lockNumber keeps two processes from shaping the tables at once.
const lockNumber = 0x7269766572 // "river"

// Migrate brings River's tables in schema river to the shape of this program
// and lets the roles, which are there already, use them. It tells how many
// steps were made; the pool needs two connections, and its login the right to
// make a schema.
func Migrate(ctx context.Context, pool *pgxpool.Pool, roles ...string) (steps int, err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate jobs: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, int64(lockNumber)); err != nil {
		return 0, fmt.Errorf("migrate jobs: %w", err)
	}
	defer func() { // where it fails the connection is gone, and the lock with it
		_, _ = conn.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock($1)`, int64(lockNumber))
	}()
	if err := makeSchema(ctx, conn); err != nil {
		return 0, fmt.Errorf("migrate jobs: %w", err)
	}
	m, err := migrator(pool)
	if err != nil {
		return 0, err
	}
	done, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return 0, fmt.Errorf("migrate jobs: %w", err)
	}
	return len(done.Versions), grant(ctx, conn, roles)
}

// Current says whether River's tables are there, in the shape of this program.
func Current(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	m, err := migrator(pool)
	if err != nil {
		return false, err
	}
	got, err := m.Validate(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("the shape of the job tables: %w", err)
	}
	return got.OK, nil
}

func migrator(pool *pgxpool.Pool) (*rivermigrate.Migrator[pgx.Tx], error) {
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: Schema})
	if err != nil {
		return nil, fmt.Errorf("migrate jobs: %w", err)
	}
	return m, nil
}

// makeSchema asks first: "if not exists" still demands the right to make one.
func makeSchema(ctx context.Context, conn *pgxpool.Conn) error {
	var has bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_namespace where nspname = $1)`, Schema).Scan(&has); err != nil || has {
		return err
	}
	_, err := conn.Exec(ctx, `create schema `+pgx.Identifier{Schema}.Sanitize())
	return err
}

func grant(ctx context.Context, conn *pgxpool.Conn, roles []string) error {
	schema := pgx.Identifier{Schema}.Sanitize()
	for _, role := range roles {
		to := pgx.Identifier{role}.Sanitize()
		for _, q := range []string{
			`grant usage on schema ` + schema + ` to ` + to,
			`grant select, insert, update, delete on all tables in schema ` + schema + ` to ` + to,
			`grant usage, select on all sequences in schema ` + schema + ` to ` + to,
		} {
			if _, err := conn.Exec(ctx, q); err != nil {
				return fmt.Errorf("migrate jobs: the role %s: %w", role, err)
			}
		}
	}
	return nil
}
