package postgres

import (
	"context"
	"time"

	"plumbline/internal/listing"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A Reader answers what pages and the API ask; it is a listing.Reader. All that
// it tells is within the reach of the transaction that the context carries, see
// Store.See.
//
// It is the store, but for what the store itself answers in another way.
type Reader struct{ *Store }

var _ listing.Reader = Reader{}

// Reader reads from the store. That of Web reads within See only.
func (s *Store) Reader() Reader { return Reader{s} }

// Findings lists a page of the findings that a query lets through.
func (r Reader) Findings(ctx context.Context, q query.Query, by listing.Sort, at listing.Place) ([]listing.Finding, listing.Cursors, error) {
	return r.findings(ctx, q, by, at)
}

// Finding gives one finding and all that happened to it, in order.
func (r Reader) Finding(ctx context.Context, number int64) (listing.Finding, []listing.Event, error) {
	return r.finding(ctx, number)
}

// Scans lists a page of the scans of an account, or of all for 0, the last
// begun first, without their answers and counts.
func (r Reader) Scans(ctx context.Context, account int64, at listing.Place) ([]scan.Record, listing.Cursors, error) {
	return r.scans(ctx, account, at)
}

// Document gives the very document that a verdict rests on, and since when it
// stands or stood.
func (s *Store) Document(ctx context.Context, ref listing.Ref) (snapshot.Resource, time.Time, error) {
	return s.ResourceByHash(ctx, ref.Provider, ref.Account, ref.Kind, ref.Region, ref.UID, ref.Hash)
}
