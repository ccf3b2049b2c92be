package awssim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim"
)

// iamOps are the calls of IAM.
var iamOps = map[string]queryOp{
	iam + "GetAccountAuthorizationDetails": (*Server).authorizationDetails,
	iam + "ListInstanceProfiles":           (*Server).listProfiles,
	iam + "ListRoles":                      (*Server).listRoles,
	iam + "GetInstanceProfile":             (*Server).getProfile,
	iam + "GetAccountSummary":              (*Server).accountSummary,
	iam + "GenerateCredentialReport":       (*Server).generateReport,
	iam + "GetCredentialReport":            (*Server).getReport,
	iam + "PutRolePolicy":                  (*Server).putRolePolicy,
	iam + "DeleteRolePolicy":               (*Server).deleteRolePolicy,
	iam + "DetachRolePolicy":               (*Server).detachRolePolicy,
}

// percent writes a policy as IAM sends it: percent-encoded as RFC 3986 says.
func percent(policy string) string { return strings.ReplaceAll(url.QueryEscape(policy), "+", "%20") }

// An entity is one thing of a list of IAM.
type entity struct {
	list  string // that it belongs to
	write func(*page)
}

// marker is the page of a list of IAM: "MaxItems … 100 by default", 1,000 at
// most.
func (s *Server) marker(c *caller, q url.Values, all []entity) ([]entity, string, *refusal) {
	size, no := sizeOf(c, q.Get("MaxItems"), 1, 1000, 100)
	if no != nil {
		return nil, "", no
	}
	return pageOf(s, c, all, size, q.Get("Marker"))
}

func (p *page) truncated(next string) {
	p.text("IsTruncated", strconv.FormatBool(next != ""))
	p.known("Marker", next)
}

func (p *page) entities(name string, all []entity) {
	p.list(name, func() {
		for _, e := range all {
			if e.list == name {
				p.open("member")
				e.write(p)
				p.close("member")
			}
		}
	})
}

// list is an element that holds whatever a function writes, empty if that is
// nothing.
func (p *page) list(name string, write func()) {
	was := len(p.b)
	p.open(name)
	inner := len(p.b)
	write()
	if len(p.b) == inner {
		p.b, p.depth = p.b[:was], p.depth-1
		p.empty(name)
		return
	}
	p.close(name)
}

func arnOf(a *sim.Account, kind, path, name string) string {
	return "arn:aws:iam::" + a.ID + ":" + kind + path + name
}

func (p *page) role(a *sim.Account, r sim.Role) {
	p.text("Path", r.Path)
	p.text("RoleName", r.Name)
	p.text("RoleId", r.ID)
	p.text("Arn", arnOf(a, "role", r.Path, r.Name))
	p.time("CreateDate", r.Made)
	p.text("AssumeRolePolicyDocument", percent(r.Trust))
}

// profileOf writes a profile with the role in it, nil for none.
func (p *page) profileOf(a *sim.Account, x sim.Profile, r *sim.Role) {
	p.text("Path", x.Path)
	p.text("InstanceProfileName", x.Name)
	p.text("InstanceProfileId", x.ID)
	p.text("Arn", arnOf(a, "instance-profile", x.Path, x.Name))
	p.time("CreateDate", x.Made)
	p.list("Roles", func() {
		if r != nil {
			p.open("member")
			p.role(a, *r)
			p.close("member")
		}
	})
}

func roleOf(i *sim.IAM, x sim.Profile) *sim.Role {
	n := i.Role(x.Role)
	if x.Role == "" || n < 0 {
		return nil
	}
	r := i.Roles[n]
	return &r
}

// listRoles tells of the roles without their policies, tags and boundary, and
// with what the details leave out ("this operation does not return …
// PermissionsBoundary, RoleLastUsed, Tags", IAM API reference).
func (s *Server) listRoles(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "PathPrefix", "Marker", "MaxItems"); no != nil {
		return nil, no
	}
	var all []entity
	c.account.IAM.View(func(i *sim.IAM) {
		for _, r := range i.Roles {
			if strings.HasPrefix(r.Path, q.Get("PathPrefix")) {
				all = append(all, entity{"Roles", func(p *page) { p.roleListed(c.account, r) }})
			}
		}
	})
	part, next, no := s.marker(c, q, all)
	if no != nil {
		return nil, no
	}
	p := c.result()
	p.entities("Roles", part)
	p.truncated(next)
	return c.endResult(p), nil
}

// shortestMaxSession is what a role has of which nobody said otherwise.
const shortestMaxSession = 3600

func (p *page) roleListed(a *sim.Account, r sim.Role) {
	p.role(a, r)
	p.text("MaxSessionDuration", strconv.Itoa(max(r.MaxSession, shortestMaxSession)))
}

func (s *Server) listProfiles(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "PathPrefix", "Marker", "MaxItems"); no != nil {
		return nil, no
	}
	var all []entity
	c.account.IAM.View(func(i *sim.IAM) {
		for _, x := range i.Profiles {
			if r := roleOf(i, x); strings.HasPrefix(x.Path, q.Get("PathPrefix")) {
				all = append(all, entity{"InstanceProfiles", func(p *page) { p.profileOf(c.account, x, r) }})
			}
		}
	})
	part, next, no := s.marker(c, q, all)
	if no != nil {
		return nil, no
	}
	p := c.result()
	p.entities("InstanceProfiles", part)
	p.truncated(next)
	return c.endResult(p), nil
}

func (s *Server) getProfile(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "InstanceProfileName"); no != nil {
		return nil, no
	}
	var p *page
	c.account.IAM.View(func(i *sim.IAM) {
		for _, x := range i.Profiles {
			if x.Name == q.Get("InstanceProfileName") {
				p = c.result()
				p.open("InstanceProfile")
				p.profileOf(c.account, x, roleOf(i, x))
				p.close("InstanceProfile")
			}
		}
	})
	if p == nil {
		return nil, noSuchEntity("Instance Profile " + q.Get("InstanceProfileName"))
	}
	return c.endResult(p), nil
}

func noSuchEntity(what string) *refusal {
	return &refusal{http.StatusNotFound, "NoSuchEntity", what + " cannot be found."}
}

// accountSummary tells numbers of the account; those beside the ones that a
// scan reads are as every account has them.
func (s *Server) accountSummary(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q); no != nil {
		return nil, no
	}
	p := c.result()
	c.account.IAM.View(func(i *sim.IAM) {
		keys, mfa := i.RootKeys, 0
		if i.RootMFA {
			mfa = 1
		}
		numbers := []struct {
			name string
			n    int
		}{
			{"AccountAccessKeysPresent", keys}, {"AccountMFAEnabled", mfa}, {"AccountPasswordPresent", 1}, {"AccountSigningCertificatesPresent", 0}, {"Users", len(i.Users)}, {"Roles", len(i.Roles)},
			{"Groups", len(i.Groups)}, {"InstanceProfiles", len(i.Profiles)}, {"RolesQuota", 1000}, {"InstanceProfilesQuota", 1000}, {"UsersQuota", 5000},
		}
		p.list("SummaryMap", func() {
			for _, x := range numbers {
				p.pair("entry", "key", x.name, "value", strconv.Itoa(x.n))
			}
		})
	})
	return c.endResult(p), nil
}
