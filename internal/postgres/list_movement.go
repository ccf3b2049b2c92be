package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/score"
)

var _ listing.Scores = Reader{}

// Counts are how every rule stands in every account by its last finished scan.
func (s *Store) Counts(ctx context.Context) ([]score.Count, error) {
	present, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	var all []score.Count
	for _, t := range present {
		all = append(all, t.counts...)
	}
	return all, nil
}

// asked names a rule in an account.
type askedOf struct {
	account int64
	rule    string
}

// Shifts are how every rule stood in every account at a moment, how it stands
// now, and what happened between. The zero time is that of the finished scan
// before the last, an account each.
func (s *Store) Shifts(ctx context.Context, from time.Time) ([]score.Shift, error) {
	ls, err := s.lasts(ctx)
	if err != nil {
		return nil, err
	}
	var accounts []int64
	var froms []time.Time
	for _, l := range ls {
		if l.Number == 0 {
			continue
		}
		at := from
		if at.IsZero() {
			at = l.FormerAt // the epoch where there is none
		}
		accounts, froms = append(accounts, l.Account), append(froms, at)
	}
	by := map[askedOf]*score.Shift{}
	if err := s.shiftCounts(ctx, accounts, froms, by); err != nil {
		return nil, explain(err)
	}
	if err := s.shiftEvents(ctx, accounts, froms, by); err != nil {
		return nil, explain(err)
	}
	if err := s.shiftChanges(ctx, accounts, froms, by); err != nil {
		return nil, explain(err)
	}
	had := map[int64]bool{}
	for at, x := range by {
		had[at.account] = had[at.account] || x.HadRule
	}
	out := make([]score.Shift, 0, len(by))
	for at, x := range by {
		x.HadAccount, x.HasAccount = had[at.account], true
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b score.Shift) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Rule, b.Rule))
	})
	return out, nil
}

// shiftCounts reads how the rules stood and stand.
func (s *Store) shiftCounts(ctx context.Context, accounts []int64, froms []time.Time, by map[askedOf]*score.Shift) error {
	rows, err := s.on(ctx).Query(ctx, `
		select t.account_id, t.rule, t.severity, t.region, was, stands, t.pass, t.fail, t.unknown, t.gaps > 0
		from unnest($1::bigint[], $2::timestamptz[]) w(account, since)
		join tally t on t.account_id = w.account
		cross join lateral (
			select t.valid_from <= w.since and (t.valid_to is null or t.valid_to > w.since) as was, t.valid_to is null as stands) at
		where was or stands
		order by t.account_id, t.rule, t.region`, lookUp, accounts, froms)
	if err != nil {
		return err
	}
	var at askedOf
	var severity finding.Severity
	var region string
	var was, stands, gaps bool
	var t score.Tell
	_, err = pgx.ForEachRow(rows, []any{&at.account, &at.rule, &severity, &region, &was, &stands, &t.Pass, &t.Fail, &t.Unknown, &gaps}, func() error {
		x := by[at]
		if x == nil {
			x = &score.Shift{Account: at.account, Rule: at.rule}
			by[at] = x
		}
		x.Severity = max(x.Severity, severity)
		place := score.Place{Name: region, Told: t.Pass + t.Fail, Unknown: t.Unknown, Blind: gaps}
		if was {
			x.HadRule, x.Then = true, append(x.Then, place)
			x.Before = score.Tell{Pass: x.Before.Pass + t.Pass, Fail: x.Before.Fail + t.Fail, Unknown: x.Before.Unknown + t.Unknown}
		}
		if stands {
			x.HasRule, x.Now = true, append(x.Now, place)
			x.After = score.Tell{Pass: x.After.Pass + t.Pass, Fail: x.After.Fail + t.Fail, Unknown: x.After.Unknown + t.Unknown}
		}
		return nil
	})
	return err
}

// shiftEvents counts what happened to findings between.
func (s *Store) shiftEvents(ctx context.Context, accounts []int64, froms []time.Time, by map[askedOf]*score.Shift) error {
	rows, err := s.on(ctx).Query(ctx, `
		select f.account_id, f.rule, e.from_state, e.to_state, count(*)::int
		from unnest($1::bigint[], $2::timestamptz[]) w(account, since)
		join finding_event e on e.account_id = w.account and e.at > w.since and e.scan is not null
		join finding f on f.number = e.finding
		group by f.account_id, f.rule, e.from_state, e.to_state`, lookUp, accounts, froms)
	if err != nil {
		return err
	}
	var at askedOf
	var was, is finding.State
	var n int
	_, err = pgx.ForEachRow(rows, []any{&at.account, &at.rule, &was, &is, &n}, func() error {
		if x := by[at]; x != nil {
			happened(x, was, is, n)
		}
		return nil
	})
	return err
}

// happened counts n steps of findings from a state to another.
func happened(x *score.Shift, was, is finding.State, n int) {
	blind := was == finding.NoData || was == finding.Lost
	switch {
	case was == finding.Open && is == finding.Resolved:
		x.Fixed += n
	case was == finding.Open && is == finding.Gone:
		x.Gone += n
	case was == finding.Open && is == finding.Lost:
		x.Lost += n
	case is == finding.Open && blind:
		x.Found += n
	case is == finding.Open && was != finding.Open:
		x.New += n
	}
}

// shiftChanges notes the rules that were written anew, or given other
// parameters, in between: all of an account where another version of the
// program, or of a directory's rules, has scanned it since.
func (s *Store) shiftChanges(ctx context.Context, accounts []int64, froms []time.Time, by map[askedOf]*score.Shift) error {
	rows, err := s.on(ctx).Query(ctx, `
		select distinct w.account, c.rule
		from unnest($1::bigint[], $2::timestamptz[]) w(account, since)
		join rule_decision d on d.state = 'approved' and d.at > w.since
		join rule_change c on c.id = d.change and c.kind in ('file', 'remove', 'params')`, lookUp, accounts, froms)
	if err != nil {
		return err
	}
	var at askedOf
	_, err = pgx.ForEachRow(rows, []any{&at.account, &at.rule}, func() error {
		if x := by[at]; x != nil {
			x.Changed = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	replaced, err := s.replaced(ctx, accounts, froms)
	for at, x := range by {
		x.Changed = x.Changed || replaced[at.account]
	}
	return err
}

// replaced are the accounts that were scanned since a moment by another version
// of the program, or of a directory's rules, than before.
func (s *Store) replaced(ctx context.Context, accounts []int64, froms []time.Time) (map[int64]bool, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select w.account
		from unnest($1::bigint[], $2::timestamptz[]) w(account, since)
		cross join lateral (
			select engine
			from scan
			where account_id = w.account and state = 'finished' and started_at <= w.since
			order by started_at desc
			limit 1) was
		where exists (
			select
			from scan
			where account_id = w.account and state = 'finished' and started_at > w.since and engine <> was.engine)`, lookUp, accounts, froms)
	if err != nil {
		return nil, err
	}
	all := map[int64]bool{}
	var account int64
	_, err = pgx.ForEachRow(rows, []any{&account}, func() error {
		all[account] = true
		return nil
	})
	return all, err
}
