// Package ibmsim is a simulated IBM Cloud: the calls that Plumbline makes, of
// VPC, IAM, access groups, resource groups, Activity Tracker and enterprises,
// over HTTP, in the wire form of the real endpoints, paging, refusals,
// throttling and faults included.
//
//	s := ibmsim.New(ibmestate.Demo())       // an http.Handler
//	key := s.APIKey("")                      // of the first account; POST it to /identity/token
//	s.Fail(ibmsim.Fault{Call: "is:ListVpcs", Kind: ibmsim.Forbidden})
//	for _, c := range s.Calls() { … }
//
// Listen serves it on a loopback address. One server stands for every endpoint
// of IBM Cloud. With its base E:
//
//	E/identity/token                     grant types apikey, cr-token and assume
//	E/<region>/v1/...                    VPC; wants version and generation=2
//	E/v1/profiles, serviceids, serviceid_groups, apikeys, accounts/<id>/settings/identity
//	E/v2/policies, roles, groups, resource_groups
//	E/api/v2/targets, routes, settings   Activity Tracker
//	E/v1/enterprises, account-groups, accounts
//
// Calls are named by the service and the operation of IBM's SDK,
// "is:ListInstances", the way collectors name them. It serves an estate of
// package ibmestate and never judges one. It is not IBM Cloud: it knows the
// calls of its table and answers to every other that there is no such path.
//
// A few changes are known too, those that fixes need. They are seen by the next
// call; what the estate says of itself stays as it was made.
package ibmsim

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/serve"
)

// A Server answers as IBM Cloud would. Make one with New; it is safe for
// concurrent use.
type Server struct {
	mux      *http.ServeMux
	now      func() time.Time
	latency  time.Duration
	most     int     // of things a page holds
	rate     float64 // calls a second of each name, 0: any number
	burst    float64
	standing sync.RWMutex // the estate: readers of it, or one that changes it

	mu      sync.Mutex
	estate  *ibmestate.Estate
	serial  int
	allow   []string
	faults  []*Fault
	calls   []Call
	buckets map[string]*serve.Bucket
}

// An Option says how the simulated IBM Cloud behaves.
type Option func(*Server)

// MaxPage makes pages short: no reply holds more than n things. Without it a
// page holds 50, or up to 100 where the caller asks for more.
func MaxPage(n int) Option { return func(s *Server) { s.most = n } }

// Throttle lets each call be made so often a second, and so often at once, in
// each region; the others are answered 429 with Retry-After.
func Throttle(rate, burst float64) Option {
	return func(s *Server) { s.rate, s.burst = rate, burst }
}

// Latency is what every reply takes at least.
func Latency(d time.Duration) Option { return func(s *Server) { s.latency = d } }

// Clock is what tokens and buckets go by, instead of time.Now.
func Clock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// New serves an estate.
func New(e *ibmestate.Estate, opts ...Option) *Server {
	s := &Server{mux: http.NewServeMux(), now: time.Now, most: 100, estate: e, buckets: map[string]*serve.Bucket{}}
	for _, o := range opts {
		o(s)
	}
	for _, r := range routes() {
		s.mux.HandleFunc(r.pattern, func(w http.ResponseWriter, q *http.Request) { s.serve(w, q, r) })
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		s.serve(w, q, &route{call: "unknown:" + q.Method + " " + q.URL.Path, form: formOf(q.URL.Path), do: noSuchPath})
	})
	return s
}

// Estate is what is served now.
func (s *Server) Estate() *ibmestate.Estate {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.estate
}

// SetEstate serves another estate from the next call on. Tokens stay good for
// accounts of the same id.
func (s *Server) SetEstate(e *ibmestate.Estate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.estate = e
}

// APIKey is the API key of an account's scanner, "" for the first account.
func (s *Server) APIKey(account string) string {
	e := s.Estate()
	if account == "" {
		return e.Accounts[0].Key
	}
	if a := e.Account(account); a != nil {
		return a.Key
	}
	return ""
}

