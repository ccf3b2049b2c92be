package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// InUse says that another process owns the directory.
type InUse struct {
	Dir     string
	Name    string // of the program
	Process int
	Address string // "" if it answers nowhere
	Since   time.Time
}

func (e *InUse) Error() string {
	if e.Process == 0 {
		return fmt.Sprintf("Another process already uses the data in %s. Stop it first, or set PLUMBLINE_DATA_DIR to another directory.", e.Dir)
	}
	at := ""
	if e.Address != "" {
		at = " and answers at " + e.Address
	}
	return fmt.Sprintf("The data in %s is in use: %s (process %d) has owned it since %s%s. Use that one, stop it first, or set PLUMBLINE_DATA_DIR to another directory.",
		e.Dir, e.Name, e.Process, e.Since.UTC().Format("2006-01-02 15:04:05 UTC"), at)
}

// holder is what the lock file says of the owner. It only informs: what locks
// is the system's lock on the open file, which ends with the process.
type holder struct {
	Name    string    `json:"name"`
	Process int       `json:"process"`
	Address string    `json:"address,omitempty"`
	Since   time.Time `json:"since"`
}

type lock struct {
	mu   sync.Mutex
	file *os.File
	held holder
}

func takeLock(ctx context.Context, p place, o Options) (*lock, error) {
	f, err := os.OpenFile(p.lockFile(), os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, explainDir(p.lockFile(), err)
	}
	if err := flock(ctx, f); err != nil {
		defer f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, inUse(o.Dir, f)
		}
		return nil, fmt.Errorf("locking %s: %w", p.lockFile(), err)
	}
	l := &lock{file: f, held: holder{o.Name, os.Getpid(), o.Address, time.Now()}}
	if err := l.write(); err != nil {
		l.release()
		return nil, explainDir(p.lockFile(), err)
	}
	return l, nil
}

// flock locks the file. Where the owner that it names is dead, what still holds
// it is a child that was just being started, which lets go in a moment.
func flock(ctx context.Context, f *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) || alive(readHolder(f).Process) || pause(ctx, 25*time.Millisecond) != nil {
			return err
		}
	}
}

func readHolder(f *os.File) (h holder) {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<16))
	if err == nil {
		_ = json.Unmarshal(b, &h) // an owner that has not written yet is told of without a name
	}
	return h
}

func inUse(dir string, f *os.File) error {
	h := readHolder(f)
	return &InUse{Dir: dir, Name: h.Name, Process: h.Process, Address: h.Address, Since: h.Since}
}

func (l *lock) setAddress(address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held.Address = address
	return l.write()
}

func (l *lock) write() error {
	b, err := json.Marshal(l.held)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(b, '\n'), 0)
	return err
}

// release gives the directory free. The file stays: to remove it would let two
// processes lock two files of one name.
func (l *lock) release() { _ = l.file.Close() } // the lock ends with the file either way
