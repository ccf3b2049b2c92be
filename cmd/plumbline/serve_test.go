package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"plumbline/internal/postgres/embedded"
	"plumbline/internal/postgres/pgtest"
)

func TestAnAddressThatIsTakenIsSaidBeforeAnythingStarts(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := openDir(t)
	code, _, said := plumbline(t, "serve", "--database-url", "", "--data-dir", dir, "--listen", l.Addr().String())
	if code != exitError || !strings.Contains(said, l.Addr().String()+" is taken by another program") || !strings.Contains(said, "PLUMBLINE_LISTEN") {
		t.Errorf("status %d: %s", code, said)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data directory was made: %v", err)
	}
}

func TestASecondServeNamesTheFirst(t *testing.T) {
	t.Parallel()
	pgtest.NeedPrograms(t)
	dir := openDir(t)
	first, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Name: "plumbline serve", Address: "http://127.0.0.1:1", Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Stop(context.Background()) })
	code, _, said := plumbline(t, "serve", "--database-url", "", "--data-dir", dir, "--listen", "127.0.0.1:0")
	for _, word := range []string{"plumbline serve (process ", "http://127.0.0.1:1", "since 20", "PLUMBLINE_DATA_DIR"} {
		if code != exitError || !strings.Contains(said, word) {
			t.Errorf("status %d, and it does not say %q: %s", code, word, said)
		}
	}
}

func TestAWorkerWithoutAServiceSaysSo(t *testing.T) {
	t.Parallel()
	cfg := &config{dir: openDir(t), workers: 1, wait: 300 * time.Millisecond}
	var log strings.Builder
	_, err := cfg.join(t.Context(), &log)
	if err == nil || !strings.Contains(err.Error(), "plumbline serve") || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "is waited for") {
		t.Errorf("it waits in silence: %q", log.String())
	}
}

// A worker does not make tables: it says who does.
func TestAWorkerOnADatabaseThatNobodyMigratedSaysSo(t *testing.T) {
	t.Parallel()
	cfg := &config{database: pgtest.Empty(t), dir: t.TempDir(), workers: 1, wait: 300 * time.Millisecond}
	_, err := cfg.join(t.Context(), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "plumbline migrate") {
		t.Error(err)
	}
}

func TestTheRedactionKeyIsMadeOnceAndKeptToOurselves(t *testing.T) {
	t.Parallel()
	cfg := &config{dir: filepath.Join(t.TempDir(), "new")}
	if _, err := cfg.redactionKey(false, nil); err == nil || !strings.Contains(err.Error(), keyVariable) {
		t.Errorf("a worker without the key is told %v", err)
	}
	said := 0
	first, err := cfg.redactionKey(true, func(string) { said++ })
	if err != nil {
		t.Fatal(err)
	}
	again, err := cfg.redactionKey(true, func(string) { said++ })
	if err != nil || again != first || said != 1 || first == [32]byte{} {
		t.Errorf("another key, told of %d times (%v)", said, err)
	}
	file := filepath.Join(cfg.dir, "redaction-key")
	fi, err := os.Stat(file)
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Fatal(fi.Mode(), err)
	}
	for name, spoil := range map[string]func() error{
		"others may read it": func() error { return os.Chmod(file, 0o640) },
		"it is cut":          func() error { return errors.Join(os.Chmod(file, 0o600), os.Truncate(file, 10)) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if key, err := cfg.redactionKey(true, nil); err == nil || key != [32]byte{} {
			t.Errorf("%s: it is used", name)
		}
	}
}

func TestMigrateSaysWhatItDid(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	for _, want := range [][]string{{"were at step 0", "in 8 steps"}, {"up to date already, at step", "jobs were up to date already"}} {
		code, out, said := plumbline(t, "migrate", "--database-url", url)
		for _, word := range want {
			if code != exitOK || !strings.Contains(out, word) {
				t.Errorf("status %d, and it does not say %q: %s%s", code, word, out, said)
			}
		}
	}
}

// The whole life: a service starts, tells the first password once, is joined
// by a worker, and takes worker and database with it when it stops.
func TestServiceAndWorkerLiveAndEndTogether(t *testing.T) {
	t.Parallel()
	pgtest.NeedPrograms(t)
	dir := openDir(t)
	service := relative(t, "serve", "--data-dir", dir, "--listen", "127.0.0.1:0")
	service.until(t, "password  ")
	at := strings.TrimPrefix(service.until(t, "Plumbline answers at "), "Plumbline answers at ")
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, text := get(t, http.DefaultClient, at+path); code != http.StatusOK {
			t.Errorf("%s answers %d: %s", path, code, text)
		}
	}
	worker := relative(t, "work", "--data-dir", dir)
	worker.until(t, "Working as ")
	code, out, said := plumbline(t, "migrate", "--data-dir", dir, "--database-url", "")
	if code != exitOK || !strings.Contains(out, "up to date already") {
		t.Errorf("migrate beside a service: status %d: %s%s", code, out, said)
	}
	service.signal(t, syscall.SIGTERM)
	if !service.end(t).Success() {
		t.Errorf("the service ended with %v", service.cmd.ProcessState)
	}
	worker.until(t, "has stopped its database")
	if worker.end(t).Success() {
		t.Error("the worker ended as if all were well")
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the database outlived the service: %v", err)
	}
	again := relative(t, "serve", "--no-work", "--data-dir", dir, "--listen", "127.0.0.1:0")
	again.until(t, "Plumbline answers at ")
	if strings.Contains(again.said, "password") {
		t.Errorf("a password is shown again:\n%s", again.said)
	}
	again.signal(t, syscall.SIGINT)
	again.end(t)
}

// A kin is the program as a child, with what it says.
type kin struct {
	cmd  *exec.Cmd
	out  *bufio.Scanner
	said string
}

func relative(t *testing.T, args ...string) *kin {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1", "DATABASE_URL=")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = w, w
	if err := errors.Join(c.Start(), w.Close()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Signal(syscall.SIGTERM); _ = c.Wait(); _ = r.Close() })
	return &kin{cmd: c, out: bufio.NewScanner(r)}
}

// until reads what it says, up to the line that holds what.
func (k *kin) until(t *testing.T, what string) string {
	t.Helper()
	for k.out.Scan() {
		k.said += k.out.Text() + "\n"
		if strings.Contains(k.out.Text(), what) {
			return k.out.Text()
		}
	}
	t.Fatalf("it never says %q:\n%s", what, k.said)
	return ""
}

func (k *kin) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := k.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func (k *kin) end(t *testing.T) *os.ProcessState {
	t.Helper()
	for k.out.Scan() {
		k.said += k.out.Text() + "\n"
	}
	_ = k.cmd.Wait() // how it ended is read from its state
	return k.cmd.ProcessState
}
