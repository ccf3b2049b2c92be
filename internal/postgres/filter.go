package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/finding"
	"plumbline/internal/query"
)

// A filter is a query as SQL: conditions on a table called f, and the values of
// their numbered arguments. No value is ever part of the text.
type filter struct {
	s     *Store
	ctx   context.Context //nolint:containedctx // it lives as long as one call
	conds []string
	args  []any

	accounts []int64 // that the query names; nil where it names none and the viewer sees all
}

// arg is the name of a further argument.
func (f *filter) arg(v any) string {
	f.args = append(f.args, v)
	return "$" + strconv.Itoa(len(f.args))
}

func (f *filter) and(cond string) { f.conds = append(f.conds, cond) }

// where is the where clause with further conditions.
func (f *filter) where(more ...string) string {
	all := append(slices.Clone(f.conds), more...)
	if len(all) == 0 {
		return "\n\twhere true"
	}
	return "\n\twhere " + strings.Join(all, "\n\t\tand ")
}

// A column says how values of one key are asked of a table.
type column func(f *filter, v query.Value) (string, error)

// compile turns a query into conditions. columns are the table's keys; words
// says how a bare word is asked.
func (s *Store) compile(ctx context.Context, q query.Query, columns map[string]column, words func(*filter, string) (string, error)) (*filter, error) {
	f := &filter{s: s, ctx: ctx}
	if err := f.reach(q); err != nil {
		return nil, err
	}
	for _, t := range q.Terms {
		if t.Key == "provider" || t.Key == "account" {
			continue // reach has done so
		}
		cond, err := f.term(t, columns)
		if err != nil {
			return nil, err
		}
		f.and(cond)
	}
	for _, w := range q.Words {
		if w = wordOf(w); w != "" {
			cond, err := words(f, w)
			if err != nil {
				return nil, err
			}
			f.and(cond)
		}
	}
	return f, nil
}

func (f *filter) term(t query.Term, columns map[string]column) (string, error) {
	col := columns[t.Key]
	if col == nil {
		return "", fmt.Errorf("postgres: no column answers the key %q", t.Key)
	}
	var any []string
	for _, v := range t.Values {
		cond, err := col(f, v)
		if err != nil {
			return "", err
		}
		any = append(any, cond)
	}
	cond := strings.Join(any, " or ")
	if len(any) != 1 {
		cond = "(" + cond + ")"
	}
	if len(any) == 0 {
		cond = "false"
	}
	if t.Not {
		cond = "not (" + cond + ")"
	}
	return cond, nil
}

// reach works out which accounts are meant. Row-level security hides the others
// anyway; naming them lets an index find the rows.
func (f *filter) reach(q query.Query) error {
	named := slices.ContainsFunc(q.Terms, func(t query.Term) bool { return t.Key == "provider" || t.Key == "account" })
	if l := lookOf(f.ctx); l != nil && !l.reach.All {
		f.accounts = append([]int64{}, l.reach.Accounts...)
	}
	if named {
		all, err := f.s.names(f.ctx)
		if err != nil {
			return err
		}
		f.accounts = []int64{}
		for _, a := range all {
			if !slices.ContainsFunc(q.Terms, func(t query.Term) bool { return !a.meets(t) }) {
				f.accounts = append(f.accounts, a.id)
			}
		}
	}
	switch {
	case f.accounts == nil:
	case len(f.accounts) == 1:
		f.and("f.account_id = " + f.arg(f.accounts[0]))
	default:
		f.and("f.account_id = any(" + f.arg(f.accounts) + "::bigint[])")
	}
	return nil
}

// names says that the query names an account of this number.
func (f *filter) names(account int64) bool {
	return f.accounts == nil || slices.Contains(f.accounts, account)
}

// An accountKey is how people name an account.
type accountKey struct {
	id                       int64
	provider, external, name string
}

// meets says that the account is let through by a term. Terms about anything
// else let it through.
func (a *accountKey) meets(t query.Term) bool {
	var is func(query.Value) bool
	switch t.Key {
	case "provider":
		is = func(v query.Value) bool { return v.Text == a.provider }
	case "account":
		is = func(v query.Value) bool {
			text := strings.ToLower(v.Text)
			name, id := strings.ToLower(a.name), strings.ToLower(a.external)
			if v.Prefix {
				return strings.HasPrefix(name, text) || strings.HasPrefix(id, text)
			}
			return name == text || id == text
		}
	default:
		return true
	}
	return slices.ContainsFunc(t.Values, is) != t.Not
}

// text compares a column with a text or a prefix.
func text(col string, shape func(string) string) column {
	return func(f *filter, v query.Value) (string, error) {
		t := shape(clean(v.Text))
		if v.Prefix {
			return fmt.Sprintf("(%s >= %s and %[1]s < %[3]s)", col, f.arg(t), f.arg(upTo(t))), nil
		}
		return col + " = " + f.arg(t), nil
	}
}

// number compares a column with a whole number.
func number(col string) column {
	return func(f *filter, v query.Value) (string, error) {
		op, err := operator(v.Op)
		return col + " " + op + " " + f.arg(int64(v.Number)) + "::bigint", err
	}
}

