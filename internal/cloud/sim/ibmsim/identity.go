package ibmsim

import (
	"net/url"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim/ibmestate"
)

// identityPage is a page of a list of IAM identity: its next page is named by a
// token in a full address.
func (s *Server) identityPage(c *caller, name string, all []any) (any, *refusal) {
	if no := c.myAccount(); no != nil {
		return nil, no
	}
	limit, no := s.limit(c, "pagesize", 20)
	if no != nil {
		return nil, no
	}
	from, no := c.position("pagetoken")
	if no != nil || from > len(all) {
		return nil, badField("pagetoken is not valid")
	}
	to := min(from+limit, len(all))
	q := url.Values{"account_id": {c.account.ID}, "pagesize": {strconv.Itoa(limit)}}
	out := object{"context": c.context(), "offset": from, "limit": limit, "first": c.base + c.URL.Path + "?" + q.Encode(), name: all[from:to]}
	if to < len(all) {
		q.Set("pagetoken", token(to))
		out["next"] = c.base + c.URL.Path + "?" + q.Encode()
	}
	return out, nil
}

// myAccount refuses questions about somebody else's account.
func (c *caller) myAccount() *refusal {
	if id := c.URL.Query().Get("account_id"); id != c.account.ID {
		return &refusal{status: 400, code: "BXNIM0105E", message: "Property account_id is missing, or names another account."}
	}
	return nil
}

func (s *Server) listProfiles(c *caller) (any, *refusal) {
	return s.identityPage(c, "profiles", each(c.account.Profiles, func(p *ibmestate.Profile) any {
		return object{
			"id": p.ID, "entity_tag": "1-" + p.ID[8:16], "crn": p.CRN, "name": p.Name, "description": "", "created_at": stamp(p.Created), "modified_at": stamp(p.Created),
			"iam_id": p.IAMID, "account_id": c.account.ID, "ims_account_id": 0, "ims_user_id": 0,
		}
	}))
}

func (c *caller) theProfile() (*ibmestate.Profile, *refusal) {
	for _, p := range c.account.Profiles {
		if p.ID == c.PathValue("id") {
			return p, nil
		}
	}
	return nil, &refusal{status: 404, code: "BXNIM0101E", message: "The trusted profile could not be found."}
}

func (s *Server) listLinks(c *caller) (any, *refusal) {
	p, no := c.theProfile()
	if no != nil {
		return nil, no
	}
	return object{"links": each(p.AllLinks(), func(l *ibmestate.Link) any {
		to := object{"crn": l.CRN}
		if l.Cluster != nil {
			to["namespace"], to["name"] = l.Cluster.Namespace, l.Cluster.Name
		}
		return object{"id": l.ID, "entity_tag": "1-" + l.ID[5:13], "created_at": stamp(l.Created), "modified_at": stamp(l.Created), "name": l.Name, "cr_type": l.Type, "is_cross_account": false, "link": to}
	})}, nil
}

func (s *Server) listClaimRules(c *caller) (any, *refusal) {
	p, no := c.theProfile()
	if no != nil {
		return nil, no
	}
	return object{"context": c.context(), "rules": each(p.Rules, func(r *ibmestate.ClaimRule) any {
		o := object{
			"id": r.ID, "entity_tag": "1-" + r.ID[10:18], "created_at": stamp(r.Created), "modified_at": stamp(r.Created), "name": r.Name, "type": r.Type, "expiration": r.Expiration,
			"conditions": each(r.Conditions, func(x ibmestate.Condition) any {
				return object{"claim": x.Claim, "operator": x.Operator, "value": x.Value}
			}),
		}
		if r.CR != "" {
			o["cr_type"] = r.CR
		}
		if r.Realm != "" {
			o["realm_name"] = r.Realm
		}
		return o
	})}, nil
}

func (s *Server) getIdentities(c *caller) (any, *refusal) {
	p, no := c.theProfile()
	if no != nil {
		return nil, no
	}
	return object{"entity_tag": "1-" + p.ID[8:16], "identities": each(p.Identities, func(i *ibmestate.Identity) any {
		return object{"iam_id": i.IAMID, "identifier": i.Identifier, "type": i.Type, "accounts": i.Accounts, "description": ""}
	})}, nil
}

// listServiceGroups lists the groups of service IDs, the default one among them,
// in one page.
func (s *Server) listServiceGroups(c *caller) (any, *refusal) {
	if no := c.myAccount(); no != nil {
		return nil, no
	}
	return object{"serviceid_groups": each(c.account.ServiceGroups, func(g *ibmestate.ServiceGroup) any {
		return object{
			"id": g.ID, "entity_tag": "1-" + g.ID[:8], "account_id": c.account.ID, "crn": g.CRN, "name": g.Name, "description": "", "created_at": stamp(g.Created),
			"created_by": "IBMid-5500012345", "modified_at": stamp(g.Created),
		}
	})}, nil
}

