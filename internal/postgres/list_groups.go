package postgres

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/query"
)

// Groups counts the findings that a query lets through by rule, the worst rule
// first.
func (s *Store) Groups(ctx context.Context, q query.Query) ([]listing.Group, error) {
	var by map[string]*listing.Group
	var err error
	if counted(q) && !slices.ContainsFunc(q.Terms, overdue) {
		by, err = s.groupsOfCounts(ctx, q)
	} else {
		by, err = s.groupsOfFindings(ctx, q)
	}
	if err != nil {
		return nil, explain(err)
	}
	if err := s.subjects(ctx, q, by); err != nil {
		return nil, err
	}
	out := make([]listing.Group, 0, len(by))
	for _, g := range by {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b listing.Group) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Risk, a.Risk), cmp.Compare(b.Open, a.Open), strings.Compare(a.Rule, b.Rule))
	})
	return out, nil
}

// groupsOfCounts adds up the counts kept ready. What is new is counted in the
// findings that the last scans moved; where a last scan was the first one, all
// that fails is new, and the counts tell that too.
func (s *Store) groupsOfCounts(ctx context.Context, q query.Query) (map[string]*listing.Group, error) {
	c, err := s.countsOf(ctx, q)
	if err != nil {
		return nil, err
	}
	ls, err := s.lasts(ctx)
	if err != nil {
		return nil, err
	}
	first, later := map[int64]bool{}, []int64{}
	for _, l := range ls {
		switch {
		case l.Number == 0 || !c.names(l.Account):
		case l.Former == 0 && l.Latest == l.Number:
			first[l.Account] = true
		default:
			later = append(later, l.Number)
		}
	}
	by := map[string]*listing.Group{}
	for _, r := range c.all {
		c.group(by, r, first[r.account])
	}
	if len(later) == 0 {
		return by, nil
	}
	return by, s.addNew(ctx, q, later, by)
}

// group adds the counts of one account. allNew says that all that fails there
// is new.
func (c *countsFor) group(by map[string]*listing.Group, r *ready, allNew bool) {
	for i := range r.rules {
		k := &r.rules[i]
		if !c.lets(&k.ruleKey) {
			continue
		}
		g := by[k.rule]
		if g == nil {
			g = &listing.Group{Rule: k.rule}
			by[k.rule] = g
		}
		g.Severity, g.Count = max(g.Severity, k.severity), g.Count+k.count
		switch k.state {
		case finding.Open:
			g.Open += k.count
		case finding.NoData:
			g.NoData += k.count
			g.AtMost = max(g.AtMost, k.risk)
		case finding.Lost:
			g.Lost += k.count
		case finding.None, finding.Resolved, finding.Gone:
		}
		if k.state == finding.Open || k.state == finding.Lost {
			g.Risk = max(g.Risk, k.risk)
			if allNew {
				g.New += k.count
			}
		}
	}
	for i := range r.dues {
		if d := &r.dues[i]; c.late(d) && c.lets(&d.ruleKey) && by[d.rule] != nil {
			by[d.rule].Overdue += d.count
		}
	}
}

// addNew counts the findings that the last scans found new or back.
func (s *Store) addNew(ctx context.Context, q query.Query, lasts []int64, by map[string]*listing.Group) error {
	f, err := s.compile(ctx, q, ruleKeys, nil)
	if err != nil {
		return err
	}
	last := f.arg(lasts)
	rows, err := s.on(ctx).Query(ctx, `
		select f.rule, count(*)
		from finding f`+f.where(`f.state in ('open', 'lost')`, `f.change in ('new', 'reopened')`, `f.changed_scan = any(`+last+`::bigint[])`)+`
		group by f.rule`, append([]any{lookUp}, f.args...)...)
	if err != nil {
		return err
	}
	var rule string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&rule, &n}, func() error {
		if g := by[rule]; g != nil {
			g.New += n
		}
		return nil
	})
	return err
}

