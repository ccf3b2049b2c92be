package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/access"
	"plumbline/internal/problem"
)

// How long a session lasts: without use, and at the most.
const (
	Idle     = 12 * time.Hour
	Absolute = 7 * 24 * time.Hour
)

// Uses are noted to the minute, so that reading a page does not write a row.
const noted = time.Minute

// A Session is a browser in which a person is signed in.
type Session struct {
	ID      int64
	Created time.Time
	Expires time.Time // at the latest
	Seen    time.Time
	Remote  string
	Agent   string
	Own     bool // it is the one that asks
}

// secret makes 32 random bytes, written in 43 letters.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func digest(s string) []byte {
	if s == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// Open begins a session of a person and gives what the cookie is to hold. The
// session of a former cookie ends, so that nobody keeps a hold of it who set it
// before the sign-in.
func (p *People) Open(ctx context.Context, person int64, former, agent string) (cookie string, err error) {
	cookie = secret()
	at := p.at()
	return cookie, p.store.Within(ctx, func(ctx context.Context) error {
		who, err := p.Person(ctx, person)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`delete from session where hash = $1 or expires_at <= $2 or seen_at <= $3`, digest(former), at, at.Add(-Idle))
		b.Queue(`insert into session (hash, person, created_at, expires_at, seen_at, remote, agent) values ($1, $2, $3, $4, $3, $5, $6)`,
			digest(cookie), person, at, at.Add(Absolute), origin(ctx).Remote, clean(agent, 200))
		b.Queue(`update person set signed_in_at = $2 where id = $1`, person, at)
		if err := p.send(ctx, b); err != nil {
			return fmt.Errorf("open session: %w", err)
		}
		return p.Append(ctx, Entry{Who: who.Email, Action: "signed in", Object: who.Email})
	})
}

func (p *People) send(ctx context.Context, b *pgx.Batch) error {
	for _, q := range b.QueuedQueries {
		if _, err := p.store.On(ctx).Exec(ctx, q.SQL, q.Arguments...); err != nil {
			return err
		}
	}
	return nil
}

// BySession gives the person of a cookie, nil if the session ended or its
// person is disabled.
func (p *People) BySession(ctx context.Context, cookie string) (*access.Viewer, error) {
	at := p.at()
	v, seen, err := p.viewer(ctx, `
		session s on s.person = p.id and s.hash = $1 and s.expires_at > $2 and s.seen_at > $3`,
		`s.seen_at, '', '{}'::text[]`, digest(cookie), at, at.Add(-Idle))
	if v == nil || err != nil {
		return nil, err
	}
	if at.Sub(seen) >= noted {
		_, err = p.store.On(ctx).Exec(ctx, `update session set seen_at = $2 where hash = $1 and seen_at < $2`, digest(cookie), at)
	}
	return v, err
}

// viewer joins a person with their grants, and those with the accounts of their
// groups. own is the table that the way in stands in, and columns what it tells:
// last use, name and scopes.
func (p *People) viewer(ctx context.Context, own, columns string, args ...any) (*access.Viewer, time.Time, error) {
	rows, err := p.store.On(ctx).Query(ctx, `
		select p.id, p.email, p.name, `+columns+`, coalesce(g.role, ''), g.account_group is null, coalesce(ag.name, ''),
			array(select m.account_id from account_group_member m where m.account_group = g.account_group order by 1)
		from person p
		join `+own+`
		left join role_grant g on g.person = p.id
		left join account_group ag on ag.id = g.account_group
		where p.disabled_at is null
		order by g.id`, args...)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("viewer: %w", err)
	}
	var v access.Viewer
	var seen *time.Time
	var g access.Grant
	tag, err := pgx.ForEachRow(rows, []any{&v.Person, &v.Email, &v.Name, &seen, &v.Token, &v.Scopes, &g.Role, &g.All, &g.Group, &g.Accounts}, func() error {
		if g.Role != "" {
			v.Grants = append(v.Grants, g)
			g.Accounts = nil
		}
		return nil
	})
	if err != nil || tag.RowsAffected() == 0 {
		return nil, time.Time{}, err
	}
	if v.Token == "" {
		v.Scopes = nil
	}
	return &v, value(seen), nil
}

// Sessions lists a person's sessions, the last used first. cookie is the one
// that asks.
func (p *People) Sessions(ctx context.Context, person int64, cookie string) ([]Session, error) {
	at := p.at()
	rows, err := p.store.On(ctx).Query(ctx, `
		select id, created_at as created, expires_at as expires, seen_at as seen, remote, agent, coalesce(hash = $2, false) as own
		from session
		where person = $1 and expires_at > $3 and seen_at > $4
		order by seen_at desc, id desc`, person, digest(cookie), at, at.Add(-Idle))
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Session])
}

// End ends one session of a person.
func (p *People) End(ctx context.Context, person, id int64) error {
	return p.end(ctx, person, "session ended", `id = $2`, id)
}

// SignOut ends the session of a cookie.
func (p *People) SignOut(ctx context.Context, person int64, cookie string) error {
	err := p.end(ctx, person, "signed out", `hash = $2`, digest(cookie))
	if problem.Is(err, problem.NotFound) {
		return nil // it ended in the meantime
	}
	return err
}

func (p *People) end(ctx context.Context, person int64, action, where string, what any) error {
	return p.store.Within(ctx, func(ctx context.Context) error {
		who, err := p.Person(ctx, person)
		if err != nil {
			return err
		}
		tag, err := p.store.On(ctx).Exec(ctx, `delete from session where person = $1 and `+where, person, what)
		if err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return problem.New(problem.NotFound, "That session has ended already.")
		}
		return p.Append(ctx, Entry{Action: action, Object: who.Email})
	})
}

// endAll ends the sessions of a person but the one of the given hash.
func (p *People) endAll(ctx context.Context, person int64, keep []byte) error {
	_, err := p.store.On(ctx).Exec(ctx, `delete from session where person = $1 and hash is distinct from $2`, person, keep)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}
