package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// An account is whom the server runs as, where we are root. All methods work
// on nil, which is our own account.
type account struct {
	name     string
	uid, gid uint32
}

// accountFor picks the account: that of the data where there is some, so that
// a new account on the machine does not lock us out of our own data.
func accountFor(data string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	if fi, err := os.Stat(data); err == nil {
		if st, ok := fi.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			return &account{fmt.Sprintf("number %d", st.Uid), st.Uid, st.Gid}, nil
		}
	}
	for _, name := range []string{"plumbline", "postgres", "nobody"} {
		if a := lookup(name); a != nil {
			return a, nil
		}
	}
	return nil, sentence("PostgreSQL does not run as root, and this machine has no account plumbline, postgres or nobody. Create one, or run as an ordinary user.")
}

func lookup(name string) *account {
	u, err := user.Lookup(name)
	if err != nil {
		return nil
	}
	uid, e1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, e2 := strconv.ParseUint(u.Gid, 10, 32)
	if errors.Join(e1, e2) != nil || uid == 0 {
		return nil
	}
	return &account{name, uint32(uid), uint32(gid)}
}

// give makes the account the owner of a path.
func (a *account) give(path string) error {
	if a == nil {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// mayOwn says whether a base that belongs to its owner is as good as ours.
// Packages give it to the server's account; whoever else owns it could lay
// links in it for root to follow, so the owner of the data alone is no proof.
func (a *account) mayOwn(fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok || int(st.Uid) == os.Geteuid() {
		return true
	}
	if a == nil || a.uid != st.Uid {
		return false
	}
	for _, name := range []string{"plumbline", "postgres"} {
		if own := lookup(name); own != nil && own.uid == st.Uid {
			return true
		}
	}
	return false
}

// mayPass says whether the account can reach dir from the root.
func (a *account) mayPass(dir string) error {
	if a == nil {
		return nil
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		fi, err := os.Stat(d)
		if err != nil {
			return err
		}
		if !a.enters(fi) {
			return sentence("The database server does not run as root but as %s, and that account may not pass through %s. Set PLUMBLINE_DATA_DIR to a directory that is open to it, such as /var/lib/plumbline.", a.name, d)
		}
	}
	return nil
}

func (a *account) enters(fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	switch m := fi.Mode().Perm(); {
	case ok && st.Uid == a.uid:
		return m&0o100 != 0
	case ok && st.Gid == a.gid:
		return m&0o010 != 0
	default:
		return m&0o001 != 0
	}
}

// attr starts a process as the account, without further groups, in a process
// group of its own: an interrupt from the keyboard reaches only us, and we
// stop the server in order.
func (a *account) attr() *syscall.SysProcAttr {
	s := &syscall.SysProcAttr{Setpgid: true}
	if a != nil {
		s.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return s
}
