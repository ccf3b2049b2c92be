package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/house"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// kept is for how long it is kept that a server asked: for as long as it can count,
// and a day more for a scan that began earlier.
const kept = house.Lookback + house.Stale + 24*time.Hour

// KeepEvents keeps what audit events of an account told, and gives its number; what
// is too old to count is dropped. Conflict where more than most counts of servers and
// days would be kept of the account.
func (s *Store) KeepEvents(ctx context.Context, account int64, i *listing.EventImport, asked []house.Asked, most int) (id int64, err error) {
	since := i.At.Add(-kept)
	asked = slices.DeleteFunc(slices.Clone(asked), func(a house.Asked) bool { return a.Last.Before(since) })
	err = s.Within(ctx, func(ctx context.Context) error {
		q := s.on(ctx)
		if _, err := q.Exec(ctx, `delete from event_asked where account_id = $1 and last_at < $2`, account, since); err != nil {
			return explain(err)
		}
		var n int
		if err := q.QueryRow(ctx, `select count(*) from event_asked where account_id = $1`, account).Scan(&n); err != nil {
			return explain(err)
		}
		if n+len(asked) > most {
			return problem.New(problem.Conflict, "The imports of this account would tell of more than %d servers times days, which is the most. Withdraw those that others repeat, or give shorter periods. Nothing was imported.", most)
		}
		doubts := []string{}
		for _, d := range i.Doubts {
			doubts = append(doubts, clean(d))
		}
		err := q.QueryRow(ctx, `
			insert into event_import (account_id, at, who, name, events, requests, servers, unread, sha256, first_at, last_at, doubts)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			returning id`, account, i.At, clean(i.Who), clean(i.Name), i.Events, i.Requests, i.Servers, i.Unread, i.SHA256[:], orNull(i.First), orNull(i.Last), doubts).Scan(&id)
		if err != nil {
			return explain(err)
		}
		if err := s.keepCovers(ctx, account, id, i.Covers); err != nil {
			return err
		}
		return s.keepAsked(ctx, account, id, asked)
	})
	return id, err
}

func (s *Store) keepCovers(ctx context.Context, account, id int64, covers []house.Cover) error {
	n := len(covers)
	regions, from, until := make([]string, 0, n), make([]time.Time, 0, n), make([]time.Time, 0, n)
	for _, c := range covers {
		regions, from, until = append(regions, clean(c.Region)), append(from, c.From), append(until, c.Until)
	}
	_, err := s.on(ctx).Exec(ctx, `
		insert into event_cover (import, account_id, region, from_at, until_at)
		select $1, $2, region, from_at, max(until_at)
		from unnest($3::text[], $4::timestamptz[], $5::timestamptz[]) x (region, from_at, until_at)
		group by region, from_at`, id, account, regions, from, until)
	return explain(err)
}

func (s *Store) keepAsked(ctx context.Context, account, id int64, asked []house.Asked) error {
	n := len(asked)
	regions, workloads, days, counts, lasts := make([]string, 0, n), make([]string, 0, n), make([]time.Time, 0, n), make([]int64, 0, n), make([]time.Time, 0, n)
	for _, a := range asked {
		regions, workloads = append(regions, clean(a.Region)), append(workloads, clean(a.Workload))
		days, counts, lasts = append(days, a.Day), append(counts, a.Count), append(lasts, a.Last)
	}
	_, err := s.on(ctx).Exec(ctx, `
		insert into event_asked (import, account_id, region, workload, day, count, last_at)
		select $1, $2, region, workload, day, sum(count), max(last_at)
		from unnest($3::text[], $4::text[], $5::date[], $6::bigint[], $7::timestamptz[]) x (region, workload, day, count, last_at)
		group by region, workload, day`, id, account, regions, workloads, days, counts, lasts)
	return explain(err)
}

// WithdrawEvents notes that an import counts no longer, and deletes which
// servers asked. NotFound where the account has no such import, Conflict where
// it is withdrawn.
func (s *Store) WithdrawEvents(ctx context.Context, account, id int64, who string, at time.Time) error {
	return s.Within(ctx, func(ctx context.Context) error {
		q := s.on(ctx)
		var there, withdrawn bool
		err := q.QueryRow(ctx, `
			with done as (
				update event_import set withdrawn_at = $3, withdrawn_by = $4
				where id = $2 and account_id = $1 and withdrawn_at is null
				returning id
			)
			select exists (select from event_import where id = $2 and account_id = $1), not exists (select from done)`,
			account, id, at, clean(who)).Scan(&there, &withdrawn)
		switch {
		case err != nil:
			return explain(err)
		case !there:
			return noImport(id)
		case withdrawn:
			return problem.New(problem.Conflict, "Import %d of audit events is withdrawn already.", id)
		}
		_, err = q.Exec(ctx, `delete from event_asked where import = $1`, id)
		return explain(err)
	})
}

