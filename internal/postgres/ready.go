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
	"plumbline/internal/query"
)

// ready are the counts of one account, as of a version. They are shared: nobody
// changes them.
type ready struct {
	account int64
	version int64
	rules   []readyRule
	regions []readyRegion
	dues    []readyDue
}

type readyRule struct {
	ruleKey
	count, risk int // the highest
}

type readyRegion struct {
	ruleKey
	region string
	count  int
}

type readyDue struct {
	ruleKey
	due, seen time.Time // due is zero where it is not
	count     int
}

// mostReady rows of counts are kept in memory, some 80 bytes each.
const mostReady = 1_000_000

// ready gives the counts of every account that the viewer sees. The database is
// asked for their versions; the counts come from memory where the version is the
// one that is remembered. Nobody is told of an account whose version they do not
// see.
func (s *Store) ready(ctx context.Context) ([]*ready, error) {
	l := lookOf(ctx)
	if l != nil && l.still && l.ready != nil {
		return l.ready, nil
	}
	versions, err := s.versions(ctx)
	if err != nil {
		return nil, explain(err)
	}
	have, missing := s.sums.remembered(versions)
	if len(missing) > 0 {
		fresh, err := s.readReady(ctx, missing)
		if err != nil {
			return nil, explain(err)
		}
		if Tx(ctx) == nil || l != nil && l.still { // what is written here may yet be undone
			s.sums.remember(fresh)
		}
		have = append(have, fresh...)
	}
	slices.SortFunc(have, func(a, b *ready) int { return cmp.Compare(a.account, b.account) })
	if l != nil && l.still {
		l.ready = have
	}
	return have, nil
}

func (s *Store) versions(ctx context.Context) (map[int64]int64, error) {
	rows, err := s.on(ctx).Query(ctx, `select account_id, version from cube_version`)
	if err != nil {
		return nil, err
	}
	all := map[int64]int64{}
	var account, version int64
	_, err = pgx.ForEachRow(rows, []any{&account, &version}, func() error {
		all[account] = version
		return nil
	})
	return all, err
}

func (s *sums) remembered(versions map[int64]int64) (have []*ready, missing []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for account, version := range versions {
		if r := s.ready[account]; r != nil && r.version == version {
			have = append(have, r)
		} else {
			missing = append(missing, account)
		}
	}
	return have, missing
}

func (s *sums) remember(fresh []*ready) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range fresh {
		old := s.ready[r.account]
		if old != nil && old.version > r.version {
			continue // somebody saw a later one already
		}
		if old != nil {
			s.rows -= old.size()
		}
		if s.rows+r.size() > mostReady {
			clear(s.ready)
			s.rows = 0
		}
		s.ready[r.account] = r
		s.rows += r.size()
	}
}

func (r *ready) size() int { return len(r.rules) + len(r.regions) + len(r.dues) }

