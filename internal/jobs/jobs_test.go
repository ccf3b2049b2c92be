package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"plumbline/internal/jobs"
	"plumbline/internal/postgres/pgtest"
)

// queue is a database of the test's own with River's tables.
func queue(t *testing.T) (*pgxpool.Pool, string) {
	t.Helper()
	address := pgtest.URL(t)
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := jobs.Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	return pool, address
}

// start makes a client that works until the end of the test.
func start(t *testing.T, pool *pgxpool.Pool, o jobs.Options) *jobs.Client {
	t.Helper()
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	c, err := jobs.New(pool, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// ask queues shards as a process does that does not work itself.
func ask(t *testing.T, pool *pgxpool.Pool, shards ...int64) {
	t.Helper()
	c, err := jobs.New(pool, jobs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return c.Shards(t.Context(), tx, shards) })
	if err != nil {
		t.Fatal(err)
	}
}

// wait gives what comes, and fails the test if nothing does.
func wait[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case v := <-c:
		return v
	case <-ctx.Done():
		t.Fatalf("within a minute: no %s", what)
		panic("not reached")
	}
}

func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("within a minute: never %s", what)
		}
	}
}

func count(t *testing.T, pool *pgxpool.Pool, where string) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `select count(*) from river.river_job where `+where).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAJobOfARolledBackTransactionNeverRuns(t *testing.T) {
	t.Parallel()
	pool, _ := queue(t)
	ran := make(chan int64, 10)
	c := start(t, pool, jobs.Options{Workers: 1, Work: &trade{shard: func(_ context.Context, shard int64, _ string) error {
		ran <- shard
		return nil
	}}})
	never := errors.New("never mind")
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return errors.Join(c.Shards(t.Context(), tx, []int64{1}), c.Close(t.Context(), tx, 1), never)
	})
	if err == nil || err.Error() != never.Error() {
		t.Fatal(err)
	}
	if n := count(t, pool, `kind in ('shard', 'close')`); n != 0 {
		t.Errorf("%d jobs are left", n)
	}
	ask(t, pool, 2)
	if got := wait(t, "shard", ran); got != 2 {
		t.Errorf("shard %d ran first", got)
	}
}

// Approving a change of rules leads to the judging again, and an approval that
// is undone leads to none.
func TestCatchingUpRunsWhenTheChangeHolds(t *testing.T) {
	t.Parallel()
	pool, _ := queue(t)
	ran := make(chan int64, 10)
	c := start(t, pool, jobs.Options{Workers: 1, Work: &trade{catchUp: func(context.Context) error {
		ran <- 1
		return nil
	}}})
	undone := errors.New("undone")
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return errors.Join(c.CatchUp(t.Context(), tx), undone) })
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if n := count(t, pool, `kind = 'catch_up'`); n != 0 {
		t.Errorf("%d jobs are left of what was undone", n)
	}
	if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return c.CatchUp(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	wait(t, "catching up", ran)
}

func TestAJobIsQueuedOnceWhileItIsPending(t *testing.T) {
	t.Parallel()
	pool, _ := queue(t)
	c, err := jobs.New(pool, jobs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			return errors.Join(c.Shards(t.Context(), tx, []int64{7, 8, 7}), c.Close(t.Context(), tx, 7))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, pool, `kind = 'shard'`); n != 2 {
		t.Errorf("%d jobs for 2 shards", n)
	}
	if n := count(t, pool, `kind = 'close'`); n != 1 {
		t.Errorf("%d jobs for 1 scan", n)
	}
}

// A job that runs may be the job of a dead worker, so its shard can be queued
// again; then it comes twice, and both end well.
func TestAShardThatRunsCanBeQueuedAgain(t *testing.T) {
	t.Parallel()
	pool, _ := queue(t)
	began, end := make(chan string), make(chan struct{})
	work := &trade{shard: func(context.Context, int64, string) error {
		began <- ""
		<-end
		return nil
	}}
	start(t, pool, jobs.Options{Workers: 2, Work: work})
	ask(t, pool, 7)
	wait(t, "first job", began)
	ask(t, pool, 7)
	wait(t, "second job", began)
	ask(t, pool, 7)
	close(end)
	wait(t, "third job", began)
	until(t, "all three done", func() bool { return count(t, pool, `kind = 'shard' and state = 'completed'`) == 3 })
	ask(t, pool, 7)
	wait(t, "job after they ended", began)
}

func TestTwoWorkersShareTheJobs(t *testing.T) {
	t.Parallel()
	pool, address := queue(t)
	other, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	names, end := make(chan string), make(chan struct{})
	work := &trade{shard: func(_ context.Context, _ int64, worker string) error {
		names <- worker
		<-end // both are at work at once
		return nil
	}}
	start(t, pool, jobs.Options{Workers: 1, Name: "one", Work: work})
	start(t, other, jobs.Options{Workers: 1, Name: "two", Work: work})
	ask(t, pool, 1, 2)
	got := []string{wait(t, "first job", names), wait(t, "second job", names)}
	close(end)
	slices.Sort(got)
	if !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("worked: %v", got)
	}
}

