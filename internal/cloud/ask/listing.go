package ask

import (
	"context"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A Listing leads a question from its first page to its last.
type Listing struct {
	// Page asks for a page, through Question.Page; the first has no token. It
	// returns the token of the next, nil or "" after the last.
	Page func(ctx context.Context, token *string) (next *string, err error)
	// Each is told of every document, and may read it until it returns; nil for
	// nobody.
	Each func(r *snapshot.Resource, doc wire.Value)
	// Deliver hands the page on; nil lends it to the sink as it came.
	Deliver func(context.Context) error
	// One page is enough: a trial asks whether, and not what.
	One bool
}

// List asks a question to its last page and ends it. A refusal is no error.
func (q *Question) List(ctx context.Context, sink cloud.Sink, l Listing) error {
	deliver := l.Deliver
	if deliver == nil {
		deliver = func(ctx context.Context) error { return q.Deliver(ctx, sink) }
	}
	var pages Pages
	var token *string
	for {
		next, err := l.Page(ctx, token)
		if err == nil {
			err = l.tell(q.tap)
		}
		if err != nil {
			return q.Refuse(ctx, sink, err)
		}
		if err := deliver(ctx); err != nil {
			return q.Void(ctx, sink, err)
		}
		if next == nil || *next == "" || l.One {
			return q.Complete(ctx, sink)
		}
		if err := pages.Follow(*next, len(q.tap.Resources)); err != nil {
			return q.Refuse(ctx, sink, err)
		}
		token = next
	}
}

// tell shows the documents of a page.
func (l *Listing) tell(t *Tap) error {
	if l.Each == nil {
		return nil
	}
	for i := range t.Resources {
		v, err := t.Reader.Read(t.Resources[i].Doc)
		if err != nil {
			return &BadReply{Code: snapshot.CodeUnreadable, Err: err}
		}
		l.Each(&t.Resources[i], v)
	}
	return nil
}
