package framework

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"plumbline/internal/rule"
)

// A Lookup knows rules. A *rule.Set does. One that also has a method Switched,
// which lists rules that exist and are not asked, is asked for them too: a
// framework may name such a rule.
type Lookup interface {
	Rules() []*rule.Rule
	Rule(id string) (*rule.Rule, bool)
}

// A Set is all frameworks that there are.
type Set struct {
	frameworks []*Framework
	byID       map[string]*Framework
	places     map[string][]Place
}

// A Place is where a framework names a rule.
type Place struct {
	Framework *Framework
	Control   *Control
	Mapping   Mapping
}

// Frameworks of the set, in the order of their names and editions, those that
// Plumbline publishes itself first.
func (s *Set) Frameworks() []*Framework { return s.frameworks }

// Framework finds one by its id.
func (s *Set) Framework(id string) (*Framework, bool) {
	f, ok := s.byID[id]
	return f, ok
}

// Of lists the controls that a rule speaks about, in the order of frameworks
// and of their controls.
func (s *Set) Of(ruleID string) []Place { return s.places[ruleID] }

// Load reads every framework below fsys: all files *.yaml and *.yml. Where
// something is wrong the error is of type rule.Flaws and names all of it.
func Load(fsys fs.FS, rules Lookup) (*Set, error) { return Compose(rules, fsys) }

// Compose reads the frameworks of all layers. One of a later layer takes the
// place of one of the same id in an earlier layer; the same id twice in one
// layer is a flaw. A layer may be nil.
//
// The first layer speaks of rules as they come with Plumbline. Where one was
// written anew, or a parameter set otherwise, nobody else holds any longer that
// it speaks about a control: its mappings there become judgement.
func Compose(rules Lookup, layers ...fs.FS) (*Set, error) {
	known := knownOf(rules)
	all := map[string]*Framework{}
	var flaws rule.Flaws
	for i, layer := range layers {
		read, bad, err := readLayer(layer, known)
		if err != nil {
			return nil, fmt.Errorf("read frameworks: %w", err)
		}
		flaws = append(flaws, bad...)
		for id, f := range read {
			if i == 0 {
				f.doubt(rules)
			}
			all[id] = f
		}
	}
	if len(flaws) > 0 {
		slices.SortStableFunc(flaws, func(a, b rule.Flaw) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
		})
		return nil, flaws
	}
	return newSet(all), nil
}

// Below is the folder "frameworks" of a directory of rules; nil if the directory
// has none, which Compose takes for a layer without frameworks.
func Below(dir fs.FS) (fs.FS, error) {
	const folder = "frameworks"
	switch _, err := fs.Stat(dir, folder); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look for frameworks: %w", err)
	}
	return fs.Sub(dir, folder)
}

func readLayer(layer fs.FS, known known) (map[string]*Framework, rule.Flaws, error) {
	if layer == nil {
		return nil, nil, nil
	}
	folder := ""
	if l, ok := layer.(interface{ Folder() string }); ok { // rule.Named
		folder = l.Folder()
	}
	all := map[string]*Framework{}
	var flaws rule.Flaws
	err := fs.WalkDir(layer, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isYAML(name) {
			return err
		}
		b, err := fs.ReadFile(layer, name)
		if err != nil {
			return err
		}
		name = path.Join(folder, name)
		f, bad := parse(name, b, known)
		if flaws = append(flaws, bad...); len(bad) > 0 {
			return nil
		}
		if other, ok := all[f.ID]; ok {
			flaws = append(flaws, rule.Flaw{File: name, Line: 1, Col: 1, Text: fmt.Sprintf("the id %s is that of %s too; give each its own", f.ID, other.File)})
		}
		all[f.ID] = f
		return nil
	})
	return all, flaws, err
}

func isYAML(name string) bool { e := path.Ext(name); return e == ".yaml" || e == ".yml" }

// Ours is the publisher of frameworks that come from nobody else.
const Ours = "Plumbline"

func newSet(all map[string]*Framework) *Set {
	s := &Set{byID: all, places: map[string][]Place{}}
	for _, f := range all {
		s.frameworks = append(s.frameworks, f)
	}
	slices.SortFunc(s.frameworks, func(a, b *Framework) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.ID, b.ID))
	})
	for _, f := range s.frameworks {
		for _, c := range f.Controls() {
			for _, m := range c.Rules {
				s.places[m.Rule] = append(s.places[m.Rule], Place{f, c, m})
			}
		}
	}
	return s
}

func rank(f *Framework) int {
	if f.Publisher == Ours {
		return 0
	}
	return 1
}

// Controls of all groups, in the framework's order.
func (f *Framework) Controls() []*Control {
	var all []*Control
	for g := range f.Groups {
		for c := range f.Groups[g].Controls {
			all = append(all, &f.Groups[g].Controls[c])
		}
	}
	return all
}

// Control finds one by its id.
func (f *Framework) Control(id string) (*Control, bool) {
	for _, c := range f.Controls() {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}

// Title is the framework's name with its edition.
func (f *Framework) Title() string {
	if f.Edition == "" {
		return f.Name
	}
	return f.Name + " " + f.Edition
}

// doubt takes other people's names from mappings to rules that are not as those
// people knew them. What practices of ours ask does not hang on a parameter.
func (f *Framework) doubt(rules Lookup) {
	for _, c := range f.Controls() {
		for i := range c.Rules {
			m := &c.Rules[i]
			r, ok := rules.Rule(m.Rule)
			if !ok || m.Status == Judgement {
				continue
			}
			why := ""
			if r.Layer > 0 {
				why = "The rule was written anew here."
			} else if f.Publisher != Ours {
				why = otherwise(r)
			}
			if why != "" {
				m.Status, m.Source, m.Note = Judgement, "", strings.TrimSpace(why+" "+m.Note)
			}
		}
	}
}

// otherwise names the parameters of a rule that are set otherwise than its file
// says.
func otherwise(r *rule.Rule) string {
	var set []string
	for _, p := range r.Params {
		if p.Is != p.Default {
			set = append(set, fmt.Sprintf("%s is %s here, not %s.", p.Name, p.Is, p.Default))
		}
	}
	return strings.Join(set, " ")
}
