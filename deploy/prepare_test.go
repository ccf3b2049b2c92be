package deploy

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plumbline/internal/postgres"
	"plumbline/internal/postgres/embedded"
	"plumbline/internal/postgres/pgtest"
)

// psql is the one that stands beside the server, or the one in the path.
func psql(t *testing.T) string {
	t.Helper()
	for _, dir := range []string{os.Getenv("PLUMBLINE_PG_BIN"), "/usr/lib/postgresql/*/bin"} {
		if found, _ := filepath.Glob(filepath.Join(dir, "psql")); dir != "" && len(found) > 0 {
			return filepath.Dir(found[len(found)-1])
		}
	}
	p, err := exec.LookPath("psql")
	if err != nil {
		t.Fatal("psql, which comes with PostgreSQL, is not there: ", err)
	}
	return filepath.Dir(p)
}

// open makes a directory that the account may pass through which the server
// runs as where this test is root.
func open(t *testing.T) string {
	t.Helper()
	d, err := os.MkdirTemp("", "plumbline-test-deploy-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(d) }) // of a test that is over
	if err := os.Chmod(d, 0o711); err != nil {
		t.Fatal(err)
	}
	return d
}

// The script makes a login that is no superuser and yet can do all that the
// program needs, whatever stands in the password.
func TestTheScriptPreparesADatabase(t *testing.T) {
	t.Parallel()
	pgtest.NeedPrograms(t)
	ctx := context.Background()
	s, err := embedded.Start(ctx, embedded.Options{Dir: filepath.Join(open(t), "pg"), BinDir: os.Getenv("PLUMBLINE_PG_BIN"), Wait: time.Minute, Name: "a test", Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(ctx)) }) // of a test that is over
	root := superuser(t, s.URL())
	const password = `it's "50 %" $HOME; \q`
	prepare(t, root, "") // names what is missing
	prepare(t, root, password)

	login := *root
	login.User, login.Path = url.UserPassword("plumbline", password), "/plumbline"
	if err := postgres.Migrate(ctx, login.String()); err != nil {
		t.Fatal("the login cannot shape its database: ", err)
	}
	store, err := postgres.Open(ctx, login.String())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.CheckRoles(ctx); err != nil {
		t.Error("the service would refuse to start: ", err)
	}
	if got := query(t, &login, `select rolsuper, rolbypassrls from pg_roles where rolname = current_user`); got != "f|f" {
		t.Errorf("superuser, and past row-level security: %s", got)
	}
}

// superuser is the one that the image has. Our own server's is called
// plumbline, as the login is that the script makes, and is given another name.
func superuser(t *testing.T, address string) *url.URL {
	t.Helper()
	root, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query(t, root, `create role postgres superuser login password 'postgres'`)
	former := root.User.Username()
	root.User = url.UserPassword("postgres", "postgres")
	query(t, root, `alter role "`+former+`" rename to former`)
	return root
}

// environment is what psql takes an address from.
func environment(t *testing.T, at *url.URL) []string {
	t.Helper()
	secret, _ := at.User.Password()
	host, port := at.Hostname(), at.Port()
	if h := at.Query().Get("host"); h != "" { // a socket
		host, port = h, at.Query().Get("port")
	}
	return []string{"PATH=" + psql(t) + ":/usr/bin:/bin", "PGHOST=" + host, "PGPORT=" + port, "PGUSER=" + at.User.Username(), "PGPASSWORD=" + secret,
		"PGDATABASE=" + strings.TrimPrefix(at.Path, "/")}
}

// query runs a statement and gives what it tells.
func query(t *testing.T, at *url.URL, sql string) string {
	t.Helper()
	c := exec.Command("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql)
	c.Path, c.Env = filepath.Join(psql(t), "psql"), environment(t, at)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

// prepare runs the script as the image does; without a password it must fail.
func prepare(t *testing.T, root *url.URL, password string) {
	t.Helper()
	sh := exec.Command("sh", filepath.Join("postgres", "10-plumbline.sh"))
	sh.Env = append(environment(t, root), "POSTGRES_USER="+root.User.Username(), "PLUMBLINE_DB_PASSWORD="+password)
	out, err := sh.CombinedOutput()
	switch {
	case password == "" && (err == nil || !strings.Contains(string(out), "PLUMBLINE_DB_PASSWORD")):
		t.Errorf("without a password: %v: %s", err, out)
	case password != "" && err != nil:
		t.Fatalf("%v: %s", err, out)
	}
}

func TestTheScriptCanBeRun(t *testing.T) {
	t.Parallel()
	fi, err := os.Stat(filepath.Join("postgres", "10-plumbline.sh"))
	if err != nil || fi.Mode()&0o111 == 0 {
		t.Error("the image's entry point runs only scripts that may be executed: ", err)
	}
	for _, v := range compose(t)["postgres"].Volumes {
		if from, _, _ := strings.Cut(v, ":"); strings.HasPrefix(from, "./") {
			if _, err := os.Stat(from); err != nil {
				t.Errorf("postgres mounts %s, which is not there", from)
			}
		}
	}
}
