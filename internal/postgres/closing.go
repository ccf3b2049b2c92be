package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// TakeClosing gives a scan whose shards have all ended to be closed by Close;
// nil if it is not ready or was closed already. c is its context with the whole
// ledger. Two may take it: the second to close it is told that it is lost.
func (s *Store) TakeClosing(ctx context.Context, number int64) (w *Writer, c *snapshot.Context, err error) {
	w = &Writer{store: s, part: "closing", region: snapshot.Global, ledger: ledger{}, sum: *newSum()}
	err = s.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `
			select account_id
			from scan
			where number = $1 and state = 'running' and open = 0
				and exists (select from shard where scan = number)
				and not exists (select from shard where scan = number and state <> 'finished')`, number).Scan(&w.account); err != nil {
			return err
		}
		if w.start, err = readScanRow(ctx, tx, number); err != nil {
			return err
		}
		if err := w.lookBack(ctx, tx); err != nil {
			return err
		}
		if err := w.loadPages(ctx, tx); err != nil {
			return err
		}
		c, err = s.contextOf(ctx, tx, w.start, true)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("scan %d: take for closing: %w", number, explain(err))
	}
	for _, a := range c.Answers() {
		w.ledger[a.Key] = a
	}
	return w, c, nil
}

// endWhole ends the one shard of a scan that has no other, and forgets what
// the pages of the others held. It makes sure that a scan is closed once.
func (w *Writer) endWhole(ctx context.Context, q Querier) error {
	if w.part != whole && w.part != PartAgain {
		return emptyPages(ctx, q, w.Number())
	}
	_, err := q.Exec(ctx, `update shard set state = 'finished', ended_at = now(), heartbeat_at = now() where id = $1`, w.shard)
	return err
}

// Context is what the workloads of a shard are judged against: what the shards
// of the account and of the regions' networks stored, and their answers.
func (w *Writer) Context(ctx context.Context) (*snapshot.Context, error) {
	c, err := w.store.contextOf(ctx, w.store.on(ctx), w.start, false)
	if err != nil {
		return nil, fmt.Errorf("scan %d: read the context: %w", w.Number(), explain(err))
	}
	return c, nil
}

// contextOf reads the documents of the context that a scan in shards has seen,
// and its answers: all of them, or those of the context only.
func (s *Store) contextOf(ctx context.Context, q Querier, r scan.Record, all bool) (*snapshot.Context, error) {
	rows, err := q.Query(ctx, `
		select `+resourceColumns+`
		from shard sh
		join shard_page p on p.shard = sh.id and p.attempt = sh.attempt
		cross join unnest(p.seen) as seen (id)
		join resource r on r.id = seen.id
		join account a on a.id = r.account_id
		where sh.scan = $1 and sh.part in ('account', 'network') and sh.state = 'finished'
		order by r.kind, r.region, r.uid`, r.Number)
	if err != nil {
		return nil, err
	}
	docs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (snapshot.Resource, error) {
		d, err := scanResource(row)
		return d.Resource, err
	})
	if err != nil {
		return nil, err
	}
	as, err := answersOf(ctx, q, r.Number, all)
	if err != nil {
		return nil, err
	}
	return snapshot.NewContext(r.Provider, r.Account, r.StartedAt, docs, as), nil
}

// loadPages takes over what the pages of all shards held.
func (w *Writer) loadPages(ctx context.Context, q Querier) error {
	rows, err := q.Query(ctx, `
		select p.seen, p.told, p.tally, p.changes, p.workloads, p.written
		from shard sh
		join shard_page p on p.shard = sh.id and p.attempt = sh.attempt
		where sh.scan = $1`, w.Number())
	if err != nil {
		return err
	}
	var seen, told []int64
	var tally []byte
	var changes map[finding.Change]int
	var workloads, written int
	_, err = pgx.ForEachRow(rows, []any{&seen, &told, &tally, &changes, &workloads, &written}, func() error {
		d := newSum()
		for _, n := range seen {
			d.seen.add(n)
		}
		for _, n := range told {
			d.told.add(n)
		}
		var docs []tallyDoc
		if err := json.Unmarshal(tally, &docs); err != nil {
			return err
		}
		for _, t := range docs {
			d.tally[tallyKey{t.Rule, t.Region}] = &counts{severity: t.Severity, pass: t.Pass, fail: t.Fail, unknown: t.Unknown, na: t.NA, gaps: t.Gaps}
		}
		d.changes, d.workloads, d.written = changes, workloads, written
		w.sum.add(d)
		changes = nil
		return nil
	})
	return err
}
