package path

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/enforce"
	"plumbline/internal/estate"
)

// Kinds of changes that break a path.
const (
	CutTokens   = "tokens"   // the service wants a session token
	CutHTTPS    = "https"    // the service answers by HTTPS alone
	CutEndpoint = "endpoint" // the service does not answer
	CutExposure = "exposure" // any source no longer reaches the workload
	CutIdentity = "identity" // what is bound may do no harm, or nothing is bound
)

// costs order changes: nobody notices, somebody has to look first, somebody
// loses something.
const (
	asked = iota
	free
	smallChange
	lookFirst
	breaksOld
	rework
	closesService
	takesAway
)

// A costly is a change with its price.
type costly struct {
	Fix
	cost int
}

// cuts are the single changes of which each breaks a path that is whole or
// possible, the cheapest first.
func cuts(w *estate.Workload) []Fix {
	p := Commands[w.Provider]
	var all []costly
	switch class, known := w.Metadata.Class.Get(); {
	case choosesProtocol(w):
		all = append(all, httpsCut(w, p), endpointCut(w, p))
	case !known || class == estate.ClassUnauthGet:
		all = append(all, tokensCut(w, p), endpointCut(w, p))
	}
	all = append(all, exposureCut(w, p), narrowCut(w, p), detachCut(w, p))
	by, _ := w.ManagedBy.Get()
	slices.SortStableFunc(all, func(a, b costly) int { return a.cost - b.cost })
	var out []Fix
	for _, c := range all {
		if by != "" && c.Kind != CutExposure {
			c.Command = ""
			c.Why += " The workload is operated by " + by + ": change it in that service's setting, or it comes undone."
		}
		if p.Rules != nil {
			c.Rules = p.Rules(c.Kind, w)
		}
		out = append(out, c.Fix)
	}
	return out
}

func tokensCut(w *estate.Workload, p Provider) costly {
	c := costly{Fix: Fix{Kind: CutTokens, Title: "Require session tokens", Command: call(p.Tokens, w)}}
	tokens, _ := w.Metadata.Tokens.Get()
	n, counted := w.Usage.NoToken.Get()
	safe, _ := w.Usage.Safe.Get()
	const soon = "In force at once, without a restart. "
	switch {
	case tokens == "required":
		c.cost, c.Command = asked, ""
		c.Why = "It was asked for and is not in force yet: wait until it is applied, and scan again."
	case counted && n == 0 && safe == estate.SafeNow:
		c.cost = free
		c.Why = soon + "No request without a token was answered in the last 14 days, so nothing that runs is likely to notice."
	case counted && n == 0:
		c.cost = lookFirst
		c.Why = soon + enforce.Say(&w.Usage)
	case counted:
		c.cost = breaksOld
		c.Why = soon + fmt.Sprintf("In the last 14 days %s without a token: find the programs that sent them first, for they will be refused.", answered(n))
	default:
		c.cost = lookFirst
		c.Why = soon + "Whether anything still asks without a token is not known (" + w.Usage.NoToken.Why().String() + "): look first, for it will be refused."
	}
	return c
}

func httpsCut(w *estate.Workload, p Provider) costly {
	return costly{Fix{Kind: CutHTTPS, Title: "Have the metadata service answer by HTTPS alone", Command: call(p.HTTPS, w),
		Why: "HTTP and HTTPS exclude each other: look first which programs ask by HTTP, for they will get no answer."}, lookFirst}
}

func endpointCut(w *estate.Workload, p Provider) costly {
	return costly{Fix{Kind: CutEndpoint, Title: "Switch the metadata service off", Command: call(p.Endpoint, w),
		Why: "In force at once, without a restart. Everything on the workload that uses its identity loses it, the provider's own agents too: only where nothing does."}, takesAway}
}

