package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A postmaster is what postmaster.pid says: process id, data directory, start
// time, each on its line. The zero value means that there is no such file.
type postmaster struct {
	pid     int
	started time.Time
}

func (p place) postmaster() postmaster {
	b, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil {
		return postmaster{}
	}
	l := strings.Split(string(b), "\n")
	if len(l) < 3 {
		return postmaster{}
	}
	pid, e1 := strconv.Atoi(strings.TrimSpace(l[0]))
	sec, e2 := strconv.ParseInt(strings.TrimSpace(l[2]), 10, 64)
	if errors.Join(e1, e2) != nil || pid <= 1 {
		return postmaster{}
	}
	return postmaster{pid, time.Unix(sec, 0)}
}

// alive says whether a process runs. One that has ended and waits to be reaped
// does not.
func alive(pid int) bool {
	if pid <= 1 {
		return false
	}
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil { // no /proc on this system
		return true
	}
	_, after, ok := bytes.Cut(stat, []byte(") "))
	return !ok || !bytes.HasPrefix(after, []byte("Z"))
}
