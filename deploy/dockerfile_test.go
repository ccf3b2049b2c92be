package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// An instruction of a Dockerfile: COPY and what follows.
type instruction struct{ name, rest string }

var instructions = []string{"FROM", "WORKDIR", "COPY", "RUN", "LABEL", "USER", "ENV", "STOPSIGNAL", "EXPOSE", "ENTRYPOINT", "CMD"}

// stages reads the Dockerfile: a list of instructions for each FROM.
func stages(t *testing.T) (all [][]instruction) {
	t.Helper()
	text := regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(read(t, "Dockerfile"), "")
	text = strings.ReplaceAll(text, "\\\n", " ")
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		if !slices.Contains(instructions, name) {
			t.Fatalf("an instruction that this test does not know: %s", line)
		}
		if name == "FROM" {
			all = append(all, nil)
		}
		if len(all) == 0 {
			t.Fatalf("%s comes before the first FROM", name)
		}
		all[len(all)-1] = append(all[len(all)-1], instruction{name, strings.TrimSpace(rest)})
	}
	return all
}

// find gives what follows an instruction's name, for each that has the name.
func find(stage []instruction, name string) (rests []string) {
	for _, i := range stage {
		if i.name == name {
			rests = append(rests, i.rest)
		}
	}
	return rests
}

func TestTheImageHoldsOneStaticProgramAndNoRoot(t *testing.T) {
	t.Parallel()
	all := stages(t)
	if len(all) != 2 {
		t.Fatalf("%d stages, want one that builds and one that runs", len(all))
	}
	build, run := all[0], all[1]
	if b := strings.Join(find(build, "RUN"), "\n"); !strings.Contains(b, "CGO_ENABLED=0 go build") || !strings.Contains(b, "-trimpath") {
		t.Errorf("the program is not built static: %s", b)
	}
	if from := run[0].rest; from != "scratch" {
		t.Errorf("it runs on %s", from)
	}
	if user := find(run, "USER"); len(user) != 1 || !regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*$`).MatchString(user[0]) {
		t.Errorf("it runs as %v, want one number that is not 0", user)
	}
	if e := find(run, "ENTRYPOINT"); !slices.Equal(e, []string{`["/plumbline"]`}) {
		t.Errorf("it starts %v: there is no shell for another form", e)
	}
	if len(find(run, "RUN")) != 0 {
		t.Error("nothing can be run where there is no shell")
	}
	if c := strings.Join(find(run, "COPY"), "\n"); !strings.Contains(c, "ca-certificates.crt") {
		t.Error("without certificate authorities no cloud can be asked")
	}
}

func TestTheImageIsBuiltByTheGoThatTheSourceNeeds(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))
	if version == nil {
		t.Fatal("go.mod names no version")
	}
	if from := stages(t)[0][0].rest; !strings.HasPrefix(from, "golang:"+version[1]+"-") {
		t.Errorf("it is built by %s, and go.mod asks for %s", from, version[1])
	}
}

func TestWhatIsCopiedIsThere(t *testing.T) {
	t.Parallel()
	copied := 0
	for _, stage := range stages(t) {
		for _, c := range find(stage, "COPY") {
			words := strings.Fields(c)
			if strings.HasPrefix(words[0], "--from=") {
				continue
			}
			for _, source := range words[:len(words)-1] {
				copied++
				if _, err := os.Stat(filepath.Join("..", source)); err != nil {
					t.Errorf("%s is not there", source)
				}
			}
		}
	}
	if copied < 3 {
		t.Errorf("only %d files are copied: the test looks in the wrong place", copied)
	}
}

func TestTheImageKeepsNoSecret(t *testing.T) {
	t.Parallel()
	for _, stage := range stages(t) {
		for _, e := range find(stage, "ENV") {
			if regexp.MustCompile(`(?i)password|secret|token|key`).MatchString(e) {
				t.Errorf("ENV %s", e)
			}
		}
	}
}
