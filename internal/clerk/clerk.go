// Package clerk does what people and programs ask for: it connects accounts,
// begins and cancels scans, and writes each act into the audit log.
//
// It holds every act against the table of package access, whoever calls it:
// that a route asked before is no reason to leave it out. It speaks to no cloud
// itself.
package clerk

import (
	"context"

	"plumbline/internal/listing"
	"plumbline/internal/postgres"
)

// A Clerk is a listing.Clerk.
type Clerk struct {
	Store  *postgres.Store
	Queue  postgres.Queue
	Engine string // version of the program
	// Login signs in to a cloud and tests the permissions there. What it leads to nobody
	// else may know, so its error is told only to whoever gave it.
	Login func(ctx context.Context, provider string, l listing.Login) (listing.Tried, error)
	// Audit appends a line, in the transaction that ctx carries.
	Audit func(ctx context.Context, l Line) error
}

var _ listing.Clerk = (*Clerk)(nil)

// A Line is what an act writes into the audit log.
type Line struct {
	Action  string
	Object  string
	Account int64 // 0: about no one account
	Detail  map[string]string
}
