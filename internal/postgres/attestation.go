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

var _ listing.Attestations = Reader{}

// attestationQuery reads attestations with what happened to them. Who proposed
// what takes the place of one is asked for beside it.
const attestationQuery = `
	select a.id, a.statement, a.framework, a.control, a.topic, a.whole, a.owner, coalesce(o.name, ''), a.link, a.valid_from, a.valid_until, coalesce(a.renews, 0),
		coalesce((
			select max(n.id)
			from attestation n
			where n.renews = a.id and not exists (select from attestation_event e where e.attestation = n.id and e.kind in ('refused', 'withdrawn'))), 0),
		(select count(*) from attestation_event e where e.attestation = a.id),
		p.at, p.kind, p.who, coalesce(p.person, 0), p.note,
		d.at, coalesce(d.kind, ''), coalesce(d.who, ''), coalesce(d.person, 0), coalesce(d.note, ''),
		w.at, coalesce(w.kind, ''), coalesce(w.who, ''), coalesce(w.person, 0), coalesce(w.note, ''),
		coalesce(f.name, ''), coalesce(f.size, 0), f.sha256
	from attestation a
	join attestation_event p on p.attestation = a.id and p.kind = 'proposed'
	left join attestation_event d on d.attestation = a.id and d.kind in ('approved', 'refused')
	left join attestation_event w on w.attestation = a.id and w.kind = 'withdrawn'
	left join attestation_file f on f.attestation = a.id
	left join person o on o.email = a.owner`

// attestationState is where one stands at a time, which is an argument. It says
// what listing.Attestation's StateAt says, and a test holds the two together.
func attestationState(at string) string {
	return `case
		when w.at <= ` + at + ` then 'withdrawn'
		when d.at <= ` + at + ` and d.kind = 'refused' then 'refused'
		when ` + at + ` >= (a.valid_until + 1)::timestamp at time zone 'UTC' then 'expired'
		when d.at is null or d.at > ` + at + ` then 'proposed'
		when ` + at + ` < a.valid_from::timestamp at time zone 'UTC' then 'upcoming'
		else 'valid' end`
}

func readAttestation(row pgx.CollectableRow) (a listing.Attestation, err error) {
	var decided, withdrawn *time.Time
	var file listing.FileMark
	var sum []byte
	p, d, w := &a.Proposed, &a.Decided, &a.Withdrawn
	err = row.Scan(&a.ID, &a.Statement, &a.Framework, &a.Control, &a.Topic, &a.Whole, &a.Owner, &a.OwnerName, &a.Link, &a.From, &a.Until, &a.Renews, &a.RenewedBy, &a.Events,
		&p.At, &p.Kind, &p.Who, &p.Person, &p.Note, &decided, &d.Kind, &d.Who, &d.Person, &d.Note, &withdrawn, &w.Kind, &w.Who, &w.Person, &w.Note,
		&file.Name, &file.Size, &sum)
	p.At, d.At, w.At = p.At.UTC(), utc(decided), utc(withdrawn)
	if file.Name != "" {
		copy(file.SHA256[:], sum)
		a.File = &file
	}
	return a, err
}

var attestationOrder = order{mark: "t", columns: []string{"a.id"}, types: []string{"bigint"}, down: true}

// Attestations lists a page of those that a filter lets through, the last
// proposed first.
func (r Reader) Attestations(ctx context.Context, by listing.AttestationFilter, place listing.Place) ([]listing.Attestation, listing.Cursors, error) {
	w, err := attestationOrder.window(place)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	var f filter
	attestationConds(&f, by)
	if c := w.cond(&f); c != "" {
		f.and(c)
	}
	all, err := r.attestations(ctx, f.where()+`
	order by `+w.orderBy()+`
	limit `+f.arg(w.limit+1), f.args...)
	if err != nil {
		return nil, listing.Cursors{}, err
	}
	all, c := cut(&w, all, func(a *listing.Attestation) []any { return []any{a.ID} })
	return all, c, nil
}

func attestationConds(f *filter, by listing.AttestationFilter) {
	at := f.arg(by.At) + "::timestamptz"
	f.and("p.at <= " + at)
	if by.State != "" {
		f.and(attestationState(at) + " = " + f.arg(string(by.State)))
	}
	for column, value := range map[string]string{"framework": by.Framework, "control": by.Control, "topic": by.Topic} {
		if value != "" {
			f.and("a." + column + " = " + f.arg(clean(value)))
		}
	}
}

