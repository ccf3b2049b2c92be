package postgres

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/problem"
	"plumbline/internal/snapshot"
)

// Look is Source for the very scan that a writer judges again.
func (w *Writer) Look(ctx context.Context, workload func(kind string) bool) (*Source, error) {
	return w.store.sourceOf(ctx, w.start.Look, workload)
}

// sourceOf gives what the scan of a number saw.
func (s *Store) sourceOf(ctx context.Context, number int64, workload func(kind string) bool) (*Source, error) {
	src := &Source{store: s, late: map[string]bool{}}
	err := s.on(ctx).QueryRow(ctx, `select account_id from scan where number = $1`, number).Scan(&src.account)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, problem.New(problem.NotFound, "There is no scan %d.", number)
	}
	if err != nil {
		return nil, explain(err)
	}
	if src.Scan, err = s.Scan(ctx, number); err != nil {
		return nil, err
	}
	return src, src.sortKinds(ctx, workload)
}

// Lean is the context less what stands beside workloads, which Beside brings
// page by page: memory holds the context and a page, however many workloads
// there are.
func (s *Source) Lean(ctx context.Context, beside func(kind string) bool) (*snapshot.Context, error) {
	lean := *s
	lean.context = slices.DeleteFunc(slices.Clone(s.context), beside)
	return lean.Context(ctx)
}

// A Near finds the documents of some kinds that stand beside workloads of the
// page that it came with, all of one region.
type Near func(ctx context.Context, workloads []snapshot.Resource, kinds func(kind string) bool) ([]snapshot.Resource, error)

// Beside streams the workloads by kind, region and uid, each page of one region
// and with what finds the documents beside its workloads. What each is given is
// its own. The next page is read while one is looked at, unless ctx carries a
// transaction, which can answer one question at a time.
func (s *Source) Beside(ctx context.Context, each func(workloads []snapshot.Resource, near Near) error) error {
	n := neighbours{src: s}
	stream := s.ahead
	if Tx(ctx) != nil {
		stream = s.Pages
	}
	return stream(ctx, func(page []snapshot.Resource) error {
		for len(page) > 0 {
			same := slices.IndexFunc(page, func(r snapshot.Resource) bool { return r.Region != page[0].Region })
			if same < 0 {
				same = len(page)
			}
			if err := each(page[:same], n.of); err != nil {
				return err
			}
			page = page[same:]
		}
		return nil
	})
}

// ahead is Pages, with the next page being read meanwhile.
func (s *Source) ahead(ctx context.Context, each func([]snapshot.Resource) error) error {
	reading, stop := context.WithCancel(ctx)
	pages := make(chan []snapshot.Resource)
	var reader sync.WaitGroup
	var failed error
	var died any
	defer reader.Wait()
	defer stop()
	reader.Go(func() {
		defer close(pages)
		defer func() { died = recover() }() // whoever runs us catches a panic of ours, and of no other goroutine
		failed = s.Pages(reading, func(page []snapshot.Resource) error {
			select {
			case pages <- page:
				return nil
			case <-reading.Done():
				return context.Cause(reading)
			}
		})
	})
	for page := range pages {
		if err := each(page); err != nil {
			return err
		}
	}
	reader.Wait()
	if died != nil {
		panic(died)
	}
	return failed
}

// neighbours finds what stands beside workloads of one region at a time, by the
// uids that the scan saw there.
type neighbours struct {
	src    *Source
	region string
	all    map[string]*kindUIDs // of the region, by kind; those that were asked for
}

// kindUIDs are the uids of one kind in one region.
type kindUIDs struct {
	uids  []string       // sorted
	named map[string]int // place in uids, by the last part
	long  []bool         // how long those last parts are
}

// of gives the documents of some kinds beside workloads of one region.
func (n *neighbours) of(ctx context.Context, page []snapshot.Resource, kinds func(kind string) bool) ([]snapshot.Resource, error) {
	var near []snapshot.Resource
	for _, kind := range n.src.context {
		if len(page) == 0 || !kinds(kind) {
			continue
		}
		k, err := n.load(ctx, kind, page[0].Region)
		if err != nil {
			return nil, err
		}
		uids := k.beside(page)
		if len(uids) == 0 {
			continue
		}
		docs, err := n.src.things(ctx, kind, n.region, uids)
		if err != nil {
			return nil, err
		}
		near = append(near, docs...)
	}
	return near, nil
}

