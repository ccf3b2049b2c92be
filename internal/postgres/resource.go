package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
	"plumbline/internal/snapshot"
)

// documents stores those of a page that are new or have changed. Only their
// names are sent at first: hashes are compared here, and an unchanged document
// never travels. again holds the uids of things that an earlier page of this
// scan held (a cloud may list a thing twice while it pages): the first sight
// counts, on one page too.
func (w *Writer) documents(ctx context.Context, tx pgx.Tx, rs []snapshot.Resource, d *sum) (again map[string]bool, err error) {
	again = map[string]bool{}
	if len(rs) == 0 {
		return again, nil
	}
	known, err := w.known(ctx, tx, rs)
	if err != nil {
		return nil, err
	}
	var changed []int64
	var write []row
	here := make(map[thing]bool, len(rs))
	for i := range rs {
		r := &rs[i]
		k, have := known[thing{r.Kind, r.Region, r.UID}]
		switch {
		case here[thing{r.Kind, r.Region, r.UID}]:
			continue
		case have && w.sum.seen.has(k.id):
			again[r.UID] = true
			continue
		case !r.Intact():
			return nil, fmt.Errorf("the document of %s %s is not the one that was hashed", r.Kind, r.UID)
		case have && k.hash == r.Hash && k.format == r.Format:
			d.seen.add(k.id)
		case have:
			changed = append(changed, k.id)
			write = append(write, row{k.id, r})
		default:
			write = append(write, row{0, r})
		}
		here[thing{r.Kind, r.Region, r.UID}] = true
	}
	return again, w.replace(ctx, tx, changed, write, d)
}

type thing struct{ kind, region, uid string }

type known struct {
	id     int64
	hash   [32]byte
	format int
}

// A row is a document and the number of its row, 0 for a new one.
type row struct {
	id  int64
	doc *snapshot.Resource
}

func (w *Writer) known(ctx context.Context, q Querier, rs []snapshot.Resource) (map[thing]known, error) {
	kinds, regions, uids := make([]string, len(rs)), make([]string, len(rs)), make([]string, len(rs))
	for i := range rs {
		if rs[i].Provider != w.start.Provider || rs[i].Account != w.start.Account {
			return nil, fmt.Errorf("%s %s belongs to %s %s, not to the account that is scanned", rs[i].Kind, rs[i].UID, rs[i].Provider, rs[i].Account)
		}
		kinds[i], regions[i], uids[i] = rs[i].Kind, rs[i].Region, rs[i].UID
	}
	rows, err := q.Query(ctx, `
		select r.kind, r.region, r.uid, r.id, r.hash, r.doc_format
		from unnest($2::text[], $3::text[], $4::text[]) as o (kind, region, uid)
		cross join lateral (
			select kind, region, uid, id, hash, doc_format
			from resource
			where account_id = $1 and kind = o.kind and region = o.region and uid = o.uid
			offset 0) r`, // see lookUp
		lookUp, w.account, kinds, regions, uids)
	if err != nil {
		return nil, err
	}
	m := make(map[thing]known, len(rs))
	var t thing
	var k known
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&t.kind, &t.region, &t.uid, &k.id, &hash, &k.format}, func() error {
		k.hash = [32]byte(hash)
		m[t] = k
		return nil
	})
	return m, err
}

// replace moves former documents of changed things into the past and writes
// the new ones, each thing keeping its row number.
func (w *Writer) replace(ctx context.Context, tx pgx.Tx, changed []int64, write []row, d *sum) error {
	if err := w.bury(ctx, tx, changed); err != nil {
		return err
	}
	ids, err := numbers(ctx, tx, "resource", "id", len(write)-len(changed))
	if err != nil {
		return err
	}
	for i := range write {
		if write[i].id == 0 {
			write[i].id, ids = ids[0], ids[1:]
		}
		d.seen.add(write[i].id)
	}
	d.written += len(write)
	return copyRows(ctx, tx, "resource",
		[]string{"id", "account_id", "kind", "region", "uid", "name", "call", "doc", "hash", "doc_format", "redacted", "valid_from", "scan"},
		len(write), func(i int) []any {
			r := write[i].doc
			return []any{write[i].id, w.account, r.Kind, r.Region, r.UID, clean(r.Name), r.Call, r.Doc, r.Hash[:], r.Format, some(r.Redacted), w.start.StartedAt, w.Number()}
		})
}

