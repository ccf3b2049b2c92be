package postgres

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/listing"
)

// Unconnected lists the accounts that those which are scanned know of, and which
// are neither connected nor were so. An account that two list is told once.
//
// Only IBM Cloud's enterprises are asked for accounts; AWS's Organizations is not.
// The documents are read here: PostgreSQL refuses to read JSON with a text that
// holds \u0000, and one such name would hide all others.
func (s *Store) Unconnected(ctx context.Context) ([]listing.Unconnected, error) {
	if l := lookOf(ctx); l != nil && !l.reach.All {
		return nil, nil
	}
	known, err := s.connected(ctx, ibmfact.Provider)
	if err != nil {
		return nil, err
	}
	rows, err := s.on(ctx).Query(ctx, `
		select a.id, coalesce(nullif(a.name, ''), a.external_id), r.doc
		from account a
		join resource r on r.account_id = a.id and r.kind = $2
		where a.provider = $1 and a.state <> 'disconnected'
		order by a.id, r.id`, ibmfact.Provider, ibmfact.KindMemberAccount)
	if err != nil {
		return nil, explain(err)
	}
	var all []listing.Unconnected
	var by int64
	var name, doc string
	_, err = pgx.ForEachRow(rows, []any{&by, &name, &doc}, func() error {
		if m, ok := ibmfact.MemberOf([]byte(doc)); ok && !known[m.ID] {
			known[m.ID] = true
			all = append(all, listing.Unconnected{Provider: ibmfact.Provider, External: clean(m.ID), Name: clean(m.Name), State: clean(m.State), By: by, ByName: name})
		}
		return nil
	})
	slices.SortFunc(all, func(a, b listing.Unconnected) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.External, b.External))
	})
	return all, explain(err)
}

// connected are the accounts of a provider that are connected, or were so.
func (s *Store) connected(ctx context.Context, provider string) (map[string]bool, error) {
	rows, err := s.on(ctx).Query(ctx, `select external_id from account where provider = $1`, provider)
	if err != nil {
		return nil, explain(err)
	}
	known := map[string]bool{}
	var id string
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		known[id] = true
		return nil
	})
	return known, explain(err)
}
