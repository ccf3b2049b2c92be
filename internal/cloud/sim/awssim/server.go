// Package awssim is a simulated AWS: the EC2 and STS calls that Plumbline
// makes, over HTTP, in the wire protocol of the real endpoints, paging,
// refusals, throttling and faults included.
//
// It serves an estate from package sim and never judges one. It listens on
// loopback only, and it is not AWS: it knows the few calls it names, and
// answers InvalidAction to every other.
package awssim

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"plumbline/internal/cloud/sim"
)

// Options says how the simulated AWS behaves. The zero value is prompt, never
// throttles, keeps lists in order and allows every call.
type Options struct {
	Shuffle     uint64           // not 0: lists come in an order that differs from walk to walk
	Latency     time.Duration    // that every reply takes at least
	Throttle    bool             // token buckets per account, region and action, as EC2 has them
	Allow       []string         // actions that callers may use, "ec2:DescribeRegions"; nil is all
	NoGzip      bool             // never compress
	HideManaged bool             // the account hides what services operate, unless a call asks for it too
	Signature   bool             // check signatures, not only access keys
	Now         func() time.Time // for buckets and credentials; nil is time.Now
}

// A Server answers as AWS would. Make one with New; it is safe for concurrent
// use.
type Server struct {
	opt    Options
	walks  atomic.Uint64
	serial atomic.Uint64
	orders orders
	zipped zippedPages

	mu       sync.Mutex
	estate   *sim.Estate
	allow    []string
	faults   []*Fault
	calls    []Call
	sessions map[string]session
	buckets  map[bucketKey]*bucket
}

// New serves an estate.
func New(e *sim.Estate, o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{opt: o, estate: e, allow: o.Allow, sessions: map[string]session{}, buckets: map[bucketKey]*bucket{}}
}

// Estate is what is served now.
func (s *Server) Estate() *sim.Estate {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.estate
}

// SetEstate serves another estate from the next call on.
func (s *Server) SetEstate(e *sim.Estate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.estate = e
}

// Allow says which actions callers may use from now on, "ec2:DescribeRegions";
// nil is all.
func (s *Server) Allow(actions []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.allow = slices.Clone(actions)
}

// caller is who called what, as far as the request tells.
type caller struct {
	service string // "ec2" or "sts"
	action  string
	account *sim.Account
	region  *sim.Region
	scope   string // the region's name in the signature
	arn     string // of the identity
	userID  string
	id      string // of the request
	items   int
	gzip    bool // the reply may be compressed
}

// operations is every call the simulated AWS knows, by service, version and
// action.
var operations = map[string]func(*Server, *caller, url.Values) (*page, *refusal){
	"ec2 2016-11-15 DescribeRegions":                (*Server).describeRegions,
	"ec2 2016-11-15 DescribeInstances":              (*Server).describeInstances,
	"ec2 2016-11-15 GetInstanceMetadataDefaults":    (*Server).getDefaults,
	"ec2 2016-11-15 ModifyInstanceMetadataOptions":  (*Server).modifyOptions,
	"ec2 2016-11-15 ModifyInstanceMetadataDefaults": (*Server).modifyDefaults,
	"sts 2011-06-15 GetCallerIdentity":              (*Server).getCallerIdentity,
	"sts 2011-06-15 AssumeRole":                     (*Server).assumeRole,
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	q, err := url.ParseQuery(string(body))
	if err != nil {
		q = url.Values{}
	}
	c := &caller{action: q.Get("Action"), id: s.requestID(), service: "ec2"}
	if q.Get("Version") == "2011-06-15" {
		c.service = "sts"
	}
	if s.opt.Latency > 0 && !wait(r, s.opt.Latency) {
		panic(http.ErrAbortHandler)
	}
	no := s.admit(c, q, r, body)
	f := s.faultFor(c)
	if f != nil && f.instead() {
		s.note(c, f, f.status())
		f.play(w, r, c)
		return
	}
	c.gzip = f == nil && !s.opt.NoGzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	p, status := s.answer(c, q, no)
	s.note(c, f, status)
	h := w.Header()
	h.Set("Content-Type", "text/xml;charset=UTF-8")
	h.Set("X-Amzn-Requestid", c.id)
	if f != nil {
		f.cut(w, status, p.b)
		return
	}
	c.send(w, status, p)
}

// answer does what was asked, unless the caller was not admitted.
func (s *Server) answer(c *caller, q url.Values, no *refusal) (*page, int) {
	var p *page
	op, known := operations[c.service+" "+q.Get("Version")+" "+c.action]
	switch {
	case no != nil:
	case !known:
		no = badRequest("InvalidAction", "The action "+c.action+" is not valid for this web service.")
	default:
		if no = s.permit(c); no == nil && q.Get("DryRun") == "true" {
			no = &refusal{http.StatusPreconditionFailed, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."}
		}
		if no == nil {
			p, no = op(s, c, q)
		}
	}
	if no != nil {
		c.items = 0
		return &page{b: no.page(c)}, no.status
	}
	return p, http.StatusOK
}

// requestID is an id as AWS makes them; no two are the same.
func (s *Server) requestID() string {
	n := s.serial.Add(1)
	return fmt.Sprintf("%08x-51b0-4a11-8000-%012x", n*2654435761%(1<<32), n)
}

// wait lets time pass; false if the client gave up meanwhile.
func wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
