package ui

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
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
	token [32]byte // sha256 of the link's secret
	armed bool
	open  []session
}

type session struct {
	id    [32]byte // sha256 of the cookie's value
	until time.Time
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
func (e *Entry) Link() string {
	secret := rand.Text() + rand.Text()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.token, e.armed = sha256.Sum256([]byte(secret)), true
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
		case !e.known(r):
			nobody(w, r)
		default:
			next.ServeHTTP(w, r.WithContext(access.With(r.Context(), e.viewer)))
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
	case e.use(r.URL.Query().Get("token")):
		e.admit(w)
		forward(w, r)
	case e.known(r): // the page was reloaded
		forward(w, r)
	default:
		nobody(w, r)
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

// use compares in constant time and burns the token if it is the right one.
func (e *Entry) use(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.armed || subtle.ConstantTimeCompare(sum[:], e.token[:]) != 1 {
		return false
	}
	e.armed = false
	return true
}

func (e *Entry) admit(w http.ResponseWriter) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	value := base64.RawURLEncoding.EncodeToString(raw)
	e.mu.Lock()
	e.open = append(e.open, session{sha256.Sum256([]byte(value)), e.now().Add(stay)})
	if len(e.open) > sessions {
		e.open = e.open[1:]
	}
	e.mu.Unlock()
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // without Secure: the address is loopback, which has no TLS
		Name: e.cookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: int(stay / time.Second),
	})
}

func (e *Entry) known(r *http.Request) bool {
	c, err := r.Cookie(e.cookie)
	if err != nil {
		return false
	}
	sum := sha256.Sum256([]byte(c.Value))
	e.mu.Lock()
	defer e.mu.Unlock()
	found := false
	for _, s := range e.open {
		same := subtle.ConstantTimeCompare(s.id[:], sum[:]) == 1
		found = found || same && e.now().Before(s.until)
	}
	return found
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
