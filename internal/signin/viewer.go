package signin

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"plumbline/internal/access"
)

// A no is why somebody is not let in.
type no struct {
	say   string
	until time.Time // when to try again; zero for not by waiting
	token bool      // a token was shown
}

// forPrograms says whether the request is a program's.
func forPrograms(r *http.Request) bool {
	return r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/")
}

// viewer is who asks. A request of a program that shows a token is judged by
// the token alone; one that shows none may come from a browser with a session.
func (d *Door) viewer(r *http.Request) (*access.Viewer, *no, error) {
	if shown := r.Header.Get("Authorization"); forPrograms(r) && shown != "" {
		return d.byBearer(r, shown)
	}
	c, err := r.Cookie(d.cookieName())
	if err != nil {
		return nil, &no{say: "Nobody is signed in. Send a token: Authorization: Bearer plb_…"}, nil
	}
	v, err := d.People.BySession(r.Context(), c.Value)
	if v == nil && err == nil {
		return nil, &no{say: "The session has ended. Sign in again."}, nil
	}
	return v, nil, err
}

func (d *Door) byBearer(r *http.Request, shown string) (*access.Viewer, *no, error) {
	from := network(d.remote(r))
	if until, full := d.byToken.full(from); full {
		return nil, &no{say: "Too many tokens from this address were refused.", until: until, token: true}, nil
	}
	scheme, token, _ := strings.Cut(shown, " ")
	var v *access.Viewer
	var err error
	if strings.EqualFold(scheme, "Bearer") {
		v, err = d.People.ByToken(r.Context(), strings.TrimSpace(token))
	}
	if v == nil && err == nil {
		d.byToken.take(from)
		return nil, &no{say: "This token is not known, has ended or was revoked. Create one on your profile and send it as Authorization: Bearer plb_…", token: true}, nil
	}
	return v, nil, err
}

// refuse tells whoever is not let in what to do: a browser is sent to sign in,
// a program is told.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, n no) {
	if !forPrograms(r) {
		back := ""
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			back = "?" + url.Values{"back": {r.URL.RequestURI()}}.Encode()
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, "/sign-in"+back, http.StatusSeeOther)
		return
	}
	status := http.StatusUnauthorized
	if !n.until.IsZero() {
		status = http.StatusTooManyRequests
		n.say += " " + d.tryAgain(w, n.until)
	} else if n.token {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	} else {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	problemJSON(w, r, status, n.say)
}

// tryAgain says when, in a header for programs and a sentence for people.
func (d *Door) tryAgain(w http.ResponseWriter, until time.Time) string {
	wait := until.Sub(d.Now())
	w.Header().Set("Retry-After", fmt.Sprint(int(wait/time.Second)+1))
	minutes := int(wait/time.Minute) + 1
	unit := "minutes"
	if minutes == 1 {
		unit = "minute"
	}
	return fmt.Sprintf("Try again in %d %s, at %s UTC.", minutes, unit, until.UTC().Add(time.Minute).Format("15:04"))
}

const cookie = "plumbline_session"

// cookieName has the prefix by which browsers hold a cookie to https and to
// this very host.
func (d *Door) cookieName() string {
	if d.Secure {
		return "__Host-" + cookie
	}
	return cookie
}

// cookieOf is what the session cookie of a request holds.
func (d *Door) cookieOf(r *http.Request) string {
	c, err := r.Cookie(d.cookieName())
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie gives a browser its session for so long; 0 takes it away.
func (d *Door) setCookie(w http.ResponseWriter, value string, stay time.Duration) {
	c := &http.Cookie{ //nolint:gosec // Secure where browsers reach us by https; on loopback there is none
		Name: d.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: d.Secure,
		SameSite: http.SameSiteLaxMode, MaxAge: int(stay / time.Second)}
	if stay == 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
