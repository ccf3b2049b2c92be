package shard_test

import (
	"context"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/cloud/facts"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/rule"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/rulebook"
	"plumbline/internal/scan"
	"plumbline/internal/shard"
	"plumbline/internal/snapshot"
)

const (
	account = "111122223333"
	here    = "eu-west-1"
)

// A queue is what was offered, in order.
type queue struct{ shards, closing []int64 }

func (q *queue) Shards(_ context.Context, _ pgx.Tx, ids []int64) error {
	q.shards = append(q.shards, ids...)
	return nil
}

func (q *queue) Close(_ context.Context, _ pgx.Tx, scan int64) error {
	q.closing = append(q.closing, scan)
	return nil
}

func (q *queue) take(t testing.TB) int64 {
	t.Helper()
	if len(q.shards) == 0 {
		t.Fatal("nothing was offered")
	}
	id := q.shards[0]
	q.shards = q.shards[1:]
	return id
}

// A sky is an account of one region with one instance in it.
type sky struct {
	ask func(context.Context, cloud.Part) error
}

func (sky) Scope() snapshot.Scope { return scope(snapshot.Global) }

func scope(region string) snapshot.Scope {
	return snapshot.Scope{Provider: awsfact.Provider, Account: account, Region: region}
}

func (s sky) Account(ctx context.Context, sink cloud.Sink) ([]string, error) {
	return []string{here}, s.tell(ctx, sink, awsfact.CallRegions, awsfact.KindRegion, snapshot.Global, "aws:"+account+":"+here, `{"regionName":"`+here+`"}`)
}

func (s sky) Ask(ctx context.Context, sink cloud.Sink, part cloud.Part, region string) error {
	if s.ask != nil {
		if err := s.ask(ctx, part); err != nil {
			return err
		}
	}
	if part == cloud.PartNetwork {
		return s.tell(ctx, sink, awsfact.CallDefaults, awsfact.KindDefaults, region, "aws:"+account+":"+region, `{}`)
	}
	return s.tell(ctx, sink, awsfact.CallInstances, awsfact.KindInstance, region, "arn:aws:ec2:"+region+":"+account+":instance/i-1",
		`{"instanceId":"i-1","instanceState":{"name":"running"},"metadataOptions":{"httpEndpoint":"enabled","httpPutResponseHopLimit":"1","httpTokens":"optional","state":"applied"}}`)
}

func (sky) tell(ctx context.Context, sink cloud.Sink, call, kind, region, uid, doc string) error {
	r := snapshot.Resource{Kind: kind, Scope: scope(region), UID: uid, Call: call, Doc: []byte(doc)}
	r.Seal()
	if err := sink.Resources(ctx, []snapshot.Resource{r}); err != nil {
		return err
	}
	at := time.Now()
	return sink.Answer(ctx, snapshot.Answer{Key: snapshot.Key{Call: call, Scope: scope(region)}, Lists: kind, Status: snapshot.Complete,
		HTTP: 200, Pages: 1, Items: 1, Attempts: 1, AskedAt: at, EndedAt: at})
}

func (sky) Context(context.Context, cloud.Sink) error   { return nil }
func (sky) Workloads(context.Context, cloud.Sink) error { return nil }

