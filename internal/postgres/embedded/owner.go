package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// Owner says who owns the directory at this moment; nil if nobody does, or it
// cannot be seen. It informs only: Start is what decides.
func Owner(dir string) *InUse {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil
	}
	defer f.Close() // and the lock with it, had it been free
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) || !alive(readHolder(f).Process) {
		return nil
	}
	var in *InUse
	errors.As(inUse(dir, f), &in)
	return in
}
