package awssim

import (
	"encoding/json"
	"net/url"
	"slices"

	"plumbline/internal/cloud/sim"
)

// roleChanges are further calls of IAM about one role.
var roleChanges = map[string]queryOp{
	iam + "GetRole":                (*Server).getRole,
	iam + "UpdateAssumeRolePolicy": (*Server).updateTrust,
	iam + "AttachRolePolicy":       (*Server).attachRolePolicy,
}

// getRole tells a role with the document of its trust.
func (s *Server) getRole(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "RoleName"); no != nil {
		return nil, no
	}
	var r *sim.Role
	c.account.IAM.View(func(i *sim.IAM) {
		if n := i.Role(q.Get("RoleName")); n >= 0 {
			found := i.Roles[n]
			r = &found
		}
	})
	if r == nil {
		return nil, noSuchEntity("The role with name " + q.Get("RoleName"))
	}
	c.items = 1
	p := c.result()
	p.open("Role")
	p.role(c.account, *r)
	p.close("Role")
	return c.endResult(p), nil
}

// updateTrust says who may take the role from now on.
func (s *Server) updateTrust(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "RoleName", "PolicyDocument"); no != nil {
		return nil, no
	}
	if !json.Valid([]byte(q.Get("PolicyDocument"))) {
		return nil, badRequest("MalformedPolicyDocument", "This policy contains invalid Json")
	}
	return c.changeRole(q, func(r *sim.Role) *refusal {
		r.Trust = q.Get("PolicyDocument")
		return nil
	})
}

func (s *Server) attachRolePolicy(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "RoleName", "PolicyArn"); no != nil {
		return nil, no
	}
	known := false
	c.account.IAM.View(func(i *sim.IAM) { known = i.Policy(q.Get("PolicyArn")) >= 0 })
	if !known {
		return nil, noSuchEntity("Policy " + q.Get("PolicyArn"))
	}
	return c.changeRole(q, func(r *sim.Role) *refusal {
		if !slices.Contains(r.Attached, q.Get("PolicyArn")) {
			r.Attached = append(slices.Clone(r.Attached), q.Get("PolicyArn"))
		}
		return nil
	})
}
