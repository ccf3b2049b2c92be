package internal

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// link is a Markdown link or picture.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestEveryLinkInTheDocumentsLeadsSomewhere(t *testing.T) {
	t.Parallel()
	module := os.DirFS("..")
	links := 0
	for name, text := range documents(t, module) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			to, _, _ := strings.Cut(m[1], "#")
			if to == "" || strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			links++
			if _, err := fs.Stat(module, path.Join(path.Dir(name), to)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links were found: the test looks in the wrong place", links)
	}
}

func TestEveryDecisionIsListed(t *testing.T) {
	t.Parallel()
	adr := os.DirFS("../docs/adr")
	index := string(file(t, adr, "README.md"))
	decisions, err := fs.Glob(adr, "0*.md")
	if err != nil || len(decisions) == 0 {
		t.Fatalf("no decisions were found: %v", err)
	}
	for _, d := range decisions {
		if !strings.Contains(index, "("+d+")") {
			t.Errorf("docs/adr/README.md does not list %s", d)
		}
	}
}

func TestTheArchitectureNamesEveryPackage(t *testing.T) {
	t.Parallel()
	text := string(file(t, os.DirFS("../docs"), "architecture.md"))
	for _, f := range floors {
		for _, p := range f.packages {
			if p != "internal" && !strings.Contains(text, "`"+p+"`") {
				t.Errorf("docs/architecture.md does not name %s", p)
			}
		}
	}
}

// documents are the Markdown files for readers, by name.
func documents(t *testing.T, module fs.FS) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		names, err := fs.Glob(module, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if n != "THIRD_PARTY_LICENSES.md" {
				all[n] = string(file(t, module, n))
			}
		}
	}
	return all
}

func file(t *testing.T, dir fs.FS, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
