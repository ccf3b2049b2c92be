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
	"strings"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/problem"
	"plumbline/internal/rule"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
	"plumbline/web"
	"plumbline/web/pages"
)

var errNoPage = problem.New(problem.NotFound, "There is no such page.")

// A Store is where findings and scans are kept. What it does not find it says
// by a problem of the kind NotFound.
type Store interface {
	// Groups counts the findings that a filter lets through, by rule.
	Groups(context.Context, Filter) ([]Group, error)
	// Findings lists them, the worst first. next is the cursor of what follows,
	// "" at the end.
	Findings(context.Context, Filter) (list []finding.Record, next string, err error)
	Finding(ctx context.Context, number int64) (finding.Record, error)
	// Document gives a reply as it was kept, and since when it stands so.
	Document(context.Context, Ref) (snapshot.Resource, time.Time, error)
	// Scans lists scans, newest first. Their answers and tallies may be left out.
	Scans(context.Context) ([]scan.Record, error)
	// LatestScans lists the last finished scan of each account. Their answers and
	// tallies may be left out.
	LatestScans(context.Context) ([]scan.Record, error)
	Scan(ctx context.Context, number int64) (scan.Record, error)
	// FormerScan is the finished scan of the same account before the given one.
	FormerScan(ctx context.Context, number int64) (scan.Record, error)
}

// A Filter says which findings are meant. Its zero value lets all through.
type Filter struct {
	States     []finding.State
	Severities []finding.Severity
	Rule       string
	Since      time.Time        // changed then or later
	Changes    []finding.Change // and what happened to it then is one of these
	After      string           // cursor of an earlier page
	Limit      int              // at most so many; 0 leaves it to the store
}

// A Group is what the findings of one rule that a filter lets through come to.
type Group struct {
	Rule     string
	Severity finding.Severity
	Count    int
	Risk     int // of the worst
}

// A Ref names the very document that a verdict rests on.
type Ref struct {
	Provider, Account, Kind, Region, UID string
	Hash                                 [32]byte
}

// Rules is the catalogue. A rule.Set is one.
type Rules interface {
	Rule(id string) (*rule.Rule, bool)
}

// A Config is everything that the pages need.
type Config struct {
	Store   Store
	Rules   Rules
	Fix     func(context.Context, finding.Record) (rule.Fix, error) // filled in for the finding; nil shows none
	Now     func() time.Time
	Version string
	Auth    Auth         // who is let in; nil lets nobody in
	Log     *slog.Logger // nil logs nothing
}

// Auth decides who is let in. An Entry is one.
type Auth interface {
	Guard(http.Handler) http.Handler
}

// ui is the receiver of all handlers.
type ui struct {
	Config
}

// New makes the handler of all pages.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	u := &ui{c}
	mux := http.NewServeMux()
	for pattern, h := range u.routes() {
		mux.Handle(pattern, u.handle(h))
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

// routes is the table of contents of the product.
func (u *ui) routes() map[string]handler {
	return map[string]handler{
		"GET /{$}":                           to("/findings"),
		"GET /findings":                      u.findings,
		"GET /findings/{id}":                 u.finding(why),
		"GET /findings/{id}/evidence":        u.finding(evidence),
		"GET /findings/{id}/evidence/{file}": u.document,
		"GET /findings/{id}/fix":             u.finding(fix),
		"GET /scans":                         u.scans,
		"GET /scans/{n}":                     u.scan,
		"POST /theme":                        u.theme,
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

func to(address string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, address, http.StatusSeeOther)
		return nil
	}
}
