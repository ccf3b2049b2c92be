package ibmestate

import "fmt"

// An IdentityScene is one way, or none, for a server to become a trusted
// profile. Profiles is what it may become, by the names of the profiles.
type IdentityScene struct {
	Name     string
	Profiles []string
	Power    string
	Stale    bool
	Perhaps  []string // what it may become beside, for all that anybody documents
	build    func(*stage)
}

// A stage is where an identity scene is built: an account, a server in it, and
// a subnet, group and VPC of its own.
type stage struct {
	a      *Account
	r      *Region
	v      *VPC
	subnet *Subnet
	server *Server
}

// ServerOfIdentity is the server of an identity scene in Identities.
func (e *Estate) ServerOfIdentity(s *IdentityScene) *Server {
	for _, x := range e.Workloads() {
		if x.Want.Scene == s.Name {
			return x
		}
	}
	return nil
}

// Identities is an estate with an account for each identity scene.
func Identities() *Estate {
	e := &Estate{}
	for n, s := range IdentityScenes() {
		a := newAccount(accountID(99, n), s.Name)
		t := &stage{a: a, r: a.region("us-south")}
		t.v = t.r.vpc("net")
		t.subnet = t.v.subnet("subnet", 1)
		t.server = t.subnet.server(fmt.Sprintf("identity-%d", n+1), t.v.group("inside", fromInside()...)).metadata(true, "https", 1)
		s.build(t)
		t.server.Want.Scene = s.Name
		e.Accounts = append(e.Accounts, a)
	}
	return e
}

// IdentityScenes returns every identity scene, in a fixed order.
func IdentityScenes() []*IdentityScene { return identityScenes }

func equals(claim, value string) Condition { return Condition{claim, "EQUALS", quoted(value)} }

func (t *stage) profile(name string, g grant) *Profile {
	p := t.a.profile(name)
	t.a.grant(p, g)
	return p
}

// Whom a claim rule of identity scenes is meant for.
var (
	nobody    = func(*Server) bool { return false }
	everybody = virtual(func(*Server) bool { return true })
)

