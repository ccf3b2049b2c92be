package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
)

// A holder is what an instance profile gives to an instance.
type holder struct {
	role, power, atLeast fact.Of[string]
	grants               fact.List[estate.Grant]
}

// power reads what the instance's role may do. An instance names its profile,
// the profile holds a role or none, and the role has policies.
//
// An instance without a profile has no power, nor has one whose profile is
// empty: the metadata service then gives no credentials.
func (in *reading) power() {
	id := &in.w.Identity
	name, known := id.Name.Get()
	var is *holder
	switch {
	case !known:
		is = unknownHolder(id.Name.Why(), id.Name.From(), id.Name.Path())
	case name == "":
		is = powerless(id.Name.From(), id.Name.Path())
	default:
		is = iamOf(in.c).holder(name)
	}
	id.Role, id.Power, id.AtLeast, id.Grants = is.role, is.power, is.atLeast, is.grants
}

func unknownHolder(why *fact.Reason, from *fact.Origin, path string) *holder {
	unknown := fact.Unknown[string](why, from, path)
	return &holder{unknown, unknown, unknown, fact.Listed[estate.Grant](nil, from, path, why)}
}

func powerless(from *fact.Origin, path string) *holder {
	none := fact.Known(string(power.None), from, path)
	return &holder{fact.Known("", from, path), none, none, fact.Listed[estate.Grant](nil, from, path)}
}

// holder gives what a profile gives, by its ARN.
func (m *iam) holder(arn string) *holder {
	p, ok := m.profiles[arn]
	if !ok {
		return m.noProfile(arn)
	}
	p.once.Do(func() { p.is = *m.hold(p) })
	return &p.is
}

// noProfile says why a profile is in no listing. One that was deleted stays
// named on its instances, whose credentials go on until they run out; one of
// another account is not ours to list.
func (m *iam) noProfile(arn string) *holder {
	a := m.c.Answer(CallProfiles, snapshot.Global, "")
	why := reasonOf(a)
	switch {
	case accountIn(arn) != m.c.Account:
		why = &fact.Reason{Cause: snapshot.NotCollected, Call: CallProfiles, Region: snapshot.Global, Detail: shorten(arn)}
	case a.Whole():
		why = &fact.Reason{Cause: snapshot.Absent, Call: CallProfiles, Region: snapshot.Global, Detail: shorten(arn)}
	}
	return unknownHolder(why, refusal(a), "")
}

func (m *iam) hold(p *profile) *holder {
	arn, known := p.role.Get()
	switch {
	case !known:
		return unknownHolder(p.role.Why(), p.role.From(), p.role.Path())
	case arn == "":
		return powerless(p.role.From(), p.role.Path())
	}
	role, ok := m.roles[arn]
	if !ok {
		h := unknownHolder(m.noRole(arn), refusal(m.c.Answer(CallAuthorization, snapshot.Global, SubjectRole)), "")
		h.role = p.role
		return h
	}
	w := role.judge()
	return &holder{p.role, w.power, w.atLeast, w.grants}
}

func (m *iam) noRole(arn string) *fact.Reason {
	a := m.c.Answer(CallAuthorization, snapshot.Global, SubjectRole)
	if !a.Whole() {
		return reasonOf(a)
	}
	return &fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: shorten(arn)}
}
