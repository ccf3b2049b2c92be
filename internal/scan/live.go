package scan

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
)

// Live is a source that asks a cloud.
type Live struct {
	collector cloud.Collector
	at        time.Time
	late      held
}

// NewLive makes a source of a collector. at is the scan's time, fixed once.
func NewLive(c cloud.Collector, at time.Time) *Live { return &Live{collector: c, at: at} }

// Context asks for everything that is not a workload.
func (l *Live) Context(ctx context.Context) (*snapshot.Context, error) {
	var h held
	if err := l.collector.Context(ctx, &h); err != nil {
		return nil, err
	}
	s := l.collector.Scope()
	return snapshot.NewContext(s.Provider, s.Account, l.at, h.resources, h.answers), nil
}

// Pages asks for the workloads.
func (l *Live) Pages(ctx context.Context, each func([]snapshot.Resource) error) error {
	if err := l.collector.Workloads(ctx, &stream{held: &l.late, each: each}); err != nil {
		return err
	}
	return ctx.Err()
}

// Ledger gives the answers that came with the workloads so far.
func (l *Live) Ledger() []snapshot.Answer {
	l.late.mu.Lock()
	defer l.late.mu.Unlock()
	return slices.Clone(l.late.answers)
}

// held keeps what it is given, and of the answers to one question the last.
type held struct {
	mu        sync.Mutex
	resources []snapshot.Resource
	answers   []snapshot.Answer
	at        map[snapshot.Key]int // of an answer
}

// Answer keeps an answer.
func (h *held) Answer(_ context.Context, a snapshot.Answer) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i, again := h.at[a.Key]; again {
		h.answers[i] = a
		return nil
	}
	if h.at == nil {
		h.at = map[snapshot.Key]int{}
	}
	h.at[a.Key] = len(h.answers)
	h.answers = append(h.answers, a)
	return nil
}

// Resources keeps copies, since the bytes are only lent.
func (h *held) Resources(_ context.Context, rs []snapshot.Resource) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range rs {
		r.Doc, r.Redacted = bytes.Clone(r.Doc), slices.Clone(r.Redacted)
		h.resources = append(h.resources, r)
	}
	return nil
}

// stream keeps answers and passes pages on.
type stream struct {
	held *held
	each func([]snapshot.Resource) error
}

func (s *stream) Answer(ctx context.Context, a snapshot.Answer) error { return s.held.Answer(ctx, a) }

func (s *stream) Resources(_ context.Context, rs []snapshot.Resource) error {
	if err := s.each(rs); err != nil {
		return fmt.Errorf("take page: %w", err)
	}
	return nil
}
