package ui

import (
	"context"
	"fmt"
	"net/http"

	"plumbline/internal/access"
	"plumbline/internal/owner"
	"plumbline/internal/problem"
	"plumbline/internal/query"
	"plumbline/web/pages"
)

// ownedPath lists the open findings of an owner.
func ownedPath(name string) string {
	return want{q: query.Query{}.Set("is", "open").Set("owner", name)}.address()
}

// owner fills who owns the finding and why, and how those who may change it.
func (d *detail) owner() error {
	if d.Owners == nil {
		return nil
	}
	o := d.owned
	c := &pages.OwnerCard{}
	switch {
	case o.ByHand():
		c.Text = fmt.Sprintf("%s, assigned by hand, %s by %s.", o.Name, day(o.At), o.By)
	case !o.None():
		c.Text = fmt.Sprintf("%s, by rule %d.", o.Name, o.Rule)
	default:
		c.Text = "Nobody owns this: no rule matches it, and nobody assigned it."
	}
	if o.Passed > 0 {
		c.Note = fmt.Sprintf("Rule %d asks for a tag, and the tags of this resource are not known, or are a secret: it was passed over.", o.Passed)
	}
	if may(d.r.Context(), access.ManageOwners) {
		known, err := d.Owners.OwnersKnown(d.r.Context())
		if err != nil {
			return fmt.Errorf("owners: %w", err)
		}
		c.Assign = findingPath(d.rec.Number) + "/owner"
		if o.ByHand() {
			c.Return = c.Assign + "/return"
		}
		c.Fields = ownerFields(owner.Owner{Kind: owner.Team}, known, nil)
	}
	d.page.Owner = c
	return nil
}

// assignOwner gives a finding to an owner by hand. What is wrong with the form
// is said in it.
func (u *ui) assignOwner(w http.ResponseWriter, r *http.Request) error {
	if u.Owners == nil {
		return errNoPage
	}
	n, err := findingNumber(r.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := form(w, r)
	if err != nil {
		return err
	}
	to := ownerIn(v)
	if known, err := u.Owners.OwnersKnown(r.Context()); err == nil {
		for _, k := range known { // whoever takes a known name without more means that owner
			if k.Word() == to.Word() && to.Email == "" {
				to = k
			}
		}
	}
	err = u.Owners.AssignOwner(r.Context(), n, to)
	if !problem.Is(err, problem.Invalid) {
		return u.owned(w, r, n, err)
	}
	d, fail := u.detail(r, n, why)
	if fail != nil {
		return fail
	}
	if fail := d.fill(); fail != nil {
		return fail
	}
	d.page.Owner.Fault = said(err) + " Nothing was changed."
	d.page.Owner.Fields = ownerFields(to, nil, nil)
	show(w, r, http.StatusUnprocessableEntity, pages.FindingPage(d.page))
	return nil
}

// returnOwner leaves a finding to the rules again.
func (u *ui) returnOwner(w http.ResponseWriter, r *http.Request) error {
	if u.Owners == nil {
		return errNoPage
	}
	n, err := findingNumber(r.PathValue("id"))
	if err != nil {
		return err
	}
	return u.owned(w, r, n, u.Owners.TakeBackOwner(r.Context(), n))
}

func (u *ui) owned(w http.ResponseWriter, r *http.Request, n int64, err error) error {
	if err != nil {
		return u.unable(w, r, err, pages.Link{Text: "Show the finding", Href: findingPath(n)})
	}
	http.Redirect(w, r, findingPath(n)+"#owner-card", http.StatusSeeOther)
	return nil
}

// unowned counts on the overview what nobody owns.
func (o *outlook) unowned(ctx context.Context) error {
	if o.Owners == nil {
		return nil
	}
	n, err := o.Owners.Unowned(ctx)
	if err != nil {
		return fmt.Errorf("count what nobody owns: %w", err)
	}
	o.page.Counts = append(o.page.Counts, pages.Change{Count: number(n), Text: "unowned", Href: findingsOf(viewNobody)})
	return nil
}
