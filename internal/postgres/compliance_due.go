package postgres

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/framework"
)

// patience is how long it may be that something cannot be told before a week
// says so.
const patience = 48 * time.Hour

// overdueIn adds to the weeks what was past due, and what could not be told for
// more than two days.
func (s *Store) overdueIn(ctx context.Context, w *weekly, accounts []int64, rules []string) error {
	moved, err := s.severed(ctx, accounts, rules)
	if err != nil {
		return explain(err)
	}
	if err := s.plain(ctx, w, accounts, rules, moved); err != nil {
		return explain(err)
	}
	return explain(s.eventful(ctx, w, accounts, rules, moved))
}

// severed are the rules whose severity ever changed in an account, as two lists
// of one length.
func (s *Store) severed(ctx context.Context, accounts []int64, rules []string) (moved ruleIn, err error) {
	rows, err := s.on(ctx).Query(ctx, `
		select account_id, rule
		from tally
		where account_id = any($1) and rule = any($2)
		group by account_id, rule
		having min(severity) < max(severity)`, lookUp, accounts, rules)
	if err != nil {
		return moved, err
	}
	var account int64
	var rule string
	_, err = pgx.ForEachRow(rows, []any{&account, &rule}, func() error {
		moved.accounts, moved.rules = append(moved.accounts, account), append(moved.rules, rule)
		return nil
	})
	return moved, err
}

type ruleIn struct {
	accounts []int64
	rules    []string
}

// laterEvents are the findings of accounts $1 that something happened to after
// they were first told.
const laterEvents = `
	select finding
	from finding_event
	where account_id = any($1) and from_state <> '' and from_state <> to_state`

// plain adds the findings to which nothing happened since they were first told:
// most of them, and alike in a scan. Those that fail and are not due in the time
// tell nothing, unless nobody looked.
func (s *Store) plain(ctx context.Context, w *weekly, accounts []int64, rules []string, moved ruleIn) error {
	var blind []int64
	for i := range w.blind {
		blind = slices.AppendSeq(blind, maps.Keys(w.blind[i]))
	}
	end := w.bounds[len(w.bounds)-1]
	rows, err := s.on(ctx).Query(ctx, `
		select account_id, rule, state, first_seen, nullif(due_at, 'infinity'), min(number), count(*)::int
		from finding f
		where account_id = any($1) and rule = any($2) and first_seen < $3
			and (state = 'nodata' or state = 'open' and (due_at < $3 or account_id = any($4)))
			and number not in (`+laterEvents+`)
			and (account_id, rule) not in (select * from unnest($5::bigint[], $6::text[]))
		group by account_id, rule, state, first_seen, due_at`, lookUp, accounts, rules, end, some(blind), some(moved.accounts), some(moved.rules))
	if err != nil {
		return err
	}
	var r replay
	var due *time.Time
	_, err = pgx.ForEachRow(rows, []any{&r.account, &r.rule, &r.state, &r.since, &due, &r.number, &r.count}, func() error {
		one := r
		one.unknown, one.clock.Due = one.since, utc(due)
		one.until(w, end)
		return nil
	})
	return err
}

// eventful adds the others. What was past due in the past follows from what
// happened to each: due dates of the past are stored nowhere, so the same clock
// runs again. Where nothing happened since, the due date that is stored is the
// one that counts: a rule that was changed may have granted some days more.
func (s *Store) eventful(ctx context.Context, w *weekly, accounts []int64, rules []string, moved ruleIn) error {
	end := w.bounds[len(w.bounds)-1]
	rows, err := s.on(ctx).Query(ctx, `
		with f as materialized (
			select number, account_id, rule, severity, nullif(due_at, 'infinity') as due, changed_at
			from finding
			where account_id = any($1) and rule = any($2) and (state in ('open', 'lost', 'nodata') or changed_at >= $4)
				and (number in (`+laterEvents+`) or (account_id, rule) in (select * from unnest($5::bigint[], $6::text[]))))
		select account_id, rule, finding, at, state, severity, due, stands, changed_at
		from (
			select f.account_id, f.rule, e.finding, e.at, e.id, f.due, f.severity as stands, f.changed_at, e.to_state as state, coalesce((
				select v.severity
				from verdict v
				where v.finding = e.finding and v.valid_from <= e.at
				order by v.valid_from desc, v.id desc
				limit 1), f.severity) as severity
			from f
			join finding_event e on e.finding = f.number
			where e.at < $3 and e.from_state <> e.to_state
			union all
			select account_id, rule, finding, valid_from, 9223372036854775807, due, stands, changed_at, '', severity
			from (
				select f.account_id, f.rule, v.finding, v.valid_from, v.severity, f.due, f.severity as stands, f.changed_at,
					lag(v.severity) over (partition by v.finding order by v.valid_from, v.id) as was
				from f
				join verdict v on v.finding = f.number
				where v.valid_from < $3 and (f.account_id, f.rule) in (select * from unnest($5::bigint[], $6::text[]))) v
			where severity <> was) e
		order by finding, at, id`, lookUp, accounts, rules, end, w.bounds[0], some(moved.accounts), some(moved.rules))
	if err != nil {
		return err
	}
	var one, row replay
	var at time.Time
	var state string
	var severity finding.Severity
	var due *time.Time
	_, err = pgx.ForEachRow(rows, []any{&row.account, &row.rule, &row.number, &at, &state, &severity, &due, &row.stands, &row.changed}, func() error {
		if row.number != one.number {
			one.end(w)
			one = row
			one.count, one.due = 1, utc(due)
		}
		is := finding.State(state)
		if state == "" { // only the severity changed
			is = one.state
		}
		one.step(w, is, severity, at.UTC())
		return nil
	})
	one.end(w)
	return err
}

