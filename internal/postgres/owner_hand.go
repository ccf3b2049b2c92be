package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/problem"
)

// An OwnerChange is what a person did to the owner of one finding.
type OwnerChange struct {
	Account  int64
	Was, Now listing.Ownership
}

// AssignOwner gives a finding to an owner by hand, and notes in its history who
// did so. Rules leave it alone from then on.
func (s *Store) AssignOwner(ctx context.Context, number int64, to owner.Owner, who string) (c OwnerChange, err error) {
	err = s.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		f, p, err := s.oneOwnable(ctx, tx, number)
		if err != nil {
			return err
		}
		c = OwnerChange{Account: p.id, Was: f.is}
		c.Now.Owner, c.Now.By = to, clean(who)
		if _, err := tx.Exec(ctx, `
			insert into ownership (finding, account_id, owner, word, kind, email, rule, passed, who, at)
			values ($1, $2, $3, $4, $5, $6, 0, 0, $7, now())
			on conflict (finding) do update
			set owner = excluded.owner, word = excluded.word, kind = excluded.kind, email = excluded.email, rule = 0, passed = 0, who = excluded.who, at = excluded.at`,
			number, p.id, to.Name, to.Word(), string(to.Kind), to.Email, c.Now.By); err != nil {
			return err
		}
		return noteOwner(ctx, tx, f, &c, listing.Assigned)
	})
	return c, explain(err)
}

// TakeBackOwner leaves a finding that a person assigned to the rules again.
// Conflict if nobody assigned it.
func (s *Store) TakeBackOwner(ctx context.Context, number int64, who string) (c OwnerChange, err error) {
	err = s.within(ctx, func(ctx context.Context, tx pgx.Tx) error {
		f, p, err := s.oneOwnable(ctx, tx, number)
		if err != nil {
			return err
		}
		if !f.is.ByHand() {
			return problem.New(problem.Conflict, "Nobody assigned FND-%d by hand: there is nothing to take back.", number)
		}
		c = OwnerChange{Account: p.id, Was: f.is}
		if c.Now, err = s.byRules(ctx, tx, f, p); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from ownership where finding = $1`, number); err != nil {
			return err
		}
		if (c.Now != listing.Ownership{}) {
			var cols ownerColumns
			cols.add(number, &c.Now)
			if err := cols.write(ctx, tx, p.id); err != nil {
				return err
			}
		}
		c.Now.By = clean(who)
		return noteOwner(ctx, tx, f, &c, listing.TakenBack)
	})
	return c, explain(err)
}

// oneOwnable reads one finding, whatever its state, and holds back whoever
// changes the rules.
func (s *Store) oneOwnable(ctx context.Context, tx pgx.Tx, number int64) (*ownable, *ownerPlace, error) {
	if err := holdOwners(ctx, tx, false); err != nil {
		return nil, nil, err
	}
	var f ownable
	err := tx.QueryRow(ctx, ownableQuery+`
	where f.number = $1`, number).Scan(f.into()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, problem.New(problem.NotFound, "There is no finding FND-%d.", number)
	}
	if err != nil {
		return nil, nil, err
	}
	var account int64
	if err := tx.QueryRow(ctx, `select account_id from finding where number = $1`, number).Scan(&account); err != nil {
		return nil, nil, err
	}
	all, err := ownerPlaces(ctx, tx, []int64{account})
	if err != nil {
		return nil, nil, err
	}
	return &f, &all[0], nil
}

// byRules is what the rules say of one finding.
func (s *Store) byRules(ctx context.Context, q Querier, f *ownable, p *ownerPlace) (listing.Ownership, error) {
	r, err := ownerRules(ctx, q)
	if err != nil {
		return listing.Ownership{}, err
	}
	tags, err := tagsOf(ctx, q, r.Rules, p.id, &f.uid)
	if err != nil {
		return listing.Ownership{}, err
	}
	d := r.Rules.Decide(&owner.Subject{Provider: p.provider, Account: p.external, AccountName: p.name, Groups: p.groups,
		Region: f.region, Kind: f.kind, Name: f.name, UID: f.uid, Tags: tags[f.uid]})
	return becomes(r.Rules, d), nil
}

// noteOwner writes into a finding's history who owns it now, and that its
// account is counted otherwise.
func noteOwner(ctx context.Context, q Querier, f *ownable, c *OwnerChange, what finding.Change) error {
	if _, err := q.Exec(ctx, `
		insert into finding_event (account_id, finding, at, change, from_state, to_state, who, note)
		values ($1, $2, now(), $3, $4, $4, $5, $6)`, c.Account, f.number, string(what), string(f.state), c.Now.By, c.note()); err != nil {
		return err
	}
	return bump(ctx, q, []int64{c.Account})
}

// note tells the change in a sentence.
func (c *OwnerChange) note() string {
	return "Owner: " + nameOr(c.Now.Name) + ". Before: " + nameOr(c.Was.Name) + "."
}

func nameOr(name string) string {
	if name == "" {
		return "nobody"
	}
	return name
}
