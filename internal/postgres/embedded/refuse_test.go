package embedded

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A refusal says what happened and what to do, and changes nothing.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		arrange func(t *testing.T, d string, o *Options)
		want    []string
	}{
		"data of a newer major version": {
			func(t *testing.T, d string, _ *Options) { write(t, d, "data/PG_VERSION", "99\n") },
			[]string{"written by PostgreSQL 99", "--pg-bin", "nothing was changed"},
		},
		"data of an older major version": {
			func(t *testing.T, d string, _ *Options) { write(t, d, "data/PG_VERSION", "9.6\n") },
			[]string{"written by PostgreSQL 9,", "nothing was changed"},
		},
		"a version that cannot be read": {
			func(t *testing.T, d string, _ *Options) { write(t, d, "data/PG_VERSION", "") },
			[]string{"PG_VERSION cannot be read", "backup"},
		},
		"a directory with somebody's files": {
			func(t *testing.T, d string, _ *Options) { write(t, d, "data/letter.txt", "dear all") },
			[]string{"not a PostgreSQL database", "PLUMBLINE_DATA_DIR"},
		},
		"data without its password": {
			func(t *testing.T, d string, _ *Options) {
				write(t, d, "data/PG_VERSION", "15")
				if err := os.Remove(filepath.Join(d, "password")); err != nil {
					t.Fatal(err)
				}
			},
			[]string{"password is missing", "backup"},
		},
		"no programs": {
			func(_ *testing.T, d string, o *Options) { o.BinDir = d },
			[]string{"was not found in", "apt-get install postgresql", "--pg-bin", "DATABASE_URL"},
		},
		"a path too long for a socket": {
			func(_ *testing.T, d string, o *Options) { o.Dir = filepath.Join(d, strings.Repeat("long", 25)) },
			[]string{"too long", "shorter path"},
		},
		"a file in place of the directory": {
			func(t *testing.T, d string, o *Options) {
				write(t, d, "file", "")
				o.Dir = filepath.Join(d, "file")
			},
			[]string{"PLUMBLINE_DATA_DIR"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dir(t)
			o := Options{Dir: d}
			write(t, d, "password", "secret")
			c.arrange(t, d, &o)
			before := listing(t, d)
			s, err := Start(t.Context(), o)
			if err == nil {
				_ = s.Stop(t.Context()) // the failure is told below
				t.Fatal("it started")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if after := listing(t, d); before != after {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

func write(t *testing.T, d, file, text string) {
	t.Helper()
	path := filepath.Join(d, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// listing shows all files of somebody else with their content.
func listing(t *testing.T, d string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(d, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "lock" {
			return err
		}
		text, err := os.ReadFile(path)
		b.WriteString(path + ": " + string(text) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRootIsToldOfADirectoryThatTheServerCannotReach(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		a := &account{name: "postgres", uid: 1 << 20, gid: 1 << 20}
		if err := a.mayPass(t.TempDir()); err == nil {
			t.Error("a private directory is said to be open to another account")
		}
		return
	}
	d := filepath.Join(dir(t), "private", "below")
	if err := os.MkdirAll(d, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: d})
	if err == nil || !strings.Contains(err.Error(), "may not pass through") || !strings.Contains(err.Error(), "/var/lib/plumbline") {
		t.Errorf("got %v", err)
	}
}

func TestWhatTheSystemRefusesIsExplained(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"full disk":        {explainDir("/x", syscall.ENOSPC), "The disk that holds /x is full. Make room"},
		"no permission":    {explainDir("/x", os.ErrPermission), "This account may not write /x."},
		"read-only system": {explainDir("/x", syscall.EROFS), "This account may not write /x."},
		"full disk, said by the server": {
			explainServer(place{dir: "/x"}, "It did not start", "FATAL:  could not write lock file \"postmaster.pid\": No space left on device", errors.New("exit status 1")),
			"the disk that holds /x is full. Make room",
		},
		"no permission, said by the server": {
			explainServer(place{dir: "/x"}, "It did not start", "postgres: could not access directory \"/x/data\": Permission denied", errors.New("exit status 2")),
			"may not use /x",
		},
		"no shared memory": {
			explainServer(place{dir: "/x"}, "It did not start", "FATAL:  could not resize shared memory segment", errors.New("exit status 1")),
			"--shm-size",
		},
		"anything else": {
			explainServer(place{dir: "/x"}, "It did not start", "one\ntwo\nFATAL: three", errors.New("exit status 1")),
			"FATAL: three",
		},
	} {
		if !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %q does not say %q", name, c.err, c.want)
		}
	}
}

func TestVersionsAreNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)": 15,
		"postgres (PostgreSQL) 9.6.24":                         9,
		"postgres (PostgreSQL) 18beta1":                        18,
		"15\n":                                                 15,
		"9.6\n":                                                9,
		"":                                                     0,
		"PostgreSQL":                                           0,
	} {
		if got := majorOf(text); got != want {
			t.Errorf("%q is version %d, want %d", text, got, want)
		}
	}
	if majorOf("9.6") >= majorOf("15") {
		t.Error("version 9 is taken for newer than 15")
	}
}

func TestTheDataHasAPlaceOnEverySystem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env      map[string]string
		uid      int
		os, home string
		want     string
	}{
		"as told":                    {map[string]string{"PLUMBLINE_DATA_DIR": "/d", "XDG_DATA_HOME": "/x"}, 0, "linux", "/root", "/d"},
		"root":                       {map[string]string{"XDG_DATA_HOME": "/x"}, 0, "linux", "/root", "/var/lib/plumbline"},
		"XDG":                        {map[string]string{"XDG_DATA_HOME": "/x"}, 1000, "linux", "/home/a", "/x/plumbline"},
		"XDG must be absolute":       {map[string]string{"XDG_DATA_HOME": "x"}, 1000, "linux", "/home/a", "/home/a/.local/share/plumbline"},
		"Linux":                      {nil, 1000, "linux", "/home/a", "/home/a/.local/share/plumbline"},
		"macOS":                      {nil, 501, "darwin", "/Users/a", "/Users/a/Library/Application Support/plumbline"},
		"an account without a home ": {nil, 1000, "linux", "", ""},
	} {
		got, err := defaultDir(func(k string) string { return c.env[k] }, c.uid, c.os, c.home)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, c.want)
		}
	}
}

func TestOnlyHarmlessVariablesReachTheServer(t *testing.T) {
	t.Setenv("PGDATA", "/elsewhere")
	t.Setenv("LC_ALL", "de_DE.UTF-8")
	t.Setenv("TZ", "Asia/Tokyo")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "never")
	env := strings.Join(cleanEnv(), "\n")
	for _, bad := range []string{"PGDATA", "de_DE", "Tokyo", "never"} {
		if strings.Contains(env, bad) {
			t.Errorf("%s reaches the server", bad)
		}
	}
	if !strings.Contains(env, "LC_ALL=C") || !strings.Contains(env, "TZ=UTC") {
		t.Errorf("language and zone are left open: %s", env)
	}
}
