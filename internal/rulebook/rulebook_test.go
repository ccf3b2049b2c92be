package rulebook_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
	"plumbline/internal/rulebook"
)

// A keeper keeps approved changes in memory.
type keeper struct {
	mu  sync.Mutex
	all []listing.RuleDraft
}

func (k *keeper) RuleRevision(context.Context) (int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return int64(len(k.all)), nil
}

func (k *keeper) ApprovedRules(_ context.Context, upTo int64) ([]listing.RuleDraft, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all[:upTo:upTo], nil
}

const shippedID, directoryID, ownID = "AWS-NET-900", "ORG-AWS-NET-500", "ORG-AWS-NET-001"

// text is a rule's file: a workload passes where its field is as wanted.
func text(t testing.TB, id string, pairs ...string) string {
	t.Helper()
	_, file, err := rule.Skeleton("ORG-AWS-NET-001", estate.KindWorkload)
	if err != nil {
		t.Fatal(err)
	}
	file = strings.ReplaceAll(file, "ORG-AWS-NET-001", id)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(file, pairs[i]) {
			t.Fatalf("the file has no %q", pairs[i])
		}
		file = strings.ReplaceAll(file, pairs[i], pairs[i+1])
	}
	return file
}

func named(t testing.TB, id, name string, pairs ...string) string {
	t.Helper()
	file := text(t, id, pairs...)
	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, "name: ") {
			return strings.Replace(file, line, "name: "+name+"\n", 1)
		}
	}
	t.Fatal("the file has no name")
	return ""
}

