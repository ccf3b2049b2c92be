package postgres

import (
	"context"

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

func copyRows(ctx context.Context, tx pgx.Tx, table string, columns []string, n int, row func(int) []any) error {
	if n == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, func(i int) ([]any, error) { return row(i), nil }))
	return err
}

// some is l, never nil: a column that holds a list holds at least an empty one.
func some[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
