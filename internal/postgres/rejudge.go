package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// Judging again is a scan with one shard, again, that asks no cloud: it judges
// the documents of the last scan that did, its look, by the rules that were
// changed since. It moves findings as a scan does, and touches nothing else: no
// document, no inventory, nothing that other rules say. It retires nothing, and
// a scan of the account that begins meanwhile takes its place.

// behind are the accounts whose last finished scan judged by rules that were
// changed since, that are not being scanned, and where judging again did not
// fail for good, or was not cancelled, at the present revision.
const behind = `
	select a.id
	from account a
	cross join lateral (
		select rulebook
		from scan
		where account_id = a.id and state = 'finished'
		order by started_at desc
		limit 1) l
	where a.state <> 'disconnected'
		and exists (
			select
			from rule_decision d
			join rule_change c on c.id = d.change
			where d.revision > l.rulebook and c.kind <> 'framework')
		and not exists (
			select
			from scan
			where account_id = a.id and (state = 'running' or look is not null and state in ('failed', 'cancelled')
				and engine = $1 and rulebook = ` + judgingQuery + `))`

// OpenRejudgements begins to judge again every account that is behind the rules,
// and offers that to workers. It tells how many it began.
func (s *Store) OpenRejudgements(ctx context.Context, engine string, q Queue) (n int, err error) {
	rows, err := s.on(ctx).Query(ctx, behind+`
	order by a.id`, engine)
	if err != nil {
		return 0, explain(err)
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return 0, explain(err)
	}
	for _, id := range accounts {
		begun, err := s.openRejudgement(ctx, id, engine, q)
		if problem.Is(err, problem.Conflict) { // it is being scanned, or the clock is wrong: the next sweep looks again
			continue
		}
		if err != nil {
			return n, fmt.Errorf("judge account %d again: %w", id, explain(err))
		}
		if begun {
			n++
		}
	}
	return n, nil
}

// openRejudgement begins one; it does not, where another was faster.
func (s *Store) openRejudgement(ctx context.Context, account int64, engine string, q Queue) (begun bool, err error) {
	err = s.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		w := &Writer{store: s, account: account, ledger: ledger{}, sum: *newSum(), part: PartAgain, region: snapshot.Global}
		w.start = scan.Record{State: scan.Running, Engine: engine}
		is, err := w.admitAgain(ctx, tx)
		if err != nil || !is {
			return err
		}
		if err := w.insertScan(ctx, tx); err != nil {
			return err
		}
		ids, err := w.insertShards(ctx, tx, PartAgain, []string{snapshot.Global})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update scan set open = 1, workloads = $2 where number = $1`, w.Number(), w.start.Workloads); err != nil {
			return err
		}
		begun = true
		return q.Shards(ctx, tx, ids)
	})
	return begun, err
}

// admitAgain holds the account, and says whether it is still behind.
func (w *Writer) admitAgain(ctx context.Context, tx pgx.Tx) (yes bool, err error) {
	err = tx.QueryRow(ctx, `
		select provider, external_id, now()
		from account
		where id = $1
		for no key update`, w.account).Scan(&w.start.Provider, &w.start.Account, &w.start.StartedAt)
	if err != nil {
		return false, err
	}
	w.start.StartedAt = w.start.StartedAt.UTC().Truncate(time.Microsecond)
	var free bool
	if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1, $2::int)`, lockScan, w.account).Scan(&free); err != nil || !free {
		return false, err
	}
	err = tx.QueryRow(ctx, `
		select l.number, l.workloads
		from (`+behind+`) b
		cross join lateral (
			select number, workloads
			from scan
			where account_id = b.id and state = 'finished' and look is null
			order by started_at desc
			limit 1) l
		where b.id = $2`, w.start.Engine, w.account).Scan(&w.start.Look, &w.start.Workloads)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if w.start.Rulebook, err = judging(ctx, tx); err != nil {
		return false, err
	}
	if err := w.lookBack(ctx, tx); err != nil {
		return false, err
	}
	w.start.Asker = changesOf(w.tightened)
	return true, w.holdClock(ctx, tx)
}

// changesOf says why an account is judged again.
func changesOf(rules []string) string {
	if len(rules) == 1 {
		return "a change of rule " + rules[0]
	}
	return fmt.Sprintf("changes of %d rules", len(rules))
}

// takeAgain makes a writer that judges again ready: it touches only what the
// changed rules say, and what its look saw is seen.
func (w *Writer) takeAgain(ctx context.Context, q Querier) error {
	if w.part != PartAgain {
		return nil
	}
	w.only = some(w.tightened)
	rows, err := q.Query(ctx, `
		select r.id
		from workload w -- a group's: of no other it is asked whether it was seen, for no document is retired
		join resource r on r.account_id = w.account_id and r.region = w.region and r.uid = w.uid
		join scan l on l.number = $2
		where r.account_id = $1 and w.group_uid <> ''
			and not exists (select from unseen u where u.scan = l.number and u.kind = r.kind and u.region = r.region and u.uid in ('', r.uid))
			and (r.valid_from <= l.started_at or exists (
				select
				from resource_version v
				where v.account_id = $1 and v.kind = r.kind and v.region = r.region and v.uid = r.uid
					and v.valid_from <= l.started_at and v.valid_to > l.started_at))`, w.account, w.start.Look)
	if err != nil {
		return err
	}
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		w.sum.seen.add(id)
		return nil
	})
	if err != nil {
		return err
	}
	as, err := answers(ctx, q, w.start.Look)
	for _, a := range as {
		w.ledger[a.Key] = a
	}
	return err
}