func book(t testing.TB, approved ...listing.RuleDraft) (*rulebook.Book, *keeper) {
	t.Helper()
	k := &keeper{all: approved}
	b, err := rulebook.New(k, slog.New(slog.DiscardHandler),
		rulebook.Layer{Origin: listing.Shipped, Files: fstest.MapFS{"aws/shipped.yaml": {Data: []byte(named(t, shippedID, "shipped"))}}},
		rulebook.Layer{Name: "/etc/rules", Origin: listing.Directory, Files: fstest.MapFS{"directory.yaml": {Data: []byte(named(t, directoryID, "directory"))}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b, k
}

func file(yaml string) listing.RuleDraft {
	_, after, _ := strings.Cut(yaml, "\nid: ")
	id, _, _ := strings.Cut(after, " ")
	return listing.RuleDraft{Kind: listing.DraftFile, Rule: id, YAML: yaml}
}

func change(k listing.DraftKind, id string) listing.RuleDraft {
	return listing.RuleDraft{Kind: k, Rule: id}
}

type told struct {
	ID          string
	Origin      listing.Origin
	Edited, Off bool
	Severity    string
	Flawed      bool
}

func entries(b *rulebook.Book) (all []told) {
	for _, e := range b.Edition().Entries() {
		all = append(all, told{e.Rule.ID, e.Origin, e.Edited, e.Off, e.Rule.Severity.String(), len(e.Flaws) > 0})
	}
	return all
}

// What holds follows from the approved changes in their order.
func TestWhatHolds(t *testing.T) {
	t.Parallel()
	shipped := told{shippedID, listing.Shipped, false, false, "medium", false}
	directory := told{directoryID, listing.Directory, false, false, "medium", false}
	own := told{ownID, listing.Own, false, false, "medium", false}
	written := file(named(t, ownID, "own"))
	edited := file(named(t, shippedID, "shipped", "severity: medium", "severity: low"))
	for about, c := range map[string]struct {
		changes []listing.RuleDraft
		want    []told
	}{
		"nothing was changed":                     {nil, []told{shipped, directory}},
		"a rule of one's own":                     {[]listing.RuleDraft{written}, []told{shipped, own, directory}},
		"and it was taken back":                   {[]listing.RuleDraft{written, change(listing.DraftRemove, ownID)}, []told{shipped, directory}},
		"a shipped one was written anew":          {[]listing.RuleDraft{edited}, []told{{shippedID, listing.Shipped, true, false, "low", false}, directory}},
		"and is as shipped again":                 {[]listing.RuleDraft{edited, change(listing.DraftRemove, shippedID)}, []told{shipped, directory}},
		"one is switched off":                     {[]listing.RuleDraft{change(listing.DraftOff, shippedID)}, []told{{shippedID, listing.Shipped, false, true, "medium", false}, directory}},
		"and on again":                            {[]listing.RuleDraft{change(listing.DraftOff, shippedID), change(listing.DraftOn, shippedID)}, []told{shipped, directory}},
		"one of the directory is switched off":    {[]listing.RuleDraft{change(listing.DraftOff, directoryID)}, []told{shipped, {directoryID, listing.Directory, false, true, "medium", false}}},
		"what is switched off can be taken back":  {[]listing.RuleDraft{written, change(listing.DraftOff, ownID), change(listing.DraftRemove, ownID)}, []told{shipped, directory}},
		"a framework changes no rule":             {[]listing.RuleDraft{{Kind: listing.DraftFramework, Rule: "ours", YAML: "id: ours"}}, []told{shipped, directory}},
		"an edit that is no longer a rule":        {[]listing.RuleDraft{file(named(t, shippedID, "shipped", "== true", "== maybe"))}, []told{{shippedID, listing.Shipped, false, false, "medium", true}, directory}},
		"a rule of one's own that is none":        {[]listing.RuleDraft{file(named(t, ownID, "own", "== true", "== maybe"))}, []told{shipped, {ownID, listing.Own, false, false, "", true}, directory}},
		"what cannot be read hinders no other":    {[]listing.RuleDraft{file(named(t, ownID, "own", "== true", "== maybe")), edited, change(listing.DraftOff, directoryID)}, []told{{shippedID, listing.Shipped, true, false, "low", false}, {ownID, listing.Own, false, false, "", true}, {directoryID, listing.Directory, false, true, "medium", false}}},
		"a switch holds beside what is no rule":   {[]listing.RuleDraft{file(named(t, ownID, "own", "== true", "== maybe")), change(listing.DraftOff, shippedID)}, []told{{shippedID, listing.Shipped, false, true, "medium", false}, {ownID, listing.Own, false, false, "", true}, directory}},
		"a parameter of a rule that has none now": {[]listing.RuleDraft{{Kind: listing.DraftParams, Rule: shippedID, Params: map[string]string{"days": "3"}}}, []told{{shippedID, listing.Shipped, false, false, "medium", true}, directory}},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			b, _ := book(t, c.changes...)
			if d := cmp.Diff(c.want, entries(b)); d != "" {
				t.Error(d)
			}
			for _, e := range b.Edition().Entries() {
				if asked := len(b.Set().For(estate.KindWorkload, "aws")) > 0; !asked && !e.Off {
					t.Error("nothing is asked")
				}
				if r, ok := b.Rule(e.Rule.ID); ok && (e.Off == b.Edition().Off(r.ID)) == b.Edition().Unread(r.ID) {
					t.Errorf("%s: switched off %v, unread %v", r.ID, e.Off, b.Edition().Unread(r.ID))
				}
			}
		})
	}
}

// A parameter is set, the rest is as the file says, and setting anew takes back
// what is not named.
func TestParametersAreSet(t *testing.T) {
	t.Parallel()
	withParam := strings.NewReplacer("# params:\n", "params:\n", "#   max_days:", "  max_days:", "provider != \"\"", "provider != \"\" && params.max_days > 0").
		Replace(named(t, ownID, "own"))
	set := func(params map[string]string) listing.RuleDraft {
		return listing.RuleDraft{Kind: listing.DraftParams, Rule: ownID, Params: params}
	}
	b, k := book(t, file(withParam), set(map[string]string{"max_days": "7"}))
	e, err := b.Edition().Entry(ownID)
	if err != nil || len(e.Flaws) > 0 || e.Params["max_days"] != "7" || e.Rule.Params[0].Is != "7" {
		t.Fatalf("%+v, %+v: %v", e.Params, e.Flaws, err)
	}
	first := e.Rule.Version
	k.all = append(k.all, set(nil))
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e, _ = b.Edition().Entry(ownID); len(e.Params) > 0 || e.Rule.Params[0].Is != "90" || e.Rule.Version == first {
		t.Errorf("%v, version %s after %s", e.Rule.Params, e.Rule.Version, first)
	}
	old, err := b.At(t.Context(), 2)
	if r, ok := old.Set.Rule(ownID); err != nil || !ok || r.Version != first {
		t.Errorf("an older revision is no longer as it was: %v", err)
	}
}

// What is wrong with a draft is told with its place and what is to be done.
func TestWhatIsWrongWithADraft(t *testing.T) {
	t.Parallel()
	b, _ := book(t, file(named(t, ownID, "own")), change(listing.DraftOff, shippedID))
	for about, c := range map[string]struct {
		draft listing.RuleDraft
		want  string
	}{
		"a misspelt field":                {file(named(t, ownID, "own", "metadata.applied", "metadata.appliedd")), "appliedd"},
		"no id":                           {listing.RuleDraft{Kind: listing.DraftFile, YAML: "name: x\n"}, "no line gives the rule its id"},
		"another's id":                    {listing.RuleDraft{Kind: listing.DraftFile, Rule: shippedID, YAML: named(t, ownID, "own")}, "an id never changes"},
		"an id that is not one's own":     {file(named(t, "AWS-NET-901", "theirs")), "ORG-AWS-NET-901"},
		"the name of another":             {file(named(t, ownID, "directory")), "the name directory is that of"},
		"a rule that there is not":        {change(listing.DraftOff, "AWS-NET-901"), "did you mean AWS-NET-900?"},
		"switched off already":            {change(listing.DraftOff, shippedID), "switched off already"},
		"switched on already":             {change(listing.DraftOn, ownID), "is not switched off"},
		"nothing to take back":            {change(listing.DraftRemove, directoryID), "nothing was written here"},
		"a parameter that is none":        {listing.RuleDraft{Kind: listing.DraftParams, Rule: ownID, Params: map[string]string{"days": "3"}}, "no parameter 'days'"},
		"parameters as they are":          {listing.RuleDraft{Kind: listing.DraftParams, Rule: ownID}, "set so already"},
		"a change of no known kind":       {change("burn", ownID), "is no kind of change"},
		"no YAML at all":                  {listing.RuleDraft{Kind: listing.DraftFile, YAML: "id: ORG-AWS-NET-002\n\t{"}, "not YAML"},
		"two documents in one":            {listing.RuleDraft{Kind: listing.DraftFile, YAML: "id: ORG-AWS-NET-002\n---\nid: ORG-AWS-NET-003\n"}, "one rule"},
		"another id behind the first":     {listing.RuleDraft{Kind: listing.DraftFile, YAML: strings.Replace(named(t, ownID, "own"), "\nid: ORG-AWS-NET-001", "\nwhy2: |\n  x\nid: ORG-AWS-NET-001", 1)}, "why2"},
		"another id within a quoted text": {listing.RuleDraft{Kind: listing.DraftFile, YAML: strings.Replace(named(t, shippedID, "own"), "id: "+shippedID, "note: \"x\nid: "+shippedID+"\ny\"\nid: "+ownID, 1)}, "id"},
		"a switch of a foreign region":    {change(listing.DraftOn, "nowhere"), "there is no rule nowhere"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			tried, flaws, err := b.Edition().Try(c.draft)
			if err != nil || !strings.Contains(flaws.Error(), c.want) || tried.Set != nil {
				t.Errorf("%q does not tell %q: %v", flaws.Error(), c.want, err)
			}
		})
	}
}

