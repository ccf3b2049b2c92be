package rule

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"plumbline/internal/estate"
)

// A Lookup finds rules. A *Set is one that never changes; one that follows an
// organisation's changes gives other rules from one call to the next, so that
// whoever needs them to agree asks once.
type Lookup interface {
	// Rules that are asked, by id.
	Rules() []*Rule
	// Rule finds one by its id, switched off or not.
	Rule(id string) (*Rule, bool)
	// For gives the rules that are asked of a kind of subject of a provider, by id.
	For(kind estate.Kind, provider string) []*Rule
}

var _ Lookup = (*Set)(nil)

// A Choice is what an organisation makes of a catalogue.
type Choice struct {
	Off    map[string]bool              // rules that are not asked, by id; one that there is not is no flaw
	Params map[string]map[string]string // rule id, parameter, value as text: "90", "true", a word
}

// frameworksDir is the folder of a layer that holds frameworks and no rules.
const frameworksDir = "frameworks"

// Compose reads the rules of all layers: files *.yaml and *.yml, but for those
// of a layer's folder frameworks. A rule of a later layer takes the place of the
// one with the same id in an earlier layer; what takes nobody's place there has
// an id of the organisation's own, ORG-AWS-NET-001. Rules that the choice
// switches off are in Switched, and parameters that it sets hold. Where
// something is wrong the error is of type Flaws and names all of it.
func Compose(c Choice, layers ...fs.FS) (*Set, error) {
	var flaws Flaws
	byID := map[string]*Rule{}
	for i, layer := range layers {
		rules, bad, err := readLayer(layer, c.Params)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		flaws = append(append(flaws, bad...), sameID(rules)...)
		for _, r := range rules {
			if i > 0 && byID[r.ID] == nil && !r.Own() {
				flaws = append(flaws, Flaw{r.File, 1, 1, fmt.Sprintf(
					"no rule %s comes with Plumbline; an id of your own begins with %s: %s", r.ID, ownPrefix, ownPrefix+r.ID)})
			}
			r.Layer, byID[r.ID] = i, r
		}
	}
	rules := slices.SortedFunc(maps.Values(byID), func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	flaws = append(append(flaws, sameName(rules)...), c.flaws(byID, len(flaws) > 0)...)
	if len(flaws) > 0 {
		slices.SortStableFunc(flaws, func(a, b Flaw) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
		})
		return nil, flaws
	}
	var asked, off []*Rule
	for _, r := range rules {
		if r.Off = c.Off[r.ID]; r.Off {
			off = append(off, r)
		} else {
			asked = append(asked, r)
		}
	}
	s := newSet(asked)
	s.off = off
	for _, r := range off {
		s.byID[r.ID] = r
	}
	return s, nil
}

// readLayer reads the rules of one layer.
func readLayer(layer fs.FS, set map[string]map[string]string) (rules []*Rule, flaws Flaws, err error) {
	above := ""
	if l, ok := layer.(named); ok {
		above, layer = l.name, l.FS
	}
	err = fs.WalkDir(layer, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name == frameworksDir:
			return fs.SkipDir
		case d.IsDir() || !isYAML(name):
			return nil
		}
		b, err := fs.ReadFile(layer, name)
		if err != nil {
			return err
		}
		r, bad := parseSet(path.Join(above, name), b, set)
		flaws = append(flaws, bad...)
		if len(bad) == 0 {
			rules = append(rules, r)
		}
		return nil
	})
	return rules, flaws, err
}

// Named is a layer whose files are told with a folder's name in front, as
// somebody who mends them finds them.
func Named(name string, layer fs.FS) fs.FS { return named{layer, name} }

type named struct {
	fs.FS
	name string
}

// Folder is the name in front.
func (n named) Folder() string { return n.name }

// parseSet reads one file. Where parameters of its rule are set, the rule is as
// they make it, and keeps what the file says for its examples.
func parseSet(name string, b []byte, set map[string]map[string]string) (*Rule, Flaws) {
	written, flaws := parse(name, b, nil)
	if len(flaws) > 0 {
		return nil, flaws
	}
	other := written.others(set[written.ID])
	if len(other) == 0 {
		return written, nil
	}
	r, flaws := parse(name, b, other)
	if len(flaws) > 0 {
		return nil, flaws
	}
	r.Version, r.written = versionWith(b, other), written
	return r, nil
}

func sameID(rules []*Rule) (flaws Flaws) {
	ids := map[string]string{}
	for _, r := range rules {
		if other, ok := ids[r.ID]; ok {
			flaws = append(flaws, Flaw{r.File, 1, 1, fmt.Sprintf("the id %s is that of %s too; an id is given once and never again", r.ID, other)})
		}
		ids[r.ID] = r.File
	}
	return flaws
}

func sameName(rules []*Rule) (flaws Flaws) {
	names := map[string]*Rule{}
	for _, r := range rules {
		at := r.Provider + "/" + r.Name
		if other := names[at]; other != nil {
			flaws = append(flaws, Flaw{r.File, 1, 1, fmt.Sprintf("the name %s is that of %s too, in %s; choose another", r.Name, other.ID, other.File)})
		}
		names[at] = r
	}
	return flaws
}

// flaws are the parameters of a choice that cannot be set. Where files could not
// be read a rule may be missing for that reason alone.
func (c Choice) flaws(byID map[string]*Rule, unread bool) (flaws Flaws) {
	wrong := func(format string, args ...any) {
		flaws = append(flaws, Flaw{"parameters", 1, 1, fmt.Sprintf(format, args...)})
	}
	for _, id := range slices.Sorted(maps.Keys(c.Params)) {
		r := byID[id]
		if r == nil {
			if !unread {
				wrong("there is no rule %s whose parameters could be set%s", id, didYouMean(id, slices.Sorted(maps.Keys(byID))))
			}
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(c.Params[id])) {
			if p := r.param(name); p == nil {
				wrong("%s has no parameter '%s'%s; %s", id, name, didYouMean(name, r.paramNames()), r.itsParams())
			} else if err := p.Check(c.Params[id][name]); err != nil {
				wrong("%s: %s: %v", id, name, err)
			}
		}
	}
	return flaws
}
