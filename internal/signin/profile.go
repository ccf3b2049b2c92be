package signin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

func (d *Door) profileRoutes() []route {
	return []route{
		get("/profile", access.ManageOwn, d.profile),
		post("/profile/password", access.ManageOwn, d.changePassword, d.profile),
		post("/profile/sessions/{id}/end", access.ManageOwn, d.endSession, d.profile),
		post("/profile/tokens", access.ManageOwn, d.createToken, d.profile),
		post("/profile/tokens/{id}/revoke", access.ManageOwn, d.revokeToken, d.profile),
	}
}

// done is what a redirect to a page lets it say. Only these words are said: an
// address cannot put others on the page.
var done = map[string]string{
	"password": "Your password is changed. All your other sessions have ended.",
	"session":  "The session has ended.",
	"revoked":  "The token is revoked: whoever shows it is refused from now on.",
	"granted":  "The role is granted.",
	"withdrew": "The role is withdrawn.",
	"disabled": "This person is shut out: all sessions have ended.",
	"enabled":  "This person may sign in again.",
	"saved":    "Saved.",
	"added":    "The group is added.",
	"removed":  "The group is removed.",
}

// outcome is what became of the form that was sent before.
func outcome(r *http.Request) *pages.Notice {
	if n := notice(r); n != nil {
		return n
	}
	if text, ok := done[r.URL.Query().Get("done")]; ok {
		return &pages.Notice{Tone: "good", Icon: "check", Text: text}
	}
	return nil
}

// back leads to a page that says what was done.
func back(w http.ResponseWriter, r *http.Request, path, what string) error {
	http.Redirect(w, r, path+"?done="+what, http.StatusSeeOther)
	return nil
}

func (d *Door) profile(w http.ResponseWriter, r *http.Request) error {
	return d.showProfile(w, r, nil)
}

func (d *Door) showProfile(w http.ResponseWriter, r *http.Request, shown *pages.Shown) error {
	v := access.From(r.Context())
	who, err := d.People.Person(r.Context(), v.Person)
	if err != nil {
		return err
	}
	p := pages.Profile{Frame: d.Frame(r, "Your profile", "profile"), Name: who.Name, Email: who.Email, Notice: outcome(r), Shown: shown,
		TokenName: r.PostFormValue("name")}
	if shown != nil {
		p.TokenName = ""
	}
	if p.Notice == nil && who.Temporary && shown == nil {
		p.Notice = &pages.Notice{Tone: "warn", Icon: "alert", Title: "Choose a password of your own.", Text: "The present one was made for you, and somebody else has seen it."}
	}
	for _, g := range who.Grants {
		p.Roles = append(p.Roles, g.Say()+": "+g.Role.About())
	}
	if len(p.Roles) == 0 {
		p.Roles = []string{"Nothing: you have no role."}
	}
	if p.Sessions, err = d.sessionRows(r, v.Person); err != nil {
		return err
	}
	if p.Tokens, err = d.tokenRows(r.Context(), v.Person); err != nil {
		return err
	}
	p.Scopes, p.Days = scopes(r), days(r)
	return show(w, r, statusOf(r), pages.ProfilePage(p))
}

func (d *Door) sessionRows(r *http.Request, person int64) (out []pages.SessionRow, err error) {
	list, err := d.People.Sessions(r.Context(), person, d.cookieOf(r))
	for _, s := range list {
		out = append(out, pages.SessionRow{ID: strconv.FormatInt(s.ID, 10), Agent: browser(s.Agent), Remote: s.Remote,
			Created: moment(s.Created, ""), Seen: moment(s.Seen, ""), Own: s.Own})
	}
	return out, err
}