// exposureCut closes the way in. Where rules of gates are known that let any
// address in, it names them: all of them have to go, for each is a way by itself.
func exposureCut(w *estate.Workload, p Provider) costly {
	c := costly{Fix{Kind: CutExposure, Title: "Close it to the internet"}, closesService}
	openings := open(&w.Exposure)
	c.Why = "Whoever uses it from there is shut out: let in the addresses that need it, or put a load balancer or a VPN in front."
	if len(openings) > 0 {
		c.Why = "It is open on " + ports(openings) + ". " + c.Why
	}
	if slices.ContainsFunc(openings, func(o estate.Opening) bool { return o.Via != "" }) {
		c.Title = "Take it off the load balancer"
		return c
	}
	rules := letIn(w)
	if len(openings) == 0 || !w.Exposure.Rules.Whole() || slices.ContainsFunc(openings, func(o estate.Opening) bool { return !letBy(&o, rules) }) {
		return c // something else lets it in, and removing these would not be enough
	}
	var names []string
	service := false
	for _, r := range rules {
		names = append(names, fmt.Sprintf("%s of %s (%s%s from %s)", ruleName(&r), last(r.Gate), r.Protocol, portRange(r.From, r.To), r.Peer))
		service = service || !administrative(&r)
	}
	c.Title = "Remove " + strings.Join(names, " and ")
	if len(rules) > mostPorts {
		c.Title = fmt.Sprintf("Remove the %d rules that let any address in", len(rules))
	}
	if p.Close != nil {
		c.Command = p.Close(w, rules)
	}
	if !service {
		c.cost = smallChange
		c.Why = "It is open for administration alone, on " + ports(openings) + ". Use " + cmp.Or(p.Enter, "a VPN") + " in place of it, or let in the addresses that need it."
	}
	return c
}

// letIn are the rules that let any address in, of gates that stand on the
// workload.
func letIn(w *estate.Workload) []estate.GateRule {
	var out []estate.GateRule
	for _, r := range w.Exposure.Rules.Items() {
		if r.Direction == "in" && r.Action == "allow" && r.AnyAddress {
			out = append(out, r)
		}
	}
	return out
}

// letBy says whether one of the rules is what lets an opening's packets in.
func letBy(o *estate.Opening, rules []estate.GateRule) bool {
	return slices.ContainsFunc(rules, func(r estate.GateRule) bool {
		if strings.Contains(r.Peer, ":") != (o.Family == "ipv6") {
			return false
		}
		three := r.Protocol == "icmp_tcp_udp" && (o.Protocol == "icmp" || o.Protocol == "tcp" || o.Protocol == "udp")
		return r.Protocol == "all" || three || r.Protocol == o.Protocol && r.From <= o.From && o.To <= r.To
	})
}

func ruleName(r *estate.GateRule) string {
	if r.ID == "" {
		return "the rule"
	}
	return "rule " + r.ID
}

// administrative ports are those of SSH and of remote desktops.
func administrative(r *estate.GateRule) bool {
	return r.From == r.To && (r.From == 22 || r.From == 3389)
}

// mostGrants is how many statements a sentence names.
const mostGrants = 3

func narrowCut(w *estate.Workload, _ Provider) costly {
	i := &w.Identity
	name, _ := i.Name.Get()
	if role, _ := i.Role.Get(); role != "" {
		name = role
	}
	c := costly{Fix{Kind: CutIdentity, Title: "Narrow what " + orIdentity(last(name)) + " may do",
		Why: "No program notices that does not use what is taken away. See which services it used, and leave those."}, rework}
	var strong []string
	for _, g := range i.Grants.Items() {
		if harmful(g.Level, w) && len(strong) < mostGrants {
			strong = append(strong, granted(&g))
		}
	}
	if len(strong) > 0 {
		c.Why += " What has to go: " + strings.Join(strong, "; ") + "."
	}
	return c
}

func detachCut(w *estate.Workload, p Provider) costly {
	name, _ := w.Identity.Name.Get()
	return costly{Fix{Kind: CutIdentity, Title: "Take " + orIdentity(last(name)) + " away from it", Command: call(p.Detach, w),
		Why: "Everything on the workload that uses the identity loses it, the provider's own agents too. Credentials that were read before go on until they expire: refuse sessions that are older than the change."}, takesAway}
}

func orIdentity(name string) string {
	if name == "" {
		return "its identity"
	}
	return name
}

func call(f func(*estate.Workload) string, w *estate.Workload) string {
	if f == nil {
		return ""
	}
	return f(w)
}

func answered(n int64) string {
	if n == 1 {
		return "1 request was answered"
	}
	return fmt.Sprintf("%d requests were answered", n)
}