// rules are those of the catalogue whose files are let through.
func rules(t testing.TB, let func(file string) bool) *rule.Set {
	t.Helper()
	some := fstest.MapFS{}
	err := fs.WalkDir(catalog.Embedded(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !let(path) {
			return err
		}
		b, err := fs.ReadFile(catalog.Embedded(), path)
		some[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	set, err := rule.Load(some)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func all(string) bool { return true }

// by is a rulebook that nobody changes.
func by(set *rule.Set) func(context.Context, int64) (*rulebook.Edition, error) {
	return func(context.Context, int64) (*rulebook.Edition, error) { return &rulebook.Edition{Set: set}, nil }
}

// runner is a worker on a store of its own, with a scan begun.
func runner(t testing.TB, s sky) (r *shard.Runner, q *queue, number int64) {
	t.Helper()
	store := pgtest.Store(t)
	id, err := store.ConnectAccount(t.Context(), account, listing.Connection{Provider: awsfact.Provider}, nil)
	if err != nil {
		t.Fatal(err)
	}
	q = &queue{}
	r = &shard.Runner{Store: store, Queue: q, Rules: by(rules(t, all)), Facts: facts.For, Engine: "1", Log: slog.New(slog.DiscardHandler),
		Connect: func(context.Context, listing.Account) (cloud.Collector, error) { return s, nil }}
	if number, err = store.OpenScan(t.Context(), id, r.Engine, "anna", q); err != nil {
		t.Fatal(err)
	}
	return r, q, number
}

func state(t testing.TB, s *postgres.Store, number int64) scan.Record {
	t.Helper()
	r, err := s.Scan(context.Background(), number)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAScanIsMadeInPieces(t *testing.T) {
	t.Parallel()
	r, q, number := runner(t, sky{})
	work(t, r, q, 3)
	if err := r.Close(t.Context(), number); err != nil {
		t.Fatal(err)
	}
	if got := state(t, r.Store, number); got.State != scan.Finished || got.Workloads != 1 || len(got.Answers) != 4 { // three of the cloud, and what we know ourselves
		t.Errorf("%s, %d workloads, %d answers", got.State, got.Workloads, len(got.Answers))
	}
}

// A clock is a context whose time is over when somebody says so.
type clock struct {
	context.Context //nolint:containedctx // it is one
	over            chan struct{}
}

func (c *clock) Done() <-chan struct{} { return c.over }

func (c *clock) Err() error {
	select {
	case <-c.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// A shard that never ends in its time is given up like one that fails; a
// worker that is stopped, however often, gives up nothing.
func TestAShardThatTakesTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	var asked func()
	r, q, number := runner(t, sky{ask: func(ctx context.Context, _ cloud.Part) error {
		asked()
		<-ctx.Done()
		return context.Cause(ctx)
	}})
	r.Attempts = 2
	work(t, r, q, 1)
	id := q.take(t)
	for range 3 {
		stopped, stop := context.WithCancel(t.Context())
		asked = stop
		if err := r.Shard(stopped, id, "one"); err == nil || state(t, r.Store, number).State != scan.Running {
			t.Fatalf("given up because its worker was stopped: %v", err)
		}
	}
	for n, want := range []scan.State{scan.Running, scan.Failed} { // being stopped was no failure
		late := &clock{t.Context(), make(chan struct{})}
		asked = func() { close(late.over) }
		err := r.Shard(late, id, "one")
		if got := state(t, r.Store, number); got.State != want || (err == nil) != (want == scan.Failed) || want == scan.Failed && !strings.Contains(got.Reason, "2 times") {
			t.Errorf("late for the %d. time: %s: %q (%v)", n+1, got.State, got.Reason, err)
		}
	}
}

// A program that was replaced in the middle of a scan asks other questions: a
// failure that nobody asked about would be taken for gone, and a rule that is
// new would be counted where it never judged.
func TestAScanIsMadeByOneVersion(t *testing.T) {
	t.Parallel()
	for about, replace := range map[string]func(t *testing.T, older, newer *shard.Runner, q *queue, number int64){
		"before its last part": func(t *testing.T, older, newer *shard.Runner, q *queue, _ int64) {
			work(t, older, q, 2)
			work(t, newer, q, 1)
		},
		"before it was closed": func(t *testing.T, older, newer *shard.Runner, q *queue, number int64) {
			work(t, older, q, 3)
			if err := newer.Close(t.Context(), number); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			newer, q, number := runner(t, sky{})
			work(t, newer, q, 3)
			if err := newer.Close(t.Context(), number); err != nil {
				t.Fatal(err)
			}
			older := *newer
			older.Engine, older.Rules = "0", by(rules(t, func(f string) bool { return f != "aws/metadata-requires-token.yaml" }))
			next, err := newer.Store.OpenScan(t.Context(), 1, older.Engine, "anna", q)
			if err != nil {
				t.Fatal(err)
			}
			replace(t, &older, newer, q, next)
			if got := state(t, newer.Store, next); got.State != scan.Failed || !strings.Contains(got.Reason, "version 0 began it, and version 1") {
				t.Errorf("%s: %q", got.State, got.Reason)
			}
			open := 0
			all, _, err := newer.Store.Findings(t.Context(), postgres.FindingFilter{Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range all {
				if f.Rule == "AWS-IMDS-001" && f.State == finding.Open {
					open++
				}
			}
			if open != 1 {
				t.Errorf("%d failures of the rule that the older version does not know are open, want 1", open)
			}
		})
	}
}

// work does the next n shards.
func work(t *testing.T, r *shard.Runner, q *queue, n int) {
	t.Helper()
	for range n {
		if err := r.Shard(t.Context(), q.take(t), "one"); err != nil {
			t.Fatal(err)
		}
	}
}
