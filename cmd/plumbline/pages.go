package main

import (
	"context"
	"time"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/judge"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/internal/ui"
)

// A shelf gives the pages what they need from the store.
type shelf struct{ *postgres.Store }

// Groups counts findings by rule.
func (s shelf) Groups(ctx context.Context, f ui.Filter) ([]ui.Group, error) {
	gs, err := s.FindingGroups(ctx, filter(f))
	out := make([]ui.Group, 0, len(gs))
	for _, g := range gs {
		out = append(out, ui.Group{Rule: g.Rule, Severity: g.Severity, Count: g.Count, Risk: g.HighestRisk})
	}
	return out, err
}

// Findings lists findings.
func (s shelf) Findings(ctx context.Context, f ui.Filter) ([]finding.Record, string, error) {
	return s.Store.Findings(ctx, filter(f))
}

// Finding gives one.
func (s shelf) Finding(ctx context.Context, number int64) (finding.Record, error) {
	r, _, err := s.Store.Finding(ctx, number)
	return r, err
}

// Document gives the very reply that a verdict rests on.
func (s shelf) Document(ctx context.Context, r ui.Ref) (snapshot.Resource, time.Time, error) {
	return s.ResourceByHash(ctx, r.Provider, r.Account, r.Kind, r.Region, r.UID, r.Hash)
}

// Scans lists the latest scans.
func (s shelf) Scans(ctx context.Context) ([]scan.Record, error) { return s.Store.Scans(ctx, 50) }

func filter(f ui.Filter) postgres.FindingFilter {
	return postgres.FindingFilter{States: f.States, Severity: f.Severities, Rule: f.Rule, Since: f.Since, Changes: f.Changes, After: f.After, Limit: f.Limit}
}

// A mender fills in the fix of a finding from the documents that its verdict
// rests on, so that undo names what was found and not what is there now.
type mender struct {
	store *postgres.Store
	rules *rule.Set
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
	c, err := src.Context(ctx)
	if err != nil {
		return rule.Fix{}, err
	}
	o, err := m.object(ctx, c, read, &f)
	if err != nil {
		return rule.Fix{}, err
	}
	return r.Render(o), nil
}

func (m mender) object(ctx context.Context, c *snapshot.Context, read judge.Facts, f *finding.Record) (estate.Object, error) {
	s := &f.Subject
	for i := range f.Evidence {
		if o := f.Evidence[i].Origin; o != nil && o.HasDoc && o.UID == s.UID && read.IsWorkload(o.Kind) {
			res, _, err := m.store.ResourceByHash(ctx, s.Provider, s.Account, o.Kind, s.Region, o.UID, o.Hash)
			if err != nil {
				return nil, err
			}
			return read.Workload(c, &res)
		}
	}
	for _, o := range read.Objects(c) {
		if h := o.Head(); h.UID == s.UID && h.Kind == s.Kind {
			return o, nil
		}
	}
	return nil, gone(s)
}

func gone(s *estate.Subject) error {
	return problem.New(problem.NotFound, "%s is no longer listed, so there is nothing to mend.", s.UID)
}