// groupsOfFindings counts the findings themselves.
func (s *Store) groupsOfFindings(ctx context.Context, q query.Query) (map[string]*listing.Group, error) {
	f, err := s.compile(ctx, q, findingKeys, findingWordOfAll)
	if err != nil {
		return nil, err
	}
	where := f.where()
	last, err := f.last()
	if err != nil {
		return nil, err
	}
	return s.group(ctx, `
		select f.rule, max(f.severity), count(*),
			count(*) filter (where f.state = 'open'),
			count(*) filter (where f.state = 'nodata'),
			count(*) filter (where f.state = 'lost'),
			coalesce(max(f.risk) filter (where f.state in ('open', 'lost')), 0),
			coalesce(max(f.risk) filter (where f.state = 'nodata'), 0),
			count(*) filter (where f.state in ('open', 'lost') and f.change in ('new', 'reopened') and f.changed_scan = any(`+last+`::bigint[])),
			count(*) filter (where f.state in ('open', 'lost') and f.due_at <= now())
		from finding f`+where+`
		group by f.rule`, f.args)
}

func (s *Store) group(ctx context.Context, sql string, args []any) (map[string]*listing.Group, error) {
	rows, err := s.on(ctx).Query(ctx, sql, append([]any{lookUp}, args...)...)
	if err != nil {
		return nil, err
	}
	by := map[string]*listing.Group{}
	var g listing.Group
	_, err = pgx.ForEachRow(rows, []any{&g.Rule, &g.Severity, &g.Count, &g.Open, &g.NoData, &g.Lost, &g.Risk, &g.AtMost, &g.New, &g.Overdue}, func() error {
		one := g
		by[g.Rule] = &one
		return nil
	})
	return by, err
}

// subjects says of how many subjects each rule was asked, in the accounts and
// regions that the query names.
func (s *Store) subjects(ctx context.Context, q query.Query, by map[string]*listing.Group) error {
	f := &filter{s: s, ctx: ctx}
	if err := f.reach(q); err != nil {
		return err
	}
	present, err := s.present(ctx)
	if err != nil {
		return err
	}
	regions := termsOf(q, "region")
	for account, t := range present {
		if !f.names(account) {
			continue
		}
		if len(regions) == 0 {
			for i := range t.counts {
				if g := by[t.counts[i].Rule]; g != nil {
					g.Subjects += t.counts[i].Pass + t.counts[i].Fail + t.counts[i].Unknown
				}
			}
			continue
		}
		for i := range t.lines {
			if g := by[t.lines[i].Rule]; g != nil && meets(regions, t.lines[i].Region) {
				g.Subjects += t.lines[i].Pass + t.lines[i].Fail + t.lines[i].Unknown
			}
		}
	}
	return nil
}

func termsOf(q query.Query, key string) (all []query.Term) {
	for _, t := range q.Terms {
		if t.Key == key {
			all = append(all, t)
		}
	}
	return all
}

// meets says that a text is let through by terms about it.
func meets(terms []query.Term, text string) bool {
	for _, t := range terms {
		if slices.ContainsFunc(t.Values, func(v query.Value) bool {
			want := strings.ToLower(v.Text)
			return text == want || v.Prefix && strings.HasPrefix(text, want)
		}) == t.Not {
			return false
		}
	}
	return true
}

// Ages counts open findings by severity, the worst first, and whether they are
// due. One that failed when last told and cannot be told now is overdue all the
// same.
func (s *Store) Ages(ctx context.Context) ([]listing.Age, error) {
	c, err := s.countsOf(ctx, query.Query{})
	if err != nil {
		return nil, err
	}
	by := map[finding.Severity]*listing.Age{}
	for _, r := range c.all {
		for i := range r.dues {
			d := &r.dues[i]
			a := by[d.severity]
			if a == nil {
				a = &listing.Age{Severity: d.severity, Oldest: d.seen}
				by[d.severity] = a
			}
			if d.state == finding.Open {
				a.Open += d.count
			}
			switch {
			case c.late(d):
				a.Overdue += d.count
			case !d.due.IsZero() && !d.due.After(c.now.AddDate(0, 0, 7)):
				a.Soon += d.count
			}
			if d.seen.Before(a.Oldest) {
				a.Oldest = d.seen
			}
		}
	}
	out := make([]listing.Age, 0, len(by))
	for _, a := range by {
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b listing.Age) int { return cmp.Compare(b.Severity, a.Severity) })
	return out, nil
}
