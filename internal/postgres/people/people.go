// Package people keeps who may sign in, with which roles over which accounts,
// their sessions and tokens, and the audit log of what was changed.
//
// It decides nothing about a request: package access holds who may do what, and
// package signin asks it. Of passwords, sessions and tokens it stores hashes
// only. Every change writes its line of the audit log in the same transaction.
package people

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"runtime"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"plumbline/internal/access"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
)

// People is the book of persons. It is safe for concurrent use.
type People struct {
	store *postgres.Store
	now   func() time.Time
	busy  chan struct{} // one place for each password that is hashed at a time
}

// New opens the book in a database that was brought to its shape.
func New(store *postgres.Store, now func() time.Time) *People {
	return &People{store: store, now: now, busy: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// A Person is somebody who may sign in.
type Person struct {
	ID          int64
	Email, Name string
	Temporary   bool // the password was made by the program or by somebody else
	Created     time.Time
	Disabled    time.Time // zero: may sign in
	SignedIn    time.Time // last time; zero for never
	Grants      []Grant
}

// A Grant is a role that a person has.
type Grant struct {
	ID    int64
	Role  access.Role
	Group int64  // account group; 0 for all accounts
	Name  string // of the group
}

// Say is the grant in words.
func (g Grant) Say() string {
	if g.Group == 0 {
		return string(g.Role) + " over all accounts"
	}
	return string(g.Role) + " over " + g.Name
}

func (p *People) at() time.Time { return p.now().UTC().Truncate(time.Microsecond) }

// List gives all persons by e-mail.
func (p *People) List(ctx context.Context) ([]Person, error) {
	return p.persons(ctx, `true`)
}

// Person gives one person.
func (p *People) Person(ctx context.Context, id int64) (Person, error) {
	return one(p.persons(ctx, `p.id = $1`, id))
}

// ByEmail gives the person who signs in with the address.
func (p *People) ByEmail(ctx context.Context, email string) (Person, error) {
	list, err := p.persons(ctx, `p.email = $1`, Canonical(email))
	if err == nil && len(list) == 0 {
		return Person{}, problem.New(problem.NotFound, "There is nobody with the address %s.", email)
	}
	return one(list, err)
}

func one(list []Person, err error) (Person, error) {
	if err == nil && len(list) == 0 {
		err = problem.New(problem.NotFound, "There is no such person.")
	}
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

func (p *People) persons(ctx context.Context, where string, args ...any) ([]Person, error) {
	rows, err := p.store.On(ctx).Query(ctx, `
		select p.id, p.email, p.name, p.temporary, p.created_at, p.disabled_at, p.signed_in_at,
			g.id, g.role, g.account_group, ag.name
		from person p
		left join role_grant g on g.person = p.id
		left join account_group ag on ag.id = g.account_group
		where `+where+`
		order by p.email, g.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("persons: %w", err)
	}
	var list []Person
	var n Person
	var disabled, signedIn *time.Time
	var grant, group *int64
	var role, name *string
	_, err = pgx.ForEachRow(rows, []any{&n.ID, &n.Email, &n.Name, &n.Temporary, &n.Created, &disabled, &signedIn, &grant, &role, &group, &name}, func() error {
		if len(list) == 0 || list[len(list)-1].ID != n.ID {
			n.Disabled, n.SignedIn, n.Grants = value(disabled), value(signedIn), nil
			list = append(list, n)
		}
		if grant != nil {
			last := &list[len(list)-1]
			last.Grants = append(last.Grants, Grant{ID: *grant, Role: access.Role(*role), Group: value(group), Name: value(name)})
		}
		return nil
	})
	return list, err
}

func value[T any](v *T) T {
	if v == nil {
		return *new(T)
	}
	return *v
}

// Add adds a person and gives the password made for them, which is shown once
// and kept nowhere.
func (p *People) Add(ctx context.Context, email, name string, grants ...Grant) (id int64, password string, err error) {
	if email, err = address(email); err != nil {
		return 0, "", err
	}
	if name = clean(name, 100); name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	if len(grants) == 0 {
		return 0, "", problem.New(problem.Invalid, "Choose a role: without one, a person sees nothing.")
	}
	password = randomPassword()
	hash, err := p.hash(ctx, password)
	if err != nil {
		return 0, "", err
	}
	err = p.store.Within(ctx, func(ctx context.Context) error {
		id, err = p.insert(ctx, email, name, hash, grants)
		return err
	})
	return id, password, err
}

func (p *People) insert(ctx context.Context, email, name, hash string, grants []Grant) (id int64, err error) {
	err = p.store.On(ctx).QueryRow(ctx, `
		insert into person (email, name, password_hash, temporary, created_at)
		values ($1, $2, $3, true, $4)
		on conflict (email) do nothing
		returning id`, email, name, hash, p.at()).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, problem.New(problem.Conflict, "There is already a person with the address %s.", email)
	}
	if err != nil {
		return 0, fmt.Errorf("add person: %w", err)
	}
	if err := p.Append(ctx, Entry{Action: "person added", Object: email, Detail: map[string]string{"name": name}}); err != nil {
		return 0, err
	}
	for _, g := range grants {
		if err := p.Grant(ctx, id, g.Role, g.Group); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// address reads an e-mail address as somebody typed it.
func address(s string) (string, error) {
	email := Canonical(s)
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 254 {
		return "", problem.New(problem.Invalid, "%q is not an e-mail address. It looks like ada@example.org.", clean(s, 254))
	}
	return email, nil
}

// Canonical is an e-mail address as it is kept and looked up, however it was
// typed.
func Canonical(email string) string { return strings.ToLower(clean(email, 300)) }

// clean makes a typed text fit to be kept: no control characters, none that is
// not seen or turns others round, for names stand in the audit log; no more
// than most letters.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return strings.TrimSpace(s)
}

// broke says whether err is the database's refusal by the code.
func broke(err error, code string) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Code == code
}
