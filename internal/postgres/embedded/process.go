package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// settings of the server. Everything is durable but for tests.
func (p place) settings(ephemeral bool) []string {
	set := []string{
		"listen_addresses=", "port=5432",
		"unix_socket_directories=" + p.run(), "unix_socket_permissions=0700",
		"max_connections=60", "shared_buffers=128MB",
		"timezone=UTC", "log_timezone=UTC", "lc_messages=C",
		"logging_collector=off", "log_destination=stderr", "log_line_prefix=%m [%p] ",
	}
	if ephemeral {
		set = append(set, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "max_wal_size=4GB")
	}
	args := []string{"-D", p.data()}
	for _, kv := range set {
		args = append(args, "-c", kv)
	}
	return args
}

// launch starts the server and waits until it answers. A killed predecessor
// that has not ended yet still holds postmaster.pid: it is waited for, and the
// file is never removed.
func (s *Server) launch(ctx context.Context, o Options) error {
	major, err := s.place.major()
	if err != nil {
		return err
	}
	b, err := findBinaries(o.BinDir, major)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Wait)
	defer cancel()
	for {
		said, err := s.try(ctx, b, o.Ephemeral)
		if err == nil {
			return nil
		}
		// A server that was killed may leave processes that need a moment to end.
		orphans := strings.Contains(said, "pre-existing shared memory block")
		if !orphans && !strings.Contains(said, "lock file") {
			return explainServer(s.place, "The database server did not start", said, err)
		}
		if ok, e := s.adopt(ctx, o); ok || e != nil {
			if ok {
				go s.watch()
			}
			return e
		}
		if pause(ctx, 200*time.Millisecond) != nil {
			if orphans {
				return explainServer(s.place, "The database server did not start", said, err)
			}
			return sentence("Process %d holds the database in %s and does not answer. If it is no database server, PostgreSQL says so at the end of %s; end that process, then start again. Nothing was changed.", s.place.postmaster().pid, s.place.data(), s.place.logFile())
		}
	}
}

// try starts the server once; said is what it wrote if it did not come up.
func (s *Server) try(ctx context.Context, b binaries, ephemeral bool) (said string, err error) {
	log, err := os.OpenFile(s.place.logFile(), os.O_CREATE|os.O_RDWR|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return "", explainDir(s.place.logFile(), err)
	}
	defer log.Close()
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	c := exec.Command(b.tool("postgres"), s.place.settings(ephemeral)...)
	c.Dir, c.Env, c.SysProcAttr = s.place.data(), cleanEnv(), s.place.account.attr()
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		return "", err
	}
	exit := make(chan error, 1)
	go func() { exit <- c.Wait() }()
	if err = s.ready(ctx, exit); err == nil {
		s.cmd, s.pid = c, c.Process.Pid
		go func() { s.died(<-exit) }()
		return "", nil
	}
	if !errors.As(err, new(ended)) { // it runs, and we were told to give up
		_ = c.Process.Signal(syscall.SIGINT) // it may have ended meanwhile
		<-exit                               //nolint:errcheck // we ended it, and it says so
	}
	text, rerr := io.ReadAll(io.NewSectionReader(log, from, 1<<20))
	return string(text), errors.Join(err, rerr)
}

// ended says that the server stopped before it answered.
type ended struct{ status error }

func (e ended) Error() string { return fmt.Sprintf("it stopped: %v", e.status) }

func (s *Server) ready(ctx context.Context, exit chan error) error {
	var status error
	over := false
	err := poll(ctx, func() bool {
		select {
		case status = <-exit:
			over = true
			return true
		default:
			return s.ping(ctx) == nil
		}
	})
	if over {
		return ended{status}
	}
	return err
}

// adopt takes over a server that outlived its owner. One that is still
// recovering is waited for.
func (s *Server) adopt(ctx context.Context, o Options) (bool, error) {
	if pm := s.place.postmaster(); !alive(pm.pid) {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, o.Wait)
	defer cancel()
	var err error
	late := poll(ctx, func() bool {
		s.pid, err = s.proven(ctx)
		return !hasCode(err, "57P03") // starting up, recovering or shutting down
	})
	switch {
	case late != nil:
		return false, sentence("The database server in %s did not become ready within %s; it may still be recovering. Start again in a while; nothing was changed.", s.place.dir, o.Wait)
	case hasCode(err, "28P01"):
		return false, sentence("The password in %s is not that of the database in %s. Put the right file back from a backup; nothing was changed.", s.place.passwordFile(), s.place.data())
	}
	return err == nil, nil
}

func hasCode(err error, code string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == code
}

func (s *Server) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	return c.Ping(ctx)
}

// proven returns the process id of the server behind our socket after checking
// that it keeps our directory and is the one that postmaster.pid names.
func (s *Server) proven(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return 0, err
	}
	defer c.Close(ctx)
	var dir string
	var started time.Time
	err = c.QueryRow(ctx, `select current_setting('data_directory'), pg_postmaster_start_time()`).Scan(&dir, &started)
	if err != nil {
		return 0, err
	}
	pm := s.place.postmaster()
	if !sameFile(dir, s.place.data()) || pm.pid == 0 || started.Sub(pm.started).Abs() > 10*time.Second {
		return 0, fmt.Errorf("the server behind %s keeps %s, not %s", s.place.run(), dir, s.place.data())
	}
	if _, err := os.Stat("/proc/self/cwd"); err == nil && !sameServer(pm.pid, s.place.data()) {
		return 0, fmt.Errorf("process %d, which postmaster.pid names, is not the server of %s", pm.pid, dir)
	}
	return pm.pid, nil
}

func sameFile(a, b string) bool {
	x, e1 := os.Stat(a)
	y, e2 := os.Stat(b)
	return errors.Join(e1, e2) == nil && os.SameFile(x, y)
}

// end stops the server that we own: fast, and if that takes too long, at once.
func (s *Server) end(ctx context.Context) error {
	for _, step := range []struct {
		signal syscall.Signal
		grace  time.Duration
		ctx    context.Context
	}{{syscall.SIGINT, 30 * time.Second, ctx}, {syscall.SIGQUIT, 10 * time.Second, context.WithoutCancel(ctx)}} {
		if s.over() {
			return nil
		}
		if err := s.signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stopping the database server (process %d): %w", s.pid, err)
		}
		t := time.NewTimer(step.grace)
		select {
		case <-s.gone:
			t.Stop()
			return nil
		case <-step.ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
	return sentence("The database server (process %d) does not stop. It is left alone; the next start takes it over.", s.pid)
}

func (s *Server) over() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

// signal reaches the server. An adopted one is signalled by number, after a
// last look that the number is still its own.
func (s *Server) signal(sig syscall.Signal) error {
	if s.cmd != nil {
		return s.cmd.Process.Signal(sig)
	}
	if s.place.postmaster().pid != s.pid {
		return syscall.ESRCH
	}
	return syscall.Kill(s.pid, sig)
}

// watch notices the end of a server that is not our child.
func (s *Server) watch() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.halt:
			return
		case <-tick.C:
			if !alive(s.pid) {
				s.died(nil) // it is not our child, so nobody tells us how
				return
			}
		}
	}
}

// poll asks until yes or the end of ctx.
func poll(ctx context.Context, yes func() bool) error {
	for {
		if yes() {
			return nil
		}
		if err := pause(ctx, 25*time.Millisecond); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
