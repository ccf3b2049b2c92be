package ui

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"plumbline/internal/access"
	"plumbline/web/pages"
)

const (
	stay     = 12 * time.Hour // how long a session lasts
	sessions = 32             // how many there may be; the oldest makes room
)

// An Entry lets in whoever holds the link that the terminal printed. A link
// works once; the session that it opens lives in memory and ends with the
// program.
type Entry struct {
	address string
	hosts   map[string]bool
	cookie  string
	now     func() time.Time
	viewer  *access.Viewer

	mu    sync.Mutex
	links []link // that were not used yet, one for each viewer
	open  []session
}

type link struct {
	id     [32]byte // sha256 of its secret
	viewer *access.Viewer
}

type session struct {
	id     [32]byte // sha256 of the cookie's value
	until  time.Time
	viewer *access.Viewer
}

// NewEntry makes the door to a server that listens on address,
// "127.0.0.1:8080" or "http://127.0.0.1:8080".
func NewEntry(address string, now func() time.Time) *Entry {
	address = strings.TrimPrefix(address, "http://")
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = address, ""
	}
	e := &Entry{address: address, cookie: "plumbline_" + port, now: now, viewer: reader, hosts: map[string]bool{
		address: true, net.JoinHostPort("localhost", port): true,
	}}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		e.address = net.JoinHostPort("127.0.0.1", port)
		e.hosts[e.address] = true
	}
	return e
}

// reader is whoever holds the link, unless As says otherwise: they read
// everything, and change nothing.
var reader = &access.Viewer{Name: "You", Grants: []access.Grant{{Role: access.Reader, All: true}}}

// As says who the holder of a link is taken for.
func (e *Entry) As(v *access.Viewer) { e.viewer = v }

// Link makes a link that works once. A former link that was not used works no
// longer.
func (e *Entry) Link() string { return e.LinkFor(e.viewer) }

// LinkFor is Link for somebody else. Former links work on, but for an unused one
// of theirs.
func (e *Entry) LinkFor(v *access.Viewer) string {
	secret := rand.Text() + rand.Text()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.links = append(slices.DeleteFunc(e.links, func(l link) bool { return l.viewer == v }), link{sha256.Sum256([]byte(secret)), v})
	return "http://" + e.address + "/enter?" + url.Values{"token": {secret}}.Encode()
}

// Guard lets only requests with a session through to next.
func (e *Entry) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !e.hosts[strings.ToLower(r.Host)]: // a name that somebody else made point here
			misdirected(w, r)
		case r.URL.Path == "/enter":
			e.enter(w, r)
		default:
			v := e.known(r)
			if v == nil {
				nobody(w, r)
				return
			}
			next.ServeHTTP(w, r.WithContext(access.With(r.Context(), v)))
		}
	})
}

// enter opens a session. Only a person's own GET uses the link up: HEAD and
// the fetches that a browser makes ahead of time do not.
func (e *Entry) enter(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodHead:
		w.WriteHeader(http.StatusOK)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Open the link that the terminal printed.", http.StatusMethodNotAllowed)
	case beforehand(r):
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		switch v := e.use(r.URL.Query().Get("token")); {
		case v != nil:
			e.admit(w, v)
			forward(w, r)
		case e.known(r) != nil: // the page was reloaded
			forward(w, r)
		default:
			nobody(w, r)
		}
	}
}

// forward is a page that leads on by itself. A redirect would not do: where the
// link was followed from another site, the browser takes the redirect for that
// site's doing and holds the cookie back.
func forward(w http.ResponseWriter, r *http.Request) {
	show(w, r, http.StatusOK, pages.ForwardPage("/"))
}

func beforehand(r *http.Request) bool {
	purpose := r.Header.Get("Sec-Purpose") + r.Header.Get("Purpose") + r.Header.Get("X-Moz")
	return strings.Contains(purpose, "prefetch") || strings.Contains(purpose, "prerender")
}

// use compares in constant time, burns the link if it is there, and says whose it
// is; nil: nobody's.
func (e *Entry) use(secret string) *access.Viewer {
	sum := sha256.Sum256([]byte(secret))
	e.mu.Lock()
	defer e.mu.Unlock()
	found := -1
	for i, l := range e.links {
		if subtle.ConstantTimeCompare(sum[:], l.id[:]) == 1 {
			found = i
		}
	}
	if found < 0 {
		return nil
	}
	v := e.links[found].viewer
	e.links = slices.Delete(e.links, found, found+1)
	return v
}

func (e *Entry) admit(w http.ResponseWriter, v *access.Viewer) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	value := base64.RawURLEncoding.EncodeToString(raw)
	e.mu.Lock()
	e.open = append(e.open, session{sha256.Sum256([]byte(value)), e.now().Add(stay), v})
	if len(e.open) > sessions {
		e.open = e.open[1:]
	}
	e.mu.Unlock()
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // without Secure: the address is loopback, which has no TLS
		Name: e.cookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: int(stay / time.Second),
	})
}

// known is whose session the request belongs to; nil: nobody's.
func (e *Entry) known(r *http.Request) (v *access.Viewer) {
	c, err := r.Cookie(e.cookie)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256([]byte(c.Value))
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.open {
		if subtle.ConstantTimeCompare(s.id[:], sum[:]) == 1 && e.now().Before(s.until) {
			v = s.viewer
		}
	}
	return v
}

func nobody(w http.ResponseWriter, r *http.Request) {
	show(w, r, http.StatusUnauthorized, pages.ClosedPage("Not signed in", []string{
		"Open the link that the terminal printed; it works once.",
		"Press Enter there for a new one.",
	}))
}

func misdirected(w http.ResponseWriter, r *http.Request) {
	show(w, r, http.StatusMisdirectedRequest, pages.ClosedPage("Wrong address", []string{
		"This address does not belong to Plumbline. Open the link that the terminal printed.",
	}))
}
