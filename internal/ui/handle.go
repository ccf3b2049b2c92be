package ui

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"plumbline/internal/problem"
	"plumbline/web/pages"
)

// A handler may return an error; what the reader is told of it is decided in
// one place.
type handler func(http.ResponseWriter, *http.Request) error

func (u *ui) handle(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		switch {
		case err == nil, errors.Is(err, context.Canceled) && r.Context().Err() != nil:
			return // the reader has the page, or has left
		case problem.Is(err, problem.NotFound):
			u.message(w, r, http.StatusNotFound, pages.Message{
				Title:   "There is no such page",
				Text:    []string{"The address may be mistyped, or the finding or scan belongs to another installation."},
				Actions: []pages.Link{{Text: "Show all open findings", Href: "/findings"}, {Text: "Show the scans", Href: "/scans"}},
			})
		case problem.Is(err, problem.Invalid):
			u.message(w, r, http.StatusUnprocessableEntity, pages.Message{
				Title: "This address is not understood", Text: []string{err.Error()},
				Actions: []pages.Link{{Text: "Show all open findings", Href: "/findings"}},
			})
		case problem.Is(err, problem.Forbidden):
			u.message(w, r, http.StatusForbidden, pages.Message{
				Title: "Your roles do not cover this", Text: []string{said(err), "Nothing was changed."},
				Actions: []pages.Link{{Text: "Show the overview", Href: "/"}},
			})
		case problem.Is(err, problem.Tampered):
			u.Log.ErrorContext(r.Context(), "page", "path", r.URL.Path, "err", err)
			u.message(w, r, http.StatusConflict, pages.Message{
				Title: "What is stored is not what was hashed", Text: []string{said(err), tampered},
				Actions: []pages.Link{{Text: "Show all open findings", Href: "/findings"}, {Text: "Show the scans", Href: "/scans"}},
			})
		default:
			u.fault(w, r, err)
		}
	})
}

// said is the sentence of the problem that err is or wraps.
func said(err error) string {
	var p *problem.Error
	if errors.As(err, &p) {
		return p.Error()
	}
	return err.Error()
}

// fault tells the reader a reference and the log the rest: an error may carry
// what is not for everyone's eyes.
func (u *ui) fault(w http.ResponseWriter, r *http.Request, err error) {
	ref := rand.Text()[:8]
	u.Log.ErrorContext(r.Context(), "page", "path", r.URL.Path, "ref", ref, "err", err)
	if problem.Is(err, problem.Away) {
		w.Header().Set("Retry-After", "5")
		u.message(w, r, http.StatusServiceUnavailable, pages.Message{
			Title:   "The database cannot be asked at the moment",
			Text:    []string{"Nothing was lost: what is stored stays, and scans go on once it answers.", "The log of the program says why, under reference " + ref + "."},
			Actions: []pages.Link{{Text: "Try again", Href: r.URL.RequestURI()}},
		})
		return
	}
	u.message(w, r, http.StatusInternalServerError, pages.Message{
		Title: "This page could not be made",
		Text: []string{
			"Nothing was lost. The log of the program says why, under reference " + ref + ".",
			"If the database was stopped, start it and load the page again.",
		},
		Actions: []pages.Link{{Text: "Try again", Href: r.URL.RequestURI()}},
	})
}

func (u *ui) message(w http.ResponseWriter, r *http.Request, status int, m pages.Message) {
	m.Frame = u.bareFrame(r, m.Title)
	show(w, r, status, pages.MessagePage(m))
}

// show renders a page whole before the first byte goes out, so that a fault in
// the middle can still become an error page.
func show(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		http.Error(w, "This page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the reader may have gone; there is nobody to tell
	}
}
