package listing

import (
	"context"
	"io"
	"time"

	"plumbline/internal/house"
)

// Events tells which audit events people imported, and does what they ask for
// about it. What the Clerk's comment says holds here too.
type Events interface {
	// Imports lists those of an account, withdrawn ones too, the last first: the
	// latest MostImports, and every older one that counts still.
	Imports(ctx context.Context, account int64) ([]EventImport, error)
	// Import gives one of an account.
	Import(ctx context.Context, account, id int64) (EventImport, error)
	// ImportEvents reads audit events of an account and keeps what they tell of
	// requests to metadata services, and no event. It counts from the next scan on.
	ImportEvents(ctx context.Context, account int64, u EventUpload) (EventImport, error)
	// WithdrawEvents makes that an import counts for nothing, from the next scan on.
	WithdrawEvents(ctx context.Context, account, id int64) error
}

// The bounds of imports.
const (
	LongestEvents = 16 << 20 // bytes of a file that is sent, as it is sent
	MostImports   = 100      // that are listed of an account, but for older ones that count still
)

// An EventUpload is a file of audit events, and of which time a person says that
// it holds them all: days of UTC or times of RFC 3339; empty where nobody says it.
type EventUpload struct {
	Name        string
	From, Until string
	Body        io.Reader
}

// An EventImport is what a file of audit events told.
type EventImport struct {
	ID          int64
	At          time.Time
	Who         string
	Name        string   // of the file
	Events      int64    // that were understood
	Requests    int64    // of those, to a metadata service
	Servers     int64    // that sent those
	Unread      int64    // what was not understood and may have been one
	SHA256      [32]byte // of the file as it was sent
	First, Last time.Time
	Covers      []house.Cover
	Doubts      []string // why it covers nothing, or not a region of its events
	Withdrawn   time.Time
	WithdrawnBy string
}
