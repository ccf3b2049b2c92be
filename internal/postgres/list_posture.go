package postgres

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/score"
)

// FixFirst are the n rules whose mending gains the posture most: all their
// failures set to passed, and nothing else changed.
func (s *Store) FixFirst(ctx context.Context, n int) ([]listing.Gain, error) {
	present, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	var all []score.Count
	severity := map[string]finding.Severity{}
	fails := map[string]int{}
	for _, t := range present {
		all = append(all, t.counts...)
		for i := range t.counts {
			if c := &t.counts[i]; c.Fail > 0 {
				fails[c.Rule] += c.Fail
				severity[c.Rule] = max(severity[c.Rule], c.Severity)
			}
		}
	}
	now := score.PostureOf(all)
	var gains []listing.Gain
	for rule := range fails {
		gains = append(gains, listing.Gain{Rule: rule, Points: score.PostureOf(mended(all, rule)).Score - now.Score})
	}
	if err := s.describe(ctx, gains); err != nil {
		return nil, err
	}
	gains = slices.DeleteFunc(gains, func(g listing.Gain) bool { return g.Open == 0 })
	slices.SortFunc(gains, func(a, b listing.Gain) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(severity[b.Rule], severity[a.Rule]), cmp.Compare(b.Risk, a.Risk),
			cmp.Compare(b.Open, a.Open), strings.Compare(a.Rule, b.Rule))
	})
	return gains[:min(n, len(gains))], nil
}

// mended are the counts as they were if a rule failed nowhere.
func mended(all []score.Count, rule string) []score.Count {
	out := slices.Clone(all)
	for i := range out {
		if c := &out[i]; c.Rule == rule {
			c.Pass, c.Fail = c.Pass+c.Fail, 0
		}
	}
	return out
}

// describe says how many open findings each rule has, where, and how bad.
func (s *Store) describe(ctx context.Context, gains []listing.Gain) error {
	all, err := s.ready(ctx)
	if err != nil {
		return err
	}
	by := map[string]*listing.Gain{}
	for i := range gains {
		by[gains[i].Rule] = &gains[i]
	}
	for _, r := range all {
		here := map[string]bool{}
		for i := range r.rules {
			k := &r.rules[i]
			g := by[k.rule]
			if g == nil || k.state != finding.Open {
				continue
			}
			g.Open, g.Risk = g.Open+k.count, max(g.Risk, k.risk)
			if !here[k.rule] {
				here[k.rule] = true
				g.Places++
			}
		}
	}
	return nil
}

// A trend is how an account's counts went, worked out from its last finished
// scan. It is shared: nobody changes it.
type trend struct {
	scan   int64 // the last finished one
	from   time.Time
	before []score.Count // as of from
	days   []dayCounts   // on which they changed, in order
}

type dayCounts struct {
	day    time.Time
	counts []score.Count
}

// Trend is the posture at the end of each of the last days, in UTC and today
// included, on which it changed.
func (s *Store) Trend(ctx context.Context, days int) ([]listing.Point, error) {
	ls, err := s.lasts(ctx)
	if err != nil {
		return nil, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	from := now.Truncate(24*time.Hour).AddDate(0, 0, 1-max(days, 1))
	trends, err := s.trends(ctx, ls, from)
	if err != nil {
		return nil, explain(err)
	}
	return pointsOf(trends), nil
}

// pointsOf joins the accounts' days.
func pointsOf(trends []*trend) []listing.Point {
	var days []time.Time
	for _, t := range trends {
		for _, d := range t.days {
			days = append(days, d.day)
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	days = slices.CompactFunc(days, time.Time.Equal)
	var out []listing.Point
	next := make([]int, len(trends))
	for _, day := range days {
		var all []score.Count
		for i, t := range trends {
			for next[i] < len(t.days) && !t.days[next[i]].day.After(day) {
				next[i]++
			}
			if next[i] == 0 {
				all = append(all, t.before...)
			} else {
				all = append(all, t.days[next[i]-1].counts...)
			}
		}
		out = append(out, listing.Point{Day: day, Posture: score.PostureOf(all)})
	}
	return out
}

// trends are those of all accounts with a finished scan, from memory where that
// scan is the one that they were worked out from.
func (s *Store) trends(ctx context.Context, ls []lastScan, from time.Time) ([]*trend, error) {
	var out []*trend
	var missing []int64
	fresh := map[int64]*trend{}
	s.sums.mu.Lock()
	for _, l := range ls {
		t := s.sums.trends[l.Account]
		switch {
		case l.Number == 0:
		case t != nil && t.scan == l.Number && t.from.Equal(from):
			out = append(out, t)
		default:
			missing = append(missing, l.Account)
			fresh[l.Account] = &trend{scan: l.Number, from: from}
		}
	}
	s.sums.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	if err := s.readTrends(ctx, missing, fresh, from); err != nil {
		return nil, err
	}
	s.sums.mu.Lock()
	defer s.sums.mu.Unlock()
	for id, t := range fresh {
		s.sums.trends[id] = t
		out = append(out, t)
	}
	return out, nil
}

// A span is a line of the tallies with the time that it stood.
type span struct {
	count    score.Count
	from, to time.Time // to is zero while it stands
}

func (s *Store) readTrends(ctx context.Context, accounts []int64, into map[int64]*trend, from time.Time) error {
	rows, err := s.on(ctx).Query(ctx, `
		select account_id, rule, severity, sum(pass)::int, sum(fail)::int, sum(unknown)::int, valid_from, valid_to
		from tally
		where account_id = any($1) and (valid_to is null or valid_to >= $2)
		group by account_id, rule, severity, valid_from, valid_to`, lookUp, accounts, from)
	if err != nil {
		return err
	}
	spans := map[int64][]span{}
	var id int64
	var line span
	var to *time.Time
	if _, err := pgx.ForEachRow(rows, []any{&id, &line.count.Rule, &line.count.Severity, &line.count.Pass, &line.count.Fail, &line.count.Unknown, &line.from, &to}, func() error {
		one := line
		one.to = utc(to)
		spans[id] = append(spans[id], one)
		return nil
	}); err != nil {
		return err
	}
	for id, t := range into {
		t.fill(spans[id])
	}
	return nil
}

// fill works out the counts at the end of each day on which one changed.
func (t *trend) fill(spans []span) {
	const day = 24 * time.Hour
	days := map[time.Time]bool{}
	for i := range spans {
		for _, at := range []time.Time{spans[i].from, spans[i].to} {
			if !at.IsZero() && !at.Before(t.from) {
				days[at.UTC().Truncate(day)] = true
			}
		}
	}
	t.before = countsAt(spans, t.from)
	for d := range days {
		t.days = append(t.days, dayCounts{d, countsAt(spans, d.Add(day))})
	}
	slices.SortFunc(t.days, func(a, b dayCounts) int { return a.day.Compare(b.day) })
}

// countsAt are the counts just before a time.
func countsAt(spans []span, end time.Time) []score.Count {
	by := map[string]*score.Count{}
	for i := range spans {
		s := &spans[i]
		if !s.from.Before(end) || !s.to.IsZero() && s.to.Before(end) {
			continue
		}
		c := by[s.count.Rule]
		if c == nil {
			c = &score.Count{Rule: s.count.Rule, Severity: s.count.Severity}
			by[s.count.Rule] = c
		}
		c.Pass, c.Fail, c.Unknown = c.Pass+s.count.Pass, c.Fail+s.count.Fail, c.Unknown+s.count.Unknown
	}
	out := make([]score.Count, 0, len(by))
	for _, c := range by {
		out = append(out, *c)
	}
	return out
}
