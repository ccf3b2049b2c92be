// Package deploy holds what runs Plumbline in containers, and these tests. No
// container engine runs in them: what can be read off the files is checked, and
// the script that prepares the database is run on a real PostgreSQL.
package deploy

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

type service struct {
	Image       string
	User        string
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	Security    []string `yaml:"security_opt"`
	Ports       []string
	Volumes     []string
	Command     []string
	Environment map[string]*string
	Restart     string
	Build       struct{ Context, Dockerfile string }
	Health      struct{ Test []string }               `yaml:"healthcheck"`
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
}

func compose(t *testing.T) map[string]service {
	t.Helper()
	var file struct {
		Services map[string]service
		Volumes  map[string]any
	}
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &file); err != nil {
		t.Fatalf("compose.yaml cannot be read: %v", err)
	}
	if _, kept := file.Volumes["postgres"]; !kept {
		t.Error("the database's data stand in no volume")
	}
	return file.Services
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheServicesAreThese(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for name, s := range compose(t) {
		got[name] = s.Command
	}
	want := map[string][]string{"postgres": nil, "migrate": {"migrate"}, "serve": {"serve", "--no-work"}, "work": {"work"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error("services and their commands (-want +got)\n", d)
	}
}

func TestNoServiceHasMoreRightsThanItNeeds(t *testing.T) {
	t.Parallel()
	for name, s := range compose(t) {
		if !slices.Contains(s.Security, "no-new-privileges:true") {
			t.Errorf("%s may gain privileges", name)
		}
		if name == "postgres" {
			continue
		}
		if s.User != "65532:65532" || !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) {
			t.Errorf("%s runs as %q, read-only %t, without %v", name, s.User, s.ReadOnly, s.CapDrop)
		}
		if _, err := os.Stat(filepath.Join(s.Build.Context, s.Build.Dockerfile)); err != nil {
			t.Errorf("%s is built from %q, which is not there", name, s.Build.Dockerfile)
		}
		if len(s.Volumes) > 0 {
			t.Errorf("%s mounts %v: it keeps nothing outside of the database", name, s.Volumes)
		}
	}
}

func TestOnlyThisMachineReachesThePages(t *testing.T) {
	t.Parallel()
	for name, s := range compose(t) {
		if name != "serve" && len(s.Ports) > 0 {
			t.Errorf("%s publishes %v", name, s.Ports)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s publishes %s to everybody, and without HTTPS", name, p)
			}
		}
	}
}

func TestTheServicesWaitForWhatTheyNeed(t *testing.T) {
	t.Parallel()
	services := compose(t)
	if len(services["postgres"].Health.Test) == 0 {
		t.Error("postgres has no health check, so nobody can wait for it")
	}
	for name, s := range services {
		if name == "postgres" {
			continue
		}
		if s.DependsOn["postgres"].Condition != "service_healthy" {
			t.Errorf("%s does not wait for the database", name)
		}
		if name != "migrate" && (s.DependsOn["migrate"].Condition != "service_completed_successfully" || s.Restart != "unless-stopped") {
			t.Errorf("%s does not wait for the tables, or does not start again: %+v, %q", name, s.DependsOn, s.Restart)
		}
	}
	if r := services["migrate"].Restart; r != "no" {
		t.Errorf("migrate is started again and again: %q", r)
	}
}

// A variable of compose.yaml: its name, and what follows where it is not set.
var variable = regexp.MustCompile(`\$\{([A-Z_]+)(:[?-])?([^}]*)\}`)

func TestNoSecretHasADefault(t *testing.T) {
	t.Parallel()
	secrets := map[string]int{"POSTGRES_PASSWORD": 0, "PLUMBLINE_DB_PASSWORD": 0, "PLUMBLINE_REDACTION_KEY": 0}
	for _, m := range variable.FindAllStringSubmatch(read(t, "compose.yaml"), -1) {
		if _, secret := secrets[m[1]]; !secret {
			continue
		}
		secrets[m[1]]++
		if m[2] != ":?" || !strings.Contains(m[3], "deploy/.env") {
			t.Errorf("where %s is missing, nobody is told what to do: %s", m[1], m[0])
		}
	}
	example := read(t, "env.example")
	for name, n := range secrets {
		if n == 0 {
			t.Errorf("%s is not asked for", name)
		}
		if !regexp.MustCompile(`(?m)^` + name + `=$`).MatchString(example) {
			t.Errorf("env.example does not leave %s to be filled in", name)
		}
	}
	for name, s := range compose(t) {
		for key, value := range s.Environment {
			if value != nil && strings.Contains(key, "PASSWORD") && !strings.HasPrefix(*value, "${") {
				t.Errorf("%s: %s has a value", name, key)
			}
		}
	}
	if !slices.Contains(strings.Fields(read(t, "../.gitignore")), "/deploy/.env") {
		t.Error("git does not ignore deploy/.env, which holds secrets")
	}
	if !slices.Contains(strings.Fields(read(t, "Dockerfile.dockerignore")), "**/.env") {
		t.Error("deploy/.env gets into the image's build")
	}
}

// Only who asks a cloud gets its credentials, and only who needs the database's
// superuser its password.
func TestEachServiceGetsOnlyTheSecretsThatItNeeds(t *testing.T) {
	t.Parallel()
	for name, s := range compose(t) {
		for key := range s.Environment {
			asks := name == "serve" || name == "work"
			if (strings.HasPrefix(key, "AWS_") || key == "PLUMBLINE_REDACTION_KEY") && !asks {
				t.Errorf("%s gets %s", name, key)
			}
			if key == "POSTGRES_PASSWORD" && name != "postgres" {
				t.Errorf("%s gets the superuser's password", name)
			}
		}
	}
}

// What somebody writes into .env has an effect: each name of the example stands
// in compose.yaml.
func TestEachVariableOfTheExampleIsUsed(t *testing.T) {
	t.Parallel()
	text := read(t, "compose.yaml")
	names := regexp.MustCompile(`(?m)^#?([A-Z_]+)=`).FindAllStringSubmatch(read(t, "env.example"), -1)
	if len(names) < 5 {
		t.Fatalf("only %d variables were found", len(names))
	}
	for _, m := range names {
		if !regexp.MustCompile(`(?m)(^ +` + m[1] + `:|\$\{` + m[1] + `[:}])`).MatchString(text) {
			t.Errorf("%s has no effect", m[1])
		}
	}
}

// The program's own variables and commands, as its source spells them.
func TestTheProgramKnowsWhatItIsTold(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	files, err := fs.Glob(os.DirFS("../cmd/plumbline"), "*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("the program's source is not there: ", err)
	}
	for _, f := range files {
		source.WriteString(read(t, filepath.Join("../cmd/plumbline", f)))
	}
	text := source.String()
	for name, s := range compose(t) {
		if name == "postgres" {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(s.Environment)) {
			if strings.HasPrefix(key, "PLUMBLINE_") && !strings.Contains(text, `"`+key+`"`) {
				t.Errorf("%s: the program does not know %s", name, key)
			}
		}
		if command := s.Command[0]; !strings.Contains(text, fmt.Sprintf("type %sCmd struct", command)) {
			t.Errorf("%s: there is no command %s", name, command)
		}
		for _, flag := range s.Command[1:] {
			if !strings.Contains(text, `name:"`+strings.TrimPrefix(flag, "--")+`"`) {
				t.Errorf("%s: there is no flag %s", name, flag)
			}
		}
	}
}
