// Package signin is the door: it finds out who asks, by a browser's session or
// a program's token, and gives what follows the viewer and one transaction that
// sees what the viewer may see. It serves the pages of signing in, of one's own
// profile, of people, groups of accounts and the audit log.
//
// It knows no finding and no cloud, and it stores nothing itself: package people
// does.
package signin

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// A Config is everything that the door needs.
type Config struct {
	People *people.People
	// See runs do in one transaction that sees what the viewer may see, and
	// commits it unless do fails.
	See func(ctx context.Context, v *access.Viewer, write bool, do func(context.Context) error) error
	// Frame is what surrounds a page for whoever is signed in; nil draws an
	// empty one.
	Frame func(r *http.Request, title, section string) parts.Frame
	Now   func() time.Time
	Log   *slog.Logger // nil logs nothing
	// Secure says that browsers reach us by https; cookies then travel by
	// nothing else.
	Secure bool
	// Streams says of a request that its reply may be too long to be held back;
	// nil says so of none.
	Streams func(*http.Request) bool
	// Uploads is how long the body of a request may be, in bytes, where it holds a
	// file; 0 for all others, nil says so of all. The viewer is in its context.
	Uploads func(*http.Request) int64
	// Live says of a request that it is answered as things happen, for as long
	// as they do: it is given the viewer only, and looks for itself, see Fresh.
	// nil says so of none.
	Live func(*http.Request) bool
	// TrustedProxies are those whose word on where a request came from counts.
	TrustedProxies []netip.Prefix
}

// A Door lets people and programs in. It is safe for concurrent use.
type Door struct {
	Config
	byAddress *throttle // sign-ins that failed, by network address
	byAccount *throttle // the same, by e-mail
	byToken   *throttle // tokens that failed, by network address
	flowing   *crowd    // replies that are sent as they come, by person
	loading   *crowd    // long bodies, by person
}

// New makes a door.
func New(c Config) *Door {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Frame == nil {
		c.Frame = func(r *http.Request, title, section string) parts.Frame {
			return parts.Frame{Title: title, Section: section, Back: r.URL.RequestURI()}
		}
	}
	return &Door{Config: c,
		byAddress: newThrottle(20, 15*time.Minute, c.Now),
		byAccount: newThrottle(10, 15*time.Minute, c.Now),
		byToken:   newThrottle(60, time.Minute, c.Now),
		flowing:   newCrowd(2, 6),
		loading:   newCrowd(1, 3),
	}
}

// Guard serves the door's own pages, and lets only whoever is signed in through
// to next: with the viewer in the context, and within one transaction. That is
// read-only for GET and HEAD; for other methods it is undone where the reply is
// an error. Event streams are given the viewer only, and see for themselves.
//
// The security headers of pages are the business of whoever wraps Guard.
func (d *Door) Guard(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, r := range d.routes() {
		mux.Handle(r.Method+" "+r.Pattern, d.serve(r))
	}
	mux.Handle("/", d.through(next))
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(d.crossSite))
	return cross.Handler(mux)
}

// Routes are the door's own addresses with the actions that they need.
func Routes() []access.Route {
	var all []access.Route
	for _, r := range new(Door).routes() {
		all = append(all, r.Route)
	}
	return all
}

// A handler may return an error; what the reader is told of it is decided in
// one place.
type handler func(http.ResponseWriter, *http.Request) error

// A route is a line of the table of contents.
type route struct {
	access.Route
	do handler
	// again is the page that a form was sent from: it is shown with what went
	// wrong. nil for what is no form.
	again handler
}

func open(method, pattern string, do handler) route {
	return route{Route: access.Route{Method: method, Pattern: pattern, Open: true}, do: do}
}

func get(pattern string, a access.Action, do handler) route {
	return route{Route: access.Route{Method: http.MethodGet, Pattern: pattern, Action: a}, do: do}
}

