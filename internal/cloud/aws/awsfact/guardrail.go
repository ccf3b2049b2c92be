package awsfact

import (
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// guardrail fills in what the organisation imposes on the account, and how many
// keys its root user has.
func guardrail(c *snapshot.Context, a *estate.Account) {
	a.RootKeys = rootKeys(c)
	m := iamOf(c)
	g := &a.Guardrail
	g.Member, g.Manager = m.controls.member, m.controls.manager
	g.Tokens, g.Enforced = declared(c, g.Member)
	g.Launch = m.imposed(func(s *statement) bool { return s.deniesLaunch(m.home) })
	g.Modify = m.imposed(func(s *statement) bool { return s.deniesOptional(m.home) })
	g.Regions = enforcedEverywhere(c)
}

// rootKeys reads AccountAccessKeysPresent, which IAM gives as 0 or 1 (GetAccountSummary
// in the IAM API reference).
func rootKeys(c *snapshot.Context) fact.Of[int64] {
	const key = "AccountAccessKeysPresent"
	if all := c.Resources(KindAccountSummary); len(all) > 0 {
		res := &all[0]
		s := source{originOf(res)}
		v, err := new(wire.Reader).Read(res.Doc)
		if err != nil {
			return fact.Unknown[int64](s.why(snapshot.Unreadable, res.UID), s.from, "")
		}
		for i, entry := range v.Get("SummaryMap").Items() {
			if entry.Get("key").Is(key) {
				return s.whole(entry.Get("value"), "/SummaryMap/"+strconv.Itoa(i)+"/value")
			}
		}
		return fact.Unknown[int64](s.why(snapshot.Absent, key), s.from, "/SummaryMap")
	}
	return missing[int64](c.Answer(CallAccountSummary, snapshot.Global, ""), key)
}

// missing is a fact whose document is not there, whatever the answer says.
func missing[T any](a snapshot.Answer, detail string) fact.Of[T] {
	if a.Whole() {
		return fact.Unknown[T](&fact.Reason{Cause: snapshot.Absent, Call: a.Call, Region: a.Region, Detail: detail}, refusal(a), "")
	}
	return fact.Unknown[T](reasonOf(a), refusal(a), "")
}

// imposed looks for a denial in the control policies that bind the account. An
// account that none bind, the management account first of all, has none.
func (m *iam) imposed(is func(*statement) bool) fact.Of[bool] {
	member, manager := m.controls.member, m.controls.manager
	if is, known := member.Get(); known && !is {
		return fact.Known(false, member.From(), member.Path())
	}
	if is, known := manager.Get(); known && is {
		return fact.Known(false, manager.From(), manager.Path())
	}
	st, why := found(is, m.controls.levels...)
	if why == nil {
		why = m.controls.assumed
	}
	switch {
	case st != nil && manager.Known():
		return fact.Known(true, st.policy.from, st.policy.path)
	case st != nil: // it may be the one account that is not bound
		return fact.Unknown[bool](manager.Why(), manager.From(), "")
	case why != nil:
		return fact.Unknown[bool](why, nil, "")
	}
	return fact.Known(false, member.From(), "")
}

// noPolicy is the code for an account to which no declarative policy applies
// (DescribeEffectivePolicy in the Organizations API reference).
const noPolicy = "EffectivePolicyNotFoundException"

// declared reads what a declarative policy sets. An account outside of any
// organisation has none.
func declared(c *snapshot.Context, member fact.Of[bool]) (tokens, enforced fact.Of[string]) {
	const path = "/PolicyContent"
	for i := range c.Resources(KindEffectivePolicy) {
		res := &c.Resources(KindEffectivePolicy)[i]
		s := source{originOf(res)}
		v, err := new(wire.Reader).Read(res.Doc)
		if err != nil || !v.Get("PolicyType").Is("DECLARATIVE_POLICY_EC2") {
			continue
		}
		text, _ := v.Get("PolicyContent").Text()
		content, err := readPolicyJSON(text)
		if err != nil {
			unknown := fact.Unknown[string](s.why(snapshot.Unreadable, path), s.from, path)
			return unknown, unknown
		}
		return s.declared(content, "http_tokens", "required", "optional"), s.declared(content, "http_tokens_enforced", "enabled", "disabled")
	}
	if is, known := member.Get(); known && !is {
		none := fact.Known(noPreference, member.From(), "")
		return none, none
	}
	a := c.Answer(CallEffectivePolicy, snapshot.Global, "")
	// A whole answer with nothing in it is the collector's word for that code.
	if strings.HasSuffix(a.Code, noPolicy) || a.Whole() && a.Items == 0 {
		none := fact.Known(noPreference, refusal(a), "")
		return none, none
	}
	unknown := missing[string](a, "EffectivePolicy")
	return unknown, unknown
}

// declared reads one option below ec2_attributes/instance_metadata_defaults.
// An effective policy holds values; the form that is written, with @@assign, is
// read as well (Organizations user guide, "Declarative policy syntax").
func (s source) declared(content polObject, option string, words ...string) fact.Of[string] {
	const path = "/PolicyContent"
	at := any(content)
	for _, name := range []string{"ec2_attributes", "instance_metadata_defaults", option} {
		o, ok := at.(polObject)
		if !ok {
			return fact.Unknown[string](s.why(snapshot.UnknownValue, path+": "+name), s.from, path)
		}
		if at, ok = o.get(name); !ok {
			return fact.Known(noPreference, s.from, path)
		}
	}
	if o, ok := at.(polObject); ok {
		at, _ = o.get("@@assign")
	}
	if at == "no_preference" {
		return fact.Known(noPreference, s.from, path)
	}
	for _, w := range words {
		if at == w {
			return fact.Known(w, s.from, path)
		}
	}
	return fact.Unknown[string](s.why(snapshot.UnknownValue, option), s.from, path)
}

// enforcedEverywhere says that the account's own defaults refuse, in every
// region that is on, launches whose tokens are not required. One region that
// does not is enough for no.
func enforcedEverywhere(c *snapshot.Context) fact.Of[bool] {
	regions, hole := regionsOf(c)
	var unknown *fact.Of[bool]
	if hole != nil {
		u := fact.Unknown[bool](hole.why, hole.origin, "")
		unknown = &u
	}
	from := (*fact.Origin)(nil)
	for _, r := range regions {
		if !r.on() {
			continue
		}
		e := fact.Map(defaultsOf(c, r).Enforced, func(word string) bool { return word == "enabled" })
		is, known := e.Get()
		switch {
		case known && !is:
			return e
		case !known && unknown == nil:
			unknown = &e
		case known:
			from = e.From()
		}
	}
	if unknown != nil {
		return *unknown
	}
	return fact.Known(true, from, "")
}