// Changed are the rules that were changed since the last finished scan of the
// account, by id, whether they are asked any more or not.
func (w *Writer) Changed() []string { return slices.Clone(w.tightened) }

// Again stores what the rules that were changed say of a page of workloads.
func (w *Writer) Again(ctx context.Context, j Judged) error {
	d := newSum()
	d.pages, d.items = 1, len(j.Subjects)
	err := w.within(ctx, func(tx pgx.Tx) error {
		if err := w.hold(ctx, tx, d); err != nil {
			return err
		}
		if err := w.judged(ctx, tx, j, nil, d); err != nil {
			return err
		}
		return w.note(ctx, tx, d)
	})
	if err != nil && !errors.Is(err, ErrLost) {
		return fmt.Errorf("scan %d: store what was judged again: %w", w.Number(), explain(err))
	}
	if err == nil {
		w.sum.add(d)
	}
	return err
}

// forget drops the members of groups by rules that are no longer asked, where
// it judges again: no page of workloads may tell.
func (w *Writer) forget(ctx context.Context, q Querier, s Sight) error {
	var off []string
	for _, rule := range w.only {
		if s.Asked != nil && !s.Asked(rule) {
			off = append(off, rule)
		}
	}
	if len(off) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `delete from member where account_id = $1 and rule = any($2)`, w.account, off)
	return err
}

// nameAll names the members of groups that other rules speak of, where it judges
// again: a group is found by all of them.
func (w *Writer) nameAll(ctx context.Context, q Querier, groups map[string]*group) error {
	if w.part != PartAgain {
		return nil
	}
	rows, err := q.Query(ctx, `
		select distinct group_uid, uid, id, name
		from member
		where account_id = $1`, w.account)
	if err != nil {
		return err
	}
	var group, uid, id, name string
	_, err = pgx.ForEachRow(rows, []any{&group, &uid, &id, &name}, func() error {
		if g := groups[group]; g != nil {
			g.names[uid] = named{name: name, id: id}
		}
		return nil
	})
	return err
}

// Rejudgements tells how far judging again is: an account each that waits or is
// worked on, and what ended within a day.
func (s *Store) Rejudgements(ctx context.Context) ([]listing.Rejudgement, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select a.id, a.external_id, a.name, s.asker, s.state, s.reason, s.started_at, s.ended_at, s.number, s.workloads, coalesce(sh.items, 0),
			coalesce(sh.attempt, 0)
		from scan s
		join account a on a.id = s.account_id
		left join shard sh on sh.scan = s.number
		where s.look is not null and (s.state = 'running' or s.ended_at > now() - interval '1 day')
		order by s.state = 'running' desc, s.number desc`)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r listing.Rejudgement, err error) {
		var state scan.State
		var ended *time.Time
		var attempt int
		err = row.Scan(&r.Account, &r.External, &r.Name, &r.Why, &state, &r.Reason, &r.Began, &ended, &r.Scan, &r.Progress.All, &r.Progress.Done, &attempt)
		r.Began, r.Ended = r.Began.UTC(), utc(ended)
		r.State = "failed"
		switch {
		case state == scan.Finished:
			r.State, r.Progress.Done = "done", r.Progress.All
		case state == scan.Running && attempt == 0:
			r.State = "waiting"
		case state == scan.Running:
			r.State = "running"
		}
		return r, err
	})
	if err != nil {
		return nil, explain(err)
	}
	late, err := s.waiting(ctx)
	return append(late, all...), err
}

// waiting are the accounts that are behind and on which nobody has begun, most
// of them because they are being scanned.
func (s *Store) waiting(ctx context.Context) ([]listing.Rejudgement, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select a.id, a.external_id, a.name, l.workloads, array(
			select distinct c.rule
			from rule_decision d
			join rule_change c on c.id = d.change
			where d.revision > l.rulebook and c.kind <> 'framework')
		from account a
		cross join lateral (
			select rulebook, workloads
			from scan
			where account_id = a.id and state = 'finished'
			order by started_at desc
			limit 1) l
		where a.state <> 'disconnected' and l.rulebook < `+judgingQuery+`
			and not exists (select from scan where account_id = a.id and look is not null and (state = 'running'
				or state in ('failed', 'cancelled') and rulebook = `+judgingQuery+`))
		order by a.id`)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r listing.Rejudgement, err error) {
		var rules []string
		err = row.Scan(&r.Account, &r.External, &r.Name, &r.Progress.All, &rules)
		r.State = "waiting"
		if len(rules) > 0 {
			r.Why = changesOf(rules)
		}
		return r, err
	})
	return slices.DeleteFunc(all, func(r listing.Rejudgement) bool { return r.Why == "" }), explain(err)
}
