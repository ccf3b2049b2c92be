package postgres

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A Source gives the documents and answers of one finished scan, as they were
// then; it is a scan.Source. Later scans do not disturb it.
type Source struct {
	Scan     scan.Record
	PageSize int // documents a page; 0 is 1,000

	store     *Store
	account   int64
	context   []string // kinds
	workloads []string // kinds
	late      map[string]bool
	regions   []string // nil is all
}

// Source finds the last scan that asked the account's cloud, began at asOf or
// before it and was finished; the zero time means now. workload says which kinds of
// document are workloads, which are streamed. NotFound if there is no such
// scan.
func (s *Store) Source(ctx context.Context, provider, account string, asOf time.Time, workload func(kind string) bool) (*Source, error) {
	src := &Source{store: s, late: map[string]bool{}}
	var n int64
	err := s.on(ctx).QueryRow(ctx, `
		select s.number, a.id
		from scan s
		join account a on a.id = s.account_id
		where a.provider = $1 and a.external_id = $2 and s.state = 'finished' and s.look is null and ($3::timestamptz is null or s.started_at <= $3)
		order by s.started_at desc
		limit 1`, provider, account, orNull(asOf)).Scan(&n, &src.account)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, problem.New(problem.NotFound, "No scan of account %s was finished by then.", account)
	}
	if err != nil {
		return nil, explain(err)
	}
	if src.Scan, err = s.Scan(ctx, n); err != nil {
		return nil, err
	}
	return src, src.sortKinds(ctx, workload)
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *Source) sortKinds(ctx context.Context, workload func(kind string) bool) error {
	rows, err := s.store.on(ctx).Query(ctx, `
		with recursive present as ( -- from one kind to the next: there are few kinds, and many documents
			select (select min(kind) from resource where account_id = $1) as kind
			union all
			select (select min(kind) from resource where account_id = $1 and kind > p.kind) from present p where p.kind is not null),
		former as (
			select (select min(kind) from resource_version where account_id = $1) as kind
			union all
			select (select min(kind) from resource_version where account_id = $1 and kind > f.kind) from former f where f.kind is not null)
		select kind from present where kind is not null
		union
		select kind from former where kind is not null
		order by kind`, s.account)
	if err != nil {
		return explain(err)
	}
	kinds, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return explain(err)
	}
	for _, k := range kinds {
		if workload(k) {
			s.workloads = append(s.workloads, k)
		} else {
			s.context = append(s.context, k)
		}
	}
	for _, a := range s.Scan.Answers {
		if a.Lists != "" && workload(a.Lists) {
			s.late[a.Lists] = true
		}
	}
	return nil
}

// Around gives one workload as the scan saw it, and all that it was judged
// against: the documents of its region and of no region, those that stand
// beside it, and every answer. beside says which kinds stand beside workloads.
// NotFound if the scan did not see it.
func (s *Source) Around(ctx context.Context, region, uid string, beside func(kind string) bool) (*snapshot.Context, snapshot.Resource, error) {
	near := *s
	near.regions = []string{region, snapshot.Global}
	var w snapshot.Resource
	for _, k := range s.workloads {
		one, err := near.thing(ctx, k, region, uid)
		if err != nil {
			return nil, w, err
		}
		if len(one) > 0 {
			w = one[0]
		}
	}
	if w.UID == "" {
		return nil, w, problem.New(problem.NotFound, "The last finished scan of account %s saw no workload %s.", s.Scan.Account, uid)
	}
	var all []snapshot.Resource
	for _, k := range s.context {
		err := near.stream(ctx, k, func(page []snapshot.Resource) error {
			for _, r := range page {
				if !beside(k) || isBeside(&w, &r) {
					all = append(all, r)
				}
			}
			return nil
		})
		if err != nil {
			return nil, w, err
		}
	}
	return snapshot.NewContext(s.Scan.Provider, s.Scan.Account, s.Scan.StartedAt, all, s.Scan.Answers), w, nil
}