func (n *neighbours) load(ctx context.Context, kind, region string) (*kindUIDs, error) {
	if n.region != region {
		n.region, n.all = region, map[string]*kindUIDs{}
	}
	if k := n.all[kind]; k != nil {
		return k, nil
	}
	uids, err := n.src.uids(ctx, kind, region)
	if err != nil {
		return nil, err
	}
	k := &kindUIDs{uids: uids, named: make(map[string]int, len(uids))}
	for i, uid := range uids {
		last := uid[strings.LastIndexAny(uid, "/:")+1:]
		k.named[last] = i
		for len(k.long) <= len(last) {
			k.long = append(k.long, false)
		}
		k.long[len(last)] = true
	}
	n.all[kind] = k
	return k, nil
}

// beside are the uids of what stands beside some workloads: those that begin
// with a workload's, and those that a workload's own document names. It is
// isBeside for many at once. A document holds many texts, and few of them are
// as long as an id: the others need not be looked up.
func (k *kindUIDs) beside(page []snapshot.Resource) []string {
	var found []int
	for i := range page {
		under := page[i].UID + "/"
		at, _ := slices.BinarySearch(k.uids, under)
		for ; at < len(k.uids) && strings.HasPrefix(k.uids[at], under); at++ {
			found = append(found, at)
		}
		for text := range quoted(page[i].Doc) {
			if len(text) >= len(k.long) || !k.long[len(text)] {
				continue
			}
			if at, ok := k.named[string(text)]; ok {
				found = append(found, at)
			}
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	uids := make([]string, len(found))
	for i, at := range found {
		uids[i] = k.uids[at]
	}
	return uids
}

// quoted yields what stands between quotes in a canonical document, or rather
// what may: ids hold no quotes, so that what lies between any two is enough.
func quoted(doc []byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for {
			from := bytes.IndexByte(doc, '"')
			if from < 0 {
				return
			}
			doc = doc[from+1:]
			to := bytes.IndexByte(doc, '"')
			if to < 0 || !yield(doc[:to]) {
				return
			}
		}
	}
}

// asSeen are the rows of a kind in a region that the scan saw, of both tables:
// a document is in one of them at any moment.
const asSeen = `
	select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from
	from resource r
	where account_id = $1 and kind = $2 and region = $3 and valid_from <= $4 and not exists (
			select from unseen u
			where u.scan = $5 and u.kind = $2 and u.region = r.region and u.uid in ('', r.uid))
	union all
	select account_id, kind, region, uid, name, call, doc, hash, doc_format, redacted, valid_from
	from resource_version r
	where account_id = $1 and kind = $2 and region = $3 and valid_from <= $4 and valid_to > $4 and not exists (
			select from unseen u
			where u.scan = $5 and u.kind = $2 and u.region = r.region and u.uid in ('', r.uid))`

// uids lists the things of a kind in a region that the scan saw, sorted.
func (s *Source) uids(ctx context.Context, kind, region string) ([]string, error) {
	rows, err := s.store.on(ctx).Query(ctx, `
		select uid
		from (`+asSeen+`) r
		order by uid`, s.account, kind, region, s.Scan.StartedAt, s.Scan.Number)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return all, explain(err)
}

// things reads some of them.
func (s *Source) things(ctx context.Context, kind, region string, uids []string) ([]snapshot.Resource, error) {
	rows, err := s.store.on(ctx).Query(ctx, `
		select `+resourceColumns+`
		from (`+asSeen+`) r
		join account a on a.id = r.account_id
		where r.uid = any($6)
		order by r.uid`, s.account, kind, region, s.Scan.StartedAt, s.Scan.Number, uids)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (snapshot.Resource, error) {
		d, err := scanResource(row)
		return d.Resource, err
	})
	return all, explain(err)
}

// A Looked account is one with a finished scan, by what that scan saw.
type Looked struct {
	Account            int64
	Provider, External string
	Scan               int64
	At                 time.Time
	Workloads          int
}

// Looked lists the accounts within reach that are not disconnected and were
// scanned to the end, each with the last scan that asked its cloud.
func (s *Store) Looked(ctx context.Context) ([]Looked, error) {
	rows, err := s.on(ctx).Query(ctx, `
		select a.id, a.provider, a.external_id, l.number, l.started_at, l.workloads
		from account a
		cross join lateral (
			select number, started_at, workloads
			from scan
			where account_id = a.id and state = 'finished' and look is null
			order by started_at desc
			limit 1) l
		where a.state <> 'disconnected'
		order by a.id`)
	if err != nil {
		return nil, explain(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Looked])
	return all, explain(err)
}

// LookedAt gives what a scan of Looked saw.
func (s *Store) LookedAt(ctx context.Context, l Looked, workload func(kind string) bool) (*Source, error) {
	return s.sourceOf(ctx, l.Scan, workload)
}
