package ibmestate

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// profile makes a trusted profile that may do nothing and that nobody may take
// on.
func (a *Account) profile(name string) *Profile {
	p := &Profile{Thing: a.global("iam-identity", "profile", "Profile-", name), Power: None}
	p.IAMID = "iam-" + p.ID
	a.Profiles = append(a.Profiles, p)
	return p
}

// link lets a server take the profile on.
func (p *Profile) link(s *Server) *Link {
	l := &Link{ID: "link-" + uuid(p.ID, s.ID), Name: s.Name, Profile: p, Type: "VSI", Server: s, CRN: s.CRN, Created: founded}
	if s.Bare {
		l.Type = "BMS"
	}
	p.Links = append(p.Links, l)
	s.links = append(s.links, l)
	return l
}

// linkAway links something that is no server of the estate.
func (p *Profile) linkAway(kind, crn string, s *Service) {
	p.Links = append(p.Links, &Link{ID: "link-" + uuid(p.ID, crn), Name: kind, Profile: p, Type: kind, CRN: crn, Cluster: s, Created: founded})
}

// defaults makes the profile the default of a server. Linked at once, IBM makes
// the link too.
func (s *Server) defaults(p *Profile, autoLink bool) {
	s.Default = &DefaultProfile{p, autoLink}
	if autoLink {
		p.link(s).Default = true
	}
}

// unlinks takes away the link that a server's default profile came with.
func (s *Server) unlinks() {
	p := s.Default.Profile
	for i, l := range p.Links {
		if l.Server == s {
			p.Links = append(p.Links[:i:i], p.Links[i+1:]...)
		}
	}
	s.links = nil
}

// trust adds a claim rule for compute resources, and says whom it is meant for.
func (p *Profile) trust(name, cr string, admits func(*Server) bool, conditions ...Condition) {
	p.Rules = append(p.Rules, &ClaimRule{ID: "ClaimRule-" + uuid(p.ID, name), Name: name, Type: "Profile-CR", CR: cr, Expiration: 3600, Conditions: conditions, Created: founded, admits: admits})
}

// federate adds a claim rule for people.
func (p *Profile) federate(name string) {
	p.Rules = append(p.Rules, &ClaimRule{
		ID: "ClaimRule-" + uuid(p.ID, name), Name: name, Type: "Profile-SAML", Realm: "https://idp.example.com/saml", Expiration: 43200, Created: founded,
		Conditions: []Condition{{"blueGroups", "CONTAINS", quoted("platform-team")}},
	})
}

// quoted is a value as claim rules hold it: JSON in a text.
func quoted(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and lists of them
	}
	return string(b)
}

// virtual is meant for virtual servers alone, as the type VSI is.
func virtual(of func(*Server) bool) func(*Server) bool {
	return func(s *Server) bool { return !s.Bare && of(s) }
}

// Whom a claim rule may be meant for, with the conditions that say so.
func inVPC(v *VPC) (func(*Server) bool, Condition) {
	return virtual(func(s *Server) bool { return s.VPC == v }), Condition{"vpc_id", "EQUALS", quoted(v.ID)}
}

func inSubnet(n *Subnet) (func(*Server) bool, Condition) {
	return virtual(func(s *Server) bool { return s.Interfaces[0].Subnet == n }), Condition{"subnet_id", "EQUALS", quoted(n.ID)}
}

func inGroup(g *ResourceGroup) (func(*Server) bool, Condition) {
	return virtual(func(s *Server) bool { return s.Group == g }), Condition{"resource_group_id", "EQUALS", quoted(g.ID)}
}

func inInstanceGroup(g *InstanceGroup) (func(*Server) bool, Condition) {
	return virtual(func(s *Server) bool { return s.Member == g }), Condition{"instance_group_name", "EQUALS", quoted(g.Name)}
}

func inRegion(r *Region) (func(*Server) bool, Condition) {
	return virtual(func(s *Server) bool { return s.Region == r }), Condition{"region", "EQUALS", quoted(r.Name)}
}

func inZone(r *Region, zone string) (func(*Server) bool, Condition) {
	return virtual(func(s *Server) bool { return s.Region == r && s.Zone == zone }), Condition{"zone", "EQUALS", quoted(zone)}
}

func only(x *Server) (func(*Server) bool, Condition) {
	return virtual(func(s *Server) bool { return s == x }), Condition{"resource", "EQUALS", quoted(x.ID)}
}

// serviceGroup makes a group of service IDs; the first of an account is the
// default one.
func (a *Account) serviceGroup(name string) *ServiceGroup {
	g := &ServiceGroup{Thing: a.global("iam-identity", "serviceid-group", "", name), Default: len(a.ServiceGroups) == 0}
	a.ServiceGroups = append(a.ServiceGroups, g)
	return g
}

// service makes a service ID in the default group.
func (a *Account) service(name string) *ServiceID {
	s := &ServiceID{Thing: a.global("iam-identity", "serviceid", "ServiceId-", name), Group: a.ServiceGroups[0]}
	s.IAMID = "iam-" + s.ID
	a.Services = append(a.Services, s)
	return s
}

// key makes an API key of a service id, or, for an iam id of a person, of a
// user.
func (a *Account) key(name, iamID string, created time.Time) *APIKey {
	k := &APIKey{Thing: a.global("iam-identity", "apikey", "ApiKey-", name), IAMID: iamID}
	k.Created = created
	a.APIKeys = append(a.APIKeys, k)
	return k
}

// used says how often a key was used, and when for the last time.
func (k *APIKey) used(last time.Time, times int) {
	k.LastUsed, k.Uses = last, times
}

