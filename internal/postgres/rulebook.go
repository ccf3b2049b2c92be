package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// RuleRevision is how many changes of the rules were approved so far: what holds
// is the same as long as it stays.
func (s *Store) RuleRevision(ctx context.Context) (n int64, err error) {
	err = s.on(ctx).QueryRow(ctx, `select coalesce(max(revision), 0) from rule_decision`).Scan(&n)
	return n, explain(err)
}

// judgingQuery is the revision of the last approved change that rules judge by:
// a framework judges nothing.
const judgingQuery = `(
	select coalesce(max(d.revision), 0)
	from rule_decision d
	join rule_change c on c.id = d.change
	where c.kind <> 'framework')`

// judging is the revision at which a scan that begins now judges.
func judging(ctx context.Context, q Querier) (n int64, err error) {
	err = q.QueryRow(ctx, `select `+judgingQuery).Scan(&n)
	return n, err
}

// ApprovedRules lists the approved changes up to a revision, in the order in
// which they were approved. That order is their revisions'.
func (s *Store) ApprovedRules(ctx context.Context, upTo int64) ([]listing.RuleDraft, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select c.kind, c.rule, c.yaml, c.params, c.why
		from rule_decision d
		join rule_change c on c.id = d.change
		where d.revision <= $1
		order by d.revision`, upTo)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d listing.RuleDraft, err error) {
		return d, row.Scan(&d.Kind, &d.Rule, &d.YAML, &d.Params, &d.Why)
	})
	return all, explain(err)
}

const ruleChangeQuery = `
	select c.id, c.kind, c.rule, c.yaml, c.params, c.why, c.before, c.who, c.at,
		coalesce(d.state, 'proposed'), coalesce(d.who, ''), d.at, coalesce(d.note, '')
	from rule_change c
	left join rule_decision d on d.change = c.id`

func scanRuleChange(row pgx.CollectableRow) (c listing.RuleChange, err error) {
	var decided *time.Time
	err = row.Scan(&c.ID, &c.Kind, &c.Rule, &c.YAML, &c.Params, &c.Why, &c.Before, &c.By, &c.At, &c.State, &c.DecidedBy, &decided, &c.Note)
	c.At, c.DecidedAt = c.At.UTC(), utc(decided)
	return c, err
}

var ruleChangeOrder = order{mark: "rc", columns: []string{"c.id"}, types: []string{"bigint"}, down: true}

// RuleChanges lists a page of the changes in a state, "" for all, the last
// proposed first.
func (s *Store) RuleChanges(ctx context.Context, state listing.ChangeState, at listing.Place) ([]listing.RuleChange, listing.Cursors, error) {
	w, err := ruleChangeOrder.window(at)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	var f filter
	if state != "" {
		f.and("coalesce(d.state, 'proposed') = " + f.arg(string(state)))
	}
	if c := w.cond(&f); c != "" {
		f.and(c)
	}
	rows, err := s.on(ctx).Query(ctx, ruleChangeQuery+f.where()+`
	order by `+w.orderBy()+`
	limit `+f.arg(w.limit+1), f.args...)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, err := pgx.CollectRows(rows, scanRuleChange)
	if err != nil {
		return nil, listing.Cursors{}, explain(err)
	}
	all, c := cut(&w, all, func(c *listing.RuleChange) []any { return []any{c.ID} })
	return all, c, nil
}

// RuleChangesOf lists the last n changes to one rule or framework, the last
// first. Each may hold two files.
func (s *Store) RuleChangesOf(ctx context.Context, rule string, n int) ([]listing.RuleChange, error) {
	rows, err := s.on(ctx).Query(ctx, ruleChangeQuery+`
	where c.rule = $1
	order by c.id desc
	limit $2`, rule, n)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, scanRuleChange)
	return all, explain(err)
}

// WaitingRules counts the proposals of a person that nobody has decided.
func (s *Store) WaitingRules(ctx context.Context, who string) (n int, err error) {
	err = s.on(ctx).QueryRow(ctx, `
		select count(*)
		from rule_change c
		where lower(c.who) = lower($1) and not exists (select from rule_decision where change = c.id)`, who).Scan(&n)
	return n, explain(err)
}

// RuleChange gives one; NotFound if there is none of that number.
func (s *Store) RuleChange(ctx context.Context, id int64) (listing.RuleChange, error) {
	rows, err := s.on(ctx).Query(ctx, ruleChangeQuery+`
	where c.id = $1`, id)
	if err != nil {
		return listing.RuleChange{}, explain(err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanRuleChange)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, problem.New(problem.NotFound, "There is no change %d of the rules.", id)
	}
	return c, explain(err)
}

// PendingRules counts by rule the changes that nobody has decided.
func (s *Store) PendingRules(ctx context.Context) (map[string]int, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select c.rule, count(*)
		from rule_change c
		where not exists (select from rule_decision where change = c.id)
		group by c.rule`)
	if err != nil {
		return nil, explain(err)
	}
	all := map[string]int{}
	var rule string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&rule, &n}, func() error {
		all[rule] = n
		return nil
	})
	return all, explain(err)
}

