package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
)

// Check says whose e-mail and password these are. ok is false alike for an
// unknown address, a wrong password and a disabled person, after the same work;
// known is then the address as it is kept if there is such a person, to be
// logged, never to be shown.
func (p *People) Check(ctx context.Context, email, password string) (id int64, known string, ok bool, err error) {
	hash, disabled := nobodys, true
	err = p.store.On(ctx).QueryRow(ctx, `
		select id, email, password_hash, disabled_at is not null
		from person
		where email = $1`, Canonical(email)).Scan(&id, &known, &hash, &disabled)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, "", false, fmt.Errorf("check: %w", err)
	}
	fits, err := p.fits(ctx, password, hash)
	return id, known, fits && !disabled, err
}

// SetPassword makes a person's own choice their password and ends all their
// sessions but the one of the given cookie.
func (p *People) SetPassword(ctx context.Context, person int64, password, cookie string) error {
	who, err := p.Person(ctx, person)
	if err != nil {
		return err
	}
	if err := good(password, who.Email); err != nil {
		return err
	}
	return p.setPassword(ctx, who, password, false, digest(cookie))
}

// ResetPassword gives a person a new password, which is shown once and kept
// nowhere, ends all their sessions and revokes their tokens.
func (p *People) ResetPassword(ctx context.Context, person int64) (password string, err error) {
	who, err := p.Person(ctx, person)
	if err != nil {
		return "", err
	}
	password = randomPassword()
	return password, p.setPassword(ctx, who, password, true, nil)
}

func (p *People) setPassword(ctx context.Context, who Person, password string, temporary bool, keep []byte) error {
	hash, err := p.hash(ctx, password)
	if err != nil {
		return err
	}
	return p.store.Within(ctx, func(ctx context.Context) error {
		_, err := p.store.On(ctx).Exec(ctx, `update person set password_hash = $2, temporary = $3 where id = $1`, who.ID, hash, temporary)
		if err != nil {
			return fmt.Errorf("set password: %w", err)
		}
		if err := p.endAll(ctx, who.ID, keep); err != nil {
			return err
		}
		action := "password changed"
		if temporary { // somebody else asked for it, as after a theft
			action = "password reset"
			if _, err := p.store.On(ctx).Exec(ctx, `update token set revoked_at = $2 where person = $1 and revoked_at is null`, who.ID, p.at()); err != nil {
				return fmt.Errorf("revoke tokens: %w", err)
			}
		}
		return p.Append(ctx, Entry{Action: action, Object: who.Email})
	})
}

// EnsureFirst adds the first administrator where there is nobody yet. Two
// processes may do so at once: one of them does.
func (p *People) EnsureFirst(ctx context.Context) (email, password string, created bool, err error) {
	ctx = WithOrigin(ctx, Origin{Who: "plumbline"})
	email = "admin@localhost"
	err = p.store.Within(ctx, func(ctx context.Context) error {
		if err := p.lock(ctx); err != nil {
			return err
		}
		var any bool
		if err := p.store.On(ctx).QueryRow(ctx, `select exists (select from person)`).Scan(&any); err != nil || any {
			return err
		}
		created = true
		_, password, err = p.Add(ctx, email, "Administrator", Grant{Role: "administrator"})
		return err
	})
	if err != nil || !created {
		return "", "", false, problemOr(err)
	}
	return email, password, true, nil
}

func problemOr(err error) error {
	if _, is := problem.KindOf(err); err == nil || is {
		return err
	}
	return fmt.Errorf("first administrator: %w", err)
}