// isBeside says whether a document is about a workload: its uid begins with the
// workload's, or the workload's own document names it.
func isBeside(w, r *snapshot.Resource) bool {
	return strings.HasPrefix(r.UID, w.UID+"/") || bytes.Contains(w.Doc, []byte(`"`+r.UID[strings.LastIndexAny(r.UID, "/:")+1:]+`"`))
}

// Context gives all documents that are not workloads, and the answers but for
// those of the workloads' own listings.
func (s *Source) Context(ctx context.Context) (*snapshot.Context, error) {
	var all []snapshot.Resource
	for _, k := range s.context {
		err := s.stream(ctx, k, func(page []snapshot.Resource) error {
			all = append(all, page...)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var early []snapshot.Answer
	for _, a := range s.Scan.Answers {
		if !s.late[a.Lists] {
			early = append(early, a)
		}
	}
	return snapshot.NewContext(s.Scan.Provider, s.Scan.Account, s.Scan.StartedAt, all, early), nil
}

// Pages streams the workloads by kind, region and uid.
func (s *Source) Pages(ctx context.Context, each func([]snapshot.Resource) error) error {
	for _, k := range s.workloads {
		if err := s.stream(ctx, k, each); err != nil {
			return err
		}
	}
	return nil
}

// Ledger gives the answers of the workloads' listings.
func (s *Source) Ledger() []snapshot.Answer {
	var late []snapshot.Answer
	for _, a := range s.Scan.Answers {
		if s.late[a.Lists] {
			late = append(late, a)
		}
	}
	return late
}

func (s *Source) stream(ctx context.Context, kind string, each func([]snapshot.Resource) error) error {
	size := s.PageSize
	if size <= 0 {
		size = 1000
	}
	region, uid := "", ""
	for {
		page, err := s.page(ctx, kind, region, uid, size)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := each(page); err != nil {
			return err
		}
		if len(page) < size {
			return nil
		}
		region, uid = page[size-1].Region, page[size-1].UID
	}
}

// page reads the documents of a kind that the scan saw, after a place. A document is in one of the two tables at any moment, so a scan
// that runs beside this one changes nothing.
func (s *Source) page(ctx context.Context, kind, region, uid string, size int) ([]snapshot.Resource, error) {
	return s.read(ctx, kind, ">", region, uid, size)
}

// thing reads one document, none if the scan did not see it.
func (s *Source) thing(ctx context.Context, kind, region, uid string) ([]snapshot.Resource, error) {
	return s.read(ctx, kind, "=", region, uid, 1)
}

func (s *Source) read(ctx context.Context, kind, which, region, uid string, size int) ([]snapshot.Resource, error) {
	rows, err := s.store.on(ctx).Query(ctx, `
		select `+resourceColumns+`
		from (
			(select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from
			from resource
			where account_id = $1 and kind = $2 and (region, uid) `+which+` ($3, $4) and ($8::text[] is null or region = any($8)) and valid_from <= $5 and not exists (
					select from unseen u
					where u.scan = $7 and u.kind = $2 and u.region = resource.region and u.uid in ('', resource.uid))
			order by region, uid
			limit $6)
			union all
			(select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from
			from resource_version
			where account_id = $1 and kind = $2 and (region, uid) `+which+` ($3, $4) and ($8::text[] is null or region = any($8)) and valid_from <= $5 and valid_to > $5 and not exists (
					select from unseen u
					where u.scan = $7 and u.kind = $2 and u.region = resource_version.region and u.uid in ('', resource_version.uid))
			order by region, uid
			limit $6)) r
		join account a on a.id = r.account_id
		order by r.region, r.uid
		limit $6`, s.account, kind, region, uid, s.Scan.StartedAt, size, s.Scan.Number, s.regions)
	if err != nil {
		return nil, explain(err)
	}
	l, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (snapshot.Resource, error) {
		d, err := scanResource(row)
		return d.Resource, err
	})
	return l, explain(err)
}
