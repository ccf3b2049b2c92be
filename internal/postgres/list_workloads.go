package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
)

// workloadKeys are the keys of queries over the inventory. What is not known is
// stored as nothing, and asked for as unknown.
var workloadKeys = map[string]column{
	"region":    text("f.region", strings.ToLower),
	"resource":  workloadResource,
	"type":      text("f.type", strings.ToLower),
	"state":     knownWord("f.state"),
	"endpoint":  knownWord("f.endpoint"),
	"tokens":    knownWord("f.tokens"),
	"internet":  knownWord("f.internet"),
	"power":     knownWord("f.power"),
	"hop-limit": hopLimit,
	"group":     workloadGroup,
	"has": one(map[string]string{
		"findings": "(exists (select from finding o where o.account_id = f.account_id and o.uid = f.uid and o.state = 'open')" +
			" or exists (select from member m where m.account_id = f.account_id and m.uid = f.uid and m.outcome = 'fail'))",
		"nodata": "(exists (select from finding o where o.account_id = f.account_id and o.uid = f.uid and o.state = 'nodata')" +
			" or exists (select from member m where m.account_id = f.account_id and m.uid = f.uid and m.outcome = 'unknown'))",
	}),
}

// workloadGroup asks for a group by its uid or by its name, the last part of it.
func workloadGroup(f *filter, v query.Value) (string, error) {
	t := f.arg(v.Text)
	return "(f.group_uid <> '' and " + t + " in (f.group_uid, split_part(f.group_uid, '/', -1)))", nil
}

func knownWord(col string) column {
	return func(f *filter, v query.Value) (string, error) {
		t := strings.ToLower(clean(v.Text))
		if t == "unknown" {
			t = ""
		}
		return text(col, func(string) string { return t })(f, v)
	}
}

// hopLimit leaves out what is not known: it is not less than anything.
func hopLimit(f *filter, v query.Value) (string, error) {
	cond, err := number("f.hop_limit")(f, v)
	return "(f.hop_limit > 0 and " + cond + ")", err
}

func workloadResource(f *filter, v query.Value) (string, error) {
	t := f.arg(wordOf(v.Text))
	if v.Prefix {
		return "(starts_with(lower(f.id), " + t + ") or starts_with(lower(f.name), " + t + ") or starts_with(lower(f.uid), " + t + "))", nil
	}
	return t + " in (lower(f.id), lower(f.name), lower(f.uid))", nil
}

// workloadWord looks for a word in what a workload is called.
func workloadWord(f *filter, word string) (string, error) {
	return "position(" + f.arg(word) + " in lower(f.name || ' ' || f.id || ' ' || f.uid)) > 0", nil
}

const workloadColumns = `
	select a.provider, a.external_id, a.name, f.region, f.uid, f.id, f.name, f.type, f.state, f.endpoint, f.tokens, f.hop_limit, f.internet, f.power, f.identity, f.group_uid,
		o.open, o.nodata, o.risk, o.severity, f.account_id`

const workloadJoins = `
	join account a on a.id = f.account_id
	cross join lateral (
		select count(*) filter (where state = 'open') as open, count(*) filter (where state = 'nodata') as nodata,
			coalesce(max(risk) filter (where state = 'open'), 0) as risk, coalesce(max(severity) filter (where state = 'open'), 0) as severity
		from (
			select state, risk, severity
			from finding
			where account_id = f.account_id and uid = f.uid
			union all
			select case outcome when 'fail' then 'open' else 'nodata' end, risk, severity
			from member
			where account_id = f.account_id and uid = f.uid) s) o`

type stocked struct {
	listing.Workload
	account int64
}

func scanWorkload(row pgx.CollectableRow) (w stocked, err error) {
	err = row.Scan(&w.Provider, &w.Account, &w.AccountName, &w.Region, &w.UID, &w.ID, &w.Name, &w.Type, &w.State, &w.Endpoint, &w.Tokens, &w.HopLimit,
		&w.Internet, &w.Power, &w.Identity, &w.Group, &w.Open, &w.NoData, &w.Risk, &w.Severity, &w.account)
	return w, err
}

var workloadOrder = order{mark: "i", columns: []string{"f.account_id", "f.region", "f.uid"}, types: []string{"bigint", "text", "text"}}

