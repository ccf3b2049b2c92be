package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// The types of template.
const (
	typeTemplate = "launch_template"
	typeConfig   = "launch_configuration"
	typeGroup    = "auto_scaling_group"
)

// templates returns the launch templates, launch configurations and Auto
// Scaling groups of the account.
func templates(c *snapshot.Context) []estate.Object {
	f := fleetOf(c)
	var objects []estate.Object
	for _, t := range f.templates {
		objects = append(objects, f.templateObject(t))
	}
	for _, l := range f.configs {
		objects = append(objects, f.configObject(l))
	}
	for _, g := range f.groups {
		objects = append(objects, f.groupObject(g))
	}
	return objects
}

func (f *fleet) subject(res *snapshot.Resource, uid, id, name string) estate.Subject {
	return estate.Subject{
		Kind: estate.KindTemplate, Provider: Provider, Account: f.c.Account, Region: res.Region,
		UID: uid, ID: id, Name: name, Parent: RegionUID(f.c.Account, res.Region),
	}
}

// templateObject is a launch template. Its versions are those that are used or
// may be at any time: the default, the latest, and those that groups resolve.
// What a launch gets that says nothing more follows from the default version,
// and from what each group launches.
func (f *fleet) templateObject(t *template) *estate.Template {
	users := f.users(func(l *groupLaunch) bool { return f.template(l) == t })
	ways := []estate.Forecast{f.forecast(t.res.Region, f.version(t, defaultVersion), noOverride)}
	for _, l := range users {
		ways = append(ways, f.forecastOf(t.res.Region, l))
	}
	if h := f.groupsHole(t.res.Region); h != nil {
		ways = append(ways, unknownForecast(h.why, h.origin)) // a group may launch another version of it
	}
	return &estate.Template{
		Subject:  f.subject(t.res, t.res.UID, t.id, t.name),
		Type:     typeTemplate,
		InUse:    f.inUse(t.res, len(users)),
		Default:  t.defaultNumber,
		Next:     worst(ways),
		Versions: f.versionsOf(t, users),
		Members:  fact.Unknown[int64](&fact.Reason{Cause: snapshot.Absent, Call: t.res.Call, Region: t.res.Region}, originOf(t.res), ""),
	}
}

// inUse says whether a group launches from a template or configuration.
func (f *fleet) inUse(res *snapshot.Resource, users int) fact.Of[bool] {
	from := refusal(f.c.Answer(CallScalingGroups, res.Region, ""))
	if users > 0 {
		return fact.Known(true, from, "")
	}
	if h := f.groupsHole(res.Region); h != nil {
		return fact.Unknown[bool](h.why, h.origin, "")
	}
	return fact.Known(false, from, "")
}

// versionsOf lists the versions of a template that are in use or may come to be:
// the default, the latest, and those that groups launch from.
func (f *fleet) versionsOf(t *template, users []*groupLaunch) fact.List[estate.TemplateVersion] {
	used := map[string]bool{}
	var gaps []*fact.Reason
	gap := func(number fact.Of[string]) {
		n, known := number.Get()
		if !known {
			gaps = append(gaps, number.Why())
		} else if f.versions[versionKey{spot{t.res.Region, t.id}, n}] == nil {
			gaps = append(gaps, f.noVersion(t, n).why)
		}
	}
	gap(t.defaultNumber)
	gap(t.latestNumber)
	for _, l := range users {
		number := t.resolve(l.version)
		if n, known := number.Get(); known {
			used[n] = true
		}
		gap(number)
	}
	if a := versionsAnswer(f.c, t.res.Region, t.id); len(gaps) == 0 && !a.Whole() {
		gaps = append(gaps, reasonOf(a))
	}
	// A group may launch from a version that is neither the default nor the
	// latest: where groups are out of sight, so may such versions be.
	if h := f.groupsHole(t.res.Region); h != nil {
		gaps = append(gaps, h.why)
	}
	var items []estate.TemplateVersion
	for _, v := range t.seen {
		item := v.told
		item.InUse = f.versionInUse(t, v, used[v.told.Number])
		items = append(items, item)
	}
	return fact.Listed(items, originOf(t.res), "", gaps...)
}

// versionInUse: the default is what a launch takes that names none.
func (f *fleet) versionInUse(t *template, v *version, used bool) fact.Of[bool] {
	number, known := t.defaultNumber.Get()
	switch h := f.groupsHole(t.res.Region); {
	case used || known && number == v.told.Number:
		return fact.Known(true, v.from, "/versionNumber")
	case !known:
		return fact.Map(t.defaultNumber, func(string) bool { return false })
	case h != nil:
		return fact.Unknown[bool](h.why, h.origin, "")
	}
	return fact.Known(false, v.from, "/versionNumber")
}

// configObject is a launch configuration: it has one version, which no
// document numbers.
func (f *fleet) configObject(l *config) *estate.Template {
	users := f.users(func(u *groupLaunch) bool { return u.config == l.name && u.region == l.res.Region })
	only := l.told
	only.InUse = f.inUse(l.res, len(users))
	return &estate.Template{
		Subject:  f.subject(l.res, l.res.UID, l.name, l.name),
		Type:     typeConfig,
		InUse:    only.InUse,
		Next:     f.forecast(l.res.Region, &l.version, noOverride),
		Versions: fact.Listed([]estate.TemplateVersion{only}, originOf(l.res), ""),
		Members:  fact.Unknown[int64](&fact.Reason{Cause: snapshot.Absent, Call: l.res.Call, Region: l.res.Region}, originOf(l.res), ""),
	}
}

// groupObject is an Auto Scaling group. Its next instance comes to be in one
// of several ways where its policy mixes templates.
func (f *fleet) groupObject(g *group) *estate.Template {
	var ways []estate.Forecast
	for i := range g.launches {
		ways = append(ways, f.forecastOf(g.res.Region, &g.launches[i]))
	}
	next := worst(ways)
	next.ContainerHost = either(g.containers, next.ContainerHost)
	return &estate.Template{
		Subject:  f.subject(g.res, g.uid, g.name, g.name),
		Type:     typeGroup,
		InUse:    g.may,
		Next:     next,
		Versions: fact.Listed[estate.TemplateVersion](nil, originOf(g.res), ""),
		Members:  g.members,
	}
}

// either is true as soon as one of them is.
func either(a, b fact.Of[bool]) fact.Of[bool] {
	if yes, _ := a.Get(); yes || !b.Known() {
		return a
	}
	if yes, _ := b.Get(); yes || a.Known() {
		return b
	}
	return a
}
