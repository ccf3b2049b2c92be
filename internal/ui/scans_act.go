package ui

import (
	"fmt"
	"net/http"

	"plumbline/internal/estate"
	"plumbline/internal/problem"
	"plumbline/internal/scan"
	"plumbline/web/pages"
)

// askCancel asks once before a scan is cancelled, and says what that does.
func (u *ui) askCancel(w http.ResponseWriter, r *http.Request) error {
	n, err := numberIn(r, "n")
	if err != nil {
		return err
	}
	s, err := u.Reader.Scan(r.Context(), n)
	if err != nil {
		return fmt.Errorf("scan %d: %w", n, err)
	}
	if s.State != scan.Running {
		return u.unable(w, r, problem.New(problem.Conflict, "Scan %d has ended already: it is %s. There is nothing to cancel.", n, s.State), pages.Link{Text: "Show the scan", Href: scanPath(n)})
	}
	name := fmt.Sprintf("scan %d", n)
	p := pages.Confirm{
		Title:  "Cancel " + name + "?",
		Crumbs: []pages.Link{{Text: "Scans", Href: "/scans"}, {Text: sentenceName(name), Href: scanPath(n)}, {Text: "Cancel"}},
		Text: []string{
			fmt.Sprintf("The scan of %s account %s stops, and does not go on later: the next one begins anew.", estate.CloudName(s.Provider), s.Account),
			"What it has read so far is kept. What it did not reach says nothing: no finding is resolved by it, and the posture stays that of the last finished scan.",
		},
		Action: scanPath(n) + "/cancel", Button: "Cancel " + name, Back: pages.Link{Text: "Let it run", Href: scanPath(n)},
	}
	p.Frame = u.frameOf(r, "Cancel "+name, sectionScans)
	show(w, r, http.StatusOK, pages.ConfirmPage(p))
	return nil
}

func (u *ui) cancelScan(w http.ResponseWriter, r *http.Request) error {
	n, err := numberIn(r, "n")
	if err != nil {
		return err
	}
	if err := u.Clerk.CancelScan(r.Context(), n); err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the scan", Href: scanPath(n)})
	}
	http.Redirect(w, r, scanPath(n), http.StatusSeeOther)
	return nil
}

func (u *ui) startScan(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	n, err := u.Clerk.StartScan(r.Context(), id)
	if err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the account", Href: accountPath(id)})
	}
	http.Redirect(w, r, scanPath(n), http.StatusSeeOther)
	return nil
}

// unable says why something was not done, and leads back. What is no problem
// of the person who asked it passes on.
func (u *ui) unable(w http.ResponseWriter, r *http.Request, err error, back pages.Link) error {
	status, title := 0, ""
	switch kind, _ := problem.KindOf(err); kind {
	case problem.Conflict:
		status, title = http.StatusConflict, "This cannot be done now"
	case problem.Forbidden:
		status, title = http.StatusForbidden, "Your roles do not cover this"
	case problem.Invalid:
		status, title = http.StatusUnprocessableEntity, "This cannot be done"
	case problem.NotFound, problem.Tampered:
		return err
	default:
		return err
	}
	u.message(w, r, status, pages.Message{Title: title, Text: []string{said(err), "Nothing was changed."}, Actions: []pages.Link{back}})
	return nil
}
