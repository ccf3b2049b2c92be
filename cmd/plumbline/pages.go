package main

import (
	"context"
	"time"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/judge"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
)

// A mender fills in the fix of a finding from the documents that its verdict
// rests on, so that undo names what was found and not what is there now.
type mender struct {
	store *postgres.Store
	rules rule.Lookup
}

// Fix gives the commands for one finding.
func (m mender) Fix(ctx context.Context, f finding.Record) (rule.Fix, error) {
	r, ok := m.rules.Rule(f.Rule)
	if !ok {
		return rule.Fix{}, problem.New(problem.NotFound, "The rule %s is not in this version's catalogue.", f.Rule)
	}
	read := facts.For(f.Subject.Provider)
	src, err := m.store.Source(ctx, f.Subject.Provider, f.Subject.Account, f.SeenAt, read.IsWorkload)
	if err != nil {
		return rule.Fix{}, err
	}
	o, err := m.object(ctx, src, read, &f)
	if err != nil {
		return rule.Fix{}, err
	}
	return r.Render(o), nil
}

// object is what the finding is about, as its verdict saw it: of a group's
// finding, the member that the verdict rests on.
func (m mender) object(ctx context.Context, src *postgres.Source, read judge.Facts, f *finding.Record) (estate.Object, error) {
	s := &f.Subject
	for i := range f.Evidence {
		o := f.Evidence[i].Origin
		if o == nil || !o.HasDoc || !read.IsWorkload(o.Kind) || s.Kind != estate.KindWorkload {
			continue
		}
		c, _, err := src.Around(ctx, s.Region, o.UID, read.Beside)
		if err != nil {
			return nil, err
		}
		res, _, err := m.store.ResourceByHash(ctx, s.Provider, s.Account, o.Kind, s.Region, o.UID, o.Hash)
		if err != nil {
			return nil, err
		}
		return read.Workload(c, &res)
	}
	c, err := src.Context(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range read.Objects(c) {
		if h := o.Head(); h.UID == s.UID && h.Kind == s.Kind {
			return o, nil
		}
	}
	return nil, gone(s)
}

// closely looks at workloads as the last finished scan of their account saw
// them, within what the viewer may see.
func closely(store *postgres.Store, rules func() *rule.Set) func(context.Context, listing.Workload) (*inspect.Report, error) {
	desk := &inspect.Desk{Rules: rules, Facts: facts.For,
		Source: func(ctx context.Context, provider, account string, workload func(kind string) bool) (inspect.Source, error) {
			return store.Source(ctx, provider, account, time.Time{}, workload)
		}}
	return func(ctx context.Context, x listing.Workload) (*inspect.Report, error) {
		return desk.Workload(ctx, x.Provider, x.Account, x.Region, x.UID)
	}
}

func gone(s *estate.Subject) error {
	return problem.New(problem.NotFound, "%s is no longer listed, so there is nothing to mend.", s.UID)
}
