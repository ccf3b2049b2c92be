package embedded

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first major version that has all we use.
const oldest = 15

// places are where packages put PostgreSQL's programs.
var places = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // PGDG on Fedora and its kin
	"/usr/libexec/postgresql*",                           // Alpine
	"/usr/lib/postgresql*/bin",                           // openSUSE
	"/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew
	"/usr/local/opt/postgresql@*/bin",                    // Homebrew on Intel
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	"/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin", // from source, BSD, Fedora
	"/opt/local/lib/postgresql*/bin", "/snap/postgresql/*/bin", // MacPorts, snap
}

// A binaries is a directory with initdb and postgres of one version.
type binaries struct {
	dir   string
	major int
}

func (b binaries) tool(name string) string { return filepath.Join(b.dir, name) }

// findBinaries returns the newest programs; major is the version that existing
// data demands, or 0.
func findBinaries(binDir string, major int) (binaries, error) {
	all := installed(binDir)
	slices.SortStableFunc(all, func(a, b binaries) int { return cmp.Compare(b.major, a.major) })
	for _, b := range all {
		if b.major >= oldest && (major == 0 || b.major == major) {
			return b, nil
		}
	}
	return binaries{}, missing(binDir, major, all)
}

// Installed says whether PostgreSQL's programs are there, in binDir if one is
// given; the error tells how to install them.
func Installed(binDir string) error {
	_, err := findBinaries(binDir, 0)
	return err
}

func installed(binDir string) []binaries {
	dirs := []string{binDir}
	if binDir == "" {
		dirs = nil
		for _, g := range places {
			m, _ := filepath.Glob(g) // only a malformed pattern is an error
			dirs = append(dirs, m...)
		}
		if p, err := exec.LookPath("postgres"); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	var l []binaries
	for _, d := range dirs {
		if v := versionOf(d); v > 0 {
			l = append(l, binaries{d, v})
		}
	}
	return l
}

func versionOf(dir string) int {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	c := exec.Command(filepath.Join(dir, "postgres"), "--version")
	c.Env = cleanEnv()
	out, err := c.Output()
	if err != nil {
		return 0
	}
	return majorOf(string(out))
}

// majorOf reads "postgres (PostgreSQL) 15.14 (Debian …)", "… 18beta1" and the
// like; 0 if there is no number. Before 10 the major version had two parts:
// 9.6 is read as 9.
func majorOf(version string) int {
	_, v, ok := strings.Cut(version, "(PostgreSQL) ")
	if !ok {
		v = version
	}
	digits := v[:len(v)-len(strings.TrimLeft(v, "0123456789"))]
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

func missing(binDir string, major int, found []binaries) error {
	where, had := "on this machine", ""
	if binDir != "" {
		where = "in " + binDir
	}
	if len(found) > 0 {
		had = "; the newest found is version " + strconv.Itoa(found[0].major)
	}
	if major > 0 {
		return sentence("The data was written by PostgreSQL %d, and no programs of that version were found %s%s. Install PostgreSQL %d (for example: apt-get install postgresql-%d), or name its directory with --pg-bin; nothing was changed.", major, where, had, major, major)
	}
	return sentence("PostgreSQL %d or newer was not found %s%s. Install it (for example: apt-get install postgresql, dnf install postgresql-server, apk add postgresql, brew install postgresql@17), name its directory with --pg-bin, or set DATABASE_URL to a database of your own.", oldest, where, had)
}

// kept are the variables that a program of PostgreSQL may need of ours.
// Everything else stays here: PG* would redirect it, LC_*, LANG and TZ would
// bend it, and secrets are not its business.
var kept = []string{"PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}

func cleanEnv() []string {
	env := []string{"LC_ALL=C", "TZ=UTC"}
	for _, k := range kept {
		if v, ok := os.LookupEnv(k); ok {
			env = append(env, k+"="+v)
		}
	}
	return env
}
