package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/framework"
)

// patience is how long it may be that something cannot be told before a week
// says so.
const patience = 48 * time.Hour

// overdueIn adds to the weeks what was past due, and what could not be told for
// more than two days. Both follow from what happened to each finding: due dates
// of the past are stored nowhere, so the same clock runs again.
func (s *Store) overdueIn(ctx context.Context, w *weekly, accounts []int64, rules []string, bounds []time.Time) error {
	rows, err := s.on(ctx).Query(ctx, `
		select account_id, rule, finding, at, state, severity
		from (
			select f.account_id, f.rule, e.finding, e.at, e.id, e.to_state as state, coalesce((
				select v.severity
				from verdict v
				where v.finding = e.finding and v.valid_from <= e.at
				order by v.valid_from desc, v.id desc
				limit 1), f.severity) as severity
			from finding f
			join finding_event e on e.finding = f.number
			where f.account_id = any($1) and f.rule = any($2) and e.at < $3 and e.from_state <> e.to_state
				and (f.state in ('open', 'lost', 'nodata') or f.changed_at >= $4)
			union all
			select account_id, rule, finding, valid_from, 9223372036854775807, '', severity
			from (
				select f.account_id, f.rule, v.finding, v.valid_from, v.severity, lag(v.severity) over (partition by v.finding order by v.valid_from, v.id) as was
				from finding f
				join verdict v on v.finding = f.number
				where f.account_id = any($1) and f.rule = any($2) and v.valid_from < $3
					and (f.state in ('open', 'lost', 'nodata') or f.changed_at >= $4)) v
			where severity <> was) e
		order by finding, at, id`, lookUp, accounts, rules, bounds[len(bounds)-1], bounds[0])
	if err != nil {
		return explain(err)
	}
	var one replay
	var number int64
	var at time.Time
	var state string
	var severity finding.Severity
	var account int64
	var rule string
	_, err = pgx.ForEachRow(rows, []any{&account, &rule, &number, &at, &state, &severity}, func() error {
		if number != one.number {
			one.end(w)
			one = replay{number: number, account: account, rule: rule}
		}
		is := finding.State(state)
		if state == "" { // only the severity changed
			is = one.state
		}
		one.step(w, is, severity, at.UTC())
		return nil
	})
	one.end(w)
	return explain(err)
}

// A replay is a finding whose life is gone through again.
type replay struct {
	number, account int64
	rule            string
	state           finding.State
	severity        finding.Severity
	since           time.Time // in that state, and with that due date
	unknown         time.Time // since when it cannot be told
	clock           finding.Clock
	told            [3]int // by what: weeks, counted from the first, that know of it already
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
	if r.number != 0 {
		r.until(w, w.bounds[len(w.bounds)-1])
	}
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
	if r.state == finding.Lost {
		w.tell(r, isLost, r.since, to)
	}
	if r.state == finding.NoData || r.state == finding.Lost {
		w.tell(r, isStale, later(r.unknown.Add(patience)), to)
	}
}

// What lasts for some time.
type lasted int

const (
	isOver  lasted = iota // past due
	isLost                // failed when it was last told
	isStale               // cannot be told for long
)

// tell says to every week that a time span touches what held of a finding in
// it. Accounts at which nobody looked are left out: all of theirs is not known
// already.
func (w *weekly) tell(r *replay, what lasted, from, to time.Time) {
	if !from.Before(to) {
		return
	}
	for i := range w.weeks {
		week := &w.weeks[i]
		if !from.Before(week.To) || !to.After(week.From) || w.blind[i][r.account] {
			continue
		}
		s := week.Rules[r.rule]
		if i >= r.told[what] {
			r.told[what] = i + 1
			*what.of(&s.Worst)++
		}
		if !to.Before(week.To) {
			*what.of(&s.End)++
		}
	}
}

// of is the number of a tally that counts it.
func (t lasted) of(c *framework.Tally) *int {
	return [...]*int{&c.Over, &c.Lost, &c.Stale}[t]
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
