package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/problem"
)

// A FindingFilter chooses findings. A zero field chooses all.
type FindingFilter struct {
	States   []finding.State
	Severity []finding.Severity
	Rule     string
	Provider string
	Account  string
	Region   string
	Text     string           // in the name, id or uid of the subject, or the rule's id, whatever the case
	Since    time.Time        // changed then or later; zero is any time
	Changes  []finding.Change // what the last finished scan did to it; the moves of a void scan are told by the next one that is finished
	After    string           // where the page before ended
	Limit    int              // 0 is 100
}

// args are the filter as the first nine arguments of a query.
func (f *FindingFilter) args() []any {
	states, severities, changes := []string{}, []int32{}, []string{}
	for _, s := range f.States {
		states = append(states, string(s))
	}
	for _, s := range f.Severity {
		severities = append(severities, int32(s))
	}
	for _, c := range f.Changes {
		changes = append(changes, string(c))
	}
	return []any{states, severities, f.Rule, f.Provider, f.Account, f.Region, clean(f.Text), orNull(f.Since), changes}
}

// findingWhere is what args fill in.
const findingWhere = `
	where (cardinality($1::text[]) = 0 or f.state = any($1))
		and (cardinality($2::int[]) = 0 or f.severity = any($2))
		and ($3 = '' or f.rule = $3)
		and ($4 = '' or a.provider = $4)
		and ($5 = '' or a.external_id = $5)
		and ($6 = '' or f.region = $6)
		and ($7 = '' or position(lower($7) in lower(f.rule || ' ' || f.name || ' ' || f.id || ' ' || f.uid)) > 0)
		and ($8::timestamptz is null or f.changed_at >= $8)
		and (cardinality($9::text[]) = 0
			or f.change = any($9) and (select state from scan where number = f.changed_scan) = 'finished')`

// findingFrom joins a finding with its account, the verdict that is shown, the
// reasons of the present verdict, and the scan that moved it, and the last
// finished one that asked the account's cloud: one that judged again saw nothing.
const findingFrom = `
	from finding f` + findingJoins

const findingJoins = `
	join account a on a.id = f.account_id
	join verdict v on v.id = f.shown
	join scan moved on moved.number = f.changed_scan
	left join verdict p on p.finding = f.number and p.valid_to is null
	left join lateral (
		select number, started_at
		from scan
		where scan.account_id = f.account_id and scan.state = 'finished' and scan.look is null
		order by started_at desc
		limit 1) last on true`

const findingColumns = `
	select f.number, f.rule, f.kind, a.provider, a.external_id, f.region, f.uid, f.id, f.name, f.parent,
		f.state, f.cause, coalesce(p.reasons, '[]'), f.first_scan, f.first_seen, f.changed_at,
		coalesce(f.seen_scan, case when moved.look is null then greatest(last.number, f.changed_scan) else last.number end), coalesce(f.seen_at, case when moved.look is null then greatest(last.started_at, f.changed_at) else last.started_at end),
		v.rule_version, v.severity, v.outcome, v.gap, v.fault, v.say, v.risk, v.potential, v.factors, v.reasons, v.evidence`

