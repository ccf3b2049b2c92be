// Package api answers programs: REST under /api/v1, described by an OpenAPI
// document that is made from the same lines.
//
// It reads and acts through the listing package only. It signs nobody in: who
// asks stands in the context, and what each operation needs in Routes.
package api

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"plumbline/internal/access"
	"plumbline/internal/compliance"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/listing"
	"plumbline/internal/rule"
)

// Prefix is where the API stands.
const Prefix = "/api/v1"

// Rules is the catalogue. A rule.Set is one.
type Rules interface {
	Rules() []*rule.Rule
	Rule(id string) (*rule.Rule, bool)
}

// A Config is everything that the API needs.
type Config struct {
	Reader listing.Reader
	Clerk  listing.Clerk
	// Rulebook is the rules that hold here, and what people change of them; nil
	// where nobody keeps that: then Rules and Files are told of.
	Rulebook listing.Rulebook
	Scores   listing.Scores
	Owners   listing.Owners // who owns what; nil where nobody keeps it
	Rules    Rules
	Files    fs.FS                                                   // the rules' own files, by rule.File; nil shows none
	Fix      func(context.Context, finding.Record) (rule.Fix, error) // filled in for the finding; nil shows none
	// Attestations tells what people stated where no machine can check, Attester
	// does what is asked for about it.
	Attestations listing.Attestations
	Attester     listing.Attester
	// Events tells of audit events that people imported, and imports them; nil
	// tells and imports none.
	Events listing.Events
	// Compliance tells how controls of frameworks stand; nil tells of none.
	Compliance *compliance.Desk
	// Inspect looks at one workload closely, as the last finished scan of its
	// account saw it; NotFound where it did not. nil looks at none.
	Inspect func(context.Context, listing.Workload) (*inspect.Report, error)
	Now     func() time.Time // nil is time.Now
	Version string           // of the program
	Log     *slog.Logger     // nil logs nothing
}

// New makes the handler of everything under Prefix. Whoever serves it puts the
// viewer into the context of each request before.
func New(c Config) http.Handler { return newServer(c).handler() }

// Routes are the operations with the actions that they need.
func Routes() []access.Route { return newServer(Config{}).routes }

// Streams says whether the reply to a request may be too long to be kept in
// memory: an export of a list.
func Streams(r *http.Request) bool {
	return r.URL.Path == Prefix+"/findings.csv" || r.URL.Path == Prefix+"/findings.ndjson" || populationFile(r.URL.Path)
}

// server is the receiver of all operations.
type server struct {
	Config
	root   *chi.Mux
	router chi.Router
	api    huma.API
	routes []access.Route
}

func newServer(c Config) *server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{Config: c, root: chi.NewMux()}
	s.root.Use(headers, middleware.GetHead)
	s.root.NotFound(s.nowhere)
	s.root.MethodNotAllowed(s.nowhere)
	s.root.Route(Prefix, func(r chi.Router) {
		s.router = r
		s.api = humachi.New(r, s.config())
	})
	s.api.UseMiddleware(s.within, s.guard, s.strict)
	s.findings()
	s.exports()
	s.scans()
	s.accounts()
	s.events()
	s.workloads()
	s.rules()
	s.frameworks()
	s.scores()
	s.owners()
	s.attestations()
	s.people()
	s.document()
	return s
}

// handler refuses what another site has a browser send, which matters where a
// session of the pages signs in.
func (s *server) handler() http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		write(w, r, problemOf(http.StatusForbidden, "The request was sent by another site. Nothing was changed."))
	}))
	return guard.Handler(s.root)
}

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// nowhere answers what no operation takes.
func (s *server) nowhere(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodPut} {
		as := method
		if method == http.MethodHead {
			as = http.MethodGet
		}
		if s.root.Match(chi.NewRouteContext(), as, path(r)) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		write(w, r, problemOf(http.StatusNotFound, "There is nothing at this address. "+Prefix+"/openapi.json lists what there is."))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	write(w, r, problemOf(http.StatusMethodNotAllowed, "This address answers to "+strings.Join(allowed, ", ")+". Nothing was changed."))
}

// path is what chi routes by.
func path(r *http.Request) string {
	if r.URL.RawPath != "" {
		return r.URL.RawPath
	}
	return r.URL.Path
}
