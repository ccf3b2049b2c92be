package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
)

// A moved is a finding that moved since the last finished scan of its account,
// with every move.
type moved struct {
	Number  int64
	State   finding.State
	Change  finding.Change
	Changed int64    // the scan that moved it last
	First   int64    // the scan that moved it first
	Froms   []string // by the order of the moves
	Tos     []string
	Changes []string
}

// settle takes over what void scans did since the last finished one: they
// moved findings, and no finished scan told. Each such finding is counted once,
// from where the last finished scan left it to where it stands now, and not as
// this scan alone counted it. Where no void scan lies between, it does nothing.
func (w *Writer) settle(ctx context.Context, tx pgx.Tx, d *sum) error {
	var void bool
	if err := tx.QueryRow(ctx, `
		select exists (
			select
			from scan
			where account_id = $1 and number > $2 and number < $3)`, w.account, w.before.scan, w.Number()).Scan(&void); err != nil || !void {
		return err
	}
	for after := int64(0); ; {
		part, err := w.movedSince(ctx, tx, after)
		if err != nil || len(part) == 0 {
			return err
		}
		if err := w.retell(ctx, tx, part, d); err != nil {
			return err
		}
		after = part[len(part)-1].Number
	}
}

func (w *Writer) movedSince(ctx context.Context, q Querier, after int64) ([]moved, error) {
	rows, err := q.Query(ctx, `
		select f.number, f.state, f.change, f.changed_scan as changed, e.first, e.froms, e.tos, e.changes
		from (
			select number, state, change, changed_scan
			from finding
			where account_id = $1 and changed_scan > $2 and number > $3
			order by number
			limit $4) f
		cross join lateral (
			select min(scan) as first, array_agg(from_state order by id) as froms, array_agg(to_state order by id) as tos, array_agg(change order by id) as changes
			from finding_event
			where finding = f.number and scan > $2
			offset 0) e
		order by f.number`, lookUp, w.account, w.before.scan, after, chunk)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[moved])
}

// retell puts one change in the place of several.
func (w *Writer) retell(ctx context.Context, q Querier, part []moved, d *sum) error {
	var numbers []int64
	var changes []string
	for i := range part {
		m := &part[i]
		if m.First == w.Number() {
			continue // this scan alone moved it, and told
		}
		change := finding.Fold(m.moves())
		d.changes[m.counted(w.Number())]--
		d.changes[change]++
		numbers, changes = append(numbers, m.Number), append(changes, string(change))
	}
	delete(d.changes, finding.NoChange)
	_, err := q.Exec(ctx, `
		update finding f
		set change = u.change, changed_scan = $3, changed_at = $4
		from unnest($1::bigint[], $2::text[]) as u (number, change)
		where f.number = u.number`, numbers, changes, w.Number(), w.start.StartedAt)
	return err
}

func (m *moved) moves() []finding.Move {
	all := make([]finding.Move, len(m.Froms))
	for i := range all {
		all[i] = finding.Move{From: finding.State(m.Froms[i]), To: finding.State(m.Tos[i]), Change: finding.Change(m.Changes[i])}
	}
	return all
}

// counted is how this scan has counted it already. One that it did not move
// and that is open was seen to fail: otherwise it would have been moved.
func (m *moved) counted(scan int64) finding.Change {
	switch {
	case m.Changed == scan:
		return m.Change
	case m.State == finding.Open:
		return finding.Still
	}
	return finding.NoChange
}
