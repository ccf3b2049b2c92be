package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
)

// An ownerPlace is an account, as rules of ownership ask for it.
type ownerPlace struct {
	id                       int64
	provider, external, name string
	groups                   []string
}

// ownerPlaces are accounts in the order of their numbers; nil is all of them.
func ownerPlaces(ctx context.Context, q Querier, accounts []int64) ([]ownerPlace, error) {
	rows, err := q.Query(ctx, `
		select a.id, a.provider, a.external_id, a.name,
			array(
				select g.name
				from account_group_member m
				join account_group g on g.id = m.account_group
				where m.account_id = a.id
				order by g.name)
		from account a
		where $1::bigint[] is null or a.id = any($1)
		order by a.id`, accounts)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p ownerPlace, err error) {
		return p, row.Scan(&p.id, &p.provider, &p.external, &p.name, &p.groups)
	})
}

// An ownable is a finding that stands, and who owns it.
type ownable struct {
	number                  int64
	rule, region, kind, uid string
	name                    string
	state                   finding.State
	severity                finding.Severity
	worst                   int
	has                     bool // it has a row of ownership
	is                      listing.Ownership
}

const ownableQuery = `
	select f.number, f.rule, f.region, f.kind, f.uid, f.name, f.state, f.severity, f.worst,
		o.finding is not null, coalesce(o.owner, ''), coalesce(o.kind, ''), coalesce(o.email, ''), coalesce(o.rule, 0), coalesce(o.passed, 0), coalesce(o.who, '')
	from finding f
	left join ownership o on o.finding = f.number`

func (f *ownable) into() []any {
	return []any{&f.number, &f.rule, &f.region, &f.kind, &f.uid, &f.name, &f.state, &f.severity, &f.worst,
		&f.has, &f.is.Name, &f.is.Kind, &f.is.Email, &f.is.Rule, &f.is.Passed, &f.is.By}
}

// eachOwnable gives the findings of an account that stand, each with what a list
// says of it.
func eachOwnable(ctx context.Context, q Querier, l owner.List, p *ownerPlace, do func(*ownable, owner.Decision)) error {
	tags, err := tagsOf(ctx, q, l, p.id, nil)
	if err != nil {
		return err
	}
	rows, err := q.Query(ctx, ownableQuery+`
	where f.account_id = $1 and f.state in ('open', 'nodata', 'lost')
	order by f.uid, f.number`, p.id)
	if err != nil {
		return err
	}
	s := owner.Subject{Provider: p.provider, Account: p.external, AccountName: p.name, Groups: p.groups}
	var f ownable
	var d owner.Decision
	first := true
	_, err = pgx.ForEachRow(rows, f.into(), func() error {
		// A subject has several findings, one behind the other.
		if first || f.uid != s.UID || f.region != s.Region || f.kind != s.Kind || f.name != s.Name {
			s.Region, s.Kind, s.UID, s.Name, s.Tags = f.region, f.kind, f.uid, f.name, tags[f.uid]
			d, first = l.Decide(&s), false
		}
		do(&f, d)
		return nil
	})
	return err
}

// tagsOf are the tags of the account's workloads by uid, and those that all of a
// group's workloads have, by the group's; of one uid only, if that is given.
// Where no rule asks, nothing is read.
func tagsOf(ctx context.Context, q Querier, l owner.List, account int64, uid *string) (map[string]owner.Tags, error) {
	if !l.AsksTags() {
		return nil, nil
	}
	rows, err := q.Query(ctx, `
		select uid, group_uid, tags
		from workload
		where account_id = $1 and ($2::text is null or uid = $2 or group_uid = $2)`, account, uid)
	if err != nil {
		return nil, err
	}
	all, members := map[string]owner.Tags{}, map[string][]owner.Tags{}
	var id, group string
	var doc []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &group, &doc}, func() error {
		t := owner.Tags{Known: doc != nil}
		if t.Known {
			if err := json.Unmarshal(doc, &t.Of); err != nil {
				return err
			}
		}
		all[id] = t
		if group != "" {
			members[group] = append(members[group], t)
		}
		return nil
	})
	for group, ts := range members {
		all[group] = owner.Common(ts)
	}
	return all, err
}

// becomes is who owns a finding by a decision.
func becomes(l owner.List, d owner.Decision) listing.Ownership {
	return listing.Ownership{Owner: l.Owner(d), Rule: d.Rule, Passed: d.Passed}
}

// applyOwners writes who owns what stands of an account, where that differs from
// what is written. What a person assigned stays. changed counts the findings
// that have another owner; touched says that anything was written.
func applyOwners(ctx context.Context, q Querier, l owner.List, p *ownerPlace) (changed int, touched bool, err error) {
	var c ownerColumns
	var none []int64
	err = eachOwnable(ctx, q, l, p, func(f *ownable, d owner.Decision) {
		next := becomes(l, d)
		if f.is.ByHand() || next == f.is && f.has == (next != listing.Ownership{}) {
			return
		}
		if next.Owner != f.is.Owner {
			changed++
		}
		if (next == listing.Ownership{}) {
			none = append(none, f.number)
			return
		}
		c.add(f.number, &next)
	})
	if err != nil {
		return 0, false, err
	}
	if err := dropOwners(ctx, q, none); err != nil {
		return 0, false, err
	}
	return changed, len(none)+len(c.number) > 0, c.write(ctx, q, p.id)
}

func dropOwners(ctx context.Context, q Querier, findings []int64) error {
	if len(findings) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `delete from ownership where finding = any($1) and who = ''`, findings)
	return err
}

// ownerColumns are rows of ownership to be written.
type ownerColumns struct {
	number                   []int64
	owner, word, kind, email []string
	rule, passed             []int32
}

func (c *ownerColumns) add(number int64, o *listing.Ownership) {
	c.number = append(c.number, number)
	c.owner, c.word, c.kind, c.email = append(c.owner, o.Name), append(c.word, o.Word()), append(c.kind, string(o.Kind)), append(c.email, o.Email)
	c.rule, c.passed = append(c.rule, int32(o.Rule)), append(c.passed, int32(o.Passed)) //nolint:gosec // at most owner.Most
}

// write writes them as the rules' own, never over what a person assigned.
func (c *ownerColumns) write(ctx context.Context, q Querier, account int64) error {
	for at := 0; at < len(c.number); at += chunk {
		to := min(at+chunk, len(c.number))
		_, err := q.Exec(ctx, `
			insert into ownership as was (finding, account_id, owner, word, kind, email, rule, passed, who)
			select o.finding, $1, o.owner, o.word, o.kind, o.email, o.rule, o.passed, ''
			from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[])
				as o (finding, owner, word, kind, email, rule, passed)
			on conflict (finding) do update
			set owner = excluded.owner, word = excluded.word, kind = excluded.kind, email = excluded.email, rule = excluded.rule, passed = excluded.passed
			where was.who = ''`, account, c.number[at:to], c.owner[at:to], c.word[at:to], c.kind[at:to], c.email[at:to], c.rule[at:to], c.passed[at:to])
		if err != nil {
			return err
		}
	}
	return nil
}

// distinct are owners, each name once, by name; those of the rules come first
// where both name one.
func distinct(l owner.List, more []owner.Owner) []owner.Owner {
	by := map[string]owner.Owner{}
	for _, r := range l {
		by[r.To.Word()] = r.To
	}
	for _, o := range more {
		if _, has := by[o.Word()]; !has {
			by[o.Word()] = o
		}
	}
	all := make([]owner.Owner, 0, len(by))
	for _, o := range by {
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b owner.Owner) int { return cmp.Compare(a.Word(), b.Word()) })
	return all
}
