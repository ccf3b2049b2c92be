package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// start runs the program as a process of its own.
func start(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: exec.Command(exe, args...), lines: make(chan string, 4096), ended: make(chan struct{}), seen: &strings.Builder{}}
	p.cmd.Env = append(append(os.Environ(), asProgram+"=1", "DATABASE_URL="), env...)
	r, w := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = w, w
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for sc := bufio.NewScanner(r); sc.Scan(); {
			p.lines <- sc.Text()
		}
	}()
	go func() {
		_ = p.cmd.Wait() // how it ended is read from ProcessState
		_ = w.Close()
		close(p.ended)
	}()
	t.Cleanup(func() { _ = p.cmd.Process.Signal(syscall.SIGTERM); <-p.ended })
	return p
}

// await reads what the program prints until a line matches, and gives the
// match; "" if the program ended first.
func (d *program) await(t *testing.T, what *regexp.Regexp) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		select {
		case line, more := <-d.lines:
			if !more {
				return ""
			}
			d.seen.WriteString(line + "\n")
			if m := what.FindStringSubmatch(line); m != nil {
				return m[len(m)-1]
			}
		case <-ctx.Done():
			t.Fatalf("nothing like %s within a minute:\n%s", what, d.log())
		}
	}
}

var (
	answersAt   = regexp.MustCompile(`Plumbline answers at (http://\S+)`)
	theEmail    = regexp.MustCompile(`e-mail +(\S+)`)
	thePassword = regexp.MustCompile(`password +(\S+)$`)
	works       = regexp.MustCompile(`^(Working) as`)
)

// A site under test is a service on a data directory of its own, in front of a
// simulated cloud.
type ground struct {
	dir             string
	env             []string
	email, password string
}

// fast makes lost work be noticed in a second.
var fast = []string{"--stale", "1s", "--sweep-every", "1s"}

func newGround(t *testing.T, e *sim.Estate, o awssim.Options) *ground {
	t.Helper()
	srv, err := awssim.Listen("127.0.0.1:0", awssim.New(e, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	a := e.Accounts[0]
	return &ground{dir: openDir(t), env: []string{"AWS_ENDPOINT_URL=" + srv.URL, "AWS_ACCESS_KEY_ID=" + a.AccessKey,
		"AWS_SECRET_ACCESS_KEY=" + a.SecretKey, "AWS_REGION=" + a.Regions[0].Name}}
}

// serve starts the service and waits until it answers; nil if it ended first.
func (g *ground) serve(t *testing.T, more ...string) *program {
	t.Helper()
	p := start(t, g.env, append(append([]string{"serve", "--listen", "127.0.0.1:0", "--data-dir", g.dir}, fast...), more...)...)
	if g.password == "" {
		g.email, g.password = p.await(t, theEmail), p.await(t, thePassword)
	}
	if p.link = p.await(t, answersAt); p.link == "" {
		return nil
	}
	return p
}

func (g *ground) work(t *testing.T) *program {
	t.Helper()
	p := start(t, g.env, append([]string{"work", "--data-dir", g.dir}, fast...)...)
	if p.await(t, works) == "" {
		return nil
	}
	return p
}

// A caller is somebody who is signed in at a service.
type caller struct {
	at string
	*http.Client
}

func signIn(t *testing.T, at, email, password string) *caller {
	t.Helper()
	c := &caller{at, visitor(t)}
	resp, err := c.PostForm(at+"/sign-in", url.Values{"email": {email}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path == "/sign-in" {
		b, _ := io.ReadAll(resp.Body)
		t.Fatalf("sign-in answers %d at %s\n%s", resp.StatusCode, resp.Request.URL, b)
	}
	return c
}

// call asks the API, and reads the reply into into. It gives the status.
func (c *caller) call(t *testing.T, method, path string, body, into any) (int, error) {
	t.Helper()
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, c.at+"/api/v1"+path, &b)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, fmt.Errorf("%s %s answers %s: %s", method, path, resp.Status, all)
	}
	if into != nil {
		if err := json.Unmarshal(all, into); err != nil {
			return resp.StatusCode, fmt.Errorf("%s %s: %w in %s", method, path, err, all)
		}
	}
	return resp.StatusCode, nil
}

func (c *caller) must(t *testing.T, method, path string, body, into any) {
	t.Helper()
	if _, err := c.call(t, method, path, body, into); err != nil {
		t.Fatal(err)
	}
}

// A scanReply is what the API tells of a scan.
type scanReply struct {
	Number    int64          `json:"number"`
	State     string         `json:"state"`
	Reason    string         `json:"reason"`
	Workloads int            `json:"workloads"`
	Changes   map[string]int `json:"changes"`
	Rules     []tallied      `json:"rules"`
}

type tallied struct {
	Rule                    string
	Pass, Fail, Unknown, NA int
}

// aboutTheCloud leaves out how long ago the account was scanned: a first scan
// cannot tell.
func (r scanReply) aboutTheCloud() []tallied {
	return slices.DeleteFunc(slices.Clone(r.Rules), func(t tallied) bool { return t.Rule == "XC-003" })
}

// ended waits until a scan is no longer running. again is called, with the
// caller to go on with, whenever the service does not answer.
func (c *caller) ended(t *testing.T, scan int64, again func() *caller) (scanReply, *caller) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		var r scanReply
		_, err := c.call(t, http.MethodGet, fmt.Sprint("/scans/", scan), nil, &r)
		switch {
		case err != nil && again != nil:
			c = again()
		case err != nil:
			t.Fatal(err)
		case r.State != "running":
			return r, c
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("scan %d has not ended: %+v, %v", scan, r, err)
		}
	}
}

// listed are all findings, by what tells them apart, with what is said of them.
func (c *caller) listed(t *testing.T, query string) map[string]string {
	t.Helper()
	all := map[string]string{}
	after := ""
	for {
		var page struct {
			Items []struct {
				ID, Rule, State, Say string
				Subject              struct{ UID string }
			} `json:"items"`
			Next string `json:"next"`
		}
		c.must(t, http.MethodGet, "/findings?limit=200&q="+url.QueryEscape(query)+"&after="+url.QueryEscape(after), nil, &page)
		for _, f := range page.Items {
			all[f.Rule+" "+f.Subject.UID] = f.State + ": " + f.Say
		}
		if after = page.Next; after == "" {
			return all
		}
	}
}
