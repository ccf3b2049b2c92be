package shard

import (
	"context"

	"plumbline/internal/house"
	"plumbline/internal/postgres"
	"plumbline/internal/snapshot"
)

// tell puts what we know of the account ourselves among the documents of the
// scan, as it was when the scan began.
func (r *Runner) tell(ctx context.Context, w *postgres.Writer, to *sink, at snapshot.Scope) error {
	began := w.Record().StartedAt
	k, err := r.Store.Known(ctx, w.Account(), began)
	if err != nil {
		return err
	}
	doc, answer, err := house.Tell(at, k, began)
	if err != nil {
		return err
	}
	if err := to.Resources(ctx, []snapshot.Resource{doc}); err != nil {
		return err
	}
	return to.Answer(ctx, answer)
}
