package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A RuleRef names a rule that judged.
type RuleRef struct {
	ID       string
	Version  string
	Severity finding.Severity
}

// Judged is what rules said of some subjects.
type Judged struct {
	Subjects []estate.Subject  // the rows
	Rules    []RuleRef         // the columns
	Outcomes []finding.Outcome // row by row; zero where a rule is not for the subject
	Verdicts []finding.Verdict // every fail and unknown, gaps included
	Dark     []Dark            // where a rule was not asked, silently
	Rows     []estate.Row      // of the workloads, for the inventory

	// Narrowed are the rules about coverage where regions were left out: all
	// that was asked was answered, which mends nothing refused elsewhere.
	Narrowed map[string]bool
}

// Dark is a place where nobody looked for what a rule is asked of, and of
// which nothing is claimed.
type Dark struct {
	Rule     string
	Severity finding.Severity
	Region   string
}

// Sight says what a scan saw in full. A nil function says no.
type Sight struct {
	// Listed says that all resources of a kind in a region were listed. It is
	// held against the scan's own answers, which must say so too.
	Listed func(kind, region string) bool
	// Whole says that everything a rule could be asked of in a region was
	// listed; see finding.Look.
	Whole func(rule, region string) bool
	// Asked says that a rule is among those that judge. Here nil says yes: what
	// nobody knows to be gone is not taken for gone.
	Asked func(rule string) bool
	// Off says of a rule that is not asked that somebody switched it off.
	Off func(rule string) bool
	// Unread says of a rule that is not asked that it was written here and can no
	// longer be read: what it told is lost sight of.
	Unread func(rule string) bool
	// LeftOut says that the scan was told to leave a region out.
	LeftOut func(region string) bool
}

// A Writer stores a scan, or a shard of one. It is used by one goroutine at a
// time. A whole scan is ended by Close or Abort, a shard by EndShard or left to
// another attempt.
type Writer struct {
	store     *Store
	conn      *pgx.Conn // of a whole scan: its own, for the lock on the account ends with it
	account   int64
	shard     int64
	part      string
	region    string
	attempt   int
	failures  int // attempts before this one that failed
	start     scan.Record
	before    told     // the last finished scan of the account; zero if there is none
	seen      told     // the last of them that asked the cloud
	tightened []string // rules that were changed since before
	only      []string // the rules that are judged again; nil in a scan, which judges all
	ledger    ledger
	sum       sum
}

// whole is the part of a scan that one process makes alone.
const whole = "whole"

// told is a scan as the one that told something.
type told struct {
	scan     int64
	at       time.Time
	rulebook int64
}

// A sum is what a scan has done so far.
type sum struct {
	seen      bitmap // resources
	told      bitmap // findings
	tally     map[tallyKey]*counts
	changes   map[finding.Change]int
	workloads int
	written   int
	pages     int
	items     int
}

// Begin opens a scan of an account: r's Provider, Account, StartedAt, Engine and
// Rulebook. An earlier scan of the account that was left running is marked as
// interrupted; one that really runs, in whatever process, is a Conflict. All
// that the scan writes is valid from its StartedAt, cut to microseconds.
func (s *Store) Begin(ctx context.Context, r scan.Record) (w *Writer, err error) {
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, explain(err)
	}
	w = &Writer{store: s, conn: c.Hijack(), start: r, ledger: ledger{}, part: whole, region: snapshot.Global, attempt: 1, sum: *newSum()}
	w.start.StartedAt = r.StartedAt.UTC().Truncate(time.Microsecond)
	w.start.State = scan.Running
	if err := w.begin(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("begin scan of %s %s: %w", r.Provider, r.Account, explain(err)), w.hangUp())
	}
	return w, nil
}

func (w *Writer) begin(ctx context.Context) error {
	if err := w.findAccount(ctx); err != nil {
		return err
	}
	if err := w.claim(ctx); err != nil {
		return err
	}
	return w.within(ctx, func(tx pgx.Tx) error {
		if err := w.interruptOlder(ctx, tx); err != nil {
			return err
		}
		if err := w.holdClock(ctx, tx); err != nil {
			return err
		}
		if err := w.lookBack(ctx, tx); err != nil {
			return err
		}
		if err := w.insertScan(ctx, tx); err != nil {
			return err
		}
		return w.insertWhole(ctx, tx)
	})
}

