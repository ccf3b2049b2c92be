package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
	"plumbline/internal/problem"
)

// Grant gives a person a role over the accounts of a group, 0 for all accounts.
// What they have already is not given again, and not an error.
func (p *People) Grant(ctx context.Context, person int64, role access.Role, group int64) error {
	if _, err := access.ParseRole(string(role)); err != nil {
		return err
	}
	return p.store.Within(ctx, func(ctx context.Context) error {
		who, err := p.Person(ctx, person)
		if err != nil {
			return err
		}
		tag, err := p.store.On(ctx).Exec(ctx, `
			insert into role_grant (person, role, account_group)
			values ($1, $2, nullif($3, 0))
			on conflict do nothing`, person, string(role), group)
		if broke(err, "23503") { // foreign key
			return problem.New(problem.NotFound, "There is no such group of accounts.")
		}
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return p.noteGrant(ctx, "role granted", who.Email, role, group)
	})
}

// Withdraw takes a role from a person. The last administrator keeps theirs.
func (p *People) Withdraw(ctx context.Context, person, grant int64) error {
	return p.standing(ctx, person, func(ctx context.Context, who Person) error {
		var role access.Role
		var group int64
		err := p.store.On(ctx).QueryRow(ctx, `
			delete from role_grant
			where id = $1 and person = $2
			returning role, coalesce(account_group, 0)`, grant, person).Scan(&role, &group)
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "%s has no such role any more.", who.Name)
		}
		if err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
		return p.noteGrant(ctx, "role withdrawn", who.Email, role, group)
	})
}

func (p *People) noteGrant(ctx context.Context, action, email string, role access.Role, group int64) error {
	over := "all accounts"
	if group != 0 {
		g, err := p.Group(ctx, group)
		if err != nil {
			return err
		}
		over = g.Name
	}
	return p.Append(ctx, Entry{Action: action, Object: email, Detail: map[string]string{"role": string(role), "over": over}})
}

// Disable shuts a person out at once: their sessions end, and their tokens are
// refused. The last administrator is not disabled.
func (p *People) Disable(ctx context.Context, person int64) error {
	return p.standing(ctx, person, func(ctx context.Context, who Person) error {
		if !who.Disabled.IsZero() {
			return nil
		}
		if _, err := p.store.On(ctx).Exec(ctx, `update person set disabled_at = $2 where id = $1`, person, p.at()); err != nil {
			return fmt.Errorf("disable: %w", err)
		}
		if err := p.endAll(ctx, person, nil); err != nil {
			return err
		}
		return p.Append(ctx, Entry{Action: "person disabled", Object: who.Email})
	})
}

// Enable lets a disabled person sign in again, with the roles they had. Tokens
// that were not revoked work again too.
func (p *People) Enable(ctx context.Context, person int64) error {
	return p.standing(ctx, person, func(ctx context.Context, who Person) error {
		if who.Disabled.IsZero() {
			return nil
		}
		if _, err := p.store.On(ctx).Exec(ctx, `update person set disabled_at = null where id = $1`, person); err != nil {
			return fmt.Errorf("enable: %w", err)
		}
		return p.Append(ctx, Entry{Action: "person enabled", Object: who.Email})
	})
}

// standing runs a change of what a person may do. Such changes wait for one
// another, so that two of them cannot each leave the other's person as the last
// administrator.
func (p *People) standing(ctx context.Context, person int64, do func(context.Context, Person) error) error {
	return p.store.Within(ctx, func(ctx context.Context) error {
		if err := p.lock(ctx); err != nil {
			return err
		}
		who, err := p.Person(ctx, person)
		if err != nil {
			return err
		}
		if err := do(ctx, who); err != nil {
			return err
		}
		var left bool
		err = p.store.On(ctx).QueryRow(ctx, `
			select exists (
				select from role_grant g
				join person p on p.id = g.person
				where g.role = $1 and g.account_group is null and p.disabled_at is null)`, string(access.Administrator)).Scan(&left)
		if err == nil && !left {
			return problem.New(problem.Conflict, "%s is the last administrator over all accounts. Make somebody else one first; nothing was changed.", who.Name)
		}
		return err
	})
}
