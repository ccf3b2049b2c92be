package ibmfact

import (
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// climb says that somebody who has less power than the profile may create a
// server that becomes it: a claim rule of the profile does not name its servers,
// and a policy lets him create some where the rule holds.
//
// Whoever a profile names one by one may be that profile whenever he wants: what
// it may do is his already.
//
// The owner of the account has everything by being the owner, which no policy
// says; where policies name him beside, he may be taken for somebody with less.
func (m *iam) climb(p *profile) (fact.Of[bool], fact.Of[string]) {
	var open []*claimRule
	all := sure(false)
	for _, r := range p.rules {
		if r.compute != "VSI" && r.compute != "BMS" && slices.Contains(computes, r.compute) {
			continue
		}
		narrow := r.narrow()
		if is, known := narrow.Get(); known && !is && r.odd == nil || r.scope() == estate.ScopeSubnet {
			open = append(open, r)
		} else if !known {
			all = all.or(unsure(narrow.Why(), narrow.From()))
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return p.climbers(sure(false), p.rulesHole, nil)
	}
	is := p.judge(m)
	found := sure(false)
	var who []string
	for _, holder := range m.holders() {
		if holder == p.iamID {
			continue
		}
		may := m.creates(holder, open)
		if !may.may {
			continue
		}
		w, stands := m.withProfiles(holder), m.anybodyIs(holder)
		switch {
		case !stands.may:
		case slices.Contains(m.trusted[holder], p): // he is trusted with it
		case holder == "" && is.most == power.None: // there is nothing to be had
		case w.least.Rank() >= is.most.Rank(): // he has as much already
		case may.must && stands.must && w.most.Rank() < is.least.Rank() && !all.may:
			found = found.or(sure(true))
			who = append(who, m.called(holder))
		default:
			why, from := firstWhy(may.why, stands.why, all.why, w.why, is.why), p.s.from
			found = found.or(unsure(why, from))
		}
	}
	return p.climbers(found, either(p.rulesHole, either(m.unruled, m.ungroup)), who)
}

// mostClimbers is how many are named.
const mostClimbers = 5

func (p *profile) climbers(is yesno, h *hole, who []string) (fact.Of[bool], fact.Of[string]) {
	climb := p.so(is, h, "")
	if len(who) > mostClimbers {
		who = append(slices.Clip(who[:mostClimbers]), "and "+strconv.Itoa(len(who)-mostClimbers)+" more")
	}
	return climb, fact.Map(climb, func(bool) string { return strings.Join(who, ", ") })
}

// called is a holder's name: that of an access group, a trusted profile or a
// service ID, and of others the id in policies.
func (m *iam) called(holder string) string {
	if g := m.access[holder]; g != nil {
		return "the access group " + called(g.name, holder)
	}
	if p := m.byIAMID[holder]; p != nil {
		return "the trusted profile " + called(p.name, holder)
	}
	if name, ok := m.services[holder]; ok {
		return "the service ID " + called(name, holder)
	}
	return holder
}

func firstWhy(all ...*fact.Reason) *fact.Reason {
	for _, why := range all {
		if why != nil {
			return why
		}
	}
	return fact.NobodyAsked
}

// holders are all that policies name, access groups among them, or that are in a
// group; "" is who cannot be read.
func (m *iam) holders() []string {
	all := map[string]bool{}
	for who := range m.policies {
		all[who] = true
	}
	for who := range m.groups {
		all[who] = true
	}
	return sortedKeys(all)
}

// anybodyIs says whether a holder stands for somebody who is not looked at beside
// it: an access group does where its rules take people in, who cannot be listed.
// Its listed members are looked at one by one, with whatever else they may do.
func (m *iam) anybodyIs(who string) yesno {
	if ps := m.policies[who]; who == "" || len(ps) == 0 || ps[0].group != who {
		return sure(true)
	}
	if g := m.access[who]; g != nil {
		return g.ruled
	}
	h := notFound(m.c, CallAccessGroups, snapshot.Global, "", who)
	return unsure(h.why, h.origin)
}

// creates says whether somebody may create servers of which a rule holds. A
// policy for another resource group than the one that the rule wants gives none;
// one for some things of the service may be enough or not.
func (m *iam) creates(who string, open []*claimRule) yesno {
	all := sure(false)
	for _, p := range m.of(who) {
		is := p.concerns()
		makes := m.makesServers(p)
		if !makes.may {
			continue
		}
		for _, r := range open {
			one := makes
			if len(p.on.groups) > 0 {
				holds := m.holdsIn(r, p.on.groups)
				switch {
				case !holds.may:
					continue
				case r.scope() != estate.ScopeResourceGroup:
					one = unsure(p.s.why(snapshot.UnknownValue, "what the rule "+called(r.name, r.id)+" wants, in the resource group "+strings.Join(p.on.groups, ", ")), p.s.from)
				case !holds.must:
					one = holds
				}
			}
			if !is.must || p.conditional || p.on.tagged {
				one = unsure(firstWhy(is.why, one.why, p.later, p.s.why(snapshot.UnknownValue, "the conditions of the policy "+p.id)), p.s.from)
			}
			all = all.or(one)
		}
	}
	return all
}

// holdsIn says whether a rule that wants a resource group holds in one of some.
// Rules may name a group, which policies call by its id: the list of groups says
// which it is. That list leaves out what its reader may not see, so that a name
// which it lacks can be any group's.
func (m *iam) holdsIn(r *claimRule, groups []string) yesno {
	all := sure(true)
	for i := range r.conditions {
		k := &r.conditions[i]
		byName := k.claim == "resource_group_name"
		if !byName && k.claim != "resource_group_id" || !k.pins() {
			continue
		}
		found := sure(false)
		for _, v := range k.values {
			if !byName {
				found = found.or(sure(slices.Contains(groups, v)))
				continue
			}
			id, h := m.resourceGroup(v, k.operator)
			if h != nil {
				found = found.or(unsure(h.why, h.origin))
				continue
			}
			found = found.or(sure(slices.Contains(groups, id)))
		}
		if !found.may {
			return found
		}
		if !found.must {
			all = found
		}
	}
	return all
}

// resourceGroup finds the id of a resource group by its name, or why it cannot be
// found.
func (m *iam) resourceGroup(name, operator string) (id string, missing *hole) {
	eachOf(m.c.Resources(KindResourceGroup), func(_ *snapshot.Resource, _ source, v wire.Value) {
		if is := text(v.Get("name")); is == name || operator == "EQUALS_IGNORE_CASE" && strings.EqualFold(is, name) {
			id = text(v.Get("id"))
		}
	})
	if id == "" {
		return "", notFound(m.c, CallResourceGroups, snapshot.Global, "", name)
	}
	return id, nil
}

// makesServers says that a policy lets its holder create servers: Editor or
// Administrator of VPC Infrastructure, or a custom role with the action.
func (m *iam) makesServers(p *policy) yesno {
	if p.odd != nil || p.on.odd != nil {
		return unsure(firstWhy(p.odd, p.on.odd), p.s.from)
	}
	ofServers := slices.Contains(p.on.services, "is") || len(p.on.services) == 0 && p.on.sphere != accountSphere
	if !ofServers {
		return sure(false)
	}
	all := sure(false)
	for _, id := range p.roles {
		name := id[strings.LastIndexByte(id, ':')+1:]
		custom := m.roles[id]
		switch {
		case id == "":
			all = all.or(unsure(p.s.why(snapshot.Absent, "/control/grant/roles"), p.s.from))
		case custom != nil:
			all = all.or(sure(slices.Contains(custom.actions, "is.instance.instance.create") || slices.Contains(custom.actions, "is.bare-metal-server.bare-metal-server.create")))
		case strings.Contains(id, ":customRole:"):
			all = all.or(unsure(notFound(m.c, CallRoles, snapshot.Global, "", id).why, p.s.from))
		case strings.HasSuffix(id, ":role:Editor"), strings.HasSuffix(id, ":role:Administrator"):
			all = all.or(sure(true))
		case !roleNames[name] && len(p.on.services) > 0:
			all = all.or(unsure(p.s.why(snapshot.UnknownValue, name), p.s.from))
		}
	}
	if all.must && p.on.narrow != "" {
		return unsure(p.s.why(snapshot.UnknownValue, p.on.narrow), p.s.from)
	}
	return all
}