// A draft says what holds, and what would.
func TestWhatADraftWouldChange(t *testing.T) {
	t.Parallel()
	b, _ := book(t, file(named(t, ownID, "own")))
	tried, flaws, err := b.Edition().Try(listing.RuleDraft{Kind: listing.DraftFile, YAML: named(t, ownID, "own", "severity: medium", "severity: high")})
	if err != nil || len(flaws) > 0 || tried.Draft.Rule != ownID || tried.Before.Severity.String() != "medium" || tried.Rule.Severity.String() != "high" || tried.Text != named(t, ownID, "own") {
		t.Errorf("%+v %v %v", tried, flaws, err)
	}
	tried, flaws, err = b.Edition().Try(change(listing.DraftOff, shippedID))
	if err != nil || len(flaws) > 0 || !tried.Off || tried.Before == nil || len(tried.Set.Rules()) != 2 {
		t.Errorf("%+v %v %v", tried, flaws, err)
	}
	tried, flaws, err = b.Edition().Try(change(listing.DraftRemove, ownID))
	if err != nil || len(flaws) > 0 || tried.Rule != nil || tried.Before == nil {
		t.Errorf("%+v %v %v", tried, flaws, err)
	}
	if r, ok := b.Rule(ownID); !ok || r.Severity.String() != "medium" {
		t.Error("trying changed what holds")
	}
}