// ProposeRule keeps a change until somebody decides. c.By is who proposes it.
func (s *Store) ProposeRule(ctx context.Context, c *listing.RuleChange) (id int64, err error) {
	params := c.Params
	if params == nil {
		params = map[string]string{}
	}
	err = s.on(ctx).QueryRow(ctx, `
		insert into rule_change (kind, rule, yaml, params, why, before, who, at)
		values ($1, $2, $3, $4, $5, $6, $7, now())
		returning id`, string(c.Kind), c.Rule, c.YAML, params, clean(c.Why), c.Before, c.By).Scan(&id)
	return id, explain(err)
}

// lockRules is any number that nobody else locks by: approvals follow one
// another, so that their revisions are their order.
const lockRules = 0x72756c65 // "rule"

// HoldRules keeps all others from approving until the transaction that ctx
// carries ends, and tells the revision that holds till then.
func (s *Store) HoldRules(ctx context.Context) (revision int64, err error) {
	if _, err := s.on(ctx).Exec(ctx, `select pg_advisory_xact_lock($1)`, int64(lockRules)); err != nil {
		return 0, explain(err)
	}
	return s.RuleRevision(ctx)
}

// DecideRule notes what became of a change: c has its ID, By, State, DecidedBy
// and Note. An approved one holds from the revision that is returned, else 0; the
// caller has HoldRules. Conflict if it was decided meanwhile.
func (s *Store) DecideRule(ctx context.Context, c *listing.RuleChange) (revision int64, err error) {
	var next *int64
	if c.State == listing.Approved {
		if revision, err = s.RuleRevision(ctx); err != nil {
			return 0, err
		}
		revision++
		next = &revision
	}
	_, err = s.on(ctx).Exec(ctx, `
		insert into rule_decision (change, proposer, state, who, at, note, revision)
		values ($1, $2, $3, $4, now(), $5, $6)`, c.ID, c.By, string(c.State), c.DecidedBy, clean(c.Note), next)
	var said *pgconn.PgError
	if errors.As(err, &said) && said.ConstraintName == "rule_decision_pkey" {
		return 0, problem.New(problem.Conflict, "Change %d was decided in the meantime. Load the page anew to see how.", c.ID)
	}
	return revision, explain(err)
}

// changedRules are the rules that approved changes were about, after one
// revision and up to another.
func changedRules(ctx context.Context, q Querier, after, upTo int64) ([]string, error) {
	rows, err := q.Query(ctx, `
		select distinct c.rule
		from rule_decision d
		join rule_change c on c.id = d.change
		where d.revision > $1 and d.revision <= $2 and c.kind <> 'framework'
		order by c.rule`, after, upTo)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
