package embedded

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

func TestTheServerIsDurableAndAnswersOnItsSocketOnly(t *testing.T) {
	t.Parallel()
	s := start(t, dir(t))
	for setting, want := range map[string]string{
		"data_checksums": "on", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
		"listen_addresses": "", "password_encryption": "scram-sha-256", "server_encoding": "UTF8",
		"TimeZone": "UTC", "unix_socket_permissions": "0700",
	} {
		if got := query[string](t, s.URL(), `select current_setting($1)`, setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if !query[bool](t, s.URL(), `select 'B' < 'a'`) {
		t.Error("text is not sorted by its bytes, so an upgrade of the system could corrupt indexes")
	}
	for file, want := range map[string]os.FileMode{"password": 0o600, "lock": 0o600, "postgres.log": 0o600, "run": 0o700, "data": 0o700} {
		fi, err := os.Stat(filepath.Join(s.place.dir, file))
		if err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v (%v)", file, fi.Mode().Perm(), want, err)
		}
	}
	if _, err := ask[int](t.Context(), strings.Replace(s.URL(), role+":", role+":wrong", 1), `select 1`); !hasCode(err, "28P01") {
		t.Errorf("a wrong password gets %v", err)
	}
}

func TestTheServerNeverRunsAsRoot(t *testing.T) {
	t.Parallel()
	s := start(t, dir(t))
	fi, err := os.Stat(s.place.run() + "/.s.PGSQL.5432") // the server makes it, so it is its own
	if err != nil {
		t.Fatal(err)
	}
	uid := fi.Sys().(*syscall.Stat_t).Uid
	if os.Geteuid() == 0 && uid == 0 {
		t.Error("the server runs as root")
	}
	if os.Geteuid() != 0 && int(uid) != os.Geteuid() {
		t.Errorf("the server runs as %d, we as %d", uid, os.Geteuid())
	}
}

func TestASecondOwnerIsTurnedAwayByName(t *testing.T) {
	t.Parallel()
	d := dir(t)
	first := run(t, "owner", d).ready(t)
	_, err := Start(t.Context(), Options{Dir: d})
	var in *InUse
	if !errors.As(err, &in) {
		t.Fatalf("got %v", err)
	}
	want := &InUse{Dir: d, Name: "plumbline test", Process: first.cmd.Process.Pid, Address: "http://127.0.0.1:1", Since: in.Since}
	if diff := cmp.Diff(want, in); diff != "" || in.Since.IsZero() {
		t.Error(diff)
	}
	for _, word := range []string{in.Name, fmt.Sprint(in.Process), in.Address, in.Since.UTC().Format("2006-01-02 15:04:05")} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not name %s", err, word)
		}
	}
}

func TestAKilledProgramLeavesAServerThatTheNextOneTakesOverAndStops(t *testing.T) {
	t.Parallel()
	d := dir(t)
	first := run(t, "owner", d).ready(t)
	query[int](t, first.url, `create table kept as select 7 as n`)
	first.kill(t)
	s := start(t, d)
	if s.Pid() != first.pid {
		t.Errorf("process %d was taken over, want %d", s.Pid(), first.pid)
	}
	if got := query[int](t, s.URL(), `select n from kept`); got != 7 {
		t.Errorf("got %d", got)
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if alive(first.pid) {
		t.Error("the server that was taken over still runs")
	}
	if got := query[int](t, start(t, d).URL(), `select n from kept`); got != 7 {
		t.Errorf("after the stop: got %d", got)
	}
}

// Whatever was committed is there after program and server were killed, at
// whichever moment.
func TestNothingCommittedIsLostWhenProgramAndServerAreKilled(t *testing.T) {
	t.Parallel()
	d := dir(t)
	total := 0
	for round, writes := range kills() {
		p := run(t, "owner", d).ready(t)
		if round == 0 {
			query[int](t, p.url, `create table kept (n int)`)
		}
		if got := query[int](t, p.url, `select count(*) from kept`); got < total {
			t.Fatalf("round %d: %d rows of %d are there", round, got, total)
		}
		total = query[int](t, p.url, `select count(*) from kept`) + writeAndKill(t, p, writes)
	}
	if got := query[int](t, start(t, d).URL(), `select count(*) from kept`); got < total {
		t.Errorf("%d rows of %d are there", got, total)
	}
}

// kills says after how many writes each kill comes: a few for every day, and
// fifty at moments nobody chose where a soak is wanted.
func kills() []int {
	moments := []int{1, 17, 60, 200}
	if os.Getenv("PLUMBLINE_SOAK") != "" {
		for len(moments) < 50 {
			moments = append(moments, rand.IntN(500))
		}
	}
	return moments
}

// writeAndKill kills both in the middle of writing and counts what was
// confirmed.
func writeAndKill(t *testing.T, p *program, after int) (confirmed int) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), p.url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	for {
		if confirmed == after {
			p.kill(t)
			if err := syscall.Kill(p.pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Exec(t.Context(), `insert into kept values (1)`); err != nil {
			return confirmed
		}
		confirmed++
	}
}

// A first start that is killed leaves nothing half: the next one has a
// database.
func TestAFirstStartMayBeKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	for moment, file := range map[string]string{
		"with the directory made":   "run",
		"with the password written": "password",
		"as initdb begins":          "init-*",
		"as initdb writes":          "init-*/data/base/1/*",
		"with the cluster in place": "data/PG_VERSION",
		"as the server starts":      "data/postmaster.pid",
	} {
		t.Run(moment, func(t *testing.T) {
			d := dir(t)
			p := run(t, "owner", d)
			until(t, file, func() bool {
				m, _ := filepath.Glob(filepath.Join(d, file))
				return len(m) > 0
			})
			p.kill(t)
			s := start(t, d)
			if got := query[int](t, s.URL(), `select 1`); got != 1 {
				t.Errorf("got %d", got)
			}
			if half, _ := filepath.Glob(filepath.Join(d, "init-*")); len(half) > 0 {
				t.Errorf("%v is left", half)
			}
		})
	}
}

