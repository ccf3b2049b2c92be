package internal

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
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

// No container engine runs in these tests; what can be read off the file is.
func TestTheComposeFilePublishesNothingAndNeedsNoRoot(t *testing.T) {
	t.Parallel()
	var compose struct {
		Services map[string]struct {
			Image    string
			User     string
			ReadOnly bool `yaml:"read_only"`
			Ports    []string
			EnvFile  string `yaml:"env_file"`
			Build    struct{ Context, Dockerfile string }
			Command  []string
			Health   struct{ Test []string } `yaml:"healthcheck"`
		}
	}
	module := os.DirFS("..")
	if err := yaml.Unmarshal(file(t, module, "docker-compose.yml"), &compose); err != nil {
		t.Fatalf("docker-compose.yml cannot be read: %v", err)
	}
	for name, s := range compose.Services {
		if len(s.Ports) > 0 {
			t.Errorf("%s publishes %v: nothing may be reached from outside yet", name, s.Ports)
		}
		if s.EnvFile != "deploy/plumbline.env" {
			t.Errorf("%s takes its secrets from %q, not from the file that git ignores", name, s.EnvFile)
		}
	}
	p := compose.Services["plumbline"]
	if p.User != "65532:65532" || !p.ReadOnly {
		t.Errorf("plumbline runs as %q, read-only %t: want an account that is not root, on a root that cannot be written", p.User, p.ReadOnly)
	}
	if _, err := fs.Stat(module, p.Build.Dockerfile); err != nil {
		t.Errorf("plumbline is built from %q, which is not there", p.Build.Dockerfile)
	}
	if len(compose.Services["postgres"].Health.Test) == 0 {
		t.Error("postgres has no health check")
	}
	if !slices.Contains(strings.Fields(string(file(t, module, ".gitignore"))), "/deploy/plumbline.env") {
		t.Error("git does not ignore deploy/plumbline.env, which holds secrets")
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
