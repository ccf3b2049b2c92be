package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/owner"
)

// mostMoves of a preview are named.
const mostMoves = 100

// PreviewOwners says what a list would do to the findings that stand. It writes
// nothing.
func (s *Store) PreviewOwners(ctx context.Context, l owner.List) (listing.OwnerPreview, error) {
	all, err := ownerPlaces(ctx, s.on(ctx), nil)
	if err != nil {
		return listing.OwnerPreview{}, explain(err)
	}
	p := preview{list: l, out: listing.OwnerPreview{Rules: make([]listing.OwnerShare, len(l))}}
	p.notes(all)
	for i := range all {
		if err := eachOwnable(ctx, s.on(ctx), l, &all[i], func(f *ownable, d owner.Decision) { p.count(&all[i], f, d) }); err != nil {
			return listing.OwnerPreview{}, explain(err)
		}
	}
	p.cut()
	for _, m := range p.moves {
		p.out.Moves = append(p.out.Moves, m.OwnerMove)
	}
	return p.out, nil
}

// A preview adds up what a list would do.
type preview struct {
	list  owner.List
	out   listing.OwnerPreview
	moves []worstMove
}

type worstMove struct {
	listing.OwnerMove
	worst int
}

func (p *preview) count(at *ownerPlace, f *ownable, d owner.Decision) {
	next := becomes(p.list, d)
	tallyOwner(&p.out.Before, f, f.is.Owner)
	if f.is.ByHand() {
		p.out.ByHand++
		tallyOwner(&p.out.After, f, f.is.Owner)
		return
	}
	tallyOwner(&p.out.After, f, next.Owner)
	if d.Passed > 0 {
		p.out.Rules[d.Passed-1].Passed++
	}
	if d.Rule > 0 {
		if r := &p.out.Rules[d.Rule-1]; f.state == finding.Open {
			r.Open++
		} else {
			r.Others++
		}
	}
	if next.Owner == f.is.Owner {
		return
	}
	p.out.Changes++
	p.moves = append(p.moves, worstMove{listing.OwnerMove{
		Number: f.number, Rule: f.rule, Severity: f.severity, Account: at.external, Region: f.region, Name: f.name, UID: f.uid,
		From: f.is.Name, To: next.Name, By: d.Rule}, f.worst})
	if len(p.moves) >= 100*mostMoves {
		p.cut()
	}
}

func tallyOwner(c *listing.OwnerCount, f *ownable, o owner.Owner) {
	switch {
	case !o.None():
		c.Owned++
	case f.state == finding.Open:
		c.Unowned, c.UnownedOpen = c.Unowned+1, c.UnownedOpen+1
	default:
		c.Unowned++
	}
}

// cut leaves the worst of the moves.
func (p *preview) cut() {
	slices.SortFunc(p.moves, func(a, b worstMove) int {
		return cmp.Or(cmp.Compare(a.worst, b.worst), cmp.Compare(a.Number, b.Number))
	})
	p.moves = p.moves[:min(len(p.moves), mostMoves)]
}

// notes says which rules name what is not there.
func (p *preview) notes(all []ownerPlace) {
	for i := range p.list {
		when := &p.list[i].When
		account := slices.ContainsFunc(all, func(a ownerPlace) bool {
			return strings.EqualFold(a.external, when.Account) || strings.EqualFold(a.name, when.Account)
		})
		group := slices.ContainsFunc(all, func(a ownerPlace) bool {
			return slices.ContainsFunc(a.groups, func(g string) bool { return strings.EqualFold(g, when.Group) })
		})
		switch {
		case when.Account != "" && !account:
			p.out.Rules[i].Note = fmt.Sprintf("No account has the id or the name %q.", when.Account)
		case when.Group != "" && !group:
			p.out.Rules[i].Note = fmt.Sprintf("No account stands in a group %q.", when.Group)
		}
	}
}
