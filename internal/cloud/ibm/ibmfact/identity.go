package ibmfact

import (
	"cmp"
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
)

// A becoming is a profile that the server may become.
type becoming struct {
	of  *profile
	how string // estate.ByDefault and its like
	by  string
	s   source
	is  yesno
}

// identity works out which trusted profiles the server may become: those that a
// link names it for, and those of which a claim rule fits it. Whoever asks its
// metadata service for a token chooses among them, so that what it may do is what
// the strongest may.
//
// The profile that it was created with is one of them as long as its link is
// there: the initialization alone gives nothing.
func (in *reading) identity() {
	m, id := iamOf(in.c), &in.w.Identity
	ways, gaps := in.becomings(m)
	def, unread := in.initial(m, ways)
	list := make([]estate.Becomes, 0, len(ways)+1)
	var certain, possible []*profile
	for i := range ways {
		b := &ways[i]
		possible = append(possible, b.of)
		if !b.is.must {
			gaps = append(gaps, b.is.why)
			continue
		}
		certain = append(certain, b.of)
		list = append(list, b.told(m))
		if b.how == estate.ByLink && def == b.of {
			also := *b
			also.how = estate.ByDefault
			list = append(list, also.told(m))
		}
	}
	from := in.s.from
	id.Count = counted(certain, gaps, from)
	id.Power, id.AtLeast = in.together(m, certain, possible, gaps)
	in.strongest(m, ways, certain, gaps, def, unread)
	if unread != nil {
		gaps = append(gaps, unread.why)
	}
	id.Profiles = fact.Listed(list, from, "", gaps...)
}

func (b *becoming) told(m *iam) estate.Becomes {
	w := b.of.judge(m)
	from := b.of.s.from
	return estate.Becomes{Principal: b.of.uid, Name: b.of.name, Mechanism: b.how, By: b.by,
		Power: w.power(from), AtLeast: w.atLeast(from), From: b.s.from}
}

func counted(certain []*profile, gaps []*fact.Reason, from *fact.Origin) fact.Of[int64] {
	if len(gaps) > 0 {
		return fact.Unknown[int64](gaps[0], from, "")
	}
	return fact.Known(int64(len(distinct(certain))), from, "")
}

func distinct(ps []*profile) []*profile {
	out := slices.Clone(ps)
	slices.SortFunc(out, func(a, b *profile) int { return cmp.Compare(a.uid, b.uid) })
	return slices.Compact(out)
}

// becomings are the links and claim rules by which the server becomes profiles,
// for certain or perhaps. gaps say why there may be others.
func (in *reading) becomings(m *iam) (ways []becoming, gaps []*fact.Reason) {
	for _, l := range m.linked[in.res.UID] {
		is := sure(true)
		if l.compute != compute[in.w.Type] {
			is = unsure(l.s.why(snapshot.UnknownValue, "cr_type "+l.compute), l.s.from)
		}
		ways = append(ways, becoming{l.of, estate.ByLink, called(l.name, l.id), l.s, is})
	}
	claims := in.claims()
	for _, r := range m.rules {
		if is := r.fits(in.w.Type, claims); is.may {
			ways = append(ways, becoming{r.of, estate.ByClaimRule, called(r.name, r.id), r.s, is})
		}
	}
	if m.unlisted != nil {
		gaps = append(gaps, m.unlisted.why)
	}
	for _, p := range m.hidden {
		for _, h := range []*hole{p.linksHole, p.rulesHole} {
			if h != nil && !slices.Contains(gaps, h.why) {
				gaps = append(gaps, h.why)
			}
		}
	}
	return ways, gaps
}

// initial reads the profile that the server was created with, nil if with none.
func (in *reading) initial(m *iam, ways []becoming) (def *profile, unread *hole) {
	const path = "/default_trusted_profile"
	id, call := &in.w.Identity, CallInitialization
	if in.w.Type == typeBareMetal {
		call = CallBareMetalInitialization
	}
	v, s, unread := in.besides(KindInitialization, InitializationUID(in.res.UID), call, in.res.UID)
	d := v.Get("default_trusted_profile")
	crn := text(d.Get("target").Get("crn"))
	if unread == nil && !nothing(d) && crn == "" {
		unread = &hole{s.oddly(d.Get("target").Get("crn"), path+"/target/crn"), s.from}
	}
	if unread != nil {
		id.Default, id.AutoLink, id.Stale = unknownBy[string](unread), unknownBy[bool](unread), unknownBy[bool](unread)
		return nil, unread
	}
	id.Default = fact.Known(crn, s.from, path+"/target/crn")
	if crn == "" { // the member is left out where none was given (InstanceInitialization in vpcv1)
		id.AutoLink, id.Stale = fact.Known(false, s.from, path), fact.Known(false, s.from, path)
		return nil, nil
	}
	id.AutoLink = s.truth(d.Get("auto_link"), path+"/auto_link")
	def = m.byUID[crn]
	id.Stale = in.stale(m, def, ways, crn, s)
	return def, nil
}