// What cannot be read must not stand in the way of the file that mends it.
func TestWhatCannotBeReadCanBeMended(t *testing.T) {
	t.Parallel()
	b, _ := book(t, file(named(t, ownID, "own", "== true", "== maybe")), file(named(t, shippedID, "shipped", "== true", "== maybe")))
	for _, id := range []string{ownID, shippedID} {
		name := map[string]string{ownID: "own", shippedID: "shipped"}[id]
		tried, flaws, err := b.Edition().Try(file(named(t, id, name, "severity: medium", "severity: high")))
		if err != nil || len(flaws) > 0 || tried.Rule.Severity.String() != "high" {
			t.Errorf("%s: %v %v", id, flaws, err)
		}
		if _, flaws, err = b.Edition().Try(change(listing.DraftRemove, id)); err != nil || len(flaws) > 0 {
			t.Errorf("%s cannot be taken back: %v %v", id, flaws, err)
		}
	}
}

// Rules of a directory are named by their place, and make a version of their own.
func TestADirectoryIsToldApart(t *testing.T) {
	t.Parallel()
	with, _ := book(t)
	if with.Above() == "" {
		t.Error("the directory's rules have no version")
	}
	if got, err := fs.ReadFile(with.Files(), "/etc/rules/directory.yaml"); err != nil || !strings.Contains(string(got), directoryID) {
		t.Errorf("%q: %v", got, err)
	}
	_, err := rulebook.New(&keeper{}, slog.New(slog.DiscardHandler), rulebook.Layer{Name: "/etc/rules", Origin: listing.Directory,
		Files: fstest.MapFS{"own.yaml": {Data: []byte(named(t, ownID, "own", "severity: medium", "severity: awful"))}}})
	if err == nil || !strings.Contains(err.Error(), "/etc/rules/own.yaml:") {
		t.Errorf("a flaw is told as %v", err)
	}
}

