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

	all     int  // findings counted
	partial bool // there may be more
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
		o := listing.Facet{Key: k, Partial: f.partial}
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
var findingFacets = []string{"is", "outcome", "severity", "provider", "account", "region", "rule", "family", "kind"}

// Facets counts the findings that a query lets through by the values of keys:
// is, outcome, severity, provider, account, region, rule, family and kind. Where
// the counts kept ready do not answer the query, 10,000 findings are counted at
// most, and the facets say so.
func (s *Store) Facets(ctx context.Context, q query.Query, keys []string) ([]listing.Facet, error) {
	for _, k := range keys {
		if !slices.Contains(findingFacets, k) {
			return nil, fmt.Errorf("postgres: findings have no facet %q", k)
		}
	}
	out := newFacets(keys)
	ready := counted(q)
	if ready && out.wants("is", "outcome", "severity", "provider", "account", "rule", "family") {
		if err := s.readyFacets(ctx, q, "cube", "f.account_id, f.rule, f.severity, f.state, '', ''", out); err != nil {
			return nil, explain(err)
		}
	}
	if ready && out.wants("region") {
		if err := s.readyFacets(ctx, q, "cube_region", "0::bigint, '', 0::smallint, '', f.region, ''", out.only("region")); err != nil {
			return nil, explain(err)
		}
	}
	if !ready || out.wants("kind") {
		part := out
		if ready {
			part = out.only("kind")
		}
		if err := s.countedFacets(ctx, q, part); err != nil {
			return nil, explain(err)
		}
		out.partial = part.partial
	}
	return out.list(), nil
}

// only gathers one key into the same facets.
func (f *facets) only(key string) *facets {
	return &facets{keys: []string{key}, by: map[string]map[string]int{key: f.by[key]}}
}

// readyFacets reads the counts kept ready.
func (s *Store) readyFacets(ctx context.Context, q query.Query, table, columns string, out *facets) error {
	f, err := s.compile(ctx, q, cubeColumns, nil)
	if err != nil {
		return err
	}
	return s.fillFacets(ctx, out, "select "+columns+", sum(f.count)::int from "+table+" f"+f.where("f.count > 0")+" group by 1, 2, 3, 4, 5, 6", f.args)
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
	out.partial = out.all >= mostCounted
	return err
}

func (s *Store) fillFacets(ctx context.Context, out *facets, sql string, args []any) error {
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	of := map[int64]*accountKey{}
	for i := range names {
		of[names[i].id] = &names[i]
	}
	rows, err := s.on(ctx).Query(ctx, sql, append([]any{lookUp}, args...)...)
	if err != nil {
		return err
	}
	var account int64
	var rule, state, region, kind string
	var severity finding.Severity
	var n int
	_, err = pgx.ForEachRow(rows, []any{&account, &rule, &severity, &state, &region, &kind, &n}, func() error {
		out.all += n
		if a := of[account]; a != nil {
			out.add("provider", a.provider, n)
			out.add("account", a.external, n)
		}
		out.add("rule", rule, n)
		out.add("family", familyOf(rule), n)
		out.add("severity", severity.String(), n)
		out.add("is", state, n)
		out.add("region", region, n)
		out.add("kind", kind, n)
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

func familyOf(rule string) string {
	if i := strings.LastIndexByte(rule, '-'); i > 0 {
		return rule[:i]
	}
	return rule
}
