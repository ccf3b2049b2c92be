package embedded

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// role is the database's superuser. Nobody but this program knows its password.
const role = "plumbline"

// socketLimit is the longest path of a unix socket: sun_path holds 104 bytes on
// macOS and 108 on Linux, with a zero at the end.
const socketLimit = 103

// DefaultDir is where the data of this user lives: PLUMBLINE_DATA_DIR, for
// root /var/lib/plumbline (root's home is closed to the server's account),
// else the platform's place for a user's data.
func DefaultDir() (string, error) {
	home, _ := os.UserHomeDir() // an empty home is answered below
	return defaultDir(os.Getenv, os.Geteuid(), runtime.GOOS, home)
}

func defaultDir(getenv func(string) string, uid int, goos, home string) (string, error) {
	if d := getenv("PLUMBLINE_DATA_DIR"); d != "" {
		return d, nil
	}
	if uid == 0 {
		return "/var/lib/plumbline", nil
	}
	if d := getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "plumbline"), nil
	}
	if home == "" {
		return "", sentence("This account has no home directory, so there is no place for the data; set PLUMBLINE_DATA_DIR.")
	}
	if goos == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "plumbline"), nil
	}
	return filepath.Join(home, ".local", "share", "plumbline"), nil
}

// A place is a base directory and the account that the server runs under.
type place struct {
	dir     string
	account *account // nil: our own
}

func (p place) data() string         { return filepath.Join(p.dir, "data") }
func (p place) run() string          { return filepath.Join(p.dir, "run") }
func (p place) lockFile() string     { return filepath.Join(p.dir, "lock") }
func (p place) logFile() string      { return filepath.Join(p.dir, "postgres.log") }
func (p place) passwordFile() string { return filepath.Join(p.dir, "password") }

func (p place) url(password string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, strings.TrimSpace(password)), Path: "/postgres",
		RawQuery: url.Values{"host": {p.run()}, "port": {"5432"}, "sslmode": {"disable"}}.Encode()}
	return u.String()
}

func placeOf(dir string) (place, error) {
	p := place{dir: dir}
	if l := len(filepath.Join(p.run(), ".s.PGSQL.5432")); l > socketLimit {
		return p, sentence("The path %s is too long: the database's socket would need %d bytes, and the system allows %d. Set PLUMBLINE_DATA_DIR to a shorter path.", dir, l, socketLimit)
	}
	return p, nil
}

// prepare makes the base directory. It belongs to us; only data and run belong
// to the server's account, which passes through the base without reading it.
func prepare(dir string) (place, error) {
	p, err := placeOf(dir)
	if err != nil {
		return p, err
	}
	if p.account, err = accountFor(p.data()); err != nil {
		return p, err
	}
	mode := os.FileMode(0o700)
	if p.account != nil {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return p, explainDir(dir, err)
	}
	if err := p.ours(); err != nil {
		return p, err
	}
	if err := os.Chmod(dir, mode); err != nil {
		return p, explainDir(dir, err)
	}
	if err := p.account.mayPass(dir); err != nil {
		return p, err
	}
	return p, p.mkdir(p.run())
}

// ours refuses a base that is a link, that others own or may write, or that
// holds what is not ours: its mode is changed, and files in it are followed.
func (p place) ours() error {
	fi, err := os.Lstat(p.dir)
	switch {
	case err != nil:
		return explainDir(p.dir, err)
	case fi.Mode()&os.ModeSymlink != 0:
		return explainDir(p.dir, syscall.ELOOP)
	case !fi.IsDir():
		return explainDir(p.dir, syscall.ENOTDIR)
	case !p.account.mayOwn(fi):
		return sentence("The directory %s belongs to another account, so it is not used. Run as the account that owns it, or set PLUMBLINE_DATA_DIR to a directory of its own.", p.dir)
	case fi.Mode().Perm()&0o022 != 0:
		return sentence("Other accounts may write the directory %s, so it is not used. Take that right away with chmod go-w %s, or set PLUMBLINE_DATA_DIR to a directory of its own.", p.dir, p.dir)
	}
	list, err := os.ReadDir(p.dir)
	if err != nil {
		return explainDir(p.dir, err)
	}
	for _, e := range list {
		n := e.Name()
		if !known(n) {
			return sentence("The directory %s holds %q, which is not Plumbline's, so nothing in it is touched. Move that away, or set PLUMBLINE_DATA_DIR to a directory of its own.", p.dir, n)
		}
		if e.Type()&os.ModeSymlink != 0 && n != "data" { // the database may stand on another disk
			return explainDir(filepath.Join(p.dir, n), syscall.ELOOP)
		}
	}
	return nil
}

// known says whether the name of something in the base is one that we give, or
// that the system gives to the root of a file system.
func known(name string) bool {
	switch name {
	case "data", "run", "lock", "password", "postgres.log", "redaction-key", "lost+found":
		return true
	}
	return strings.HasPrefix(name, "password.") || strings.HasPrefix(name, "redaction-key.") || strings.HasPrefix(name, "init-plumbline-")
}

func (p place) mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return explainDir(dir, err)
	}
	return explainDir(dir, p.account.give(dir))
}

// sweep removes what a killed initdb left. Such a directory was never a
// database: a cluster is made aside and renamed into place when it is whole.
func (p place) sweep() {
	old, _ := filepath.Glob(filepath.Join(p.dir, "init-plumbline-*"))
	for _, d := range old {
		_ = os.RemoveAll(d) // in the way of nothing if it stays
	}
}

// password reads the password, or makes it for a directory without data.
func (p place) password() (string, error) {
	b, err := os.ReadFile(p.passwordFile())
	switch {
	case err == nil && len(strings.TrimSpace(string(b))) > 0:
		return strings.TrimSpace(string(b)), nil
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return "", explainDir(p.passwordFile(), err)
	case p.hasData():
		return "", sentence("The database in %s is there, but the file %s with its password is missing or empty. Put the file back from a backup; nothing was changed.", p.data(), p.passwordFile())
	}
	b = make([]byte, 24)
	rand.Read(b)
	pw := hex.EncodeToString(b)
	return pw, explainDir(p.dir, writeWhole(p.passwordFile(), []byte(pw)))
}

func (p place) hasData() bool {
	l, err := os.ReadDir(p.data())
	return len(l) > 0 || err != nil && !errors.Is(err, os.ErrNotExist)
}

// writeWhole writes a private file so that it is there in full or not at all.
func writeWhole(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, werr := f.Write(b)
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sentence is an error that is shown to a person as it stands.
func sentence(format string, a ...any) error { return fmt.Errorf(format, a...) }

// explainDir says what a person can do about an error of the file system.
func explainDir(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("This account may not write %s. Run as the account that owns it, or set PLUMBLINE_DATA_DIR to a directory of its own. (%w)", path, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("The disk that holds %s is full. Make room and start again; nothing that was stored is lost. (%w)", path, err)
	case errors.Is(err, syscall.ELOOP):
		return fmt.Errorf("A symbolic link stands at %s, and it is not followed. Remove it, or set PLUMBLINE_DATA_DIR to a directory of its own. (%w)", path, err)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, os.ErrExist):
		return fmt.Errorf("A file stands where the directory %s should be. Move it away, or set PLUMBLINE_DATA_DIR to another directory. (%w)", path, err)
	}
	return fmt.Errorf("preparing %s: %w", path, err)
}
