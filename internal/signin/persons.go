package signin

import (
	"fmt"
	"net/http"
	"strconv"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/internal/problem"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

const peoplePath = "/settings/people"

func (d *Door) peopleRoutes() []route {
	const a = access.ManagePeople
	return []route{
		get(peoplePath, a, d.persons),
		post(peoplePath, a, d.addPerson, d.persons),
		get(peoplePath+"/{id}", a, d.person),
		post(peoplePath+"/{id}/grants", a, d.grant, d.person),
		post(peoplePath+"/{id}/grants/{grant}/withdraw", a, d.withdraw, d.person),
		post(peoplePath+"/{id}/disable", a, d.disable, d.person),
		post(peoplePath+"/{id}/enable", a, d.enable, d.person),
		post(peoplePath+"/{id}/password", a, d.resetPassword, d.person),
	}
}

func (d *Door) persons(w http.ResponseWriter, r *http.Request) error {
	return d.showPersons(w, r, nil)
}

func (d *Door) showPersons(w http.ResponseWriter, r *http.Request, shown *pages.Shown) error {
	list, err := d.People.List(r.Context())
	if err != nil {
		return err
	}
	groups, err := d.People.Groups(r.Context())
	if err != nil {
		return err
	}
	p := pages.Persons{Frame: d.Frame(r, "People", "people"), Tabs: tabs(r, peoplePath), Notice: outcome(r), Shown: shown,
		Roles: roles(r.PostFormValue("role")), Over: over(groups, r.PostFormValue("over"))}
	if shown == nil {
		p.Email, p.Name = r.PostFormValue("email"), r.PostFormValue("name")
	}
	for _, one := range list {
		row := pages.PersonRow{Href: personPath(one.ID), Name: one.Name, Email: one.Email, SignedIn: moment(one.SignedIn, "never"),
			Disabled: !one.Disabled.IsZero(), Own: one.ID == access.From(r.Context()).Person}
		for _, g := range one.Grants {
			row.Roles = append(row.Roles, g.Say())
		}
		if len(row.Roles) == 0 {
			row.Roles = []string{"none"}
		}
		p.List = append(p.List, row)
	}
	return show(w, r, statusOf(r), pages.PersonsPage(p))
}

func personPath(id int64) string { return fmt.Sprintf("%s/%d", peoplePath, id) }

// secretOf shows a password that was made for somebody.
func secretOf(email, password string) *pages.Shown {
	return &pages.Shown{Title: "A password for " + email, Label: "Password", Secret: password,
		Text: "Hand it over now: it is shown this once and kept nowhere. Ask for it to be changed at the first sign-in."}
}

func (d *Door) addPerson(w http.ResponseWriter, r *http.Request) error {
	g, err := grantOf(r)
	if err != nil {
		return err
	}
	_, password, err := d.People.Add(r.Context(), r.PostFormValue("email"), r.PostFormValue("name"), g)
	if err != nil {
		return err
	}
	return d.showPersons(w, r, secretOf(r.PostFormValue("email"), password))
}

// whom reads the person of the address.
func (d *Door) whom(r *http.Request) (people.Person, error) {
	id, err := number(r.PathValue("id"))
	if err != nil {
		return people.Person{}, err
	}
	return d.People.Person(r.Context(), id)
}

// other is whom, refused where it is the one who asks: nobody gives themselves
// a role, and the last administrator cannot shut themselves out.
func (d *Door) other(r *http.Request) (people.Person, error) {
	who, err := d.whom(r)
	if err == nil && who.ID == access.From(r.Context()).Person {
		err = problem.New(problem.Conflict, "This is you. Another administrator has to do it.")
	}
	return who, err
}

func (d *Door) person(w http.ResponseWriter, r *http.Request) error {
	return d.showPerson(w, r, nil)
}

func (d *Door) showPerson(w http.ResponseWriter, r *http.Request, shown *pages.Shown) error {
	who, err := d.whom(r)
	if err != nil {
		return err
	}
	groups, err := d.People.Groups(r.Context())
	if err != nil {
		return err
	}
	p := pages.PersonDetail{Frame: d.Frame(r, who.Name, "people"), Tabs: tabs(r, peoplePath), Notice: outcome(r), Shown: shown,
		Path: personPath(who.ID), Name: who.Name, Email: who.Email, Roles: roles(""), Over: over(groups, ""),
		Disabled: !who.Disabled.IsZero(), Own: who.ID == access.From(r.Context()).Person,
		Facts: []parts.Fact{text("Added", moment(who.Created, "")), text("Last signed in", moment(who.SignedIn, "never")), text("State", state(who))}}
	for _, g := range who.Grants {
		name := g.Name
		if g.Group == 0 {
			name = "all accounts"
		}
		p.Grants = append(p.Grants, pages.GrantRow{ID: strconv.FormatInt(g.ID, 10), Role: string(g.Role), Over: name})
	}
	return show(w, r, statusOf(r), pages.PersonPage(p))
}

func text(name, value string) parts.Fact {
	return parts.Fact{Name: name, Parts: []parts.Span{{Text: value}}}
}

func state(who people.Person) string {
	switch {
	case !who.Disabled.IsZero():
		return "disabled since " + moment(who.Disabled, "")
	case who.Temporary:
		return "may sign in, with a password that somebody else has seen"
	}
	return "may sign in"
}

func (d *Door) grant(w http.ResponseWriter, r *http.Request) error {
	who, err := d.other(r)
	if err != nil {
		return err
	}
	g, err := grantOf(r)
	if err != nil {
		return err
	}
	if err := d.People.Grant(r.Context(), who.ID, g.Role, g.Group); err != nil {
		return err
	}
	return back(w, r, personPath(who.ID), "granted")
}

func (d *Door) withdraw(w http.ResponseWriter, r *http.Request) error {
	who, err := d.other(r)
	if err != nil {
		return err
	}
	id, err := number(r.PathValue("grant"))
	if err != nil {
		return err
	}
	if err := d.People.Withdraw(r.Context(), who.ID, id); err != nil {
		return err
	}
	return back(w, r, personPath(who.ID), "withdrew")
}

func (d *Door) disable(w http.ResponseWriter, r *http.Request) error {
	who, err := d.other(r)
	if err != nil {
		return err
	}
	if err := d.People.Disable(r.Context(), who.ID); err != nil {
		return err
	}
	return back(w, r, personPath(who.ID), "disabled")
}

func (d *Door) enable(w http.ResponseWriter, r *http.Request) error {
	who, err := d.other(r)
	if err != nil {
		return err
	}
	if err := d.People.Enable(r.Context(), who.ID); err != nil {
		return err
	}
	return back(w, r, personPath(who.ID), "enabled")
}

func (d *Door) resetPassword(w http.ResponseWriter, r *http.Request) error {
	who, err := d.other(r)
	if err != nil {
		return err
	}
	password, err := d.People.ResetPassword(r.Context(), who.ID)
	if err != nil {
		return err
	}
	return d.showPerson(w, r, secretOf(who.Email, password))
}
