package ibmfact

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/power"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A policy is an access policy: roles for somebody on something.
type policy struct {
	id, iamID, group string // whose: one of the two, or neither where it cannot be read
	roles            []string
	on               place
	conditional      bool         // conditions stand beside it
	later            *fact.Reason // it has not begun yet
	odd              *fact.Reason // what could not be read
	s                source
}

// A place is what a policy is about.
type place struct {
	services []string // names; with none it is all of a sphere
	sphere   sphere   // of all services, where none is named
	groups   []string // ids of resource groups, none for all
	narrow   string   // what narrows it to single things, as it is written; "" if nothing does
	tagged   bool     // access tags narrow it
	ofGroups bool     // it is about resource groups themselves
	odd      *fact.Reason
}

type customRole struct {
	name    string
	actions []string
	s       source
}

func (m *iam) takeRole(res *snapshot.Resource, s source, v wire.Value) {
	r := &customRole{name: text(v.Get("display_name")), s: s}
	for _, a := range v.Get("actions").Items() {
		r.actions = append(r.actions, text(a))
	}
	if v.Get("actions").IsList() {
		m.roles[res.UID] = r
	}
}

func (m *iam) takePolicy(_ *snapshot.Resource, s source, v wire.Value) {
	if v.Get("type").Is("authorization") || v.Get("state").Is("deleted") {
		return // of services among themselves; or gone
	}
	p := &policy{id: text(v.Get("id")), conditional: v.Get("rule").IsObject(), s: s}
	for _, is := range []struct{ member, word string }{{"type", "access"}, {"state", "active"}} {
		if !v.Get(is.member).Is(is.word) {
			p.odd = s.oddly(v.Get(is.member), "/"+is.member)
		}
	}
	switch windowOf(m.c.TakenAt, v.Get("rule")) {
	case ended:
		return
	case notYet:
		p.later = s.why(snapshot.UnknownValue, "the policy "+p.id+" has not begun yet")
	}
	p.subject(v.Get("subject"))
	grant := v.Get("control").Get("grant").Get("roles")
	if !grant.IsList() {
		p.roles = []string{""} // one that cannot be read
	}
	for _, r := range grant.Items() {
		p.roles = append(p.roles, text(r.Get("role_id")))
	}
	p.on = s.place(v.Get("resource"))
	owner := cmp.Or(p.iamID, p.group)
	m.policies[owner] = append(m.policies[owner], p)
	m.grouped = m.grouped || p.group != ""
}

// subject reads whose the policy is.
func (p *policy) subject(v wire.Value) {
	list := v.Get("attributes")
	for _, a := range list.Items() {
		value := text(a.Get("value"))
		switch key := text(a.Get("key")); {
		case value == "" || !a.Get("operator").Is("stringEquals"):
			p.odd = p.s.oddly(a.Get("operator"), "/subject/attributes")
		case key == "iam_id":
			p.iamID = value
		case key == "access_group_id":
			p.group = value
		}
	}
	if p.iamID == "" && p.group == "" && p.odd == nil {
		p.odd = p.s.oddly(list, "/subject/attributes")
	}
}

// place reads what the policy is about. A policy that names nothing but the
// account is about everything in it; one that names a resource group beside, about
// the resources of that group, and no account management is among them; one that
// names the type resource-group, about the groups themselves and about none of
// their resources (IBM Cloud account docs, "Giving access to resources in
// resource groups").
func (s source) place(v wire.Value) place {
	const path = "/resource/attributes"
	on := place{sphere: wholeSphere, tagged: v.Get("tags").Len() > 0}
	list := v.Get("attributes")
	if !list.IsList() {
		on.odd = s.oddly(list, path)
	}
	for i, a := range list.Items() {
		key, operator, values := text(a.Get("key")), text(a.Get("operator")), texts(a.Get("value"))
		everything := operator == "stringExists" && string(a.Get("value").Raw()) == "true" || len(values) == 1 && values[0] == "*"
		switch operator {
		case "stringEquals", "stringEqualsAnyOf", "stringExists":
		case "stringMatch", "stringMatchAnyOf":
			if !everything && key != "resource" {
				on.odd = s.why(snapshot.UnknownValue, key+" "+operator+" "+strings.Join(values, ", "))
			}
		default:
			on.odd = s.oddly(a.Get("operator"), path+"/"+strconv.Itoa(i)+"/operator")
		}
		if len(values) == 0 && !everything {
			on.odd = s.oddly(a.Get("value"), path+"/"+strconv.Itoa(i)+"/value")
			continue
		}
		if key == "" {
			on.odd = s.oddly(a.Get("key"), path+"/"+strconv.Itoa(i)+"/key")
			continue
		}
		on.attribute(s, key, values, everything)
	}
	if len(on.services) == 0 && on.sphere == wholeSphere {
		switch {
		case on.ofGroups:
			on.services = []string{"resource-group"}
		case len(on.groups) > 0:
			on.sphere = everySphere
		}
	}
	return on
}

