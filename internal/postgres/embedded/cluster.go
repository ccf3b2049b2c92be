package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ensureCluster makes the database where there is none.
func (p place) ensureCluster(ctx context.Context, o Options, password string) error {
	major, err := p.major()
	if err != nil || major > 0 {
		return err
	}
	b, err := findBinaries(o.BinDir, 0)
	if err != nil {
		return err
	}
	o.Log(fmt.Sprintf("A new database is made in %s with PostgreSQL %d.", p.data(), b.major))
	return p.initdb(ctx, b, password, o.Ephemeral)
}

// major is the version that wrote the data; 0 if there is none yet.
func (p place) major() (int, error) {
	b, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	switch {
	case err == nil:
		if v := majorOf(string(b)); v > 0 {
			return v, nil
		}
		return 0, sentence("The file %s/PG_VERSION cannot be read as a version, so the database is not touched. Restore the directory from a backup, or set PLUMBLINE_DATA_DIR to another one.", p.data())
	case !errors.Is(err, os.ErrNotExist):
		return 0, explainDir(p.data(), err)
	case p.hasData():
		return 0, sentence("The directory %s is not empty and is not a PostgreSQL database, so it is not touched. Move its content away, or set PLUMBLINE_DATA_DIR to another directory.", p.data())
	}
	return 0, nil
}

// initdb makes the cluster aside and renames it into place when it is whole,
// so that being killed leaves nothing half.
func (p place) initdb(ctx context.Context, b binaries, password string, ephemeral bool) error {
	tmp, err := os.MkdirTemp(p.dir, "init-plumbline-")
	if err != nil {
		return explainDir(p.dir, err)
	}
	defer os.RemoveAll(tmp)
	pw := filepath.Join(tmp, "password")
	err = errors.Join(os.WriteFile(pw, []byte(password), 0o600), p.account.give(pw), p.account.give(tmp))
	if err != nil {
		return explainDir(tmp, err)
	}
	made := filepath.Join(tmp, "data")
	out, err := p.runInitdb(ctx, b, made, pw, ephemeral, "C.UTF-8")
	if err != nil && strings.Contains(out, "invalid locale name") { // an older macOS
		out, err = p.runInitdb(ctx, b, made, pw, ephemeral, "C")
	}
	if err != nil {
		return explainServer(p, "The database could not be made", out, err)
	}
	if err := os.Rename(made, p.data()); err != nil {
		return explainDir(p.data(), err)
	}
	return explainDir(p.dir, syncDir(p.dir))
}

func (p place) runInitdb(ctx context.Context, b binaries, data, pwFile string, ephemeral bool, locale string) (string, error) {
	args := []string{"-D", data, "-U", role, "--auth=scram-sha-256", "--pwfile=" + pwFile,
		"--encoding=UTF8", "--data-checksums", "--lc-messages=C"}
	if b.major >= 17 {
		args = append(args, "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
	} else {
		args = append(args, "--locale="+locale)
	}
	if ephemeral {
		args = append(args, "--no-sync")
	}
	c := exec.CommandContext(ctx, b.tool("initdb"), args...)
	c.Dir, c.Env, c.SysProcAttr = filepath.Dir(data), cleanEnv(), p.account.attr()
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) } // its children too
	c.WaitDelay = 5 * time.Second
	out, err := c.CombinedOutput()
	return string(out), err
}

// explainServer turns what a program of PostgreSQL said into what a person can do.
func explainServer(p place, what, said string, err error) error {
	switch low := strings.ToLower(said); {
	case strings.Contains(low, "no space left"), strings.Contains(low, "quota exceeded"), strings.Contains(low, "check free disk space"):
		return fmt.Errorf("%s: the disk that holds %s is full. Make room and start again; nothing that was stored is lost. (%w)", what, p.dir, err)
	case strings.Contains(low, "permission denied"), strings.Contains(low, "could not access directory"):
		return fmt.Errorf("%s: the server's account may not use %s. Give it the directory, or set PLUMBLINE_DATA_DIR to another one. (%w)", what, p.dir, err)
	case strings.Contains(low, "could not create shared memory"), strings.Contains(low, "could not resize shared memory"):
		return fmt.Errorf("%s: the system has no shared memory left. Enlarge /dev/shm (in a container: --shm-size=256m) and start again. (%w)", what, err)
	}
	return fmt.Errorf("%s (%w). It said:\n%s", what, err, lastLines(said, 6))
}

func lastLines(s string, n int) string {
	l := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(l[max(0, len(l)-n):], "\n")
}
