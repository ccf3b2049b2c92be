package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/problem"
)

// lockOwners begins the pair of numbers that is locked by whoever writes who
// owns what. Whoever changes the rules does so alone; scans that are closed and
// people who assign a finding do so beside each other. It is locked before
// anything else is written, so that nobody waits for nobody.
const lockOwners int32 = 0x6f776e72 // "ownr"

func holdOwners(ctx context.Context, q Querier, alone bool) error {
	lock := `select pg_advisory_xact_lock_shared($1, 0)`
	if alone {
		lock = `select pg_advisory_xact_lock($1, 0)`
	}
	_, err := q.Exec(ctx, lock, lockOwners)
	return err
}

// OwnerRules gives the list that holds; its Version is 0 where nobody ever kept
// one, or where the viewer does not see all accounts.
func (s *Store) OwnerRules(ctx context.Context) (listing.OwnerRules, error) {
	r, err := ownerRules(ctx, s.on(ctx))
	return r, explain(err)
}

func ownerRules(ctx context.Context, q Querier) (r listing.OwnerRules, err error) {
	var rules []byte
	err = q.QueryRow(ctx, `
		select version, at, who, rules
		from owner_rules
		order by version desc
		limit 1`).Scan(&r.Version, &r.At, &r.By, &rules)
	if errors.Is(err, pgx.ErrNoRows) {
		return listing.OwnerRules{}, nil
	}
	if err != nil {
		return r, err
	}
	r.At = r.At.UTC()
	if err := json.Unmarshal(rules, &r.Rules); err != nil {
		return r, fmt.Errorf("ownership rules, version %d: %w", r.Version, err)
	}
	return r, nil
}

// KeepOwners puts a list in the place of the one of that version, and applies it
// to all findings that stand. who keeps it. Conflict where another version
// holds by now.
func (s *Store) KeepOwners(ctx context.Context, l owner.List, version int64, who string) (r listing.OwnerRules, err error) {
	err = s.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := holdOwners(ctx, tx, true); err != nil {
			return err
		}
		now, err := ownerRules(ctx, tx)
		if err != nil {
			return err
		}
		if now.Version != version {
			return problem.New(problem.Conflict, "The rules were changed in the meantime: version %d of %s by %s holds now, and you began from version %d. Nothing was saved.",
				now.Version, now.At.Format("2 January 2006, 15:04 UTC"), now.By, version)
		}
		if r, err = insertOwnerRules(ctx, tx, l, version+1, who); err != nil {
			return err
		}
		all, err := ownerPlaces(ctx, tx, nil)
		if err != nil {
			return err
		}
		var bumped []int64
		for i := range all {
			n, touched, err := applyOwners(ctx, tx, l, &all[i])
			if err != nil {
				return err
			}
			r.Changed += n
			if touched {
				bumped = append(bumped, all[i].id)
			}
		}
		return bump(ctx, tx, bumped)
	})
	return r, explain(err)
}

func insertOwnerRules(ctx context.Context, q Querier, l owner.List, version int64, who string) (listing.OwnerRules, error) {
	r := listing.OwnerRules{Version: version, Rules: l, By: clean(who)}
	rules, err := json.Marshal(some(l))
	if err != nil {
		return r, err
	}
	var at time.Time
	err = q.QueryRow(ctx, `
		insert into owner_rules (version, at, who, rules)
		values ($1, now(), $2, $3)
		returning at`, r.Version, r.By, rules).Scan(&at)
	r.At = at.UTC()
	return r, err
}

// bump says that what is counted of accounts is counted otherwise from now on.
func bump(ctx context.Context, q Querier, accounts []int64) error {
	if len(accounts) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
		insert into cube_version (account_id, version)
		select id, 1
		from unnest($1::bigint[]) as a (id)
		order by id
		on conflict (account_id) do update
		set version = cube_version.version + 1`, accounts)
	return err
}

// own applies the rules to what stands of the account, at the end of a scan.
func (w *Writer) own(ctx context.Context, tx pgx.Tx) error {
	r, err := ownerRules(ctx, tx)
	if err != nil || r.Version == 0 {
		return err
	}
	all, err := ownerPlaces(ctx, tx, []int64{w.account})
	if err != nil {
		return err
	}
	for i := range all {
		_, touched, err := applyOwners(ctx, tx, r.Rules, &all[i])
		if err != nil {
			return err
		}
		if touched {
			if err := bump(ctx, tx, []int64{all[i].id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// OwnersKnown lists the owners that the rules name, and those of findings, by
// name.
func (s *Store) OwnersKnown(ctx context.Context) ([]owner.Owner, error) {
	r, err := s.OwnerRules(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.on(ctx).Query(ctx, `
		select distinct on (word) owner, kind, email
		from ownership
		where who <> ''
		order by word, at desc`)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[owner.Owner])
	if err != nil {
		return nil, explain(err)
	}
	return distinct(r.Rules, all), nil
}
