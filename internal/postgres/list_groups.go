package postgres

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/listing"
	"plumbline/internal/query"
)

// Groups counts the findings that a query lets through by rule, the worst rule
// first.
func (s *Store) Groups(ctx context.Context, q query.Query) ([]listing.Group, error) {
	var by map[string]*listing.Group
	var err error
	if counted(q) {
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

// groupsOfCounts reads the counts kept ready. What is new is counted in the
// findings that the last scans moved; where a last scan was the first one, all
// that fails is new, and the counts tell that too.
func (s *Store) groupsOfCounts(ctx context.Context, q query.Query) (map[string]*listing.Group, error) {
	f, err := s.compile(ctx, q, cubeColumns, nil)
	if err != nil {
		return nil, err
	}
	ls, err := s.lasts(ctx)
	if err != nil {
		return nil, err
	}
	firsts, later := []int64{}, []int64{}
	for _, l := range ls {
		switch {
		case l.Number == 0 || !f.names(l.Account):
		case l.Former == 0 && l.Latest == l.Number:
			firsts = append(firsts, l.Account)
		default:
			later = append(later, l.Number)
		}
	}
	where, args := f.where("f.count > 0"), slices.Clone(f.args)
	first := f.arg(firsts)
	by, err := s.group(ctx, `
		select f.rule, max(f.severity), sum(f.count),
			coalesce(sum(f.count) filter (where f.state = 'open'), 0),
			coalesce(sum(f.count) filter (where f.state = 'nodata'), 0),
			coalesce(sum(f.count) filter (where f.state = 'lost'), 0),
			coalesce(max(f.risk) filter (where f.state in ('open', 'lost')), 0),
			coalesce(sum(f.count) filter (where f.state in ('open', 'lost') and f.account_id = any(`+first+`::bigint[])), 0), 0
		from cube f`+where+`
		group by f.rule`, f.args)
	if err != nil {
		return nil, err
	}
	err = s.addTo(by, func(g *listing.Group, n int) { g.Overdue += n })(ctx, `
		select f.rule, sum(f.count)
		from cube_due f`+where+` and f.due_at <= now()
		group by f.rule`, args)
	if err != nil || len(later) == 0 {
		return by, err
	}
	f.args = args
	last := f.arg(later)
	return by, s.addTo(by, func(g *listing.Group, n int) { g.New += n })(ctx, `
		select f.rule, count(*)
		from finding f`+f.where(`f.state in ('open', 'lost')`, `f.change in ('new', 'reopened')`, `f.changed_scan = any(`+last+`::bigint[])`)+`
		group by f.rule`, f.args)
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
	_, err = pgx.ForEachRow(rows, []any{&g.Rule, &g.Severity, &g.Count, &g.Open, &g.NoData, &g.Lost, &g.Risk, &g.New, &g.Overdue}, func() error {
		one := g
		by[g.Rule] = &one
		return nil
	})
	return by, err
}

// addTo adds a number to the group of each rule that a statement gives.
func (s *Store) addTo(by map[string]*listing.Group, add func(*listing.Group, int)) func(context.Context, string, []any) error {
	return func(ctx context.Context, sql string, args []any) error {
		rows, err := s.on(ctx).Query(ctx, sql, append([]any{lookUp}, args...)...)
		if err != nil {
			return err
		}
		var rule string
		var n int
		_, err = pgx.ForEachRow(rows, []any{&rule, &n}, func() error {
			if g := by[rule]; g != nil {
				add(g, n)
			}
			return nil
		})
		return err
	}
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
	f, err := s.compile(ctx, query.Query{}, cubeColumns, nil)
	if err != nil {
		return nil, explain(err)
	}
	rows, err := s.on(ctx).Query(ctx, `
		select f.severity, coalesce(sum(f.count) filter (where f.state = 'open'), 0),
			coalesce(sum(f.count) filter (where f.due_at <= now()), 0),
			coalesce(sum(f.count) filter (where f.due_at > now() and f.due_at <= now() + interval '7 days'), 0),
			min(f.seen_on)::timestamp
		from cube_due f`+f.where("f.count > 0")+`
		group by f.severity
		order by f.severity desc`, f.args...)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a listing.Age, err error) {
		err = row.Scan(&a.Severity, &a.Open, &a.Overdue, &a.Soon, &a.Oldest)
		a.Oldest = a.Oldest.UTC()
		return a, err
	})
	return all, explain(err)
}
