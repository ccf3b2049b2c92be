package ibmsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
)

const vpc = "version=2026-04-07&generation=2"

// A client asks a simulated IBM Cloud as the first account's scanner.
type client struct {
	t     testing.TB
	base  string
	token string
	*ibmsim.Server
}

func serve(t testing.TB, e *ibmestate.Estate, o ...ibmsim.Option) *client {
	t.Helper()
	s := ibmsim.New(e, o...)
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	c := &client{t: t, base: ts.URL, Server: s}
	r, err := http.PostForm(ts.URL+"/identity/token", url.Values{"grant_type": {"urn:ibm:params:oauth:grant-type:apikey"}, "apikey": {s.APIKey("")}})
	if err != nil {
		t.Fatal(err)
	}
	var reply struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(r.Body).Decode(&reply); err != nil || reply.Token == "" {
		t.Fatal(reply, err)
	}
	_ = r.Body.Close()
	c.token = reply.Token
	return c
}

// tried sends one request and gives the reply's status, header and body. A header
// set to nothing is left out. It may be called from any goroutine.
func tried(c *client, method, path, body string, header ...string) (int, http.Header, []byte) {
	q, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0, nil, nil
	}
	q.Header.Set("Authorization", "Bearer "+c.token)
	if method == http.MethodPatch {
		q.Header.Set("Content-Type", "application/merge-patch+json")
	}
	for i := 0; i < len(header); i += 2 {
		if q.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			q.Header.Del(header[i])
		}
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		c.t.Error(err)
		return 0, nil, nil
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
	}
	return r.StatusCode, r.Header, b
}

// send sends one request and gives the reply's status, header and members.
func (c *client) send(method, path, body string, header ...string) (int, http.Header, map[string]any) {
	c.t.Helper()
	status, h, b := tried(c, method, path, body, header...)
	var v map[string]any
	if len(b) > 0 {
		if err := json.Unmarshal(b, &v); err != nil {
			c.t.Fatalf("%s: %v: %s", path, err, b)
		}
	}
	return status, h, v
}

// get gives a reply that must be good.
func (c *client) get(path string) map[string]any {
	c.t.Helper()
	status, _, v := c.send("GET", path, "")
	if status != 200 {
		c.t.Fatal(path, status, v)
	}
	return v
}

// all gives every item of a list, page by page.
func (c *client) all(path, list string) []map[string]any {
	c.t.Helper()
	var out []map[string]any
	for path != "" {
		v := c.get(path)
		for _, x := range v[list].([]any) {
			out = append(out, x.(map[string]any))
		}
		path = ""
		if next, ok := v["next"].(map[string]any); ok {
			path = strings.TrimPrefix(next["href"].(string), c.base)
		}
	}
	return out
}