// ImportsSince counts the imports of an account after a time, withdrawn ones too.
func (s *Store) ImportsSince(ctx context.Context, account int64, after time.Time) (n int, err error) {
	err = s.on(ctx).QueryRow(ctx, `select count(*) from event_import where account_id = $1 and at > $2`, account, after).Scan(&n)
	return n, explain(err)
}

const selectImports = `
	select i.id, i.at, i.who, i.name, i.events, i.requests, i.servers, i.unread, i.sha256, i.first_at, i.last_at, i.doubts, i.withdrawn_at, i.withdrawn_by,
		array(select c.region from event_cover c where c.import = i.id and i.withdrawn_at is null order by c.region, c.from_at),
		array(select c.from_at from event_cover c where c.import = i.id and i.withdrawn_at is null order by c.region, c.from_at),
		array(select c.until_at from event_cover c where c.import = i.id and i.withdrawn_at is null order by c.region, c.from_at)
	from event_import i
	where i.account_id = $1`

// Imports lists the imports of audit events of an account, the last first: the
// latest MostImports, and every older one that may count for a scan at a time.
func (r Reader) Imports(ctx context.Context, account int64, at time.Time) ([]listing.EventImport, error) {
	rows, err := r.on(ctx).Query(ctx, selectImports+` and (
			i.id in (select l.id from event_import l where l.account_id = $1 order by l.id desc limit $2)
			or i.withdrawn_at is null and (i.last_at >= $3 or exists (select from event_cover c where c.import = i.id and c.until_at >= $3)))
		order by i.id desc`, account, listing.MostImports, at.Add(-house.Lookback-house.Stale))
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, readImport)
	return all, explain(err)
}

// Import gives one of an account; NotFound where it has no such.
func (r Reader) Import(ctx context.Context, account, id int64) (i listing.EventImport, err error) {
	rows, err := r.on(ctx).Query(ctx, selectImports+` and i.id = $2`, account, id)
	if err != nil {
		return i, explain(err)
	}
	i, err = pgx.CollectExactlyOneRow(rows, readImport)
	if errors.Is(err, pgx.ErrNoRows) {
		return i, noImport(id)
	}
	return i, explain(err)
}

func noImport(id int64) error {
	return problem.New(problem.NotFound, "This account has no import %d of audit events.", id)
}

func readImport(row pgx.CollectableRow) (i listing.EventImport, err error) {
	var first, last, withdrawn *time.Time
	var regions []string
	var from, until []time.Time
	var sum []byte
	err = row.Scan(&i.ID, &i.At, &i.Who, &i.Name, &i.Events, &i.Requests, &i.Servers, &i.Unread, &sum, &first, &last, &i.Doubts, &withdrawn, &i.WithdrawnBy, &regions, &from, &until)
	copy(i.SHA256[:], sum)
	i.At, i.First, i.Last, i.Withdrawn = i.At.UTC(), utc(first), utc(last), utc(withdrawn)
	for k, region := range regions {
		i.Covers = append(i.Covers, house.Cover{Region: region, Period: house.Period{From: from[k].UTC(), Until: until[k].UTC()}})
	}
	return i, err
}

// Requests tells what the imports of audit events of an account told that were
// there at a time and are not withdrawn; ever says whether anything was imported by
// then at all, withdrawn or not.
//
// All of it is read by one statement: what an import covers must never be told
// without the requests that it tells of, whoever imports or withdraws meanwhile.
func (s *Store) Requests(ctx context.Context, account int64, at time.Time) (told house.Import, ever bool, err error) {
	rows, err := s.on(ctx).Query(ctx, `
		with valid as (
			select id from event_import where account_id = $1 and at <= $2 and withdrawn_at is null
		)
		select 'ever', '', '', $2::timestamptz, $2::timestamptz, 0::bigint
		where exists (select from event_import where account_id = $1 and at <= $2)
		union all
		select 'covers', region, '', from_at, until_at, 0
		from event_cover
		where account_id = $1 and until_at >= $3 and import in (select id from valid)
		union all
		select 'asked', region, workload, day::timestamp at time zone 'UTC', max(last_at), max(count)
		from event_asked
		where account_id = $1 and last_at >= $3 and import in (select id from valid)
		group by region, workload, day
		order by 1, 2, 3, 4, 5`, account, at, at.Add(-house.Lookback-house.Stale))
	if err != nil {
		return told, false, explain(err)
	}
	var what, region, workload string
	var from, until time.Time
	var count int64
	_, err = pgx.ForEachRow(rows, []any{&what, &region, &workload, &from, &until, &count}, func() error {
		switch from, until := from.UTC(), until.UTC(); what {
		case "ever":
			ever = true
		case "covers":
			told.Covers = append(told.Covers, house.Cover{Region: region, Period: house.Period{From: from, Until: until}})
		case "asked":
			told.Asked = append(told.Asked, house.Asked{Region: region, Workload: workload, Day: from, Count: count, Last: until})
		}
		return nil
	})
	return told, ever, explain(err)
}