// Findings returns a page of findings, the worst first, and where the next one
// begins; next is empty on the last page.
func (s *Store) Findings(ctx context.Context, f FindingFilter) (all []finding.Record, next string, err error) {
	at, err := placeAfter(f.After)
	if err != nil {
		return nil, "", err
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	rows, err := s.on(ctx).Query(ctx, findingColumns+findingFrom+findingWhere+`
		and (-f.severity, -f.risk, f.number) > ($10::int, $11::int, $12::bigint)
	order by -f.severity, -f.risk, f.number
	limit $13`, append(f.args(), -at.severity, -at.risk, at.number, limit+1)...)
	if err != nil {
		return nil, "", explain(err)
	}
	all, err = pgx.CollectRows(rows, scanFinding)
	if err != nil {
		return nil, "", explain(err)
	}
	if len(all) > limit {
		all = all[:limit]
		r := &all[limit-1]
		next = fmt.Sprintf("%d.%d.%d", r.Severity, r.Risk, r.Number)
	}
	return all, next, nil
}

// A findingPlace is where a page ended.
type findingPlace struct {
	severity, risk int
	number         int64
}

func placeAfter(after string) (p findingPlace, err error) {
	if after == "" { // worse than the worst
		return findingPlace{severity: math.MaxInt32}, nil
	}
	var rest string
	n, _ := fmt.Sscanf(after+" .", "%d.%d.%d %s", &p.severity, &p.risk, &p.number, &rest)
	if n != 4 || rest != "." {
		return p, problem.New(problem.Invalid, "The page address %q cannot be read. Begin at the first page.", after)
	}
	return p, nil
}

func scanFinding(row pgx.CollectableRow) (finding.Record, error) { return scanFindingAnd(row) }

// scanFindingAnd reads a finding and the columns that follow.
func scanFindingAnd(row pgx.CollectableRow, more ...any) (r finding.Record, err error) {
	var b body
	var present []byte
	var outcome string
	s := &r.Subject
	err = row.Scan(append([]any{&r.Number, &r.Rule, &s.Kind, &s.Provider, &s.Account, &s.Region, &s.UID, &s.ID, &s.Name, &s.Parent,
		&r.State, &r.Cause, &present, &r.FirstScan, &r.FirstSeen, &r.ChangedAt, &r.LastScan, &r.SeenAt,
		&r.Version, &r.Severity, &outcome, &r.Gap, &r.Fault, &r.Say, &r.Risk, &r.Potential, &b.factors, &b.reasons, &b.evidence}, more...)...)
	if err != nil {
		return r, err
	}
	r.FirstSeen, r.ChangedAt, r.SeenAt = r.FirstSeen.UTC(), r.ChangedAt.UTC(), r.SeenAt.UTC()
	var ok bool
	if r.Outcome, ok = finding.ParseOutcome(outcome); !ok {
		return r, fmt.Errorf("finding %d has the unknown outcome %q", r.Number, outcome)
	}
	if err := b.read(&r.Verdict); err != nil {
		return r, err
	}
	return r, giveCause(&r, present)
}

// giveCause says why a finding cannot be told, or is gone though nobody looked.
func giveCause(r *finding.Record, present []byte) error {
	if len(r.Cause) > 0 && (r.State == finding.NoData || r.State == finding.Lost || r.State == finding.Gone) {
		return nil
	}
	r.Cause = nil
	if r.State != finding.NoData && r.State != finding.Lost {
		return nil
	}
	var v finding.Verdict
	b := body{reasons: present, factors: []byte("[]"), evidence: []byte("[]")}
	if err := b.read(&v); err != nil {
		return err
	}
	r.Cause = orNotListed(sentencesOf(v.Reasons))
	return nil
}

// An Event is one thing that happened to a finding.
type Event struct {
	At     time.Time
	Scan   int64 // 0 if no scan did it
	Change finding.Change
	From   finding.State
	To     finding.State
	Who    string // the person who did it, "" for a scan
	Note   string
}

// Finding returns one finding and all that happened to it, in order; NotFound
// if there is none of that number.
func (s *Store) Finding(ctx context.Context, number int64) (finding.Record, []Event, error) {
	rows, err := s.on(ctx).Query(ctx, findingColumns+findingFrom+`
	where f.number = $1`, number)
	if err != nil {
		return finding.Record{}, nil, explain(err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanFinding)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, nil, problem.New(problem.NotFound, "There is no finding FND-%d.", number)
	}
	if err != nil {
		return r, nil, explain(err)
	}
	es, err := s.events(ctx, number)
	return r, es, err
}

func (s *Store) events(ctx context.Context, number int64) ([]Event, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select at, coalesce(scan, 0), change, from_state, to_state, who, note
		from finding_event
		where finding = $1
		order by id`, number)
	if err != nil {
		return nil, explain(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Event, err error) {
		err = row.Scan(&e.At, &e.Scan, &e.Change, &e.From, &e.To, &e.Who, &e.Note)
		e.At = e.At.UTC()
		return e, err
	})
}

// A Group is the findings of one rule, counted.
type Group struct {
	Rule        string
	Severity    finding.Severity
	Count       int // findings that the filter chooses
	Open        int
	NoData      int
	Lost        int
	Subjects    int // that the rule was asked of, whatever came out, and places not looked at
	HighestRisk int // among those that fail or did when last told
	New         int // failing since the last finished scan of their account: new or back
}

// FindingGroups counts the findings that the filter chooses by rule, the worst
// rule first. After and Limit do not matter.
func (s *Store) FindingGroups(ctx context.Context, f FindingFilter) ([]Group, error) {
	rows, err := s.on(ctx).Query(ctx, `
	select f.rule, max(f.severity) as severity,
		count(*) as count,
		count(*) filter (where f.state = 'open') as open,
		count(*) filter (where f.state = 'nodata') as no_data,
		count(*) filter (where f.state = 'lost') as lost,
		coalesce((
			select sum(t.pass + t.fail + t.unknown)
			from tally t
			join account ta on ta.id = t.account_id
			where t.rule = f.rule and t.valid_to is null
				and ($4 = '' or ta.provider = $4) and ($5 = '' or ta.external_id = $5) and ($6 = '' or t.region = $6)), 0) as subjects,
		coalesce(max(f.risk) filter (where f.state in ('open', 'lost')), 0) as highest_risk,
		count(*) filter (where f.state in ('open', 'lost') and f.change in ('new', 'reopened') and f.changed_scan = last.number) as new
	from finding f
	join account a on a.id = f.account_id
	left join (
		select account_id, max(number) as number
		from scan
		where state = 'finished'
		group by account_id) last on last.account_id = f.account_id`+findingWhere+`
	group by f.rule
	order by severity desc, highest_risk desc, open desc, f.rule`, f.args()...)
	if err != nil {
		return nil, explain(err)
	}
	gs, err := pgx.CollectRows(rows, pgx.RowToStructByName[Group])
	return gs, explain(err)
}
