package postgres

import (
	"context"
	"time"

	"plumbline/internal/house"
)

// Known tells what is known of an account at a time: when the last scan that
// asked its cloud and was finished began, and which topics are attested of it
// by an attestation that was approved, was not withdrawn and holds on that day
// of UTC.
func (s *Store) Known(ctx context.Context, account int64, at time.Time) (house.Known, error) {
	var k house.Known
	var last *time.Time
	err := s.on(ctx).QueryRow(ctx, `
		select (
			select max(started_at) from scan
			where account_id = $1 and state = 'finished' and look is null and started_at < $2
		), (
			select coalesce(array_agg(distinct topic order by topic), '{}')
			from attestation a
			where topic <> '' and $3::date between valid_from and valid_until
			and (whole or exists (select from attestation_account o where o.attestation = a.id and o.account_id = $1))
			and exists (select from attestation_event e where e.attestation = a.id and e.kind = 'approved' and e.at <= $2)
			and not exists (select from attestation_event e where e.attestation = a.id and e.kind = 'withdrawn' and e.at <= $2)
		)`, account, at, at.UTC()).Scan(&last, &k.Attested)
	if err != nil {
		return k, explain(err)
	}
	if last != nil {
		k.LastScan = last.UTC()
	}
	return k, nil
}
