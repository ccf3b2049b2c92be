package postgres

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/query"
)

// ownerJoin and ownerShown tell of a finding f who owns it.
const (
	ownerJoin  = "\n\tleft join ownership o on o.finding = f.number"
	ownerShown = `, coalesce(o.owner, ''), coalesce(o.kind, ''), coalesce(o.email, ''), coalesce(o.rule, 0), coalesce(o.passed, 0), coalesce(o.who, ''), o.at`
)

// ownerInto is where ownerShown is read to; at is null where no person did it.
func ownerInto(o *listing.Ownership, at **time.Time) []any {
	return []any{&o.Name, &o.Kind, &o.Email, &o.Rule, &o.Passed, &o.By, at}
}

// ownedBy chooses findings by who owns them: none is nobody, me whoever has the
// viewer's e-mail address.
func ownedBy(f *filter, v query.Value) (string, error) {
	owned := "exists (select from ownership o where o.finding = f.number and "
	word := owner.Word(clean(v.Text))
	switch {
	case v.Prefix:
		return owned + "o.word >= " + f.arg(word) + " and o.word < " + f.arg(upTo(word)) + ")", nil
	case word == "none":
		return "not " + owned + "o.word <> '')", nil
	case word == "me":
		if viewer := access.From(f.ctx); viewer != nil && viewer.Email != "" {
			return owned + "o.email = " + f.arg(owner.Word(viewer.Email)) + ")", nil
		}
		return "false", nil
	}
	return owned + "o.word = " + f.arg(word) + ")", nil
}

// ownerFacet counts the findings that a query lets through by their owners,
// 10,000 of them at most.
func (s *Store) ownerFacet(ctx context.Context, q query.Query, out *facets) error {
	f, err := s.compile(ctx, q, findingKeys, findingWordOfAll)
	if err != nil {
		return err
	}
	f.bound(q)
	rows, err := s.on(ctx).Query(ctx, `
		select coalesce(nullif(min(o.owner), ''), 'none'), count(*)::int
		from (
			select f.number
			from finding f`+f.where()+`
			limit `+strconv.Itoa(mostCounted)+`) f`+ownerJoin+`
		group by coalesce(o.word, '')`, append([]any{lookUp}, f.args...)...)
	if err != nil {
		return err
	}
	var name string
	var n, all int
	_, err = pgx.ForEachRow(rows, []any{&name, &n}, func() error {
		all += n
		out.add("owner", name, n)
		return nil
	})
	out.partial["owner"] = all >= mostCounted
	return err
}

// An unowned is how many open findings of an account nobody owns, as of a
// version of its counts.
type unowned struct {
	version int64
	count   int
}

// Unowned counts the open findings within the viewer's reach that nobody owns.
// It counts an account again only where its counts have another version.
func (s *Store) Unowned(ctx context.Context) (int, error) {
	versions, err := s.versions(ctx)
	if err != nil {
		return 0, explain(err)
	}
	all := 0
	var missing []int64
	s.sums.mu.Lock()
	for account, version := range versions {
		if u, has := s.sums.unowned[account]; has && u.version == version {
			all += u.count
		} else {
			missing = append(missing, account)
		}
	}
	s.sums.mu.Unlock()
	if len(missing) == 0 {
		return all, nil
	}
	fresh, err := s.countUnowned(ctx, missing)
	if err != nil {
		return 0, explain(err)
	}
	l := lookOf(ctx)
	s.sums.mu.Lock()
	defer s.sums.mu.Unlock()
	for _, account := range missing {
		all += fresh[account]
		if old := s.sums.unowned[account]; l != nil && l.still && old.version < versions[account] { // what is written here may yet be undone
			s.sums.unowned[account] = unowned{versions[account], fresh[account]}
		}
	}
	return all, nil
}

func (s *Store) countUnowned(ctx context.Context, accounts []int64) (map[int64]int, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select f.account_id, count(*)::int
		from finding f
		where f.account_id = any($1) and f.state = 'open' and not exists (
			select
			from ownership o
			where o.finding = f.number and o.word <> '')
		group by 1`, lookUp, accounts)
	if err != nil {
		return nil, err
	}
	by := map[int64]int{}
	var account int64
	var n int
	_, err = pgx.ForEachRow(rows, []any{&account, &n}, func() error {
		by[account] = n
		return nil
	})
	return by, err
}
