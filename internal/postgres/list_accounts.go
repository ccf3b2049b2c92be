package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
)

const accountQuery = `
	select a.id, a.provider, a.external_id, a.name, a.state, a.login, coalesce(extract(epoch from a.every), 0)::bigint, a.next_at, a.joined_at, a.tested_at, a.test,
		array(
			select g.name
			from account_group_member m
			join account_group g on g.id = m.account_group
			where m.account_id = a.id
			order by g.name),
		coalesce(l.workloads, 0), l.started_at
	from account a
	left join lateral (
		select started_at, workloads
		from scan
		where account_id = a.id and state = 'finished' and look is null
		order by started_at desc
		limit 1) l on true`

func scanAccount(row pgx.CollectableRow) (a listing.Account, err error) {
	var next, tested, last *time.Time
	var every int64
	err = row.Scan(&a.ID, &a.Provider, &a.External, &a.Name, &a.State, &a.Login, &every, &next, &a.JoinedAt, &tested, &a.Test,
		&a.Groups, &a.Workloads, &last)
	a.Every = time.Duration(every) * time.Second
	a.NextAt, a.TestedAt, a.LastScanAt = utc(next), utc(tested), utc(last)
	a.JoinedAt = a.JoinedAt.UTC()
	return a, err
}

// countInto says of each account how many findings it has.
func (s *Store) countInto(ctx context.Context, accounts []listing.Account) error {
	all, err := s.ready(ctx)
	if err != nil {
		return err
	}
	by := make(map[int64]*ready, len(all))
	for _, r := range all {
		by[r.account] = r
	}
	for i := range accounts {
		if r, a := by[accounts[i].ID], &accounts[i]; r != nil {
			a.Open, a.NoData = r.count(finding.Open), r.count(finding.NoData)+r.count(finding.Lost)
		}
	}
	return nil
}

// count is how many findings of the account are in a state.
func (r *ready) count(state finding.State) (n int) {
	for i := range r.rules {
		if r.rules[i].state == state {
			n += r.rules[i].count
		}
	}
	return n
}

// utc is a time that may not be there.
func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

var accountOrder = order{mark: "a", columns: []string{"a.provider", "a.external_id"}, types: []string{"text", "text"}}

// Accounts lists a page of the accounts, by provider and the provider's own id.
func (s *Store) Accounts(ctx context.Context, at listing.Place) ([]listing.Account, listing.Cursors, error) {
	w, err := accountOrder.window(at)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	var f filter
	if c := w.cond(&f); c != "" {
		f.and(c)
	}
	rows, err := s.on(ctx).Query(ctx, accountQuery+f.where()+`
	order by `+w.orderBy()+`
	limit `+f.arg(w.limit+1), f.args...)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, c := cut(&w, all, func(a *listing.Account) []any { return []any{a.Provider, a.External} })
	return all, c, s.countInto(ctx, all)
}

// Account gives one account.
func (s *Store) Account(ctx context.Context, id int64) (listing.Account, error) {
	rows, err := s.on(ctx).Query(ctx, accountQuery+`
	where a.id = $1`, id)
	if err != nil {
		return listing.Account{}, explain(err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, problem.New(problem.NotFound, "There is no account %d.", id)
	}
	if err != nil {
		return a, explain(err)
	}
	one := []listing.Account{a}
	err = s.countInto(ctx, one)
	return one[0], err
}

// Standings says where every account stands. The tallies of its scans are
// shared with other readers: nobody may change them.
func (s *Store) Standings(ctx context.Context) ([]listing.Standing, error) {
	ls, err := s.lasts(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.on(ctx).Query(ctx, accountQuery+`
	order by a.provider, a.external_id`)
	if err != nil {
		return nil, explain(err)
	}
	accounts, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, explain(err)
	}
	if err := s.countInto(ctx, accounts); err != nil {
		return nil, err
	}
	scans, err := s.standingScans(ctx, ls)
	if err != nil {
		return nil, explain(err)
	}
	out := make([]listing.Standing, len(accounts))
	for i, a := range accounts {
		if s := scans[a.ID]; s != nil {
			out[i] = *s
		}
		out[i].Account = a
	}
	return out, nil
}

// standingScans reads the scans of all accounts that say where each stands.
func (s *Store) standingScans(ctx context.Context, ls []lastScan) (map[int64]*listing.Standing, error) {
	of := map[int64]*lastScan{}
	var numbers []int64
	var dated []datedScan
	for i := range ls {
		l := &ls[i]
		of[l.Account] = l
		if l.Number != 0 {
			numbers, dated = append(numbers, l.Number), append(dated, datedScan{l.Account, l.Number, l.At})
		}
		if l.Former != 0 {
			numbers, dated = append(numbers, l.Former), append(dated, datedScan{l.Account, l.Former, l.FormerAt})
		}
	}
	tallied, err := s.tallied(ctx, dated)
	if err != nil {
		return nil, err
	}
	recs, err := s.scansOf(ctx, ls, numbers)
	if err != nil {
		return nil, err
	}
	all := map[int64]*listing.Standing{}
	for i := range recs {
		rec, l := &recs[i].Record, of[recs[i].account]
		s := all[l.Account]
		if s == nil {
			s = &listing.Standing{}
			all[l.Account] = s
		}
		if t := tallied[rec.Number]; t != nil {
			rec.Tally = slices.Clip(t.lines)
		}
		switch {
		case rec.Number == l.Number:
			s.Last, s.Refused = rec, tallied[rec.Number].refused
		case rec.Number == l.Former:
			s.Former = rec
		case rec.State == scan.Running:
			s.Running = rec
		default:
			s.Failed = rec
		}
	}
	return all, nil
}

type accountScan struct {
	scan.Record
	account int64
}

// scansOf reads scans by their numbers, those that run, and of each account the
// latest that ended otherwise after the last finished one.
func (s *Store) scansOf(ctx context.Context, ls []lastScan, numbers []int64) ([]accountScan, error) {
	accounts, lasts := make([]int64, len(ls)), make([]int64, len(ls))
	for i := range ls {
		accounts[i], lasts[i] = ls[i].Account, ls[i].Number
	}
	rows, err := s.on(ctx).Query(ctx, scanColumns+`, s.account_id
	from scan s
	join account a on a.id = s.account_id
	where s.number = any($1::bigint[])
		or s.number in (
			select o.number
			from unnest($2::bigint[], $3::bigint[]) as l (account_id, number)
			cross join lateral (
				(select number from scan where account_id = l.account_id and state = 'running')
				union all
				(select number
				from scan
				where account_id = l.account_id and number > l.number and state not in ('running', 'finished') and look is null
				order by number desc
				limit 1)) o)`, some(numbers), accounts, lasts)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a accountScan, err error) {
		a.Record, err = readScanAnd(row, &a.account)
		return a, err
	})
}