func TestSIGTERMStopsProgramAndServer(t *testing.T) {
	t.Parallel()
	d := dir(t)
	p := run(t, "owner", d).ready(t)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
	if alive(p.pid) || (place{dir: d}).postmaster().pid != 0 {
		t.Error("the server still runs")
	}
}

func TestAToolSharesTheServerAndIsToldWhenItStops(t *testing.T) {
	t.Parallel()
	d := dir(t)
	s := start(t, d)
	tool := run(t, "guest", d).ready(t)
	if tool.pid != s.Pid() || s.Attached() {
		t.Errorf("the tool uses server %d, want %d", tool.pid, s.Pid())
	}
	here, err := Attach(t.Context(), Options{Dir: d})
	if err != nil || !here.Attached() {
		t.Fatal(here, err)
	}
	if err := here.Stop(t.Context()); err != nil || !alive(s.Pid()) {
		t.Errorf("letting go stopped the server (%v)", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l := tool.line(t); !strings.Contains(l, "another process owns, has stopped") {
		t.Errorf("the tool was told %q", l)
	}
}

func TestAnOwnerIsToldThatItsServerDied(t *testing.T) {
	t.Parallel()
	d := dir(t)
	s, err := Start(t.Context(), Options{Dir: d})
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(s.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-s.Done(); !strings.Contains(err.Error(), "signal: killed") || !strings.Contains(err.Error(), "postgres.log") {
		t.Errorf("told %q", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := query[int](t, start(t, d).URL(), `select 1`); got != 1 {
		t.Errorf("after the next start: got %d", got)
	}
}

// A server that was killed may leave a process that has not yet noticed. The
// next start waits for it.
func TestAProcessOfAKilledServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	d := dir(t)
	s, err := Start(t.Context(), Options{Dir: d})
	if err != nil {
		t.Fatal(err)
	}
	slow := query[int](t, s.URL(), `select pid from pg_stat_activity where backend_type = 'checkpointer'`)
	for _, k := range []struct {
		pid int
		sig syscall.Signal
	}{{slow, syscall.SIGSTOP}, {s.Pid(), syscall.SIGKILL}} {
		if err := syscall.Kill(k.pid, k.sig); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-s.Done(); err == nil {
		t.Error("the server was killed and nobody was told")
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	woken := make(chan struct{})
	go func() {
		defer close(woken)
		found := poll(t.Context(), func() bool {
			log, _ := os.ReadFile(s.place.logFile())
			return strings.Contains(string(log), "pre-existing shared memory block")
		})
		if found != nil {
			t.Error("the server did not find the process")
		}
		_ = syscall.Kill(slow, syscall.SIGCONT) // whether it worked is what the start tells
	}()
	if got := query[int](t, start(t, d).URL(), `select 1`); got != 1 {
		t.Errorf("got %d", got)
	}
	<-woken
}
