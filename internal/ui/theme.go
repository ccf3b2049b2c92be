package ui

import (
	"net/http"
	"net/url"
	"strings"
)

const themeCookie = "plumbline_theme"

// theme keeps the reader's choice of light, dark or the system's own in a
// cookie, so that the server writes it into the page and nothing flashes.
func (u *ui) theme(w http.ResponseWriter, r *http.Request) error {
	c := &http.Cookie{ //nolint:gosec // without Secure: the address is loopback, and this tells light from dark
		Name: themeCookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 365 * 24 * 60 * 60,
	}
	switch chosen := r.PostFormValue("theme"); chosen {
	case "light", "dark":
		c.Value = chosen
	default:
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	http.Redirect(w, r, local(r.PostFormValue("back")), http.StatusSeeOther) //nolint:gosec // local lets nothing through but a path
	return nil
}

// local keeps a redirect on this site: only a path, never another host.
func local(address string) string {
	a, err := url.Parse(address)
	if err != nil || a.IsAbs() || a.Host != "" || a.Opaque != "" ||
		!strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return address
}

func themeOf(r *http.Request) string {
	c, err := r.Cookie(themeCookie)
	if err != nil || (c.Value != "light" && c.Value != "dark") {
		return ""
	}
	return c.Value
}