// moment compares a column with a time.
func moment(col string) column {
	return func(f *filter, v query.Value) (string, error) {
		if v.Op == query.Is {
			return fmt.Sprintf("(%s >= %s and %[1]s < %[3]s)", col, f.arg(v.Time), f.arg(v.Until)), nil
		}
		op, err := operator(v.Op)
		return col + " " + op + " " + f.arg(v.Time), err
	}
}

func operator(op query.Op) (string, error) {
	switch op {
	case query.Is:
		return "=", nil
	case query.Less, query.AtMost, query.More, query.AtLeast:
		return string(op), nil
	}
	return "", fmt.Errorf("postgres: %q compares nothing", op)
}

// one compares a column with words of a closed list, each with its condition.
func one(conds map[string]string) column {
	return func(_ *filter, v query.Value) (string, error) {
		cond, ok := conds[v.Text]
		if !ok {
			return "", fmt.Errorf("postgres: no condition answers the word %q", v.Text)
		}
		return cond, nil
	}
}

// ruleKeys are the keys that the counts kept ready answer as well.
var ruleKeys = map[string]column{
	"is": one(map[string]string{
		"open": "f.state = 'open'", "lost": "f.state = 'lost'", "nodata": "f.state = 'nodata'",
		"resolved": "f.state = 'resolved'", "gone": "f.state = 'gone'", "closed": "f.state in ('resolved', 'gone')",
	}),
	"outcome":  one(map[string]string{"fail": "f.state = 'open'", "nodata": "f.state in ('nodata', 'lost')"}),
	"severity": severity,
	"rule":     text("f.rule", strings.ToUpper),
	"family":   family,
}

func severity(f *filter, v query.Value) (string, error) {
	s, ok := finding.ParseSeverity(v.Text)
	if !ok {
		return "", fmt.Errorf("postgres: there is no severity %q", v.Text)
	}
	return "f.severity = " + f.arg(int16(s)) + "::smallint", nil
}

// family is a rule's id up to its number. The bounds let an index find it.
func family(f *filter, v query.Value) (string, error) {
	t := strings.ToUpper(clean(v.Text))
	if v.Prefix {
		return fmt.Sprintf("(f.rule >= %s and f.rule < %s and starts_with(regexp_replace(f.rule, '-[^-]*$', ''), %[1]s))", f.arg(t), f.arg(upTo(t))), nil
	}
	return fmt.Sprintf("(f.rule >= %s and f.rule < %s and regexp_replace(f.rule, '-[^-]*$', '') = %s)", f.arg(t+"-"), f.arg(upTo(t+"-")), f.arg(t)), nil
}

// findingColumns are all keys of queries over findings.
var findingKeys = func() map[string]column {
	m := map[string]column{
		"region":     text("f.region", strings.ToLower),
		"resource":   resource,
		"kind":       func(f *filter, v query.Value) (string, error) { return "f.kind = " + f.arg(v.Text), nil },
		"risk":       number("f.risk"),
		"first-seen": moment("f.first_seen"),
		"updated":    moment("f.changed_at"),
		"due":        due,
		"scan":       number("f.changed_scan"),
		"changed":    changedBy,
		"owner":      ownedBy,
	}
	for k, c := range ruleKeys {
		m[k] = c
	}
	m["is"] = is
	return m
}()

// is adds to what the counts tell what only the findings do.
func is(f *filter, v query.Value) (string, error) {
	const failing = "f.state in ('open', 'lost')"
	switch v.Text {
	case "overdue":
		return "(" + failing + " and f.due_at <= now() and f.due_at < 'infinity')", nil
	case "new", "reopened":
		last, err := f.last()
		return "(" + failing + " and f.change = '" + v.Text + "' and f.changed_scan = any(" + last + "::bigint[]))", err
	}
	return ruleKeys["is"](f, v)
}

// last are the last finished scans of the accounts.
func (f *filter) last() (string, error) {
	ls, err := f.s.lasts(f.ctx)
	numbers := []int64{}
	for _, l := range ls {
		if l.Number != 0 && f.names(l.Account) {
			numbers = append(numbers, l.Number)
		}
	}
	return f.arg(numbers), err
}

func changedBy(f *filter, v query.Value) (string, error) {
	last, err := f.last()
	return "(f.change = " + f.arg(v.Text) + " and f.changed_scan = any(" + last + "::bigint[]))", err
}

// due leaves out what is not due at all.
func due(f *filter, v query.Value) (string, error) {
	cond, err := moment("f.due_at")(f, v)
	return "(f.due_at < 'infinity' and " + cond + ")", err
}

// counted says that the counts kept ready answer the query.
func counted(q query.Query) bool {
	for _, t := range q.Terms {
		switch t.Key {
		case "severity", "provider", "account", "rule", "family", "outcome":
		case "is":
			if overdue(t) {
				continue
			}
			if slices.ContainsFunc(t.Values, func(v query.Value) bool {
				return v.Text == "overdue" || v.Text == "new" || v.Text == "reopened"
			}) {
				return false
			}
		default:
			return false
		}
	}
	return len(q.Words) == 0
}

// overdue says that a term asks for what is overdue and for nothing else.
func overdue(t query.Term) bool {
	return t.Key == "is" && !t.Not && len(t.Values) == 1 && t.Values[0].Text == "overdue"
}
