package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/scan"
	"plumbline/internal/score"
)

// sums are worked-out numbers: of finished scans, which never change, and of
// versions of counts. So they are never stale; and they are given only for scans
// and versions that the viewer's own transaction has just named, so nobody is
// told of another's.
type sums struct {
	mu      sync.Mutex
	scans   map[int64]*tallied
	lines   int // of all of them
	trends  map[int64]*trend
	ready   map[int64]*ready
	unowned map[int64]unowned // by account
	rows    int               // of ready

	blanks    map[int64]blanksAt // by account
	blankRows int                // of all of them
}

// mostLines of tallies are kept in memory, some 100 bytes each.
const mostLines = 400_000

func newSums() *sums {
	return &sums{scans: map[int64]*tallied{}, trends: map[int64]*trend{}, ready: map[int64]*ready{}, unowned: map[int64]unowned{}, blanks: map[int64]blanksAt{}}
}

// A tallied is what one finished scan counted. It is shared: nobody changes it.
type tallied struct {
	lines   []scan.Tally
	counts  []score.Count // by rule, without places
	refused int           // questions refused or answered in part
}

// A dated scan is a finished scan of an account.
type datedScan struct {
	account, number int64
	at              time.Time
}

// tallied gives what finished scans counted, by their numbers.
func (s *Store) tallied(ctx context.Context, want []datedScan) (map[int64]*tallied, error) {
	have := map[int64]*tallied{}
	var missing []datedScan
	s.sums.mu.Lock()
	for _, d := range want {
		if t := s.sums.scans[d.number]; t != nil {
			have[d.number] = t
		} else {
			missing = append(missing, d)
		}
	}
	s.sums.mu.Unlock()
	if len(missing) == 0 {
		return have, nil
	}
	fresh, err := s.readTallied(ctx, missing)
	if err != nil {
		return nil, explain(err)
	}
	s.sums.mu.Lock()
	defer s.sums.mu.Unlock()
	if s.sums.lines > mostLines {
		clear(s.sums.scans)
		s.sums.lines = 0
	}
	for n, t := range fresh {
		have[n] = t
		if s.sums.scans[n] == nil {
			s.sums.scans[n] = t
			s.sums.lines += len(t.lines)
		}
	}
	return have, nil
}

func (s *Store) readTallied(ctx context.Context, want []datedScan) (map[int64]*tallied, error) {
	all := map[int64]*tallied{}
	var accounts, numbers []int64
	var ats []time.Time
	for _, d := range want {
		all[d.number] = &tallied{}
		accounts, numbers, ats = append(accounts, d.account), append(numbers, d.number), append(ats, d.at)
	}
	rows, err := s.on(ctx).Query(ctx, `
		select o.number, t.rule, t.severity, t.region, t.pass, t.fail, t.unknown, t.gaps, t.na
		from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as o (account_id, number, at)
		join tally t on t.account_id = o.account_id and t.valid_from <= o.at and (t.valid_to is null or t.valid_to > o.at)
		order by o.number, t.rule, t.region`, accounts, numbers, ats)
	if err != nil {
		return nil, err
	}
	var n int64
	var t scan.Tally
	if _, err := pgx.ForEachRow(rows, []any{&n, &t.Rule, &t.Severity, &t.Region, &t.Pass, &t.Fail, &t.Unknown, &t.Gaps, &t.NA}, func() error {
		all[n].add(t)
		return nil
	}); err != nil {
		return nil, err
	}
	rows, err = s.on(ctx).Query(ctx, `
		select scan.number, count(*)
		from scan
		join shard on shard.scan = coalesce(scan.look, scan.number)
		join answer on answer.shard = shard.id
		where scan.number = any($1) and answer.status in ('refused', 'partial')
		group by scan.number`, numbers)
	if err != nil {
		return nil, err
	}
	var refused int
	_, err = pgx.ForEachRow(rows, []any{&n, &refused}, func() error {
		all[n].refused = refused
		return nil
	})
	return all, err
}

// add takes the lines in the order of their rules.
func (t *tallied) add(l scan.Tally) {
	t.lines = append(t.lines, l)
	if n := len(t.counts); n == 0 || t.counts[n-1].Rule != l.Rule {
		t.counts = append(t.counts, score.Count{Rule: l.Rule, Severity: l.Severity})
	}
	c := &t.counts[len(t.counts)-1]
	c.Pass, c.Fail, c.Unknown = c.Pass+l.Pass, c.Fail+l.Fail, c.Unknown+l.Unknown
}

// present gives what the last finished scan of each account counted, by
// account.
func (s *Store) present(ctx context.Context) (map[int64]*tallied, error) {
	ls, err := s.lasts(ctx)
	if err != nil {
		return nil, err
	}
	var want []datedScan
	for _, l := range ls {
		if l.Number != 0 {
			want = append(want, datedScan{l.Account, l.Number, l.At})
		}
	}
	by, err := s.tallied(ctx, want)
	if err != nil {
		return nil, err
	}
	all := make(map[int64]*tallied, len(want))
	for _, d := range want {
		all[d.account] = by[d.number]
	}
	return all, nil
}
