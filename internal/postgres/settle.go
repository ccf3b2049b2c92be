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
	Change  finding.Change
	Changed int64    // the scan that moved it last
	Froms   []string // by the order of the moves
	Tos     []string
	Changes []string
}

// settle takes over what void scans did since the last finished one: they
// moved findings, and no finished scan told. So did attempts at this scan's
// shards that were begun again. Each finding is counted once, from where the
// last finished scan left it to where it stands now, and not as the pages of
// this scan counted it. Where there was neither, it does nothing.
func (w *Writer) settle(ctx context.Context, tx pgx.Tx, d *sum) error {
	twice, err := w.movedTwice(ctx, tx)
	if err != nil || !twice {
		return err
	}
	d.changes = map[finding.Change]int{}
	for after := int64(0); ; {
		part, err := w.movedSince(ctx, tx, after)
		if err != nil {
			return err
		}
		if len(part) == 0 {
			break
		}
		if err := w.retell(ctx, tx, part, d); err != nil {
			return err
		}
		after = part[len(part)-1].Number
	}
	still, err := w.unmoved(ctx, tx)
	if err != nil {
		return err
	}
	d.changes[finding.Still] += still
	for c, n := range w.sum.changes { // the two are added up
		d.changes[c] -= n
	}
	return nil
}

// movedTwice says that a finding may have been moved by more than this scan's
// one attempt since the last finished scan.
func (w *Writer) movedTwice(ctx context.Context, q Querier) (twice bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (
				select
				from scan
				where account_id = $1 and number > $2 and number < $3)
			or exists (
				select
				from shard
				where scan = $3 and attempt > 1)`, w.account, w.before.scan, w.Number()).Scan(&twice)
	return twice, err
}

// unmoved counts the findings that failed before and fail now, of the rules that
// this scan judged. Whatever this
// scan did not see to fail is open no longer when this is asked.
func (w *Writer) unmoved(ctx context.Context, q Querier) (n int, err error) {
	err = q.QueryRow(ctx, `
		select count(*)
		from finding
		where account_id = $1 and state = 'open' and ($3::text[] is null or rule = any($3)) and not exists (
			select
			from finding_event
			where finding_event.finding = finding.number and finding_event.scan > $2)`, w.account, w.before.scan, w.only).Scan(&n)
	return n, err
}

func (w *Writer) movedSince(ctx context.Context, q Querier, after int64) ([]moved, error) {
	rows, err := q.Query(ctx, `
		select f.number, f.change, f.changed_scan as changed, e.froms, e.tos, e.changes
		from (
			select number, change, changed_scan
			from finding
			where account_id = $1 and changed_scan > $2 and number > $3
			order by number
			limit $4) f
		cross join lateral (
			select array_agg(from_state order by id) as froms, array_agg(to_state order by id) as tos, array_agg(change order by id) as changes
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
		change := finding.Fold(m.moves())
		if change != finding.NoChange {
			d.changes[change]++
		}
		if change != m.Change || m.Changed != w.Number() {
			numbers, changes = append(numbers, m.Number), append(changes, string(change))
		}
	}
	if len(numbers) == 0 {
		return nil
	}
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
