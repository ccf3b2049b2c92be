package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A base that others can reach into, or that holds what is not ours, is
// refused before anything in it changes.
func TestTheBaseIsOursAlone(t *testing.T) {
	t.Parallel()
	type trial struct {
		arrange func(t *testing.T, d string)
		want    []string // "" is accepted
	}
	link := func(name string) func(*testing.T, string) {
		return func(t *testing.T, d string) {
			write(t, filepath.Dir(d), filepath.Base(d)+".victim", "mine")
			t.Cleanup(func() { _ = os.Remove(d + ".victim") }) // beside the base, gone with the test
			must(t, os.Symlink(d+".victim", filepath.Join(d, name)))
		}
	}
	tests := map[string]trial{
		"empty":                     {func(*testing.T, string) {}, nil},
		"the root of a file system": {func(t *testing.T, d string) { must(t, os.Mkdir(filepath.Join(d, "lost+found"), 0o700)) }, nil},
		"what a killed start leaves": {func(t *testing.T, d string) {
			write(t, d, "init-plumbline-1/data/x", "")
			write(t, d, "password.12", "")
		}, nil},
		"a link in place of the lock":        {link("lock"), []string{"symbolic link", "/lock", "PLUMBLINE_DATA_DIR"}},
		"a link in place of the log":         {link("postgres.log"), []string{"symbolic link", "/postgres.log", "PLUMBLINE_DATA_DIR"}},
		"a link in place of the sockets":     {link("run"), []string{"symbolic link", "/run", "PLUMBLINE_DATA_DIR"}},
		"a link in place of the password":    {link("password"), []string{"symbolic link", "/password", "PLUMBLINE_DATA_DIR"}},
		"somebody's file":                    {func(t *testing.T, d string) { write(t, d, "thesis.tex", "mine") }, []string{`"thesis.tex"`, "nothing in it is touched", "PLUMBLINE_DATA_DIR"}},
		"somebody's init-scripts":            {func(t *testing.T, d string) { write(t, d, "init-scripts/a.sql", "mine") }, []string{`"init-scripts"`, "PLUMBLINE_DATA_DIR"}},
		"a base that its group may write":    {func(t *testing.T, d string) { must(t, os.Chmod(d, 0o770)) }, []string{"Other accounts may write", "chmod go-w", "PLUMBLINE_DATA_DIR"}},
		"a base that everybody may write":    {func(t *testing.T, d string) { must(t, os.Chmod(d, 0o1777)) }, []string{"Other accounts may write", "chmod go-w"}},
		"a base that is somebody else's":     {nil, []string{"belongs to another account", "PLUMBLINE_DATA_DIR"}},
		"the same, with data of their own":   {nil, []string{"belongs to another account", "PLUMBLINE_DATA_DIR"}},
		"a base that a package gave away":    {nil, nil},
		"an account that only owns the data": {nil, nil},
	}
	for name, owner := range map[string][2]int{ // of base and data; only root can give away
		"a base that is somebody else's":     {54321, -1},
		"the same, with data of their own":   {54321, 54321},
		"a base that a package gave away":    {servers(), servers()},
		"an account that only owns the data": {0, servers()},
	} {
		tests[name] = trial{func(t *testing.T, d string) {
			if owner[1] >= 0 {
				must(t, os.Mkdir(filepath.Join(d, "data"), 0o700))
				must(t, os.Lchown(filepath.Join(d, "data"), owner[1], owner[1]))
			}
			must(t, os.Lchown(d, owner[0], owner[0]))
		}, tests[name].want}
		if os.Geteuid() != 0 || owner[0] < 0 || owner[1] < -1 {
			delete(tests, name)
		}
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dir(t)
			c.arrange(t, d)
			before := shape(t, d)
			_, err := prepare(d)
			if c.want == nil {
				must(t, err)
				return
			}
			if err == nil {
				t.Fatal("it is used")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if after := shape(t, d); before != after {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

// Sweeping takes only what an initdb of ours left.
func TestSweepLeavesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	write(t, d, "init-plumbline-7/data/PG_VERSION", "15")
	write(t, d, "init-scripts/a.sql", "mine")
	place{dir: d}.sweep()
	if got := shape(t, d); strings.Contains(got, "init-plumbline-7") || !strings.Contains(got, "a.sql") {
		t.Errorf("left:\n%s", got)
	}
}

// A link that comes after the base was looked at is not followed either.
func TestLinksAreNotFollowedLater(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	write(t, d, "victim", "mine")
	must(t, os.Symlink(filepath.Join(d, "victim"), filepath.Join(d, "lock")))
	l, err := takeLock(t.Context(), place{dir: d}, Options{Dir: d})
	if err == nil {
		l.release()
	}
	if text, _ := os.ReadFile(filepath.Join(d, "victim")); err == nil || string(text) != "mine" || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("the lock followed a link: %v, %q", err, text)
	}
	must(t, os.Symlink(filepath.Join(d, "nowhere"), filepath.Join(d, "run")))
	if err := (&account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}).give(filepath.Join(d, "run")); err != nil {
		t.Errorf("the owner of what a link names is changed, not that of the link: %v", err)
	}
}

// servers is the number of an account that a package makes for the server; -2
// where there is none.
func servers() int {
	for _, name := range []string{"plumbline", "postgres"} {
		if a := lookup(name); a != nil {
			return int(a.uid)
		}
	}
	return -2
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shape shows every name in a directory, with its kind and its mode.
func shape(t *testing.T, d string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(d, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := os.Lstat(path)
		if err == nil {
			b.WriteString(fi.Mode().String() + " " + path + "\n")
		}
		return err
	}))
	return b.String()
}
