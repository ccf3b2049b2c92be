package ui

import (
	"context"
	"net/http"

	"plumbline/internal/access"
	"plumbline/web/pages"
)

// allow lets through whoever may do the action; it tells all others which
// roles may.
func (u *ui) allow(a access.Action, h handler) handler {
	if a == "" {
		return h
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		if may(r.Context(), a) {
			return h(w, r)
		}
		u.refuse(w, r, a)
		return nil
	}
}

// may says whether the viewer of a request may do the action.
func may(ctx context.Context, a access.Action) bool { return access.From(ctx).May(a) }

// rolesFor names the roles that may do an action.
func rolesFor(a access.Action) string {
	var who []string
	for _, role := range access.Roles() {
		if (&access.Viewer{Grants: []access.Grant{{Role: role, All: true}}}).May(a) {
			who = append(who, string(role))
		}
	}
	return either(who)
}

// refuse says what was asked for, who may do it, and that nothing happened.
func (u *ui) refuse(w http.ResponseWriter, r *http.Request, a access.Action) {
	m := pages.Message{Title: "Your roles do not cover this", Text: []string{
		"To " + string(a) + " takes the role " + rolesFor(a) + ". Nothing was changed.",
		"An administrator can give it to you.",
	}}
	if may(r.Context(), access.ReadEstate) {
		m.Actions = []pages.Link{{Text: "Show the overview", Href: "/"}}
	}
	u.message(w, r, http.StatusForbidden, m)
}
