package awsfact

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A fleet is everything that decides what a new instance gets, read once from
// a context.
type fleet struct {
	c         *snapshot.Context
	templates []*template
	configs   []*config
	groups    []*group
	byID      map[spot]*template
	byName    map[spot]*template
	byConfig  map[spot]*config
	versions  map[versionKey]*version
	images    map[spot]*machine
	machines  []*machine
	defaults  map[string]estate.MetadataDefaults // by region
	holes     map[string]*hole                   // groups that cannot be read, by region
}

// A versionKey is one version of a template.
type versionKey struct {
	template spot // by its id
	number   string
}

// A template is a launch template without its versions' content.
type template struct {
	res                         *snapshot.Resource
	id, name                    string
	defaultNumber, latestNumber fact.Of[string]
	seen                        []*version // by number
}

// A version is what one launch template version, or a launch configuration,
// says of a launch.
type version struct {
	from       *fact.Origin
	told       estate.TemplateVersion
	image      fact.Of[string] // id
	profile    fact.Of[string] // name or ARN of the instance profile, "" for none
	containers fact.Of[bool]
}

// A config is a launch configuration.
type config struct {
	version
	res  *snapshot.Resource
	name string
}

// A group is an Auto Scaling group.
type group struct {
	res        *snapshot.Resource
	uid, name  string
	launches   []groupLaunch
	may        fact.Of[bool] // it may launch
	members    fact.Of[int64]
	containers fact.Of[bool]
}

// A groupLaunch is one way in which a group makes an instance.
type groupLaunch struct {
	region               string
	id, template, config string          // of what it launches from: a template by id or name, or a configuration
	version              string          // of the template: a number, $Default or $Latest
	image                fact.Of[string] // that takes the place of the template's; "" if none does
	lost                 *hole           // what it launches from cannot be told
}

// The words for versions whose number may change.
const defaultVersion, latestVersion = "$Default", "$Latest"

type fleetKey struct{}

func fleetOf(c *snapshot.Context) *fleet {
	return c.Derive(fleetKey{}, func(c *snapshot.Context) any { return readFleet(c) }).(*fleet)
}

func readFleet(c *snapshot.Context) *fleet {
	f := &fleet{
		c:    c,
		byID: map[spot]*template{}, byName: map[spot]*template{}, byConfig: map[spot]*config{},
		versions: map[versionKey]*version{}, images: map[spot]*machine{},
		defaults: map[string]estate.MetadataDefaults{}, holes: map[string]*hole{},
	}
	var rd wire.Reader
	each(c, KindTemplate, &rd, f.addTemplate)
	each(c, KindTemplateVersion, &rd, f.addVersion)
	each(c, KindLaunchConfig, &rd, f.addConfig)
	each(c, KindImage, &rd, f.addImage)
	each(c, KindScalingGroup, &rd, f.addGroup)
	for _, t := range f.templates {
		slices.SortFunc(t.seen, func(a, b *version) int {
			return cmp.Or(cmp.Compare(len(a.told.Number), len(b.told.Number)), cmp.Compare(a.told.Number, b.told.Number))
		})
	}
	regions, missing := regionsOf(c)
	for _, r := range withDefaults(c, regions, missing) {
		f.defaults[r.name] = defaultsOf(c, r)
	}
	return f
}

// each reads the documents of a kind; one that cannot be read has no members,
// and what it is about is told by its uid alone.
func each(c *snapshot.Context, kind string, rd *wire.Reader, add func(*snapshot.Resource, wire.Value)) {
	for i := range c.Resources(kind) {
		res := &c.Resources(kind)[i]
		v, err := rd.Read(res.Doc)
		if err != nil {
			v = wire.Value{}
		}
		add(res, v)
	}
}

func (f *fleet) addTemplate(res *snapshot.Resource, v wire.Value) {
	id := orLast(v.Get("launchTemplateId"), res.UID)
	s := source{originOf(res)}
	t := &template{
		res: res, id: id, name: res.Name,
		defaultNumber: s.versionNumber(v.Get("defaultVersionNumber"), "/defaultVersionNumber"),
		latestNumber:  s.versionNumber(v.Get("latestVersionNumber"), "/latestVersionNumber"),
	}
	f.templates = append(f.templates, t)
	f.byID[spot{res.Region, id}] = t
	if name, ok := filled(v.Get("launchTemplateName")); ok {
		f.byName[spot{res.Region, name}] = t
	}
}

