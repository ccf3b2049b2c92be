package ibm

import (
	"cmp"
	"context"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A round is a series of questions about one place: a region, or the account.
type round struct {
	*Collector
	sink   cloud.Sink
	region string       // or snapshot.Global
	vpc    *vpcv1.VpcV1 // of the region
	api    *clients     // of the account
}

// inRegion begins a round of a region.
func (c *Collector) inRegion(sink cloud.Sink, region string) (*round, error) {
	vpc, err := c.vpcIn(region)
	return &round{Collector: c, sink: sink, region: region, vpc: vpc}, err
}

// ofAccount begins a round of the account as a whole.
func (c *Collector) ofAccount(sink cloud.Sink) (*round, error) {
	api, err := c.theClients()
	return &round{Collector: c, sink: sink, region: snapshot.Global, api: api}, err
}

// A listing is one question: what is asked, and what becomes of its documents.
type listing struct {
	call, subject string
	about         []label // what the documents do not say themselves
	param         string  // of the address of the next page, that names it; "" for "start"
	// send asks for one page; the first has no token.
	send func(ctx context.Context, r *round, token *string) error
	// each is told of every document, and may read it until it returns.
	each func(r *snapshot.Resource, doc wire.Value)
}

// list asks a question to its last page. In a trial the first is enough.
func (r *round) list(ctx context.Context, l listing) error {
	if r.tried.Enough(l.call) {
		return nil
	}
	q := r.ask(l.call, l.subject, r.region, l.about...)
	return q.List(ctx, r.sink, ask.Listing{One: r.trial(), Each: l.each, Page: func(ctx context.Context, token *string) (*string, error) {
		return r.onePage(ctx, q, l, token)
	}})
}

// onePage asks for a page and says which is the next, nil after the last.
func (r *round) onePage(ctx context.Context, q *question, l listing, token *string) (next *string, err error) {
	if err := q.page(ctx, func(ctx context.Context) error { return l.send(ctx, r, token) }); err != nil {
		return nil, err
	}
	return q.tap.next.token(cmp.Or(l.param, "start"))
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
func single(call string, send func(context.Context, *round) error) listing {
	return listing{call: call, send: func(ctx context.Context, r *round, _ *string) error { return send(ctx, r) }}
}

// sent is how a call of the SDK ended. What it brought went through the tap.
func sent[T any](_ T, _ *core.DetailedResponse, err error) error { return err }