// bury moves present documents into the past.
func (w *Writer) bury(ctx context.Context, q Querier, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
		with former as (
			delete from resource
			where id = any($1)
			returning *)
		insert into resource_version (account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from, valid_to, scan)
		select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from, $2, scan
		from former`, ids, w.start.StartedAt)
	return err
}

// A heap is the present things of one kind in one region.
type heap struct {
	seen   bool    // at least one of them, by this scan
	unseen []int64 // row numbers of the others
}

// retire buries things that this scan did not see although it listed all of
// their kind and region to the end. Of the others that it did not see it notes
// that it did not, so that its judgement can be repeated.
func (w *Writer) retire(ctx context.Context, q Querier, s Sight, d *sum) error {
	if w.part == PartAgain { // nobody looked
		return nil
	}
	heaps, err := w.heaps(ctx, q, d)
	if err != nil {
		return err
	}
	var gone []int64
	for t, h := range heaps {
		switch {
		case len(h.unseen) == 0:
		case w.ledger.lists(t.kind, t.region) && s.Listed != nil && s.Listed(t.kind, t.region):
			gone = append(gone, h.unseen...)
		default:
			if err := w.noteUnseen(ctx, q, t, h); err != nil {
				return err
			}
		}
	}
	d.written += len(gone)
	if err := w.dropMembers(ctx, q, gone); err != nil {
		return err
	}
	if err := w.dropRows(ctx, q, gone); err != nil {
		return err
	}
	return w.bury(ctx, q, gone)
}

func (w *Writer) heaps(ctx context.Context, q Querier, d *sum) (map[thing]*heap, error) {
	rows, err := q.Query(ctx, `
		select id, kind, region
		from resource
		where account_id = $1`, w.account)
	if err != nil {
		return nil, err
	}
	heaps := map[thing]*heap{}
	var id int64
	var t thing
	_, err = pgx.ForEachRow(rows, []any{&id, &t.kind, &t.region}, func() error {
		h := heaps[t]
		if h == nil {
			h = &heap{}
			heaps[t] = h
		}
		if w.sum.seen.has(id) || d.seen.has(id) {
			h.seen = true
		} else {
			h.unseen = append(h.unseen, id)
		}
		return nil
	})
	return heaps, err
}

// noteUnseen notes, in one row, that nothing of a heap was seen, or one by one
// which were not.
func (w *Writer) noteUnseen(ctx context.Context, q Querier, t thing, h *heap) error {
	if !h.seen {
		_, err := q.Exec(ctx, `insert into unseen (account_id, scan, kind, region, uid) values ($1, $2, $3, $4, '')`, w.account, w.Number(), t.kind, t.region)
		return err
	}
	_, err := q.Exec(ctx, `
		insert into unseen (account_id, scan, kind, region, uid)
		select account_id, $1, kind, region, uid
		from resource
		where id = any($2)`, w.Number(), h.unseen)
	return err
}

// Resource returns the present document of a thing and since when it stands.
func (s *Store) Resource(ctx context.Context, provider, account, kind, region, uid string) (snapshot.Resource, time.Time, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select `+resourceColumns+`
		from resource r
		join account a on a.id = r.account_id
		where a.provider = $1 and a.external_id = $2 and r.kind = $3 and r.region = $4 and r.uid = $5`, provider, account, kind, region, uid)
	return oneResource(rows, err, kind, uid)
}

// ResourceByHash returns the document of a thing that has a given hash, be it
// the present one or a former one, and since when it stands or stood.
func (s *Store) ResourceByHash(ctx context.Context, provider, account, kind, region, uid string, hash [32]byte) (snapshot.Resource, time.Time, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select `+resourceColumns+`
		from (
			select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from
			from resource
			union all
			select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from
			from resource_version) r
		join account a on a.id = r.account_id
		where a.provider = $1 and a.external_id = $2 and r.kind = $3 and r.region = $4 and r.uid = $5 and r.hash = $6
		order by r.valid_from desc
		limit 1`, provider, account, kind, region, uid, hash[:])
	return oneResource(rows, err, kind, uid)
}

// resourceColumns are what scanResource reads.
const resourceColumns = `a.provider, a.external_id, r.kind, r.region, r.uid, r.name, r.call, r.doc, r.hash, r.doc_format, r.redacted, r.valid_from`

func oneResource(rows pgx.Rows, err error, kind, uid string) (snapshot.Resource, time.Time, error) {
	if err != nil {
		return snapshot.Resource{}, time.Time{}, explain(err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanResource)
	if errors.Is(err, pgx.ErrNoRows) {
		return d.Resource, d.from, problem.New(problem.NotFound, "No document of %s %s is stored.", kind, uid)
	}
	return d.Resource, d.from, explain(err)
}

type dated struct {
	snapshot.Resource
	from time.Time
}

// scanResource reads a document and holds it against its hash: one that was
// tampered with is never shown nor judged.
func scanResource(row pgx.CollectableRow) (d dated, err error) {
	var hash []byte
	err = row.Scan(&d.Provider, &d.Account, &d.Kind, &d.Region, &d.UID, &d.Name, &d.Call, &d.Doc, &hash, &d.Format, &d.Redacted, &d.from)
	if err != nil {
		return d, err
	}
	d.Hash = [32]byte(hash)
	d.from = d.from.UTC()
	if len(d.Redacted) == 0 {
		d.Redacted = nil
	}
	if !d.Intact() {
		return dated{}, problem.New(problem.Tampered, "The stored document of %s %s is not the one that was hashed.", d.Kind, d.UID)
	}
	return d, nil
}
