package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/jobs"
	"plumbline/internal/postgres/pgtest"
)

// asWorker makes the test binary a worker that takes a shard and never ends it.
const asWorker = "JOBS_TEST_WORKER"

func TestMain(m *testing.M) {
	if url := os.Getenv(asWorker); url != "" {
		workForEver(url)
	}
	pgtest.Main(m)
}

func workForEver(url string) {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, url)
	if err == nil {
		var c *jobs.Client
		c, err = jobs.New(pool, jobs.Options{Work: &trade{shard: func(_ context.Context, shard int64, _ string) error {
			fmt.Println("working on", shard)
			select {} // until it is killed
		}}, Workers: 1, Name: "child"})
		if err == nil {
			err = c.Start(ctx)
		}
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	select {}
}

// startWorker runs such a worker and waits until it says what is given.
func startWorker(t *testing.T, url, until string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), asWorker+"="+url)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() }) // it may have been killed already
	for s := bufio.NewScanner(out); s.Scan(); {
		if strings.Contains(s.Text(), until) {
			return c
		}
		t.Log("the worker says", s.Text())
	}
	t.Fatalf("the worker ended and never said %q", until)
	return nil
}

// A trade is work whose parts a test chooses; parts left out do nothing.
type trade struct {
	shard       func(ctx context.Context, shard int64, worker string) error
	end         func(ctx context.Context, scan int64) error
	sweep, tick func(context.Context) error
	catchUp     func(context.Context) error
}

func (w *trade) Shard(ctx context.Context, shard int64, worker string) error {
	if w.shard == nil {
		return nil
	}
	return w.shard(ctx, shard, worker)
}

func (w *trade) Close(ctx context.Context, scan int64) error {
	if w.end == nil {
		return nil
	}
	return w.end(ctx, scan)
}

func (w *trade) Sweep(ctx context.Context) error {
	if w.sweep == nil {
		return nil
	}
	return w.sweep(ctx)
}

func (w *trade) CatchUp(ctx context.Context) error {
	if w.catchUp == nil {
		return nil
	}
	return w.catchUp(ctx)
}

func (w *trade) Tick(ctx context.Context) error {
	if w.tick == nil {
		return nil
	}
	return w.tick(ctx)
}
