// Package ui serves the pages that people read: findings, one finding, scans.
//
// It writes nothing but the choice of a theme, asks no cloud, judges nothing
// and knows no SQL: it declares what it needs of the store and of the rules,
// and turns that into the words of package pages.
package ui

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/compliance"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/web"
	"plumbline/web/pages"
)

var errNoPage = problem.New(problem.NotFound, "There is no such page.")

// Rules is the catalogue. A rule.Set is one.
type Rules interface {
	Rule(id string) (*rule.Rule, bool)
}

// A Config is everything that the pages need.
type Config struct {
	Rules   Rules
	Fix     func(context.Context, finding.Record) (rule.Fix, error) // filled in for the finding; nil shows none
	Now     func() time.Time
	Version string
	Auth    Auth         // who is let in; nil lets nobody in
	Log     *slog.Logger // nil logs nothing

	// Reader answers what the pages ask, within the reach of the viewer in the
	// context. Clerk does what the forms ask for.
	Reader listing.Reader
	Clerk  listing.Clerk
	// Rulebook is the rules that hold here, and what people change of them;
	// without it there are no such pages. Silences says which rules a refused
	// call of a provider silences, Controls of which controls a rule speaks; nil
	// tells neither.
	Rulebook listing.Rulebook
	Silences func(provider string) (map[string][]string, error)
	Controls func(rule string) []Spoken
	// Scores tell what postures are made of.
	Scores listing.Scores
	// Attestations tells what people stated where no machine can check, Attester
	// does what they ask for about it. Practices are the controls that can be
	// attested, those of a framework together. Without them there are no such
	// pages.
	Attestations listing.Attestations
	Attester     listing.Attester
	Practices    func() []listing.Practice
	// Events tells of audit events that people imported, and imports them; without
	// it no account has any.
	Events listing.Events
	// Compliance tells how controls of frameworks stand, Mappings changes whose
	// mappings count; without the first there are no such pages.
	Compliance *compliance.Desk
	Mappings   listing.MappingClerk
	// Owners is who owns what; without it nobody owns anything, and there are no
	// such pages.
	Owners listing.Owners
	// Inspect looks at one workload closely, as the last finished scan of its
	// account saw it; NotFound where it did not. nil looks at none.
	Inspect func(context.Context, listing.Workload) (*inspect.Report, error)
	// See runs do with what the viewer in ctx may see. A page has been given
	// that already; whoever answers for long, as an event stream does, takes it
	// anew for each look.
	See func(ctx context.Context, do func(context.Context) error) error
	// Policy is what a provider's read-only identity is allowed, as the provider
	// writes it. Principal is who Plumbline is there, as it stands in a trust
	// policy; "" if it is not known. Both are shown to who connects an account.
	Policy    func(provider string) (string, error)
	Principal func(provider string) string
	// Unread are the rules that cannot tell where user data is not looked
	// through; nil names none.
	Unread func(provider string) ([]string, error)
	// Pace is how event streams look; its zero value is the usual one. Stopping
	// ends them when the program stops; nil never does.
	Pace     Pace
	Stopping <-chan struct{}
}

// Auth decides who is let in. An Entry is one.
type Auth interface {
	Guard(http.Handler) http.Handler
}

// ui is the receiver of all handlers.
type ui struct {
	Config
	streams streams
}

// New makes the handler of all pages.
func New(c Config) http.Handler {
	u := &ui{Config: withDefaults(c)}
	mux := http.NewServeMux()
	for _, r := range u.routes() {
		mux.Handle(r.Method+" "+r.Pattern, u.handle(u.allow(r.Action, r.do)))
	}
	mux.Handle("/", u.handle(u.nowhere(mux)))
	closed := http.Handler(http.HandlerFunc(nobody))
	if c.Auth != nil {
		closed = c.Auth.Guard(mux)
	}
	root := http.NewServeMux()
	root.HandleFunc("GET "+web.Prefix, web.Static)
	root.Handle("/", http.NewCrossOriginProtection().Handler(closed))
	return headers(root)
}

// A route is a line of the table of contents.
type route struct {
	access.Route
	do handler
}

func get(pattern string, a access.Action, do handler) route {
	return route{access.Route{Method: http.MethodGet, Pattern: pattern, Action: a}, do}
}

func post(pattern string, a access.Action, do handler) route {
	return route{access.Route{Method: http.MethodPost, Pattern: pattern, Action: a}, do}
}

// routes is the table of contents of the product.
func (u *ui) routes() []route {
	return slices.Concat([]route{
		get("/{$}", access.ReadEstate, u.overview),
		post("/theme", "", u.theme),
	}, u.findingRoutes(), u.scoreRoutes(), u.scanRoutes(), u.inventoryRoutes(), u.complianceRoutes(), u.accountRoutes(), u.ruleRoutes(), u.attestationRoutes(), u.ownerRoutes())
}

// Routes are the addresses with the actions that they need.
func Routes() []access.Route {
	var all []access.Route
	for _, r := range (&ui{}).routes() {
		all = append(all, r.Route)
	}
	return all
}

func (u *ui) findingRoutes() []route {
	return []route{
		get("/findings", access.ReadEstate, u.findings),
		get("/findings/{id}", access.ReadEstate, u.finding(why)),
		get("/findings/{id}/evidence", access.ReadEstate, u.finding(evidence)),
		get("/findings/{id}/evidence/{file}", access.ReadEstate, u.document),
		get("/findings/{id}/fix", access.ReadEstate, u.finding(fix)),
		get("/findings/{id}/history", access.ReadEstate, u.finding(past)),
	}
}

// nowhere answers what no route takes. The catch-all hides from the mux that an
// address may be there for another method.
func (u *ui) nowhere(mux *http.ServeMux) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			other := r.WithContext(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			return errNoPage
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		u.message(w, r, http.StatusMethodNotAllowed, pages.Message{
			Title: "This address is not used that way", Text: []string{"It answers to " + join(allowed) + ". Nothing was changed."},
			Actions: []pages.Link{{Text: "Show all open findings", Href: "/findings"}},
		})
		return nil
	}
}
