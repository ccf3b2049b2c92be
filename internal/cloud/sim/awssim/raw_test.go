package awssim_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// serve starts a simulated AWS that ends with the test.
func serve(t testing.TB, e *sim.Estate, o awssim.Options) *awssim.Listener {
	t.Helper()
	l, err := awssim.Listen("127.0.0.1:0", awssim.New(e, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// raw is a client that knows nothing of AWS but the form of a request.
type raw struct {
	url, key, token, region, service string
	http                             *http.Client
}

func client(l *awssim.Listener, a *sim.Account, region string) raw {
	return raw{url: l.URL, key: a.AccessKey, region: region, service: "ec2", http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

func (c raw) sts() raw { c.service = "sts"; return c }

func (c raw) request(t testing.TB, action string, params ...string) *http.Request {
	t.Helper()
	q := url.Values{"Action": {action}, "Version": {map[string]string{"ec2": "2016-11-15", "sts": "2011-06-15"}[c.service]}}
	for _, p := range params {
		k, v, _ := strings.Cut(p, "=")
		q.Set(k, v)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"/", strings.NewReader(q.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if c.key != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+c.key+"/20261122/"+c.region+"/"+c.service+"/aws4_request, SignedHeaders=host, Signature=00")
	}
	if c.token != "" {
		r.Header.Set("X-Amz-Security-Token", c.token)
	}
	return r
}

// call returns status and body of a call that must be answered in full.
func (c raw) call(t testing.TB, action string, params ...string) (int, string) {
	t.Helper()
	resp, err := c.http.Do(c.request(t, action, params...))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// must is call for a call that must succeed.
func (c raw) must(t testing.TB, action string, params ...string) string {
	t.Helper()
	status, b := c.call(t, action, params...)
	if status != http.StatusOK {
		t.Fatalf("%s: status %d: %s", action, status, b)
	}
	return b
}

// texts collects the text of every element of a name that holds text only.
// That replies are well-formed is for TestRepliesHaveTheElementsOfDocumentedOnes.
func texts(t testing.TB, doc, name string) []string {
	t.Helper()
	var out []string
	for {
		_, rest, ok := strings.Cut(doc, "<"+name+">")
		if !ok {
			return out
		}
		v, after, ok := strings.Cut(rest, "</"+name+">")
		if !ok || strings.Contains(v, "<") {
			t.Fatalf("%s is not a text in %.300s", name, rest)
		}
		out, doc = append(out, html.UnescapeString(v)), after
	}
}

// one is the text of the only element of a name, "" if there is none.
func one(t testing.TB, doc, name string) string {
	t.Helper()
	l := texts(t, doc, name)
	if len(l) > 1 {
		t.Fatalf("%d elements %s", len(l), name)
	}
	return strings.Join(l, "")
}

// refusal is "status code" of a call that must be refused.
func (c raw) refusal(t testing.TB, action string, params ...string) string {
	t.Helper()
	status, b := c.call(t, action, params...)
	return fmt.Sprint(status, " ", one(t, b, "Code"))
}

func bareTransport() *http.Transport {
	return &http.Transport{DisableCompression: true, DisableKeepAlives: true}
}
