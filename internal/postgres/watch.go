package postgres

import (
	"context"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
)

// tellShard notes, for those who watch, how far a shard has come.
func (w *Writer) tellShard(ctx context.Context, q Querier, state, say string, s *sum) error {
	_, err := q.Exec(ctx, `
		insert into scan_event (scan, account_id, kind, part, region, state, pages, items, failing, say)
		values ($1, $2, 'shard', $3, $4, $5, $6, $7, $8, $9)`,
		w.Number(), w.account, w.part, w.region, state, s.pages, s.items, s.changes[finding.New]+s.changes[finding.CameBack], clean(say))
	return err
}

// tellEnd notes how the scan ended.
func (w *Writer) tellEnd(ctx context.Context, q Querier, state scan.State, say string) error {
	_, err := q.Exec(ctx, `
		insert into scan_event (scan, account_id, kind, state, say)
		values ($1, $2, 'done', $3, $4)`, w.Number(), w.account, string(state), clean(say))
	return err
}
