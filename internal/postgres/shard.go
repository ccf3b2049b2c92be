package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/cloud"
	"plumbline/internal/finding"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// The parts of a scan. The context of an account is what its own part and the
// network part of each region tell; workloads are judged against it.
const (
	PartAccount   = string(cloud.PartAccount)
	PartNetwork   = string(cloud.PartNetwork)
	PartWorkloads = string(cloud.PartWorkloads)
)

// PartAgain is the one part of a scan that judges again what is stored.
const PartAgain = "again"

// A Queue hands work to workers, within the transaction that makes it.
type Queue interface {
	// Shards offers shards to whoever works.
	Shards(ctx context.Context, tx pgx.Tx, ids []int64) error
	// Close offers a scan, whose shards have all ended, to be closed.
	Close(ctx context.Context, tx pgx.Tx, scan int64) error
}

// ErrLost says that a shard belongs to another attempt by now, or that its scan
// has ended: whoever works on it stops, and stores nothing more.
var ErrLost = errors.New("the shard is no longer this attempt's")

// within runs do in the transaction that ctx carries, or in one of its own.
func (s *Store) within(ctx context.Context, do func(context.Context, pgx.Tx) error) error {
	if tx := Tx(ctx); tx != nil {
		return do(ctx, tx)
	}
	if s.strict {
		return errOutside
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return do(context.WithValue(ctx, txKey{}, tx), tx) })
}

// OpenScan begins a scan of a connected account in shards: its first shard asks
// about the account, and workers take it from q. asker is a person or the
// schedule. Conflict if the account is not connected or is being scanned.
func (s *Store) OpenScan(ctx context.Context, account int64, engine, asker string, q Queue) (number int64, err error) {
	err = s.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		w := &Writer{store: s, account: account, ledger: ledger{}, sum: *newSum(), part: PartAccount, region: snapshot.Global}
		w.start = scan.Record{State: scan.Running, Engine: engine, Asker: asker}
		if err := w.admit(ctx, tx); err != nil {
			return err
		}
		var err error
		if w.start.Rulebook, err = judging(ctx, tx); err != nil {
			return err
		}
		if err := w.insertScan(ctx, tx); err != nil {
			return err
		}
		number = w.start.Number
		ids, err := w.insertShards(ctx, tx, PartAccount, []string{snapshot.Global})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update scan set open = 1 where number = $1`, number); err != nil {
			return err
		}
		return q.Shards(ctx, tx, ids)
	})
	if err != nil {
		return 0, fmt.Errorf("begin scan: %w", explain(err))
	}
	return number, nil
}

// admit holds the account and says whether it can be scanned now.
func (w *Writer) admit(ctx context.Context, tx pgx.Tx) error {
	var state string
	err := tx.QueryRow(ctx, `
		select provider, external_id, state, now()
		from account
		where id = $1
		for no key update`, w.account).Scan(&w.start.Provider, &w.start.Account, &state, &w.start.StartedAt)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return problem.New(problem.NotFound, "There is no account %d.", w.account)
	case err != nil:
		return err
	case state != "connected":
		return problem.New(problem.Conflict, "The account %s is not connected, so there is no login to scan it with. Connect it first.", w.start.Account)
	}
	w.start.StartedAt = w.start.StartedAt.UTC().Truncate(time.Microsecond)
	var free bool
	if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1, $2::int)`, lockScan, w.account).Scan(&free); err != nil {
		return err
	}
	if !free {
		return problem.New(problem.Conflict, "The account %s is being scanned from the command line. Wait until that scan has ended.", w.start.Account)
	}
	if err := w.interruptOlder(ctx, tx); err != nil {
		return err
	}
	return w.holdClock(ctx, tx)
}

func (w *Writer) insertShards(ctx context.Context, q Querier, part string, regions []string) ([]int64, error) {
	rows, err := q.Query(ctx, `
		insert into shard (account_id, scan, part, region, state, heartbeat_at)
		select $1, $2, $3, region, 'waiting', now()
		from unnest($4::text[]) as region
		on conflict do nothing
		returning id`, w.account, w.Number(), part, regions)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	_, err = q.Exec(ctx, `
		insert into scan_event (scan, account_id, kind, part, region, state)
		select scan, account_id, 'shard', part, region, state
		from shard
		where id = any($1)
		order by region`, ids)
	return ids, err
}

