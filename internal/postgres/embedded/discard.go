package embedded

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Discard ends the server of a test's directory at once and removes the
// directory. It refuses any whose name does not begin as a test's does, and
// is for package pgtest alone; the caller holds the directory's lock.
func Discard(dir string) {
	if !strings.HasPrefix(filepath.Base(dir), "plumbline-test-") {
		return
	}
	p := place{dir: dir}
	if pm := p.postmaster(); alive(pm.pid) && sameServer(pm.pid, p.data()) {
		_ = syscall.Kill(pm.pid, syscall.SIGQUIT) // if it has just ended, so much the better
	}
	_ = os.RemoveAll(dir) // what cannot be removed now is tried again next time
}

// sameServer says whether the process works in the data directory, where the
// system tells.
func sameServer(pid int, data string) bool {
	cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	return err == nil && sameFile(cwd, data)
}
