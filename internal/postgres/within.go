package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// On is what a statement runs on: the transaction that ctx carries, or the
// pool. It is for the packages below this one.
func (s *Store) On(ctx context.Context) Querier { return s.on(ctx) }

// Within runs do in the transaction that ctx carries, or else in one of its
// own, as the login of the program itself: for acts before somebody is signed
// in, and for the command line. An error of do undoes what it did.
func (s *Store) Within(ctx context.Context, do func(context.Context) error) error {
	err := s.within(ctx, func(ctx context.Context, _ pgx.Tx) error { return do(ctx) })
	if Tx(ctx) != nil {
		return err
	}
	return explain(err)
}
