package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// ProposeAttestation keeps a draft that was found sound, and gives its number.
// The name of its file is made one without a path; its hash is worked out here.
func (s *Store) ProposeAttestation(ctx context.Context, d listing.AttestationDraft, by listing.AttestationEvent) (id int64, err error) {
	err = s.Within(ctx, func(ctx context.Context) error {
		q := s.on(ctx)
		err := q.QueryRow(ctx, `
			insert into attestation (statement, framework, control, topic, whole, owner, link, valid_from, valid_until, renews)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10, 0))
			returning id`, clean(d.Statement), clean(d.Framework), clean(d.Control), d.Topic, d.Whole, clean(d.Owner), clean(d.Link), d.From, d.Until, d.Renews).Scan(&id)
		if err != nil {
			return explain(err)
		}
		if !d.Whole {
			_, err := q.Exec(ctx, `
				insert into attestation_account (attestation, account_id)
				select $1, unnest($2::bigint[])
				on conflict do nothing`, id, d.Accounts)
			if err != nil {
				return explain(err)
			}
		}
		if d.File != nil {
			sum := sha256.Sum256(d.File.Content)
			_, err := q.Exec(ctx, `
				insert into attestation_file (attestation, name, size, sha256, content)
				values ($1, $2, $3, $4, $5)`, id, listing.FileName(d.File.Name), len(d.File.Content), sum[:], d.File.Content)
			if err != nil {
				return explain(err)
			}
		}
		by.Kind = "proposed"
		return s.noteAttestation(ctx, id, 1, by)
	})
	return id, err
}

// NoteAttestation adds what somebody did to an attestation as they saw it.
// Conflict if somebody else did something meanwhile.
func (s *Store) NoteAttestation(ctx context.Context, seen *listing.Attestation, e listing.AttestationEvent) error {
	return s.noteAttestation(ctx, seen.ID, seen.Events+1, e)
}

func (s *Store) noteAttestation(ctx context.Context, id int64, seq int, e listing.AttestationEvent) error {
	t, err := s.on(ctx).Exec(ctx, `
		insert into attestation_event (attestation, seq, at, kind, who, person, note)
		values ($1, $2, $3, $4, $5, nullif($6, 0), $7)
		on conflict do nothing`, id, seq, e.At, e.Kind, clean(e.Who), e.Person, clean(e.Note))
	if err != nil {
		return explain(err)
	}
	if t.RowsAffected() == 0 {
		return problem.New(problem.Conflict, "Somebody else has just decided or withdrawn attestation %d. Look at it again.", id)
	}
	return nil
}

// WaitingAttestations counts the proposals of a person that nobody has decided
// and that are not over.
func (s *Store) WaitingAttestations(ctx context.Context, who listing.AttestationEvent) (n int, err error) {
	err = s.on(ctx).QueryRow(ctx, `
		select count(*)
		from attestation a
		join attestation_event p on p.attestation = a.id and p.kind = 'proposed'
		where not exists (select from attestation_event e where e.attestation = a.id and e.seq > 1)
			and a.valid_until >= ($1::timestamptz at time zone 'UTC')::date
			and (p.person = $2 or $2 = 0 and p.who = $3)`, who.At, who.Person, who.Who).Scan(&n)
	return n, explain(err)
}

// AttestationFiles counts the files that a person proposed after a time,
// whatever became of them: what was withdrawn or refused is kept all the same.
func (s *Store) AttestationFiles(ctx context.Context, who listing.AttestationEvent, after time.Time) (n int, err error) {
	err = s.on(ctx).QueryRow(ctx, `
		select count(*)
		from attestation_event p
		join attestation_file f on f.attestation = p.attestation
		where p.kind = 'proposed' and p.at > $1 and (p.person = $2 or $2 = 0 and p.who = $3)`, after, who.Person, who.Who).Scan(&n)
	return n, explain(err)
}

// ActivePerson gives the e-mail of a person who may sign in, as it is kept; ok
// is false where there is none.
func (s *Store) ActivePerson(ctx context.Context, email string) (kept string, ok bool, err error) {
	err = s.on(ctx).QueryRow(ctx, `select email from person where email = lower($1) and disabled_at is null`, clean(email)).Scan(&kept)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	return kept, err == nil, explain(err)
}

// AttestationAccounts are those of the given accounts that the viewer sees.
func (s *Store) AttestationAccounts(ctx context.Context, ids []int64) ([]listing.Account, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select id, provider, external_id, name
		from account
		where id = any ($1)
		order by provider, external_id`, ids)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a listing.Account, err error) {
		err = row.Scan(&a.ID, &a.Provider, &a.External, &a.Name)
		return a, err
	})
	return all, explain(err)
}