func (w *Writer) findAccount(ctx context.Context) error {
	_, err := w.conn.Exec(ctx, `
		insert into account (provider, external_id, joined_at)
		values ($1, $2, $3)
		on conflict do nothing`, w.start.Provider, w.start.Account, w.start.StartedAt)
	if err != nil {
		return err
	}
	return w.conn.QueryRow(ctx, `
		select id
		from account
		where provider = $1 and external_id = $2`, w.start.Provider, w.start.Account).Scan(&w.account)
}

// claim makes this process the only one that scans the account. The claim ends
// with the connection, so that a killed process leaves none behind; the server
// takes a moment to notice that, so it is waited for.
func (w *Writer) claim(ctx context.Context) error {
	if _, err := w.conn.Exec(ctx, `set lock_timeout = '2s'`); err != nil {
		return err
	}
	_, err := w.conn.Exec(ctx, `select pg_advisory_lock($1, $2::int)`, lockScan, w.account)
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code == "55P03" {
		return problem.New(problem.Conflict, "The account %s is being scanned already. Wait until that scan has ended.", w.start.Account)
	}
	if err != nil {
		return err
	}
	_, err = w.conn.Exec(ctx, `reset lock_timeout`)
	return err
}

// lockScan begins the pair of numbers that a running scan locks.
const lockScan int32 = 0x7363616e // "scan"

