// Package ask holds what collectors do alike, whatever cloud they ask: keep to
// a pace, give up on a host that went silent, read a body to its end and make
// documents of it, follow pages that do end, and write down how each question
// ended, refusals included.
//
// It knows no cloud and no SDK. What a cloud's error means, its collector says.
package ask

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// A Task is a question, or several of which one leads to the next.
type Task func(context.Context) error

// All does tasks, so many at a time. A refusal is no error; what is one ends
// the others too, and the first is returned. Where ctx is over, its cause is.
func All(ctx context.Context, most int, tasks []Task) error {
	group, inside := errgroup.WithContext(ctx)
	group.SetLimit(most)
	var over atomic.Bool
	for _, t := range tasks {
		if over.Load() {
			break
		}
		group.Go(func() error {
			if over.Load() || inside.Err() != nil && ctx.Err() == nil {
				return nil // another's error is the one to tell
			}
			err := t(inside)
			if err != nil {
				over.Store(true)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}
