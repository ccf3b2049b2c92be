// Package awssim is a simulated AWS: the calls that Plumbline makes, of EC2,
// IAM, CloudWatch and the other services it asks, over HTTP, in the wire
// protocol of the real endpoints, paging, refusals, throttling and faults
// included.
//
// It serves an estate from package sim and never judges one. It listens on
// loopback only, and it is not AWS: it knows the few calls it names, and
// answers to every other that there is no such action.
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
	"plumbline/internal/cloud/sim/serve"
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
	buckets  map[bucketKey]*serve.Bucket
}

// New serves an estate.
func New(e *sim.Estate, o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{opt: o, estate: e, allow: o.Allow, sessions: map[string]session{}, buckets: map[bucketKey]*serve.Bucket{}}
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
	of      *service
	version string // of the API, that a query names
	action  string
	account *sim.Account
	region  *sim.Region // nil for a service without regions
	home    string      // the region that such services are asked in
	scope   string      // the region's name in the signature
	arn     string      // of the identity
	userID  string
	id      string // of the request
	items   int
	gzip    bool // the reply may be compressed
}

// A queryOp answers a query, a jsonOp a request in JSON.
type (
	queryOp = func(*Server, *caller, url.Values) (*page, *refusal)
	jsonOp  = func(*Server, *caller, ask) (any, *refusal)
)

// operations is every query the simulated AWS knows, by service, version and
// action; jsonOperations is every other, by service and action. Each file
// brings its own.
var (
	operations = merged(coreOps, networkOps, balancerOps, iamOps, scalingOps, imageOps, templateOps, userDataOps, storageOps,
		groupChanges, aclChanges, networkChanges, storageChanges, roleChanges, fleetChanges)
	jsonOperations = merged(metricOps, organizationOps, watchOps, careOps, watchChanges, trailChanges)
)

func merged[F any](tables ...map[string]F) map[string]F {
	all := map[string]F{}
	for _, t := range tables {
		for name, f := range t {
			if _, twice := all[name]; twice {
				panic("awssim: two answers to " + name)
			}
			all[name] = f
		}
	}
	return all
}

// The query services as operations are keyed by them.
const (
	ec2      = "ec2 2016-11-15 "
	sts      = "sts 2011-06-15 "
	iam      = "iam 2010-05-08 "
	scaling  = "autoscaling 2011-01-01 "
	balancer = "elasticloadbalancing 2015-12-01 "
	classic  = "elasticloadbalancing 2012-06-01 "
)

var coreOps = map[string]queryOp{
	ec2 + "DescribeRegions":                (*Server).describeRegions,
	ec2 + "DescribeInstances":              (*Server).describeInstances,
	ec2 + "GetInstanceMetadataDefaults":    (*Server).getDefaults,
	ec2 + "ModifyInstanceMetadataOptions":  (*Server).modifyOptions,
	ec2 + "ModifyInstanceMetadataDefaults": (*Server).modifyDefaults,
	sts + "GetCallerIdentity":              (*Server).getCallerIdentity,
	sts + "AssumeRole":                     (*Server).assumeRole,
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	c := &caller{id: s.requestID()}
	a := c.read(r, body)
	if s.opt.Latency > 0 && !serve.Wait(r, s.opt.Latency) {
		panic(http.ErrAbortHandler)
	}
	no := s.admit(c, a.form, r, body)
	f := s.faultFor(c)
	if f != nil && f.instead() {
		s.note(c, f, f.status(c))
		f.play(w, r, c)
		return
	}
	c.gzip = f == nil && !s.opt.NoGzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	p, status := s.answer(c, a, no)
	s.note(c, f, status)
	h := w.Header()
	h.Set("Content-Type", c.kind())
	h.Set("X-Amzn-Requestid", c.id)
	c.errorHeaders(h, p.refused)
	if f != nil {
		serve.Cut(w, status, p.b, f.Kind == CutClean)
		return
	}
	c.send(w, status, p)
}

// answer does what was asked, unless the caller was not admitted.
func (s *Server) answer(c *caller, a ask, no *refusal) (*page, int) {
	var p *page
	if no == nil {
		p, no = s.carryOut(c, a)
	}
	if no != nil {
		c.items = 0
		return &page{b: no.page(c), refused: no}, no.status
	}
	return p, http.StatusOK
}

func (s *Server) carryOut(c *caller, a ask) (*page, *refusal) {
	op, known := operations[c.of.name+" "+c.version+" "+c.action]
	jop, knownJSON := jsonOperations[c.name()]
	if c.of.form == ec2Query || c.of.form == query {
		knownJSON = false
	}
	if !known && !knownJSON {
		return nil, c.unknownAction()
	}
	if no := s.permit(c); no != nil {
		return nil, no
	}
	if known {
		if a.form.Get("DryRun") == "true" {
			return nil, &refusal{http.StatusPreconditionFailed, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."}
		}
		return op(s, c, a.form)
	}
	v, no := jop(s, c, a)
	if no != nil {
		return nil, no
	}
	return jsonPage(v), nil
}

// requestID is an id as AWS makes them; no two are the same.
func (s *Server) requestID() string {
	n := s.serial.Add(1)
	return fmt.Sprintf("%08x-51b0-4a11-8000-%012x", n*2654435761%(1<<32), n)
}
