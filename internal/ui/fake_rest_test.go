package ui_test

import (
	"context"

	"plumbline/internal/listing"
	"plumbline/internal/query"
)

// What follows is there so that links to these pages lead somewhere; their own
// tests bring fakes that hold something.

func (f *fake) ScanShards(context.Context, int64) ([]listing.ScanShard, error) { return nil, f.broken }

func (f *fake) ScanEvents(context.Context, int64, int64, int) ([]listing.ScanEvent, error) {
	return nil, f.broken
}

func (f *fake) Accounts(context.Context, listing.Place) ([]listing.Account, listing.Cursors, error) {
	st, err := f.Standings(context.Background())
	var out []listing.Account
	for _, s := range st {
		out = append(out, s.Account)
	}
	return out, listing.Cursors{}, err
}

func (f *fake) Account(_ context.Context, id int64) (listing.Account, error) {
	as, _, err := f.Accounts(context.Background(), listing.Place{})
	for _, a := range as {
		if a.ID == id {
			return a, err
		}
	}
	return listing.Account{}, noSuch
}

func (f *fake) Workloads(context.Context, query.Query, listing.Place) ([]listing.Workload, listing.Cursors, error) {
	return nil, listing.Cursors{}, f.broken
}

func (f *fake) CountWorkloads(context.Context, query.Query) (listing.Count, error) {
	return listing.Count{}, f.broken
}

func (f *fake) WorkloadFacets(context.Context, query.Query, []string) ([]listing.Facet, error) {
	return nil, f.broken
}

func (f *fake) Unconnected(context.Context) ([]listing.Unconnected, error) { return nil, nil }
