package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// wipe empties a test's own database.
func wipe(t *testing.T, url string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `truncate account cascade`); err != nil {
		t.Fatal(err)
	}
}
