package signin

import (
	"context"
	"net/http"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/web/pages"
)

func (d *Door) signInForm(w http.ResponseWriter, r *http.Request) error {
	p := pages.SignIn{Host: r.Host, Back: local(r.URL.Query().Get("back"))}
	if held := d.cookieOf(r); held != "" {
		v, err := d.People.BySession(r.Context(), held)
		if err != nil {
			return err
		}
		if v != nil {
			http.Redirect(w, r, p.Back, http.StatusSeeOther)
			return nil
		}
		p.Note = "Your session has ended. Sign in again; you come back to where you were."
	}
	return show(w, r, http.StatusOK, pages.SignInPage(p))
}

// wrong is told alike of an unknown address, a wrong password and a disabled
// person.
const wrong = "E-mail and password do not fit together, or this person may no longer sign in."

func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	email, from := r.PostFormValue("email"), network(d.remote(r))
	p := pages.SignIn{Host: r.Host, Back: local(r.PostFormValue("back")), Email: email}
	account := people.Canonical(email) // as it is looked up: spelt otherwise it is still the same account
	if until, full := d.take(from, account); full {
		p.Problem = "There were too many attempts that failed. " + d.tryAgain(w, until)
		return show(w, r, http.StatusTooManyRequests, pages.SignInPage(p))
	}
	id, known, ok, err := d.People.Check(r.Context(), email, r.PostFormValue("password"))
	if err != nil {
		return err
	}
	if !ok {
		if err := d.noteRefusal(r.Context(), known); err != nil {
			return err
		}
		p.Problem = wrong
		return show(w, r, http.StatusUnprocessableEntity, pages.SignInPage(p))
	}
	d.byAddress.forgive(from)
	d.byAccount.forgive(account)
	var cookie string
	err = d.See(r.Context(), &access.Viewer{}, true, func(ctx context.Context) error {
		cookie, err = d.People.Open(ctx, id, d.cookieOf(r), r.UserAgent())
		return err
	})
	if err != nil {
		return err
	}
	d.setCookie(w, cookie, people.Absolute)
	http.Redirect(w, r, p.Back, http.StatusSeeOther)
	return nil
}

// take notes a try by address and by account. Neither tells whether the account
// exists.
func (d *Door) take(from, account string) (until time.Time, full bool) {
	if until, full := d.byAddress.take(from); full {
		return until, true
	}
	return d.byAccount.take(account)
}

// noteRefusal writes a refused sign-in into the audit log. What was typed for
// somebody unknown is not kept: it may be a password in the wrong field.
func (d *Door) noteRefusal(ctx context.Context, known string) error {
	e := people.Entry{Who: "nobody", Action: "sign-in refused", Object: "an unknown address"}
	if known != "" {
		e.Object = known
	}
	return d.See(ctx, &access.Viewer{}, true, func(ctx context.Context) error { return d.People.Append(ctx, e) })
}

func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := d.People.SignOut(r.Context(), access.From(r.Context()).Person, d.cookieOf(r)); err != nil {
		return err
	}
	d.setCookie(w, "", 0)
	http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
	return nil
}
