package signin

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"plumbline/internal/access"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

// handle runs a handler and answers its error. A problem with a form that was
// sent is left to be shown on the form.
func (d *Door) handle(w http.ResponseWriter, r *http.Request, h handler) {
	err := h(w, r)
	switch _, known := problem.KindOf(err); {
	case err == nil, errors.Is(err, context.Canceled) && r.Context().Err() != nil:
	case !known:
		d.fault(w, r, err)
	case r.Method == http.MethodPost && leave(w, err):
	default:
		d.message(w, r, status(err), title(err), said(err))
	}
}

// again shows the page that a form was sent from, with what went wrong.
func (d *Door) again(w http.ResponseWriter, r *http.Request, v *access.Viewer, from route, err error) {
	r = r.Clone(context.WithValue(r.Context(), wentWrong{}, err))
	r.Method = http.MethodGet
	_ = d.within(w, r, v, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from.again == nil || problem.Is(err, problem.Forbidden) {
			d.message(w, r, status(err), title(err), said(err))
			return
		}
		d.handle(w, r, from.again)
	}))
}

type wentWrong struct{}

// notice is what went wrong with the form that was sent, nil if nothing did.
func notice(r *http.Request) *pages.Notice {
	err, ok := r.Context().Value(wentWrong{}).(error)
	if !ok {
		return nil
	}
	return &pages.Notice{Tone: "bad", Icon: "alert", Title: "Nothing was changed.", Text: said(err)}
}

// statusOf is the status of a page that may show what went wrong.
func statusOf(r *http.Request) int {
	if err, ok := r.Context().Value(wentWrong{}).(error); ok {
		return status(err)
	}
	return http.StatusOK
}

func status(err error) int {
	kind, _ := problem.KindOf(err)
	switch kind {
	case problem.NotFound:
		return http.StatusNotFound
	case problem.Invalid:
		return http.StatusUnprocessableEntity
	case problem.Forbidden:
		return http.StatusForbidden
	case problem.Conflict, problem.Tampered:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

func title(err error) string {
	kind, _ := problem.KindOf(err)
	switch kind {
	case problem.NotFound:
		return "There is no such page"
	case problem.Forbidden:
		return "You may not do this"
	case problem.Invalid:
		return "This is not understood"
	case problem.Conflict:
		return "This cannot be done now"
	case problem.Tampered:
		return "What is stored is not what was written"
	}
	return "This page could not be made"
}

// said is the sentence of the problem that err is or wraps.
func said(err error) string {
	var p *problem.Error
	if errors.As(err, &p) {
		return p.Error()
	}
	return err.Error()
}

func (d *Door) forbidden(w http.ResponseWriter, r *http.Request) {
	d.message(w, r, http.StatusForbidden, "You may not do this",
		"None of your roles allows it. What you may do stands on your profile; an administrator can change it. Nothing was changed.")
}

// crossSite answers a form or script of another site.
func (d *Door) crossSite(w http.ResponseWriter, r *http.Request) {
	d.message(w, r, http.StatusForbidden, "This came from another site",
		"The browser says that another site sent this request. Nothing was changed. If it was you, open Plumbline's own page and do it there.")
}

// fault tells the reader a reference and the log the rest: an error may carry
// what is not for everyone's eyes.
func (d *Door) fault(w http.ResponseWriter, r *http.Request, err error) {
	ref := rand.Text()[:8]
	d.Log.ErrorContext(r.Context(), "door", "path", r.URL.Path, "ref", ref, "err", err)
	status, title := http.StatusInternalServerError, "This could not be done"
	text := "Nothing was changed. The log of the program says why, under reference " + ref + "."
	if problem.Is(err, problem.Away) {
		status, title = http.StatusServiceUnavailable, "The database cannot be asked at the moment"
		text = "Nothing was lost: what is stored stays, and scans go on once it answers. Try again in a little while. The log of the program says why, under reference " + ref + "."
		w.Header().Set("Retry-After", "5")
	}
	if forPrograms(r) {
		problemJSON(w, r, status, text)
		return
	}
	// Without the frame, which may ask the database.
	_ = show(w, r, status, pages.DoorPage(title, []string{text}, home)) // it went out, or show has answered
}

var home = pages.Link{Text: "To the overview", Href: "/"}

// message says one thing: to a person on a page, to a program as a problem.
func (d *Door) message(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	if forPrograms(r) {
		problemJSON(w, r, status, text)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if access.From(r.Context()) == nil {
		_ = show(w, r, status, pages.DoorPage(title, []string{text}, home)) // it went out, or show has answered
		return
	}
	_ = show(w, r, status, pages.MessagePage(pages.Message{Frame: d.bare(r, title), Title: title, Text: []string{text}, Actions: []pages.Link{home}}))
}

// problemJSON is a problem as RFC 9457 writes it.
func problemJSON(w http.ResponseWriter, r *http.Request, status int, detail string) {
	body, _ := json.Marshal(map[string]any{ // strings and a number can be written
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail, "instance": r.URL.Path})
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader may have gone; there is nobody to tell
	}
}

// show renders a page whole before the first byte goes out.
func show(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		http.Error(w, "This page could not be made.", http.StatusInternalServerError)
		return nil
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the reader may have gone; there is nobody to tell
	}
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
