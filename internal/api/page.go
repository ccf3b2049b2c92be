package api

import (
	"context"
	"net/url"

	"plumbline/internal/listing"
)

// Place are the parameters of every list that comes in pages.
type Place struct {
	After  string `query:"after" maxLength:"1000" doc:"Cursor: what comes after it. Take it from next of the page before."`
	Before string `query:"before" maxLength:"1000" doc:"Cursor: what comes before it. Take it from previous of the page after."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

func (p Place) place() (listing.Place, error) {
	if p.After != "" && p.Before != "" {
		return listing.Place{}, invalid("query.before", p.Before, "A page begins after one place or ends before another: give after or before, not both.")
	}
	return listing.Place{After: p.After, Before: p.Before, Limit: p.Limit}, nil
}

// A list is a page of one.
type list[T any] struct {
	Items    []T    `json:"items" doc:"In the order of the list."`
	Next     string `json:"next,omitempty" doc:"Cursor for after; absent on the last page."`
	Previous string `json:"previous,omitempty" doc:"Cursor for before; absent on the first page."`
	Query    string `json:"query,omitempty" doc:"The filter as it was understood."`
}

type pageOf[T any] struct {
	Link []string `header:"Link" doc:"Addresses of the next and the previous page, see RFC 8288."`
	Body list[T]
}

// page makes the reply of a list.
func page[F, T any](ctx context.Context, from []F, at listing.Cursors, query string, shape func(F) T) *pageOf[T] {
	out := &pageOf[T]{Body: list[T]{Items: each(from, shape), Next: at.Next, Previous: at.Previous, Query: query}}
	if at.Next != "" {
		out.Link = append(out.Link, link(ctx, "after", at.Next, "next"))
	}
	if at.Previous != "" {
		out.Link = append(out.Link, link(ctx, "before", at.Previous, "prev"))
	}
	return out
}

// link is the address of the request with another cursor.
func link(ctx context.Context, name, cursor, rel string) string {
	u := address(ctx)
	q := u.Query()
	q.Del("after")
	q.Del("before")
	q.Set(name, cursor)
	to := url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: q.Encode()}
	return "<" + to.String() + `>; rel="` + rel + `"`
}

// each gives the shape of all; none is an empty list, never null.
func each[F, T any](from []F, shape func(F) T) []T {
	all := make([]T, 0, len(from))
	for _, f := range from {
		all = append(all, shape(f))
	}
	return all
}

// replied is a reply with nothing but a body.
type replied[T any] struct{ Body T }

func reply[T any](body T) *replied[T] { return &replied[T]{body} }
