// Package rulebook holds the rules that an organisation goes by: those that come
// with the program, those of a directory, and what people changed and others
// approved. It folds the approved changes, in the order of their approval, and
// composes what comes of it.
//
// It keeps nothing, decides nothing and asks nobody but the one who keeps the
// changes. It judges no subject.
package rulebook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
)

// A Keeper keeps the changes of the rules.
type Keeper interface {
	// RuleRevision is how many changes were approved so far.
	RuleRevision(context.Context) (int64, error)
	// ApprovedRules lists those up to a revision, in the order of approval.
	ApprovedRules(ctx context.Context, upTo int64) ([]listing.RuleDraft, error)
}

// A Layer is a folder of rules that people cannot change from here.
type Layer struct {
	Name   string // put before the names of its files where they are told; "" for those of the program
	Origin listing.Origin
	Files  fs.FS
}

// fs is the layer as rules are read from it.
func (l Layer) fs() fs.FS {
	if l.Name == "" {
		return l.Files
	}
	return rule.Named(l.Name, l.Files)
}

// An Edition is the rules as they hold at one revision. It never changes.
type Edition struct {
	Revision int64
	// Judging is the revision of the last change that rules judge by: one of a
	// framework judges nothing.
	Judging int64
	Set     *rule.Set
	// Flaws are why what was approved here can no longer be read, by id of the
	// rule. Such a file, such parameters, are left out: a rule of the program's own
	// is as it comes, and one that was written here is not asked.
	Flaws map[string]rule.Flaws

	book  *Book
	state state
}

// Off says of a rule that it was switched off.
func (e *Edition) Off(id string) bool {
	r, ok := e.Set.Rule(id)
	return ok && r.Off
}

// Unread says of a rule that it was written here and can no longer be read, so
// that nobody asks its question.
func (e *Edition) Unread(id string) bool {
	_, there := e.Set.Rule(id)
	return len(e.Flaws[id]) > 0 && !there
}

// A Book is a rulebook that follows the changes. It is safe for concurrent use;
// what it gives from one call to the next may be of another revision.
type Book struct {
	layers []Layer
	keeper Keeper
	log    *slog.Logger
	base   *rule.Set         // of the layers alone
	texts  map[string]string // of their rules' files, by id

	now atomic.Pointer[Edition]

	// mu is held while an edition is composed, and never while the keeper is
	// asked: whoever waits for it may hold the last connection.
	mu   sync.Mutex
	past map[int64]*Edition // a few, by revision
}

var _ rule.Lookup = (*Book)(nil)

// New makes a book of layers, of which a later one goes before an earlier. It is
// at revision 0 until it is refreshed. A directory is read now and never again.
// An error that wraps rule.Flaws names what is wrong with the layers' files.
func New(keeper Keeper, log *slog.Logger, layers ...Layer) (*Book, error) {
	layers, err := read(layers)
	if err != nil {
		return nil, err
	}
	b := &Book{layers: layers, keeper: keeper, log: log, past: map[int64]*Edition{}}
	base, err := b.compose(state{})
	if err != nil {
		return nil, err
	}
	b.base = base
	if b.texts, err = b.read(base); err != nil {
		return nil, err
	}
	b.now.Store(&Edition{Set: base, book: b})
	return b, nil
}

// read gives the files of the layers' rules by id.
func (b *Book) read(base *rule.Set) (map[string]string, error) {
	texts := map[string]string{}
	for _, r := range base.Rules() {
		l := b.layers[r.Layer]
		text, err := fs.ReadFile(l.Files, strings.TrimPrefix(strings.TrimPrefix(r.File, l.Name), "/"))
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		texts[r.ID] = string(text)
	}
	return texts, nil
}

// compose reads the layers and, above them, what people wrote.
func (b *Book) compose(s state) (*rule.Set, error) {
	layers := make([]fs.FS, 0, len(b.layers)+1)
	for _, l := range b.layers {
		layers = append(layers, l.fs())
	}
	if len(s.files) > 0 {
		layers = append(layers, s.layer())
	}
	return rule.Compose(rule.Choice{Off: s.off, Params: s.params}, layers...)
}

// Above is the version of the rules in layers above the first: "" where there
// are none.
func (b *Book) Above() string {
	sum, any := sha256.New(), false
	for _, r := range b.base.Rules() {
		if r.Layer > 0 {
			any = true
			_, _ = fmt.Fprintf(sum, "%s %s\n", r.ID, r.Version) // a hash takes everything
		}
	}
	if !any {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))[:8]
}

// Refresh takes over what was approved since it last looked.
func (b *Book) Refresh(ctx context.Context) error {
	revision, err := b.keeper.RuleRevision(ctx)
	if err != nil {
		return err
	}
	if revision <= b.Edition().Revision {
		return nil
	}
	e, err := b.At(ctx, revision)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.Revision > b.Edition().Revision {
		b.now.Store(e)
	}
	return nil
}

