package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/framework"
	"plumbline/internal/listing"
)

// A weekly sums up how rules stood in each week.
type weekly struct {
	bounds []time.Time
	weeks  []listing.RuleWeek
	blind  []map[int64]bool // by week: accounts whose subjects count as not known
	left   []map[int64]bool // by week: those whose subjects count not at all
}

func newWeekly(rules []string, bounds []time.Time) *weekly {
	w := &weekly{bounds: bounds}
	for i := range len(bounds) - 1 {
		week := listing.RuleWeek{From: bounds[i], To: bounds[i+1], Rules: map[string]*listing.RuleStanding{}}
		for _, r := range rules {
			week.Rules[r] = &listing.RuleStanding{}
		}
		w.weeks = append(w.weeks, week)
		w.blind, w.left = append(w.blind, map[int64]bool{}), append(w.left, map[int64]bool{})
	}
	return w
}

// account adds one account's counts to every week in which it had been scanned.
func (w *weekly) account(a seenAccount, lines map[string]timeline) {
	for i := range w.weeks {
		week := &w.weeks[i]
		last, ever := before(a.scans, week.To)
		if !ever {
			continue
		}
		why := a.absent(week.To)
		switch why {
		case "":
			week.Looked++
		case listing.Disconnected:
			week.Left = append(week.Left, a.name)
			w.left[i][a.Account.ID] = true
			continue
		case listing.NotLookedAt, listing.NeverScanned:
			week.Blind = append(week.Blind, a.name)
			w.blind[i][a.Account.ID] = true
		}
		for rule, line := range lines {
			to := week.Rules[rule]
			if why != "" {
				at := unseenFor(line.at(last))
				add(&to.End, at)
				add(&to.Worst, at)
				continue
			}
			at := line.at(last)
			add(&to.End, at)
			worst := line.worst(&a, week.From, week.To)
			worst.Pass = at.Pass
			add(&to.Worst, worst)
		}
	}
}

// unseenFor is what is known of subjects of which nobody looked for long.
func unseenFor(c framework.Tally) framework.Tally {
	n := c.All()
	return framework.Tally{Unknown: n, Stale: n}
}

func add(to *framework.Tally, c framework.Tally) {
	to.Pass += c.Pass
	to.Fail += c.Fail
	to.Unknown += c.Unknown
	to.Stale += c.Stale
}

// A timeline is what one rule counted in one account, as steps in order. The
// last step stands.
type timeline []step

type step struct {
	from  time.Time
	count framework.Tally
}

// at is what was counted at a time.
func (t timeline) at(when time.Time) framework.Tally {
	i, found := slices.BinarySearchFunc(t, when, func(s step, at time.Time) int { return s.from.Compare(at) })
	if found {
		return t[i].count
	}
	if i == 0 {
		return framework.Tally{}
	}
	return t[i-1].count
}

// worst are the most failures, and the most that could not be told, that one
// scan between two times counted, or the last scan before them: what it told
// held until the next one told otherwise.
func (t timeline) worst(a *seenAccount, from, to time.Time) (w framework.Tally) {
	for i := range t {
		begins, ends := t[i].from, to
		if i+1 < len(t) && t[i+1].from.Before(to) {
			ends = t[i+1].from
		}
		carried := begins.Before(from) && from.Before(ends)
		if begins.Before(from) {
			begins = from
		}
		if carried || begins.Before(ends) && a.during(begins, ends) {
			w.Fail, w.Unknown = max(w.Fail, t[i].count.Fail), max(w.Unknown, t[i].count.Unknown)
		}
	}
	return w
}

// A tallySpan is a line of the tallies with the time that it stood.
type tallySpan struct {
	count    framework.Tally
	from, to time.Time // to is zero while it stands
}

// timelines reads the tallies of accounts that stood in the weeks, or as the
// last scan before them told.
func (s *Store) timelines(ctx context.Context, accounts []int64, rules []string, bounds []time.Time) (map[int64]map[string]timeline, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select account_id, rule, sum(pass)::int, sum(fail)::int, sum(unknown)::int, valid_from, valid_to
		from tally
		where account_id = any($1) and rule = any($2) and valid_from < $3 and (valid_to is null or valid_to > $4)
		group by account_id, rule, valid_from, valid_to`, lookUp, accounts, rules, bounds[len(bounds)-1], bounds[0])
	if err != nil {
		return nil, explain(err)
	}
	spans := map[int64]map[string][]tallySpan{}
	var id int64
	var rule string
	var one tallySpan
	var to *time.Time
	c := &one.count
	if _, err := pgx.ForEachRow(rows, []any{&id, &rule, &c.Pass, &c.Fail, &c.Unknown, &one.from, &to}, func() error {
		line := one
		line.to = utc(to)
		if spans[id] == nil {
			spans[id] = map[string][]tallySpan{}
		}
		spans[id][rule] = append(spans[id][rule], line)
		return nil
	}); err != nil {
		return nil, explain(err)
	}
	out := map[int64]map[string]timeline{}
	for id, by := range spans {
		out[id] = map[string]timeline{}
		for rule, l := range by {
			out[id][rule] = timelineOf(l)
		}
	}
	return out, nil
}

// timelineOf adds up what stood side by side.
func timelineOf(spans []tallySpan) timeline {
	var moves timeline
	for _, s := range spans {
		moves = append(moves, step{s.from, s.count})
		if !s.to.IsZero() {
			moves = append(moves, step{s.to, framework.Tally{Pass: -s.count.Pass, Fail: -s.count.Fail, Unknown: -s.count.Unknown}})
		}
	}
	slices.SortFunc(moves, func(a, b step) int { return cmp.Compare(a.from.UnixNano(), b.from.UnixNano()) })
	var out timeline
	var sum framework.Tally
	for i, m := range moves {
		add(&sum, m.count)
		if i+1 == len(moves) || moves[i+1].from.After(m.from) {
			out = append(out, step{m.from, sum})
		}
	}
	return out
}
