package awssim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"plumbline/internal/cloud/sim"
)

// A session is what AssumeRole gave out.
type session struct {
	secret, token string
	account       *sim.Account
	role, name    string
	ends          time.Time
}

// credential is what the Authorization header claims.
type credential struct {
	key, date, region, service string
	signed                     []string
	signature                  string
}

// readCredential reads "AWS4-HMAC-SHA256 Credential=key/date/region/service/aws4_request, SignedHeaders=…, Signature=…".
func readCredential(r *http.Request) (credential, bool) {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	if !ok {
		return credential{}, false
	}
	var c credential
	for part := range strings.SplitSeq(rest, ",") {
		name, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			f := strings.Split(v, "/")
			if len(f) != 5 || f[4] != "aws4_request" {
				return credential{}, false
			}
			c.key, c.date, c.region, c.service = f[0], f[1], f[2], f[3]
		case "SignedHeaders":
			c.signed = strings.Split(v, ";")
		case "Signature":
			c.signature = v
		}
	}
	return c, c.key != "" && c.signature != ""
}

// admit finds out who calls, and from where, and refuses whom AWS refuses.
func (s *Server) admit(c *caller, q url.Values, r *http.Request, body []byte) *refusal {
	cr, ok := readCredential(r)
	if !ok {
		return c.stranger()
	}
	c.scope = cr.region
	if cr.service != c.of.signs {
		return c.misscoped("Credential should be scoped to correct service: '" + c.of.signs + "'. ")
	}
	secret, no := s.identify(c, cr.key, r.Header.Get("X-Amz-Security-Token"))
	if no != nil {
		return no
	}
	if s.opt.Signature && !signedBy(secret, cr, r, body) {
		return c.forged()
	}
	c.region = c.account.Region(cr.region)
	c.home = homeOf(s.Estate().Partition)
	switch {
	case c.of.name == "sts":
		return nil // answered everywhere
	case c.of.global && cr.region != c.home:
		return c.misscoped("Credential should be scoped to a valid region, not '" + cr.region + "'. ")
	case c.of.global:
		return s.spend(c, q)
	case c.region == nil && c.of.form != ec2Query:
		return c.misscoped("Credential should be scoped to a valid region. ")
	case c.region == nil:
		return &refusal{http.StatusUnauthorized, "AuthFailure", "Credential should be scoped to a valid region. "}
	case !c.region.Enabled():
		return c.stranger() // the region does not know the account's keys
	}
	return s.spend(c, q)
}

// identify finds the account of an access key, of a user or of a session.
func (s *Server) identify(c *caller, key, token string) (secret string, no *refusal) {
	for _, a := range s.Estate().Accounts {
		if a.AccessKey == key {
			c.account, c.arn, c.userID = a, "arn:aws:iam::"+a.ID+":user/simulated", "AIDASIM"+a.ID
			return a.SecretKey, nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.sessions[key]
	switch {
	case !ok || at.token != token:
		return "", c.stranger()
	case s.opt.Now().After(at.ends):
		return "", c.expired()
	}
	c.account = s.estate.Account(at.account.ID)
	if c.account == nil {
		return "", c.stranger()
	}
	role := at.role[strings.LastIndexByte(at.role, '/')+1:]
	c.arn, c.userID = "arn:aws:sts::"+at.account.ID+":assumed-role/"+role+"/"+at.name, "AROASIM"+at.account.ID+":"+at.name
	return at.secret, nil
}

// homeOf is the region in which a partition's global services are asked.
func homeOf(partition string) string {
	switch partition {
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-cn":
		return "cn-north-1"
	default:
		return "us-east-1"
	}
}

// permit asks the caller's policy, and the refusals of account and region.
func (s *Server) permit(c *caller) *refusal {
	name := c.name()
	s.mu.Lock()
	allowed := s.allow == nil || slices.Contains(s.allow, name)
	s.mu.Unlock()
	if name == "sts:GetCallerIdentity" { // needs no permission, API reference of STS
		return nil
	}
	if allowed && !c.account.Refused(name) && (c.global() || !c.region.Refused(c.action) && !c.region.Refused(name)) {
		return nil
	}
	return c.forbidden(name)
}
