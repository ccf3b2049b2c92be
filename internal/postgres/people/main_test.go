package people_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/access"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/people"
	"plumbline/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// A clock that a test sets.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// A book is people over a database of the test's own.
type book struct {
	*people.People
	*clock
	pool *pgxpool.Pool
	ctx  context.Context
}

func open(t *testing.T) book {
	t.Helper()
	pool := pgtest.New(t)
	c := &clock{t: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	return book{people.New(postgres.New(pool), c.now), c, pool, people.WithOrigin(t.Context(), people.Origin{Who: "test"})}
}

// add adds a person with a role over all accounts.
func (b book) add(t *testing.T, email string, role access.Role) (id int64, password string) {
	t.Helper()
	id, password, err := b.Add(b.ctx, email, "", people.Grant{Role: role})
	must(t, err)
	return id, password
}

// account makes one in the database and gives its row number.
func (b book) account(t *testing.T, external string) (id int64) {
	t.Helper()
	must(t, b.pool.QueryRow(b.ctx, `insert into account (provider, external_id, joined_at) values ('aws', $1, now()) returning id`, external).Scan(&id))
	return id
}

func (b book) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := b.pool.Exec(b.ctx, sql, args...)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