func (on *place) attribute(s source, key string, values []string, everything bool) {
	switch key {
	case "accountId":
	case "serviceName":
		if on.services = values; everything {
			on.services = nil
		}
	case "service_group_id":
		on.services = values
	case "serviceType":
		on.ofType(s, values, everything)
	case "resourceGroupId":
		if on.groups = values; everything {
			on.groups = nil
		}
	case "region", "ctype", "location":
	case "serviceInstance", "resource", "namespace":
		if !everything {
			on.narrow = strings.Join(append(listed(on.narrow), key+" "+strings.Join(values, ", ")), ", ")
		}
	case "resourceType":
		on.ofGroups = len(values) == 1 && values[0] == "resource-group"
		on.narrow = strings.Join(append(listed(on.narrow), key+" "+strings.Join(values, ", ")), ", ")
	default: // "vpcId", "instanceId" and others of single services: of one type of thing
		if everything {
			on.odd = s.why(snapshot.UnknownValue, key+" *")
			return
		}
		on.narrow = strings.Join(append(listed(on.narrow), key+" "+strings.Join(values, ", ")), ", ")
	}
}

// ofType takes the types of services: those that hold resources, those of account
// management, or both.
func (on *place) ofType(s source, values []string, everything bool) {
	if everything {
		return
	}
	is := map[sphere]bool{}
	for _, v := range values {
		switch v {
		case "service":
			is[everySphere] = true
		case "platform_service":
			is[accountSphere] = true
		default:
			on.odd = s.why(snapshot.UnknownValue, "serviceType "+v)
		}
	}
	switch {
	case is[everySphere] && is[accountSphere]:
		on.sphere = wholeSphere
	case is[everySphere]:
		on.sphere = everySphere
	case is[accountSphere]:
		on.sphere = accountSphere
	}
}

// listed is what was said so far, as a list.
func listed(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// texts are a string, or the strings of a list.
func texts(v wire.Value) (out []string) {
	if one := text(v); one != "" {
		return []string{one}
	}
	for _, item := range v.Items() {
		if one := text(item); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// words spells what a policy is about.
func (on *place) words() string {
	what := "all services"
	switch {
	case len(on.services) > 0:
		what = strings.Join(on.services, ", ")
	case on.sphere == accountSphere:
		what = "all account management"
	case on.sphere == wholeSphere:
		what = "everything in the account"
	}
	if len(on.groups) > 0 {
		what += " in the resource group " + strings.Join(on.groups, ", ")
	}
	if on.narrow != "" {
		what += ", " + on.narrow
	}
	return what
}

// A gift is what one role of a policy gives.
type gift struct {
	rank
	role   string
	policy *policy
	odd    *fact.Reason // why least is less than most
	from   *fact.Origin
}

// gives are what the roles of a policy give where it applies.
func (m *iam) gives(p *policy) (out []gift) {
	for _, id := range p.roles {
		g := m.role(p, id)
		g.on(&p.on)
		if p.on.odd != nil {
			g.least, g.odd = power.None, p.on.odd
		}
		if p.odd != nil {
			g.least, g.odd = power.None, p.odd
		}
		if p.later != nil {
			g.least, g.odd = power.None, p.later
		}
		if g.least != g.most && g.odd == nil {
			g.odd = p.s.why(snapshot.UnknownValue, g.role+" on "+p.on.words())
		}
		out = append(out, g)
	}
	return out
}

// role is what a role gives on the policy's place as a whole.
func (m *iam) role(p *policy, id string) gift {
	name := id[strings.LastIndexByte(id, ':')+1:]
	if name == "" {
		why := p.s.why(snapshot.Absent, "/control/grant/roles")
		return gift{rank: rank{power.None, power.Admin, "a role that cannot be read"}, policy: p, odd: why, from: p.s.from}
	}
	g := gift{role: name, policy: p, from: p.s.from, rank: exactly(power.None, "")}
	if strings.Contains(id, ":customRole:") {
		r := m.roles[id]
		if r == nil {
			h := notFound(m.c, CallRoles, snapshot.Global, "", id)
			g.rank, g.odd = rank{power.None, power.Admin, "a custom role that was not seen"}, h.why
			return g
		}
		for _, a := range r.actions {
			g.rank = stronger(g.rank, actionWorth(a))
		}
		return g
	}
	if len(p.on.services) == 0 {
		g.rank = worthOf(name, p.on.sphere)
	}
	for _, s := range p.on.services {
		g.rank = stronger(g.rank, worthOf(name, spheres[s]))
	}
	return g
}

func stronger(a, b rank) rank {
	r := rank{power.Max(a.least, b.least), power.Max(a.most, b.most), a.why}
	if b.most.Rank() > a.most.Rank() || a.why == "" {
		r.why = b.why
	}
	return r
}

// on takes away what a policy that is not about the whole account does not give:
// in one resource group nobody grants himself the account; on single named things
// nothing is more than limited, but of identities, of which one may be enough.
func (g *gift) on(at *place) {
	identities := slices.ContainsFunc(at.services, func(s string) bool { return spheres[s] == identitySphere }) ||
		len(at.services) == 0 && at.sphere != everySphere
	if len(at.groups) > 0 && !identities {
		g.most, g.least = lesser(g.most, power.Write), lesser(g.least, power.Write)
	}
	if at.narrow == "" {
		return
	}
	if identities {
		g.most, g.least = lesser(g.most, power.Escalation), lesser(g.least, power.Limited)
		return
	}
	if g.most.Rank() > power.Limited.Rank() {
		g.why += ", of single things alone"
	}
	g.most, g.least = lesser(g.most, power.Limited), lesser(g.least, power.Limited)
}

func lesser(a, b power.Level) power.Level {
	if b.Rank() < a.Rank() {
		return b
	}
	return a
}
