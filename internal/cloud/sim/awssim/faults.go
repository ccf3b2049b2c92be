package awssim

import (
	"net/http"
	"slices"
	"strconv"

	"plumbline/internal/cloud/sim/serve"
)

// A Kind is a way for a call to go wrong.
type Kind string

// The kinds of fault.
const (
	Throttled    Kind = "throttled"     // 503 RequestLimitExceeded, or what the service says
	InternalXML  Kind = "internal"      // 500 InternalError
	InternalHTML Kind = "internal html" // 500 with a page for people
	Forbidden    Kind = "forbidden"     // 403 UnauthorizedOperation
	Unauthorised Kind = "unauthorised"  // 401 AuthFailure
	CutShort     Kind = "cut short"     // connection lost in the middle of the body
	CutClean     Kind = "cut clean"     // half the body, with a length that fits it
	Empty        Kind = "empty"         // 200 without a body
	ForeignXML   Kind = "foreign xml"   // 200 with well-formed XML, or JSON, of somebody else
	HTML         Kind = "html"          // 200 with a page for people
	Hang         Kind = "hang"          // no answer until the client gives up
	Reset        Kind = "reset"         // connection lost before the first byte
	NoList       Kind = "no list"       // 200 of the right kind, without the list
)

// Kinds is every kind of fault, in a fixed order.
func Kinds() []Kind {
	return []Kind{Throttled, InternalXML, InternalHTML, Forbidden, Unauthorised, CutShort, CutClean, Empty, ForeignXML, HTML, Hang, Reset, NoList}
}

// A Fault makes calls go wrong: those of an action, in a region, from the nth
// on, so many of them. The calls of each fault are counted by the fault alone.
type Fault struct {
	Action string // "DescribeInstances" or "ec2:DescribeInstances"; "" is every action
	Region string // "" is every region
	From   int    // the first call to go wrong; 0 and 1 are the first
	Count  int    // how many go wrong; 0 is all that follow
	Kind   Kind

	seen int
}

// Fail adds a fault. Where several fit a call, the first added is played; all
// of them count it.
func (s *Server) Fail(f Fault) {
	if !slices.Contains(Kinds(), f.Kind) {
		panic("awssim: there is no fault of kind " + strconv.Quote(string(f.Kind)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f.seen = 0
	s.faults = append(s.faults, &f)
}

// Reset forgets faults and calls and fills the token buckets. Sessions and the
// estate stay.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.calls, s.buckets = nil, nil, map[bucketKey]*serve.Bucket{}
}

func (s *Server) faultFor(c *caller) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hit *Fault
	for _, f := range s.faults {
		if f.Action != "" && f.Action != c.action && f.Action != c.name() || f.Region != "" && f.Region != c.scope {
			continue
		}
		if f.seen++; hit == nil && serve.InTurn(f.seen, f.From, f.Count) {
			copied := *f
			hit = &copied
		}
	}
	return hit
}

// instead says that the call is not carried out at all.
func (f *Fault) instead() bool { return f.Kind != CutShort && f.Kind != CutClean }

// status is what the client sees; 0 is nothing.
func (f *Fault) status(c *caller) int {
	switch f.Kind {
	case Throttled, InternalXML, Forbidden, Unauthorised:
		return f.refusal(c).status
	case InternalHTML:
		return http.StatusInternalServerError
	case Hang, Reset:
		return 0
	default:
		return http.StatusOK
	}
}

const (
	foreignJSON = `{"gateway":{"status":"ok"}}`
	foreign     = `<?xml version="1.0" encoding="UTF-8"?>` + "\n<gateway><status>ok</status></gateway>"
)

// play answers a call that is not carried out.
func (f *Fault) play(w http.ResponseWriter, r *http.Request, c *caller) {
	switch f.Kind {
	case Hang:
		serve.Hang(r)
	case Reset:
		serve.Reset(w)
	case InternalHTML, HTML:
		respond(w, "text/html", f.status(c), []byte(serve.Maintenance))
	case Empty:
		respond(w, c.kind(), f.status(c), nil)
	case ForeignXML:
		respond(w, c.kind(), f.status(c), c.foreign())
	case NoList:
		respond(w, c.kind(), f.status(c), c.bare())
	default:
		no := f.refusal(c)
		c.errorHeaders(w.Header(), no)
		respond(w, c.kind(), no.status, no.page(c))
	}
}

func (f *Fault) refusal(c *caller) *refusal {
	switch f.Kind {
	case Throttled:
		return c.throttled()
	case Forbidden:
		return c.forbidden(c.name())
	case Unauthorised:
		return c.stranger()
	default:
		return c.internal()
	}
}

// foreign is a reply of somebody else, in the language of the caller's service.
func (c *caller) foreign() []byte {
	if c.of.form == awsJSON || c.of.form == restJSON {
		return []byte(foreignJSON)
	}
	return []byte(foreign)
}

// bare is a reply of the right kind with nothing in it.
func (c *caller) bare() []byte {
	switch c.of.form {
	case ec2Query:
		return c.reply(c.action+"Response", 0).finish().b
	case query:
		return c.endResult(c.result()).b
	default:
		return []byte("{}")
	}
}

// respond sends a short reply.
func respond(w http.ResponseWriter, kind string, status int, b []byte) {
	w.Header().Set("Content-Type", kind)
	serve.Respond(w, status, b)
}