// interruptOlder ends a whole scan that was left running: whoever calls it
// holds the lock that such a scan holds. One in shards lives on without the
// process that began it, and is a Conflict. One that judges again gives way.
func (w *Writer) interruptOlder(ctx context.Context, tx pgx.Tx) error {
	var n int64
	var again bool
	err := tx.QueryRow(ctx, `
		select number, look is not null
		from scan
		where account_id = $1 and state = 'running' and not exists (select from shard where scan = number and part = 'whole')
		for no key update`, w.account).Scan(&n, &again)
	if err == nil && again {
		return endVoid(ctx, tx, n, scan.Interrupted, "A scan of the account began. It judges by the changed rules itself.")
	}
	if err == nil {
		return problem.New(problem.Conflict, "Scan %d of account %s is running. Wait until it has ended, or cancel it.", n, w.start.Account)
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	_, err = tx.Exec(ctx, `
		with old as (
			update scan
			set state = 'interrupted', ended_at = now(),
				reason = 'The program stopped in the middle of this scan.'
			where account_id = $1 and state = 'running'
			returning number)
		update shard
		set state = 'interrupted', ended_at = now()
		from old
		where shard.scan = old.number and shard.state = 'running'`, w.account)
	return err
}

// lookBack finds the scan that told all that no later one moved.
func (w *Writer) lookBack(ctx context.Context, q Querier) error {
	err := q.QueryRow(ctx, `
		select b.number, b.started_at, b.rulebook, coalesce(l.number, 0), coalesce(l.started_at, 'epoch')
		from scan b
		left join scan l on l.number = coalesce(b.look, b.number)
		where b.account_id = $1 and b.state = 'finished' and b.number <> $2
		order by b.started_at desc
		limit 1`, w.account, w.start.Number).Scan(&w.before.scan, &w.before.at, &w.before.rulebook, &w.seen.scan, &w.seen.at)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil || w.before.rulebook == w.start.Rulebook {
		return err
	}
	w.tightened, err = changedRules(ctx, q, w.before.rulebook, w.start.Rulebook)
	return err
}

// holdClock refuses to scan at a time up to which intervals were written
// already: they would end before they begin. A finished scan counts; of a void
// one only that counts which it has stored, so that a scan which failed at once
// under a clock that ran ahead blocks nobody.
func (w *Writer) holdClock(ctx context.Context, q Querier) error {
	var n int64
	var at time.Time
	err := q.QueryRow(ctx, `
		select s.number, s.started_at
		from scan s
		where s.account_id = $1 and s.started_at >= $2 and (s.state = 'finished'
			or exists (select from resource r where r.account_id = s.account_id and r.scan = s.number)
			or exists (select from resource_version r where r.account_id = s.account_id and (r.scan = s.number or r.valid_to = s.started_at))
			or exists (select from verdict v join finding f on f.number = v.finding where f.account_id = s.account_id and (v.scan = s.number or v.valid_to = s.started_at))
			or exists (select from finding_event e where e.scan = s.number))
		order by s.started_at desc
		limit 1`, w.account, w.start.StartedAt).Scan(&n, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	const stamp = time.RFC3339Nano
	return problem.New(problem.Conflict, "The clock says %s, but scan %d of account %s began at %s and has stored what it saw. "+
		"Set this machine's clock right, then scan again. If it is right, the clock ran ahead at scan %d: the account can be scanned again after %s.",
		w.start.StartedAt.Format(stamp), n, w.start.Account, at.UTC().Format(stamp), n, at.UTC().Format(stamp))
}

func (w *Writer) insertScan(ctx context.Context, q Querier) error {
	return q.QueryRow(ctx, `
		insert into scan (account_id, state, started_at, engine, asker, rulebook, look)
		values ($1, 'running', $2, $3, $4, $5, nullif($6::bigint, 0))
		returning number`, w.account, w.start.StartedAt, w.start.Engine, w.start.Asker, w.start.Rulebook, w.start.Look).Scan(&w.start.Number)
}

func (w *Writer) insertWhole(ctx context.Context, q Querier) error {
	return q.QueryRow(ctx, `
		insert into shard (account_id, scan, part, region, state, attempt, heartbeat_at, started_at)
		values ($1, $2, 'whole', $3, 'running', 1, now(), now())
		returning id`, w.account, w.start.Number, snapshot.Global).Scan(&w.shard)
}

// Number of the scan.
func (w *Writer) Number() int64 { return w.start.Number }

// StartedAt is the scan's time, to which all it writes is dated.
func (w *Writer) StartedAt() time.Time { return w.start.StartedAt }

// Page stores the documents of one page and what the rules said of them, in
// one transaction. What has not changed is not written. Documents without a
// verdict, of the context, go the same way with a zero Judged.
func (w *Writer) Page(ctx context.Context, rs []snapshot.Resource, j Judged) error {
	d := newSum()
	d.pages, d.items = 1, len(rs)
	if len(j.Rows) > 0 {
		d.items = len(j.Rows) // what stands beside workloads is not counted
	}
	err := w.within(ctx, func(tx pgx.Tx) error {
		if err := w.hold(ctx, tx, d); err != nil {
			return err
		}
		again, err := w.documents(ctx, tx, rs, d)
		if err != nil {
			return err
		}
		if err := w.inventory(ctx, tx, j.Rows); err != nil {
			return err
		}
		if err := w.judged(ctx, tx, j, again, d); err != nil {
			return err
		}
		return w.note(ctx, tx, d)
	})
	if err != nil {
		return fmt.Errorf("scan %d: store page: %w", w.Number(), explain(err))
	}
	w.sum.add(d)
	return nil
}

// Close ends the scan: what the last verdicts say is stored, findings that
// nobody told are stepped by what was seen in full, things that a complete
// listing did not contain are retired, and the outcomes are counted. It all
// happens or none of it; on an error the scan can still be aborted.
func (w *Writer) Close(ctx context.Context, j Judged, s Sight) (r scan.Record, err error) {
	d := newSum()
	err = w.last(ctx, func(tx pgx.Tx) error {
		if err := w.lockScan(ctx, tx); err != nil {
			return err
		}
		if err := holdOwners(ctx, tx, false); err != nil {
			return err
		}
		if err := w.judged(ctx, tx, j, nil, d); err != nil {
			return err
		}
		if err := w.rollUp(ctx, tx, s, d); err != nil {
			return err
		}
		if err := w.untold(ctx, tx, s, d); err != nil {
			return err
		}
		if err := w.settle(ctx, tx, d); err != nil {
			return err
		}
		if err := w.retire(ctx, tx, s, d); err != nil {
			return err
		}
		if err := w.own(ctx, tx); err != nil {
			return err
		}
		if err := w.count(ctx, tx, d); err != nil {
			return err
		}
		if err := w.finish(ctx, tx, d); err != nil {
			return err
		}
		if err := w.endWhole(ctx, tx); err != nil {
			return err
		}
		r, err = readWhole(ctx, tx, w.Number())
		return err
	})
	if err != nil {
		return scan.Record{}, fmt.Errorf("scan %d: close: %w", w.Number(), explain(err))
	}
	_ = w.hangUp() // the scan is finished, however its connection ends
	return r, nil
}

// last does what within does, but for one thing: what is ready to be committed
// is committed, though the caller may have given up in that moment. It would
// not know whether the scan is finished or not.
func (w *Writer) last(ctx context.Context, do func(pgx.Tx) error) error {
	tx, err := w.beginner().Begin(ctx)
	if err != nil {
		return err
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback(end))
	}
	return tx.Commit(end)
}

func (w *Writer) finish(ctx context.Context, q Querier, d *sum) error {
	all := newSum()
	all.add(&w.sum)
	all.add(d)
	if w.part == PartAgain { // it judged what the look saw, or less of it
		all.workloads = w.start.Workloads
	}
	maps.DeleteFunc(all.changes, func(_ finding.Change, n int) bool { return n == 0 })
	_, err := q.Exec(ctx, `
		update scan
		set state = 'finished', ended_at = greatest(now(), started_at), workloads = $2, written = $3, changes = $4
		where number = $1`, w.Number(), all.workloads, all.written, all.changes)
	if err != nil {
		return err
	}
	return w.tellEnd(ctx, q, scan.Finished, "")
}

// Abort ends a scan that is void, for a reason told in a sentence. What its
// pages have stored stays; nothing is retired and nothing is counted.
func (w *Writer) Abort(ctx context.Context, reason string) error {
	err := pgx.BeginFunc(ctx, w.beginner(), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			update scan
			set state = 'failed', ended_at = greatest(now(), started_at), reason = $2, workloads = $3, written = $4, changes = $5
			where number = $1 and state = 'running'`, w.Number(), clean(reason), w.sum.workloads, w.sum.written, w.sum.changes)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update shard set state = 'failed', ended_at = now() where id = $1 and state = 'running'`, w.shard)
		if err != nil {
			return err
		}
		return w.tellEnd(ctx, tx, scan.Failed, reason)
	})
	if err := errors.Join(explain(err), w.hangUp()); err != nil {
		return fmt.Errorf("scan %d: abort: %w", w.Number(), err)
	}
	return nil
}

