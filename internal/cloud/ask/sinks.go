package ask

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
)

// Nobody takes everything and keeps nothing.
type Nobody struct{}

var _ cloud.Sink = Nobody{}

// Answer forgets.
func (Nobody) Answer(context.Context, snapshot.Answer) error { return nil }

// Resources forgets.
func (Nobody) Resources(context.Context, []snapshot.Resource) error { return nil }

// A Ledger keeps the answers to what was asked, and no document.
type Ledger struct {
	Nobody
	Answers []snapshot.Answer

	mu sync.Mutex
}

var _ cloud.Sink = (*Ledger)(nil)

// Answer keeps the last answer to a question, unless nobody asked: what a call
// would be asked about may not be there.
func (l *Ledger) Answer(_ context.Context, a snapshot.Answer) error {
	if a.Status == snapshot.Unasked || a.Attempts == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.IndexFunc(l.Answers, func(b snapshot.Answer) bool { return a.Key == b.Key }); i >= 0 {
		l.Answers[i] = a
		return nil
	}
	l.Answers = append(l.Answers, a)
	return nil
}

// Sorted gives the answers in the order of a list of calls.
func (l *Ledger) Sorted(calls []string) []snapshot.Answer {
	place := map[string]int{}
	for i, c := range calls {
		place[c] = i
	}
	slices.SortStableFunc(l.Answers, func(a, b snapshot.Answer) int {
		return cmp.Or(cmp.Compare(place[a.Call], place[b.Call]), a.Key.Compare(b.Key))
	})
	return l.Answers
}

// A Reply is an answer with its resources, kept until a sink is there.
type Reply struct {
	Answer    snapshot.Answer
	Resources []snapshot.Resource
}

// Write gives both to a sink.
func (r *Reply) Write(ctx context.Context, sink cloud.Sink) error {
	if err := sink.Resources(ctx, r.Resources); err != nil {
		return err
	}
	return sink.Answer(ctx, r.Answer)
}
