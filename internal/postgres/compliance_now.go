package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/framework"
	"plumbline/internal/listing"
)

// RulesNow tells how rules stand now, as the end of a week that ends now. It
// reads counts that are kept ready, and no finding's life: the first page that
// people see asks for it.
func (s *Store) RulesNow(ctx context.Context, rules []string, now time.Time) (listing.RuleWeek, error) {
	sum := newWeekly(rules, []time.Time{now.Add(-listing.Lasting), now})
	all, err := s.seenIn(ctx, sum.bounds)
	if err != nil {
		return listing.RuleWeek{}, err
	}
	present, err := s.present(ctx)
	if err != nil {
		return listing.RuleWeek{}, err
	}
	ready, err := s.ready(ctx)
	if err != nil {
		return listing.RuleWeek{}, err
	}
	blanks, err := s.blanks(ctx)
	if err != nil {
		return listing.RuleWeek{}, err
	}
	asked := map[string]bool{}
	for _, r := range rules {
		asked[r] = true
	}
	seen := map[int64]bool{}
	for _, a := range all {
		seen[a.Account.ID] = true
		sum.account(a, present[a.Account.ID].standing(asked))
	}
	for _, r := range ready {
		if seen[r.account] && !sum.left[0][r.account] {
			sum.standing(r, blanks[r.account], now)
		}
	}
	for _, r := range sum.weeks[0].Rules {
		r.Worst = framework.Tally{}
	}
	sum.agree()
	return sum.weeks[0], nil
}

// standing are the counts of the last scan, as steps that stood ever since.
func (t *tallied) standing(asked map[string]bool) map[string]timeline {
	out := map[string]timeline{}
	if t == nil {
		return out
	}
	for i := range t.lines {
		l := &t.lines[i]
		if !asked[l.Rule] {
			continue
		}
		if out[l.Rule] == nil {
			out[l.Rule] = timeline{{}}
		}
		add(&out[l.Rule][0].count, framework.Tally{Pass: l.Pass, Fail: l.Fail, Unknown: l.Unknown})
	}
	return out
}

// standing adds what the counts kept ready tell of an account's findings.
func (w *weekly) standing(r *ready, blanks []blank, now time.Time) {
	week, blind := &w.weeks[0], w.blind[0][r.account]
	for i := range r.dues {
		if d, s := &r.dues[i], week.Rules[r.dues[i].rule]; s != nil && !d.due.IsZero() && d.due.Before(now) {
			s.End.Over += d.count
		}
	}
	for i := range r.rules {
		k, s := &r.rules[i], week.Rules[r.rules[i].rule]
		if s != nil && (k.state == finding.Lost || blind && k.state == finding.Open) {
			s.End.Lost += k.count
		}
	}
	for _, b := range blanks {
		if s := week.Rules[b.rule]; s != nil && !blind && b.since.Add(patience).Before(now) {
			s.End.Stale += b.count
		}
	}
}

// A blank is how many findings of a rule could not be told since a time.
type blank struct {
	rule  string
	since time.Time
	count int
}

// blanksAt are those of an account as of a version of its counts. They are
// shared: nobody changes them.
type blanksAt struct {
	version int64
	all     []blank
}

// blanks gives those of every account that the viewer sees, from memory where
// the counts have the version that is remembered.
func (s *Store) blanks(ctx context.Context) (map[int64][]blank, error) {
	versions, err := s.versions(ctx)
	if err != nil {
		return nil, explain(err)
	}
	all := map[int64][]blank{}
	var missing []int64
	s.sums.mu.Lock()
	for account, version := range versions {
		if b, has := s.sums.blanks[account]; has && b.version == version {
			all[account] = b.all
		} else {
			missing = append(missing, account)
		}
	}
	s.sums.mu.Unlock()
	if len(missing) == 0 {
		return all, nil
	}
	if err := s.readBlanks(ctx, missing, all); err != nil {
		return nil, explain(err)
	}
	l := lookOf(ctx)
	s.sums.mu.Lock()
	defer s.sums.mu.Unlock()
	for _, account := range missing {
		old := s.sums.blanks[account]
		if l == nil || !l.still || old.version >= versions[account] { // what is written here may yet be undone
			continue
		}
		if s.sums.blankRows += len(all[account]) - len(old.all); s.sums.blankRows > mostReady {
			clear(s.sums.blanks)
			s.sums.blankRows = len(all[account])
		}
		s.sums.blanks[account] = blanksAt{versions[account], all[account]}
	}
	return all, nil
}

func (s *Store) readBlanks(ctx context.Context, accounts []int64, into map[int64][]blank) error {
	rows, err := s.on(ctx).Query(ctx, `
		select account_id, rule, changed_at, count(*)::int
		from finding
		where account_id = any($1) and state in ('nodata', 'lost')
		group by account_id, rule, changed_at`, lookUp, accounts)
	if err != nil {
		return err
	}
	var account int64
	var b blank
	_, err = pgx.ForEachRow(rows, []any{&account, &b.rule, &b.since, &b.count}, func() error {
		into[account] = append(into[account], b)
		return nil
	})
	return err
}
