package clerk

import (
	"context"
	"fmt"
	"strings"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
	"plumbline/internal/postgres"
	"plumbline/internal/problem"
)

var _ listing.Owners = (*Clerk)(nil)

// OwnerRules gives the list of ownership rules that holds.
func (c *Clerk) OwnerRules(ctx context.Context) (listing.OwnerRules, error) {
	if err := mayOwn(ctx); err != nil {
		return listing.OwnerRules{}, err
	}
	return c.Store.OwnerRules(ctx)
}

// OwnersKnown lists the owners that rules and people named.
func (c *Clerk) OwnersKnown(ctx context.Context) ([]owner.Owner, error) {
	if err := mayOwn(ctx); err != nil {
		return nil, err
	}
	return c.Store.OwnersKnown(ctx)
}

// PreviewOwners says what a list of rules would do.
func (c *Clerk) PreviewOwners(ctx context.Context, l owner.List) (listing.OwnerPreview, error) {
	if err := mayOwn(ctx); err != nil {
		return listing.OwnerPreview{}, err
	}
	l = l.Tidy()
	if err := soundOwners(l); err != nil {
		return listing.OwnerPreview{}, err
	}
	return c.Store.PreviewOwners(ctx, l)
}

// KeepOwners puts a list of rules in the place of another and applies it.
func (c *Clerk) KeepOwners(ctx context.Context, l owner.List, version int64) (listing.OwnerRules, error) {
	if err := mayOwn(ctx); err != nil {
		return listing.OwnerRules{}, err
	}
	l = l.Tidy()
	if err := soundOwners(l); err != nil {
		return listing.OwnerRules{}, err
	}
	r, err := c.Store.KeepOwners(ctx, l, version, who(ctx))
	if err != nil {
		return r, err
	}
	return r, c.Audit(ctx, Line{Action: "ownership rules changed", Object: fmt.Sprintf("ownership rules, version %d", r.Version),
		Detail: map[string]string{"rules": fmt.Sprint(len(l)), "findings with another owner": fmt.Sprint(r.Changed)}})
}

// AssignOwner gives a finding to an owner by hand. One that is known by name
// may be given by the name alone; nobody is called alike and is somebody else.
func (c *Clerk) AssignOwner(ctx context.Context, finding int64, to owner.Owner) error {
	if err := mayOwn(ctx); err != nil {
		return err
	}
	to = to.Tidy()
	known, err := c.Store.OwnersKnown(ctx)
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.Word() != to.Word() {
			continue
		}
		if to.Kind != "" && to.Kind != k.Kind || to.Email != "" && to.Email != k.Email {
			return problem.New(problem.Invalid, "%s is known as a %s%s. Take it as it is, or choose another name.", k.Name, k.Kind, at(k.Email))
		}
		to = k
	}
	if flaws := to.Check(); len(flaws) > 0 {
		return problem.New(problem.Invalid, "%s", flaws[0].Text)
	}
	did, err := c.Store.AssignOwner(ctx, finding, to, who(ctx))
	if err != nil {
		return err
	}
	return c.noteOwner(ctx, "finding assigned", finding, did)
}

// TakeBackOwner leaves a finding that somebody assigned to the rules again.
func (c *Clerk) TakeBackOwner(ctx context.Context, finding int64) error {
	if err := mayOwn(ctx); err != nil {
		return err
	}
	did, err := c.Store.TakeBackOwner(ctx, finding, who(ctx))
	if err != nil {
		return err
	}
	return c.noteOwner(ctx, "finding left to the rules", finding, did)
}

func (c *Clerk) noteOwner(ctx context.Context, action string, finding int64, did postgres.OwnerChange) error {
	return c.Audit(ctx, Line{Action: action, Object: fmt.Sprintf("FND-%d", finding), Account: did.Account,
		Detail: map[string]string{"owner": did.Now.Name, "owner before": did.Was.Name}})
}

// Unowned counts the open findings that nobody owns, of what the viewer sees.
func (c *Clerk) Unowned(ctx context.Context) (int, error) {
	if v := access.From(ctx); v == nil || !v.May(access.ReadEstate) {
		return 0, problem.New(problem.Forbidden, "Your role does not allow you to %s. Ask an administrator for a role that does.", access.ReadEstate)
	}
	return c.Store.Unowned(ctx)
}

// mayOwn asks for a grant over all accounts: a rule gives away findings of every
// account that it matches, those to come included.
func mayOwn(ctx context.Context) error {
	if v := access.From(ctx); v == nil || !v.ReachOf(access.ManageOwners).All {
		return problem.New(problem.Forbidden, "To say who owns what takes an officer or administrator of all accounts. Ask one of them.")
	}
	return nil
}

// soundOwners says everything that is wrong with a list.
func soundOwners(l owner.List) error {
	var all []string
	for _, f := range l.Check() {
		if f.Rule > 0 {
			f.Text = fmt.Sprintf("Rule %d: %s", f.Rule, f.Text)
		}
		all = append(all, f.Text)
	}
	if len(all) == 0 {
		return nil
	}
	return problem.New(problem.Invalid, "%s", strings.Join(all, " "))
}

func at(email string) string {
	if email == "" {
		return " without an e-mail address"
	}
	return ", " + email
}
