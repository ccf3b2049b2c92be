package awsfact

import (
	"strconv"
	"strings"
	"sync"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An iam is what the context tells of identities: which role stands behind a
// profile, and what each may do. Roles are read when somebody asks for them,
// and once.
type iam struct {
	c        *snapshot.Context
	home     arnPlace
	profiles map[string]*profile           // by ARN
	roles    map[string]*identity          // by ARN
	users    map[string]*identity          // by ARN
	groups   map[string]*identity          // by name
	policies map[string]*managed           // by ARN
	held     map[string]bool               // ARNs of roles that a profile holds
	listed   map[string]*snapshot.Resource // what the listing of roles says, by its UID
	unread   *fact.Reason                  // a profile whose role could not be read
	controls *controls                     // of the organisation
}

type iamKey struct{}

// iamOf gives the index of a context.
func iamOf(c *snapshot.Context) *iam {
	return c.Derive(iamKey{}, func(c *snapshot.Context) any { return newIAM(c) }).(*iam)
}

func newIAM(c *snapshot.Context) *iam {
	m := &iam{
		c: c, home: arnPlace{Partition(c), "zz-" + fresh + "-1", c.Account},
		profiles: map[string]*profile{}, roles: map[string]*identity{}, users: map[string]*identity{},
		groups: map[string]*identity{}, policies: map[string]*managed{}, held: map[string]bool{},
		listed: map[string]*snapshot.Resource{},
	}
	m.controls = readControls(c)
	for _, kind := range []struct {
		name string
		into map[string]*identity
	}{{KindRole, m.roles}, {KindUser, m.users}, {KindIAMGroup, m.groups}} {
		for i := range c.Resources(kind.name) {
			res := &c.Resources(kind.name)[i]
			key := res.UID
			if kind.name == KindIAMGroup {
				key = res.Name
			}
			kind.into[key] = &identity{res: res, iam: m}
		}
	}
	for i := range c.Resources(KindPolicy) {
		res := &c.Resources(KindPolicy)[i]
		m.policies[res.UID] = &managed{res: res}
	}
	for i := range c.Resources(KindRoleListing) {
		m.listed[c.Resources(KindRoleListing)[i].UID] = &c.Resources(KindRoleListing)[i]
	}
	m.readProfiles()
	return m
}

// readProfiles reads which role each instance profile holds.
func (m *iam) readProfiles() {
	var rd wire.Reader
	for i := range m.c.Resources(KindProfile) {
		res := &m.c.Resources(KindProfile)[i]
		p := m.readProfile(&rd, res)
		m.profiles[res.UID] = p
		if role, ok := p.role.Get(); ok && role != "" {
			m.held[role] = true
		}
		if why := p.role.Why(); why != nil {
			m.unread = why
		}
	}
}

// A profile is an instance profile: it holds one role, or none.
type profile struct {
	role fact.Of[string] // ARN, "" for none

	once sync.Once
	is   holder // see reading.power
}

// readProfile reads a profile. IAM sends Roles for every profile, empty where
// it has none, and a profile holds one at most (IAM user guide, "Using instance
// profiles").
func (m *iam) readProfile(rd *wire.Reader, res *snapshot.Resource) *profile {
	s := source{originOf(res)}
	v, err := rd.Read(res.Doc)
	if err != nil {
		return &profile{role: fact.Unknown[string](s.why(snapshot.Unreadable, res.UID), s.from, "")}
	}
	const path = "/Roles"
	roles := v.Get("Roles")
	switch {
	case !roles.Exists():
		return &profile{role: fact.Unknown[string](s.why(snapshot.Absent, path), s.from, path)}
	case roles.IsNull() || roles.IsList() && roles.Len() == 0:
		return &profile{role: fact.Known("", s.from, path)}
	case !roles.IsList() || roles.Len() != 1:
		return &profile{role: fact.Unknown[string](s.strange(roles), s.from, path)}
	}
	const arn = "/Roles/0/Arn"
	for _, role := range roles.Items() {
		if name, ok := role.Get("Arn").Text(); ok && partitionOf(name) != "" {
			return &profile{role: fact.Known(name, s.from, arn)}
		}
	}
	return &profile{role: fact.Unknown[string](s.why(snapshot.Absent, arn), s.from, arn)}
}

// A managed policy stands for itself, and is attached to identities.
type managed struct {
	res  *snapshot.Resource
	once sync.Once
	read *policy
}

// managed finds a policy by its ARN: the version that is in force. One that no
// listing has is there all the same, and may say anything.
func (m *iam) managed(arn string) *policy {
	if p, ok := m.policies[arn]; ok {
		p.once.Do(func() { p.read = readManaged(p.res, m.home.account) })
		return p.read
	}
	a := m.c.Answer(CallAuthorization, snapshot.Global, SubjectPolicy)
	why := &fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: shorten(arn)}
	if !a.Whole() {
		why = reasonOf(a)
	}
	return hiddenPolicy(arn, why, refusal(a))
}

