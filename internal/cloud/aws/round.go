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

// list asks a question to its last page. In a trial the first is enough.
func (r *round) list(ctx context.Context, l listing) error {
	if r.tried.Enough(l.call) {
		return nil
	}
	q := r.askOf(l.call, l.subject, r.region)
	q.tap.Whole, q.tap.About = false, l.about
	return q.List(ctx, r.sink, ask.Listing{One: r.trial(), Each: l.each, Page: func(ctx context.Context, token *string) (next *string, err error) {
		err = q.page(ctx, func(ctx context.Context) (err error) {
			next, err = l.send(ctx, r.api, token)
			return err
		})
		if err != nil && ctx.Err() == nil && l.saysNothing(err) {
			return nil, nil
		}
		return next, err
	}})
}

// saysNothing tells a refusal that is an answer: there is none.
func (l *listing) saysNothing(err error) bool {
	var api smithy.APIError
	return inner(err) == nil && errors.As(err, &api) && slices.Contains(l.nothing, api.ErrorCode())
}

// asked makes a task of a listing.
func (r *round) asked(l listing) ask.Task {
	return func(ctx context.Context) error { return r.list(ctx, l) }
}

// each does the same for every subject of a question; in a trial for the first.
func each[T any](ctx context.Context, r *round, subjects []T, do func(context.Context, T) error) error {
	return ask.Each(ctx, r.tried, subjects, do)
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
