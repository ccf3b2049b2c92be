package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"plumbline/internal/postgres/pgtest"
)

// A demo that is killed at any moment starts again with its data: the same
// numbers for the same findings, and its database server ends with it.
func TestDemoSurvivesKilling(t *testing.T) {
	t.Parallel()
	pgtest.NeedPrograms(t)
	dir := openDir(t)
	rounds := 5
	if os.Getenv("PLUMBLINE_SOAK") != "" {
		rounds = 50
	}
	first := startDemo(t, dir)
	want := first.finding(t, "FND-1")
	first.kill(t)
	for range rounds {
		d := startProgram(t, dir)
		moment := time.NewTimer(time.Duration(rand.Int64N(int64(1500 * time.Millisecond))))
		select {
		case <-moment.C:
		case <-d.ended:
			t.Fatalf("the demo ended by itself:\n%s", d.log())
		}
		d.kill(t)
	}
	last := startDemo(t, dir)
	if got := last.finding(t, "FND-1"); got != want {
		t.Errorf("FND-1 is about %q now and was about %q", got, want)
	}
	last.stop(t)
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !os.IsNotExist(err) {
		t.Errorf("the database server outlived the demo: %v", err)
	}
}

// A link lets in once, and nobody comes in without.
func TestDemoLinkWorksOnce(t *testing.T) {
	t.Parallel()
	pgtest.NeedPrograms(t)
	d := startDemo(t, openDir(t))
	if code, _ := get(t, &http.Client{}, d.address()+"/findings"); code != http.StatusUnauthorized {
		t.Errorf("without the link: %d", code)
	}
	v := visitor(t)
	if code, _ := get(t, v, d.link); code != http.StatusOK {
		t.Errorf("with the link: %d", code)
	}
	if code, body := get(t, v, d.address()+"/findings"); code != http.StatusOK || !strings.Contains(body, "AWS-IMDS-001") {
		t.Errorf("where the link leads: %d, no finding", code)
	}
	if code, _ := get(t, visitor(t), d.link); code != http.StatusUnauthorized {
		t.Errorf("with the link again: %d", code)
	}
	d.stop(t)
}

// A program is the demo, running as a process of its own.
type program struct {
	cmd   *exec.Cmd
	link  string
	lines chan string
	ended chan struct{}
	seen  *strings.Builder
}

var aLink = regexp.MustCompile(`http://\S+/enter\S+`)

func startProgram(t *testing.T, dir string) *program {
	t.Helper()
	return start(t, nil, "demo", "--listen", "127.0.0.1:0", "--data-dir", dir)
}

// startDemo starts it and waits for its link.
func startDemo(t *testing.T, dir string) *program {
	t.Helper()
	d := startProgram(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		select {
		case line, more := <-d.lines:
			if !more {
				t.Fatalf("the demo ended without a link:\n%s", d.log())
			}
			d.seen.WriteString(line + "\n")
			if d.link = aLink.FindString(line); d.link != "" {
				return d
			}
		case <-ctx.Done():
			t.Fatalf("no link within a minute:\n%s", d.log())
		}
	}
}

func (d *program) log() string {
	for {
		select {
		case line, more := <-d.lines:
			if !more {
				return d.seen.String()
			}
			d.seen.WriteString(line + "\n")
		default:
			return d.seen.String()
		}
	}
}

func (d *program) address() string { return d.link[:strings.Index(d.link, "/enter")] }

func (d *program) kill(t *testing.T) {
	t.Helper()
	if err := d.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) { // it may end by itself: its database was killed
		t.Fatal(err)
	}
	<-d.ended
}

func (d *program) stop(t *testing.T) {
	t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-d.ended
	if !d.cmd.ProcessState.Success() {
		t.Errorf("after SIGTERM the demo ended with %v:\n%s", d.cmd.ProcessState, d.log())
	}
}

// finding gives the subject that a finding's page names.
func (d *program) finding(t *testing.T, id string) string {
	t.Helper()
	c := visitor(t)
	if code, _ := get(t, c, d.link); code != http.StatusOK {
		t.Fatalf("the link answers %d:\n%s", code, d.log())
	}
	code, body := get(t, c, d.address()+"/findings/"+id)
	if code != http.StatusOK {
		t.Fatalf("%s answers %d", id, code)
	}
	return regexp.MustCompile(`arn:aws:ec2:[^<\s]+`).FindString(strings.ReplaceAll(body, "<wbr>", ""))
}

func visitor(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func get(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// openDir is a directory that the account may enter which PostgreSQL runs as
// under root; t.TempDir is not.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "plumbline-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "pg")
}
