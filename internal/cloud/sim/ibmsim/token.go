package ibmsim

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"plumbline/internal/cloud/sim/ibmestate"
)

// lifetime of an access token, in seconds.
const lifetime = 3600

const (
	grantAPIKey = "urn:ibm:params:oauth:grant-type:apikey"
	grantCR     = "urn:ibm:params:oauth:grant-type:cr-token"
	grantAssume = "urn:ibm:params:oauth:grant-type:assume"
)

// getToken gives an access token for an API key, for the token of a compute
// resource and a profile that it is linked to, or for a token and a profile that
// trusts its owner by name. A simulated compute resource's token is its CRN.
func (s *Server) getToken(c *caller) (any, *refusal) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, code: "BXNIM0109E", message: "The request is not a form."}
	}
	switch form.Get("grant_type") {
	case grantAPIKey:
		for _, a := range c.estate.Accounts {
			if a.Key == form.Get("apikey") {
				c.account = a
				return s.issue(c, a, a.IAMID, "ServiceId"), nil
			}
		}
		return nil, &refusal{status: http.StatusBadRequest, code: "BXNIM0415E", message: "Provided API key could not be found."}
	case grantCR:
		if p, a := linked(c.estate, form); p != nil {
			c.account = a
			return s.issue(c, a, p.IAMID, "Profile"), nil
		}
		return nil, &refusal{status: http.StatusBadRequest, code: "BXNIM0423E", message: "The compute resource is not linked to the trusted profile."}
	case grantAssume:
		if p, a := trusting(c.estate, form); p != nil {
			c.account = a
			return s.issue(c, a, p.IAMID, "Profile"), nil
		}
		return nil, &refusal{status: http.StatusBadRequest, code: "BXNIM0513E", message: "You are not authorized to assume the trusted profile."}
	default:
		return nil, &refusal{status: http.StatusBadRequest, code: "BXNIM0109E", message: "Property missing or empty: grant_type"}
	}
}

func linked(e *ibmestate.Estate, form url.Values) (*ibmestate.Profile, *ibmestate.Account) {
	for _, a := range e.Accounts {
		for _, p := range a.Profiles {
			if p.ID != form.Get("profile_id") && p.Name != form.Get("profile_name") {
				continue
			}
			for _, l := range p.AllLinks() {
				if l.CRN == form.Get("cr_token") {
					return p, a
				}
			}
		}
	}
	return nil, nil
}

// trusting finds the profile that is asked for, if it trusts the owner of the
// token by name.
func trusting(e *ibmestate.Estate, form url.Values) (*ibmestate.Profile, *ibmestate.Account) {
	who, ok := readToken(form.Get("access_token"))
	if !ok {
		return nil, nil
	}
	for _, a := range e.Accounts {
		for _, p := range a.Profiles {
			if p.ID != form.Get("profile_id") && p.CRN != form.Get("profile_crn") && (p.Name != form.Get("profile_name") || a.ID != form.Get("account")) {
				continue
			}
			for _, i := range p.Identities {
				if i.IAMID == who.IAM {
					return p, a
				}
			}
		}
	}
	return nil, nil
}

// issue writes a token in the shape of a JWT. Nobody signed it: a simulated
// cloud trusts whoever can spell.
func (s *Server) issue(c *caller, a *ibmestate.Account, iamID, kind string) object {
	now := s.now().Unix()
	claims := object{
		"iam_id": iamID, "id": iamID, "realmid": "iam", "identifier": strings.TrimPrefix(iamID, "iam-"), "sub": strings.TrimPrefix(iamID, "iam-"), "sub_type": kind, "jti": c.id,
		"account": object{"valid": true, "bss": a.ID, "frozen": true}, "iat": now, "exp": now + lifetime, "iss": "https://iam.cloud.ibm.com/identity", "grant_type": grantAPIKey, "scope": "ibm openid", "client_id": "default",
	}
	part := base64.RawURLEncoding.EncodeToString
	token := part(marshal(object{"kid": "20261101", "alg": "RS256"})) + "." + part(marshal(claims)) + "." + part([]byte("unsigned"))
	return object{"access_token": token, "refresh_token": "not_supported", "token_type": "Bearer", "expires_in": lifetime, "expiration": now + lifetime, "scope": "ibm openid"}
}

// A bearer is who a token speaks for, and until when.
type bearer struct {
	IAM     string `json:"iam_id"`
	Account struct{ BSS string }
	Exp     int64
}

func readToken(token string) (bearer, bool) {
	var who bearer
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return who, false
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return who, false
	}
	err = json.Unmarshal(b, &who)
	return who, err == nil
}
