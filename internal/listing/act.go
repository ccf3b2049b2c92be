package listing

import (
	"context"
	"time"
)

// A Clerk does what people and programs ask for. Each act is one transaction
// with its line in the audit log, on behalf of the viewer in the context; it
// asks no cloud but where it says so. What the viewer may not do, or does not
// see, is a problem of kind Forbidden or NotFound; what cannot be done now one
// of kind Conflict; what is not understood one of kind Invalid.
type Clerk interface {
	// StartScan begins a scan of a connected account; workers do it.
	StartScan(ctx context.Context, account int64) (scan int64, err error)
	// CancelScan ends a running scan; what its pages have stored stays.
	CancelScan(ctx context.Context, scan int64) error
	// Try signs in and tests each permission that a scan needs. It asks the
	// cloud and stores nothing.
	Try(ctx context.Context, provider string, l Login) (Tried, error)
	// Connect signs in, notes the account, and begins its first scan.
	Connect(context.Context, Connection) (account, scan int64, err error)
	// Test tries an account's permissions again and notes the result.
	Test(ctx context.Context, account int64) ([]Check, error)
	// Change renames an account or sets how often it is scanned; 0 is on demand.
	Change(ctx context.Context, account int64, name string, every time.Duration) error
	// ReadUserData says whether scans of an account look through user data for
	// secrets.
	ReadUserData(ctx context.Context, account int64, read bool) error
	// Disconnect stops scanning an account; its evidence is kept.
	Disconnect(ctx context.Context, account int64) error
}

// A Connection is an account to be connected.
type Connection struct {
	Provider string
	External string // the account that the login has to lead to; "" for whichever
	Name     string
	Login    Login
	Every    time.Duration // 0: on demand
}

// Tried is what a trial of a login told.
type Tried struct {
	Provider  string
	Account   string // the provider's own id, as the cloud said
	Principal string // who we are there
	Checks    []Check
}
