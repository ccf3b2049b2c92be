package ibmfact

import (
	"math"
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A listenerPolicy picks requests out by its rules, all of which have to
// fit, and says what becomes of them (LoadBalancerListenerPolicy in vpcv1).
//
// What rules ask about, such as the path, is a client's to choose: a pool that
// any policy forwards to is a way in. What it leaves to the policies after it and to
// the listener's own pool is said by leaves.
type listenerPolicy struct {
	id, uid, action, to string            // to is the id of a pool or a listener
	rules               []string          // ids, as the policy names them
	asks                map[string]string // about what, by rule
	dodged              map[string]bool   // the rules that not every request can fit
	priority            fact.Of[int64]    // the lowest is asked first
	strange             *hole             // what a rule asks about is not known
	ready               fact.Of[string]   // provisioning_status
	any                 *fact.Reason      // why it may pick every request, or none: it is not told what it picks
	s                   source
}

func (a *terrain) takeListenerPolicy(v wire.Value, s source) bool {
	p := &listenerPolicy{id: text(v.Get("id")), uid: s.from.UID, action: text(v.Get("action")), to: text(v.Get("target").Get("id")), asks: map[string]string{}, dodged: map[string]bool{}, s: s}
	p.priority = s.whole(v.Get("priority"), "/priority", math.MinInt64, math.MaxInt64)
	p.ready = s.word(v.Get("provisioning_status"), "/provisioning_status", "active")
	rules := v.Get("rules")
	if p.rules = ids(rules); !rules.IsList() || len(p.rules) != rules.Len() {
		p.any = s.oddly(rules, "/rules")
	} else if len(p.rules) == 0 { // there should be one (VPC docs, "Policy-based load balancing")
		p.any = s.why(snapshot.Absent, "/rules: what a policy without rules picks")
	}
	at := holderUID(v, p.uid, AboutListener)
	a.policies[p.uid], a.policiesOf[at] = p, append(a.policiesOf[at], p)
	return at != "" && p.id != ""
}

// aspects are what a rule may ask about, by the words of the VPC API
// (LoadBalancerListenerPolicyRule.type in vpcv1).
var aspects = map[string]string{
	"hostname": "host", "sni_hostname": "TLS server name", "path": "path", "query": "query", "header": "header", "body": "form",
}

// conditions are how a rule may compare (LoadBalancerListenerPolicyRule.condition
// in vpcv1).
var conditions = []string{"contains", "equals", "matches_regex", "starts_with"}

// takeListenerRule reads what a rule asks about. What it has to be stays out: it may be
// a secret.
func (a *terrain) takeListenerRule(v wire.Value, s source) bool {
	id, at := text(v.Get("id")), holderUID(v, s.from.UID, AboutPolicy)
	p := a.policies[at]
	if p == nil { // the policies were cut short, or the policy is gone
		return at != "" && id != ""
	}
	kind := v.Get("type")
	if p.asks[id] = aspects[text(kind)]; p.asks[id] == "" {
		p.asks[id], p.strange = "what is not known", &hole{s.oddly(kind, "/type"), s.from}
	}
	how := v.Get("condition")
	if !slices.ContainsFunc(conditions, how.Is) {
		p.strange = &hole{s.oddly(how, "/condition"), s.from}
	}
	state := v.Get("provisioning_status")
	if !state.Is("active") {
		p.strange = &hole{s.oddly(state, "/provisioning_status"), s.from}
	}
	p.dodged[id] = state.Is("active") && dodged(kind, how)
	if field := text(v.Get("field")); field != "" && kind.Is("header") {
		p.asks[id] += " " + shorten(field)
	}
	return id != ""
}

// dodged says that whatever a rule asks for, there are requests that do not fit: a
// client can send another value. Every path has a slash, so that a part of a path
// may be one of all paths, and a regular expression may fit anything.
func dodged(kind, how wire.Value) bool {
	switch {
	case aspects[text(kind)] == "":
		return false
	case how.Is("equals"):
		return true
	}
	return (how.Is("contains") || how.Is("starts_with")) && !kind.Is("path")
}

// leaves says why a policy may leave nothing to those that are asked after it; nil
// where one of its rules leaves something over. That they do not ask for the same as
// it does is assumed.
func (a *terrain) leaves(p *listenerPolicy) *hole {
	switch {
	case p.any != nil:
		return &hole{p.any, p.s.from}
	case slices.ContainsFunc(p.rules, func(id string) bool { return p.dodged[id] }):
		return nil
	}
	for _, id := range p.rules {
		if p.asks[id] == "" {
			return a.notListed(CallListenerRules, p.uid, id)
		}
	}
	if p.strange != nil {
		return p.strange
	}
	return &hole{p.s.why(snapshot.NotCollected, "whether policy "+p.id+" leaves something over"), p.s.from}
}

// before says that a policy is certainly asked before another one. IBM's page
// "Layer-7 load balancing" has the lowest priority asked first; an older text of it has
// those that reject asked first whatever their priority, then those that redirect, and
// those that forward last. Only what both texts say is certain.
func (p *listenerPolicy) before(q *listenerPolicy) bool {
	is, known := p.priority.Get()
	other, also := q.priority.Get()
	return known && also && is < other && p.turn() <= q.turn()
}

// turn is when a policy is asked by its action alone. One that is not known may be
// asked first.
func (p *listenerPolicy) turn() int {
	switch p.action {
	case "forward_to_pool", "forward_to_listener":
		return 2
	case "redirect", "https_redirect":
		return 1
	}
	return 0
}

// handed is how requests come to a pool or to another listener.
type handed struct {
	when  string   // which of them, in words; "" where all do that nothing else takes
	doubt *hole    // why it is not certain
	asked []string // what they were picked by on the way
}

// beats says that it tells more than another way to the same place.
func (h handed) beats(was handed) bool {
	if (h.doubt == nil) != (was.doubt == nil) {
		return h.doubt == nil
	}
	return h.doubt == nil && h.when == "" && was.when != ""
}

// picks says which requests a policy picks out of those that come to its
// listener.
func (a *terrain) picks(p *listenerPolicy, of handed) handed {
	var missing *hole
	words := make([]string, 0, len(p.rules))
	for _, id := range p.rules {
		word := p.asks[id]
		if word == "" {
			missing = a.notListed(CallListenerRules, p.uid, id)
		} else if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	switch {
	case p.any != nil:
		missing = &hole{p.any, p.s.from}
	case !p.ready.Known():
		missing = &hole{p.ready.Why(), p.s.from}
	case p.strange != nil:
		missing = p.strange
	}
	slices.Sort(words)
	return handed{", of requests that a policy picks by their " + strings.Join(words, " and ") + ", which a client chooses",
		either(of.doubt, either(missing, of.again(p))), slices.Concat(of.asked, words)}
}

// again says why a policy may pick all of the requests, or none: they were picked
// by the same before.
func (h handed) again(p *listenerPolicy) *hole {
	for _, id := range p.rules {
		if slices.Contains(h.asked, p.asks[id]) {
			return &hole{p.s.why(snapshot.NotCollected, "what policy "+p.id+" picks"), p.s.from}
		}
	}
	return nil
}

// notListed is why one thing that another names is not among its parts.
func (a *terrain) notListed(call, subject, id string) *hole {
	if h := a.flawed[call]; h != nil {
		return h
	}
	return notFound(a.c, call, a.region, subject, id)
}

// A sorter follows requests through the listeners of a load balancer to its
// pools.
type sorter struct {
	a     *terrain
	b     *balancer
	seen  map[string]handed // listeners
	pools map[string]handed
	next  []string // pools that were found or found anew
	lost  *hole    // set where requests may go to some place that no pool names
}

// reaches are the pools that a listener hands requests to, and how. lost is set
// where they may go to some place that no pool names.
func (a *terrain) reaches(b *balancer, l *listener) (pools map[string]handed, lost *hole) {
	s := &sorter{a: a, b: b, seen: map[string]handed{}, pools: map[string]handed{}}
	s.listen(l, handed{})
	for ; len(s.next) > 0; s.next = s.next[1:] {
		switch f := b.failsafes[s.next[0]]; {
		case f.lost, f.pool != "" && b.pools[f.pool] == "":
			s.lose(&hole{f.why, f.s.from})
		case f.pool != "":
			s.take(f.pool, handed{doubt: &hole{f.why, f.s.from}})
		}
	}
	return s.pools, s.lost
}

func (s *sorter) lose(why *hole) { s.lost = either(s.lost, why) }

func (s *sorter) take(pool string, h handed) {
	if was, seen := s.pools[pool]; s.b.pools[pool] != "" && (!seen || h.beats(was)) {
		s.pools[pool], s.next = h, append(s.next, pool)
	}
}

// listen follows what comes to a listener.
func (s *sorter) listen(l *listener, h handed) {
	if was, before := s.seen[l.s.from.UID]; before && !h.beats(was) {
		return
	}
	s.seen[l.s.from.UID] = h
	policies, unread := s.a.policiesAt(l)
	if unread != nil { // one may send requests to any pool, and leave nothing to the others
		h.doubt = either(h.doubt, unread)
		for _, id := range sortedKeys(s.b.pools) {
			s.take(id, h)
		}
	}
	rest := h
	for _, p := range policies {
		left := h
		for _, q := range policies {
			if q != p && !p.before(q) {
				left.doubt = either(left.doubt, either(s.a.leaves(q), h.again(q)))
			}
		}
		s.follow(p, left)
		rest.doubt = either(rest.doubt, either(s.a.leaves(p), h.again(p)))
	}
	s.take(l.pool, rest)
	if l.pool != "" && s.b.pools[l.pool] == "" && s.a.hole(CallPools, s.b.uid) == nil {
		s.lose(s.a.notListed(CallPools, s.b.uid, l.pool))
	}
}

// follow follows what a policy picks. Who is redirected comes again by himself,
// and what listener he comes to is asked there.
func (s *sorter) follow(p *listenerPolicy, h handed) {
	to := s.a.picks(p, h)
	switch p.action {
	case "reject", "redirect", "https_redirect":
		return
	case "forward_to_pool":
		if s.b.pools[p.to] != "" {
			s.take(p.to, to)
			return
		}
	case "forward_to_listener":
		for i := range s.b.listeners {
			if l := &s.b.listeners[i]; l.id == p.to {
				to.doubt = either(to.doubt, l.doubt())
				s.listen(l, to)
				return
			}
		}
	default:
		s.lose(&hole{p.s.why(snapshot.UnknownValue, "/action "+p.action), p.s.from})
		return
	}
	s.lose(&hole{p.s.why(snapshot.Absent, "/target "+p.to), p.s.from})
}

// policiesAt are the policies of a listener; unread is why there may be others,
// or why one may say something else.
func (a *terrain) policiesAt(l *listener) (all []*listenerPolicy, unread *hole) {
	if l.unnamed != nil {
		return nil, &hole{l.unnamed, l.s.from}
	}
	if len(l.policies) == 0 {
		return nil, nil
	}
	all, unread = a.policiesOf[l.s.from.UID], a.hole(CallListenerPolicies, l.s.from.UID)
	for _, id := range l.policies {
		if unread == nil && !slices.ContainsFunc(all, func(p *listenerPolicy) bool { return p.id == id }) {
			unread = a.notListed(CallListenerPolicies, l.s.from.UID, id)
		}
	}
	return all, unread
}
