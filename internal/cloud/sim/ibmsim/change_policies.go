package ibmsim

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"plumbline/internal/cloud/sim/ibmestate"
)

// policyChanges grant access and take it away. One policy is read by itself for
// the version that a change of it has to name.
func policyChanges() []*route {
	return []*route{
		identityChange("POST", "/v2/policies", "iam-access-management:CreateV2Policy", 201, (*Server).createPolicy),
		identityChange("DELETE", "/v2/policies/{id}", "iam-access-management:DeleteV2Policy", 204, (*Server).deletePolicy),
		identityChange("GET", "/v1/policies/{id}", "iam-access-management:GetPolicy", 200, (*Server).getPolicy),
		identityChange("PATCH", "/v1/policies/{id}", "iam-access-management:UpdatePolicyState", 200, (*Server).restorePolicy),
	}
}

type policyAttribute struct {
	Key, Operator string
	Value         any
}

// isMine says that an attribute names the caller's account.
func (c *caller) isMine(a policyAttribute) bool {
	return a.Key == "accountId" && a.Operator == "stringEquals" && a.Value == any(c.account.ID)
}

func (s *Server) createPolicy(c *caller) (any, *refusal) {
	type attributes struct{ Attributes []policyAttribute }
	var p struct {
		Type, Description string
		Subject, Resource attributes
		Control           struct {
			Grant struct {
				Roles []struct {
					ID string `json:"role_id"`
				}
			}
		}
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	if p.Type != "access" || len(p.Subject.Attributes) != 1 || len(p.Control.Grant.Roles) == 0 || !slices.ContainsFunc(p.Resource.Attributes, c.isMine) {
		return nil, badField("The policy is not complete, or not one of this account.")
	}
	x := &ibmestate.Policy{Description: p.Description, Subject: ibmestate.Attribute(p.Subject.Attributes[0])}
	for _, a := range p.Resource.Attributes {
		x.Resource = append(x.Resource, ibmestate.Attribute(a))
	}
	for _, r := range p.Control.Grant.Roles {
		x.Roles = append(x.Roles, r.ID)
	}
	for _, o := range c.account.Policies {
		if o.State == "active" && reflect.DeepEqual([]any{o.Subject, o.Resource, o.Roles}, []any{x.Subject, x.Resource, x.Roles}) {
			return nil, &refusal{status: http.StatusConflict, code: "policy_conflict_error", message: "The policy wasn't created because an access policy with identical attributes and roles already exists."}
		}
	}
	c.account.AddPolicy(x, s.nth())
	return c.policy(x), nil
}

func noPolicy(c *caller) *refusal {
	return &refusal{status: http.StatusNotFound, code: "policy_not_found", message: "Policy with Id '" + c.PathValue("id") + "' not found."}
}

// deletePolicy keeps the policy, in the state that says it does not count.
func (s *Server) deletePolicy(c *caller) (any, *refusal) {
	for _, p := range c.account.Policies {
		if p.ID == c.PathValue("id") && p.State == "active" {
			p.State = "deleted"
			p.Changes++
			return nil, nil
		}
	}
	return nil, noPolicy(c)
}

func (s *Server) getPolicy(c *caller) (any, *refusal) {
	for _, p := range c.account.Policies {
		if p.ID == c.PathValue("id") {
			return c.oldPolicy(p), nil
		}
	}
	return nil, noPolicy(c)
}

// restorePolicy has a policy that was deleted count again. It wants to know
// which version of it the caller has seen.
func (s *Server) restorePolicy(c *caller) (any, *refusal) {
	var body struct{ State string }
	if no := c.into(&body); no != nil {
		return nil, no
	}
	for _, p := range c.account.Policies {
		switch {
		case p.ID != c.PathValue("id"):
			continue
		case c.Header.Get("If-Match") != policyTag(p):
			return nil, &refusal{status: http.StatusPreconditionFailed, code: "policy_etag_mismatch", message: "If-Match does not name the present version of the policy."}
		case body.State != "active" && body.State != "deleted":
			return nil, badField("state is not valid")
		}
		p.State = body.State
		p.Changes++
		return c.oldPolicy(p), nil
	}
	return nil, noPolicy(c)
}

func policyTag(p *ibmestate.Policy) string { return fmt.Sprintf(`"%d-%s"`, p.Changes+1, p.ID[:8]) }

// oldPolicy is a policy as the first version of the API tells it.
func (c *caller) oldPolicy(p *ibmestate.Policy) any {
	c.etag = policyTag(p)
	line := func(a ibmestate.Attribute) any {
		return object{"name": a.Key, "value": a.Value, "operator": a.Operator}
	}
	return object{
		"id": p.ID, "type": "access", "description": p.Description, "state": p.State, "href": "https://iam.cloud.ibm.com/v1/policies/" + p.ID,
		"subjects":   []any{object{"attributes": []any{object{"name": p.Subject.Key, "value": p.Subject.Value}}}},
		"resources":  []any{object{"attributes": each(p.Resource, line)}},
		"roles":      each(p.Roles, func(id string) any { return object{"role_id": id, "display_name": id, "description": ""} }),
		"created_at": stamp(p.Created), "created_by_id": "IBMid-5500012345", "last_modified_at": stamp(p.Created), "last_modified_by_id": "IBMid-5500012345",
	}
}
