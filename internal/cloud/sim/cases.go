package sim

import "strings"

// A Case is one thing an owner may have done, with the answers that are true
// of it. The answers are written down, never worked out.
type Case struct {
	Name     string
	State    string   // "" is running
	Options  *Options // nil: the reply has no metadataOptions element
	Tags     []Tag    // beside the harmless ones
	Only     bool     // Tags are all the tags there are
	Operator string   // runs the instance for its owner
	Bare     bool     // no network interface
	Want     map[string]string
}

// A RegionCase is one way an account's region may be set.
type RegionCase struct {
	Name     string
	OptIn    string // "" is opt-in-not-required
	Defaults Defaults
	Refuses  []string
	Want     map[string]string
}

// answers are those to 001, 002, 013 and 014, as p, f, u or n each.
func answers(w string) map[string]string {
	return spell(w, TokenRequired, HopLimit, IPv6Off, NoSensitiveTags)
}

func spell(w string, rules ...string) map[string]string {
	words := map[rune]string{'f': Fail, 'p': Pass, 'u': Unknown, 'n': NotApplicable}
	m := map[string]string{}
	for i, c := range w {
		m[rules[i]] = words[c]
	}
	return m
}

// opt is the well-set instance, with changes written as "tokens=optional".
// An empty value leaves the element out.
func opt(changes ...string) *Options {
	o := &Options{State: "applied", Tokens: "required", Endpoint: "enabled", IPv6: "disabled", Tags: "disabled", HopLimit: 1}
	for _, c := range changes {
		name, v, _ := strings.Cut(c, "=")
		switch name {
		case "state":
			o.State = v
		case "tokens":
			o.Tokens = v
		case "endpoint":
			o.Endpoint = v
		case "ipv6":
			o.IPv6 = v
		case "tags":
			o.Tags = v
		case "hop":
			o.HopLimit = map[string]int{"": 0, "1": 1, "2": 2, "3": 3, "64": 64}[v]
		default:
			panic("no such option: " + c)
		}
	}
	return o
}

// Tags that say too much. The key is AWS's own published example; the other
// value is put together here so that it is no literal anywhere.
var (
	sensitiveKey   = []Tag{{"db-password", "changed-weekly"}}
	sensitiveValue = []Tag{{"note", "AKIAIOSFODNN7EXAMPLE"}}
	secretValue    = []Tag{{"deploy", "ghp_" + strings.Repeat("a1B2c3", 6)}}
	awkward        = []Tag{
		{"Name", "R&D <edge> \"quoted\" 'node' ]]>"}, {"description", "line one\r\nline two\ttabbed"},
		{"emoji", "rocket 🚀 ü ‧ Ω"}, {"Größe", "mittel & groß"}, {"spaces", "  two before, two after  "}, {"empty", ""},
	}
)

// Cases returns every case an instance may be, in a fixed order. The letters
// answer AWS-IMDS-001, 002, 013 and 014.
func Cases() []Case { return cases }

