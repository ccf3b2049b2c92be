package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// repeatAfter is how long River's same words are said once.
const repeatAfter = time.Minute

// A calm handler passes on River's warnings and errors, each once a minute with
// the same error: while a database is away, every part of River says so every
// second.
type calm struct {
	slog.Handler
	said *said
}

// most is how many messages are remembered; errors may name what is different
// each time.
const most = 1000

// said is when each message was last passed on.
type said struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func newCalm(h slog.Handler) slog.Handler { return calm{h, &said{last: map[string]time.Time{}}} }

// Enabled leaves out what is less than a warning.
func (c calm) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && c.Handler.Enabled(ctx, l)
}

// Handle passes a message on unless it was said a moment ago.
func (c calm) Handle(ctx context.Context, r slog.Record) error {
	if !c.said.fresh(words(&r), r.Time) {
		return nil
	}
	return c.Handler.Handle(ctx, r)
}

// words are the message with its error, which River names err or error.
func words(r *slog.Record) string {
	all := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "err" || a.Key == "error" {
			all += "\x00" + a.Value.String()
		}
		return true
	})
	return all
}

func (s *said) fresh(message string, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.last[message]; ok && at.Sub(last) < repeatAfter {
		return false
	}
	if len(s.last) >= most {
		clear(s.last)
	}
	s.last[message] = at
	return true
}

// WithAttrs keeps the memory of what was said.
func (c calm) WithAttrs(a []slog.Attr) slog.Handler { return calm{c.Handler.WithAttrs(a), c.said} }

// WithGroup keeps it too.
func (c calm) WithGroup(name string) slog.Handler { return calm{c.Handler.WithGroup(name), c.said} }
