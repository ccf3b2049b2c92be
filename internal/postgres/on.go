package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

type txKey struct{}

// on is what a statement runs on: the transaction that ctx carries, or the
// pool. A store for the web has no pool to read from, see Web.
func (s *Store) on(ctx context.Context) Querier {
	if tx := Tx(ctx); tx != nil {
		return tx
	}
	if s.strict {
		return outside{}
	}
	return s.pool
}

// Tx is the transaction that a context carries, see See; nil if there is none.
func Tx(ctx context.Context) pgx.Tx {
	switch tx := ctx.Value(txKey{}).(type) {
	case *look:
		return tx.Tx
	case pgx.Tx:
		return tx
	}
	return nil
}

// lookOf is what ctx's viewer sees; nil outside of See.
func lookOf(ctx context.Context) *look {
	l, _ := ctx.Value(txKey{}).(*look)
	return l
}