var cases = []Case{
	{Name: "token required", Options: opt(), Want: answers("pppp")},
	{Name: "v1 allowed, running", Options: opt("tokens=optional"), Want: answers("fppp")},
	{Name: "v1 allowed, stopped", State: "stopped", Options: opt("tokens=optional"), Want: answers("fppp")},
	{Name: "v1 allowed, launching", State: "pending", Options: opt("tokens=optional"), Want: answers("fppp")},
	{Name: "v1 allowed, stopping", State: "stopping", Options: opt("tokens=optional"), Want: answers("fppp")},
	{Name: "v1 allowed, run by a service", Operator: "eks.amazonaws.com", Options: opt("tokens=optional", "hop=2"), Want: answers("fppp")},
	{Name: "v1 allowed, and pending besides", Options: opt("tokens=optional", "state=pending"), Want: answers("fuup")},
	{Name: "endpoint disabled, tokens optional", Options: opt("endpoint=disabled", "tokens=optional"), Want: answers("pppp")},
	{Name: "endpoint disabled, all else wide open", Options: opt("endpoint=disabled", "tokens=optional", "hop=64", "ipv6=enabled"), Want: answers("pppp")},
	{Name: "required, pending while running", Options: opt("state=pending"), Want: answers("fuup")},
	{Name: "required, pending while stopping", State: "stopping", Options: opt("state=pending"), Want: answers("fuup")},
	{Name: "hop limit 64, pending while running", Options: opt("hop=64", "state=pending"), Want: answers("fuup")},
	{Name: "tags told, one sensitive, pending while running", Options: opt("tags=enabled", "state=pending"), Tags: sensitiveKey, Want: answers("fuuu")},
	{Name: "required, pending while stopped", State: "stopped", Options: opt("state=pending"), Want: answers("pppp")},
	{Name: "endpoint disabled, pending while running", Options: opt("endpoint=disabled", "tokens=optional", "state=pending"), Want: answers("fuup")},
	{Name: "endpoint disabled, pending while stopped", State: "stopped", Options: opt("endpoint=disabled", "tokens=optional", "state=pending"), Want: answers("pppp")},
	{Name: "endpoint disabled, whether applied not told", Options: opt("endpoint=disabled", "state="), Want: answers("uuup")},
	{Name: "token required, stopped", State: "stopped", Options: opt(), Want: answers("pppp")},
	{Name: "hop limit 2", Options: opt("hop=2"), Want: answers("pppp")},
	{Name: "hop limit 3", Options: opt("hop=3"), Want: answers("pfpp")},
	{Name: "hop limit 64", Options: opt("hop=64"), Want: answers("pfpp")},
	{Name: "hop limit 64, v1 allowed, stopped", State: "stopped", Options: opt("hop=64", "tokens=optional"), Want: answers("ffpp")},
	{Name: "hop limit not told", Options: opt("hop="), Want: answers("pupp")},
	{Name: "hop limit not told, endpoint disabled", Options: opt("hop=", "endpoint=disabled"), Want: answers("pppp")},
	{Name: "ipv6 on", Options: opt("ipv6=enabled"), Want: answers("ppfp")},
	{Name: "ipv6 not told", Options: opt("ipv6="), Want: answers("ppup")},
	{Name: "ipv6 an unknown word", Options: opt("ipv6=dual-stack"), Want: answers("ppup")},
	{Name: "tags told, one with a sensitive key", Options: opt("tags=enabled"), Tags: sensitiveKey, Want: answers("pppf")},
	{Name: "tags told, one with an access key in it", Options: opt("tags=enabled"), Tags: sensitiveValue, Want: answers("pppf")},
	{Name: "tags told, one with a secret in it", Options: opt("tags=enabled"), Tags: secretValue, Want: answers("pppf")},
	{Name: "tags told, one is a token", Options: opt("tags=enabled"), Tags: []Tag{{"session-token", "see the wiki"}}, Want: answers("pppf")},
	{Name: "tags told, one names the owner", Options: opt("tags=enabled"), Tags: []Tag{{"Owner", "jane.doe"}}, Want: answers("pppf")},
	{Name: "tags told, one sensitive, endpoint disabled", Options: opt("tags=enabled", "endpoint=disabled"), Tags: sensitiveKey, Want: answers("pppp")},
	{Name: "tags told, all harmless", Options: opt("tags=enabled"), Want: answers("pppp")},
	{Name: "tags told, there are none", Options: opt("tags=enabled"), Only: true, Want: answers("pppp")},
	{Name: "tags kept, one sensitive", Options: opt("tags=disabled"), Tags: sensitiveKey, Want: answers("pppp")},
	{Name: "tags kept, one with a secret in it", Options: opt("tags=disabled"), Tags: secretValue, Want: answers("pppp")},
	{Name: "tag setting not told, one sensitive", Options: opt("tags="), Tags: sensitiveKey, Want: answers("pppu")},
	{Name: "tag setting not told, all harmless", Options: opt("tags="), Want: answers("pppp")},
	{Name: "tag setting an unknown word, one sensitive", Options: opt("tags=filtered"), Tags: sensitiveValue, Want: answers("pppu")},
	{Name: "everything wrong", Options: opt("tokens=optional", "hop=64", "ipv6=enabled", "tags=enabled"), Tags: sensitiveKey, Want: answers("ffff")},
	{Name: "terminated, everything wrong", State: "terminated", Bare: true, Options: opt("state=pending", "tokens=optional", "hop=64", "ipv6=enabled", "tags=enabled"), Tags: sensitiveKey, Want: answers("nnnn")},
	{Name: "terminated, well set", State: "terminated", Bare: true, Options: opt("state=pending"), Want: answers("nnnn")},
	{Name: "shutting down, everything wrong", State: "shutting-down", Options: opt("tokens=optional", "hop=64", "ipv6=enabled", "tags=enabled"), Tags: sensitiveKey, Want: answers("nnnn")},
	{Name: "shutting down, no options", State: "shutting-down", Want: answers("nnnn")},
	{Name: "no options at all, tags harmless", Want: answers("uuup")},
	{Name: "no options at all, one tag sensitive", Tags: sensitiveKey, Want: answers("uuuu")},
	{Name: "tokens an unknown word", Options: opt("tokens=maybe"), Want: answers("uppp")},
	{Name: "tokens an unknown word, endpoint disabled", Options: opt("tokens=maybe", "endpoint=disabled"), Want: answers("pppp")},
	{Name: "tokens not told", Options: opt("tokens="), Want: answers("uppp")},
	{Name: "endpoint an unknown word, v1 allowed", Options: opt("endpoint=perhaps", "tokens=optional"), Want: answers("uppp")},
	{Name: "endpoint an unknown word, all else wide open", Options: opt("endpoint=perhaps", "tokens=optional", "hop=64", "ipv6=enabled"), Want: answers("uuup")},
	{Name: "endpoint not told, token required", Options: opt("endpoint="), Want: answers("pppp")},
	{Name: "required, whether applied not told", Options: opt("state="), Want: answers("uuup")},
	{Name: "required, applied an unknown word", Options: opt("state=rolling-out"), Want: answers("uuup")},
	{Name: "required, whether applied not told, stopped", State: "stopped", Options: opt("state="), Want: answers("pppp")},
	{Name: "state an unknown word, v1 allowed", State: "hibernating-soon", Options: opt("tokens=optional"), Want: answers("uuuu")},
	{Name: "state an unknown word, well set", State: "hibernating-soon", Options: opt(), Want: answers("uuuu")},
	{Name: "state an unknown word, required but pending", State: "hibernating-soon", Options: opt("state=pending"), Want: answers("uuuu")},
	{Name: "no network interface, v1 allowed", Bare: true, Options: opt("tokens=optional"), Want: answers("fppp")},
	{Name: "no tags, v1 allowed", Only: true, Options: opt("tokens=optional"), Want: answers("fppp")},
	{Name: "no name tag", Only: true, Tags: []Tag{{"env", "dev"}}, Options: opt(), Want: answers("pppp")},
	{Name: "fifty tags told, all harmless", Only: true, Tags: fiftyTags(), Options: opt("tags=enabled"), Want: answers("pppp")},
	{Name: "tags with awkward letters, told", Only: true, Tags: awkward, Options: opt("tags=enabled", "tokens=optional"), Want: answers("fppp")},
}

