package ask

import (
	"context"
	"sync"
)

// AtOnce is how many questions a region is asked at a time.
const AtOnce = 6

// A Trial notes which calls were made: each is made once. nil is a scan, which
// makes them as often as it has to.
type Trial struct{ made sync.Map }

// Enough says that a call was made before, and notes that now it is.
func (t *Trial) Enough(call string) bool {
	if t == nil {
		return false
	}
	_, before := t.made.LoadOrStore(call, true)
	return before
}

// AtATime is how many questions are asked at once. A trial asks one after the
// other, so that its answers come in order.
func (t *Trial) AtATime() int {
	if t == nil {
		return AtOnce
	}
	return 1
}

// Each does the same for every subject of a question; in a trial for the first.
func Each[T any](ctx context.Context, t *Trial, subjects []T, do func(context.Context, T) error) error {
	if t != nil && len(subjects) > 1 {
		subjects = subjects[:1]
	}
	tasks := make([]Task, 0, len(subjects))
	for _, s := range subjects {
		tasks = append(tasks, func(ctx context.Context) error { return do(ctx, s) })
	}
	return All(ctx, AtOnce, tasks)
}