// readReady reads the counts of some accounts, in one statement so that all of
// it is of the version that it gives.
func (s *Store) readReady(ctx context.Context, accounts []int64) ([]*ready, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select v.account_id, v.version, c.*
		from cube_version v
		cross join lateral (
			select 'rule' as what, rule, severity, state, '' as region, 'epoch'::timestamptz as due_at, 'epoch'::date as seen_on, sum(count)::int, max(risk)::int
			from cube
			where account_id = v.account_id and count > 0
			group by rule, severity, state
			union all
			select 'region', rule, severity, state, region, 'epoch', 'epoch', count, 0
			from cube_region
			where account_id = v.account_id and count > 0
			union all
			select 'due', rule, severity, state, '', due_at, seen_on, count, 0
			from cube_due
			where account_id = v.account_id and count > 0
			union all
			select '', '', 0, '', '', 'epoch', 'epoch', 0, 0) c
		where v.account_id = any($1)`, lookUp, accounts)
	if err != nil {
		return nil, err
	}
	by := map[int64]*ready{}
	var account, version int64
	var k ruleKey
	var what, region string
	var due pgtype.Timestamptz
	var seen time.Time
	var n, risk int
	if _, err := pgx.ForEachRow(rows, []any{&account, &version, &what, &k.rule, &k.severity, &k.state, &region, &due, &seen, &n, &risk}, func() error {
		r := by[account]
		if r == nil {
			r = &ready{account: account, version: version}
			by[account] = r
		}
		switch what {
		case "rule":
			r.rules = append(r.rules, readyRule{k, n, risk})
		case "region":
			r.regions = append(r.regions, readyRegion{k, region, n})
		case "due":
			d := readyDue{ruleKey: k, seen: seen.UTC(), count: n}
			if due.InfinityModifier == pgtype.Finite {
				d.due = due.Time.UTC()
			}
			r.dues = append(r.dues, d)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	all := make([]*ready, 0, len(by))
	for _, r := range by {
		all = append(all, r)
	}
	return all, nil
}

// counts are those that a query lets through. overdue says that it asks for
// what is overdue, which only the due dates answer.
type countsFor struct {
	*filter
	all     []*ready
	terms   []query.Term
	overdue bool
	now     time.Time
}

// countsOf gives the counts that answer a query; see counted.
func (s *Store) countsOf(ctx context.Context, q query.Query) (*countsFor, error) {
	c := &countsFor{filter: &filter{s: s, ctx: ctx}}
	if err := c.reach(q); err != nil {
		return nil, err
	}
	all, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if c.names(r.account) {
			c.all = append(c.all, r)
		}
	}
	for _, t := range q.Terms {
		switch {
		case overdue(t):
			c.overdue = true
		case t.Key != "provider" && t.Key != "account" && t.Key != "region":
			c.terms = append(c.terms, t)
		}
	}
	if c.now, err = s.now(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// now is the database's time: that of the transaction.
func (s *Store) now(ctx context.Context) (now time.Time, err error) {
	l := lookOf(ctx)
	if l != nil && !l.now.IsZero() {
		return l.now, nil
	}
	err = s.on(ctx).QueryRow(ctx, `select now()`).Scan(&now)
	if l != nil {
		l.now = now.UTC()
	}
	return now.UTC(), explain(err)
}

// lets says that the terms let a row of counts through.
func (c *countsFor) lets(k *ruleKey) bool {
	for i := range c.terms {
		if slices.ContainsFunc(c.terms[i].Values, func(v query.Value) bool { return k.meets(c.terms[i].Key, v) }) == c.terms[i].Not {
			return false
		}
	}
	return true
}

func (k *ruleKey) meets(key string, v query.Value) bool {
	switch key {
	case "is":
		return string(k.state) == v.Text || v.Text == "closed" && (k.state == finding.Resolved || k.state == finding.Gone)
	case "outcome":
		return v.Text == "fail" && k.state == finding.Open || v.Text == "nodata" && (k.state == finding.NoData || k.state == finding.Lost)
	case "severity":
		return k.severity.String() == v.Text
	case "rule":
		return meetsText(k.rule, v)
	case "family":
		return meetsText(familyOf(k.rule), v)
	}
	return false
}

func meetsText(s string, v query.Value) bool {
	want := strings.ToUpper(v.Text)
	return s == want || v.Prefix && strings.HasPrefix(s, want)
}

// late says that a row of due dates is overdue.
func (c *countsFor) late(d *readyDue) bool { return !d.due.IsZero() && !d.due.After(c.now) }

// each gives the rows that the query lets through: by rule, or where it asks for
// what is overdue, by due date.
func (c *countsFor) each(do func(account int64, k *ruleKey, n int)) {
	for _, r := range c.all {
		if c.overdue {
			for i := range r.dues {
				if d := &r.dues[i]; c.late(d) && c.lets(&d.ruleKey) {
					do(r.account, &d.ruleKey, d.count)
				}
			}
			continue
		}
		for i := range r.rules {
			if c.lets(&r.rules[i].ruleKey) {
				do(r.account, &r.rules[i].ruleKey, r.rules[i].count)
			}
		}
	}
}
