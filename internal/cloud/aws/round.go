package aws

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/aws/smithy-go"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// atOnce is how many questions a region is asked at a time.
const atOnce = 6

// A round is a series of questions about one place: a region, or the account.
type round struct {
	*Collector
	sink   cloud.Sink
	region string // or snapshot.Global
	api    *clients
}

// round begins one. Questions about the account as a whole are asked where the
// services of its partition are.
func (c *Collector) round(sink cloud.Sink, region string) *round {
	at := region
	if region == snapshot.Global {
		at = home(c.partition, c.config.Region)
	}
	return &round{c, sink, region, c.clientsIn(at)}
}

// A listing is one question: what is asked, and what becomes of its documents.
type listing struct {
	call, subject string
	about         []label // what the documents do not say themselves
	// send asks for one page. It returns the token of the next, nil after the
	// last.
	send func(ctx context.Context, api *clients, token *string) (next *string, err error)
	// nothing are AWS's codes for "there is none": an answer, not a refusal.
	nothing []string
	// each is told of every document, and may read it until it returns.
	each func(r *snapshot.Resource, doc wire.Value)
}

// pages guard a listing against never ending. AWS may return one with nothing
// in it and a token (EC2 API reference, pagination).
type pages struct{ guard ask.Pages }

// follow says what is wrong with a token, nil if nothing is. items came with
// it.
func (p *pages) follow(token string, items int) error {
	if err := p.guard.Follow(token, items); err != nil {
		return &badReply{code: codeTokenLoop, err: err}
	}
	return nil
}

// list asks a question to its last page. In a trial the first is enough.
func (r *round) list(ctx context.Context, l listing) error {
	if r.enough(l.call) {
		return nil
	}
	q := r.askOf(l.call, l.subject, r.region)
	q.tap.whole, q.tap.about = false, l.about
	var at pages
	var token *string
	for {
		var next *string
		err := q.page(ctx, func(ctx context.Context) (err error) {
			next, err = l.send(ctx, r.api, token)
			return err
		})
		if err != nil {
			return r.refused(ctx, q, l.nothing, err)
		}
		if err := l.tell(q.tap); err != nil {
			return q.refuse(ctx, r.sink, err)
		}
		if err := q.deliver(ctx, r.sink); err != nil {
			return q.void(ctx, r.sink, err)
		}
		if next == nil || *next == "" || r.trial() {
			return q.complete(ctx, r.sink)
		}
		if err := at.follow(*next, len(q.tap.resources)); err != nil {
			return q.refuse(ctx, r.sink, err)
		}
		token = next
	}
}

// refused ends a question that was refused, unless the refusal says that there
// is nothing.
func (r *round) refused(ctx context.Context, q *question, nothing []string, err error) error {
	var api smithy.APIError
	if ctx.Err() == nil && inner(err) == nil && errors.As(err, &api) && slices.Contains(nothing, api.ErrorCode()) {
		return q.complete(ctx, r.sink)
	}
	return q.refuse(ctx, r.sink, err)
}

// tell shows the documents of a page.
func (l *listing) tell(t *tap) error {
	if l.each == nil {
		return nil
	}
	for i := range t.resources {
		v, err := t.reader.Read(t.resources[i].Doc)
		if err != nil {
			return &badReply{code: codeUnreadable, err: err}
		}
		l.each(&t.resources[i], v)
	}
	return nil
}

// asked makes a task of a listing.
func (r *round) asked(l listing) ask.Task {
	return func(ctx context.Context) error { return r.list(ctx, l) }
}

// each does the same for every subject of a question; in a trial for the first.
func each[T any](ctx context.Context, r *round, subjects []T, do func(context.Context, T) error) error {
	if r.trial() && len(subjects) > 1 {
		subjects = subjects[:1]
	}
	tasks := make([]ask.Task, 0, len(subjects))
	for _, s := range subjects {
		tasks = append(tasks, func(ctx context.Context) error { return do(ctx, s) })
	}
	return ask.All(ctx, atOnce, tasks)
}

// text of a member, "" if there is none.
func text(v wire.Value, name string) string {
	s, _ := v.Get(name).Text()
	return s
}

// single makes a listing of a call that has one page.
func single(call string, send func(context.Context, *clients) error) listing {
	return listing{call: call, send: func(ctx context.Context, api *clients, _ *string) (*string, error) {
		return nil, send(ctx, api)
	}}
}

// more is the token of a listing that asks for things by name, some at a time:
// how many parts are left.
func more(left int) *string {
	if left == 0 {
		return nil
	}
	s := strconv.Itoa(left)
	return &s
}
