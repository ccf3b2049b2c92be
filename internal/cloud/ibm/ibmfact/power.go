package ibmfact

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
)

// A worth is what an identity may do: at most, at least, and for certain. Most
// and least differ where something could not be read. Conditions on a policy are
// no such thing: they are taken to be met, which is said of each grant, and only
// certain leaves those policies out.
type worth struct {
	most, least, certain power.Level
	grants               []estate.Grant
	why                  *fact.Reason // why most and least differ
	from                 *fact.Origin
}

// power is what the worth comes to as a fact.
func (w *worth) power(from *fact.Origin) fact.Of[string] {
	if w.most != w.least {
		return fact.Unknown[string](w.why, w.from, "")
	}
	return fact.Known(string(w.most), from, "")
}

func (w *worth) atLeast(from *fact.Origin) fact.Of[string] {
	return fact.Known(string(w.certain), from, "")
}

func (w *worth) given(from *fact.Origin) fact.List[estate.Grant] {
	if w.most != w.least {
		return fact.Listed(w.grants, from, "", w.why)
	}
	return fact.Listed(w.grants, from, "")
}

// worthOf is what an identity may do, by its iam_id: what policies of its own
// and of its access groups give it. The policies are asked for all at once.
func (m *iam) worthOf(iamID string) *worth {
	if w, ok := m.worths.Load(iamID); ok {
		return w.(*worth)
	}
	w, _ := m.worths.LoadOrStore(iamID, m.weigh(iamID))
	return w.(*worth)
}

// of are the policies of an identity and of its groups, and those whose owner
// cannot be read.
func (m *iam) of(iamID string) []*policy {
	all := slices.Concat(m.policies[""], m.policies[iamID])
	for _, g := range m.groups[iamID] {
		all = append(all, m.policies[g]...)
	}
	return all
}

func (m *iam) weigh(iamID string) *worth {
	w := &worth{most: power.None, least: power.None, certain: power.None}
	var gifts []gift
	for _, p := range m.of(iamID) {
		is := p.concerns()
		for _, g := range m.gives(p) {
			if !is.must {
				g.least, g.odd, g.from = power.None, is.why, is.from
			}
			gifts = append(gifts, g)
		}
	}
	slices.SortStableFunc(gifts, func(a, b gift) int { return cmp.Compare(b.most.Rank(), a.most.Rank()) })
	for _, g := range gifts {
		w.least = power.Max(w.least, g.least)
		if !g.policy.conditional && !g.policy.on.tagged {
			w.certain = power.Max(w.certain, g.least)
		}
		w.doubt(g.most, g.odd, g.from)
		if len(w.grants) < mostGrants && g.least != power.None {
			w.grants = append(w.grants, g.told(m))
		}
	}
	if m.unruled != nil {
		w.doubt(power.Admin, m.unruled.why, m.unruled.origin)
	}
	if m.ungroup != nil && m.grouped && m.access[iamID] == nil { // where no group has a policy, memberships give nothing
		w.doubt(power.Admin, m.ungroup.why, m.ungroup.origin)
	}
	return w
}

// doubt notes that something may give more; the strongest doubt's reason is kept.
func (w *worth) doubt(l power.Level, why *fact.Reason, from *fact.Origin) {
	if l.Rank() > w.most.Rank() {
		w.most = l
		if why != nil {
			w.why, w.from = why, from
		}
	} else if w.why == nil && why != nil {
		w.why, w.from = why, from
	}
}

// concerns says whether a policy that is an identity's as far as is known is so
// for certain.
func (p *policy) concerns() yesno {
	if p.iamID == "" && p.group == "" {
		return unsure(p.odd, p.s.from)
	}
	return sure(true)
}

// mostGrants is how many grants are named.
const mostGrants = 20

func (g *gift) told(m *iam) estate.Grant {
	p := g.policy
	through := p.group
	if a := m.access[p.group]; a != nil && a.name != "" {
		through = a.name + " (" + p.group + ")"
	}
	return estate.Grant{Level: string(g.least), Action: g.role, Resource: p.on.words(), Policy: p.id, Statement: through,
		Why: g.why, Inferred: p.conditional || p.on.tagged, Path: "/control/grant/roles", From: p.s.from}
}

// judge works out what a profile may do.
func (p *profile) judge(m *iam) *worth { return m.worthOf(p.iamID) }
