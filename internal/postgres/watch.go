package postgres

import (
	"context"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
)

// tellShard notes, for those who watch, how far a shard has come with what the
// present transaction adds.
func (w *Writer) tellShard(ctx context.Context, q Querier, state string, d *sum) error {
	failing := 0
	for _, s := range []*sum{&w.sum, d} {
		failing += s.changes[finding.New] + s.changes[finding.CameBack]
	}
	_, err := q.Exec(ctx, `
		insert into scan_event (scan, account_id, kind, part, region, state, pages, items, failing)
		values ($1, $2, 'shard', $3, $4, $5, $6, $7, $8)`,
		w.Number(), w.account, w.part, w.region, state, w.sum.pages+d.pages, w.sum.items+d.items, failing)
	return err
}

// tellEnd notes how the scan ended.
func (w *Writer) tellEnd(ctx context.Context, q Querier, state scan.State, say string) error {
	_, err := q.Exec(ctx, `
		insert into scan_event (scan, account_id, kind, state, say)
		values ($1, $2, 'done', $3, $4)`, w.Number(), w.account, string(state), clean(say))
	return err
}
