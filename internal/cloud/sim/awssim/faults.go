package awssim

import (
	"net/http"
	"slices"
	"strconv"
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
	s.faults, s.calls, s.buckets = nil, nil, map[bucketKey]*bucket{}
}

func (s *Server) faultFor(c *caller) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hit *Fault
	for _, f := range s.faults {
		if f.Action != "" && f.Action != c.action && f.Action != c.name() || f.Region != "" && f.Region != c.scope {
			continue
		}
		f.seen++
		from := max(f.From, 1)
		if hit == nil && f.seen >= from && (f.Count == 0 || f.seen < from+f.Count) {
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
	maintenance = "<html><head><title>Maintenance</title></head><body>We will be back soon.<br></body></html>"
	foreignJSON = `{"gateway":{"status":"ok"}}`
	foreign     = `<?xml version="1.0" encoding="UTF-8"?>` + "\n<gateway><status>ok</status></gateway>"
)

// play answers a call that is not carried out.
func (f *Fault) play(w http.ResponseWriter, r *http.Request, c *caller) {
	switch f.Kind {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
	case InternalHTML, HTML:
		respond(w, "text/html", f.status(c), []byte(maintenance))
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

// cut sends half of a reply.
func (f *Fault) cut(w http.ResponseWriter, c *caller, status int, b []byte) {
	half := b[:len(b)/2]
	if f.Kind == CutClean {
		respond(w, c.kind(), status, half)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(half) // the connection is thrown away next
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// respond sends a short reply. A client that is gone cannot be told.
func respond(w http.ResponseWriter, kind string, status int, b []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// reset drops the connection with a TCP reset where it can.
func reset(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		return
	}
	panic(http.ErrAbortHandler)
}
