package rule

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Flaw is one thing that is wrong with a rule's file.
type Flaw struct {
	File      string
	Line, Col int
	Text      string // what is wrong; what to do
}

func (f Flaw) String() string { return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Col, f.Text) }

// Flaws are everything that is wrong with a catalogue; as an error they are
// one line each.
type Flaws []Flaw

func (f Flaws) Error() string {
	lines := make([]string, len(f))
	for i, flaw := range f {
		lines[i] = flaw.String()
	}
	return strings.Join(lines, "\n")
}

// largest is the size of a file that is surely no rule.
const largest = 64 << 10

// Load reads every rule below fsys: all files *.yaml and *.yml. Where
// something is wrong the error is of type Flaws and names all of it.
func Load(fsys fs.FS) (*Set, error) {
	var rules []*Rule
	var flaws Flaws
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isYAML(name) {
			return err
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		r, bad := parse(name, b)
		flaws = append(flaws, bad...)
		if len(bad) == 0 {
			rules = append(rules, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	flaws = append(flaws, twice(rules)...)
	if len(flaws) > 0 {
		slices.SortStableFunc(flaws, func(a, b Flaw) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
		})
		return nil, flaws
	}
	return newSet(rules), nil
}

func isYAML(name string) bool { e := path.Ext(name); return e == ".yaml" || e == ".yml" }

func twice(rules []*Rule) (flaws Flaws) {
	ids, names := map[string]string{}, map[string]string{}
	for _, r := range rules {
		if other, ok := ids[r.ID]; ok {
			flaws = append(flaws, Flaw{r.File, 1, 1, fmt.Sprintf("the id %s is that of %s too; an id is given once and never again", r.ID, other)})
		}
		if other, ok := names[r.Provider+"/"+r.Name]; ok {
			flaws = append(flaws, Flaw{r.File, 1, 1, fmt.Sprintf("the name %s is that of %s too; choose another", r.Name, other)})
		}
		ids[r.ID], names[r.Provider+"/"+r.Name] = r.File, r.File
	}
	return flaws
}

// parse reads one file. The rule is whole only if there are no flaws.
func parse(name string, b []byte) (r *Rule, flaws Flaws) {
	if len(b) > largest {
		return nil, Flaws{{name, 1, 1, fmt.Sprintf("the file has %d bytes and may have %d; a rule is short", len(b), largest)}}
	}
	if line, deep := nesting(b); deep {
		return nil, Flaws{{name, line, 1, fmt.Sprintf("brackets are open %d deep here; a rule needs three or four", deepest)}}
	}
	defer func() {
		if p := recover(); p != nil { // the YAML library's, for some inputs that are no YAML
			r, flaws = nil, Flaws{{name, 1, 1, fmt.Sprintf("it cannot be read as YAML: %v", p)}}
		}
	}()
	d := newDecoder(name, b)
	if r = d.rule(); len(d.flaws) > 0 {
		return nil, d.flaws
	}
	r.Version = VersionOf(b)
	return r, nil
}

// VersionOf is the version of a rule whose file has this content.
func VersionOf(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])[:12]
}

// deepest is how many brackets may be open at once. The YAML library's time
// grows with the square of their number.
const deepest = 100

func nesting(b []byte) (line int, deep bool) {
	open := 0
	line = 1
	for _, c := range b {
		switch c {
		case '\n':
			line++
		case '[', '{':
			if open++; open > deepest {
				return line, true
			}
		case ']', '}':
			open = max(open-1, 0)
		}
	}
	return line, false
}
