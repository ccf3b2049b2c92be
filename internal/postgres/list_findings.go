package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/query"
)

// The orders of findings. What is not due comes behind all that is.
var findingOrders = map[listing.Sort]order{
	listing.Worst:  {mark: "w", columns: []string{"f.worst", "f.number"}, types: []string{"bigint", "bigint"}},
	listing.Newest: {mark: "n", columns: []string{"f.number"}, types: []string{"bigint"}, down: true},
	listing.Due:    {mark: "d", columns: []string{"f.due_at", "f.number"}, types: []string{"timestamptz", "bigint"}},
}

// A listed is a finding and its place in every order.
type listed struct {
	listing.Finding
	worst int
}

func (l *listed) at(by listing.Sort) []any {
	switch by {
	case listing.Newest:
		return []any{l.Number}
	case listing.Due:
		due := "infinity"
		if !l.Due.IsZero() {
			due = l.Due.Format(time.RFC3339Nano)
		}
		return []any{due, l.Number}
	case listing.Worst:
	}
	return []any{l.worst, l.Number}
}

// findings lists a page of the findings that a query lets through.
func (s *Store) findings(ctx context.Context, q query.Query, by listing.Sort, at listing.Place) ([]listing.Finding, listing.Cursors, error) {
	o, ok := findingOrders[by]
	if !ok {
		return nil, listing.Cursors{}, problem.New(problem.Invalid, "Findings are sorted worst first, by newest, or by due; not by %q.", string(by))
	}
	w, err := o.window(at)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	f, err := s.compile(ctx, q, findingKeys, findingWord)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	f.bound(q)
	rows, err := s.page(ctx, f, &w)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	rows, c := cut(&w, rows, func(l *listed) []any { return l.at(by) })
	out := make([]listing.Finding, len(rows))
	for i := range rows {
		out[i] = rows[i].Finding
	}
	return out, c, nil
}

// bound says the severities of a query as bounds of the order worst first, so
// that the index of the order skips what is worse.
func (f *filter) bound(q query.Query) {
	for _, t := range q.Terms {
		if t.Key != "severity" || t.Not {
			continue
		}
		low, high := finding.Critical+1, finding.Severity(0)
		for _, v := range t.Values {
			s, _ := finding.ParseSeverity(v.Text)
			low, high = min(low, s), max(high, s)
		}
		f.and("f.worst >= " + f.arg(int(finding.Critical-high)*101) + "::int")
		f.and("f.worst < " + f.arg(int(finding.Critical-low+1)*101) + "::int")
	}
}

// page reads the rows of a window: which they are first, then all of them.
func (s *Store) page(ctx context.Context, f *filter, w *window) ([]listed, error) {
	var more []string
	if c := w.cond(f); c != "" {
		more = append(more, c)
	}
	rows, err := s.on(ctx).Query(ctx, findingColumns+`, nullif(f.due_at, 'infinity'), f.worst`+ownerShown+`
	from (
		select f.number as page_number, row_number() over () as place
		from (
			select f.number
			from finding f`+f.where(more...)+`
			order by `+w.orderBy()+`
			limit `+strconv.Itoa(w.limit+1)+`) f) page
	join finding f on f.number = page.page_number`+findingJoins+ownerJoin+`
	order by page.place`, append([]any{lookUp}, f.args...)...)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, scanListed)
	return all, explain(err)
}

func scanListed(row pgx.CollectableRow) (l listed, err error) {
	var due, at *time.Time
	l.Record, err = scanFindingAnd(row, append([]any{&due, &l.worst}, ownerInto(&l.Owner, &at)...)...)
	l.Owner.At = utc(at)
	if due != nil {
		l.Due = due.UTC()
	}
	return l, err
}

// mostCounted is where counting stops that the counts kept ready do not answer.
const mostCounted = 10_000

// CountFindings counts the findings that a query lets through: exactly where
// the counts kept ready answer it, else up to 10,000.
func (s *Store) CountFindings(ctx context.Context, q query.Query) (listing.Count, error) {
	if counted(q) {
		c, err := s.countsOf(ctx, q)
		if err != nil {
			return listing.Count{}, err
		}
		var all listing.Count
		c.each(func(_ int64, _ *ruleKey, n int) { all.N += n })
		return all, nil
	}
	f, err := s.compile(ctx, q, findingKeys, findingWordOfAll)
	if err != nil {
		return listing.Count{}, explain(err)
	}
	f.bound(q)
	return s.countUpTo(ctx, "finding f"+f.where(), f.args)
}

