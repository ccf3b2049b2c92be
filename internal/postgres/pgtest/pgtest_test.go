package pgtest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plumbline/internal/postgres/pgtest"
)

// The test binary is also a test process that dies.
func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	a, b := pgtest.New(t), pgtest.New(t)
	if _, err := a.Exec(ctx, `insert into account (provider, external_id, joined_at) values ('aws', '1', now())`); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := b.QueryRow(ctx, `select count(*) from account`).Scan(&n); err != nil || n != 0 {
		t.Errorf("the other test's database holds %d accounts (%v)", n, err)
	}
}

// TestDies is no test but what TestNothingIsLeft… runs in another process.
func TestDies(t *testing.T) {
	how := os.Getenv("PGTEST_DIES")
	if how == "" {
		return
	}
	var dir string
	if err := pgtest.New(t).QueryRow(context.Background(), `select current_setting('data_directory')`).Scan(&dir); err != nil {
		t.Fatal(err)
	}
	fmt.Println("dir", filepath.Dir(dir))
	if how == "panic" {
		panic("as told")
	}
	if how == "wait" {
		select {}
	}
}

func TestNothingIsLeftOfATestProcess(t *testing.T) {
	t.Parallel()
	pgtest.New(t) // asks for PostgreSQL
	if os.Getenv("TEST_DATABASE_URL") != "" {
		return // there is no server of our own to be left
	}
	for _, how := range []string{"end", "panic", "wait"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			c := exec.Command(os.Args[0], "-test.run=^TestDies$", "-test.v")
			c.Env = append(os.Environ(), "PGTEST_DIES="+how)
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			dir := ""
			for s := bufio.NewScanner(out); s.Scan(); {
				if _, d, ok := strings.Cut(s.Text(), "dir "); ok {
					dir = d
					break
				}
			}
			if dir == "" {
				t.Fatal("the process did not tell its directory")
			}
			if how == "wait" {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			go func() { _ = c.Wait() }() // it died as told
			deadline := time.After(time.Minute)
			for tick := time.NewTicker(50 * time.Millisecond); ; {
				if _, err := os.Stat(dir); os.IsNotExist(err) {
					tick.Stop()
					return
				}
				select {
				case <-deadline:
					t.Fatalf("%s is left", dir)
				case <-tick.C:
				}
			}
		})
	}
}
