package ibmfact

import (
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// A failsafe says what becomes of requests to a pool without healthy members.
type failsafe struct {
	pool string // that takes them instead, "" for none
	why  *fact.Reason
	lost bool // they may go anywhere
	s    source
}

// failsafe reads a pool's failsafe policy (LoadBalancerPoolFailsafePolicy in
// vpcv1). Which members are healthy changes by the minute and is not asked.
func (s source) failsafe(v wire.Value) failsafe {
	const path = "/failsafe_policy/action"
	switch action := v.Get("action"); {
	case action.Is("fail"), action.Is("drop"):
		return failsafe{s: s}
	case action.Is("bypass"): // they go to wherever they were bound for
		return failsafe{why: s.why(snapshot.NotCollected, path+" bypass"), lost: true, s: s}
	case !action.Is("forward"):
		return failsafe{why: s.oddly(action, path), lost: true, s: s}
	}
	to := v.Get("target").Get("id")
	if text(to) == "" {
		return failsafe{why: s.oddly(to, "/failsafe_policy/target"), lost: true, s: s}
	}
	return failsafe{pool: text(to), why: s.why(snapshot.NotCollected, "whether a member of the pool "+lastPart(s.from.UID)+" is healthy"), s: s}
}

// reaches are the pools that a listener hands requests to, with why it is not
// certain, which is nil for its default pool. lost is set where they may go to
// some place that no pool names.
func (b *balancer) reaches(l *listener) (doubts map[string]*hole, lost *hole) {
	doubts = map[string]*hole{}
	var next []string
	take := func(id string, doubt *hole) {
		if was, seen := doubts[id]; !seen || was != nil && doubt == nil {
			doubts[id], next = doubt, append(next, id)
		}
	}
	if b.pools[l.pool] != "" {
		take(l.pool, nil)
	}
	if l.policies {
		for _, id := range sortedKeys(b.pools) {
			take(id, &hole{l.s.why(snapshot.NotCollected, "the policies of the listener "+l.id), l.s.from})
		}
	}
	for ; len(next) > 0; next = next[1:] {
		switch f := b.failsafes[next[0]]; {
		case f.lost, f.pool != "" && b.pools[f.pool] == "":
			lost = either(lost, &hole{f.why, f.s.from})
		case f.pool != "":
			take(f.pool, &hole{f.why, f.s.from})
		}
	}
	return doubts, lost
}
