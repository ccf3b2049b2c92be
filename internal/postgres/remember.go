package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/snapshot"
)

// A Neighbour is a kind of document that stands beside another, and the member
// of that one which says whether it still holds.
type Neighbour struct {
	Kind   string // "aws.user_data"
	Under  string // follows the other's uid in its own: "/user-data"
	Of     string // kind of the other: "aws.instance"
	Member string // of the other: "launchTime"
}

// A Remembered document, and what the member of the other said in the same scan;
// "" if it said nothing.
type Remembered struct {
	snapshot.Resource
	Said string
}

// Remembered gives the documents of a kind in one region by uid, as the last
// finished scan of the account saw them. What that scan did not see, or beside
// which it did not see the other, is left out: nobody knows to which time it
// belongs. Nothing is remembered of an account without a finished scan.
func (s *Store) Remembered(ctx context.Context, provider, account, region string, n Neighbour) (map[string]Remembered, error) {
	rows, err := s.on(ctx).Query(ctx, `
		with last as (
			select s.number, s.started_at, s.account_id
			from scan s
			join account a on a.id = s.account_id
			where a.provider = $1 and a.external_id = $2 and s.state = 'finished' and s.look is null
			order by s.started_at desc
			limit 1),
		seen as (
			select r.*
			from last
			cross join lateral (
				select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from
				from resource
				where account_id = last.account_id and kind in ($4, $6) and region = $3 and valid_from <= last.started_at
				union all
				select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from
				from resource_version
				where account_id = last.account_id and kind in ($4, $6) and region = $3 and valid_from <= last.started_at and valid_to > last.started_at) r
			where not exists (
				select from unseen u
				where u.scan = last.number and u.kind = r.kind and u.region = r.region and u.uid in ('', r.uid)))
		select `+resourceColumns+`, coalesce(o.doc::json ->> $7, '')
		from seen r
		join account a on a.id = r.account_id
		join seen o on o.kind = $6 and r.uid = o.uid || $5
		where r.kind = $4`, provider, account, region, n.Kind, n.Under, n.Of, n.Member)
	if err != nil {
		return nil, explain(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Remembered, err error) {
		d, err := scanResource(lastColumn{row, &r.Said})
		r.Resource = d.Resource
		return r, err
	})
	if err != nil {
		return nil, explain(err)
	}
	all := make(map[string]Remembered, len(list))
	for _, r := range list {
		all[r.UID] = r
	}
	return all, nil
}

// lastColumn is a row with one column more than its reader knows.
type lastColumn struct {
	pgx.CollectableRow
	last any
}

// Scan reads it all.
func (l lastColumn) Scan(dest ...any) error { return l.CollectableRow.Scan(append(dest, l.last)...) }
