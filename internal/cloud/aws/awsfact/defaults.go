package awsfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

func accountRegion(c *snapshot.Context, r region) *estate.AccountRegion {
	region := &estate.AccountRegion{
		Subject:  regionSubject(c, r.name),
		OptIn:    r.optIn,
		Defaults: defaultsOf(c, r),
	}
	watchRegion(c, region)
	return region
}

// defaultsOf reads the region's document, or says why there is none.
func defaultsOf(c *snapshot.Context, r region) estate.MetadataDefaults {
	if res, ok := c.Resource(KindDefaults, r.name, RegionUID(c.Account, r.name)); ok {
		return readDefaults(res)
	}
	a := c.Answer(CallDefaults, r.name, "")
	switch {
	case a.Whole(): // answered, and yet no document
		return unknownDefaults(&fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: "accountLevel"}, refusal(a))
	case a.Status == snapshot.Unasked && !r.on():
		return unknownDefaults(&fact.Reason{Cause: snapshot.NotOptedIn, Call: a.Call, Region: a.Region}, r.optIn.From())
	default:
		return unknownDefaults(reasonOf(a), refusal(a))
	}
}

const noPreference = "no-preference"

func readDefaults(res *snapshot.Resource) estate.MetadataDefaults {
	s := source{originOf(res)}
	var rd wire.Reader
	v, err := rd.Read(res.Doc)
	if err != nil {
		return unknownDefaults(s.why(snapshot.Unreadable, res.UID), s.from)
	}
	onOff := []string{"enabled", "disabled"}
	return estate.MetadataDefaults{
		Tokens:   s.preference(v, "httpTokens", "required", "optional"),
		Enforced: s.preference(v, "httpTokensEnforced", onOff...),
		Endpoint: s.preference(v, "httpEndpoint", onOff...),
		Tags:     s.preference(v, "instanceMetadataTags", onOff...),
		HopLimit: s.preferredHops(v),
		// Who manages the defaults is no option: it has no "unset".
		ManagedBy: s.word(v.Get("managedBy"), "/managedBy", "account", "declarative-policy"),
	}
}

// preference reads an option of the account level. EC2 leaves out the options
// that the account has not set (GetInstanceMetadataDefaults), so that absence
// is an answer here: no preference.
func (s source) preference(v wire.Value, member string, words ...string) fact.Of[string] {
	path := "/" + member
	if v = v.Get(member); !v.Exists() {
		return fact.Known(noPreference, s.from, path)
	}
	return s.word(v, path, append([]string{noPreference}, words...)...)
}

func (s source) preferredHops(v wire.Value) fact.Of[int64] {
	const member, path = "httpPutResponseHopLimit", "/httpPutResponseHopLimit"
	if v = v.Get(member); !v.Exists() || v.Is("-1") { // -1 is how "no preference" is written
		return fact.Known(int64(-1), s.from, path)
	}
	return s.hops(v, path)
}

func unknownDefaults(why *fact.Reason, from *fact.Origin) estate.MetadataDefaults {
	word := fact.Unknown[string](why, from, "")
	return estate.MetadataDefaults{
		Tokens: word, Enforced: word, Endpoint: word, Tags: word, ManagedBy: word,
		HopLimit: fact.Unknown[int64](why, from, ""),
	}
}