// attestations reads those that the rest of the query lets through, with their
// accounts.
func (r Reader) attestations(ctx context.Context, rest string, args ...any) ([]listing.Attestation, error) {
	rows, err := r.on(ctx).Query(ctx, attestationQuery+rest, args...)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, readAttestation)
	if err != nil {
		return nil, explain(err)
	}
	return all, r.withAccounts(ctx, all)
}

// withAccounts says of each which accounts it is about.
func (r Reader) withAccounts(ctx context.Context, all []listing.Attestation) error {
	at := map[int64]*listing.Attestation{}
	var ids []int64
	for i := range all {
		if !all[i].Whole {
			at[all[i].ID] = &all[i]
			ids = append(ids, all[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := r.on(ctx).Query(ctx, `
		select m.attestation, a.id, a.provider, a.external_id, a.name
		from attestation_account m
		join account a on a.id = m.account_id
		where m.attestation = any ($1)
		order by m.attestation, a.provider, a.external_id`, ids)
	if err != nil {
		return explain(err)
	}
	var of int64
	var a listing.Account
	_, err = pgx.ForEachRow(rows, []any{&of, &a.ID, &a.Provider, &a.External, &a.Name}, func() error {
		at[of].Accounts = append(at[of].Accounts, a)
		return nil
	})
	return explain(err)
}

func noAttestation(id int64) error {
	return problem.New(problem.NotFound, "There is no attestation %d.", id)
}

// Attestation gives one and all that happened to it, in order.
func (r Reader) Attestation(ctx context.Context, id int64) (listing.Attestation, []listing.AttestationEvent, error) {
	all, err := r.attestations(ctx, `
	where a.id = $1`, id)
	if err != nil {
		return listing.Attestation{}, nil, err
	}
	if len(all) == 0 {
		return listing.Attestation{}, nil, noAttestation(id)
	}
	rows, err := r.on(ctx).Query(ctx, `
		select at, kind, who, coalesce(person, 0), note
		from attestation_event
		where attestation = $1
		order by seq`, id)
	if err != nil {
		return listing.Attestation{}, nil, explain(err)
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e listing.AttestationEvent, err error) {
		err = row.Scan(&e.At, &e.Kind, &e.Who, &e.Person, &e.Note)
		e.At = e.At.UTC()
		return e, err
	})
	return all[0], events, explain(err)
}

// Valid lists those that held for a control of a framework at that time.
func (r Reader) Valid(ctx context.Context, framework, control string, at time.Time) ([]listing.Attestation, error) {
	return r.attestations(ctx, `
	where a.framework = $2 and a.control = $3 and p.at <= $1 and `+attestationState("$1::timestamptz")+` = 'valid'
	order by a.id`, at, clean(framework), clean(control))
}

// mostDue are listed of what somebody has to look at.
const mostDue = 1000

// DueAttestations lists proposals that wait to be decided, and what ends within
// 30 days, the first to end first.
func (r Reader) DueAttestations(ctx context.Context, at time.Time) ([]listing.Attestation, error) {
	return r.attestations(ctx, `
	where p.at <= $1 and (`+attestationState("$1::timestamptz")+` = 'proposed'
		or `+attestationState("$1::timestamptz")+` = 'valid' and a.valid_until <= ($1::timestamptz at time zone 'UTC')::date + 30)
	order by a.valid_until, a.id
	limit $2`, at, mostDue)
}

// AttestationFile gives the file that was uploaded as evidence.
func (r Reader) AttestationFile(ctx context.Context, id int64) (f listing.EvidenceFile, err error) {
	var sum []byte
	err = r.on(ctx).QueryRow(ctx, `
		select name, size, sha256, content
		from attestation_file
		where attestation = $1`, id).Scan(&f.Name, &f.Size, &sum, &f.Content)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, problem.New(problem.NotFound, "No file was uploaded with attestation %d.", id)
	}
	if err != nil {
		return f, explain(err)
	}
	copy(f.SHA256[:], sum)
	if got := sha256.Sum256(f.Content); len(sum) != len(got) || got != f.SHA256 || len(f.Content) != f.Size {
		return listing.EvidenceFile{}, problem.New(problem.Tampered, "The file of attestation %d is not what was uploaded: its sha256 is %x, and was %x.", id, got, sum)
	}
	return f, nil
}

// AttestationOwners lists who may be named as an owner: whoever may sign in.
func (r Reader) AttestationOwners(ctx context.Context) ([]listing.Owner, error) {
	rows, err := r.on(ctx).Query(ctx, `
		select email, name
		from person
		where disabled_at is null
		order by email`)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[listing.Owner])
	return all, explain(err)
}
