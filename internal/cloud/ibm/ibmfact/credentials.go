package ibmfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// credentials are the API keys of the account: of its users, and of its service
// ids.
func credentials(c *snapshot.Context) (out []estate.Object) {
	rs := c.Resources(KindAPIKey)
	for i := range rs {
		k := &estate.Credential{Subject: subjectOf(estate.KindCredential, &rs[i]), Type: "api_key"}
		eachOf(rs[i:i+1], func(_ *snapshot.Resource, s source, v wire.Value) { fillKey(c, k, s, v) })
		out = append(out, k) // one that cannot be read is there, with nothing known of it
	}
	return out
}

// fillKey reads an API key. IAM leaves expires_at out, or empty, where none was
// set, and modified_at where nothing was changed; a key's value never changes, so
// that its age counts from when it was made.
func fillKey(c *snapshot.Context, k *estate.Credential, s source, v wire.Value) {
	const expires = "/expires_at"
	k.ID, k.Owner = text(v.Get("id")), text(v.Get("iam_id"))
	k.Age = s.day(c, v.Get("created_at"), "/created_at")
	k.Idle = idle(c, k.UID, k.Age)
	k.Expires = fact.Known(text(v.Get("expires_at")) != "", s.from, expires)
	if e := v.Get("expires_at"); !nothing(e) && !e.Is("") && text(e) == "" {
		k.Expires = fact.Unknown[bool](s.strange(e), s.from, expires)
	}
	k.Active = s.active(c, v)
}

// active says that a key can be used: it is not disabled, and has not run out.
// IAM leaves disabled out for keys that were made before it could be set.
func (s source) active(c *snapshot.Context, v wire.Value) fact.Of[bool] {
	const path = "/disabled"
	off := v.Get("disabled")
	is := fact.Map(s.truth(off, path), func(disabled bool) bool { return !disabled })
	if nothing(off) {
		is = fact.Known(true, s.from, path)
	}
	if on, _ := is.Get(); !on {
		return is
	}
	if end := v.Get("expires_at"); text(end) != "" {
		if t, ok := timeOf(end); ok {
			return fact.Known(t.After(c.TakenAt), s.from, "/expires_at")
		}
		return fact.Unknown[bool](s.strange(end), s.from, "/expires_at")
	}
	return is
}

// idle are the days since a key was used, which IAM tells of each key by itself.
// It leaves last_authn out where the key was never used, and then has counted no
// use (Activity in iamidentityv1).
func idle(c *snapshot.Context, key string, age fact.Of[int64]) fact.Of[int64] {
	const path, counted = "/activity/last_authn", "/activity/authn_count"
	res, ok := c.Resource(KindKeyActivity, snapshot.Global, KeyActivityUID(key))
	if !ok {
		return unknownBy[int64](notFound(c, CallAPIKey, snapshot.Global, key, key))
	}
	s := source{originOf(res)}
	v, err := new(wire.Reader).Read(res.Doc)
	if err != nil {
		return fact.Unknown[int64](s.why(snapshot.Unreadable, res.UID), s.from, "")
	}
	last, uses := v.Get("activity").Get("last_authn"), v.Get("activity").Get("authn_count")
	if !nothing(last) && !last.Is("") {
		return s.day(c, last, path)
	}
	if n, told := number(uses); !told || n != 0 {
		return fact.Unknown[int64](s.oddly(uses, counted), s.from, counted)
	}
	return age
}
