package ibmsim

import (
	"net/url"
	"strconv"

	"plumbline/internal/cloud/sim/ibmestate"
)

// listPolicies lists the policies of an account, or of one subject in it; those
// that are active, unless others are asked for.
func (s *Server) listPolicies(c *caller) (any, *refusal) {
	if no := c.myAccount(); no != nil {
		return nil, no
	}
	q := c.URL.Query()
	state := q.Get("state")
	if state == "" {
		state = "active"
	}
	var all []*ibmestate.Policy
	for _, p := range c.account.Policies {
		who, _ := p.Subject.Value.(string)
		if p.State != state || q.Has("iam_id") && (p.Subject.Key != "iam_id" || who != q.Get("iam_id")) || q.Has("access_group_id") && (p.Subject.Key != "access_group_id" || who != q.Get("access_group_id")) {
			continue
		}
		all = append(all, p)
	}
	limit, no := s.limit(c, "limit", 50)
	if no != nil {
		return nil, no
	}
	from, no := c.position("start")
	if no != nil || from > len(all) {
		return nil, badField("start is not valid")
	}
	to := min(from+limit, len(all))
	out := object{"limit": limit, "first": c.link("", limit), "policies": each(all[from:to], func(p *ibmestate.Policy) any { return c.policy(p) })}
	if to < len(all) {
		next := c.link(token(to), limit)
		next["start"] = token(to)
		out["next"] = next
	}
	return out, nil
}

func attribute(a ibmestate.Attribute) any {
	return object{"key": a.Key, "operator": a.Operator, "value": a.Value}
}

func (c *caller) policy(p *ibmestate.Policy) any {
	o := object{
		"id": p.ID, "type": "access", "description": p.Description, "state": p.State, "href": "https://iam.cloud.ibm.com/v2/policies/" + p.ID,
		"subject":    object{"attributes": []any{attribute(p.Subject)}},
		"resource":   object{"attributes": each(p.Resource, attribute)},
		"control":    object{"grant": object{"roles": each(p.Roles, func(id string) any { return object{"role_id": id} })}},
		"created_at": stamp(p.Created), "created_by_id": "IBMid-5500012345", "last_modified_at": stamp(p.Created), "last_modified_by_id": "IBMid-5500012345",
	}
	if p.Pattern != "" {
		o["pattern"], o["rule"] = p.Pattern, p.Rule
	}
	if c.URL.Query().Get("format") == "include_last_permit" && p.LastPermit != "" {
		o["last_permit_at"], o["last_permit_frequency"] = p.LastPermit, p.Permits
	}
	return o
}

// listRoles lists the account's own roles, and a few of the system's.
func (s *Server) listRoles(c *caller) (any, *refusal) {
	if no := c.myAccount(); no != nil {
		return nil, no
	}
	system := func(name string, actions ...string) any {
		return object{"display_name": name, "description": name, "actions": actions, "crn": "crn:v1:bluemix:public:iam::::role:" + name}
	}
	return object{
		"custom_roles": each(c.account.CustomRoles, func(r *ibmestate.Role) any {
			return object{
				"id": r.ID, "display_name": r.Display, "description": "", "actions": r.Actions, "crn": r.CRN, "name": r.Name, "account_id": c.account.ID, "service_name": r.Service,
				"created_at": stamp(r.Created), "created_by_id": "IBMid-5500012345", "last_modified_at": stamp(r.Created), "last_modified_by_id": "IBMid-5500012345", "href": "https://iam.cloud.ibm.com/v2/roles/" + r.ID,
			}
		}),
		"service_roles": []any{},
		"system_roles": []any{
			system("Administrator", "iam.policy.create", "iam.policy.delete", "iam.policy.read", "iam.policy.update"), system("Editor", "resource-controller.instance.create", "resource-controller.instance.delete"),
			system("Operator", "resource-controller.instance.retrieve"), system("Viewer", "resource-controller.instance.retrieve"),
		},
	}, nil
}

// groupPage is a page of access groups or of members: they go by offset.
func (s *Server) groupPage(c *caller, name string, all []any) (any, *refusal) {
	limit, no := s.limit(c, "limit", 50)
	if no != nil {
		return nil, no
	}
	from := 0
	if v := c.URL.Query().Get("offset"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return nil, badField("The offset is not valid.")
		}
		from = min(n, len(all))
	}
	to := min(from+limit, len(all))
	href := func(at int) object {
		q := c.URL.Query()
		q.Set("limit", strconv.Itoa(limit))
		q.Set("offset", strconv.Itoa(at))
		return object{"href": (&url.URL{Scheme: "https", Host: "iam.cloud.ibm.com", Path: c.URL.Path, RawQuery: q.Encode()}).String()}
	}
	out := object{"limit": limit, "offset": from, "total_count": len(all), "first": href(0), "last": href(max(0, (len(all)-1)/limit*limit)), name: all[from:to]}
	if to < len(all) {
		out["next"] = href(to)
	}
	return out, nil
}

func (s *Server) listGroups(c *caller) (any, *refusal) {
	if no := c.myAccount(); no != nil {
		return nil, no
	}
	withCRN := c.URL.Query().Get("show_crn") == "true"
	return s.groupPage(c, "groups", each(c.account.AccessGroups, func(g *ibmestate.AccessGroup) any {
		o := object{
			"id": g.ID, "name": g.Name, "description": "", "account_id": c.account.ID, "created_at": stamp(g.Created), "created_by_id": "IBMid-5500012345", "last_modified_at": stamp(g.Created), "last_modified_by_id": "IBMid-5500012345",
			"href": "https://iam.cloud.ibm.com/v2/groups/" + g.ID, "is_federated": false,
		}
		if withCRN {
			o["crn"] = g.CRN
		}
		return o
	}))
}

func (s *Server) listMembers(c *caller) (any, *refusal) {
	for _, g := range c.account.AccessGroups {
		if g.ID == c.PathValue("id") {
			return s.groupPage(c, "members", each(g.Members, func(m ibmestate.GroupMember) any {
				return object{"iam_id": m.IAMID, "type": m.Type, "membership_type": "static", "name": m.Name, "href": "https://iam.cloud.ibm.com/v2/groups/" + g.ID + "/members/" + m.IAMID, "created_at": stamp(g.Created), "created_by_id": "IBMid-5500012345"}
			}))
		}
	}
	return nil, notFound("group " + c.PathValue("id"))
}

func (s *Server) listResourceGroups(c *caller) (any, *refusal) {
	return object{"resources": each(c.account.Groups, func(g *ibmestate.ResourceGroup) any {
		return object{
			"id": g.ID, "crn": g.CRN, "account_id": c.account.ID, "name": g.Name, "state": "ACTIVE", "default": g.Default, "quota_id": "a3d7b8d01e261c24677937c29ab33f3c", "quota_url": "/v2/quota_definitions/a3d7b8d01e261c24677937c29ab33f3c",
			"payment_methods_url": "/v2/resource_groups/" + g.ID + "/payment_methods", "resource_linkages": []any{}, "teams_url": "/v2/resource_groups/" + g.ID + "/teams", "created_at": stamp(g.Created), "updated_at": stamp(g.Created),
		}
	})}, nil
}
