package ibmfact

import (
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// climb says that somebody who has less power than the profile may create a
// server that becomes it: a claim rule of the profile does not name its servers,
// and a policy lets him create some where the rule holds.
//
// The owner of the account has everything by being the owner, which no policy
// says; where policies name him beside, he may be taken for somebody with less.
func (m *iam) climb(p *profile) fact.Of[bool] {
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
		return p.so(sure(false), p.rulesHole, "")
	}
	is := p.judge(m)
	found := sure(false)
	for _, who := range m.holders() {
		if who == p.iamID {
			continue
		}
		may := m.creates(who, open)
		if !may.may {
			continue
		}
		w := m.worthOf(who)
		switch {
		case w.least.Rank() >= is.most.Rank(): // he has as much already
		case may.must && w.most.Rank() < is.least.Rank() && !all.may:
			found = found.or(sure(true))
		default:
			why, from := firstWhy(may.why, all.why, w.why, is.why), p.s.from
			found = found.or(unsure(why, from))
		}
	}
	return p.so(found, either(p.rulesHole, either(m.unruled, m.ungroup)), "")
}

func firstWhy(all ...*fact.Reason) *fact.Reason {
	for _, why := range all {
		if why != nil {
			return why
		}
	}
	return fact.NobodyAsked
}

// holders are all that policies name, or that are in a group.
func (m *iam) holders() []string {
	all := map[string]bool{}
	for _, ps := range m.policies {
		if who := ps[0].iamID; who != "" {
			all[who] = true
		}
	}
	for who := range m.groups {
		all[who] = true
	}
	return sortedKeys(all)
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
			if p.on.group != "" {
				switch {
				case r.wantsOther(p.on.group):
					continue
				case r.scope() != estate.ScopeResourceGroup:
					one = unsure(p.s.why(snapshot.UnknownValue, "what the rule "+called(r.name, r.id)+" wants, in the resource group "+p.on.group), p.s.from)
				}
			}
			if !is.must || p.conditional || p.on.tagged {
				one = unsure(firstWhy(is.why, one.why, p.s.why(snapshot.UnknownValue, "the conditions of the policy "+p.id)), p.s.from)
			}
			all = all.or(one)
		}
	}
	return all
}

// wantsOther says that a rule holds in another resource group only.
func (r *claimRule) wantsOther(group string) bool {
	return slices.ContainsFunc(r.conditions, func(k condition) bool {
		return k.claim == "resource_group_id" && k.pins() && !slices.Contains(k.values, group)
	})
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
