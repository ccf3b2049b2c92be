// Package inspect looks at one workload closely: what is known of it, what
// every rule says of it, and the way from the internet to what its credentials
// may do.
//
// It works all of it out again from the stored documents of the last finished
// scan, so that it tells what the scan concluded and why. It stores nothing and
// asks no cloud.
package inspect

import (
	"context"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/path"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/snapshot"
)

// A Source gives the documents of the last finished scan of an account, within
// what the viewer in the context may see.
type Source interface {
	// Around gives a workload and what it was judged against; NotFound if the
	// scan did not see it. beside says which kinds stand beside workloads.
	Around(ctx context.Context, region, uid string, beside func(kind string) bool) (*snapshot.Context, snapshot.Resource, error)
}

// A Desk looks workloads up. It is safe for concurrent use.
type Desk struct {
	Rules func() *rule.Set                  // those that hold now
	Facts func(provider string) judge.Facts // makes a reader for one goroutine
	// Source finds the last finished scan of an account. workload says which
	// kinds are workloads.
	Source func(ctx context.Context, provider, account string, workload func(kind string) bool) (Source, error)
}

// A Report is what is known of one workload.
type Report struct {
	Workload *estate.Workload
	Group    *estate.Template  // that launched it, with what its next instance gets; nil where none is known
	Verdicts []finding.Verdict // of every rule that applies to it, passes included, by rule
	Path     path.Path         // from the internet to what it may do
	Document snapshot.Resource // its own
	TakenAt  time.Time         // of the scan
}

// Workload looks at one. NotFound if the last finished scan did not see it.
func (d *Desk) Workload(ctx context.Context, provider, account, region, uid string) (*Report, error) {
	facts := d.Facts(provider)
	if facts == nil {
		return nil, problem.New(problem.NotFound, "There is no workload %s.", uid)
	}
	src, err := d.Source(ctx, provider, account, facts.IsWorkload)
	if err != nil {
		return nil, err
	}
	c, doc, err := src.Around(ctx, region, uid, facts.Beside)
	if err != nil {
		return nil, err
	}
	bench := judge.NewBench(d.Rules(), facts).KeepAll()
	o, err := bench.Read(c, &doc)
	if err != nil {
		return nil, err
	}
	w, ok := o.(*estate.Workload)
	if !ok {
		return nil, problem.New(problem.NotFound, "There is no workload %s.", uid)
	}
	r := &Report{Workload: w, Group: groupOf(w, facts, c), Path: path.Of(w), Document: doc, TakenAt: c.TakenAt}
	res := bench.Page(c, []snapshot.Resource{doc})
	for _, v := range res.Verdicts {
		if v.Outcome != finding.NotApplicable {
			r.Verdicts = append(r.Verdicts, v)
		}
	}
	return r, nil
}

// groupOf is the group that launched a workload, nil where none did or it was
// not seen.
func groupOf(w *estate.Workload, facts judge.Facts, c *snapshot.Context) *estate.Template {
	uid, _ := w.Group.Get()
	if uid == "" {
		return nil
	}
	for _, o := range facts.Objects(c) {
		if t, ok := o.(*estate.Template); ok && t.UID == uid {
			return t
		}
	}
	return nil
}