// stale says that a default profile is gone, or that nothing binds it any more.
func (in *reading) stale(m *iam, def *profile, ways []becoming, crn string, s source) fact.Of[bool] {
	const path = "/default_trusted_profile"
	if def == nil {
		if m.unlisted != nil {
			return unknownBy[bool](m.unlisted)
		}
		if accountOf(crn) != "" && accountOf(crn) != accountOf(in.res.UID) {
			return unknownBy[bool](m.noProfile(crn))
		}
		return fact.Known(true, s.from, path)
	}
	var why *hole
	for i := range ways {
		if ways[i].of != def {
			continue
		}
		if ways[i].is.must {
			return fact.Known(false, s.from, path)
		}
		why = &hole{ways[i].is.why, ways[i].is.from}
	}
	if why = either(why, either(def.linksHole, def.rulesHole)); why != nil {
		return unknownBy[bool](why)
	}
	return fact.Known(true, s.from, path)
}

// together is what several profiles come to: the strongest counts.
func (in *reading) together(m *iam, certain, possible []*profile, gaps []*fact.Reason) (fact.Of[string], fact.Of[string]) {
	all := worth{most: power.None, least: power.None, certain: power.None}
	for _, p := range certain {
		w := p.judge(m)
		all.least, all.certain = power.Max(all.least, w.least), power.Max(all.certain, w.certain)
	}
	all.most = all.least
	for _, p := range possible {
		w := p.judge(m)
		why, from := w.why, w.from
		if !slices.Contains(certain, p) {
			why, from = gaps[0], in.s.from
		}
		all.doubt(w.most, why, from)
	}
	if h := m.unlisted; h != nil {
		all.doubt(power.Admin, h.why, h.origin)
	}
	for _, p := range m.hidden { // one whose links were not seen may be among them
		if h := either(p.linksHole, p.rulesHole); !slices.Contains(certain, p) {
			all.doubt(p.judge(m).most, h.why, h.origin)
		}
	}
	return all.power(in.s.from), all.atLeast(in.s.from)
}

// strongest names the profile that may do most, and what it is granted.
func (in *reading) strongest(m *iam, ways []becoming, certain []*profile, gaps []*fact.Reason, def *profile, unread *hole) {
	id, from := &in.w.Identity, in.s.from
	if len(certain) == 0 {
		if len(gaps) > 0 {
			unknown := fact.Unknown[string](gaps[0], from, "")
			id.Name, id.Mechanism, id.Role = unknown, unknown, unknown
			id.Grants = fact.Listed[estate.Grant](nil, from, "", gaps...)
			return
		}
		id.Name, id.Mechanism, id.Role = fact.Known("", from, ""), fact.Known("none", from, ""), fact.Known("", from, "")
		id.Grants = fact.Listed[estate.Grant](nil, from, "")
		return
	}
	best := slices.MaxFunc(distinct(certain), func(a, b *profile) int {
		x, y := a.judge(m), b.judge(m)
		return cmp.Or(cmp.Compare(x.least.Rank(), y.least.Rank()), cmp.Compare(x.most.Rank(), y.most.Rank()), cmp.Compare(b.uid, a.uid))
	})
	i := slices.IndexFunc(ways, func(b becoming) bool { return b.of == best && b.is.must })
	how := fact.Known(ways[i].how, ways[i].s.from, "")
	switch {
	case ways[i].how == estate.ByLink && best == def:
		how = fact.Known(estate.ByDefault, ways[i].s.from, "")
	case ways[i].how == estate.ByLink && unread != nil:
		how = unknownBy[string](unread)
	}
	id.Name, id.Role, id.Mechanism = fact.Known(best.uid, best.s.from, "/crn"), fact.Known(best.uid, best.s.from, "/crn"), how
	var grants []estate.Grant
	for _, p := range distinct(certain) {
		for _, g := range p.judge(m).grants {
			g.Holder = called(p.name, p.id)
			grants = append(grants, g)
		}
	}
	slices.SortStableFunc(grants, func(a, b estate.Grant) int {
		return cmp.Compare(power.Level(b.Level).Rank(), power.Level(a.Level).Rank())
	})
	if !id.Power.Known() {
		id.Grants = fact.Listed(grants[:min(len(grants), mostGrants)], best.s.from, "", id.Power.Why())
		return
	}
	id.Grants = fact.Listed(grants[:min(len(grants), mostGrants)], best.s.from, "")
}

// accountOf is the account in a CRN, "" where it names none.
func accountOf(crn string) string {
	parts := splitCRN(crn)
	if len(parts) < 7 {
		return ""
	}
	return parts[6]
}