// readManaged reads the default version of a managed policy.
func readManaged(res *snapshot.Resource, account string) *policy {
	s := source{originOf(res)}
	var rd wire.Reader
	v, err := rd.Read(res.Doc)
	if err != nil {
		return hiddenPolicy(res.UID, s.why(snapshot.Unreadable, res.UID), s.from)
	}
	name, ok := filled(v.Get("PolicyName"))
	if !ok {
		name = res.UID
	}
	id, _ := filled(v.Get("DefaultVersionId"))
	for i, version := range v.Get("PolicyVersionList").Items() {
		if id == "" && !version.Get("IsDefaultVersion").Is("true") || id != "" && !version.Get("VersionId").Is(id) {
			continue
		}
		path := "/PolicyVersionList/" + strconv.Itoa(i) + "/Document"
		return policyAt(s, version.Get("Document"), name, path, account)
	}
	return hiddenPolicy(name, s.why(snapshot.Absent, "/PolicyVersionList"), s.from)
}

// policyAt reads the policy that stands at a place of a document.
func policyAt(s source, v wire.Value, name, path, account string) *policy {
	text, ok := v.Text()
	if !ok {
		return hiddenPolicy(name, s.why(snapshot.Absent, path), s.from)
	}
	return readPolicy(s, text, name, path, account, identityPolicy)
}

// An identity is a role, a user or a group, as GetAccountAuthorizationDetails
// tells of it.
type identity struct {
	res *snapshot.Resource
	iam *iam

	once      sync.Once
	fault     *fact.Reason // its document cannot be read at all
	authority authority
	self      []string
	path      fact.Of[string]
	trust     *policy
	session   fact.Of[int64]
	profiles  fact.Of[bool] // a profile holds it, as its own document says

	weighed sync.Once
	base    base // see alone

	hopping [2]sync.Once // by leaning
	ways    [2][]hop     // see hops
	lost    [2]*fact.Reason

	judging sync.Once
	worth   worth
}

// read reads the document, once.
func (d *identity) read() { d.once.Do(d.readAll) }

func (d *identity) readAll() {
	s := source{originOf(d.res)}
	var rd wire.Reader
	v, err := rd.Read(d.res.Doc)
	if err != nil {
		d.fault = s.why(snapshot.Unreadable, d.res.UID)
		return
	}
	kind := map[string]string{KindRole: "Role", KindUser: "User", KindIAMGroup: "Group"}[d.res.Kind]
	d.self = []string{d.res.UID}
	d.authority.own = append(inlines(s, v, kind+"PolicyList", d.iam.home.account), d.attached(s, v)...)
	if d.res.Kind == KindUser {
		d.authority.own = append(d.authority.own, d.ofGroups(s, v)...)
	}
	d.readBoundary(s, v)
	if d.res.Kind != KindRole {
		return
	}
	d.path = s.pathOf(v)
	d.trust = readTrust(s, v)
	d.session = d.iam.sessionOf(d.res.UID)
	if list := v.Get("InstanceProfileList"); list.Exists() {
		d.profiles = fact.Known(list.Len() > 0, s.from, "/InstanceProfileList")
	}
}

// sessionOf is how long a session of a role may last, in seconds, as the
// listing of roles says.
func (m *iam) sessionOf(role string) fact.Of[int64] {
	const path = "/MaxSessionDuration"
	uid := RoleListingUID(role)
	if res := m.listed[uid]; res != nil {
		s := source{originOf(res)}
		v, err := new(wire.Reader).Read(res.Doc)
		if err != nil {
			return fact.Unknown[int64](s.why(snapshot.Unreadable, uid), s.from, "")
		}
		return s.whole(v.Get("MaxSessionDuration"), path)
	}
	a := m.c.Answer(CallRoles, snapshot.Global, "")
	if !a.Whole() {
		return fact.Unknown[int64](reasonOf(a), refusal(a), "")
	}
	return fact.Unknown[int64](&fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: shorten(role)}, refusal(a), "")
}

