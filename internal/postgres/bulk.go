package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// lookUp is how a page's rows are found among those that are stored: one index
// lookup each, however many rows there are. The statements say so with lateral
// and "offset 0", which the planner may not take apart; and they are planned
// anew for every page, for the table may have been empty when the first page
// came. Left alone, the planner believes a table without statistics to be
// small, and reads all of an account's rows for every page.
const lookUp = pgx.QueryExecModeCacheDescribe

// numbers draws n row numbers ahead, so that rows and those that point to them
// can be copied in without asking back.
func numbers(ctx context.Context, q Querier, table, column string, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	rows, err := q.Query(ctx, `
		select nextval(s.name)
		from (select pg_get_serial_sequence($1, $2)::regclass as name offset 0) s -- asked once, not for each row
		cross join generate_series(1, $3::int)`, table, column, n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// copyRows writes rows in bulk. The server copies into no table that row-level
// security guards from whoever asks, though the policy lets them write: there
// the rows go by way of a table of the connection's own.
func copyRows(ctx context.Context, tx pgx.Tx, table string, columns []string, n int, row func(int) []any) error {
	if n == 0 {
		return nil
	}
	rows := pgx.CopyFromSlice(n, func(i int) ([]any, error) { return row(i), nil })
	var guarded bool
	if err := tx.QueryRow(ctx, `select row_security_active($1)`, table).Scan(&guarded); err != nil {
		return err
	}
	if !guarded {
		_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, rows)
		return err
	}
	own := "copy_" + table
	list := strings.Join(columns, ", ") // names of ours
	for _, q := range []string{
		"create temp table if not exists " + own + " on commit delete rows as select " + list + " from " + table + " with no data",
		"delete from " + own, // of an earlier copy in this transaction
	} {
		if _, err := tx.Exec(ctx, q); err != nil {
			return err
		}
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{own}, columns, rows); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "insert into "+table+" ("+list+") overriding system value select "+list+" from "+own)
	return err
}

// some is l, never nil: a column that holds a list holds at least an empty one.
func some[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