// What a stop cuts short is another worker's at once, and counts no attempt.
func TestStopCancelsAJobAndAnotherTakesItUp(t *testing.T) {
	t.Parallel()
	pool, _ := queue(t)
	began := make(chan string)
	work := &trade{shard: func(ctx context.Context, _ int64, worker string) error {
		began <- worker
		<-ctx.Done()
		return errors.New("the cloud's answer was cut") // whatever is said of it
	}}
	first := start(t, pool, jobs.Options{Workers: 1, Name: "first", Work: work})
	ask(t, pool, 1)
	wait(t, "job", began)
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, `kind = 'shard' and state = 'available' and attempt = 0`); n != 1 {
		t.Errorf("%d jobs wait as if they had never begun", n)
	}
	done := make(chan string, 1)
	start(t, pool, jobs.Options{Workers: 1, Name: "second", Work: &trade{shard: func(_ context.Context, _ int64, worker string) error {
		done <- worker
		return nil
	}}})
	if got := wait(t, "job", done); got != "second" {
		t.Errorf("%s took it", got)
	}
}

// A killed worker's shard is taken up by a sweep of another, long before River
// would rescue it.
func TestAKilledWorkersShardIsTakenUpByASweep(t *testing.T) {
	t.Parallel()
	pool, address := queue(t)
	ask(t, pool, 5)
	child := startWorker(t, address, "working on 5")
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, `kind = 'shard' and state = 'running'`); n != 1 {
		t.Fatalf("River knows of %d running jobs", n)
	}
	again := make(chan int64, 1)
	sweeper, err := jobs.New(pool, jobs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var once atomic.Bool
	start(t, pool, jobs.Options{Workers: 1, Every: time.Second, Work: &trade{
		shard: func(_ context.Context, shard int64, _ string) error { again <- shard; return nil },
		sweep: func(ctx context.Context) error {
			if once.Swap(true) {
				return nil
			}
			return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return sweeper.Shards(ctx, tx, []int64{5}) })
		},
	}})
	if got := wait(t, "shard", again); got != 5 {
		t.Errorf("shard %d", got)
	}
}

func TestAFailedJobIsTriedAgain(t *testing.T) {
	t.Parallel()
	pool, _ := queue(t)
	var tries atomic.Int64
	done := make(chan int64, 1)
	start(t, pool, jobs.Options{Workers: 1, Work: &trade{shard: func(context.Context, int64, string) error {
		if n := tries.Add(1); n > 1 {
			done <- n
			return nil
		}
		return errors.New("the database was away")
	}}})
	ask(t, pool, 1)
	later := `kind = 'shard' and attempt = 1 and state in ('available', 'retryable') and scheduled_at > now() + interval '1 second'`
	until(t, "put off", func() bool { return count(t, pool, later) == 1 })
	ask(t, pool, 1) // it is pending still
	if n := count(t, pool, `kind = 'shard'`); n != 1 {
		t.Errorf("%d jobs", n)
	}
	if got := wait(t, "second try", done); got != 2 {
		t.Errorf("try %d", got)
	}
}

// While nobody can reach the database workers wait, and go on by themselves.
func TestWorkersOutliveALostDatabase(t *testing.T) {
	t.Parallel()
	pool, address := queue(t)
	ran := make(chan int64, 1)
	start(t, pool, jobs.Options{Workers: 1, Work: &trade{shard: func(_ context.Context, shard int64, _ string) error {
		ran <- shard
		return nil
	}}})
	ask(t, pool, 1)
	wait(t, "job before", ran)
	open := shut(t, address)
	until(t, "lost", func() bool { return pool.Ping(t.Context()) != nil })
	open()
	until(t, "back", func() bool { return pool.Ping(t.Context()) == nil })
	ask(t, pool, 2)
	if got := wait(t, "job after", ran); got != 2 {
		t.Errorf("shard %d", got)
	}
}

// shut throws everybody out of the database and lets nobody in until open.
func shut(t *testing.T, address string) (open func()) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := u.Path[1:]
	u.Path = "/postgres"
	admin, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.Background()) })
	must := func(sql string) {
		t.Helper()
		if _, err := admin.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	db := pgx.Identifier{name}.Sanitize()
	must(`alter database ` + db + ` allow_connections false`)
	must(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `'`)
	return func() { must(`alter database ` + db + ` allow_connections true`) }
}

// Closing, sweeping and ticking do not wait behind shards.
func TestSweepTickAndCloseComeWhileAllWorkersAreBusy(t *testing.T) {
	t.Parallel()
	pool, _ := queue(t)
	busy, end := make(chan string), make(chan struct{})
	t.Cleanup(func() { close(end) })
	swept, ticked, closed := make(chan string, 100), make(chan string, 100), make(chan int64, 100)
	c := start(t, pool, jobs.Options{Workers: 1, Every: time.Second, Work: &trade{
		shard: func(ctx context.Context, _ int64, _ string) error {
			busy <- ""
			select {
			case <-end:
			case <-ctx.Done():
			}
			return ctx.Err()
		},
		end:   func(_ context.Context, scan int64) error { closed <- scan; return nil },
		sweep: func(context.Context) error { swept <- ""; return nil },
		tick:  func(context.Context) error { ticked <- ""; return nil },
	}})
	ask(t, pool, 1)
	wait(t, "busy worker", busy)
	if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return c.Close(t.Context(), tx, 3) }); err != nil {
		t.Fatal(err)
	}
	if got := wait(t, "closing", closed); got != 3 {
		t.Errorf("scan %d was closed", got)
	}
	for range 2 { // and again
		wait(t, "sweep", swept)
		wait(t, "tick", ticked)
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]jobs.Options{
		"workers without work":    {Workers: 1},
		"fewer workers than none": {Workers: -1},
		"a sweep every blink":     {Every: time.Millisecond},
	} {
		if _, err := jobs.New(nil, o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