// fiftyTags is as many as AWS allows on one instance.
func fiftyTags() []Tag {
	t := []Tag{{"Name", "well-labelled"}}
	for i := len(t); i < 50; i++ {
		t = append(t, Tag{"label-" + string(rune('a'+i/10)) + string(rune('0'+i%10)), strings.Repeat("x", i)})
	}
	return t
}

// RegionCases returns every case a region may be, in a fixed order. The
// letters answer AWS-IMDS-004 and 005.
func RegionCases() []RegionCase { return regionCases }

func regionAnswers(w string) map[string]string { return spell(w, DefaultTokens, TokensEnforced) }

var regionCases = []RegionCase{
	{Name: "nothing set", Defaults: Defaults{ManagedBy: "account"}, Want: regionAnswers("ff")},
	{Name: "tokens required", Defaults: Defaults{Tokens: "required", HopLimit: 2, ManagedBy: "account"}, Want: regionAnswers("pf")},
	{Name: "tokens required and enforced", OptIn: OptedIn, Defaults: Defaults{Tokens: "required", Enforced: "enabled", Endpoint: "enabled", Tags: "disabled", HopLimit: 1, ManagedBy: "account"}, Want: regionAnswers("pp")},
	{Name: "not opted in", OptIn: NotOptedIn, Want: regionAnswers("nn")},
	{Name: "by declarative policy", Defaults: Defaults{Tokens: "required", Enforced: "enabled", Endpoint: "enabled", Tags: "disabled", HopLimit: 2, ManagedBy: "declarative-policy", Exception: "Ask the platform team & see the wiki."}, Want: regionAnswers("pp")},
	{Name: "tokens optional", Defaults: Defaults{Tokens: "optional", Endpoint: "enabled", ManagedBy: "account"}, Want: regionAnswers("ff")},
	{Name: "required, enforcement off", Defaults: Defaults{Tokens: "required", Enforced: "disabled", ManagedBy: "account"}, Want: regionAnswers("pf")},
	{Name: "only the hop limit set", OptIn: OptedIn, Defaults: Defaults{HopLimit: 64, ManagedBy: "account"}, Want: regionAnswers("ff")},
	{Name: "tokens an unknown word", Defaults: Defaults{Tokens: "maybe", ManagedBy: "account"}, Want: regionAnswers("uf")},
	{Name: "enforcement an unknown word", Defaults: Defaults{Tokens: "required", Enforced: "audit-only", ManagedBy: "account"}, Want: regionAnswers("pu")},
}
