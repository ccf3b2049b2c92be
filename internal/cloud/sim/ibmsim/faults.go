package ibmsim

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
	Throttled    Kind = "throttled"     // 429 with Retry-After
	Internal     Kind = "internal"      // 500 in IBM's form
	InternalHTML Kind = "internal html" // 500 with a page for people
	Forbidden    Kind = "forbidden"     // 403
	Unauthorised Kind = "unauthorised"  // 401
	NotFound     Kind = "not found"     // 404
	CutShort     Kind = "cut short"     // connection lost in the middle of the body
	CutClean     Kind = "cut clean"     // half the body, with a length that fits it
	Empty        Kind = "empty"         // 200 without a body
	Foreign      Kind = "foreign"       // 200 with well-formed JSON of somebody else
	HTML         Kind = "html"          // 200 with a page for people
	Hang         Kind = "hang"          // no answer until the client gives up
	Reset        Kind = "reset"         // connection lost before the first byte
	NoList       Kind = "no list"       // 200 of the right kind, without the list
)

// Kinds is every kind of fault, in a fixed order.
func Kinds() []Kind {
	return []Kind{Throttled, Internal, InternalHTML, Forbidden, Unauthorised, NotFound, CutShort, CutClean, Empty, Foreign, HTML, Hang, Reset, NoList}
}

// A Fault makes calls go wrong: those of a name, in a region, about a subject,
// from the nth on, so many of them. The calls of each fault are counted by the
// fault alone.
type Fault struct {
	Call    string // "is:ListInstances"; "" is every call but that for tokens
	Region  string // "" is every region
	Subject string // id of what is asked about; "" is any
	From    int    // the first call to go wrong; 0 and 1 are the first
	Count   int    // how many go wrong; 0 is all that follow
	Kind    Kind

	seen int
}

// Fail adds a fault. Where several fit a call, the first added is played; all
// of them count it.
func (s *Server) Fail(f Fault) {
	if !slices.Contains(Kinds(), f.Kind) {
		panic("ibmsim: there is no fault of kind " + strconv.Quote(string(f.Kind)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f.seen = 0
	s.faults = append(s.faults, &f)
}

// Reset forgets faults and calls and fills the token buckets. The estate stays.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.calls, s.buckets = nil, nil, map[string]*serve.Bucket{}
}

func (s *Server) faultFor(c *caller) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hit *Fault
	for _, f := range s.faults {
		if f.Call != c.route.call && (f.Call != "" || c.route.form == tokenForm) || f.Region != "" && f.Region != c.PathValue("region") || f.Subject != "" && f.Subject != c.about() {
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
func (f *Fault) status() int {
	switch f.Kind {
	case Throttled:
		return http.StatusTooManyRequests
	case Internal, InternalHTML:
		return http.StatusInternalServerError
	case Forbidden:
		return http.StatusForbidden
	case Unauthorised:
		return http.StatusUnauthorized
	case NotFound:
		return http.StatusNotFound
	case Hang, Reset:
		return 0
	default:
		return http.StatusOK
	}
}

const foreign = `{"gateway":{"status":"ok"}}`

// play answers a call that is not carried out.
func (f *Fault) play(w http.ResponseWriter, c *caller) {
	c.headers(w.Header())
	switch f.Kind {
	case Hang:
		serve.Hang(c.Request)
	case Reset:
		serve.Reset(w)
		return
	case InternalHTML, HTML:
		w.Header().Set("Content-Type", "text/html")
		serve.Respond(w, f.status(), []byte(serve.Maintenance))
	case Empty:
		serve.Respond(w, f.status(), nil)
	case Foreign:
		serve.Respond(w, f.status(), []byte(foreign))
	case NoList:
		serve.Respond(w, f.status(), []byte("{}"))
	default:
		no := f.refusal(c)
		no.headers(w.Header())
		serve.Respond(w, no.status, no.body(c))
	}
}

func (f *Fault) refusal(c *caller) *refusal {
	switch f.Kind {
	case Throttled:
		return throttled()
	case Forbidden:
		return forbidden(c)
	case Unauthorised:
		return stranger(c)
	case NotFound:
		return notFound(c.URL.Path)
	default:
		return internal()
	}
}
