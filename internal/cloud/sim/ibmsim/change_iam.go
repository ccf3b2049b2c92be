package ibmsim

import (
	"net/http"
	"slices"

	"plumbline/internal/cloud/sim/ibmestate"
)

func (s *Server) deleteLink(c *caller) (any, *refusal) {
	p, no := c.theProfile()
	if no != nil {
		return nil, no
	}
	if !p.Unlink(c.PathValue("sub")) {
		return nil, &refusal{status: http.StatusNotFound, code: "BXNIM0107E", message: "The link could not be found."}
	}
	return nil, nil
}

func (s *Server) deleteClaimRule(c *caller) (any, *refusal) {
	p, no := c.theProfile()
	if no != nil {
		return nil, no
	}
	if !removed(&p.Rules, c.PathValue("sub"), func(r *ibmestate.ClaimRule) string { return r.ID }) {
		return nil, &refusal{status: http.StatusNotFound, code: "BXNIM0107E", message: "The claim rule could not be found."}
	}
	return nil, nil
}

func (s *Server) deleteAPIKey(c *caller) (any, *refusal) {
	if !removed(&c.account.APIKeys, c.PathValue("id"), func(k *ibmestate.APIKey) string { return k.ID }) {
		return nil, &refusal{status: http.StatusNotFound, code: "BXNIM0102E", message: "The API key could not be found."}
	}
	return nil, nil
}

// deletePolicy keeps the policy, in the state that says it does not count.
func (s *Server) deletePolicy(c *caller) (any, *refusal) {
	for _, p := range c.account.Policies {
		if p.ID == c.PathValue("id") && p.State == "active" {
			p.State = "deleted"
			return nil, nil
		}
	}
	return nil, &refusal{status: http.StatusNotFound, code: "policy_not_found", message: "Policy with Id '" + c.PathValue("id") + "' not found."}
}

// updateSettings changes the settings that the request names. It wants to know
// which ones the caller has seen, or "*".
func (s *Server) updateSettings(c *caller) (any, *refusal) {
	if c.PathValue("id") != c.account.ID {
		return nil, forbidden(c)
	}
	now := &c.account.Settings
	if tag := c.Header.Get("If-Match"); tag != "*" && tag != settingsTag(*now) {
		return nil, &refusal{status: http.StatusConflict, code: "BXNIM0123E", message: "If-Match does not name the present version of the settings."}
	}
	var p struct {
		RestrictServiceIDs *string `json:"restrict_create_service_id"`
		RestrictAPIKeys    *string `json:"restrict_create_platform_apikey"`
		AllowedIPs         *string `json:"allowed_ip_addresses"`
		MFA                *string `json:"mfa"`
		Session            *string `json:"session_expiration_in_seconds"`
		Idle               *string `json:"session_invalidation_in_seconds"`
		MaxSessions        *string `json:"max_sessions_per_identity"`
		Access             *string `json:"system_access_token_expiration_in_seconds"`
		Refresh            *string `json:"system_refresh_token_expiration_in_seconds"`
	}
	if no := c.into(&p); no != nil {
		return nil, no
	}
	if p.MFA != nil && !slices.Contains([]string{"NONE", "NONE_NO_ROPC", "TOTP", "TOTP4ALL", "LEVEL1", "LEVEL2", "LEVEL3"}, *p.MFA) {
		return nil, badField("mfa is not valid")
	}
	for to, from := range map[*string]*string{
		&now.RestrictServiceIDs: p.RestrictServiceIDs, &now.RestrictAPIKeys: p.RestrictAPIKeys, &now.AllowedIPs: p.AllowedIPs, &now.MFA: p.MFA, &now.SessionExpiration: p.Session,
		&now.SessionInvalidation: p.Idle, &now.MaxSessions: p.MaxSessions, &now.AccessToken: p.Access, &now.RefreshToken: p.Refresh,
	} {
		if from != nil {
			*to = *from
		}
	}
	now.Changes++
	return c.settings(), nil
}
