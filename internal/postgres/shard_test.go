package postgres_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A heap is a queue without a server: what was offered lies there, and may be
// taken by anybody, in any order, more than once.
type heap struct {
	mu      sync.Mutex
	shards  []int64
	closing []int64
	offers  map[int64]int // of each scan for closing
}

func (h *heap) Shards(_ context.Context, _ pgx.Tx, ids []int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shards = append(h.shards, ids...)
	return nil
}

func (h *heap) Close(_ context.Context, _ pgx.Tx, scan int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.offers == nil {
		h.offers = map[int64]int{}
	}
	h.offers[scan]++
	h.closing = append(h.closing, scan)
	return nil
}

func connected(t testing.TB, s *postgres.Store) int64 {
	t.Helper()
	id, err := s.ConnectAccount(context.Background(), account, listing.Connection{Provider: provider}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A crew works on a scan in shards, badly.
type crew struct {
	t     testing.TB
	s     *postgres.Store
	q     *heap
	look  look
	size  int
	spoil func() bool // whether to stop in the middle of what is being done
}

// scan runs a look in shards to its end.
func (c *crew) scan(id int64) scan.Record {
	c.t.Helper()
	ctx := context.Background()
	n, err := c.s.OpenScan(ctx, id, "test", "somebody", c.q)
	if err != nil {
		c.t.Fatal(err)
	}
	for range 200 {
		for len(c.q.shards) > 0 {
			i := rand.IntN(len(c.q.shards))
			shard := c.q.shards[i]
			c.q.shards = slices.Delete(c.q.shards, i, i+1)
			c.shard(shard)
		}
		for len(c.q.closing) > 0 {
			n := c.q.closing[0]
			c.q.closing = c.q.closing[1:]
			c.close(n)
		}
		r, err := c.s.Scan(ctx, n)
		if err != nil {
			c.t.Fatal(err)
		}
		if r.State != scan.Running {
			return r
		}
		if _, err := c.s.Sweep(ctx, 0, 1000, c.q); err != nil { // everybody who still works is taken for dead
			c.t.Fatal(err)
		}
	}
	c.t.Fatal("the scan does not end")
	return scan.Record{}
}

func (c *crew) must(err error) {
	if err != nil && !errors.Is(err, postgres.ErrLost) {
		c.t.Fatal(err)
	}
}

// shard works on one, and may vanish at any moment.
func (c *crew) shard(id int64) {
	ctx := context.Background()
	w, err := c.s.TakeShard(ctx, id, "worker")
	c.must(err)
	if w == nil || c.spoil() {
		return
	}
	part, region := w.Part()
	switch part {
	case postgres.PartAccount:
		c.must(w.EndShard(ctx, c.q, regions))
		return
	case postgres.PartWorkloads:
		if _, err := w.Context(ctx); err != nil {
			c.t.Fatal(err)
		}
		for page := range slices.Chunk(c.here(region), c.size) {
			rs, j := c.look.judged(page)
			c.must(w.Page(ctx, rs, j))
			if c.spoil() {
				return
			}
		}
		for _, a := range c.look.answers(w.StartedAt()) {
			if a.Region == region {
				c.must(w.Answers(ctx, []snapshot.Answer{a}))
			}
		}
	}
	if c.spoil() {
		return
	}
	c.must(w.EndShard(ctx, c.q, nil))
	if c.spoil() { // it does not know that it is done
		c.must(w.EndShard(ctx, c.q, nil))
	}
}

func (c *crew) here(region string) (ts []thing) {
	for _, t := range c.look.listed() {
		if t.region == region {
			ts = append(ts, t)
		}
	}
	return ts
}

func (c *crew) close(n int64) {
	ctx := context.Background()
	first, _, err := c.s.TakeClosing(ctx, n)
	c.must(err)
	second, _, err := c.s.TakeClosing(ctx, n)
	c.must(err)
	for _, w := range []*postgres.Writer{first, second} {
		if w == nil {
			continue
		}
		if c.spoil() {
			return
		}
		l := c.look
		_, err := w.Close(ctx, postgres.Judged{Rules: l.rules(), Verdicts: l.gaps()}, postgres.Sight{
			Asked:  func(rule string) bool { return rule != l.without },
			Listed: func(_, region string) bool { return l.whole(region) },
			Whole:  func(_, region string) bool { return l.whole(region) },
		})
		c.must(err)
	}
}

// summary is what a scan told, without numbers and times.
type summary struct {
	State     scan.State
	Workloads int
	Changes   map[finding.Change]int
	Tally     []scan.Tally
}

func told(r scan.Record) summary {
	maps.DeleteFunc(r.Changes, func(_ finding.Change, n int) bool { return n == 0 })
	return summary{r.State, r.Workloads, r.Changes, r.Tally}
}

func standing(t testing.TB, s *postgres.Store) map[string]finding.State {
	t.Helper()
	all, _, err := s.Findings(context.Background(), postgres.FindingFilter{Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]finding.State{}
	for _, f := range all {
		m[f.Rule+" "+f.Subject.UID+" "+f.Say] = f.State
	}
	return m
}

func drawSeen(rt *rapid.T) look {
	var l look
	outcome := rapid.SampledFrom([]finding.Outcome{F, F, P, U, N})
	for n := range rapid.IntRange(0, 12).Draw(rt, "things") {
		if rapid.IntRange(0, 3).Draw(rt, "there") == 0 {
			continue
		}
		one := thing{rapid.SampledFrom(regions).Draw(rt, "region"), n,
			[2]finding.Outcome{outcome.Draw(rt, "one"), outcome.Draw(rt, "two")}, rapid.SampledFrom([]string{"", "x"}).Draw(rt, "detail"), ""}
		if name := rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(rt, "group"); name != "" {
			one.group = "arn:group:" + one.region + "/" + name
		}
		l.things = append(l.things, one)
	}
	if rapid.IntRange(0, 3).Draw(rt, "refused") == 0 {
		l.refused = map[string]bool{rapid.SampledFrom(regions).Draw(rt, "which"): true}
	}
	if rapid.IntRange(0, 3).Draw(rt, "partial") == 0 {
		l.partial = map[string]bool{rapid.SampledFrom(regions).Draw(rt, "which"): true}
	}
	return l
}

// However often workers vanish, and whoever takes over, a scan in shards ends
// with what one process alone would have found.
func TestAScanInShardsFindsWhatAWholeOneDoes(t *testing.T) {
	t.Parallel()
	aloneURL, sharedURL := pgtest.URL(t), pgtest.URL(t)
	open := func(url string) *postgres.Store {
		s, err := postgres.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	alone, shared := open(aloneURL), open(sharedURL)
	rapid.Check(t, func(rt *rapid.T) {
		wipe(t, aloneURL)
		wipe(t, sharedURL)
		id, q := connected(t, shared), &heap{}
		for i := range rapid.IntRange(1, 4).Draw(rt, "scans") {
			l, size := drawSeen(rt), rapid.IntRange(1, 5).Draw(rt, "page")
			odds := rapid.SampledFrom([]int{0, 3, 6}).Draw(rt, "odds")
			c := &crew{t: t, s: shared, q: q, look: l, size: size, spoil: func() bool { return odds > 0 && rand.IntN(odds) == 0 }}
			want, got := told(l.store(t, alone, hour(i), size)), told(c.scan(id))
			if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
				rt.Fatalf("scan %d (-alone +in shards)\n%s", i, d)
			}
			if d := cmp.Diff(standing(t, alone), standing(t, shared)); d != "" {
				rt.Fatalf("findings after scan %d (-alone +in shards)\n%s", i, d)
			}
		}
	})
}

// The last of many who end at the same moment closes the scan, and nobody else.
func TestAScanIsOfferedForClosingOnce(t *testing.T) {
	t.Parallel()
	s, q, ctx := pgtest.Store(t), &heap{}, context.Background()
	n, err := s.OpenScan(ctx, connected(t, s), "test", "somebody", q)
	if err != nil {
		t.Fatal(err)
	}
	many := make([]string, 12)
	for i := range many {
		many[i] = string(rune('a'+i)) + "-region-1"
	}
	for len(q.shards) > 0 {
		var all sync.WaitGroup
		round := q.shards
		q.shards = nil
		for _, id := range round {
			all.Go(func() {
				w, err := s.TakeShard(ctx, id, "worker")
				if err != nil || w == nil {
					t.Errorf("shard %d: %v, %v", id, w, err)
					return
				}
				if err := w.EndShard(ctx, q, many); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	shards, err := s.ScanShards(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	if len(shards) != 1+2*len(many) {
		t.Errorf("%d shards, want one of the account, and two of each region", len(shards))
	}
	if q.offers[n] != 1 {
		t.Errorf("offered %d times", q.offers[n])
	}
}

func TestAnAccountIsScannedOnceAtATime(t *testing.T) {
	t.Parallel()
	s, q, ctx := pgtest.Store(t), &heap{}, context.Background()
	id := connected(t, s)
	n, err := s.OpenScan(ctx, id, "test", "anna", q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenScan(ctx, id, "test", "bert", q); !problem.Is(err, problem.Conflict) {
		t.Errorf("a second scan in shards: %v", err)
	}
	if _, err := s.Begin(ctx, scan.Record{Provider: provider, Account: account, StartedAt: day.AddDate(1, 0, 0), Engine: "test"}); !problem.Is(err, problem.Conflict) {
		t.Errorf("a whole scan beside it: %v", err)
	}
	if err := s.CancelScan(ctx, n, "anna"); err != nil {
		t.Fatal(err)
	}
	r, err := s.Scan(ctx, n)
	if err != nil || r.State != scan.Cancelled || r.Reason != "Cancelled by anna." || r.Asker != "anna" {
		t.Errorf("%+v, %v", r, err)
	}
	if err := s.CancelScan(ctx, n, "anna"); !problem.Is(err, problem.Conflict) {
		t.Errorf("cancelled twice: %v", err)
	}
	if w, err := s.TakeShard(ctx, q.shards[0], "late"); w != nil || err != nil {
		t.Errorf("a cancelled scan's shard was taken: %v, %v", w, err)
	}
	w := begin(t, s, day.AddDate(1, 0, 0))
	if _, err := s.OpenScan(ctx, id, "test", "bert", q); !problem.Is(err, problem.Conflict) {
		t.Errorf("in shards, beside a whole one: %v", err)
	}
	if err := w.Abort(ctx, "enough"); err != nil {
		t.Fatal(err)
	}
}

// A worker that was cancelled, or taken for dead, stores nothing more.
func TestALostShardStoresNothing(t *testing.T) {
	t.Parallel()
	s, q, ctx := pgtest.Store(t), &heap{}, context.Background()
	n, err := s.OpenScan(ctx, connected(t, s), "test", "anna", q)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.TakeShard(ctx, q.shards[0], "slow")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sweep(ctx, 0, 5, q); err != nil {
		t.Fatal(err)
	}
	rs, j := judged([]thing{{eu, 1, [2]finding.Outcome{F, N}, "", ""}})
	for what, err := range map[string]error{"page": w.Page(ctx, rs, j), "sign of life": w.Beat(ctx), "end": w.EndShard(ctx, q, nil)} {
		if !errors.Is(err, postgres.ErrLost) {
			t.Errorf("%s of a lost shard: %v", what, err)
		}
	}
	again, err := s.TakeShard(ctx, q.shards[1], "fresh")
	if err != nil || again == nil || again.Attempt() != 2 {
		t.Fatalf("%v, %v", again, err)
	}
	if err := again.Fail(ctx, "The login is not accepted."); err != nil {
		t.Fatal(err)
	}
	r, err := s.Scan(ctx, n)
	if err != nil || r.State != scan.Failed || r.Reason != "The login is not accepted." {
		t.Errorf("%+v, %v", r, err)
	}
}

// What an attempt wrote down that was begun again is not an answer of the next.
func TestTheAnswersOfAFormerAttemptAreForgotten(t *testing.T) {
	t.Parallel()
	s, q, ctx := pgtest.Store(t), &heap{}, context.Background()
	n, err := s.OpenScan(ctx, connected(t, s), "test", "anna", q)
	if err != nil {
		t.Fatal(err)
	}
	w := take(t, s, q)
	left := snapshot.Answer{Key: snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: provider, Account: account, Region: eu}},
		Cause: snapshot.OutOfScope, AskedAt: day, EndedAt: day}
	if err := errors.Join(w.Answers(ctx, []snapshot.Answer{left}), w.Release(ctx, "stopped", false)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sweep(ctx, 0, 5, q); err != nil {
		t.Fatal(err)
	}
	if err := take(t, s, q).EndShard(ctx, q, nil); err != nil {
		t.Fatal(err)
	}
	_, c, err := s.TakeClosing(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	if as := c.Answers(); len(as) != 0 {
		t.Errorf("they count: %v", as)
	}
}
