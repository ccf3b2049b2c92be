package ibmfact

import (
	"strconv"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// account carries the whole ledger. Where not even the regions are known,
// questions that should have been asked are missing from it.
func account(c *snapshot.Context) *estate.Account {
	questions := make([]estate.Question, 0, len(c.Answers()))
	for _, a := range c.Answers() {
		questions = append(questions, estate.Question{
			Call: a.Call, Region: a.Region, Status: string(a.Status), Cause: string(a.Cause), Code: a.Code, From: refusal(a),
		})
	}
	regions, missing := regionsOf(c)
	for _, r := range regions {
		for _, call := range RegionQuestions {
			if a := c.Answer(call, r, ""); a.Cause == snapshot.NotCollected && a.Status == snapshot.Unasked {
				questions = append(questions, estate.Question{Call: call, Region: r, Cause: string(a.Cause)})
			}
		}
	}
	o := &estate.Account{Subject: accountSubject(c), Questions: fact.Listed(questions, nil, "")}
	if missing != nil {
		o.Questions = fact.Listed(questions, missing.origin, "", missing.why)
	}
	settings(c, o)
	o.EventsKept = eventsKept(c)
	scansBefore(c, o)
	return o
}

// scansBefore says how long nobody looked at the account before this scan.
func scansBefore(c *snapshot.Context, a *estate.Account) {
	h := houseOf(c)
	const path = "/lastScan"
	a.Scans.Before = fact.Known(!h.LastScan.IsZero(), h.from, path)
	if h.why != nil {
		a.Scans = estate.Scans{Before: fact.Unknown[bool](h.why, h.from, ""), Pause: fact.Unknown[int64](h.why, h.from, "")}
		return
	}
	if !h.LastScan.IsZero() {
		a.Scans.Pause = fact.Known(max(0, int64(c.TakenAt.Sub(h.LastScan)/(24*time.Hour))), h.from, path)
	}
}

// settings reads the account's identity settings, of which there is one document.
func settings(c *snapshot.Context, a *estate.Account) {
	rs := c.Resources(KindAccountSettings)
	h := unlisted(c, CallAccountSettings, snapshot.Global, "")
	if h == nil && len(rs) == 0 {
		h = &hole{&fact.Reason{Cause: snapshot.Absent, Call: CallAccountSettings, Region: snapshot.Global}, refusal(c.Answer(CallAccountSettings, snapshot.Global, ""))}
	}
	if len(rs) > 0 {
		h = eachOf(rs[:1], func(_ *snapshot.Resource, s source, v wire.Value) {
			a.Sessions = estate.Sessions{
				Seconds: s.seconds(v, "session_expiration_in_seconds"),
				Idle:    s.seconds(v, "session_invalidation_in_seconds"),
				System:  s.seconds(v, "system_access_token_expiration_in_seconds"),
			}
			a.CreateKeys = s.createKeys(v)
			a.MFA = s.mfa(v.Get("mfa"))
		})
	}
	if h != nil {
		number := unknownBy[int64](h)
		a.Sessions = estate.Sessions{Seconds: number, Idle: number, System: number}
		a.CreateKeys, a.MFA = unknownBy[bool](h), unknownBy[string](h)
	}
}

// notSet is what IAM says of a setting that the account leaves to the service.
const notSet = "NOT_SET"

// seconds reads a limit, which IAM writes as text; 0 where none is set.
func (s source) seconds(v wire.Value, member string) fact.Of[int64] {
	path, said := "/"+member, v.Get(member)
	if said.Is(notSet) {
		return fact.Known[int64](0, s.from, path)
	}
	n, err := strconv.ParseInt(text(said), 10, 64)
	if err != nil || n <= 0 {
		return fact.Unknown[int64](s.oddly(said, path), s.from, path)
	}
	return fact.Known(n, s.from, path)
}

// createKeys says that any member may create API keys or service ids: what is
// not restricted is free, and so is what is not set (AccountSettingsResponse in
// iamidentityv1; IBM Cloud account docs, "Restricting users from creating API
// keys": by default all members can).
func (s source) createKeys(v wire.Value) fact.Of[bool] {
	out := fact.Of[bool]{}
	for _, member := range []string{"restrict_create_platform_apikey", "restrict_create_service_id"} {
		path := "/" + member
		f := fact.Map(s.word(v.Get(member), path, "RESTRICTED", "NOT_RESTRICTED", notSet), func(w string) bool { return w != "RESTRICTED" })
		if free, _ := f.Get(); free {
			return f
		}
		if !f.Known() || member == "restrict_create_platform_apikey" {
			out = f
		}
	}
	return out
}

// factors are IAM's words for who is asked for a second factor, in the estate's.
// LEVEL1 to LEVEL3 are of all users: by mail, by a code, by a security key.
var factors = map[string]string{
	"NONE": estate.MFANone, "NONE_NO_ROPC": estate.MFANone, "TOTP": estate.MFANonFed, "TOTP4ALL": estate.MFAAllTOTP,
	"LEVEL1": estate.MFAAllEmail, "LEVEL2": estate.MFAAllTOTP, "LEVEL3": estate.MFAAllKey,
}

func (s source) mfa(v wire.Value) fact.Of[string] {
	if word, ok := factors[text(v)]; ok {
		return fact.Known(word, s.from, "/mfa")
	}
	return fact.Unknown[string](s.oddly(v, "/mfa"), s.from, "/mfa")
}
