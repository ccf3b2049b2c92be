package ibmsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"plumbline/internal/cloud/sim/ibmestate"
)

// identityChanges change who may be what, and the account's settings of IAM.
func identityChanges() []*route {
	return []*route{
		identityChange("POST", "/v1/profiles/{id}/links", "iam-identity:CreateLink", 201, (*Server).createLink),
		identityChange("DELETE", "/v1/profiles/{id}/links/{sub}", "iam-identity:DeleteLink", 204, (*Server).deleteLink),
		identityChange("POST", "/v1/profiles/{id}/rules", "iam-identity:CreateClaimRule", 201, (*Server).createClaimRule),
		identityChange("DELETE", "/v1/profiles/{id}/rules/{sub}", "iam-identity:DeleteClaimRule", 204, (*Server).deleteClaimRule),
		identityChange("PUT", "/v1/apikeys/{id}", "iam-identity:UpdateAPIKey", 200, (*Server).updateAPIKey),
		identityChange("POST", "/v1/apikeys/{id}/disable", "iam-identity:DisableAPIKey", 204, (*Server).disableAPIKey),
		identityChange("DELETE", "/v1/apikeys/{id}/disable", "iam-identity:EnableAPIKey", 204, (*Server).enableAPIKey),
		identityChange("DELETE", "/v1/apikeys/{id}", "iam-identity:DeleteAPIKey", 204, (*Server).deleteAPIKey),
		identityChange("PUT", "/v1/accounts/{id}/settings/identity", "iam-identity:UpdateAccountSettings", 200, (*Server).updateSettings),
	}
}

// computeTypes are the compute resources that may be linked to a profile.
var computeTypes = []string{"VSI", "PVS", "BMS", "IKS_SA", "ROKS_SA", "CE"}

// only gives the item of an id in a listing's answer.
func only(v any, list, id string) any {
	for _, x := range v.(object)[list].([]any) {
		if x.(object)["id"] == id {
			return x
		}
	}
	panic("the list lacks what was added to it: " + id)
}

func badIdentity(why string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "BXNIM0109E", message: why}
}

// createLink links a server of the account to a profile.
func (s *Server) createLink(c *caller) (any, *refusal) {
	p, no := c.theProfile()
	if no != nil {
		return nil, no
	}
	var b struct {
		Name string
		Type string `json:"cr_type"`
		Link struct{ CRN, Namespace, Name string }
	}
	if no := c.into(&b); no != nil {
		return nil, no
	}
	if !slices.Contains(computeTypes, b.Type) || !strings.Contains(b.Link.CRN, ":a/"+c.account.ID+":") {
		return nil, badIdentity("cr_type or link.crn is not valid")
	}
	to := c.account.Server(b.Link.CRN)
	if to == nil || to.Bare != (b.Type == "BMS") || b.Type != "BMS" && b.Type != "VSI" {
		return nil, badIdentity("The simulated IBM Cloud links servers that there are.")
	}
	l := p.AddLink(b.Name, b.Type, b.Link.CRN, to, s.nth())
	all, no := s.listLinks(c)
	if no != nil {
		return nil, no
	}
	return only(all, "links", l.ID), nil
}

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

// mostClaimRules is how many claim rules a profile may have.
const mostClaimRules = 20

func (s *Server) createClaimRule(c *caller) (any, *refusal) {
	p, no := c.theProfile()
	if no != nil {
		return nil, no
	}
	var b struct {
		Name, Type string
		CR         string `json:"cr_type"`
		Realm      string `json:"realm_name"`
		Expiration int
		Conditions []struct{ Claim, Operator, Value string }
	}
	if no := c.into(&b); no != nil {
		return nil, no
	}
	switch {
	case b.Type == "Profile-CR" && !slices.Contains(computeTypes, b.CR), b.Type == "Profile-SAML" && b.Realm == "", b.Type != "Profile-CR" && b.Type != "Profile-SAML":
		return nil, badIdentity("The type is not valid, or what it needs is missing.")
	case len(p.Rules) == mostClaimRules:
		return nil, badIdentity("The profile has as many claim rules as it may.")
	}
	x := &ibmestate.ClaimRule{Name: b.Name, Type: b.Type, CR: b.CR, Realm: b.Realm, Expiration: b.Expiration}
	for _, k := range b.Conditions {
		if k.Claim == "" || !slices.Contains([]string{"EQUALS", "NOT_EQUALS", "EQUALS_IGNORE_CASE", "NOT_EQUALS_IGNORE_CASE", "CONTAINS", "IN"}, k.Operator) || !json.Valid([]byte(k.Value)) {
			return nil, badIdentity("A condition is not valid; its value is JSON in a text.")
		}
		x.Conditions = append(x.Conditions, ibmestate.Condition(k))
	}
	p.AddClaimRule(x, s.nth())
	all, no := s.listClaimRules(c)
	if no != nil {
		return nil, no
	}
	return only(all, "rules", x.ID), nil
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

func (c *caller) theKey() (*ibmestate.APIKey, *refusal) {
	for _, k := range c.account.APIKeys {
		if k.ID == c.PathValue("id") {
			return k, nil
		}
	}
	return nil, &refusal{status: http.StatusNotFound, code: "BXNIM0102E", message: "The API key could not be found."}
}

// updateAPIKey changes what the request names. How an end is taken away again is
// not documented: an empty text is no time.
func (s *Server) updateAPIKey(c *caller) (any, *refusal) {
	k, no := c.theKey()
	if no != nil {
		return nil, no
	}
	if tag := c.Header.Get("If-Match"); tag != "*" && tag != c.apiKey(k)["entity_tag"] {
		return nil, &refusal{status: http.StatusConflict, code: "BXNIM0123E", message: "If-Match does not name the present version of the API key."}
	}
	var b struct {
		Expires *string `json:"expires_at"`
	}
	if no := c.into(&b); no != nil {
		return nil, no
	}
	if b.Expires != nil {
		t, err := time.Parse("2006-01-02T15:04-0700", *b.Expires)
		if err != nil {
			return nil, badIdentity("expires_at is not a time of the form yyyy-MM-ddTHH:mm+0000")
		}
		k.Expires = t
	}
	return c.apiKey(k), nil
}

func (s *Server) disableAPIKey(c *caller) (any, *refusal) {
	k, no := c.theKey()
	if no == nil {
		k.Disabled = true
	}
	return nil, no
}

func (s *Server) enableAPIKey(c *caller) (any, *refusal) {
	k, no := c.theKey()
	if no == nil {
		k.Disabled = false
	}
	return nil, no
}

func (s *Server) deleteAPIKey(c *caller) (any, *refusal) {
	if !removed(&c.account.APIKeys, c.PathValue("id"), func(k *ibmestate.APIKey) string { return k.ID }) {
		return nil, &refusal{status: http.StatusNotFound, code: "BXNIM0102E", message: "The API key could not be found."}
	}
	return nil, nil
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
