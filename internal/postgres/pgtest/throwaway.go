package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"plumbline/internal/postgres/embedded"
)

const prefix = "plumbline-test-"

// throwAway starts a server that is gone with this process, whichever way the
// process ends.
func throwAway(ctx context.Context) (url string, end func(), err error) {
	room := roomy()
	sweep(room)
	dir := filepath.Join(room, prefix+strconv.Itoa(os.Getpid()))
	s, err := embedded.Start(ctx, embedded.Options{Dir: dir, BinDir: os.Getenv("PLUMBLINE_PG_BIN"), Wait: time.Minute, Name: "a test", Ephemeral: true})
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	release, err := guard(dir, s.Pid())
	if err != nil {
		return "", nil, errors.Join(err, s.Stop(ctx), os.RemoveAll(dir))
	}
	return s.URL(), func() {
		if err := errors.Join(s.Stop(ctx), os.RemoveAll(dir)); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
		release()
	}, nil
}

// roomy is memory where there is some, else the directory for temporary files.
func roomy() string {
	const shm = "/dev/shm"
	var fs syscall.Statfs_t
	if syscall.Statfs(shm, &fs) != nil || uint64(fs.Bavail)*uint64(fs.Bsize) < 512<<20 {
		return os.TempDir()
	}
	d, err := os.MkdirTemp(shm, prefix)
	if err != nil {
		return os.TempDir()
	}
	_ = os.Remove(d) // it was only a trial
	return shm
}

// guard is a small process that holds the other end of a pipe. When this
// process ends, by panic or kill, the pipe closes; the guard then stops the
// server and removes its directory.
func guard(dir string, pid int) (release func(), err error) {
	const script = `cat >/dev/null
if [ "$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)" = "$2" ]; then
	kill -QUIT "$2"
	while kill -0 "$2" 2>/dev/null && [ -e "$1/data/postmaster.pid" ]; do sleep 0.1; done
fi
rm -rf "$1"`
	c := exec.Command("/bin/sh", "-c", script, "guard", dir, strconv.Itoa(pid))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	return func() {
		_ = in.Close()
		_ = c.Wait() // all was done before it
	}, nil
}

// sweep removes what a process left whose guard was killed too: directories
// whose lock nobody holds.
func sweep(room string) {
	old, _ := filepath.Glob(filepath.Join(room, prefix+"*"))
	for _, dir := range old {
		f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0)
		if err != nil {
			continue // another account's, or one that is just being made
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			embedded.Discard(dir)
		}
		_ = f.Close() // and the lock with it
	}
}
