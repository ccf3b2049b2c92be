package shard

import (
	"context"
	"errors"
	"sync"

	"plumbline/internal/judge"
	"plumbline/internal/postgres"
	"plumbline/internal/snapshot"
)

// pages judges stored workloads again, page by page. While one is judged the
// next is read and the one before is stored, so that the database and this
// program work at once.
type pages struct {
	w      *postgres.Writer
	src    *postgres.Source
	c      *snapshot.Context // less what stands beside workloads
	late   []snapshot.Answer // of the workloads' own listings
	enough judge.Facts       // that read what the verdicts rest on
	bench  *judge.Bench      // by them
	sieve  *judge.Sieve      // nil where all workloads are judged by the bench
}

var errDied = errors.New("what was judged again could not be stored")

// all judges all workloads, and has stored what came of it when it returns.
func (p *pages) all(ctx context.Context) error {
	inner, cancel := context.WithCancelCause(ctx)
	done := make(chan postgres.Judged)
	var storing sync.WaitGroup
	var died any
	storing.Go(func() {
		defer func() { // whoever runs us catches a panic of ours, and of no other goroutine
			if died = recover(); died != nil {
				cancel(errDied)
			}
		}()
		for j := range done {
			if inner.Err() != nil {
				continue
			}
			if err := p.w.Again(inner, j); err != nil {
				cancel(err)
			}
		}
	})
	end := sync.OnceFunc(func() { close(done); storing.Wait() })
	defer cancel(nil)
	defer end() // first: what is being stored is stored, or the database keeps it locked for a while
	err := p.src.Beside(inner, func(workloads []snapshot.Resource, near postgres.Near) error {
		res, err := p.one(inner, workloads, near)
		if err != nil {
			return err
		}
		select {
		case done <- postgres.JudgedOf(&res):
			return nil
		case <-inner.Done():
			return context.Cause(inner)
		}
	})
	end()
	if died != nil {
		panic(died)
	}
	if cause := context.Cause(inner); cause != nil && ctx.Err() == nil {
		return cause // what stopped the others
	}
	return err
}

// one judges a page. What the rules tell nothing of needs few documents; of the
// rest what its verdicts rest on is read.
func (p *pages) one(ctx context.Context, workloads []snapshot.Resource, near postgres.Near) (sound judge.Result, err error) {
	if p.sieve != nil {
		beside, err := near(ctx, workloads, p.sieve.Beside)
		if err != nil {
			return sound, err
		}
		if sound, workloads = p.sieve.Page(p.c.Beside(beside, p.late), workloads); len(workloads) == 0 {
			return sound, nil
		}
	}
	beside, err := near(ctx, workloads, p.enough.Beside)
	if err != nil {
		return sound, err
	}
	rest := p.bench.Page(p.c.Beside(beside, p.late), workloads)
	return rest.And(sound), nil
}