// At gives the rules as they held at a revision.
func (b *Book) At(ctx context.Context, revision int64) (*Edition, error) {
	if e := b.known(revision); e != nil {
		return e, nil
	}
	drafts, err := b.keeper.ApprovedRules(ctx, revision)
	if err != nil {
		return nil, err
	}
	if int64(len(drafts)) != revision {
		return nil, fmt.Errorf("rulebook: revision %d has %d changes", revision, len(drafts))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.past[revision]; e != nil {
		return e, nil
	}
	e, err := b.edition(ctx, revision, fold(drafts))
	if err != nil {
		return nil, err
	}
	for i := range drafts {
		if drafts[i].Kind != listing.DraftFramework {
			e.Judging = int64(i) + 1
		}
	}
	if len(b.past) >= pastMost {
		clear(b.past)
	}
	b.past[revision] = e
	return e, nil
}

// known is an edition that was composed before; nil if it is not kept.
func (b *Book) known(revision int64) *Edition {
	if e := b.Edition(); e.Revision == revision {
		return e
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.past[revision]
}

// pastMost is how many revisions are kept composed: those that scans which run
// began at.
const pastMost = 8

// edition composes a state. What cannot be read is left out, and said.
func (b *Book) edition(ctx context.Context, revision int64, s state) (*Edition, error) {
	e := &Edition{Revision: revision, book: b, state: s, Flaws: map[string]rule.Flaws{}}
	set, err := b.compose(s)
	if err == nil {
		e.Set = set
		return e, nil
	}
	if _, ok := flawsOf(err); !ok {
		return nil, err
	}
	// One by one: what was sound when it was approved may not be to this version.
	sound := state{off: s.off}
	e.Set = b.base
	for _, part := range s.parts() {
		next := sound.with(part)
		set, err := b.compose(next)
		flaws, ok := flawsOf(err)
		switch {
		case err == nil:
			sound, e.Set = next, set
		case !ok:
			return nil, err
		default:
			e.Flaws[part.Rule] = append(e.Flaws[part.Rule], flaws...)
			b.log.ErrorContext(ctx, "a change of the rules that was approved here cannot be read by this version and is left out; see it on the rules page",
				"rule", part.Rule, "kind", part.Kind, "flaws", flaws.Error())
		}
	}
	if len(sound.files)+len(sound.params) == 0 { // the base knows nothing of what is switched off
		e.Set, err = b.compose(sound)
	} else {
		err = nil
	}
	return e, err
}

// Edition is what held when the book was last refreshed.
func (b *Book) Edition() *Edition { return b.now.Load() }

// Set is the rules of Edition.
func (b *Book) Set() *rule.Set { return b.Edition().Set }

// Rules that are asked, by id.
func (b *Book) Rules() []*rule.Rule { return b.Set().Rules() }

// Rule finds one by its id, switched off or not.
func (b *Book) Rule(id string) (*rule.Rule, bool) { return b.Set().Rule(id) }

// For gives the rules that are asked of a kind of subject of a provider, by id.
func (b *Book) For(kind estate.Kind, provider string) []*rule.Rule {
	return b.Set().For(kind, provider)
}

// Entries are all rules of the edition, by id, without their pending proposals.
func (e *Edition) Entries() []listing.RuleEntry {
	all := slices.Concat(e.Set.Rules(), e.Set.Switched())
	for id := range e.Flaws {
		if e.Unread(id) {
			all = append(all, &rule.Rule{ID: id, Name: strings.ToLower(id), Title: "It cannot be read by this version of the program.", File: id})
		}
	}
	slices.SortFunc(all, func(a, b *rule.Rule) int { return strings.Compare(a.ID, b.ID) })
	entries := make([]listing.RuleEntry, len(all))
	for i, r := range all {
		entries[i] = e.entry(r)
	}
	return entries
}

func (e *Edition) entry(r *rule.Rule) listing.RuleEntry {
	own, written := e.state.files[r.ID]
	entry := listing.RuleEntry{Rule: r, Origin: listing.Own, YAML: own, Off: e.state.off[r.ID], Params: e.state.params[r.ID], Flaws: e.Flaws[r.ID]}
	if under, ok := e.book.base.Rule(r.ID); ok {
		entry.Origin = e.book.layers[under.Layer].Origin
		entry.Edited = written && r.Layer == len(e.book.layers)
		if !entry.Edited {
			entry.YAML = e.book.texts[r.ID]
		}
	}
	return entry
}

// Entry gives one; NotFound if there is no such rule.
func (e *Edition) Entry(id string) (listing.RuleEntry, error) {
	for _, entry := range e.Entries() {
		if entry.Rule.ID == id {
			return entry, nil
		}
	}
	return listing.RuleEntry{}, problem.New(problem.NotFound, "There is no rule %s.", id)
}

// FrameworkFiles is what people wrote of frameworks, in a folder frameworks.
func (e *Edition) FrameworkFiles() fs.FS {
	files := tree{}
	for id, text := range e.state.frameworks {
		files["frameworks/"+id+".yaml"] = text
	}
	return files
}

// Framework is the file of a framework that was written here; "" if there is none.
func (e *Edition) Framework(id string) string { return e.state.frameworks[id] }

// Files gives the files of the rules as they hold, by rule.Rule.File.
func (b *Book) Files() fs.FS { return files{b} }

// files finds a file by the rule that it is of.
type files struct{ book *Book }

// ReadFile gives the text of a file.
func (f files) ReadFile(name string) ([]byte, error) {
	e := f.book.Edition()
	for _, r := range slices.Concat(e.Set.Rules(), e.Set.Switched()) {
		if r.File == name {
			return []byte(e.entry(r).YAML), nil
		}
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// Open opens a file.
func (f files) Open(name string) (fs.File, error) {
	text, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return tree{name: string(text)}.Open(name)
}
