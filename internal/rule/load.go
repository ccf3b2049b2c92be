package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
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

const (
	// largest is the size of a file that is surely no rule.
	largest = 64 << 10
	// deepest is how deep brackets, and lists and keys, may stand within one
	// another.
	deepest = 100
)

// Load reads every rule below fsys, each with the parameters of its file. Where
// something is wrong the error is of type Flaws and names all of it.
func Load(fsys fs.FS) (*Set, error) { return Compose(Choice{}, fsys) }

func isYAML(name string) bool { e := path.Ext(name); return e == ".yaml" || e == ".yml" }

// parse reads one file, with parameters set otherwise than it says. The rule is
// whole only if there are no flaws.
func parse(name string, b []byte, set map[string]string) (r *Rule, flaws Flaws) {
	if len(b) > largest {
		return nil, Flaws{{name, 1, 1, fmt.Sprintf("the file has %d bytes and may have %d; a rule is short", len(b), largest)}}
	}
	if line, col, why := Tangled(b, deepest); why != "" {
		return nil, Flaws{{name, line, col, why + "; a rule needs three or four"}}
	}
	defer func() {
		if p := recover(); p != nil { // the YAML library's, for some inputs that are no YAML
			r, flaws = nil, Flaws{{name, 1, 1, fmt.Sprintf("it cannot be read as YAML: %v", p)}}
		}
	}()
	d := newDecoder(name, b)
	d.set = set
	if r = d.rule(); len(d.flaws) > 0 {
		return nil, d.flaws
	}
	r.Version, r.Source = VersionOf(b), string(b)
	return r, nil
}

// VersionOf is the version of a rule whose file has this content.
func VersionOf(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])[:12]
}
