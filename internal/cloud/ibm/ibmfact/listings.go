package ibmfact

import (
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
)

// A listing is a call that finds things of a kind and type. Where it did not
// come whole, there may be more of them.
type listing struct {
	call   string
	global bool // asked once, not in each region
	kind   estate.Kind
	like   func() estate.Object // one of which only the type is known
}

var listings = []listing{
	{CallInstances, false, estate.KindWorkload, func() estate.Object { return &estate.Workload{Type: typeInstance} }},
	{CallBareMetal, false, estate.KindWorkload, func() estate.Object { return &estate.Workload{Type: typeBareMetal} }},
	{CallTemplates, false, estate.KindTemplate, func() estate.Object { return &estate.Template{Type: "instance_template"} }},
	{CallImages, false, estate.KindImage, func() estate.Object { return &estate.Image{} }},
	{CallVPCs, false, estate.KindNetwork, func() estate.Object { return &estate.Network{Type: "vpc"} }},
	{CallSecurityGroups, false, estate.KindGate, func() estate.Object { return &estate.Gate{Type: "security_group"} }},
	{CallNetworkACLs, false, estate.KindGate, func() estate.Object { return &estate.Gate{Type: "network_acl"} }},
	{CallProfiles, true, estate.KindPrincipal, func() estate.Object { return &estate.Principal{Type: "trusted_profile"} }},
	{CallAPIKeys, true, estate.KindCredential, func() estate.Object { return &estate.Credential{Type: "api_key"} }},
}

// blank is one thing of a listing at a place, of which nothing is known but what
// it is.
func (l *listing) blank(place estate.Subject) estate.Object {
	o := l.like()
	*o.Head() = estate.Subject{Kind: l.kind, Provider: place.Provider, Account: place.Account, Region: place.Region, Parent: place.UID}
	return o
}

// Unseen lists the places where we could not look. A region that whoever started
// the scan left out is none; one that is there and was never asked is one.
func Unseen(c *snapshot.Context) (gaps []judge.Unseen) {
	names, missing := regionsOf(c)
	if missing != nil {
		kinds := []estate.Kind{estate.KindAccountRegion}
		for i := range listings {
			if l := &listings[i]; !l.global && !slices.Contains(kinds, l.kind) {
				kinds = append(kinds, l.kind)
			}
		}
		for _, kind := range kinds {
			gaps = append(gaps, judge.Unseen{Kind: kind, Subject: accountSubject(c), Why: missing.why, Origin: missing.origin})
		}
	}
	for _, region := range asked(c, names) {
		if a := c.Answer(CallInstances, region, ""); a.Cause == snapshot.OutOfScope {
			gaps = append(gaps, judge.Unseen{Kind: estate.KindAccountRegion, Subject: regionSubject(c, region), Silent: true, Why: reasonOf(a), Origin: refusal(a)})
		}
	}
	for i := range listings {
		l := &listings[i]
		if l.global {
			gaps = append(gaps, l.gap(c, accountSubject(c))...)
			continue
		}
		for _, region := range asked(c, names) {
			gaps = append(gaps, l.gap(c, regionSubject(c, region))...)
		}
	}
	return gaps
}

// gap is the place of a listing that did not come whole.
func (l *listing) gap(c *snapshot.Context, place estate.Subject) []judge.Unseen {
	a, whole := l.answer(c, place.Region)
	if whole {
		return nil
	}
	h := holeOf(a)
	return []judge.Unseen{{Kind: l.kind, Subject: place, Like: l.blank(place), Silent: a.Cause == snapshot.OutOfScope, Why: h.why, Origin: h.origin}}
}

// answer is how a listing ended at a place: the first of its answers that is not
// whole, if there is one. API keys are listed by the groups of service IDs that
// they belong to, so that these have to be known.
func (l *listing) answer(c *snapshot.Context, region string) (a snapshot.Answer, whole bool) {
	answers := []snapshot.Answer{c.Answer(l.call, region, "")}
	if l.call == CallAPIKeys {
		answers = append(answers, c.Answer(CallServiceGroups, region, ""))
		for _, g := range c.Resources(KindServiceGroup) {
			answers = append(answers, c.Answer(l.call, region, g.UID))
		}
	}
	for _, a := range answers {
		if !a.Whole() {
			return a, false
		}
	}
	return answers[0], true
}

// asked names the regions where things may be: those that were listed, and those
// that somebody asked about though no list names them.
func asked(c *snapshot.Context, listed []string) []string {
	names := slices.Clone(listed)
	for _, a := range c.Answers() {
		if a.Call == CallInstances && a.Subject == "" && !slices.Contains(names, a.Region) {
			names = append(names, a.Region)
		}
	}
	slices.Sort(names)
	return names
}

// Whole reports that everything of a kind in a region was listed to the end;
// region "" or global asks for all regions.
func Whole(c *snapshot.Context, kind estate.Kind, region string) bool {
	names, missing := regionsOf(c)
	all := region == "" || region == snapshot.Global
	switch kind { //nolint:exhaustive // the others are listed
	case estate.KindAccount:
		return true // the account is what the snapshot is of
	case estate.KindAccountRegion:
		return missing == nil && (all || c.Answer(CallInstances, region, "").Cause != snapshot.OutOfScope)
	}
	places := []string{region}
	if all {
		places = asked(c, names)
	}
	known := false
	for i := range listings {
		l := &listings[i]
		if l.kind != kind {
			continue
		}
		known = true
		if l.global {
			if _, whole := l.answer(c, snapshot.Global); !whole {
				return false
			}
			continue
		}
		if all && missing != nil || slices.ContainsFunc(places, func(p string) bool { return !c.Answer(l.call, p, "").Whole() }) {
			return false
		}
	}
	return known
}

// askedBy are the calls whose lists say of what else is asked, by the kind of
// what is asked for; the first is that of the whole region.
var askedBy = map[string][]string{
	KindServiceID:   {CallServiceGroups},
	KindAPIKey:      {CallServiceGroups},
	KindKeyActivity: {CallServiceGroups, CallAPIKeys},

	KindLink:            {CallProfiles},
	KindClaimRule:       {CallProfiles},
	KindProfileIdentity: {CallProfiles},
	KindGroupMember:     {CallAccessGroups},

	KindRoutingTable:   {CallVPCs},
	KindRoute:          {CallVPCs, CallRoutingTables},
	KindListener:       {CallLoadBalancers},
	KindListenerPolicy: {CallLoadBalancers, CallListeners},
	KindListenerRule:   {CallLoadBalancers, CallListeners, CallListenerPolicies},
	KindPool:           {CallLoadBalancers},
	KindPoolMember:     {CallLoadBalancers, CallPools},
}

// Found reports that all that documents of a kind in a region are asked for by
// was listed to the end: the keys of a group of service IDs that nobody listed
// are not gone.
func Found(c *snapshot.Context, kind, region string) bool {
	calls := askedBy[kind]
	return len(calls) == 0 || c.Answer(calls[0], region, "").Whole() && !slices.ContainsFunc(c.Answers(), func(a snapshot.Answer) bool {
		return a.Region == region && slices.Contains(calls, a.Call) && !a.Whole()
	})
}
