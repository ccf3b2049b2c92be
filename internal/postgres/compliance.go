package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/framework"
	"plumbline/internal/listing"
	"plumbline/internal/scan"
	"plumbline/internal/score"
)

var _ listing.Compliance = Reader{}

// RuleWeeks tells how rules stood from each bound to the next, all accounts
// within reach together.
func (s *Store) RuleWeeks(ctx context.Context, rules []string, bounds []time.Time) ([]listing.RuleWeek, error) {
	if len(bounds) < 2 {
		return nil, nil
	}
	sum := newWeekly(rules, bounds)
	all, err := s.seenIn(ctx, bounds)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(all))
	for _, a := range all {
		ids = append(ids, a.Account.ID)
	}
	lines, err := s.timelines(ctx, ids, rules, bounds)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		sum.account(a, lines[a.Account.ID])
	}
	if err := s.overdueIn(ctx, sum, ids, rules); err != nil {
		return nil, err
	}
	sum.agree()
	return sum.weeks, nil
}

// A seenAccount is an account with the finished scans that tell of some time,
// in order, the last before it among them.
type seenAccount struct {
	listing.Look // but for Scan and At
	name         string
	scans        []time.Time // those that judged
	looks        []time.Time // those of them that asked the cloud
}

// absent says why the account does not count at the end of a week.
func (a *seenAccount) absent(end time.Time) listing.Absence {
	l := a.Look
	if at, ever := before(a.looks, end); ever {
		l.Scan, l.At = 1, at // whichever it was
	}
	why, _ := l.Absent(end)
	return why
}

// before is the last time of a list before an end.
func before(times []time.Time, end time.Time) (time.Time, bool) {
	i, _ := slices.BinarySearchFunc(times, end, time.Time.Compare)
	if i == 0 {
		return time.Time{}, false
	}
	return times[i-1], true
}

// during says whether a scan began at from or after it, and before to.
func (a *seenAccount) during(from, to time.Time) bool {
	i, _ := slices.BinarySearchFunc(a.scans, from, time.Time.Compare)
	return i < len(a.scans) && a.scans[i].Before(to)
}

// seenIn are the accounts that were ever scanned before the last bound.
func (s *Store) seenIn(ctx context.Context, bounds []time.Time) ([]seenAccount, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select a.id, coalesce(nullif(a.name, ''), a.external_id), a.state, a.left_at, l.scans, l.looks
		from account a
		cross join lateral (
			select array_agg(s.started_at order by s.started_at) as scans,
				coalesce(array_agg(s.started_at order by s.started_at) filter (where s.look is null), '{}') as looks
			from scan s
			where s.account_id = a.id and s.state = 'finished' and s.started_at < $2 and s.started_at >= coalesce((
				select max(b.started_at)
				from scan b
				where b.account_id = a.id and b.state = 'finished' and b.look is null and b.started_at < $1), $1)) l
		where l.scans is not null
		order by a.id`, bounds[0], bounds[len(bounds)-1])
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a seenAccount, err error) {
		var left *time.Time
		err = row.Scan(&a.Account.ID, &a.name, &a.Account.State, &left, &a.scans, &a.looks)
		a.LeftAt = utc(left)
		return a, err
	})
	return all, explain(err)
}

// RuleCounts tells how often rules passed, failed and could not tell in each
// account's last finished scan.
func (s *Store) RuleCounts(ctx context.Context, rules []string) ([]score.Count, error) {
	present, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	var out []score.Count
	for _, t := range present {
		for _, c := range t.counts {
			if slices.Contains(rules, c.Rule) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// Looks tells of each account the last finished scan that began before a time.
func (s *Store) Looks(ctx context.Context, at time.Time) ([]listing.Look, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select a.id, a.provider, a.external_id, a.name, a.state, a.left_at, coalesce(l.number, 0), l.started_at
		from account a
		left join lateral (
			select number, started_at
			from scan
			where account_id = a.id and state = 'finished' and look is null and started_at < $1
			order by started_at desc
			limit 1) l on true
		order by a.id`, at)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l listing.Look, err error) {
		var left, began *time.Time
		err = row.Scan(&l.Account.ID, &l.Account.Provider, &l.Account.External, &l.Account.Name, &l.Account.State, &left, &l.Scan, &began)
		l.LeftAt, l.At = utc(left), utc(began)
		return l, err
	})
	return all, explain(err)
}

// Documents are a Source, as a scan takes one.
func (s *Store) Documents(ctx context.Context, provider, account string, asOf time.Time, workload func(kind string) bool) (scan.Source, error) {
	src, err := s.Source(ctx, provider, account, asOf, workload)
	if err != nil {
		return nil, err
	}
	return src, nil
}

// FindingsOn gives the numbers of the findings that rules have on subjects of
// an account; a workload of a group has its group's.
func (s *Store) FindingsOn(ctx context.Context, account int64, rules, uids []string) (map[listing.RuleOn]int64, error) {
	if len(rules) == 0 || len(uids) == 0 {
		return map[listing.RuleOn]int64{}, nil
	}
	rows, err := s.on(ctx).Query(ctx, `
		select f.rule, u.uid, min(f.number)
		from unnest($3::text[]) as u (uid)
		left join workload w on w.account_id = $1 and w.uid = u.uid
		join finding f on f.account_id = $1 and f.uid in (u.uid, w.group_uid) and f.rule = any($2)
		group by f.rule, u.uid`, account, rules, uids)
	if err != nil {
		return nil, explain(err)
	}
	out := map[listing.RuleOn]int64{}
	var on listing.RuleOn
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&on.Rule, &on.UID, &n}, func() error {
		out[on] = n
		return nil
	})
	return out, explain(err)
}

// CountedMappings are the mappings that count beside those of publishers.
func (s *Store) CountedMappings(ctx context.Context) ([]listing.CountedMapping, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select status, who, at
		from counted_mapping
		order by status desc`)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c listing.CountedMapping, err error) {
		err = row.Scan(&c.Status, &c.Who, &c.At)
		c.At = c.At.UTC()
		return c, err
	})
	return all, explain(err)
}

// CountMapping lets mappings of a status count, or no longer, and says whether
// that changed anything.
func (s *Store) CountMapping(ctx context.Context, status framework.Status, on bool, who string) (changed bool, err error) {
	sql, args := `delete from counted_mapping where status = $1`, []any{status}
	if on {
		sql, args = `insert into counted_mapping (status, who, at) values ($1, $2, now()) on conflict do nothing`, []any{status, who}
	}
	tag, err := s.on(ctx).Exec(ctx, sql, args...)
	return tag.RowsAffected() > 0, explain(err)
}
