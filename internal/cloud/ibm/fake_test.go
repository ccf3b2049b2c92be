package ibm

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const (
	account = "0123456789abcdef0123456789abcdef"
	south   = "us-south"
	apiKey  = "key-of-the-test"
)

// fake is an IBM Cloud of a few replies: what a test does not set is there and
// empty. It demands what IBM Cloud demands of a request.
type fake struct {
	*httptest.Server
	t *testing.T

	mu      sync.Mutex
	replies map[string]reacts // by path
	asked   map[string]int
	token   string
}

// reacts answers the nth request for a path, from 0.
type reacts func(w http.ResponseWriter, r *http.Request, n int)

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t: t, replies: map[string]reacts{}, asked: map[string]int{}, token: jwt(account)}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	f.on("/identity/token", func(w http.ResponseWriter, r *http.Request, _ int) {
		if r.PostFormValue("apikey") != apiKey {
			tell(w, http.StatusBadRequest, `{"errorCode":"BXNIM0415E","errorMessage":"Provided API key could not be found.","context":{"requestId":"x"}}`)
			return
		}
		tell(w, http.StatusOK, f.tokenReply())
	})
	f.says("/us-south/v1/regions", `{"regions":[{"name":"us-south","endpoint":"`+f.URL+`/us-south","status":"available","href":"h"}]}`)
	for path, list := range empty {
		f.says(path, fmt.Sprintf(`{%q:[],"limit":100,"offset":0,"total_count":0,"first":{"href":"h"}}`, list))
	}
	f.says("/v1/accounts/"+account+"/settings/identity", `{"account_id":"`+account+`","mfa":"NONE"}`)
	f.says("/api/v2/settings", `{"api_version":2,"default_targets":[]}`)
	return f
}

func (f *fake) tokenReply() string {
	return fmt.Sprintf(`{"access_token":%q,"refresh_token":"not_supported","token_type":"Bearer","expires_in":3600,"expiration":%d}`,
		f.token, time.Now().Add(time.Hour).Unix())
}

// empty are the listings, by path, with the name of their list.
var empty = func() map[string]string {
	all := map[string]string{
		"/v1/profiles": "profiles", "/v1/serviceid_groups": "serviceid_groups", "/v1/serviceids/": "serviceids", "/v1/apikeys": "apikeys", "/v2/policies": "policies", "/v2/roles": "custom_roles",
		"/v2/groups": "groups", "/v2/resource_groups": "resources", "/api/v2/targets": "targets", "/api/v2/routes": "routes", "/v1/enterprises": "resources",
	}
	for _, list := range []string{
		"instances", "bare_metal_servers", "virtual_network_interfaces", "instance_groups", "images", "vpcs", "subnets",
		"security_groups", "network_acls", "floating_ips", "public_gateways", "public_address_ranges", "load_balancers", "vpn_gateways", "vpn_servers",
		"endpoint_gateways", "flow_log_collectors", "backup_policies", "keys",
	} {
		for _, region := range []string{"us-south", "eu-de"} {
			all["/"+region+"/v1/"+list] = list
		}
	}
	all["/us-south/v1/instance/templates"] = "templates"
	all["/eu-de/v1/instance/templates"] = "templates"
	return all
}()

func (f *fake) on(path string, do reacts) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replies[path] = do
}

// says answers with bodies, one after the other; the last stays.
func (f *fake) says(path string, bodies ...string) {
	f.on(path, func(w http.ResponseWriter, _ *http.Request, n int) {
		tell(w, http.StatusOK, bodies[min(n, len(bodies)-1)])
	})
}

// refuses answers as IBM Cloud refuses.
func (f *fake) refuses(path string, status int, code string) {
	f.on(path, func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(w, status, code) })
}

func refuse(w http.ResponseWriter, status int, code string) {
	tell(w, status, fmt.Sprintf(`{"errors":[{"code":%q,"message":"It is so.","more_info":"https://cloud.ibm.com"}],"trace":"t"}`, code))
}

func tell(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", "req-1")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// times a path was asked.
func (f *fake) times(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[path]
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	do := f.replies[r.URL.Path]
	n := f.asked[r.URL.Path]
	f.asked[r.URL.Path]++
	f.mu.Unlock()
	q := r.URL.Query()
	isVPC := strings.Contains(r.URL.Path, "/us-south/") || strings.Contains(r.URL.Path, "/eu-de/")
	switch {
	case !strings.Contains(r.URL.Path, "identity/") && r.Header.Get("Authorization") != "Bearer "+f.token:
		refuse(w, http.StatusUnauthorized, "not_authenticated")
	case isVPC && (q.Get("version") != "2026-04-07" || q.Get("generation") != "2"):
		refuse(w, http.StatusBadRequest, "missing_version")
	case do == nil:
		f.t.Errorf("nobody expects %s %s", r.Method, r.URL)
		refuse(w, http.StatusNotFound, "not_found")
	default:
		do(w, r, n)
	}
}

// jwt is a token with the claims of a service ID; nobody signs it.
func jwt(account string) string {
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(map[string]string{"alg": "RS256"}) + "." + part(map[string]any{
		"iam_id": "iam-ServiceId-1", "sub": "ServiceId-1", "sub_type": "ServiceId", "account": map[string]any{"valid": true, "bss": account},
	}) + ".c2ln" + strings.Repeat("A", 40)
}

func options(f *fake) Options {
	return Options{Endpoint: f.URL, APIKey: func() string { return apiKey }, Redactor: wire.NewRedactor([32]byte{1}),
		MaxAttempts: 3, MaxBackoff: time.Millisecond, Silence: 20 * time.Second, rush: true,
		Now: func() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }}
}

func connected(t *testing.T, o Options) *Collector {
	t.Helper()
	c, err := Connect(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fixture is a stored reply.
func fixture(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// notes is a sink that keeps everything.
type notes struct {
	mu      sync.Mutex
	answers map[snapshot.Key]snapshot.Answer
	docs    map[string]string // uid -> document
	pages   [][]string        // uids that came together
	each    func([]snapshot.Resource) error
}

func newNotes() *notes {
	return &notes{answers: map[snapshot.Key]snapshot.Answer{}, docs: map[string]string{}}
}

var _ cloud.Sink = (*notes)(nil)

func (n *notes) Answer(_ context.Context, a snapshot.Answer) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answers[a.Key] = a
	return nil
}

func (n *notes) Resources(_ context.Context, rs []snapshot.Resource) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.each != nil {
		if err := n.each(rs); err != nil {
			return err
		}
	}
	var page []string
	for _, r := range rs {
		if !r.Intact() {
			return fmt.Errorf("%s is not intact", r.UID)
		}
		n.docs[r.UID] = string(bytes.Clone(r.Doc))
		page = append(page, r.UID)
	}
	n.pages = append(n.pages, page)
	return nil
}

func (n *notes) uids() []string { return slices.Sorted(maps.Keys(n.docs)) }

// answer to a call in a region, "" for the account.
func (n *notes) answer(call, region, subject string) snapshot.Answer {
	if region == "" {
		region = snapshot.Global
	}
	return n.answers[snapshot.Key{Call: call, Scope: snapshot.Scope{Provider: Provider, Account: account, Region: region}, Subject: subject}]
}

// scan asks for everything.
func scan(t *testing.T, c *Collector) *notes {
	t.Helper()
	n := newNotes()
	if err := c.Context(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	if err := c.Workloads(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	return n
}
