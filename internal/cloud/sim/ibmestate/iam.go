package ibmestate

import "time"

// A Profile is a trusted profile: an identity that workloads, people and
// services may take on.
type Profile struct {
	Thing
	IAMID      string
	Links      []*Link
	Rules      []*ClaimRule
	Identities []*Identity
	Power      string // how much it may do, by the grants that it was given
	Gone       bool   // it was deleted: no list names it

	fleets []*cell // cells of the fleet whose servers are linked, each by a link of its own
	cut    map[string]bool
}

// A Link lets one compute resource take a profile on.
type Link struct {
	ID, Name string
	Profile  *Profile
	Type     string  // VSI, BMS, IKS_SA, ROKS_SA, CE
	Server   *Server // nil: CRN says
	CRN      string  // of what is linked
	Cluster  *Service
	Created  time.Time
	Default  bool // made when the server was, for its default profile
}

// A Service is a service account of a cluster.
type Service struct{ CRN, Namespace, Name string }

// A ClaimRule lets whoever meets its conditions take a profile on.
type ClaimRule struct {
	ID, Name   string
	Type       string // Profile-CR, or Profile-SAML for people
	CR         string // VSI, BMS, IKS_SA, ROKS_SA
	Realm      string
	Expiration int
	Conditions []Condition
	Created    time.Time

	admits func(*Server) bool // whom the rule is meant for; nil is nobody
}

// A Condition compares a claim with a value, which is JSON in a text.
type Condition struct{ Claim, Operator, Value string }

// An Identity is somebody who was named to take a profile on.
type Identity struct {
	IAMID, Identifier, Type string // Type is user, serviceid or crn
	Accounts                []string
}

// A ServiceGroup is what service IDs are kept in, so that there may be more of
// them. Nothing else depends on it.
type ServiceGroup struct {
	Thing
	Default bool // the one that nobody made: whoever names no group means it
}

// A ServiceID is an identity for programs.
type ServiceID struct {
	Thing
	IAMID  string
	Group  *ServiceGroup
	Locked bool
}

// An APIKey is a lasting credential of a user or a service id.
type APIKey struct {
	Thing
	IAMID    string
	User     bool // of a person
	Locked   bool
	Disabled bool
	Expires  time.Time // zero: never
	LastUsed time.Time // zero: never
	Uses     int
}

// Settings are the account's settings of IAM. "NOT_SET" is a value of theirs.
type Settings struct {
	RestrictServiceIDs, RestrictAPIKeys    string // RESTRICTED, NOT_RESTRICTED, NOT_SET
	AllowedIPs                             string
	MFA                                    string // NONE, NONE_NO_ROPC, TOTP, TOTP4ALL, LEVEL1 ...
	SessionExpiration, SessionInvalidation string // seconds
	MaxSessions                            string
	AccessToken, RefreshToken              string // seconds
	Changes                                int    // made so far
}

// A Policy grants roles on resources to one subject.
type Policy struct {
	ID          string
	Description string
	Subject     Attribute // iam_id or access_group_id
	Resource    []Attribute
	Roles       []string // CRNs
	State       string   // active or deleted
	Pattern     string   // of a condition; "" is none
	Rule        any      // the condition
	LastPermit  string
	Permits     int
	Created     time.Time
	Changes     int // made so far
}

// An Attribute is one line of a policy.
type Attribute struct {
	Key, Operator string
	Value         any
}

// A Role is a custom role.
type Role struct {
	Thing
	Display string
	Service string
	Actions []string
}

// An AccessGroup gives its members what policies grant to it.
type AccessGroup struct {
	Thing
	Members []GroupMember
}

// A GroupMember is a user, a service id or a profile in an access group.
type GroupMember struct {
	IAMID, Type, Name string
	Profile           *Profile // where it is one
}

// A Tracker is Activity Tracker Event Routing.
type Tracker struct {
	Targets        []*TrackerTarget
	Routes         []*TrackerRoute
	DefaultTargets []string
	MetadataRegion string
}

// A TrackerTarget is where audit events are written to.
type TrackerTarget struct {
	Thing
	Region string
	Bucket string
	Status string // of writing: success or error
	Reason string
}

// A TrackerRoute says which events go where.
type TrackerRoute struct {
	Thing
	Rules []TrackerRule
}

// A TrackerRule sends the events of locations to targets.
type TrackerRule struct {
	Targets   []string
	Locations []string
}

// LinkLen is the number of a profile's links.
func (p *Profile) LinkLen() int {
	n := len(p.Links)
	for _, c := range p.fleets {
		n += c.size()
	}
	return n
}

// AllLinks are a profile's links as they are now: a few that were written down,
// and one for each server of the fleet that has it as its default.
func (p *Profile) AllLinks() []*Link {
	out := make([]*Link, 0, p.LinkLen())
	for _, l := range p.Links {
		if !p.cut[l.ID] {
			out = append(out, l)
		}
	}
	for _, c := range p.fleets {
		for n := range c.size() {
			if s := c.server(n); len(s.links) > 0 && !p.cut[s.links[0].ID] {
				out = append(out, s.links[0])
			}
		}
	}
	return out
}

// Unlink removes a link; false if there is none of that id.
func (p *Profile) Unlink(id string) bool {
	for _, l := range p.AllLinks() {
		if l.ID == id {
			if p.cut == nil {
				p.cut = map[string]bool{}
			}
			p.cut[id] = true
			return true
		}
	}
	return false
}