func (a *Account) accessGroup(name string) *AccessGroup {
	g := &AccessGroup{Thing: a.global("iam-groups", "access-group", "AccessGroupId-", name)}
	a.AccessGroups = append(a.AccessGroups, g)
	return g
}

// joins puts a profile into an access group, whatever the group was granted
// before and is granted later.
func (p *Profile) joins(g *AccessGroup) {
	g.Members = append(g.Members, GroupMember{p.IAMID, "profile", p.Name, p})
}

// A grant is what a policy gives, and how much that is.
type grant struct {
	name     string
	power    string
	roles    []string
	resource []Attribute
	pattern  string
	rule     any
}

func platform(role string) string    { return "crn:v1:bluemix:public:iam::::role:" + role }
func serviceRole(r string) string    { return "crn:v1:bluemix:public:iam::::serviceRole:" + r }
func is(key, value string) Attribute { return Attribute{key, "stringEquals", value} }

// The grants of the estates. Each is of the plain kind whose power nobody
// disputes.
var (
	administrator    = grant{name: "everything", power: Admin, roles: []string{platform("Administrator"), serviceRole("Manager")}, resource: []Attribute{is("serviceType", "service")}}
	accountAdmin     = grant{name: "all account management", power: Admin, roles: []string{platform("Administrator")}, resource: []Attribute{is("serviceType", "platform_service")}}
	manager          = grant{name: "manager of every service", power: Admin, roles: []string{serviceRole("Manager")}, resource: []Attribute{is("serviceType", "service")}}
	identityOperator = grant{name: "identities", power: Escalation, roles: []string{platform("Operator")}, resource: []Attribute{is("serviceName", "iam-identity")}}
	groupEditor      = grant{name: "access groups", power: Escalation, roles: []string{platform("Editor")}, resource: []Attribute{is("serviceName", "iam-groups")}}
	objectWriter     = grant{name: "write all objects", power: Write, roles: []string{serviceRole("Writer")}, resource: []Attribute{is("serviceName", "cloud-object-storage")}}
	objectReader     = grant{name: "read all objects", power: DataRead, roles: []string{serviceRole("Reader")}, resource: []Attribute{is("serviceName", "cloud-object-storage")}}
	secretReader     = grant{name: "read all secrets", power: DataRead, roles: []string{"crn:v1:bluemix:public:secrets-manager::::serviceRole:SecretsReader"}, resource: []Attribute{is("serviceName", "secrets-manager")}}
	serverMaker      = grant{name: "make servers", power: Write, roles: []string{platform("Editor")}, resource: []Attribute{is("serviceName", "is")}}
	viewer           = grant{name: "look at everything", power: Read, roles: []string{platform("Viewer")}, resource: []Attribute{is("serviceType", "service")}}
	oneBucketReads   = grant{name: "read one bucket", power: Limited, roles: []string{serviceRole("Reader")}, resource: []Attribute{
		is("serviceName", "cloud-object-storage"), is("serviceInstance", "4f2a5a0e-6c3c-4d0f-9a52-5a6f6a7a1d3e"), is("resourceType", "bucket"), is("resource", "release-artifacts")}}
)

// in is the same grant over one resource group.
func (g grant) in(r *ResourceGroup) grant {
	g.name += " in " + r.Name
	g.resource = append(slices.Clone(g.resource), is("resourceGroupId", r.ID))
	return g
}

// grant gives a profile what a policy says.
func (a *Account) grant(p *Profile, g grant) {
	p.Power = Stronger(p.Power, g.power)
	a.policy(is("iam_id", p.IAMID), g)
}

// grantGroup gives it to an access group, and so to every profile that is a
// member by then.
func (a *Account) grantGroup(to *AccessGroup, g grant) {
	for _, m := range to.Members {
		if m.Profile != nil {
			m.Profile.Power = Stronger(m.Profile.Power, g.power)
		}
	}
	a.policy(is("access_group_id", to.ID), g)
}

// revoked is a policy that does not count any more.
func (a *Account) revoked(p *Profile, g grant) {
	a.policy(is("iam_id", p.IAMID), g).State = "deleted"
}

func (a *Account) policy(subject Attribute, g grant) *Policy {
	x := &Policy{
		ID: uuid(a.ID, "policy", fmt.Sprint(len(a.Policies)), subject.Value.(string), g.name), Description: g.name, Subject: subject, Roles: g.roles, State: "active",
		Resource: append([]Attribute{is("accountId", a.ID)}, g.resource...), Pattern: g.pattern, Rule: g.rule, Created: founded,
	}
	a.Policies = append(a.Policies, x)
	return x
}

// customRole makes a role of actions of a service.
func (a *Account) customRole(name, service string, actions ...string) *Role {
	r := &Role{Thing: Thing{ID: uuid(a.ID, "role", name), Name: name, CRN: "crn:v1:bluemix:public:" + service + "::a/" + a.ID + "::customRole:" + name, Created: founded}, Display: name, Service: service, Actions: actions}
	a.CustomRoles = append(a.CustomRoles, r)
	return r
}

// tracks has audit events of everywhere written to a bucket.
func (a *Account) tracks(region, status string) {
	t := &TrackerTarget{Thing: a.global("atracker", "target", "", "audit-bucket"), Region: region, Bucket: "audit-events", Status: status}
	t.CRN = crn("atracker", region, a.ID, "target", t.ID)
	if status != "success" {
		t.Reason = "Provided API key could not be found"
	}
	r := &TrackerRoute{Thing: a.global("atracker", "route", "", "everything"), Rules: []TrackerRule{{[]string{t.ID}, []string{"*", "global"}}}}
	a.Tracker = Tracker{Targets: []*TrackerTarget{t}, Routes: []*TrackerRoute{r}, MetadataRegion: region}
}