// orLast reads an id, or takes it from the end of a uid.
func orLast(v wire.Value, uid string) string {
	if id, ok := filled(v); ok {
		return id
	}
	return uid[strings.LastIndexByte(uid, '/')+1:]
}

func (s source) versionNumber(v wire.Value, path string) fact.Of[string] {
	text, ok := filled(v)
	switch {
	case !v.Exists():
		return fact.Unknown[string](s.why(snapshot.Absent, path), s.from, path)
	case !ok || !isNumber(text):
		return fact.Unknown[string](s.strange(v), s.from, path)
	}
	return fact.Known(text, s.from, path)
}

func isNumber(text string) bool {
	n, err := strconv.ParseUint(text, 10, 63)
	return err == nil && n > 0 && strconv.FormatUint(n, 10) == text
}

func (f *fleet) addVersion(res *snapshot.Resource, v wire.Value) {
	id, _ := filled(v.Get("launchTemplateId"))
	number, _ := filled(v.Get("versionNumber"))
	if id == "" || !isNumber(number) {
		return
	}
	key := versionKey{spot{res.Region, id}, number}
	if f.versions[key] != nil {
		return
	}
	one := source{originOf(res)}.templateVersion(v, number)
	f.versions[key] = one
	if t := f.byID[key.template]; t != nil {
		t.seen = append(t.seen, one)
	}
}

func (f *fleet) addConfig(res *snapshot.Resource, v wire.Value) {
	name := orLast(v.Get("LaunchConfigurationName"), res.UID)
	s := source{originOf(res)}
	l := &config{res: res, name: name}
	if v.Exists() {
		l.version = *s.launchConfig(v)
	} else {
		l.version = *lostVersion(&hole{s.why(snapshot.Unreadable, res.UID), s.from})
	}
	f.configs = append(f.configs, l)
	f.byConfig[spot{res.Region, name}] = l
}

// users are the ways of all groups that launch from something.
func (f *fleet) users(from func(*groupLaunch) bool) (users []*groupLaunch) {
	for _, g := range f.groups {
		for i := range g.launches {
			if l := &g.launches[i]; l.lost == nil && from(l) {
				users = append(users, l)
			}
		}
	}
	return users
}

// template finds what a group launches from, nil if it was not seen or is a
// configuration.
func (f *fleet) template(l *groupLaunch) *template {
	switch {
	case l.id != "":
		return f.byID[spot{l.region, l.id}]
	case l.template != "":
		return f.byName[spot{l.region, l.template}]
	}
	return nil
}

// groupsHole says why a group may launch that was not seen, or launch from
// something that could not be told; nil if none does.
func (f *fleet) groupsHole(region string) *hole {
	if a := f.c.Answer(CallScalingGroups, region, ""); !a.Whole() {
		return holeOf(a)
	}
	return f.holes[region]
}

// resolve finds the number behind what a group names.
func (t *template) resolve(name string) fact.Of[string] {
	switch name {
	case defaultVersion:
		return t.defaultNumber
	case latestVersion:
		return t.latestNumber
	}
	return fact.Known(name, originOf(t.res), "")
}

// version finds the content of a version of a template; one that was not read
// says nothing, not even that it leaves options unset.
func (f *fleet) version(t *template, name string) *version {
	number := t.resolve(name)
	n, known := number.Get()
	if !known {
		return lostVersion(&hole{number.Why(), number.From()})
	}
	if v := f.versions[versionKey{spot{t.res.Region, t.id}, n}]; v != nil {
		return v
	}
	return lostVersion(f.noVersion(t, n))
}

// noVersion says why a version was not read.
func (f *fleet) noVersion(t *template, number string) *hole {
	a := versionsAnswer(f.c, t.res.Region, t.id)
	if a.Whole() {
		return &hole{&fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: t.id + " version " + number}, refusal(a)}
	}
	return holeOf(a)
}

func lostVersion(h *hole) *version {
	word := fact.Unknown[string](h.why, h.origin, "")
	number := fact.Unknown[int64](h.why, h.origin, "")
	yes := fact.Unknown[bool](h.why, h.origin, "")
	return &version{
		from: h.origin, image: word, profile: word, containers: yes,
		told: estate.TemplateVersion{InUse: yes, Tokens: word, Endpoint: word, HopLimit: number, PublicIP: word, Secrets: number},
	}
}