// TakeShard begins an attempt at a shard that waits; nil if it does not wait,
// or its scan has ended.
func (s *Store) TakeShard(ctx context.Context, id int64, worker string) (*Writer, error) {
	w := &Writer{store: s, shard: id, ledger: ledger{}, sum: *newSum()}
	err := s.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var number int64
		err := tx.QueryRow(ctx, `
			update shard
			set state = 'running', attempt = attempt + 1, worker = $2, heartbeat_at = now(), started_at = now(), pages = 0, items = 0
			where id = $1 and state = 'waiting' and (select state from scan where number = shard.scan) = 'running'
			returning scan, account_id, part, region, attempt, failures`, id, clean(worker)).Scan(&number, &w.account, &w.part, &w.region, &w.attempt, &w.failures)
		if err != nil {
			return err
		}
		for _, former := range []string{`delete from shard_page where shard = $1`, `delete from answer where shard = $1`} {
			if _, err := tx.Exec(ctx, former, id); err != nil {
				return err
			}
		}
		if w.start, err = readScanRow(ctx, tx, number); err != nil {
			return err
		}
		if err := w.lookBack(ctx, tx); err != nil {
			return err
		}
		if err := w.takeAgain(ctx, tx); err != nil {
			return err
		}
		return w.tellShard(ctx, tx, "running", newSum())
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nothing to do is no error
	}
	if err != nil {
		return nil, fmt.Errorf("take shard %d: %w", id, explain(err))
	}
	return w, nil
}

// Account is the account's row number.
func (w *Writer) Account() int64 { return w.account }

// Part and region that the shard is about.
func (w *Writer) Part() (part, region string) { return w.part, w.region }

// Record is the scan that the shard belongs to, as it stood when it was taken.
func (w *Writer) Record() scan.Record { return w.start }

// Beat gives a sign of life; ErrLost if the shard is no longer this attempt's.
func (w *Writer) Beat(ctx context.Context) error {
	return w.hold(ctx, w.store.pool, newSum())
}

// hold gives a sign of life and counts a page, if the shard is still ours.
func (w *Writer) hold(ctx context.Context, q Querier, d *sum) error {
	t, err := q.Exec(ctx, `
		update shard
		set heartbeat_at = now(), pages = pages + $3, items = items + $4
		where id = $1 and attempt = $2 and state = 'running'`, w.shard, w.attempt, d.pages, d.items)
	if err == nil && t.RowsAffected() == 0 {
		return ErrLost
	}
	return err
}

// A tallyDoc is a line of the outcomes of a page.
type tallyDoc struct {
	Rule     string           `json:"rule"`
	Region   string           `json:"region"`
	Severity finding.Severity `json:"severity"`
	Pass     int              `json:"pass"`
	Fail     int              `json:"fail"`
	Unknown  int              `json:"unknown"`
	NA       int              `json:"na"`
	Gaps     int              `json:"gaps"`
}

