package ibmfact

import (
	"slices"
	"sync"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An iam is what the account's documents say of who may do what. It is made once
// and then only read, by many at a time.
type iam struct {
	c        *snapshot.Context
	profiles []*profile
	byUID    map[string]*profile
	byIAMID  map[string]*profile
	linked   map[string][]*link      // by the CRN of what they link to
	rules    []*claimRule            // those of compute resources
	groups   map[string][]string     // ids of the access groups of an iam_id
	policies map[string][]*policy    // by the iam_id or the access group that they are of; "" where that cannot be read
	grouped  bool                    // one is an access group's
	roles    map[string]*customRole  // by CRN
	access   map[string]*accessGroup // by id
	services map[string]string       // names of service IDs, by iam_id
	trusted  map[string][]*profile   // those that name an iam_id one by one
	untold   *profile                // of those whose names were not told, one that may do most

	worths   sync.Map   // by iam_id
	hidden   []*profile // of which not all links and claim rules were listed
	unlisted *hole      // there may be more profiles
	ungroup  *hole      // there may be more memberships
	unruled  *hole      // there may be more policies
}

// An accessGroup gives its policies to its members, and to those whom its rules
// take in when they sign in, of whom there is no list.
type accessGroup struct {
	name  string
	ruled yesno // it has rules, or takes in everybody
}

// publicGroup is the id of the access group that everybody is in, signed in or
// not (IBM Cloud account docs, "Public access group").
const publicGroup = "AccessGroupId-PublicAccess"

// A profile is a trusted profile.
type profile struct {
	uid, id, iamID, name string
	managed              bool // of a template of the enterprise's
	links                []*link
	rules                []*claimRule // of every type
	linksHole, rulesHole *hole
	namesHole            *hole // there may be more whom it names
	unreadable           *hole // a link of which it cannot be read what it is to
	s                    source
}

// A link lets one compute resource become a profile.
type link struct {
	of                *profile
	id, name, compute string
	to                string // CRN
	s                 source
}

type iamKey struct{}

func iamOf(c *snapshot.Context) *iam {
	return c.Derive(iamKey{}, func(c *snapshot.Context) any { return readIAM(c) }).(*iam)
}

func readIAM(c *snapshot.Context) *iam {
	m := &iam{c: c, byUID: map[string]*profile{}, byIAMID: map[string]*profile{}, linked: map[string][]*link{},
		groups: map[string][]string{}, policies: map[string][]*policy{}, roles: map[string]*customRole{}, access: map[string]*accessGroup{},
		services: map[string]string{}, trusted: map[string][]*profile{}}
	m.unlisted = either(unlisted(c, CallProfiles, snapshot.Global, ""), eachOf(c.Resources(KindProfile), m.takeProfile))
	for _, p := range m.profiles {
		p.linksHole = unlisted(c, CallLinks, snapshot.Global, p.uid)
		p.rulesHole = unlisted(c, CallClaimRules, snapshot.Global, p.uid)
	}
	brokenLinks := eachOf(c.Resources(KindLink), m.takeLink)
	brokenRules := eachOf(c.Resources(KindClaimRule), m.takeRule)
	for _, p := range m.profiles { // whose they are cannot be read
		p.linksHole, p.rulesHole = either(either(p.linksHole, brokenLinks), p.unreadable), either(p.rulesHole, brokenRules)
		if p.linksHole != nil || p.rulesHole != nil {
			m.hidden = append(m.hidden, p)
		}
	}
	m.unruled = either(unlisted(c, CallPolicies, snapshot.Global, ""), eachOf(c.Resources(KindPolicy), m.takePolicy))
	m.readGroups()
	eachOf(c.Resources(KindRole), m.takeRole) // one that is missing is missed where a policy names it
	eachOf(c.Resources(KindServiceID), func(_ *snapshot.Resource, _ source, v wire.Value) {
		m.services[text(v.Get("iam_id"))] = text(v.Get("name"))
	})
	m.readTrusted()
	return m
}

// either is the first of two holes.
func either(a, b *hole) *hole {
	if a != nil {
		return a
	}
	return b
}

func (m *iam) takeProfile(res *snapshot.Resource, s source, v wire.Value) {
	p := &profile{uid: res.UID, id: text(v.Get("id")), iamID: text(v.Get("iam_id")), name: text(v.Get("name")),
		managed: text(v.Get("template_id")) != "" || text(v.Get("assignment_id")) != "", s: s}
	if p.iamID == "" && p.id != "" {
		p.iamID = "iam-" + p.id
	}
	m.profiles = append(m.profiles, p)
	m.byUID[p.uid], m.byIAMID[p.iamID] = p, p
}

// holder finds the profile that a link or a claim rule belongs to.
func (m *iam) holder(v wire.Value, res *snapshot.Resource) *profile {
	return m.byUID[holderUID(v, res.UID, AboutProfile)]
}

func (m *iam) takeLink(res *snapshot.Resource, s source, v wire.Value) {
	l := &link{of: m.holder(v, res), id: text(v.Get("id")), name: text(v.Get("name")), compute: text(v.Get("cr_type")),
		to: text(v.Get("link").Get("crn")), s: s}
	if l.of != nil && l.to == "" && l.compute != "IKS_SA" && l.compute != "ROKS_SA" && l.compute != "CE" {
		l.of.unreadable = &hole{s.oddly(v.Get("link").Get("crn"), "/link/crn"), s.from}
	}
	if l.of != nil {
		l.of.links = append(l.of.links, l)
		m.linked[l.to] = append(m.linked[l.to], l)
	}
}

// called is a link's name, or its id where it has none.
func called(name, id string) string {
	if name != "" {
		return name
	}
	return id
}

// readGroups reads who is in which access group. Of the rules by which groups take
// in people that sign in it is read that there are some (Group.IsFederated in
// iamaccessgroupsv2).
func (m *iam) readGroups() {
	m.ungroup = unlisted(m.c, CallAccessGroups, snapshot.Global, "")
	broken := eachOf(m.c.Resources(KindAccessGroup), func(res *snapshot.Resource, s source, v wire.Value) {
		id, ruled := text(v.Get("id")), s.truth(v.Get("is_federated"), "/is_federated")
		is, known := ruled.Get()
		g := &accessGroup{name: text(v.Get("name")), ruled: sure(is || id == publicGroup)}
		if !known && id != publicGroup {
			g.ruled = unsure(ruled.Why(), s.from)
		}
		m.access[id] = g
		m.ungroup = either(m.ungroup, unlisted(m.c, CallGroupMembers, snapshot.Global, res.UID))
	})
	m.ungroup = either(m.ungroup, broken)
	broken = eachOf(m.c.Resources(KindGroupMember), func(_ *snapshot.Resource, s source, v wire.Value) {
		who, group := text(v.Get("iam_id")), text(v.Get("^").Get(AboutGroupID))
		if who == "" || group == "" {
			m.ungroup = either(m.ungroup, &hole{s.why(snapshot.Absent, "/iam_id"), s.from})
			return
		}
		if !slices.Contains(m.groups[who], group) {
			m.groups[who] = append(m.groups[who], group)
		}
	})
	m.ungroup = either(m.ungroup, broken)
}

// noProfile says why a profile is in no listing: it is gone, or it is another
// account's, or nobody was told.
func (m *iam) noProfile(crn string) *hole {
	if m.unlisted != nil {
		return m.unlisted
	}
	return &hole{&fact.Reason{Cause: snapshot.Absent, Call: CallProfiles, Region: snapshot.Global, Detail: shorten(crn)},
		refusal(m.c.Answer(CallProfiles, snapshot.Global, ""))}
}
