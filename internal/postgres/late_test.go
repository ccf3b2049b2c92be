package postgres_test

import (
	"context"
	"errors"
	"testing"

	"plumbline/internal/finding"
	"plumbline/internal/postgres"
	"plumbline/internal/postgres/pgtest"
	"plumbline/internal/snapshot"
)

// workloadsOf opens a scan and brings it to where one region's workloads are
// to be listed; the shard lies in the queue.
func workloadsOf(t testing.TB, s *postgres.Store, q *heap, account int64, region string) (number, shard int64) {
	t.Helper()
	ctx := context.Background()
	number, err := s.OpenScan(ctx, account, "test", "anna", q)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w := take(t, s, q)
		if err := w.EndShard(ctx, q, []string{region}); err != nil {
			t.Fatal(err)
		}
	}
	return number, q.shards[0]
}

// take takes the shard that was offered last.
func take(t testing.TB, s *postgres.Store, q *heap) *postgres.Writer {
	t.Helper()
	id := q.shards[len(q.shards)-1]
	q.shards = q.shards[:len(q.shards)-1]
	w, err := s.TakeShard(context.Background(), id, "worker")
	if err != nil || w == nil {
		t.Fatalf("shard %d: %v, %v", id, w, err)
	}
	return w
}

// A worker that was taken for dead wakes up and notes how its question ended.
// What the attempt that counts was told stands: here it was refused, and a
// refusal retires nothing.
func TestTheAnswerOfALostAttemptDoesNotCount(t *testing.T) {
	t.Parallel()
	s, q, ctx := pgtest.Store(t), &heap{}, context.Background()
	id := connected(t, s)
	there := look{things: []thing{{eu, 1, [2]finding.Outcome{F, N}, "", ""}}}
	c := &crew{t: t, s: s, q: q, look: there, size: 5, spoil: func() bool { return false }}
	c.scan(id)

	number, _ := workloadsOf(t, s, q, id, eu)
	slow := take(t, s, q)
	if _, err := s.Sweep(ctx, 0, 5, q); err != nil {
		t.Fatal(err)
	}
	fresh := take(t, s, q)
	denied := look{things: there.things, refused: map[string]bool{eu: true}}
	answer := func(w *postgres.Writer, l look) error {
		for _, a := range l.answers(w.StartedAt()) {
			if a.Region == eu {
				return w.Answers(ctx, []snapshot.Answer{a})
			}
		}
		return nil
	}
	if err := answer(fresh, denied); err != nil {
		t.Fatal(err)
	}
	if err := fresh.EndShard(ctx, q, nil); err != nil {
		t.Fatal(err)
	}
	if err := answer(slow, look{}); !errors.Is(err, postgres.ErrLost) {
		t.Errorf("the answer of a lost attempt: %v", err)
	}
	w, ctxOf, err := s.TakeClosing(ctx, number)
	if err != nil || w == nil {
		t.Fatal(w, err)
	}
	if a := ctxOf.Answer(call, eu, ""); a.Status != snapshot.Refused {
		t.Errorf("the ledger says %q", a.Status)
	}
}