var identityScenes = []*IdentityScene{
	{"no profile", nil, None, false, nil, func(t *stage) { t.profile("p", administrator) }},
	{"linked", []string{"p"}, Write, false, nil, func(t *stage) { t.profile("p", objectWriter).link(t.server) }},
	{"default, linked at once", []string{"p"}, Write, false, nil, func(t *stage) { t.server.defaults(t.profile("p", objectWriter), true) }},
	{"default, not linked", nil, None, true, nil, func(t *stage) { t.server.defaults(t.profile("p", administrator), false) }},
	{"default, the link is gone", nil, None, true, nil, func(t *stage) {
		t.server.defaults(t.profile("p", administrator), true)
		t.server.unlinks()
	}},
	{"default, the profile is gone, another is linked", []string{"q"}, Read, true, nil, func(t *stage) {
		t.server.Default = &DefaultProfile{&Profile{Thing: t.a.global("iam-identity", "profile", "Profile-", "gone"), Gone: true}, true}
		t.profile("q", viewer).link(t.server)
	}},
	{"default and another", []string{"p", "q"}, Admin, false, nil, func(t *stage) {
		t.server.defaults(t.profile("p", oneBucketReads), true)
		t.profile("q", administrator).link(t.server)
	}},
	{"another server is linked", nil, None, false, nil, func(t *stage) {
		t.profile("p", administrator).link(t.subnet.server("other", t.v.DefaultGroup))
	}},
	{"claim rule without a condition", []string{"p"}, Admin, false, nil, func(t *stage) { t.profile("p", administrator).trust("all", "VSI", everybody) }},
	{"claim rule of the VPC", []string{"p"}, DataRead, false, nil, func(t *stage) {
		who, says := inVPC(t.v)
		t.profile("p", objectReader).trust("vpc", "VSI", who, says)
	}},
	{"claim rule of another VPC", nil, None, false, nil, func(t *stage) {
		who, says := inVPC(t.r.vpc("other"))
		t.profile("p", administrator).trust("vpc", "VSI", who, says)
	}},
	{"claim rule of the resource group", []string{"p"}, Admin, false, nil, func(t *stage) {
		who, says := inGroup(t.a.Groups[0])
		t.profile("p", manager).trust("group", "VSI", who, says)
	}},
	{"claim rule of the resource group, by name", []string{"p"}, Admin, false, nil, func(t *stage) {
		t.profile("p", manager).trust("group", "VSI", everybody, equals("resource_group_name", "Default"))
		t.a.policy(is("iam_id", t.a.service("group-builder").IAMID), serverMaker.in(t.a.Groups[0])) // and so becomes a manager of everything
	}},
	{"claim rule of the region", []string{"p"}, Write, false, nil, func(t *stage) {
		who, says := inRegion(t.r)
		t.profile("p", objectWriter).trust("region", "VSI", who, says)
	}},
	{"claim rule of another zone", nil, None, false, nil, func(t *stage) {
		who, says := inZone(t.r, "us-south-3")
		t.profile("p", objectWriter).trust("zone", "VSI", who, says)
	}},
	{"claim rule of the zone, in other letters", []string{"p"}, Write, false, nil, func(t *stage) {
		who, _ := inZone(t.r, "us-south-1")
		t.profile("p", objectWriter).trust("zone", "VSI", who, Condition{"zone", "EQUALS_IGNORE_CASE", quoted("US-SOUTH-1")})
	}},
	{"claim rule of the zone, in other letters, by the letter", nil, None, false, nil, func(t *stage) {
		t.profile("p", objectWriter).trust("zone", "VSI", nobody, equals("zone", "US-SOUTH-1"))
	}},
	{"claim rule of the subnet", []string{"p"}, DataRead, false, nil, func(t *stage) {
		who, says := inSubnet(t.subnet)
		t.profile("p", secretReader).trust("subnet", "VSI", who, says)
	}},
	{"claim rule of the server itself", []string{"p"}, Limited, false, nil, func(t *stage) {
		who, says := only(t.server)
		t.profile("p", oneBucketReads).trust("server", "VSI", who, says)
	}},
	{"claim rule of the instance group", []string{"p"}, Write, false, nil, func(t *stage) {
		g := t.subnet.template("made", t.v.DefaultGroup, nil, "").launch("workers", 0)
		t.server.Member = g
		who, says := inInstanceGroup(g)
		t.profile("p", objectWriter).trust("group", "VSI", who, says)
	}},
	{"claim rule with one condition that holds and one that does not", nil, None, false, nil, func(t *stage) {
		_, says := inVPC(t.v)
		t.profile("p", administrator).trust("both", "VSI", nobody, says, equals("region", "eu-de"))
	}},
	{"claim rule that excludes another VPC", []string{"p"}, Write, false, nil, func(t *stage) {
		t.profile("p", objectWriter).trust("not", "VSI", everybody, Condition{"vpc_id", "NOT_EQUALS", quoted(t.r.vpc("other").ID)})
	}},
	{"claim rule of a list of VPCs", []string{"p"}, Write, false, nil, func(t *stage) {
		who, _ := inVPC(t.v)
		t.profile("p", objectWriter).trust("in", "VSI", who, Condition{"vpc_id", "IN", quoted([]string{t.r.vpc("other").ID, t.v.ID})})
	}},
	{"claim rule for a part of a name", nil, None, false, []string{"p"}, func(t *stage) {
		t.profile("p", objectWriter).trust("contains", "VSI", nobody, Condition{"region", "CONTAINS", quoted("south")})
	}},
	{"claim rule for clusters", nil, None, false, nil, func(t *stage) {
		t.profile("p", administrator).trust("pods", "IKS_SA", nil)
	}},
	{"claim rule for bare metal", nil, None, false, nil, func(t *stage) { t.profile("p", administrator).trust("metal", "BMS", nil) }},
	{"claim rule for people", nil, None, false, nil, func(t *stage) { t.profile("p", administrator).federate("people") }},
	{"linked, with an identity's power", []string{"p"}, Escalation, false, nil, func(t *stage) { t.profile("p", identityOperator).link(t.server) }},
	{"linked, with the power over access groups", []string{"p"}, Escalation, false, nil, func(t *stage) { t.profile("p", groupEditor).link(t.server) }},
	{"linked, with the power over the account", []string{"p"}, Admin, false, nil, func(t *stage) { t.profile("p", accountAdmin).link(t.server) }},
	{"linked, and a member of a group", []string{"p"}, Write, false, nil, func(t *stage) {
		p := t.profile("p", oneBucketReads)
		p.link(t.server)
		g := t.a.accessGroup("writers")
		p.joins(g)
		t.a.grantGroup(g, objectWriter)
	}},
	{"linked, its administrator's policy deleted", []string{"p"}, Limited, false, nil, func(t *stage) {
		p := t.profile("p", oneBucketReads)
		p.link(t.server)
		t.a.revoked(p, administrator)
	}},
	{"linked, to write in the hours of work", []string{"p"}, Write, false, nil, func(t *stage) {
		g := objectWriter
		g.pattern = "time-based-conditions:weekly:custom-hours"
		g.rule = map[string]any{"operator": "and", "conditions": []any{
			map[string]any{"key": "{{environment.attributes.day_of_week}}", "operator": "dayOfWeekAnyOf", "value": []string{"1+00:00", "2+00:00", "3+00:00", "4+00:00", "5+00:00"}},
			map[string]any{"key": "{{environment.attributes.current_time}}", "operator": "timeGreaterThanOrEquals", "value": "09:00:00+00:00"},
		}}
		t.profile("p", g).link(t.server)
	}},
	{"linked, without a policy", []string{"p"}, None, false, nil, func(t *stage) { t.a.profile("p").link(t.server) }},
	{"linked, with a role of the account's own", []string{"p"}, Write, false, nil, func(t *stage) {
		own := t.a.customRole("ObjectCleaner", "cloud-object-storage", "cloud-object-storage.object.delete")
		g := objectWriter
		g.roles = []string{own.CRN}
		t.profile("p", g).link(t.server)
	}},
}
