package signin

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"plumbline/internal/access"
	"plumbline/internal/postgres/people"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

const groupsPath = "/settings/groups"

func (d *Door) groupRoutes() []route {
	const a = access.ManagePeople
	return []route{
		get(groupsPath, a, d.groups),
		post(groupsPath, a, d.addGroup, d.groups),
		get(groupsPath+"/{id}", a, d.group),
		post(groupsPath+"/{id}", a, d.changeGroup, d.group),
		post(groupsPath+"/{id}/remove", a, d.removeGroup, d.group),
	}
}

func (d *Door) groups(w http.ResponseWriter, r *http.Request) error {
	list, err := d.People.Groups(r.Context())
	if err != nil {
		return err
	}
	accounts, err := d.People.Accounts(r.Context())
	if err != nil {
		return err
	}
	chosen, _ := chosenAccounts(r) // what could not be read is not ticked again
	p := pages.AccountGroups{Frame: d.Frame(r, "Account groups", "people"), Tabs: tabs(r, groupsPath), Notice: outcome(r),
		Accounts: accountBoxes(accounts, chosen), Name: r.PostFormValue("name")}
	for _, g := range list {
		p.List = append(p.List, pages.GroupRow{Href: groupPath(g.ID), Name: g.Name, Accounts: strconv.Itoa(len(g.Accounts)), People: strconv.Itoa(g.Persons)})
	}
	return show(w, r, statusOf(r), pages.AccountGroupsPage(p))
}

func groupPath(id int64) string { return fmt.Sprintf("%s/%d", groupsPath, id) }

func accountBoxes(all []people.Account, chosen []int64) (out []pages.Pick) {
	for _, a := range all {
		p := pages.Pick{Value: strconv.FormatInt(a.ID, 10), Text: a.Name, Sub: a.Provider + " " + a.ExternalID, On: slices.Contains(chosen, a.ID)}
		if a.Name == "" {
			p.Text, p.Sub = p.Sub, ""
		}
		out = append(out, p)
	}
	return out
}

func chosenAccounts(r *http.Request) (out []int64, err error) {
	for _, s := range r.PostForm["account"] {
		id, err := number(s)
		if err != nil {
			return nil, problem.New(problem.Invalid, "One of the accounts could not be read. Load the page again.")
		}
		out = append(out, id)
	}
	return out, nil
}

func (d *Door) group(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r.PathValue("id"))
	if err != nil {
		return err
	}
	g, err := d.People.Group(r.Context(), id)
	if err != nil {
		return err
	}
	accounts, err := d.People.Accounts(r.Context())
	if err != nil {
		return err
	}
	p := pages.AccountGroup{Frame: d.Frame(r, g.Name, "people"), Tabs: tabs(r, groupsPath), Notice: outcome(r), Path: groupPath(id), Title: g.Name, Name: g.Name,
		Accounts: accountBoxes(accounts, g.Accounts), InUse: g.Persons > 0, People: "Nobody has a role over it."}
	switch {
	case g.Persons == 1:
		p.People = "1 person has a role over it."
	case g.Persons > 1:
		p.People = fmt.Sprintf("%d people have a role over it.", g.Persons)
	}
	if r.PostForm.Has("name") {
		chosen, _ := chosenAccounts(r) // what could not be read is not ticked again
		p.Name, p.Accounts = r.PostFormValue("name"), accountBoxes(accounts, chosen)
	}
	return show(w, r, statusOf(r), pages.AccountGroupPage(p))
}

func (d *Door) addGroup(w http.ResponseWriter, r *http.Request) error {
	name := r.PostFormValue("name")
	chosen, err := chosenAccounts(r)
	if err != nil {
		return err
	}
	if _, err := d.People.AddGroup(r.Context(), name, chosen); err != nil {
		return err
	}
	return back(w, r, groupsPath, "added")
}

func (d *Door) changeGroup(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r.PathValue("id"))
	if err != nil {
		return err
	}
	name := r.PostFormValue("name")
	chosen, err := chosenAccounts(r)
	if err != nil {
		return err
	}
	if err := d.People.ChangeGroup(r.Context(), id, name, chosen); err != nil {
		return err
	}
	return back(w, r, groupPath(id), "saved")
}

func (d *Door) removeGroup(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := d.People.RemoveGroup(r.Context(), id); err != nil {
		return err
	}
	return back(w, r, groupsPath, "removed")
}
