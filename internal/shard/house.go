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
	if err := to.Answer(ctx, answer); err != nil {
		return err
	}
	return r.tellRequests(ctx, w, to, at)
}

// tellRequests puts what people imported of audit events there. Where nobody ever
// imported any, nothing is said of it: what was withdrawn has to be told once more,
// so that its documents go.
func (r *Runner) tellRequests(ctx context.Context, w *postgres.Writer, to *sink, at snapshot.Scope) error {
	began := w.Record().StartedAt
	told, ever, err := r.Store.Requests(ctx, w.Account(), began)
	if err != nil || !ever {
		return err
	}
	docs, answer, err := house.TellRequests(at, house.Merge(began, told), began)
	if err != nil {
		return err
	}
	if len(docs) > 0 {
		if err := to.Resources(ctx, docs); err != nil {
			return err
		}
	}
	return to.Answer(ctx, answer)
}
