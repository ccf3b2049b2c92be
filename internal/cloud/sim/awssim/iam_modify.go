package awssim

import (
	"encoding/json"
	"net/url"
	"slices"

	"plumbline/internal/cloud/sim"
)

// changeRole changes the role that is named.
func (c *caller) changeRole(q url.Values, change func(*sim.Role) *refusal) (*page, *refusal) {
	var no *refusal
	c.account.IAM.Change(func(i *sim.IAM) {
		n := i.Role(q.Get("RoleName"))
		if n < 0 {
			no = noSuchEntity("The role with name " + q.Get("RoleName"))
			return
		}
		r := i.Roles[n]
		if no = change(&r); no == nil {
			i.Roles[n] = r
		}
	})
	if no != nil {
		return nil, no
	}
	return c.done(), nil
}

func calledBy(name string) func(sim.Document) bool {
	return func(d sim.Document) bool { return d.Name == name }
}

// putRolePolicy adds an inline policy, or replaces the one of its name.
func (s *Server) putRolePolicy(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "RoleName", "PolicyName", "PolicyDocument"); no != nil {
		return nil, no
	}
	d := sim.Document{Name: q.Get("PolicyName"), JSON: q.Get("PolicyDocument")}
	if d.Name == "" || !json.Valid([]byte(d.JSON)) {
		return nil, badRequest("MalformedPolicyDocument", "Syntax errors in policy.")
	}
	return c.changeRole(q, func(r *sim.Role) *refusal {
		r.Inline = append(slices.DeleteFunc(slices.Clone(r.Inline), calledBy(d.Name)), d)
		return nil
	})
}

func (s *Server) deleteRolePolicy(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "RoleName", "PolicyName"); no != nil {
		return nil, no
	}
	return c.changeRole(q, func(r *sim.Role) *refusal {
		if !slices.ContainsFunc(r.Inline, calledBy(q.Get("PolicyName"))) {
			return noSuchEntity("The role policy with name " + q.Get("PolicyName"))
		}
		r.Inline = slices.DeleteFunc(slices.Clone(r.Inline), calledBy(q.Get("PolicyName")))
		return nil
	})
}

func (s *Server) detachRolePolicy(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "RoleName", "PolicyArn"); no != nil {
		return nil, no
	}
	return c.changeRole(q, func(r *sim.Role) *refusal {
		n := slices.Index(r.Attached, q.Get("PolicyArn"))
		if n < 0 {
			return noSuchEntity("Policy " + q.Get("PolicyArn") + " was not found.")
		}
		r.Attached = slices.Delete(slices.Clone(r.Attached), n, n+1)
		return nil
	})
}
