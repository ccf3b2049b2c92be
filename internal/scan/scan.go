// Package scan is the pipeline: a source of documents, the rules, and those
// who take the results, spelled out on one page.
//
// It knows no cloud, no database and no page; it never decides what a document
// means.
package scan

import (
	"context"
	"fmt"
	"sync"

	"plumbline/internal/judge"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// A Source gives the documents of one account: live, from the store as of a
// day, or from a recording. All three lead to the same findings.
type Source interface {
	// Context gives everything that is not a workload, and the answers so far.
	Context(context.Context) (*snapshot.Context, error)
	// Pages streams the workloads, with documents that are about workloads of the
	// same page alone. each may be called by many goroutines at once; what it is
	// given is valid only until it returns.
	Pages(ctx context.Context, each func([]snapshot.Resource) error) error
	// Ledger gives the answers that came with the pages so far: all of them once
	// Pages is done. It may be asked while pages come.
	Ledger() []snapshot.Answer
}

// An Out takes what a scan finds. Its methods are called one at a time.
type Out interface {
	// Start takes the context before any page.
	Start(context.Context, *snapshot.Context) error
	// Page takes one page of workloads with what the rules say of them.
	Page(context.Context, []snapshot.Resource, judge.Result) error
	// End takes the context with the whole ledger, and what the rules say of
	// everything that is not a workload.
	End(context.Context, *snapshot.Context, judge.Result) error
}

// An Engine is what a scan thinks with.
type Engine struct {
	Rules    *rule.Set
	Facts    func() judge.Facts // makes a reader; one per goroutine
	PageSize int                // documents judged at once; 0 takes pages as they come
}

// Run takes everything from the source, judges it, and hands it to the outs in
// the order given. An error means that the scan is void; a refusal by the
// cloud is none.
func Run(ctx context.Context, src Source, e Engine, outs ...Out) error {
	c, err := src.Context(ctx)
	if err != nil {
		return err
	}
	for _, o := range outs {
		if err := o.Start(ctx, c); err != nil {
			return fmt.Errorf("start of scan: %w", err)
		}
	}
	if err := pages(ctx, src, e, c, outs); err != nil {
		return err
	}
	full := c.With(src.Ledger())
	res := judge.NewBench(e.Rules, e.Facts()).Close(full)
	for _, o := range outs {
		if err := o.End(ctx, full, res); err != nil {
			return fmt.Errorf("end of scan: %w", err)
		}
	}
	return nil
}

func pages(ctx context.Context, src Source, e Engine, c *snapshot.Context, outs []Out) error {
	facts := e.Facts()
	benches := sync.Pool{New: func() any { return judge.NewBench(e.Rules, e.Facts()) }}
	var one sync.Mutex
	return src.Pages(ctx, func(page []snapshot.Resource) error {
		b := benches.Get().(*judge.Bench)
		defer benches.Put(b)
		workloads, beside := judge.Split(page, facts)
		near := c.Beside(beside, src.Ledger())
		for i, part := range chunks(workloads, e.PageSize) {
			res := b.Page(near, part)
			if i == 0 && len(beside) > 0 {
				part = append(beside, part...) // stored once
			}
			one.Lock()
			err := toAll(ctx, outs, part, res)
			one.Unlock()
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func toAll(ctx context.Context, outs []Out, page []snapshot.Resource, res judge.Result) error {
	for _, o := range outs {
		if err := o.Page(ctx, page, res); err != nil {
			return fmt.Errorf("page of %d workloads: %w", len(page), err)
		}
	}
	return nil
}

func chunks(page []snapshot.Resource, size int) [][]snapshot.Resource {
	if size <= 0 || len(page) <= size {
		if len(page) == 0 {
			return nil
		}
		return [][]snapshot.Resource{page}
	}
	var out [][]snapshot.Resource
	for len(page) > size {
		out, page = append(out, page[:size]), page[size:]
	}
	return append(out, page)
}
