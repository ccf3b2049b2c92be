package ibmfact

import (
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// principals are the trusted profiles of the account.
func principals(c *snapshot.Context) (out []estate.Object) {
	m := iamOf(c)
	rs := c.Resources(KindProfile)
	for i := range rs {
		p := m.byUID[rs[i].UID]
		if p == nil { // one that cannot be read is there, with nothing known of it
			out = append(out, &estate.Principal{Subject: subjectOf(estate.KindPrincipal, &rs[i]), Type: "trusted_profile"})
			continue
		}
		out = append(out, m.principal(p, &rs[i]))
	}
	return out
}

func (m *iam) principal(p *profile, res *snapshot.Resource) *estate.Principal {
	w, from := p.judge(m), p.s.from
	o := &estate.Principal{
		Subject: subjectOf(estate.KindPrincipal, res), Type: "trusted_profile",
		Managed: fact.Known(p.managed, from, "/template_id"),
		Power:   w.power(from), AtLeast: w.atLeast(from), Grants: w.given(from),
	}
	o.ID = p.id
	o.Claims, o.Anyone, o.Workloads = p.claims(), p.anyone(), p.ofWorkloads()
	o.Climb, o.Climbers = m.climb(p)
	return o
}

// claims are the rules by which compute resources become the profile.
func (p *profile) claims() fact.List[estate.Claim] {
	var list []estate.Claim
	for _, r := range p.rules {
		list = append(list, estate.Claim{ID: r.id, Name: r.name, Compute: r.compute, Narrow: r.narrow(), Scope: r.scope(),
			Conditions: r.words(), Path: "/conditions", From: r.s.from})
	}
	if p.rulesHole != nil {
		return fact.Listed(list, p.s.from, "", p.rulesHole.why)
	}
	return fact.Listed(list, p.s.from, "")
}

// anyone says that a rule holds for whatever compute resource of its type there
// is in the account.
func (p *profile) anyone() fact.Of[bool] {
	all := sure(false)
	for _, r := range p.rules {
		switch {
		case r.odd != nil:
			all = all.or(unsure(r.odd, r.s.from))
		case len(r.conditions) == 0:
			return fact.Known(true, r.s.from, "/conditions")
		case r.scope() == estate.ScopeAny:
			why := r.s.why(snapshot.UnknownValue, r.words())
			if !slices.ContainsFunc(r.conditions, func(k condition) bool { return k.knownClaim() && k.odd == nil }) {
				all = all.or(unsure(why, r.s.from))
			}
		}
	}
	return p.so(all, p.rulesHole, "/conditions")
}

// ofWorkloads says that servers or other compute resources become the profile.
func (p *profile) ofWorkloads() fact.Of[bool] {
	if len(p.links) > 0 {
		return fact.Known(true, p.links[0].s.from, "/link")
	}
	all := sure(false)
	for _, r := range p.rules {
		if r.odd == nil {
			return fact.Known(true, r.s.from, "/type")
		}
		all = all.or(unsure(r.odd, r.s.from))
	}
	return p.so(all, either(p.linksHole, p.rulesHole), "")
}

// so is what is known of a profile, as a fact; what could not be listed may
// change it from no to yes.
func (p *profile) so(is yesno, h *hole, path string) fact.Of[bool] {
	switch {
	case is.must:
		return fact.Known(true, p.s.from, path)
	case is.may:
		return fact.Unknown[bool](is.why, is.from, path)
	case h != nil:
		return unknownBy[bool](h)
	}
	return fact.Known(false, p.s.from, path)
}
