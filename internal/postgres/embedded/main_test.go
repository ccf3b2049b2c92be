package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The test binary is also the program that is killed.
func TestMain(m *testing.M) {
	switch os.Getenv("EMBEDDED_TEST_ROLE") {
	case "owner":
		os.Exit(owner(os.Getenv("EMBEDDED_TEST_DIR")))
	case "guest":
		os.Exit(guest(os.Getenv("EMBEDDED_TEST_DIR")))
	}
	os.Exit(m.Run())
}

func owner(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := Start(ctx, Options{Dir: dir, Name: "plumbline test", Address: "http://127.0.0.1:1"})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("ready", s.Pid(), s.URL())
	<-ctx.Done()
	if err := s.Stop(context.Background()); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

func guest(dir string) int {
	s, err := Attach(context.Background(), Options{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("ready", s.Pid(), s.URL())
	fmt.Println("done", <-s.Done())
	return 0
}

// A program is a process of this test binary.
type program struct {
	cmd   *exec.Cmd
	lines chan string
	pid   int // of the server
	url   string
}

func run(t *testing.T, role, dir string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(os.Args[0]), lines: make(chan string, 100)}
	p.cmd.Env = append(os.Environ(), "EMBEDDED_TEST_ROLE="+role, "EMBEDDED_TEST_DIR="+dir)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// ready waits until the program says that its server answers.
func (p *program) ready(t *testing.T) *program {
	t.Helper()
	if _, err := fmt.Sscanf(p.line(t), "ready %d %s", &p.pid, &p.url); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *program) line(t *testing.T) string {
	t.Helper()
	select {
	case l, ok := <-p.lines:
		if !ok || strings.HasPrefix(l, "error") {
			t.Fatalf("the program said %q", l)
		}
		return l
	case <-time.After(time.Minute):
		t.Fatal("the program says nothing")
	}
	return ""
}

func (p *program) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // it was killed, and says so
}

// dir is a base directory that the server's account can reach. Whatever server
// is left in it is ended.
func dir(t *testing.T) string {
	t.Helper()
	if _, err := findBinaries("", 0); err != nil {
		if slices.Contains(strings.Split(os.Getenv("PLUMBLINE_REQUIRE"), ","), "postgres") {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	room := "/dev/shm"
	if _, err := os.Stat(room); err != nil {
		room = ""
	}
	d, err := os.MkdirTemp(room, "plumbline-test-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(d, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if pm := (place{dir: d}).postmaster(); alive(pm.pid) {
			_ = syscall.Kill(pm.pid, syscall.SIGQUIT) // may have ended meanwhile
			until(t, "the server ends", func() bool { return !alive(pm.pid) })
		}
		if err := os.RemoveAll(d); err != nil {
			t.Error(err)
		}
	})
	return d
}

// until asks for what another process does.
func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if poll(ctx, yes) != nil {
		t.Fatalf("waited in vain: %s", what)
	}
}

func start(t *testing.T, d string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{Dir: d, Log: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func query[T any](t *testing.T, url, sql string, args ...any) T {
	t.Helper()
	v, err := ask[T](t.Context(), url, sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func ask[T any](ctx context.Context, url, sql string, args ...any) (v T, err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return v, err
	}
	defer c.Close(ctx)
	err = c.QueryRow(ctx, sql, args...).Scan(&v)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return v, err
}