// limits are what the organisation imposes. It does not bind service-linked
// roles (Organizations user guide, "Service control policies").
func (d *identity) limits() [][]*policy {
	if strings.Contains(d.res.UID, ":role/aws-service-role/") {
		return nil
	}
	return d.iam.controls.levels
}

// inlines are the policies that stand in the identity itself. IAM sends the
// list for every one, empty where there is none: a document without it does
// not tell.
func inlines(s source, v wire.Value, list, account string) (out []*policy) {
	path := "/" + list
	l := v.Get(list)
	if !l.Exists() || !l.IsNull() && !l.IsList() {
		return []*policy{hiddenPolicy(list, s.why(snapshot.Absent, path), s.from)}
	}
	for i, p := range l.Items() {
		name, _ := p.Get("PolicyName").Text()
		out = append(out, policyAt(s, p.Get("PolicyDocument"), name, path+"/"+strconv.Itoa(i)+"/PolicyDocument", account))
	}
	return out
}

// attached are the managed policies on the identity. Its own account's are
// among what decides about it.
func (d *identity) attached(s source, v wire.Value) (out []*policy) {
	const list, path = "AttachedManagedPolicies", "/AttachedManagedPolicies"
	l := v.Get(list)
	if !l.Exists() || !l.IsNull() && !l.IsList() {
		return []*policy{hiddenPolicy(list, s.why(snapshot.Absent, path), s.from)}
	}
	for _, p := range l.Items() {
		arn, ok := filled(p.Get("PolicyArn"))
		if !ok {
			out = append(out, hiddenPolicy(list, s.why(snapshot.Absent, path+"/PolicyArn"), s.from))
			continue
		}
		d.self = append(d.self, arn)
		out = append(out, d.iam.managed(arn))
	}
	return out
}

// ofGroups are the policies of a user's groups.
func (d *identity) ofGroups(s source, v wire.Value) (out []*policy) {
	const path = "/GroupList"
	l := v.Get("GroupList")
	if !l.Exists() || !l.IsNull() && !l.IsList() {
		return []*policy{hiddenPolicy("GroupList", s.why(snapshot.Absent, path), s.from)}
	}
	for _, item := range l.Items() {
		name, _ := item.Text()
		g, ok := d.iam.groups[name]
		if !ok {
			a := d.iam.c.Answer(CallAuthorization, snapshot.Global, SubjectGroup)
			why := &fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: "group " + name}
			if !a.Whole() {
				why = reasonOf(a)
			}
			out = append(out, hiddenPolicy(name, why, refusal(a)))
			continue
		}
		if g.read(); g.fault != nil {
			out = append(out, hiddenPolicy(name, g.fault, originOf(g.res)))
			continue
		}
		out = append(out, g.authority.own...)
	}
	return out
}

// readBoundary reads the permissions boundary, which IAM leaves out where there
// is none.
func (d *identity) readBoundary(s source, v wire.Value) {
	const path = "/PermissionsBoundary"
	b := v.Get("PermissionsBoundary")
	if !b.Exists() || b.IsNull() {
		return
	}
	arn, ok := filled(b.Get("PermissionsBoundaryArn"))
	if !ok {
		d.authority.limits = [][]*policy{{hiddenPolicy("boundary", s.why(snapshot.Absent, path), s.from)}}
		return
	}
	d.authority.limits = [][]*policy{{d.iam.managed(arn)}}
}

func readTrust(s source, v wire.Value) *policy {
	const path = "/AssumeRolePolicyDocument"
	text, ok := v.Get("AssumeRolePolicyDocument").Text()
	if !ok {
		return hiddenPolicy("trust policy", s.why(snapshot.Absent, path), s.from)
	}
	return readPolicy(s, text, "trust policy", path, "", trustPolicy)
}

func (s source) pathOf(v wire.Value) fact.Of[string] {
	if p, ok := filled(v.Get("Path")); ok {
		return fact.Known(p, s.from, "/Path")
	}
	return fact.Unknown[string](s.why(snapshot.Absent, "/Path"), s.from, "/Path")
}

// whole reads a number that is not negative.
func (s source) whole(v wire.Value, path string) fact.Of[int64] {
	if !v.Exists() {
		return fact.Unknown[int64](s.why(snapshot.Absent, path), s.from, path)
	}
	text, ok := v.Text()
	if !ok {
		text = string(v.Raw())
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return fact.Unknown[int64](s.strange(v), s.from, path)
	}
	return fact.Known(n, s.from, path)
}
