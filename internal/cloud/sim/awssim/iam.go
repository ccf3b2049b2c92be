package awssim

import (
	"net/http"
	"net/url"
	"slices"
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

// An entity is one thing that GetAccountAuthorizationDetails tells.
type entity struct {
	list  string // that it belongs to
	write func(*page)
}

// The lists of that call, by what the filter calls them.
var entityLists = map[string]string{
	"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList", "LocalManagedPolicy": "Policies", "AWSManagedPolicy": "Policies",
}

// authorizationDetails tells of users, groups, roles and policies, page by page
// over all of them together. Of the policies of AWS it tells those that are in
// use.
func (s *Server) authorizationDetails(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "Filter.member.", "Marker", "MaxItems"); no != nil {
		return nil, no
	}
	wanted := list(q, "Filter")
	for _, w := range wanted {
		if entityLists[w] == "" {
			return nil, badRequest("ValidationError", "1 validation error detected: Value '["+w+"]' at 'filter' failed to satisfy constraint")
		}
	}
	var all []entity
	c.account.IAM.View(func(i *sim.IAM) { all = entities(i, c.account, wanted) })
	part, next, no := s.marker(c, q, all)
	if no != nil {
		return nil, no
	}
	p := c.result()
	for _, name := range []string{"UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"} {
		p.entities(name, part)
	}
	p.truncated(next)
	return c.endResult(p), nil
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

func entities(i *sim.IAM, a *sim.Account, wanted []string) (all []entity) {
	asked := func(name string) bool { return len(wanted) == 0 || slices.Contains(wanted, name) }
	if asked("User") {
		for _, u := range i.Users {
			all = append(all, entity{"UserDetailList", func(p *page) { p.user(a, u) }})
		}
	}
	if asked("Group") {
		for _, g := range i.Groups {
			all = append(all, entity{"GroupDetailList", func(p *page) { p.userGroup(a, g) }})
		}
	}
	if asked("Role") {
		for _, r := range i.Roles {
			in := slices.DeleteFunc(slices.Clone(i.Profiles), func(x sim.Profile) bool { return x.Role != r.Name })
			all = append(all, entity{"RoleDetailList", func(p *page) { p.roleDetail(a, r, in) }})
		}
	}
	for _, x := range i.Policies {
		if asked(ownership(x)) {
			uses, bounds := i.Uses(x.ARN)
			all = append(all, entity{"Policies", func(p *page) { p.policyDetail(x, uses, bounds) }})
		}
	}
	return all
}

func ownership(p sim.Policy) string {
	if strings.HasPrefix(p.ARN, "arn:aws:iam::aws:") {
		return "AWSManagedPolicy"
	}
	return "LocalManagedPolicy"
}

func arnOf(a *sim.Account, kind, path, name string) string {
	return "arn:aws:iam::" + a.ID + ":" + kind + path + name
}

func (p *page) user(a *sim.Account, u sim.User) {
	p.text("Path", u.Path)
	p.text("UserName", u.Name)
	p.text("UserId", u.ID)
	p.text("Arn", arnOf(a, "user", u.Path, u.Name))
	p.time("CreateDate", u.Made)
	p.documents("UserPolicyList", u.Inline)
	p.list("GroupList", func() {
		for _, g := range u.Groups {
			p.text("member", g)
		}
	})
	p.attached(u.Attached)
	p.boundary(u.Boundary)
}

func (p *page) userGroup(a *sim.Account, g sim.UserGroup) {
	p.text("Path", g.Path)
	p.text("GroupName", g.Name)
	p.text("GroupId", g.ID)
	p.text("Arn", arnOf(a, "group", g.Path, g.Name))
	p.time("CreateDate", g.Made)
	p.documents("GroupPolicyList", g.Inline)
	p.attached(g.Attached)
}

func (p *page) role(a *sim.Account, r sim.Role) {
	p.text("Path", r.Path)
	p.text("RoleName", r.Name)
	p.text("RoleId", r.ID)
	p.text("Arn", arnOf(a, "role", r.Path, r.Name))
	p.time("CreateDate", r.Made)
	p.text("AssumeRolePolicyDocument", percent(r.Trust))
}

func (p *page) roleDetail(a *sim.Account, r sim.Role, in []sim.Profile) {
	p.role(a, r)
	p.list("InstanceProfileList", func() {
		for _, x := range in {
			p.open("member")
			p.profileOf(a, x, &r)
			p.close("member")
		}
	})
	p.documents("RolePolicyList", r.Inline)
	p.attached(r.Attached)
	p.boundary(r.Boundary)
	p.list("Tags", func() {
		for _, t := range r.Tags {
			p.open("member")
			p.text("Key", t.Key)
			p.text("Value", t.Value)
			p.close("member")
		}
	})
	p.open("RoleLastUsed")
	if !r.LastUsed.IsZero() {
		p.time("LastUsedDate", r.LastUsed)
		p.text("Region", r.LastRegion)
	}
	p.close("RoleLastUsed")
}

func (p *page) documents(name string, all []sim.Document) {
	p.list(name, func() {
		for _, d := range all {
			p.open("member")
			p.text("PolicyName", d.Name)
			p.text("PolicyDocument", percent(d.JSON))
			p.close("member")
		}
	})
}

func (p *page) attached(arns []string) {
	p.list("AttachedManagedPolicies", func() {
		for _, arn := range arns {
			p.open("member")
			p.text("PolicyName", arn[strings.LastIndexByte(arn, '/')+1:])
			p.text("PolicyArn", arn)
			p.close("member")
		}
	})
}

func (p *page) boundary(arn string) {
	if arn == "" {
		return
	}
	p.open("PermissionsBoundary")
	p.text("PermissionsBoundaryType", "Policy")
	p.text("PermissionsBoundaryArn", arn)
	p.close("PermissionsBoundary")
}

func (p *page) policyDetail(x sim.Policy, uses, bounds int) {
	p.text("PolicyName", x.Name)
	p.text("PolicyId", x.ID)
	p.text("Arn", x.ARN)
	p.text("Path", x.Path)
	p.text("DefaultVersionId", x.Default)
	p.text("AttachmentCount", strconv.Itoa(uses))
	p.text("PermissionsBoundaryUsageCount", strconv.Itoa(bounds))
	p.text("IsAttachable", "true")
	p.time("CreateDate", x.Made)
	p.time("UpdateDate", x.Made)
	p.list("PolicyVersionList", func() {
		for _, v := range x.Versions {
			p.open("member")
			p.text("Document", percent(v.JSON))
			p.text("VersionId", v.Name)
			p.text("IsDefaultVersion", strconv.FormatBool(v.Name == x.Default))
			p.time("CreateDate", x.Made)
			p.close("member")
		}
	})
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