// Workloads lists a page of the inventory, by account, region and uid.
func (s *Store) Workloads(ctx context.Context, q query.Query, at listing.Place) ([]listing.Workload, listing.Cursors, error) {
	w, err := workloadOrder.window(at)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	f, err := s.compile(ctx, q, workloadKeys, workloadWord)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	if c := w.cond(f); c != "" {
		f.and(c)
	}
	rows, err := s.on(ctx).Query(ctx, workloadColumns+`
	from (
		select *
		from workload f`+f.where()+`
		order by `+w.orderBy()+`
		limit `+strconv.Itoa(w.limit+1)+`) f`+workloadJoins+`
	order by `+w.orderBy(), append([]any{lookUp}, f.args...)...)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, err := pgx.CollectRows(rows, scanWorkload)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, c := cut(&w, all, func(s *stocked) []any { return []any{s.account, s.Region, s.UID} })
	out := make([]listing.Workload, len(all))
	for i := range all {
		out[i] = all[i].Workload
	}
	return out, c, nil
}

// CountWorkloads counts what a query lets through, up to 10,000.
func (s *Store) CountWorkloads(ctx context.Context, q query.Query) (listing.Count, error) {
	f, err := s.compile(ctx, q, workloadKeys, workloadWord)
	if err != nil {
		return listing.Count{}, explain(err)
	}
	return s.countUpTo(ctx, "workload f"+f.where(), f.args)
}

// Workload gives one row of the inventory.
func (s *Store) Workload(ctx context.Context, uid string) (listing.Workload, error) {
	rows, err := s.on(ctx).Query(ctx, workloadColumns+`
	from workload f`+workloadJoins+`
	where f.uid = $1
	order by f.account_id, f.region
	limit 1`, clean(uid))
	if err != nil {
		return listing.Workload{}, explain(err)
	}
	w, err := pgx.CollectExactlyOneRow(rows, scanWorkload)
	if errors.Is(err, pgx.ErrNoRows) {
		return w.Workload, problem.New(problem.NotFound, "There is no workload %s in the inventory.", uid)
	}
	return w.Workload, explain(err)
}

// WorkloadFacets counts what a query lets through by the values of keys:
// provider, account, region, type, state, endpoint, tokens, hop-limit, internet
// and power. What is not known is counted as unknown.
func (s *Store) WorkloadFacets(ctx context.Context, q query.Query, keys []string) ([]listing.Facet, error) {
	columns := map[string]string{"provider": "account_id", "account": "account_id", "region": "region", "type": "type", "state": "state",
		"endpoint": "endpoint", "tokens": "tokens", "hop-limit": "hop_limit", "internet": "internet", "power": "power"}
	f, err := s.compile(ctx, q, workloadKeys, workloadWord)
	if err != nil {
		return nil, explain(err)
	}
	var by []string
	for _, k := range keys {
		if columns[k] == "" {
			return nil, fmt.Errorf("postgres: workloads have no facet %q", k)
		}
		if c := columns[k]; !slices.Contains(by, c) {
			by = append(by, c)
		}
	}
	if len(by) == 0 {
		return nil, nil
	}
	rows, err := s.on(ctx).Query(ctx, `
		select array[f.`+strings.Join(by, "::text, f.")+`::text], count(*)
		from workload f`+f.where()+`
		group by f.`+strings.Join(by, ", f."), append([]any{lookUp}, f.args...)...)
	if err != nil {
		return nil, explain(err)
	}
	return s.workloadFacets(ctx, rows, keys, by, columns)
}

// workloadFacets folds counts by several columns together into one facet each.
func (s *Store) workloadFacets(ctx context.Context, rows pgx.Rows, keys, by []string, columns map[string]string) ([]listing.Facet, error) {
	found := map[string]map[string]int{}
	for _, c := range by {
		found[c] = map[string]int{}
	}
	var values []string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&values, &n}, func() error {
		for i, v := range values {
			found[by[i]][v] += n
		}
		return nil
	}); err != nil {
		return nil, explain(err)
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	out := newFacets(keys)
	for _, k := range keys {
		for v, n := range found[columns[k]] {
			out.add(k, workloadValue(k, v, names), n)
		}
	}
	return out.list(), nil
}

// workloadValue is a stored value as a query has it.
func workloadValue(key, v string, names []accountKey) string {
	switch key {
	case "provider", "account":
		for i := range names {
			if a := &names[i]; strconv.FormatInt(a.id, 10) == v {
				if key == "provider" {
					return a.provider
				}
				return a.external
			}
		}
	case "hop-limit":
		if v == "0" {
			return "unknown"
		}
	}
	if v == "" {
		return "unknown"
	}
	return v
}
