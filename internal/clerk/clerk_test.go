package clerk_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
	"plumbline/internal/clerk"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
)

// nobody takes no work.
type nobody struct{}

func (nobody) Shards(context.Context, pgx.Tx, []int64) error { return nil }
func (nobody) Close(context.Context, pgx.Tx, int64) error    { return nil }

// Who disconnects an account in the moment in which a scan of it begins, stops
// that scan too.
func TestADisconnectedAccountIsNotScanned(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := postgres.New(pool)
	c := &clerk.Clerk{Store: s, Queue: nobody{}, Engine: "1", Audit: func(context.Context, clerk.Line) error { return nil }}
	ctx := access.With(context.Background(), &access.Viewer{Email: "anna@example.com", Grants: []access.Grant{{Role: access.Administrator, All: true}}})
	id, err := s.ConnectAccount(ctx, "111122223333", listing.Connection{Provider: "aws"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	err = s.Within(ctx, func(began context.Context) error {
		if _, err := s.OpenScan(began, id, "1", "the schedule", nobody{}); err != nil {
			return err
		}
		go func() {
			done <- s.Within(ctx, func(ctx context.Context) error { return c.Disconnect(ctx, id) })
		}()
		return untilWaiting(ctx, s)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	running, err := s.RunningScan(ctx, id)
	if err != nil || running != 0 {
		t.Errorf("scan %d runs on: %v", running, err)
	}
}

// untilWaiting ends when somebody waits for a lock.
func untilWaiting(ctx context.Context, s *postgres.Store) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		var waits bool
		if err := s.On(ctx).QueryRow(ctx, `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waits); err != nil || waits {
			return err
		}
	}
}
