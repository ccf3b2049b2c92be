package postgres

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"plumbline/internal/finding"
)

// A place is where a finding stands among the counts.
type place struct {
	rule     string
	severity finding.Severity
	state    finding.State
	risk     int
	region   string
	due      time.Time // zero: not due
	seen     time.Time
}

// deltas are what a transaction does to the counts.
type deltas struct {
	cube   map[cubeKey]int
	region map[regionKey]int
	due    map[dueKey]int
}

type ruleKey struct {
	rule     string
	severity finding.Severity
	state    finding.State
}

type cubeKey struct {
	ruleKey
	risk int
}

type regionKey struct {
	ruleKey
	region string
}

type dueKey struct {
	ruleKey
	due  time.Time // zero: not due
	seen time.Time // a day
}

// count counts n findings more in a place, or fewer.
func (d *deltas) count(n int, p place) {
	if d.cube == nil {
		d.cube, d.region, d.due = map[cubeKey]int{}, map[regionKey]int{}, map[dueKey]int{}
	}
	k := ruleKey{p.rule, p.severity, p.state}
	d.cube[cubeKey{k, p.risk}] += n
	d.region[regionKey{k, p.region}] += n
	if p.state == finding.Open || p.state == finding.Lost {
		d.due[dueKey{k, p.due.UTC(), p.seen.UTC().Truncate(24 * time.Hour)}] += n
	}
}

// write changes the counts. The version goes up where something moved, though the
// counts came to the same: others keep by it what no count tells, such as since
// when nothing is known. Whoever writes pages of one account beside us
// changes the same rows: the version's row lets one do so at a time, so nobody
// blocks another for good, and a version has one state of the counts.
func (d *deltas) write(ctx context.Context, tx pgx.Tx, account int64, moved bool) error {
	var b pgx.Batch
	b.Queue(`
		insert into cube_version (account_id, version)
		values ($1, 1)
		on conflict (account_id) do update
		set version = cube_version.version + 1`, account)
	d.queueCube(&b, account)
	d.queueRegion(&b, account)
	d.queueDue(&b, account)
	if b.Len() == 1 && !moved {
		return nil
	}
	return tx.SendBatch(ctx, &b).Close()
}

func (d *deltas) queueCube(b *pgx.Batch, account int64) {
	keys := changed(d.cube, func(x, y cubeKey) int { return cmp.Or(x.compare(y.ruleKey), cmp.Compare(x.risk, y.risk)) })
	if len(keys) == 0 {
		return
	}
	var c ruleColumns
	risks, counts := make([]int32, len(keys)), make([]int32, len(keys))
	for i, k := range keys {
		c.add(k.ruleKey)
		risks[i], counts[i] = int32(k.risk), int32(d.cube[k]) //nolint:gosec // 0 to 100, and fewer than a page
	}
	b.Queue(`
		insert into cube (account_id, rule, severity, state, risk, count)
		select $1, *
		from unnest($2::text[], $3::int[], $4::text[], $5::int[], $6::int[])
		on conflict (account_id, rule, severity, state, risk) do update
		set count = cube.count + excluded.count`, account, c.rule, c.severity, c.state, risks, counts)
}

func (d *deltas) queueRegion(b *pgx.Batch, account int64) {
	keys := changed(d.region, func(x, y regionKey) int { return cmp.Or(x.compare(y.ruleKey), strings.Compare(x.region, y.region)) })
	if len(keys) == 0 {
		return
	}
	var c ruleColumns
	regions, counts := make([]string, len(keys)), make([]int32, len(keys))
	for i, k := range keys {
		c.add(k.ruleKey)
		regions[i], counts[i] = k.region, int32(d.region[k]) //nolint:gosec // fewer than a page
	}
	b.Queue(`
		insert into cube_region (account_id, rule, severity, state, region, count)
		select $1, *
		from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::int[])
		on conflict (account_id, rule, severity, state, region) do update
		set count = cube_region.count + excluded.count`, account, c.rule, c.severity, c.state, regions, counts)
}

func (d *deltas) queueDue(b *pgx.Batch, account int64) {
	keys := changed(d.due, func(x, y dueKey) int {
		return cmp.Or(x.compare(y.ruleKey), x.due.Compare(y.due), x.seen.Compare(y.seen))
	})
	if len(keys) == 0 {
		return
	}
	var c ruleColumns
	dues, days, counts := make([]pgtype.Timestamptz, len(keys)), make([]time.Time, len(keys)), make([]int32, len(keys))
	for i, k := range keys {
		c.add(k.ruleKey)
		dues[i], days[i], counts[i] = orNever(k.due), k.seen, int32(d.due[k]) //nolint:gosec // fewer than a page
	}
	b.Queue(`
		insert into cube_due (account_id, rule, severity, state, due_at, seen_on, count)
		select $1, *
		from unnest($2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::date[], $7::int[])
		on conflict (account_id, rule, severity, state, due_at, seen_on) do update
		set count = cube_due.count + excluded.count`, account, c.rule, c.severity, c.state, dues, days, counts)
}

// changed are the keys whose count changes, in order.
func changed[K comparable](m map[K]int, order func(a, b K) int) []K {
	var keys []K
	for k, n := range m {
		if n != 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, order)
	return keys
}

func (k ruleKey) compare(o ruleKey) int {
	return cmp.Or(strings.Compare(k.rule, o.rule), cmp.Compare(k.severity, o.severity), cmp.Compare(k.state, o.state))
}

type ruleColumns struct {
	rule, state []string
	severity    []int32
}

func (c *ruleColumns) add(k ruleKey) {
	c.rule, c.state, c.severity = append(c.rule, k.rule), append(c.state, string(k.state)), append(c.severity, int32(k.severity))
}

// orNever is how a due date is stored: infinity where there is none.
func orNever(t time.Time) pgtype.Timestamptz {
	if t.IsZero() {
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: t, Valid: true}
}

// Recount works the counts and the searchable words out again from the
// findings and the inventory. Nothing may be scanned meanwhile: it waits for
// whoever writes, and lets nobody begin.
func (s *Store) Recount(ctx context.Context) error {
	return explain(pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, q := range []string{
			`lock table finding, workload, cube_version, cube, cube_region, cube_due, term in exclusive mode`,
			`insert into cube_version select id, 1 from account on conflict (account_id) do update set version = cube_version.version + 1`,
			`delete from cube`, `delete from cube_region`, `delete from cube_due`, `delete from term`,
			`insert into cube
			select account_id, rule, severity, state, risk, count(*)
			from finding
			group by 1, 2, 3, 4, 5`,
			`insert into cube_region
			select account_id, rule, severity, state, region, count(*)
			from finding
			group by 1, 2, 3, 4, 5`,
			`insert into cube_due
			select account_id, rule, severity, state, due_at, (first_seen at time zone 'UTC')::date, count(*)
			from finding
			where state in ('open', 'lost')
			group by 1, 2, 3, 4, 5, 6`,
		} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return recountWords(ctx, tx)
	}))
}