// note stores what a page held, so that another process can close the scan,
// and tells those who watch.
func (w *Writer) note(ctx context.Context, q Querier, d *sum) error {
	if err := w.tellShard(ctx, q, "running", d); err != nil || w.part == whole || w.part == PartAgain {
		return err
	}
	tally, err := json.Marshal(d.tallyDocs())
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `
		insert into shard_page (shard, attempt, page, seen, told, tally, changes, workloads, written)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.shard, w.attempt, w.sum.pages+d.pages, d.seen.numbers(), d.told.numbers(), tally, d.changes, d.workloads, d.written)
	return err
}

func (s *sum) tallyDocs() []tallyDoc {
	docs := make([]tallyDoc, 0, len(s.tally))
	for k, c := range s.tally {
		docs = append(docs, tallyDoc{k.rule, k.region, c.severity, c.pass, c.fail, c.unknown, c.na, c.gaps})
	}
	return docs
}

// EndShard ends a shard whose every question was answered or refused. regions
// are those that an account's shard found to be asked. Who ends the last shard
// of the context offers the workloads' shards, and who ends the last of all
// offers the scan for closing, in the same transaction.
func (w *Writer) EndShard(ctx context.Context, q Queue, regions []string) error {
	err := w.store.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := w.lockScan(ctx, tx); err != nil {
			return err
		}
		t, err := tx.Exec(ctx, `
			update shard
			set state = 'finished', ended_at = now(), heartbeat_at = now(), reason = ''
			where id = $1 and attempt = $2 and state = 'running'`, w.shard, w.attempt)
		if err != nil {
			return err
		}
		if t.RowsAffected() == 0 {
			return ErrLost
		}
		if err := w.tellShard(ctx, tx, "finished", newSum()); err != nil {
			return err
		}
		more, err := w.following(ctx, tx, regions)
		if err != nil {
			return err
		}
		var open int
		if err := tx.QueryRow(ctx, `
			update scan
			set open = open - 1 + $2
			where number = $1
			returning open`, w.Number(), len(more)).Scan(&open); err != nil {
			return err
		}
		if len(more) > 0 {
			if err := q.Shards(ctx, tx, more); err != nil {
				return err
			}
		}
		if open == 0 {
			return q.Close(ctx, tx, w.Number())
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrLost) {
		return fmt.Errorf("scan %d: end shard: %w", w.Number(), explain(err))
	}
	return err
}

// lockScan lets one shard of a scan end at a time, so that exactly one is the
// last. Those who only point to the scan are not kept waiting.
func (w *Writer) lockScan(ctx context.Context, tx pgx.Tx) error {
	var state string
	err := tx.QueryRow(ctx, `
		select state
		from scan
		where number = $1
		for no key update`, w.Number()).Scan(&state)
	if err == nil && state != string(scan.Running) {
		return ErrLost
	}
	return err
}

// following are the shards that an end makes possible: the regions' networks
// after the account, and the workloads after the last of the context.
func (w *Writer) following(ctx context.Context, tx pgx.Tx, regions []string) ([]int64, error) {
	if w.part == PartAccount && len(regions) > 0 {
		return w.insertShards(ctx, tx, PartNetwork, regions)
	}
	if w.part == PartWorkloads {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `
		select region, state in ('waiting', 'running')
		from shard
		where scan = $1 and part = 'network'`, w.Number())
	if err != nil {
		return nil, err
	}
	var region string
	var live bool
	busy, all := false, []string{}
	if _, err := pgx.ForEachRow(rows, []any{&region, &live}, func() error {
		all, busy = append(all, region), busy || live
		return nil
	}); err != nil || busy || len(all) == 0 {
		return nil, err
	}
	return w.insertShards(ctx, tx, PartWorkloads, all)
}

// Release gives a shard back, to be begun again by whoever takes it next.
// failed says that the attempt counts against it; one that was stopped in order
// does not.
func (w *Writer) Release(ctx context.Context, reason string, failed bool) error {
	_, err := w.store.pool.Exec(ctx, `
		update shard
		set state = 'waiting', heartbeat_at = now(), reason = $3, failures = failures + $4::bool::int
		where id = $1 and attempt = $2 and state = 'running'`, w.shard, w.attempt, clean(reason), failed)
	return explain(err)
}

// Attempt counts from 1.
func (w *Writer) Attempt() int { return w.attempt }

// Failures is how many attempts before this one failed.
func (w *Writer) Failures() int { return w.failures }

// Fail ends the scan as void, for a reason told in a sentence. The writer is of
// a shard, or one that was to close the scan.
func (w *Writer) Fail(ctx context.Context, reason string) error {
	return w.store.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := w.lockScan(ctx, tx); err != nil {
			return err
		}
		if w.shard != 0 {
			if err := w.hold(ctx, tx, newSum()); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `update shard set state = 'failed', ended_at = now(), reason = $2 where id = $1`, w.shard, clean(reason)); err != nil {
				return err
			}
		}
		return endVoid(ctx, tx, w.Number(), scan.Failed, reason)
	})
}