// theServiceGroup is the group of service IDs that is asked for: the default one where
// none is named.
func (c *caller) theServiceGroup() (*ibmestate.ServiceGroup, *refusal) {
	id := c.URL.Query().Get("group_id")
	for _, g := range c.account.ServiceGroups {
		if g.ID == id || id == "" && g.Default {
			return g, nil
		}
	}
	return nil, &refusal{status: 404, code: "BXNIM0101E", message: "The service ID group could not be found."}
}

func (s *Server) listServiceIDs(c *caller) (any, *refusal) {
	g, no := c.theServiceGroup()
	if no != nil {
		return nil, no
	}
	all := []any{}
	for _, x := range c.account.Services {
		if x.Group != g {
			continue
		}
		o := object{
			"id": x.ID, "iam_id": x.IAMID, "entity_tag": "1-" + x.ID[10:18], "crn": x.CRN, "locked": x.Locked, "created_at": stamp(x.Created), "modified_at": stamp(x.Created),
			"account_id": c.account.ID, "name": x.Name, "description": "", "unique_instance_crns": []string{},
		}
		if c.URL.Query().Get("show_group_id") == "true" {
			o["group_id"] = g.ID
		}
		all = append(all, o)
	}
	return s.identityPage(c, "serviceids", all)
}

// listAPIKeys lists the caller's own keys, or one identity's, or, with the scope
// account, those of all users and of the service IDs of one group.
func (s *Server) listAPIKeys(c *caller) (any, *refusal) {
	g, no := c.theServiceGroup()
	if no != nil {
		return nil, no
	}
	q := c.URL.Query()
	whose := q.Get("iam_id")
	if whose == "" {
		whose = c.account.IAMID
	}
	all := []any{}
	for _, k := range c.account.APIKeys {
		if q.Get("scope") != "account" && k.IAMID != whose || q.Get("type") == "user" && !k.User || q.Get("type") == "serviceid" && k.User || !k.User && serviceGroupOf(c.account, k) != g {
			continue
		}
		all = append(all, c.apiKey(k))
	}
	return s.identityPage(c, "apikeys", all)
}

// serviceGroupOf is the group of the service ID that a key belongs to.
func serviceGroupOf(a *ibmestate.Account, k *ibmestate.APIKey) *ibmestate.ServiceGroup {
	for _, x := range a.Services {
		if x.IAMID == k.IAMID {
			return x.Group
		}
	}
	return nil
}

func (c *caller) apiKey(k *ibmestate.APIKey) object {
	o := object{
		"id": k.ID, "entity_tag": "1-" + k.ID[7:15], "crn": k.CRN, "locked": k.Locked, "disabled": k.Disabled, "created_at": stamp(k.Created), "created_by": k.IAMID, "modified_at": stamp(k.Created), "name": k.Name,
		"support_sessions": false, "action_when_leaked": "none", "description": "", "iam_id": k.IAMID, "account_id": c.account.ID, "apikey": "",
	}
	if !k.Expires.IsZero() {
		o["expires_at"] = strings.Replace(stamp(k.Expires), ".000Z", "+0000", 1)
	}
	return o
}

// getAPIKey tells of one key when it was used last, where that is asked for. A
// list never does.
func (s *Server) getAPIKey(c *caller) (any, *refusal) {
	k, no := c.theKey()
	if no != nil {
		return nil, no
	}
	o := c.apiKey(k)
	if c.URL.Query().Get("include_activity") == "true" {
		used := object{"authn_count": k.Uses}
		if !k.LastUsed.IsZero() {
			used["last_authn"] = stamp(k.LastUsed)
		}
		o["activity"] = used
	}
	return o, nil
}

func (s *Server) getSettings(c *caller) (any, *refusal) {
	if c.PathValue("id") != c.account.ID {
		return nil, forbidden(c)
	}
	return c.settings(), nil
}

func (c *caller) settings() object {
	x := c.account.Settings
	return object{
		"context": c.context(), "account_id": c.account.ID, "entity_tag": settingsTag(x), "restrict_create_service_id": x.RestrictServiceIDs, "restrict_create_platform_apikey": x.RestrictAPIKeys,
		"allowed_ip_addresses": x.AllowedIPs, "mfa": x.MFA, "user_mfa": []any{}, "session_expiration_in_seconds": x.SessionExpiration, "session_invalidation_in_seconds": x.SessionInvalidation,
		"max_sessions_per_identity": x.MaxSessions, "system_access_token_expiration_in_seconds": x.AccessToken, "system_refresh_token_expiration_in_seconds": x.RefreshToken,
		"restrict_user_list_visibility": "NOT_RESTRICTED", "restrict_user_domains": []any{},
	}
}

func settingsTag(x ibmestate.Settings) string { return strconv.Itoa(x.Changes+1) + "-settings" }
