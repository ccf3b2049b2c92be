package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/query"
)

// mostValues of a facet are told.
const mostValues = 50

// facets gathers values of several keys.
type facets struct {
	keys []string
	by   map[string]map[string]int

	all     int             // findings counted
	partial map[string]bool // keys of which there may be more
}

func newFacets(keys []string) *facets {
	f := &facets{keys: keys, by: map[string]map[string]int{}, partial: map[string]bool{}}
	for _, k := range keys {
		f.by[k] = map[string]int{}
	}
	return f
}

func (f *facets) add(key, value string, n int) {
	if m := f.by[key]; m != nil && n != 0 {
		m[value] += n
	}
}

// list gives the facets in the order asked for, the most frequent values first.
func (f *facets) list() []listing.Facet {
	out := make([]listing.Facet, len(f.keys))
	for i, k := range f.keys {
		o := listing.Facet{Key: k, Partial: f.partial[k]}
		for v, n := range f.by[k] {
			o.Values = append(o.Values, listing.FacetValue{Value: v, Count: n})
		}
		slices.SortFunc(o.Values, func(a, b listing.FacetValue) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
		})
		if len(o.Values) > mostValues {
			o.More = len(o.Values) - mostValues
			o.Values = o.Values[:mostValues]
		}
		out[i] = o
	}
	return out
}

// findingFacets are the keys that Facets takes.
var findingFacets = []string{"is", "outcome", "severity", "provider", "account", "region", "rule", "family", "kind", "owner"}

// Facets counts the findings that a query lets through by the values of keys:
// is, outcome, severity, provider, account, region, rule, family, kind and owner. Where
// the counts kept ready do not answer the query, 10,000 findings are counted at
// most, and the facets say so.
func (s *Store) Facets(ctx context.Context, q query.Query, keys []string) ([]listing.Facet, error) {
	for _, k := range keys {
		if !slices.Contains(findingFacets, k) {
			return nil, fmt.Errorf("postgres: findings have no facet %q", k)
		}
	}
	out := newFacets(keys)
	if slices.Contains(keys, "owner") {
		if err := s.ownerFacet(ctx, q, out); err != nil {
			return nil, explain(err)
		}
	}
	ready := counted(q)
	if ready {
		if err := s.readyFacets(ctx, q, out); err != nil {
			return nil, explain(err)
		}
	}
	of := out
	if ready {
		of = out.only("kind") // and, of what is overdue, the region
		if slices.ContainsFunc(q.Terms, overdue) {
			of = out.only("kind", "region")
		}
	}
	if !ready || len(of.by) > 0 {
		if err := s.countedFacets(ctx, q, of); err != nil {
			return nil, explain(err)
		}
	}
	return out.list(), nil
}

// only gathers some of the keys into the same facets.
func (f *facets) only(keys ...string) *facets {
	part := &facets{by: map[string]map[string]int{}, partial: f.partial}
	for _, k := range keys {
		if f.by[k] != nil {
			part.by[k] = f.by[k]
		}
	}
	return part
}

// readyFacets adds up the counts kept ready.
func (s *Store) readyFacets(ctx context.Context, q query.Query, out *facets) error {
	c, err := s.countsOf(ctx, q)
	if err != nil {
		return err
	}
	of, err := s.keysOf(ctx)
	if err != nil {
		return err
	}
	c.each(func(account int64, k *ruleKey, n int) { out.addRule(of[account], k, n) })
	if c.overdue || out.by["region"] == nil {
		return nil
	}
	for _, r := range c.all {
		for i := range r.regions {
			if c.lets(&r.regions[i].ruleKey) {
				out.add("region", r.regions[i].region, r.regions[i].count)
			}
		}
	}
	return nil
}

// keysOf are the accounts by number.
func (s *Store) keysOf(ctx context.Context) (map[int64]*accountKey, error) {
	names, err := s.names(ctx)
	of := make(map[int64]*accountKey, len(names))
	for i := range names {
		of[names[i].id] = &names[i]
	}
	return of, err
}

// addRule adds what the counts of a rule say.
func (f *facets) addRule(a *accountKey, k *ruleKey, n int) {
	if a != nil {
		f.add("provider", a.provider, n)
		f.add("account", a.external, n)
	}
	f.add("rule", k.rule, n)
	f.add("family", familyOf(k.rule), n)
	f.add("severity", k.severity.String(), n)
	f.add("is", string(k.state), n)
	switch k.state {
	case finding.Open:
		f.add("outcome", "fail", n)
	case finding.NoData, finding.Lost:
		f.add("outcome", "nodata", n)
	case finding.None, finding.Resolved, finding.Gone:
	}
}

// countedFacets counts the findings themselves.
func (s *Store) countedFacets(ctx context.Context, q query.Query, out *facets) error {
	f, err := s.compile(ctx, q, findingKeys, findingWordOfAll)
	if err != nil {
		return err
	}
	f.bound(q)
	err = s.fillFacets(ctx, out, `
		select account_id, rule, severity, state, region, kind, count(*)::int
		from (
			select f.account_id, f.rule, f.severity, f.state, f.region, f.kind
			from finding f`+f.where()+`
			limit `+strconv.Itoa(mostCounted)+`) f
		group by 1, 2, 3, 4, 5, 6`, f.args)
	for k := range out.by {
		out.partial[k] = out.all >= mostCounted
	}
	return err
}

func (s *Store) fillFacets(ctx context.Context, out *facets, sql string, args []any) error {
	of, err := s.keysOf(ctx)
	if err != nil {
		return err
	}
	rows, err := s.on(ctx).Query(ctx, sql, append([]any{lookUp}, args...)...)
	if err != nil {
		return err
	}
	var account int64
	var k ruleKey
	var region, kind string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&account, &k.rule, &k.severity, &k.state, &region, &kind, &n}, func() error {
		out.all += n
		out.addRule(of[account], &k, n)
		out.add("region", region, n)
		out.add("kind", kind, n)
		return nil
	})
	return err
}

func familyOf(rule string) string {
	if i := strings.LastIndexByte(rule, '-'); i > 0 {
		return rule[:i]
	}
	return rule
}
