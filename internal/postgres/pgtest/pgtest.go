// Package pgtest gives each test a PostgreSQL database of its own.
//
// One throw-away server is started per test process, when the first test asks;
// it is shaped once, and each test gets a clone. It is never used by the
// program itself, and it never touches a server or directory that is not its
// own: with TEST_DATABASE_URL it makes databases on that server and drops them.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/embedded"
)

// Main runs the tests of a package and stops the server afterwards:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	house.close()
	os.Exit(code)
}

// New returns a pool of connections to a database of the test's own, in the
// shape of all migrations. It is dropped after the test.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Store returns a store over a database of the test's own.
func Store(t testing.TB) *postgres.Store {
	t.Helper()
	return postgres.New(New(t))
}

// URL returns the address of a database of the test's own, in the shape of all
// migrations.
func URL(t testing.TB) string {
	t.Helper()
	return database(t, "template "+house.name("shape"))
}

// Empty returns the address of a database of the test's own that holds nothing.
func Empty(t testing.TB) string {
	t.Helper()
	return database(t, "template template0")
}

func database(t testing.TB, from string) string {
	t.Helper()
	house.open.Do(house.start)
	if house.err != nil {
		missing(t, house.err)
	}
	name := house.name(fmt.Sprint(house.count.Add(1)))
	house.must(t, "create database "+name+" "+from+" strategy file_copy")
	t.Cleanup(func() { house.must(t, "drop database if exists "+name+" with (force)") })
	return house.address(name)
}

// NeedPrograms is for tests that start a server of their own: it skips the
// test, or fails it, where PostgreSQL's programs are missing.
func NeedPrograms(t testing.TB) {
	t.Helper()
	if err := embedded.Installed(os.Getenv("PLUMBLINE_PG_BIN")); err != nil {
		missing(t, err)
	}
}

// missing skips the test, or fails it where PLUMBLINE_REQUIRE demands the part.
func missing(t testing.TB, err error) {
	t.Helper()
	for _, part := range strings.Split(os.Getenv("PLUMBLINE_REQUIRE"), ",") {
		if strings.TrimSpace(part) == "postgres" {
			t.Fatalf("PostgreSQL is required here: %v", err)
		}
	}
	t.Skipf("this test needs PostgreSQL: %v", err)
}

// A server is the one of this process.
type server struct {
	open  sync.Once
	err   error
	root  string // address of a database to create others from
	pool  *pgxpool.Pool
	count atomic.Int64
	end   func()
}

var house server

func (s *server) name(of string) string { return fmt.Sprintf("plumbline_%d_%s", os.Getpid(), of) }

func (s *server) start() {
	ctx := context.Background()
	s.end = func() {}
	if s.root = os.Getenv("TEST_DATABASE_URL"); s.root == "" {
		if s.root, s.end, s.err = throwAway(ctx); s.err != nil {
			return
		}
	}
	s.err = s.shape(ctx)
}

// shape makes the template that each test's database is a clone of.
func (s *server) shape(ctx context.Context) (err error) {
	if s.pool, err = pgxpool.New(ctx, s.root); err != nil {
		return err
	}
	tpl := s.name("shape")
	for _, q := range []string{"drop database if exists " + tpl, "create database " + tpl + " template template0 encoding 'UTF8' strategy file_copy"} {
		if _, err := s.pool.Exec(ctx, q); err != nil {
			return err
		}
	}
	return postgres.Migrate(ctx, s.address(tpl))
}

func (s *server) close() {
	if s.pool != nil {
		_, _ = s.pool.Exec(context.Background(), "drop database if exists "+s.name("shape")+" with (force)") // goes with a throw-away server anyway
		s.pool.Close()
	}
	if s.end != nil {
		s.end()
	}
}

func (s *server) must(t testing.TB, sql string) {
	t.Helper()
	if _, err := s.pool.Exec(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// address is root's with another database.
func (s *server) address(db string) string {
	if u, err := url.Parse(s.root); err == nil && u.Scheme != "" {
		u.Path = "/" + db
		return u.String()
	}
	return s.root + " dbname=" + pgx.Identifier{db}.Sanitize()
}
