package postgres

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plumbline/internal/access"
)

// See runs do in one transaction that sees no more than the viewer may: it
// takes on the web role, and row-level security hides every other account. A
// viewer without a grant, or none at all, sees no account. Without write the
// transaction is read-only, and all that it reads is of one moment. It is
// committed unless do fails.
//
// The transaction travels in the context that do is given; see Tx.
func (s *Store) See(ctx context.Context, v *access.Viewer, write bool, do func(context.Context) error) error {
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	if write {
		opts = pgx.TxOptions{}
	}
	reach := v.Reach()
	err := pgx.BeginTxFunc(ctx, s.pool, opts, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select set_config('role', $1, true), set_config('plumbline.accounts', $2, true)`, s.roles.Web, setting(reach)); err != nil {
			return err
		}
		return do(context.WithValue(ctx, txKey{}, &look{Tx: tx, reach: reach, still: !write}))
	})
	return explain(err)
}

// setting is a reach as row-level security reads it.
func setting(r access.Reach) string {
	if r.All {
		return "*"
	}
	var b strings.Builder
	for i, id := range r.Accounts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(id, 10))
	}
	return b.String()
}

// A look is what a viewer sees in one transaction.
type look struct {
	pgx.Tx
	reach access.Reach
	still bool         // what it sees does not change while it lasts
	lasts []lastScan   // once asked for, where it is still
	names []accountKey // the same
	ready []*ready     // the same
	now   time.Time    // of the transaction, once asked for
}

// Web is the store as pages and the API have it: it reads within See only.
// Elsewhere it would read as the login, which sees everything.
func (s *Store) Web() *Store {
	web := *s
	web.strict = true
	return &web
}

var errOutside = errors.New("postgres: the store was read outside of See, where no viewer's reach applies; this is a fault of the program")

// outside refuses everything.
type outside struct{}

func (outside) Exec(context.Context, string, ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, errOutside
}

func (outside) Query(context.Context, string, ...any) (pgx.Rows, error) { return nil, errOutside }

func (outside) QueryRow(context.Context, string, ...any) pgx.Row { return outsideRow{} }

type outsideRow struct{}

func (outsideRow) Scan(...any) error { return errOutside }
