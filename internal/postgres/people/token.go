package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
	"plumbline/internal/problem"
)

// Prefix is what every token begins with, so that it is known for one where it
// should not be.
const Prefix = "plb_"

// mostDays is how long a token may last.
const mostDays = 366

// A Token is what a program shows to act for a person.
type Token struct {
	ID      int64
	Prefix  string // its first letters
	Name    string
	Scopes  []string
	Created time.Time
	Expires time.Time
	Used    *time.Time // nil for never
	Revoked *time.Time // nil where it was not
}

// CreateToken makes a token of a person and gives it; it is shown once and kept
// nowhere.
func (p *People) CreateToken(ctx context.Context, person int64, name string, scopes []access.Scope, expires time.Time) (string, error) {
	name = clean(name, 60)
	at := p.at()
	switch {
	case name == "":
		return "", problem.New(problem.Invalid, "Give the token a name that says which program uses it.")
	case len(scopes) == 0:
		return "", problem.New(problem.Invalid, "Choose at least one thing that the token may do.")
	case !expires.After(at) || expires.After(at.AddDate(0, 0, mostDays)):
		return "", problem.New(problem.Invalid, "The token must end after now and within %d days.", mostDays)
	}
	var words []string
	for _, s := range scopes {
		if _, err := access.ParseScope(string(s)); err != nil {
			return "", err
		}
		words = append(words, string(s))
	}
	slices.Sort(words)
	words = slices.Compact(words)
	token := Prefix + secret()
	return token, p.store.Within(ctx, func(ctx context.Context) error {
		who, err := p.Person(ctx, person)
		if err != nil {
			return err
		}
		_, err = p.store.On(ctx).Exec(ctx, `
			insert into token (hash, prefix, person, name, scopes, created_at, expires_at)
			values ($1, $2, $3, $4, $5, $6, $7)`, digest(token), token[:len(Prefix)+6], person, name, words, at, expires.UTC())
		if err != nil {
			return fmt.Errorf("create token: %w", err)
		}
		return p.Append(ctx, Entry{Action: "token created", Object: name, Detail: map[string]string{
			"of": who.Email, "scopes": strings.Join(words, " "), "expires": expires.UTC().Format(time.DateOnly)}})
	})
}

// Tokens lists a person's tokens, the newest first.
func (p *People) Tokens(ctx context.Context, person int64) ([]Token, error) {
	rows, err := p.store.On(ctx).Query(ctx, `
		select id, prefix, name, scopes, created_at as created, expires_at as expires, used_at as used, revoked_at as revoked
		from token
		where person = $1
		order by id desc`, person)
	if err != nil {
		return nil, fmt.Errorf("tokens: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Token])
}

// RevokeToken ends a token of a person at once.
func (p *People) RevokeToken(ctx context.Context, person, id int64) error {
	return p.store.Within(ctx, func(ctx context.Context) error {
		var name, email string
		err := p.store.On(ctx).QueryRow(ctx, `
			update token t
			set revoked_at = $3
			from person p
			where t.id = $2 and t.person = $1 and p.id = t.person and t.revoked_at is null
			returning t.name, p.email`, person, id, p.at()).Scan(&name, &email)
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "There is no such token, or it was revoked already.")
		}
		if err != nil {
			return fmt.Errorf("revoke token: %w", err)
		}
		return p.Append(ctx, Entry{Action: "token revoked", Object: name, Detail: map[string]string{"of": email}})
	})
}

// ByToken gives the person of a token with its scopes, nil if the token is
// unknown, ended or revoked, or its person disabled.
func (p *People) ByToken(ctx context.Context, token string) (*access.Viewer, error) {
	if !strings.HasPrefix(token, Prefix) {
		return nil, nil
	}
	at := p.at()
	v, used, err := p.viewer(ctx, `
		token t on t.person = p.id and t.hash = $1 and t.expires_at > $2 and t.revoked_at is null`,
		`t.used_at, t.name, t.scopes`, digest(token), at)
	if v == nil || err != nil {
		return nil, err
	}
	if at.Sub(used) >= noted {
		_, err = p.store.On(ctx).Exec(ctx, `update token set used_at = $2 where hash = $1`, digest(token), at)
	}
	return v, err
}