// A replay is a finding whose life is gone through again, or some whose lives
// are alike.
type replay struct {
	number, account int64
	count           int // how many
	rule            string
	state           finding.State
	severity        finding.Severity
	since           time.Time // in that state, and with that due date
	unknown         time.Time // since when it cannot be told
	clock           finding.Clock
	told            [3]int           // by what: weeks, counted from the first, that know of it already
	due             time.Time        // as it is stored; zero: it is not due
	stands          finding.Severity // as it is stored
	changed         time.Time        // when its state last changed, as it is stored
}

// step moves the finding on, and tells the weeks what was until then.
func (r *replay) step(w *weekly, is finding.State, severity finding.Severity, at time.Time) {
	r.until(w, at)
	before := r.severity
	if before == 0 {
		before = severity
	}
	r.clock = r.clock.Step(r.state, is, before, severity, at)
	blind := is == finding.NoData || is == finding.Lost
	if was := r.state == finding.NoData || r.state == finding.Lost; blind && !was {
		r.unknown = at
	}
	r.state, r.severity, r.since = is, severity, at
}

// end tells the weeks of the state in which it stands.
func (r *replay) end(w *weekly) {
	if r.number == 0 {
		return
	}
	end := w.bounds[len(w.bounds)-1]
	if !r.clock.Due.IsZero() && r.stands == r.severity && r.changed.Before(end) && !r.due.IsZero() {
		r.clock.Due = r.due
	}
	r.until(w, end)
}

// until tells the weeks what holds from the last step to a time.
func (r *replay) until(w *weekly, to time.Time) {
	later := func(t time.Time) time.Time {
		if t.After(r.since) {
			return t
		}
		return r.since
	}
	if (r.state == finding.Open || r.state == finding.Lost) && !r.clock.Due.IsZero() {
		w.tell(r, isOver, later(r.clock.Due), to)
	}
	switch r.state {
	case finding.Lost:
		w.tell(r, isLost, r.since, to)
	case finding.Open:
		w.tell(r, isUnseen, r.since, to)
	case finding.None, finding.NoData, finding.Resolved, finding.Gone:
	}
	if r.state == finding.NoData || r.state == finding.Lost {
		w.tell(r, isStale, later(r.unknown.Add(patience)), to)
	}
}

// What lasts for some time.
type lasted int

const (
	isOver   lasted = iota // past due
	isLost                 // failed when it was last told
	isStale                // cannot be told for long
	isUnseen               // failed when it was last told, and would be lost if somebody had looked
)

// tell says to every week that a time span touches what held of a finding in
// it. At accounts at which nobody looked all is not known already; what failed
// there when it was last told is as good as lost, and stays past due: who looks
// away mends nothing. Accounts that left are left out.
func (w *weekly) tell(r *replay, what lasted, from, to time.Time) {
	if !from.Before(to) {
		return
	}
	for i := range w.weeks {
		week := &w.weeks[i]
		if !from.Before(week.To) || !to.After(week.From) || w.left[i][r.account] {
			continue
		}
		if blind := w.blind[i][r.account]; blind && what == isStale || !blind && what == isUnseen {
			continue
		}
		as := what
		if what == isUnseen {
			as = isLost
		}
		s := week.Rules[r.rule]
		if i >= r.told[as] {
			r.told[as] = i + 1
			*as.of(&s.Worst) += r.count
		}
		if !to.Before(week.To) {
			*as.of(&s.End) += r.count
		}
	}
}

// of is the number of a tally that counts it.
func (t lasted) of(c *framework.Tally) *int {
	return [...]*int{isOver: &c.Over, isLost: &c.Lost, isStale: &c.Stale}[t]
}

// agree sees to it that nothing told of findings exceeds what was counted of
// subjects: what stands behind a refused listing is counted as one place, and
// scans that were never finished move findings too.
func (w *weekly) agree() {
	for i := range w.weeks {
		for _, s := range w.weeks[i].Rules {
			for _, c := range []*framework.Tally{&s.End, &s.Worst} {
				c.Unknown = max(c.Unknown, c.Lost, c.Stale)
				c.Fail = max(c.Fail, c.Over-c.Lost)
			}
		}
	}
}
