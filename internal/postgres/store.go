// Package postgres keeps scans, documents, verdicts and findings, and gives
// them back as of any day.
//
// It judges nothing: what becomes of a finding is decided by finding.Step, and
// no statement decides it again. It never retires a thing that a complete
// listing did not miss, never rewrites what has not changed, and never asks a
// cloud. Starting a server is the business of package embedded.
package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/problem"
)

// A Store is the database. It is safe for concurrent use.
type Store struct {
	pool   *pgxpool.Pool
	roles  Roles
	strict bool // reads within See only
	sums   *sums

	// RuleWords gives the ids of the rules whose title or id has a word that
	// begins with the given one, in small letters. It is set before first use;
	// where it is nil, words are looked for in subjects only.
	RuleWords func(word string) []string
}

// Open connects to a database that Migrate has shaped.
func Open(ctx context.Context, url string) (*Store, error) {
	cfg, err := parse(url)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, explain(err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, explain(err)
	}
	return New(pool), nil
}

// OpenWork is Open for workers: every connection takes on the role that may do
// what they need and no more, and sees all accounts.
func OpenWork(ctx context.Context, url string) (*Store, error) {
	return OpenWorkAs(ctx, url, DefaultRoles)
}

// OpenWorkAs is OpenWork for a database whose roles have other names.
func OpenWorkAs(ctx context.Context, url string, r Roles) (*Store, error) {
	cfg, err := parse(url)
	if err != nil {
		return nil, err
	}
	r.AsWorker(cfg)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, explain(err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, explain(err)
	}
	return NewAs(pool, r), nil
}

// Worker is the store as workers have it: other connections to the same
// database, which take on the work role and see every account. Close ends them.
func (s *Store) Worker(ctx context.Context) (*Store, error) {
	cfg := s.pool.Config()
	s.roles.AsWorker(cfg)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, explain(err)
	}
	return NewAs(pool, s.roles), nil
}

// AsWorker makes a pool's connections those of workers, see OpenWork.
func (r Roles) AsWorker(cfg *pgxpool.Config) {
	cfg.ConnConfig.RuntimeParams["role"] = r.Work
	cfg.ConnConfig.RuntimeParams["plumbline.accounts"] = "*"
}

// New is a store over a pool that somebody else closes.
func New(pool *pgxpool.Pool) *Store { return NewAs(pool, DefaultRoles) }

// NewAs is New for a database whose roles have other names.
func NewAs(pool *pgxpool.Pool, r Roles) *Store { return &Store{pool: pool, roles: r, sums: newSums()} }

// Close ends all connections.
func (s *Store) Close() { s.pool.Close() }

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return explain(s.pool.Ping(ctx)) }

// Querier is a pool, a connection or a transaction.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func parse(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil { // its text may quote a part of the address, and so a password
		return nil, problem.New(problem.Invalid, "The address of the database cannot be read. It looks like postgres://user:password@host:5432/name; see DATABASE_URL.")
	}
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "plumbline"
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	return cfg, nil
}

// explain says what whoever runs the database can do about an error of it, as a
// problem of kind Away. Other errors, and those that were explained before, stay.
func explain(err error) error {
	if err == nil || problem.Is(err, problem.Away) {
		return err
	}
	var refused *pgconn.ConnectError
	var said *pgconn.PgError
	switch {
	case errors.As(err, &said):
		return explainCode(said, err)
	case errors.As(err, &refused), errors.As(err, new(*net.OpError)), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return problem.New(problem.Away, "The database does not answer. Check that it runs and that DATABASE_URL names it. (%w)", err)
	}
	return err
}

func explainCode(said *pgconn.PgError, err error) error {
	switch said.Code {
	case "28P01", "28000":
		return problem.New(problem.Away, "The database refuses this login. Check user and password in DATABASE_URL. (%w)", err)
	case "3D000":
		return problem.New(problem.Away, "The database named in DATABASE_URL does not exist. Create it (createdb), then start again. (%w)", err)
	case "42501":
		return problem.New(problem.Away, "The database login lacks a right that is needed. Make it the owner of the database. (%w)", err)
	case "53100":
		return problem.New(problem.Away, "The disk of the database is full. Make room and start again; nothing that was stored is lost. (%w)", err)
	case "53300":
		return problem.New(problem.Away, "The database has no connection left. Raise its max_connections, or end another program. (%w)", err)
	case "57P01", "57P02", "57P03":
		return problem.New(problem.Away, "The database is being stopped or started. (%w)", err)
	case "42P01":
		return problem.New(problem.Away, "The database lacks a table: it was not brought to the shape of this program. (%w)", err)
	}
	return err
}
