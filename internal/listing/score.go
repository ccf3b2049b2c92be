package listing

import (
	"context"
	"time"

	"plumbline/internal/score"
)

// Scores tell what postures are made of, within reach of whoever asks.
type Scores interface {
	// Counts are how every rule stands in every account by its last finished scan.
	Counts(context.Context) ([]score.Count, error)
	// Shifts are how every rule stood in every account at a moment, how it stands
	// by the last finished scan, and what happened to findings between. The zero
	// time is each account's own: that of the finished scan before its last, so
	// that an account with one scan only has joined.
	Shifts(ctx context.Context, from time.Time) ([]score.Shift, error)
}