// A beginner opens transactions.
type beginner interface {
	Begin(context.Context) (pgx.Tx, error)
}

// beginner is the writer's own connection, or the pool where it has none: a
// cancel in the middle of a statement ends a connection.
func (w *Writer) beginner() beginner {
	if w.conn == nil || w.conn.IsClosed() {
		return w.store.pool
	}
	return w.conn
}

func (w *Writer) within(ctx context.Context, do func(pgx.Tx) error) error {
	if w.conn != nil { // never on another one: the lock would be lost
		return pgx.BeginFunc(ctx, w.conn, do)
	}
	return pgx.BeginFunc(ctx, w.store.pool, do)
}

// hangUp ends a whole scan's connection, and with it the claim on the account.
func (w *Writer) hangUp() error {
	if w.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, _ = w.conn.Exec(ctx, `select pg_advisory_unlock_all()`) // a broken connection holds nothing
	return w.conn.Close(ctx)
}

func newSum() *sum {
	return &sum{seen: bitmap{}, told: bitmap{}, tally: map[tallyKey]*counts{}, changes: map[finding.Change]int{}}
}

// add takes over what a transaction did, once it is committed.
func (s *sum) add(d *sum) {
	for k, v := range d.seen {
		s.seen[k] |= v
	}
	for k, v := range d.told {
		s.told[k] |= v
	}
	for k, v := range d.tally {
		s.at(k, v.severity).add(v)
	}
	for k, v := range d.changes {
		s.changes[k] += v
	}
	s.workloads += d.workloads
	s.written += d.written
	s.pages += d.pages
	s.items += d.items
}