// Whatever is approved in whatever order, the book holds something, names what
// it left out, and former editions stay as they were.
func TestAnyOrderOfChangesGivesABook(t *testing.T) {
	t.Parallel()
	drafts := []listing.RuleDraft{
		file(named(t, ownID, "own")), file(named(t, ownID, "shipped")), file(named(t, ownID, "own", "== true", "== maybe")),
		file(named(t, shippedID, "shipped", "severity: medium", "severity: low")), file(named(t, shippedID, "own")),
		change(listing.DraftOff, shippedID), change(listing.DraftOn, shippedID), change(listing.DraftOff, ownID), change(listing.DraftOn, ownID),
		change(listing.DraftRemove, ownID), change(listing.DraftRemove, shippedID),
		{Kind: listing.DraftParams, Rule: shippedID, Params: map[string]string{"none": "1"}}, {Kind: listing.DraftParams, Rule: shippedID},
	}
	rapid.Check(t, func(rt *rapid.T) {
		b, k := book(t)
		var before []told
		for range rapid.IntRange(1, 8).Draw(rt, "changes") {
			k.all = append(k.all, rapid.SampledFrom(drafts).Draw(rt, "change"))
			if err := b.Refresh(t.Context()); err != nil {
				rt.Fatal(err)
			}
			e := b.Edition()
			for id := range e.Flaws {
				if entry, err := e.Entry(id); err != nil || len(entry.Flaws) == 0 {
					rt.Fatalf("%s is left out, and nobody is told: %v", id, err)
				}
			}
			if _, ok := b.Rule(shippedID); !ok {
				rt.Fatal("a rule of the program is gone")
			}
			if len(k.all) > 1 {
				old, err := b.At(t.Context(), int64(len(k.all)-1))
				if err != nil {
					rt.Fatal(err)
				}
				var was []told
				for _, e := range old.Entries() {
					was = append(was, told{e.Rule.ID, e.Origin, e.Edited, e.Off, e.Rule.Severity.String(), len(e.Flaws) > 0})
				}
				if d := cmp.Diff(before, was); d != "" {
					rt.Fatalf("an earlier edition changed: %s", d)
				}
			}
			before = entries(b)
		}
	})
}

// A directory is read at the start. What is done to it later neither changes
// what the next approval composes, nor what files are told, nor stops anything.
func TestADirectoryIsReadOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("directory.yaml", named(t, directoryID, "directory"))
	write("frameworks/ours.yaml", "id: ours")
	write("README.md", "no rule")
	k := &keeper{}
	b, err := rulebook.New(k, slog.New(slog.DiscardHandler), rulebook.Layer{Name: dir, Origin: listing.Directory, Files: os.DirFS(dir)})
	if err != nil {
		t.Fatal(err)
	}
	was, _ := b.Rule(directoryID)
	above := b.Above()
	write("directory.yaml", named(t, directoryID, "directory", "severity: medium", "severity: low"))
	write("later.yaml", named(t, ownID, "later"))
	if err := os.Remove(filepath.Join(dir, "frameworks", "ours.yaml")); err != nil {
		t.Fatal(err)
	}
	k.all = append(k.all, change(listing.DraftOff, directoryID), change(listing.DraftOn, directoryID))
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if is, ok := b.Rule(directoryID); !ok || is.Version != was.Version || b.Above() != above {
		t.Errorf("the rule of version %s is of another by now", was.Version)
	}
	if _, ok := b.Rule(ownID); ok {
		t.Error("a file that came later is a rule")
	}
	if got, err := fs.ReadFile(b.Directory(), "frameworks/ours.yaml"); err != nil || string(got) != "id: ours" {
		t.Errorf("a framework reads %q: %v", got, err)
	}
	if _, err := fs.Stat(b.Directory(), "README.md"); err == nil {
		t.Error("what is no YAML was taken too")
	}
}

// A directory that is no directory of rules is refused with what to do, before
// the memory is full of it.
func TestADirectoryIsBounded(t *testing.T) {
	t.Parallel()
	many := fstest.MapFS{}
	for i := range 5_001 {
		many[fmt.Sprintf("%d.yaml", i)] = &fstest.MapFile{}
	}
	for about, c := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"too many files":     {many, "more than 5000 files or 16 MiB"},
		"too much":           {fstest.MapFS{"one.yaml": {Data: make([]byte, 17<<20)}}, "more than 5000 files or 16 MiB"},
		"a pipe for a file":  {fstest.MapFS{"one.yaml": {Mode: fs.ModeNamedPipe}}, "/etc/rules/one.yaml is no regular file"},
		"a file of no rules": {fstest.MapFS{"one.txt": {Data: make([]byte, 17<<20)}}, ""},
	} {
		_, err := rulebook.New(&keeper{}, slog.New(slog.DiscardHandler), rulebook.Layer{Name: "/etc/rules", Origin: listing.Directory, Files: c.files})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", about, err, c.want)
		}
	}
}
