package awssim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim"
)

// The lists of GetAccountAuthorizationDetails, by what its filter calls them.
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