func post(pattern string, a access.Action, do, again handler) route {
	return route{Route: access.Route{Method: http.MethodPost, Pattern: pattern, Action: a}, do: do, again: again}
}

func (d *Door) routes() []route {
	return slices.Concat([]route{
		open(http.MethodGet, "/sign-in", d.signInForm),
		open(http.MethodPost, "/sign-in", d.signIn),
		open(http.MethodGet, "/signed-out", d.signedOut),
		post("/sign-out", "", d.signOut, nil),
	}, d.profileRoutes(), d.peopleRoutes(), d.groupRoutes(), []route{
		get("/settings/audit", access.ReadAudit, d.auditLog),
	})
}

// serve answers one of the door's own routes.
func (d *Door) serve(r route) http.Handler {
	own := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.Action != "" && !access.From(req.Context()).May(r.Action) {
			d.forbidden(w, req)
			return
		}
		d.handle(w, req, r.do)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, longestBody)
		req = req.WithContext(people.WithOrigin(req.Context(), people.Origin{Remote: d.remote(req).String()}))
		w.Header().Set("Cache-Control", "no-store")
		if err := req.ParseForm(); err != nil { // here, so that the page of a form has it too
			d.message(w, req, http.StatusBadRequest, "This is not understood", "The form could not be read, or is too large. Nothing was changed.")
			return
		}
		if r.Open {
			d.handle(w, req, r.do)
			return
		}
		v, ok := d.let(w, req)
		if !ok {
			return
		}
		req = req.WithContext(access.With(req.Context(), v))
		if left := d.within(w, req, v, own); left != nil {
			d.again(w, req, v, r, left)
		}
	})
}

// through lets requests for what is behind the door through.
func (d *Door) through(next http.Handler) http.Handler {
	inside := d.Inside(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v, ok := d.let(w, r); ok {
			ctx := context.WithValue(access.With(r.Context(), v), freshKey{}, d.asking(r))
			inside.ServeHTTP(w, r.WithContext(ctx))
		}
	})
}

// Inside gives next one transaction that sees what the viewer in the context
// may see, whoever let them in.
func (d *Door) Inside(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := access.From(r.Context())
		r = r.WithContext(people.WithOrigin(r.Context(), people.Origin{Remote: d.remote(r).String()}))
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case reads && d.Live != nil && d.Live(r):
			next.ServeHTTP(w, r)
		case reads && d.Streams != nil && d.Streams(r):
			d.flow(w, r, v, next)
		default:
			if done, ok := d.whole(w, r, v.Person); ok {
				defer done()
				_ = d.within(w, r, v, next) // what is behind the door leaves no form
			}
		}
	})
}

type freshKey struct{}

// asking finds out again who sends a request that lasts.
func (d *Door) asking(r *http.Request) func(context.Context) (*access.Viewer, error) {
	return func(ctx context.Context) (*access.Viewer, error) {
		v, no, err := d.viewer(r.WithContext(ctx))
		if no != nil {
			return nil, problem.New(problem.Forbidden, "%s", no.say)
		}
		return v, err
	}
}

// Fresh is the viewer of a context as they stand now: signed out, disabled or
// with other grants since. Forbidden if they are no longer signed in.
func Fresh(ctx context.Context) (*access.Viewer, error) {
	if ask, ok := ctx.Value(freshKey{}).(func(context.Context) (*access.Viewer, error)); ok {
		return ask(ctx)
	}
	return access.From(ctx), nil
}

// let finds the viewer, or answers that nobody is signed in.
func (d *Door) let(w http.ResponseWriter, r *http.Request) (*access.Viewer, bool) {
	v, no, err := d.viewer(r)
	switch {
	case err != nil:
		d.fault(w, r, err)
	case no != nil:
		d.refuse(w, r, *no)
	default:
		return v, true
	}
	return nil, false
}

func (d *Door) signedOut(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, http.StatusOK, pages.SignedOutPage())
}
