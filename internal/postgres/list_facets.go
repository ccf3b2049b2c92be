package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
}

func newFacets(keys []string) *facets {
	f := &facets{keys: keys, by: map[string]map[string]int{}}
	for _, k := range keys {
		f.by[k] = map[string]int{}
	}
	return f
}

func (f *facets) wants(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return f.by[k] != nil })
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
		o := listing.Facet{Key: k}
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

// Facets counts the findings that a query lets through by the values of keys:
// is, outcome, severity, provider, account, region, rule, family and kind.
func (s *Store) Facets(ctx context.Context, q query.Query, keys []string) ([]listing.Facet, error) {
	out := newFacets(keys)
	for _, k := range keys {
		if !slices.Contains([]string{"is", "outcome", "severity", "provider", "account", "region", "rule", "family", "kind"}, k) {
			return nil, fmt.Errorf("postgres: findings have no facet %q", k)
		}
	}
	counts := counted(q)
	if out.wants("is", "outcome", "severity", "provider", "account", "rule", "family") {
		if err := s.facetsOfRules(ctx, q, counts, out); err != nil {
			return nil, explain(err)
		}
	}
	if out.wants("region") {
		if err := s.facetOf(ctx, q, counts, "region", out); err != nil {
			return nil, explain(err)
		}
	}
	if out.wants("kind") {
		if err := s.facetOf(ctx, q, false, "kind", out); err != nil {
			return nil, explain(err)
		}
	}
	return out.list(), nil
}

// from is what findings are counted in: the counts kept ready, or the findings.
func (s *Store) from(ctx context.Context, q query.Query, counts bool, table string) (f *filter, from string, err error) {
	if counts {
		f, err = s.compile(ctx, q, cubeColumns, nil)
		if err != nil {
			return nil, "", err
		}
		return f, "sum(f.count)::int from " + table + " f" + f.where("f.count > 0"), nil
	}
	f, err = s.compile(ctx, q, findingKeys, findingWord)
	if err != nil {
		return nil, "", err
	}
	return f, "count(*)::int from finding f" + f.where(), nil
}

func (s *Store) facetsOfRules(ctx context.Context, q query.Query, counts bool, out *facets) error {
	f, from, err := s.from(ctx, q, counts, "cube")
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	of := map[int64]*accountKey{}
	for i := range names {
		of[names[i].id] = &names[i]
	}
	rows, err := s.on(ctx).Query(ctx, `select f.account_id, f.rule, f.severity, f.state, `+from+` group by f.account_id, f.rule, f.severity, f.state`,
		append([]any{lookUp}, f.args...)...)
	if err != nil {
		return err
	}
	var account int64
	var rule, state string
	var severity finding.Severity
	var n int
	_, err = pgx.ForEachRow(rows, []any{&account, &rule, &severity, &state, &n}, func() error {
		if a := of[account]; a != nil {
			out.add("provider", a.provider, n)
			out.add("account", a.external, n)
		}
		out.add("rule", rule, n)
		out.add("family", familyOf(rule), n)
		out.add("severity", severity.String(), n)
		out.add("is", state, n)
		switch finding.State(state) {
		case finding.Open:
			out.add("outcome", "fail", n)
		case finding.NoData, finding.Lost:
			out.add("outcome", "nodata", n)
		}
		return nil
	})
	return err
}

// facetOf counts by one column of the findings.
func (s *Store) facetOf(ctx context.Context, q query.Query, counts bool, column string, out *facets) error {
	f, from, err := s.from(ctx, q, counts, "cube_region")
	if err != nil {
		return err
	}
	rows, err := s.on(ctx).Query(ctx, `select f.`+column+`, `+from+` group by f.`+column, append([]any{lookUp}, f.args...)...)
	if err != nil {
		return err
	}
	var value string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&value, &n}, func() error {
		out.add(column, value, n)
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