// Allow says which calls may be made from now on, "is:ListVpcs"; nil is all.
// Tokens are given out whatever it says.
func (s *Server) Allow(calls []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.allow = slices.Clone(calls)
}

// A route is one call of the table.
type route struct {
	pattern string
	call    string
	form    form
	do      func(*Server, *caller) (any, *refusal)
	status  int  // of success; 0 is 200
	open    bool // it needs no token
}

// caller is who called what.
type caller struct {
	*http.Request
	route   *route
	id      string // of the request
	estate  *ibmestate.Estate
	account *ibmestate.Account
	region  *ibmestate.Region // of a VPC call
	body    []byte
	base    string // scheme and host that the caller sees
	etag    string // of what is answered; "" is none
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) serve(w http.ResponseWriter, q *http.Request, r *route) {
	body, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	c := &caller{Request: q, route: r, id: s.requestID(), estate: s.Estate(), body: body, base: "http://" + q.Host}
	if q.TLS != nil {
		c.base = "https://" + q.Host
	}
	if s.latency > 0 && !serve.Wait(q, s.latency) {
		panic(http.ErrAbortHandler)
	}
	no := s.admit(c)
	f := s.faultFor(c)
	if f != nil && f.instead() {
		s.note(c, f, f.status())
		f.play(w, c)
		return
	}
	var b []byte
	status := r.status
	if status == 0 {
		status = http.StatusOK
	}
	if no == nil {
		b, no = s.answer(c)
	}
	if no != nil {
		b, status = no.body(c), no.status
		no.headers(w.Header())
	}
	s.note(c, f, status)
	c.headers(w.Header())
	if f != nil {
		serve.Cut(w, status, b, f.Kind == CutClean)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(b) // a client that is gone cannot be told
}

// answer does what was asked. It writes the reply while the estate stands
// still.
func (s *Server) answer(c *caller) ([]byte, *refusal) {
	if !c.route.open && changing(c.Method) {
		s.standing.Lock()
		defer s.standing.Unlock()
	} else {
		s.standing.RLock()
		defer s.standing.RUnlock()
	}
	v, no := c.route.do(s, c)
	if no != nil || v == nil {
		return nil, no
	}
	return marshal(v), nil
}

func (c *caller) headers(h http.Header) {
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Transaction-Id", c.id)
	h.Set("X-Request-Id", c.id)
	h.Set("X-Correlation-Id", c.id)
	if c.etag != "" {
		h.Set("ETag", c.etag)
	}
}

// requestID is an id as IBM makes them; no two are the same.
func (s *Server) requestID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return fmt.Sprintf("%08x-6f1a-4c2e-9d31-%012x", s.serial*2654435761%(1<<32), s.serial)
}

// A Call is one request that reached the simulated IBM Cloud.
type Call struct {
	Account string // "" if the token was not good
	Region  string // "" for a service without regions
	Call    string // "is:ListInstances"
	Subject string // id of what was asked about, "" for plain listings
	Status  int    // that the client saw; 0 is nothing
	Fault   Kind   // that was played, "" if none
}

// Calls lists the requests so far, in the order in which they were answered.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *Server) note(c *caller, f *Fault, status int) {
	n := Call{Call: c.route.call, Region: c.PathValue("region"), Subject: c.about(), Status: status}
	if c.account != nil {
		n.Account = c.account.ID
	}
	if f != nil {
		n.Fault = f.Kind
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, n)
}

// about is the id in the path of what a call is about: the last one.
func (c *caller) about() string {
	for _, name := range []string{"policy", "sub", "id"} {
		if v := c.PathValue(name); v != "" {
			return v
		}
	}
	return ""
}

// changing says that a call is one that only fixes make.
func changing(method string) bool { return method != http.MethodGet && method != http.MethodHead }

// isVPC says that a path is one of the VPC service.
func isVPC(path string) bool {
	parts := strings.SplitN(path, "/", 4)
	return len(parts) > 2 && parts[2] == "v1"
}
