package awssim

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func (s *Server) getCallerIdentity(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q); no != nil {
		return nil, no
	}
	p := c.result()
	p.text("Arn", c.arn)
	p.text("UserId", c.userID)
	p.text("Account", c.account.ID)
	return c.endResult(p), nil
}

// assumeRole gives temporary credentials for the role of an account, to
// callers who name its external id.
func (s *Server) assumeRole(c *caller, q url.Values) (*page, *refusal) {
	if no := only(q, "RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds"); no != nil {
		return nil, no
	}
	role, name := q.Get("RoleArn"), q.Get("RoleSessionName")
	if name == "" || role == "" {
		return nil, badRequest("ValidationError", "1 validation error detected: Value at 'roleSessionName' or 'roleArn' failed to satisfy constraint: Member must not be null")
	}
	life, no := duration(q.Get("DurationSeconds"), strings.HasPrefix(c.userID, "AROA"))
	if no != nil {
		return nil, no
	}
	for _, a := range s.Estate().Accounts {
		if a.Role == role && a.ExternalID == q.Get("ExternalId") {
			n := s.serial.Add(1)
			key := fmt.Sprintf("ASIASIM%s%04d", a.ID, n)
			at := session{secret: "simulated-secret-of-" + key, token: "simulated-token-of-" + key, account: a, role: role, name: name, ends: s.opt.Now().Add(life)}
			s.mu.Lock()
			s.sessions[key] = at
			s.mu.Unlock()
			return c.credentials(key, at), nil
		}
	}
	return nil, &refusal{403, "AccessDenied", "User: " + c.arn + " is not authorized to perform: sts:AssumeRole on resource: " + role}
}

// duration is 900 to 43,200 s, at most an hour for a role that assumes a role.
func duration(v string, chained bool) (time.Duration, *refusal) {
	if v == "" {
		return time.Hour, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 900 || n > 43200 {
		return 0, badRequest("ValidationError", "1 validation error detected: Value '"+v+"' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200")
	}
	if chained && n > 3600 {
		return 0, badRequest("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	return time.Duration(n) * time.Second, nil
}

func (c *caller) credentials(key string, at session) *page {
	role := at.role[strings.LastIndexByte(at.role, '/')+1:]
	p := c.result()
	p.open("AssumedRoleUser")
	p.text("AssumedRoleId", "AROASIM"+at.account.ID+":"+at.name)
	p.text("Arn", "arn:aws:sts::"+at.account.ID+":assumed-role/"+role+"/"+at.name)
	p.close("AssumedRoleUser")
	p.open("Credentials")
	p.text("AccessKeyId", key)
	p.text("SecretAccessKey", at.secret)
	p.text("SessionToken", at.token)
	p.text("Expiration", at.ends.UTC().Format(time.RFC3339))
	p.close("Credentials")
	return c.endResult(p)
}
