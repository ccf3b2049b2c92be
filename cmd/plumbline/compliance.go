package main

import (
	"context"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/compliance"
	"plumbline/internal/framework"
	frameworks "plumbline/internal/framework/catalog"
	"plumbline/internal/listing"
	"plumbline/internal/postgres"
	"plumbline/internal/rule"
	"plumbline/internal/rulebook"
	"plumbline/internal/ui"
)

// A shelf holds the frameworks that go with the rules that hold now: those of
// the program, of a directory, and those that people wrote, in this order.
type shelf struct {
	book *rulebook.Book
	log  *slog.Logger

	mu  sync.Mutex
	of  *rulebook.Edition // that set was made for
	set *framework.Set
}

// newShelf refuses frameworks with a flaw.
func newShelf(book *rulebook.Book, log *slog.Logger) (*shelf, error) {
	s := &shelf{book: book, log: log, of: book.Edition()}
	var err error
	s.set, err = s.compose(s.of)
	return s, err
}

// Set is the frameworks that hold now. Where what was changed since does not go
// together, those before hold on, and the log says why.
func (s *shelf) Set() *framework.Set {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.book.Edition()
	if now == s.of {
		return s.set
	}
	s.of = now
	set, err := s.compose(now)
	if err != nil {
		s.log.Error("the frameworks do not go with the rules; those before hold on", "err", err)
		return s.set
	}
	s.set = set
	return set
}

func (s *shelf) compose(e *rulebook.Edition) (*framework.Set, error) {
	layers := []fs.FS{frameworks.Embedded()}
	above := []fs.FS{e.FrameworkFiles()}
	if dir := s.book.Directory(); dir != nil {
		above = []fs.FS{dir, e.FrameworkFiles()}
	}
	for _, dir := range above {
		layer, err := framework.Below(dir)
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer)
	}
	return framework.Compose(e.Set, layers...)
}

// complianceDesk tells how controls stand, within what the viewer may see.
func complianceDesk(store *postgres.Store, rules func() *rule.Set, frameworks func() *framework.Set) *compliance.Desk {
	reader := store.Reader()
	return &compliance.Desk{Frameworks: frameworks, Rules: rules, Store: reader, Facts: facts.For, Now: time.Now,
		Attested: func(ctx context.Context, id string) ([]listing.Attestation, error) {
			return attestedOf(ctx, reader, id)
		}}
}

// attestedOf is everything that was stated of a framework's controls, whatever
// became of it.
func attestedOf(ctx context.Context, from listing.Attestations, id string) ([]listing.Attestation, error) {
	var all []listing.Attestation
	at := listing.Place{Limit: 200}
	for {
		page, next, err := from.Attestations(ctx, listing.AttestationFilter{Framework: id, At: time.Now()}, at)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if next.Next == "" {
			return all, nil
		}
		at.After = next.Next
	}
}

// practices are the controls that can be attested.
func practices(frameworks func() *framework.Set) func() []listing.Practice {
	return func() []listing.Practice {
		var all []listing.Practice
		for _, f := range frameworks().Frameworks() {
			for _, c := range f.Controls() {
				all = append(all, listing.Practice{Framework: f.ID, FrameworkName: f.Title(), Control: c.ID, Title: c.Title, Attest: c.Attest})
			}
		}
		return all
	}
}

// spoken names the controls that a rule speaks about.
func spoken(frameworks func() *framework.Set) func(rule string) []ui.Spoken {
	return func(id string) []ui.Spoken {
		var all []ui.Spoken
		for _, p := range frameworks().Of(id) {
			all = append(all, ui.Spoken{Framework: p.Framework.Title(), Control: p.Control.ID, Title: p.Control.Title,
				Path: ui.ControlPath(p.Framework.ID, p.Control.ID), Says: saysSo[p.Mapping.Status]})
		}
		return all
	}
}

// saysSo says who holds that a rule speaks about a control.
var saysSo = map[framework.Status]string{
	framework.Publisher: "its publisher", framework.ThirdParty: "a third party", framework.Judgement: "by judgement",
}
