package shard_test

import (
	"context"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// A mortal reader dies at the workload after so many; one below 0 never does.
type mortal struct {
	judge.Facts
	left int
	of   error
	each func()
}

func (m *mortal) Workload(c *snapshot.Context, r *snapshot.Resource) (estate.Object, error) {
	if m.left == 0 {
		panic(m.of)
	}
	m.left--
	if m.each != nil {
		m.each()
	}
	return m.Facts.Workload(c, r)
}

// A later source is another one at another time.
type later struct {
	scan.Source
	at time.Time
}

func (l *later) Context(ctx context.Context) (*snapshot.Context, error) {
	c, err := l.Source.Context(ctx)
	if err != nil {
		return nil, err
	}
	var all []snapshot.Resource
	for _, kind := range c.Kinds() {
		all = append(all, c.Resources(kind)...)
	}
	return snapshot.NewContext(c.Provider, c.Account, l.at, all, c.Answers()), nil
}