func (d *Door) tokenRows(ctx context.Context, person int64) (out []pages.TokenRow, err error) {
	list, err := d.People.Tokens(ctx, person)
	for _, t := range list {
		row := pages.TokenRow{ID: strconv.FormatInt(t.ID, 10), Name: t.Name, Prefix: t.Prefix + "…", Scopes: strings.Join(t.Scopes, ", "),
			Used: "never", Ends: day(t.Expires)}
		if t.Used != nil {
			row.Used = moment(*t.Used, "")
		}
		switch {
		case t.Revoked != nil:
			row.Ends = "revoked on " + day(*t.Revoked)
		case !t.Expires.After(d.Now()):
			row.Ends = "ended on " + day(t.Expires)
		default:
			row.Live = true
		}
		out = append(out, row)
	}
	return out, err
}

// scopes to choose from: only those that the viewer could use.
func scopes(r *http.Request) (out []pages.Pick) {
	v := access.From(r.Context())
	for _, s := range []struct {
		scope  access.Scope
		action access.Action
		text   string
	}{
		{access.ScopeRead, access.ReadEstate, "Read findings, accounts and scans"},
		{access.ScopeScan, access.StartScan, "Start and cancel scans, import audit events"},
		{access.ScopeManage, access.ManageAccounts, "Connect and change accounts"},
	} {
		if v.May(s.action) {
			on := s.scope == access.ScopeRead
			if r.PostForm.Has("name") {
				on = slices.Contains(r.PostForm["scope"], string(s.scope))
			}
			out = append(out, pages.Pick{Value: string(s.scope), Text: s.text, On: on})
		}
	}
	return out
}

func days(r *http.Request) (out []pages.Pick) {
	chosen := r.PostFormValue("days")
	if chosen == "" {
		chosen = "90"
	}
	for _, n := range []int{7, 30, 90, 365} {
		s := strconv.Itoa(n)
		out = append(out, pages.Pick{Value: s, Text: s + " days", On: s == chosen})
	}
	return out
}

// changePassword asks for the present one first: a session that was left open
// is not enough. Guesses count like sign-ins.
func (d *Door) changePassword(w http.ResponseWriter, r *http.Request) error {
	v := access.From(r.Context())
	if until, full := d.byAccount.take(v.Email); full {
		return problem.New(problem.Conflict, "There were too many attempts with a wrong password. %s", d.tryAgain(w, until))
	}
	_, _, ok, err := d.People.Check(r.Context(), v.Email, r.PostFormValue("old"))
	if err != nil {
		return err
	}
	if !ok {
		return problem.New(problem.Invalid, "The present password is another one.")
	}
	d.byAccount.forgive(v.Email)
	if r.PostFormValue("new") == r.PostFormValue("old") {
		return problem.New(problem.Invalid, "The new password is the present one.")
	}
	if err := d.People.SetPassword(r.Context(), v.Person, r.PostFormValue("new"), d.cookieOf(r)); err != nil {
		return err
	}
	return back(w, r, "/profile", "password")
}

func (d *Door) endSession(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := d.People.End(r.Context(), access.From(r.Context()).Person, id); err != nil {
		return err
	}
	return back(w, r, "/profile", "session")
}

func (d *Door) createToken(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PostFormValue("days"))
	if err != nil {
		return problem.New(problem.Invalid, "Choose after how many days the token ends.")
	}
	var chosen []access.Scope
	for _, s := range r.PostForm["scope"] {
		chosen = append(chosen, access.Scope(s))
	}
	n = max(min(n, 3660), -1) // a date that can be worked out; what is too much is refused with a sentence
	token, err := d.People.CreateToken(r.Context(), access.From(r.Context()).Person, r.PostFormValue("name"), chosen, d.Now().Add(time.Duration(n)*24*time.Hour))
	if err != nil {
		return err
	}
	return d.showProfile(w, r, &pages.Shown{Title: "Your new token", Label: "Token", Secret: token,
		Text: fmt.Sprintf("Copy it now: it is shown this once and kept nowhere. Programs send it as “Authorization: Bearer %s…”.", people.Prefix)})
}

func (d *Door) revokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := d.People.RevokeToken(r.Context(), access.From(r.Context()).Person, id); err != nil {
		return err
	}
	return back(w, r, "/profile", "revoked")
}