func (s *Store) countUpTo(ctx context.Context, from string, args []any) (c listing.Count, err error) {
	err = s.on(ctx).QueryRow(ctx, `
		select count(*)
		from (select from `+from+`
			limit `+strconv.Itoa(mostCounted+1)+`) f`, append([]any{lookUp}, args...)...).Scan(&c.N)
	if c.N > mostCounted {
		c = listing.Count{N: mostCounted, More: true}
	}
	return c, explain(err)
}

// finding gives one finding and all that happened to it, in order.
func (s *Store) finding(ctx context.Context, number int64) (listing.Finding, []listing.Event, error) {
	rows, err := s.on(ctx).Query(ctx, findingColumns+`, nullif(f.due_at, 'infinity'), f.worst`+ownerShown+`
	from finding f`+findingJoins+ownerJoin+`
	where f.number = $1`, number)
	if err != nil {
		return listing.Finding{}, nil, explain(err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanListed)
	if errors.Is(err, pgx.ErrNoRows) {
		return l.Finding, nil, problem.New(problem.NotFound, "There is no finding FND-%d.", number)
	}
	if err != nil {
		return l.Finding, nil, explain(err)
	}
	es, err := s.events(ctx, number)
	if err != nil {
		return l.Finding, nil, err
	}
	out := make([]listing.Event, len(es))
	for i, e := range es {
		out[i] = listing.Event(e)
	}
	l.Members, err = s.membersOf(ctx, number)
	return l.Finding, out, err
}

// Same lists findings of the same rule elsewhere, the worst first: those that
// cannot be told beside one that cannot, else those that fail or did when last
// told.
func (s *Store) Same(ctx context.Context, number int64, limit int) ([]listing.Finding, error) {
	one, _, err := s.finding(ctx, number)
	if err != nil {
		return nil, err
	}
	f, err := s.compile(ctx, query.Query{}, findingKeys, findingWord)
	if err != nil {
		return nil, explain(err)
	}
	f.and("f.rule = " + f.arg(one.Rule))
	f.and("f.number <> " + f.arg(number))
	if one.State == finding.NoData {
		f.and("f.state = 'nodata'")
	} else {
		f.and("f.state in ('open', 'lost')")
	}
	w, err := findingOrders[listing.Worst].window(listing.Place{Limit: limit})
	if err != nil {
		return nil, err
	}
	rows, err := s.page(ctx, f, &w)
	if err != nil {
		return nil, err
	}
	rows, _ = cut(&w, rows, func(l *listed) []any { return l.at(listing.Worst) })
	out := make([]listing.Finding, len(rows))
	for i := range rows {
		out[i] = rows[i].Finding
	}
	return out, nil
}

// Verdicts lists all that the rule ever said of a finding's subject but a pass,
// in order.
func (s *Store) Verdicts(ctx context.Context, number int64) ([]listing.Verdict, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select f.kind, a.provider, a.external_id, f.region, f.uid, f.id, f.name, f.parent,
			v.rule, v.rule_version, v.engine_version, v.severity, v.outcome, v.gap, v.fault, v.say, v.risk, v.potential,
			v.factors, v.reasons, v.evidence, v.scan, v.valid_from, v.valid_to
		from verdict v
		join finding f on f.number = v.finding
		join account a on a.id = f.account_id
		where v.finding = $1 and (v.valid_to is null or v.valid_to > v.valid_from)
		order by v.valid_from, v.id`, number)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, scanVerdict)
	if err == nil && len(all) == 0 {
		return nil, problem.New(problem.NotFound, "There is no finding FND-%d.", number)
	}
	return all, explain(err)
}

func scanVerdict(row pgx.CollectableRow) (v listing.Verdict, err error) {
	var b body
	var outcome string
	var to *time.Time
	s := &v.Subject
	err = row.Scan(&s.Kind, &s.Provider, &s.Account, &s.Region, &s.UID, &s.ID, &s.Name, &s.Parent,
		&v.Rule, &v.Version, &v.Engine, &v.Severity, &outcome, &v.Gap, &v.Fault, &v.Say, &v.Risk, &v.Potential,
		&b.factors, &b.reasons, &b.evidence, &v.Scan, &v.From, &to)
	if err != nil {
		return v, err
	}
	v.Outcome, _ = finding.ParseOutcome(outcome) // the table takes no other
	v.From = v.From.UTC()
	v.To = orZero(to).UTC()
	return v, b.read(&v.Verdict)
}
