package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"plumbline/internal/estate"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

// changeAccount renames an account or sets how often it is scanned. What is
// wrong with the form is said in it.
func (u *ui) changeAccount(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	v, err := form(w, r)
	if err != nil {
		return err
	}
	a, err := u.Reader.Account(r.Context(), id)
	if err != nil {
		return fmt.Errorf("account %d: %w", id, err)
	}
	name, fault := nameIn(v.Get("name"))
	every, late := everyIn(v.Get("every"), a.Every)
	if fault == "" && late == "" {
		err = u.Clerk.Change(r.Context(), id, name, every)
		if on := userDataIn(v, !a.Login.NoUserData); err == nil && on == a.Login.NoUserData {
			err = u.Clerk.ReadUserData(r.Context(), id, on)
		}
		if err == nil {
			http.Redirect(w, r, accountPath(id)+"?did=change", http.StatusSeeOther)
			return nil
		}
		if !problem.Is(err, problem.Invalid) {
			return u.unable(w, r, err, pages.Link{Text: "Show the account", Href: accountPath(id)})
		}
	}
	p, fail := u.accountPage(r, a)
	if fail != nil {
		return fail
	}
	if p.Edit == nil {
		p.Edit = u.editForm(r, a)
	}
	p.Edit.Name = pages.Field{Value: v.Get("name"), Fault: fault}
	p.Edit.Every.Fault, p.Edit.Fault = late, "Nothing was saved."
	if err != nil {
		p.Edit.Fault = said(err) + " Nothing was saved."
	}
	show(w, r, http.StatusUnprocessableEntity, pages.AccountPage(p))
	return nil
}

func (u *ui) testAccount(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	if _, err := u.Clerk.Test(r.Context(), id); err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the account", Href: accountPath(id)})
	}
	http.Redirect(w, r, accountPath(id)+"?did=test#test", http.StatusSeeOther)
	return nil
}

// askDisconnect asks once before an account is disconnected, and says what that
// does.
func (u *ui) askDisconnect(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	a, err := u.Reader.Account(r.Context(), id)
	if err != nil {
		return fmt.Errorf("account %d: %w", id, err)
	}
	back := pages.Link{Text: "Keep it connected", Href: accountPath(id)}
	if a.State != connected {
		back.Text = "Show the account"
		return u.unable(w, r, problem.New(problem.Conflict, "%s is not connected.", accountName(a)), back)
	}
	p := pages.Confirm{
		Title:  "Disconnect " + accountName(a) + "?",
		Crumbs: []pages.Link{{Text: "Accounts", Href: "/accounts"}, {Text: accountName(a), Href: accountPath(id)}, {Text: "Disconnect"}},
		Text:   disconnectText(a),
		Action: accountPath(id) + "/disconnect", Button: "Disconnect " + accountName(a), Back: back,
		Frame: u.frameOf(r, "Disconnect "+accountName(a), sectionAccounts),
	}
	show(w, r, http.StatusOK, pages.ConfirmPage(p))
	return nil
}

func disconnectText(a listing.Account) []string {
	what := fmt.Sprintf("%s account %s is no longer scanned.", estate.CloudName(a.Provider), a.External)
	if a.Open+a.NoData > 0 {
		what += fmt.Sprintf(" Its %s and %s stay as the last scan left them, and nobody looks again.",
			some(a.Open, "open finding", "open findings"), some(a.NoData, "judgement not assessed", "judgements not assessed"))
	}
	out := []string{what, "The evidence is kept. Connect the account again to go on."}
	if a.Login.RoleARN != "" {
		out = append(out, "The role in the cloud stays until somebody deletes it there: "+a.Login.RoleARN)
	}
	if a.Provider == "ibm" && a.Login.Profile != "" {
		out = append(out, "The trusted profile stays until somebody deletes it there: "+a.Login.Profile)
	}
	return out
}

func (u *ui) disconnect(w http.ResponseWriter, r *http.Request) error {
	id, err := numberIn(r, "id")
	if err != nil {
		return err
	}
	if err := u.Clerk.Disconnect(r.Context(), id); err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the account", Href: accountPath(id)})
	}
	http.Redirect(w, r, accountPath(id)+"?did=disconnect", http.StatusSeeOther)
	return nil
}

// form reads a form of this site, at most 64 KB of it.
func form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return nil, problem.New(problem.Invalid, "What was sent is no form of this site, or is too long. Go back and send it again.")
	}
	return r.PostForm, nil
}

// nameIn reads the name of an account. fault says what is wrong with it.
func nameIn(s string) (name, fault string) {
	s = strings.TrimSpace(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) }):
		return "", "The name holds what is no text. Type it anew."
	case utf8.RuneCountInString(s) > 80:
		return "", fmt.Sprintf("The name has %d characters. Use at most 80.", utf8.RuneCountInString(s))
	}
	return s, ""
}

// everyIn reads how often an account is scanned; now is what it is.
func everyIn(s string, now time.Duration) (every time.Duration, fault string) {
	for _, i := range intervals {
		if i.value == s {
			return i.every, ""
		}
	}
	if s == now.String() {
		return now, ""
	}
	return now, "Choose one of the intervals in the list."
}

// only reads what follows the question mark, and names what is not understood:
// a page must not look as if it had been asked for something else.
func only(r *http.Request, keys ...string) (url.Values, error) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, problem.New(problem.Invalid, "What follows the question mark in the address cannot be read.")
	}
	for k, vs := range v {
		if !slices.Contains(keys, k) {
			if len(keys) == 0 {
				return nil, problem.New(problem.Invalid, "This page takes nothing after a question mark.")
			}
			return nil, problem.New(problem.Invalid, "This page knows no %q. It takes %s.", k, join(keys))
		}
		if len(vs) > 1 {
			return nil, problem.New(problem.Invalid, "%q stands in the address %d times. Give it once.", k, len(vs))
		}
		if !utf8.ValidString(vs[0]) || strings.ContainsFunc(vs[0], unicode.IsControl) {
			return nil, problem.New(problem.Invalid, "%q holds what is no text.", k)
		}
	}
	return v, nil
}
